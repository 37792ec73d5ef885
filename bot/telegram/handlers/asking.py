"""Questions: in private, in groups, edited, and in reply to an answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import CommandHandler, ContextTypes, MessageHandler, filters

from bot.answers.types import Answer
from bot.phrases import Phrases, small_talk
from bot.questions.conversation import Turn
from bot.telegram.messages import Reply, answer_reply, plain
from bot.telegram.parts import EDITED, GROUPS, NEW, PRIVATE, Handlers, Parts, keyboard, spoken_to, within
from bot.telegram.queue import FullError
from bot.telegram.state import Given

logger = logging.getLogger(__name__)

UNNOTICED_SECONDS = 0.7
"""That somebody waits without wondering whether they were heard."""
PATIENCE_SECONDS = 4.0
"""That "typing" is enough of a sign in a private chat."""
LONG_LINE = 40
"""Questions that wait, from which on people are told that there is a line."""

Context = ContextTypes.DEFAULT_TYPE


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and where its answer goes."""

    text: str
    chat: int
    thread: int | None
    message: int
    user: int | None
    spoken: Phrases
    private: bool
    replied: Given | None
    """The answer that the question replies to."""
    target: int | None = None
    """The message that becomes the answer, where there is one already."""


class Asking:
    """Answers questions."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def handlers(self) -> Handlers:
        """For messages that may be questions."""
        text = filters.TEXT & ~filters.COMMAND
        return [
            CommandHandler("ask", self.command, NEW),
            MessageHandler(NEW & text & PRIVATE, self.private),
            MessageHandler(NEW & text & GROUPS, self.group),
            MessageHandler(EDITED & filters.TEXT, self.edited),
            MessageHandler(NEW & PRIVATE & ~filters.COMMAND & ~filters.StatusUpdate.ALL, self.no_text),
        ]

    async def command(self, update: Update, _context: Context) -> None:
        """Answer what stands behind /ask, or the message that it replies to."""
        message = _message(update)
        await self._answer(message, _behind_command(message))

    async def private(self, update: Update, _context: Context) -> None:
        """Answer a message of a private chat."""
        message = _message(update)
        if not (message.via_bot and message.via_bot.id == message.get_bot().id):  # an inline answer, not a question
            await self._answer(message, message.text or "")

    async def group(self, update: Update, _context: Context) -> None:
        """Answer a message of a group if it speaks to the bot, and leave all others alone."""
        message = _message(update)
        question = spoken_to(message)
        if question is not None:
            await self._answer(message, question)

    async def edited(self, update: Update, _context: Context) -> None:
        """Put the answer to an edited question into the place of the one before."""
        message = _message(update)
        if message.text and message.text.startswith("/"):
            question = _behind_command(message) if message.text.startswith("/ask") else None
        else:
            question = message.text if message.chat.type == ChatType.PRIVATE else spoken_to(message)
        if question is not None:
            await self._answer(message, question, edited=True)

    async def no_text(self, update: Update, _context: Context) -> None:
        """Say in a private chat that only text is read."""
        message = _message(update)
        asked = await self._asked(message, "")
        await self._send(asked, plain(asked.spoken.text_only))

    async def _answer(self, message: Message, question: str, *, edited: bool = False) -> None:
        if message.from_user and message.from_user.is_bot and not message.sender_chat:
            return  # two bots would never stop
        asked = await self._asked(message, question.strip())
        if edited:
            before = await asyncio.to_thread(self._parts.state.given_to, asked.chat, asked.message)
            if before is None:
                return
            asked = replace(asked, target=before.message)
        await self._reply(asked)

    async def _asked(self, message: Message, question: str) -> Asked:
        parts, replied = self._parts, message.reply_to_message
        user = message.from_user
        given = None
        if replied and replied.from_user and replied.from_user.id == message.get_bot().id:
            given = await asyncio.to_thread(parts.state.given, message.chat_id, replied.message_id)
        return Asked(
            text=question,
            chat=message.chat_id,
            thread=message.message_thread_id if message.is_topic_message else None,
            message=message.message_id,
            user=user.id if user else None,
            spoken=parts.spoken(user),
            private=message.chat.type == ChatType.PRIVATE,
            replied=given,
        )

    async def _reply(self, asked: Asked) -> None:
        longest = self._parts.settings.longest_question
        if not asked.text:
            await self._send(asked, plain(asked.spoken.empty_question))
        elif len(asked.text) > longest:
            characters = asked.spoken.count_characters(longest)
            await self._send(asked, plain(asked.spoken.too_long.format(characters=characters)))
        elif talk := small_talk(asked.text):
            await self._send(asked, plain(asked.spoken.greeting if talk == "greeting" else asked.spoken.thanks))
        else:
            await self._look_up(asked)

    async def _look_up(self, asked: Asked) -> None:
        """Find the answer, and show it; whatever happens, the asker gets a reply."""
        started = monotonic()
        finding = asyncio.create_task(self._found(asked))
        try:
            asked = replace(asked, target=asked.target or await self._placeholder(asked, finding))
            answer, looked_in = await finding
        except FullError:
            self._parts.metrics.count("failed")
            await self._send(asked, plain(asked.spoken.too_busy))
            return
        except Exception:
            logger.exception("A question could not be answered")
            self._parts.metrics.count("failed")
            await self._send(asked, plain(asked.spoken.failed))
            return
        finally:
            finding.cancel()
        title = asked.replied.title if asked.replied and looked_in is None else None
        message = await self._send(asked, answer_reply(answer, asked.spoken, within=title))
        self._parts.metrics.took(monotonic() - started)
        self._parts.metrics.count("refused" if answer.answer is None else "answered")
        if message:
            await self._keep(asked, answer, message, looked_in)

    async def _found(self, asked: Asked) -> tuple[Answer, str | None]:
        """The answer, and the article that it was looked for in; first in the one that the question replies to."""
        queue = self._parts.queue
        if asked.replied is None:
            return await queue.ask(asked.text, context=self._parts.memory.before((asked.chat, asked.user))), None
        context = (_turn(asked.replied),)
        if asked.replied.article:
            answer = await queue.ask(asked.text, within(asked.replied.article), context)
            if answer.answer is not None:
                return answer, asked.replied.article
        return await queue.ask(asked.text, context=context), None

    async def _placeholder(self, asked: Asked, finding: asyncio.Task[Any]) -> int | None:
        """The message that holds the answer's place, where finding it takes so long that people would wonder."""
        await asyncio.wait({finding}, timeout=UNNOTICED_SECONDS)
        if asked.private and not finding.done():
            async with self._parts.sender.typing(asked.chat, asked.thread):
                await asyncio.wait({finding}, timeout=PATIENCE_SECONDS)
        if finding.done():
            return None
        words = asked.spoken.busy if self._parts.queue.waiting > LONG_LINE else asked.spoken.searching
        with contextlib.suppress(TelegramError):  # a sign of life that got lost is no loss
            return await self._send(asked, plain(words))
        return None

    async def _send(self, asked: Asked, reply: Reply) -> int | None:
        """Show a reply in the place that there is for it, or in a new message; the id of that."""
        sender, buttons = self._parts.sender, keyboard(reply.buttons)
        if asked.target and await sender.edit(asked.chat, asked.target, reply.html, buttons):
            return asked.target
        return await sender.send(asked.chat, reply.html, thread=asked.thread, reply_to=asked.message, buttons=buttons)

    async def _keep(self, asked: Asked, answer: Answer, message: int, looked_in: str | None) -> None:
        """Remember what was answered, for follow-ups, buttons and edits."""
        parts, turn = self._parts, answer.turn
        parts.memory.add((asked.chat, asked.user), turn)
        given = Given(
            chat=asked.chat,
            message=message,
            asked_in=asked.message,
            user=asked.user,
            question=asked.text,
            understood=answer.understood.question,
            answer=answer.answer,
            quote=turn.quote,
            article=turn.article,
            title=turn.title,
            within=looked_in,
        )
        try:
            await asyncio.to_thread(parts.state.keep, given)
            if answer.answer is None and parts.settings.keep_gaps and not answer.understood.asks_source:
                await asyncio.to_thread(parts.state.add_gap, answer.understood.question)
        except sqlite3.Error as exc:  # it was answered; only its buttons, edits and replies go without
            logger.error("An answer could not be kept in STATE_DB (%s). Is its disk full?", exc)


def _message(update: Update) -> Message:
    message = update.effective_message
    assert message is not None  # the filters let nothing else through
    return message


def _behind_command(message: Message) -> str:
    question = (message.text or "").partition(" ")[2]
    if not question.strip() and message.reply_to_message:
        return message.reply_to_message.text or ""
    return question


def _turn(given: Given) -> Turn:
    return Turn(given.understood, given.answer, given.quote, given.article, given.title)
