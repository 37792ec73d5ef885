"""What operators can see and do from a private chat with the bot."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime
from time import monotonic

from telegram import CallbackQuery, Message, Update
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.phrases import Phrases
from bot.telegram.commands import behind_command, command_handlers
from bot.telegram.index_process import IndexProcess
from bot.telegram.messages import LONGEST_LABEL, Button, Reply, Rows, article_key, plain
from bot.telegram.parts import Handlers, Parts, keyboard, knowledge
from bot.telegram.state import State
from index.store import snapshots
from index.store.disk import Headline
from index.types import KabarError

logger = logging.getLogger(__name__)

REMOVE, REALLY, ROLLBACK, CANCEL = "remove", "really", "rollback", "cancel"
"""What the buttons ask for."""
CHOICES = 8
"""Articles that one can choose from."""
MOST = 1_000_000
REMEMBERED = 1000
LISTED = 20
"""Gaps, and words about answers."""

Context = ContextTypes.DEFAULT_TYPE


class Operating:
    """Answers the commands of operators; to all others they do not exist."""

    def __init__(self, parts: Parts, process: IndexProcess) -> None:
        self._parts = parts
        self._process = process
        self._pressed: deque[tuple[int, int, str | None]] = deque(maxlen=REMEMBERED)
        """Messages and their buttons; each works once, however often it is pressed."""

    def handlers(self) -> Handlers:
        """For commands of operators, and their confirming buttons."""
        actions = {
            "status": self.status,
            "history": self.history,
            "rollback": self.rollback,
            "remove": self.remove,
            "gaps": self.gaps,
            "feedback": self.feedback,
        }
        buttons = rf"^({REMOVE}:\w+|{REALLY}:\w+|{ROLLBACK}:[\w.-]+|{CANCEL})$"
        return [
            *command_handlers(actions, self._parts.settings.telegram_admins),
            CallbackQueryHandler(self.pressed, buttons),
        ]

    # --- looking ------------------------------------------------------------------------------------------------

    async def status(self, update: Update, _context: Context) -> None:
        """How the index and the bot are doing."""
        message, spoken = await self._heard(update)
        metrics = self._parts.metrics
        counts = metrics.counts()
        manifest, name, known, arithmetic = await self._parts.look(
            lambda answerer: (
                answerer.snapshot.manifest,
                answerer.snapshot.name,
                knowledge(answerer.snapshot, spoken),
                answerer.arithmetic,
            )
        )
        age = datetime.now(UTC) - datetime.fromisoformat(manifest.created)
        text = spoken.status.format(
            snapshot=name,
            age=spoken.duration(max(age.total_seconds(), 0)),  # the clock may have been set back
            knowledge=known,
            passages=spoken.count_passages(manifest.chunks),
            uptime=spoken.duration(metrics.uptime_seconds),
            answered=counts.get("answered", 0),
            refused=counts.get("refused", 0),
            failed=counts.get("failed", 0),
            waiting=self._parts.queue.waiting,
            p50=_seconds(metrics.percentile(0.5)),
            p95=_seconds(metrics.percentile(0.95)),
        )
        await self._reply(message, plain(f"{text}\n{arithmetic}"))

    async def history(self, update: Update, _context: Context) -> None:
        """The kept snapshots, newest first."""
        message, spoken = await self._heard(update)
        folder = self._parts.settings.index_dir
        kept = await asyncio.to_thread(snapshots.history, folder)
        live = self._parts.live.name
        lines = [spoken.history]
        for name, manifest in kept:
            text = spoken.count_articles(manifest.articles) if manifest else spoken.damaged
            lines.append(f"• {name}: {text}" + (f" ({spoken.live})" if name == live else ""))
        await self._reply(message, plain("\n".join(lines)))

    async def gaps(self, update: Update, _context: Context) -> None:
        """What was asked and not answered."""
        message, spoken = await self._heard(update)
        found = await self._parts.state.read(State.gaps, LISTED)
        if not found:
            text = spoken.gaps_none if self._parts.settings.keep_gaps else spoken.gaps_off
        else:
            text = "\n".join([spoken.gaps, *(f"• {gap.question} ({gap.times}×)" for gap in found)])
        await self._reply(message, plain(text))

    async def feedback(self, update: Update, _context: Context) -> None:
        """What people said about answers."""
        message, spoken = await self._heard(update)
        feedback = (await self._parts.state.read(State.feedback))[:LISTED]
        lines = [spoken.feedback if feedback else spoken.feedback_none]
        for one in feedback:
            mark = {True: "👍", False: "👎", None: "✍️"}[one.good]
            right = "" if one.expected is None else f" → {one.expected or spoken.not_in_articles}"
            lines.append(f"{mark} {one.question} – {one.answer or spoken.not_in_articles}{right}")
        if feedback:
            lines += ["", spoken.feedback_export]
        await self._reply(message, plain("\n".join(lines)))

    # --- doing --------------------------------------------------------------------------------------------------

    async def rollback(self, update: Update, _context: Context) -> None:
        """Ask whether to go back to the snapshot that is named, or to the one before the live one."""
        message, spoken = await self._heard(update)
        wanted = behind_command(message)
        kept = await asyncio.to_thread(snapshots.history, self._parts.settings.index_dir)
        live = self._parts.live.name
        fitting = [(name, one) for name, one in kept if (name == wanted if wanted else name < live)]
        name, manifest = fitting[0] if fitting else ("", None)
        if manifest is None:
            await self.history(update, _context)
            return
        text = spoken.confirm_rollback.format(snapshot=name, articles=spoken.count_articles(manifest.articles))
        await self._reply(message, plain(text, _confirming(f"{ROLLBACK}:{name}", spoken)))

    async def remove(self, update: Update, _context: Context) -> None:
        """Ask whether to remove the article of the answer that is replied to, or one with these words."""
        message, spoken = await self._heard(update)
        words = behind_command(message)
        replied = message.reply_to_message
        if not words and replied:
            earlier = await self._parts.state.read(State.sent_answer, message.chat_id, replied.message_id)
            words = earlier.article or "" if earlier else ""
        await self._reply(message, await self._choice(words, spoken))

    async def _choice(self, words: str, spoken: Phrases) -> Reply:
        """The article that is meant, to be confirmed, or those that may be meant."""
        if not words:
            return plain(spoken.remove_usage)
        found = [one for one in await self._headlines() if _has(one, words)]
        exact = [one for one in found if one.article == words]
        if not found:
            return plain(spoken.no_such_article.format(words=words))
        if len(exact or found) == 1:
            return _really((exact or found)[0], spoken)
        if len(found) > CHOICES:
            return plain(spoken.more_precise.format(articles=spoken.count_articles(len(found))))
        rows = [[Button(one.title[:LONGEST_LABEL], f"{REMOVE}:{article_key(one.article)}")] for one in found]
        return plain(spoken.which_article, rows)

    async def _headlines(self) -> list[Headline]:
        return await self._parts.look(lambda answerer: answerer.snapshot.store.headlines(MOST))

    async def pressed(self, update: Update, context: Context) -> None:
        """Do what was confirmed, beside whatever else the operator does meanwhile."""
        query = update.callback_query
        assert query
        spoken = await self._parts.spoken(query.from_user)
        await self._parts.sender.acknowledge(query.id)
        message = query.message
        if query.from_user.id not in self._parts.settings.telegram_admins or not isinstance(message, Message):
            return
        press = message.chat_id, message.message_id, query.data
        if press not in self._pressed:
            self._pressed.append(press)
            context.application.create_task(self._do(query, message, spoken), update)

    async def _do(self, query: CallbackQuery, message: Message, spoken: Phrases) -> None:
        await self._show(message, plain("…"))
        await self._show(message, await self._done(query, spoken))

    async def _done(self, query: CallbackQuery, spoken: Phrases) -> Reply:
        action, _, which = (query.data or "").partition(":")
        if action == CANCEL:
            return plain(spoken.cancelled)
        try:
            if action == ROLLBACK:
                await self._process.roll_back(which)
                return plain(spoken.rolled_back.format(snapshot=which))
            article = next((one for one in await self._headlines() if article_key(one.article) == which), None)
            if article is None:
                return plain(spoken.no_such_article.format(words="…"))
            return _really(article, spoken) if action == REMOVE else await self._removed(article, spoken)
        except KabarError as exc:
            return plain(spoken.operation_failed.format(reason=exc))
        except Exception:
            logger.exception("An operation could not be done")
            return plain(spoken.failed)

    async def _removed(self, article: Headline, spoken: Phrases) -> Reply:
        started = monotonic()
        await self._process.remove(article.article, lambda *_: None)
        took = spoken.duration(monotonic() - started)
        return plain(spoken.removed.format(article=article.article, seconds=took))

    # --- parts --------------------------------------------------------------------------------------------------

    async def _heard(self, update: Update) -> tuple[Message, Phrases]:
        message = update.effective_message
        assert message is not None  # the filters let nothing else through
        return message, await self._parts.spoken(message.from_user)

    async def _reply(self, message: Message, reply: Reply) -> None:
        await self._parts.sender.send(
            message.chat_id, reply.html, reply_to=message.message_id, buttons=keyboard(reply.buttons)
        )

    async def _show(self, message: Message, reply: Reply) -> None:
        await self._parts.sender.edit(message.chat_id, message.message_id, reply.html, keyboard(reply.buttons))


def _has(headline: Headline, words: str) -> bool:
    text = f"{headline.title} {headline.article}".casefold()
    return all(word in text for word in words.casefold().split())


def _really(article: Headline, spoken: Phrases) -> Reply:
    text = spoken.confirm_remove.format(title=article.title, article=article.article)
    return plain(text, _confirming(f"{REALLY}:{article_key(article.article)}", spoken))


def _confirming(data: str, spoken: Phrases) -> Rows:
    return [[Button(spoken.yes, data), Button(spoken.no, CANCEL)]]


def _seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.2f} s"
