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
from telegram.ext import ContextTypes, MessageHandler, filters

from bot.answers.types import Answer
from bot.phrases import Phrases, small_talk
from bot.questions.conversation import Turn
from bot.telegram.commands import behind_command, command_handlers, command_in
from bot.telegram.messages import Reply, answer_reply, plain
from bot.telegram.parts import EDITED, GROUPS, NEW, PRIVATE, Handlers, Parts, keyboard, sender_id, spoken_to, within
from bot.telegram.queue import FullError
from bot.telegram.state import SentAnswer, State

logger = logging.getLogger(__name__)

ASK = "ask"
UNNOTICED_SECONDS = 0.7
"""That somebody waits without wondering whether they were heard."""
PATIENCE_SECONDS = 4.0
"""That "typing" is enough of a sign in a private chat."""
LONG_LINE = 40
"""Questions that wait, from which on people are told that there is a line."""

Context = ContextTypes.DEFAULT_TYPE


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and where its answer goes."""

    text: str
    chat: int
    thread: int | None
    message: int
    user: int | None
    spoken: Phrases
    private: bool
    replied: SentAnswer | None
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
            *command_handlers({ASK: self.command}, self._parts.settings.telegram_admins),
            MessageHandler(NEW & text & PRIVATE, self.private),
            MessageHandler(NEW & text & GROUPS, self.group),
            MessageHandler(EDITED & filters.TEXT, self.edited),
            MessageHandler(NEW & PRIVATE & ~filters.COMMAND & ~filters.StatusUpdate.ALL, self.no_text),
        ]

    async def command(self, update: Update, _context: Context) -> None:
        """Answer what stands behind /ask, or the message that it replies to."""
        message = _message(update)
        await self._answer(message, _asked_by_command(message))

    async def private(self, update: Update, _context: Context) -> None:
        """Answer a message of a private chat."""
        message = _message(update)
        if not (message.via_bot and message.via_bot.id == message.get_bot().id):  # an inline answer, not a question
            await self._answer(message, message.text or "")

    async def group(self, update: Update, _context: Context) -> None:
        """Answer a message of a group if it speaks to the bot, and leave all others alone."""
        message = _message(update)
        text = spoken_to(message)
        if text is not None:
            await self._answer(message, text)

    async def edited(self, update: Update, _context: Context) -> None:
        """Put the answer to an edited question into the place of the one before."""
        message = _message(update)
        if message.text and message.text.startswith("/"):
            call = command_in(message)
            text = _asked_by_command(message) if call and call[0].name == ASK else None
        else:
            text = message.text if message.chat.type == ChatType.PRIVATE else spoken_to(message)
        if text is not None:
            await self._answer(message, text, edited=True)

    async def no_text(self, update: Update, _context: Context) -> None:
        """Say in a private chat that only text is read."""
        message = _message(update)
        question = await self._question_of(message, "")
        await self._send(question, plain(question.spoken.text_only))

    async def _answer(self, message: Message, text: str, *, edited: bool = False) -> None:
        if message.from_user and message.from_user.is_bot and not message.sender_chat:
            return  # two bots would never stop
        question = await self._question_of(message, text.strip())
        if edited:
            before = await self._parts.state.read(State.answer_to, question.chat, question.message)
            if before is None:
                return
            question = replace(question, target=before.message)
        await self._reply(question)

    async def _question_of(self, message: Message, text: str) -> Question:
        parts, replied = self._parts, message.reply_to_message
        earlier = None
        if replied and replied.from_user and replied.from_user.id == message.get_bot().id:
            earlier = await parts.state.read(State.sent_answer, message.chat_id, replied.message_id)
        return Question(
            text=text,
            chat=message.chat_id,
            thread=message.message_thread_id if message.is_topic_message else None,
            message=message.message_id,
            user=sender_id(message),
            spoken=await parts.spoken(message.from_user),
            private=message.chat.type == ChatType.PRIVATE,
            replied=earlier,
        )

    async def _reply(self, question: Question) -> None:
        longest = self._parts.settings.longest_question
        if not question.text:
            await self._send(question, plain(question.spoken.empty_question))
        elif len(question.text) > longest:
            characters = question.spoken.count_characters(longest)
            await self._send(question, plain(question.spoken.too_long.format(characters=characters)))
        elif talk := small_talk(question.text):
            await self._send(
                question, plain(question.spoken.greeting if talk == "greeting" else question.spoken.thanks)
            )
        else:
            await self._look_up(question)

    async def _look_up(self, question: Question) -> None:
        """Find the answer, and show it; whatever happens, the asker gets a reply."""
        started = monotonic()
        finding = asyncio.create_task(self._found(question))
        try:
            question = replace(question, target=question.target or await self._placeholder(question, finding))
            answer, looked_in = await finding
        except FullError:
            self._parts.metrics.count("failed")
            await self._send(question, plain(question.spoken.too_busy))
            return
        except Exception:
            logger.exception("A question could not be answered")
            self._parts.metrics.count("failed")
            await self._send(question, plain(question.spoken.failed))
            return
        finally:
            finding.cancel()
        title = question.replied.title if question.replied and looked_in is None else None
        message = await self._send(question, answer_reply(answer, question.spoken, within=title))
        self._parts.metrics.took(monotonic() - started)
        self._parts.metrics.count("refused" if answer.answer is None else "answered")
        if message:
            await self._keep(question, answer, message, looked_in)

    async def _found(self, question: Question) -> tuple[Answer, str | None]:
        """The answer, and the article that it was looked for in; first in the one that the question replies to."""
        queue = self._parts.queue
        if question.replied is None:
            return await queue.ask(
                question.text, context=self._parts.memory.before((question.chat, question.user))
            ), None
        context = (_turn(question.replied),)
        if question.replied.article:
            answer = await queue.ask(question.text, within(question.replied.article), context)
            if answer.answer is not None:
                return answer, question.replied.article
        return await queue.ask(question.text, context=context), None

    async def _placeholder(self, question: Question, finding: asyncio.Task[Any]) -> int | None:
        """The message that holds the answer's place, where finding it takes so long that people would wonder."""
        await asyncio.wait({finding}, timeout=UNNOTICED_SECONDS)
        if question.private and not finding.done():
            async with self._parts.sender.typing(question.chat, question.thread):
                await asyncio.wait({finding}, timeout=PATIENCE_SECONDS)
        if finding.done():
            return None
        words = question.spoken.busy if self._parts.queue.waiting > LONG_LINE else question.spoken.searching
        with contextlib.suppress(TelegramError):  # a sign of life that got lost is no loss
            return await self._send(question, plain(words))
        return None

    async def _send(self, question: Question, reply: Reply) -> int | None:
        """Show a reply in the place that there is for it, or in a new message; the id of that."""
        sender, buttons = self._parts.sender, keyboard(reply.buttons)
        if question.target and await sender.edit(question.chat, question.target, reply.html, buttons):
            return question.target
        return await sender.send(
            question.chat, reply.html, thread=question.thread, reply_to=question.message, buttons=buttons
        )

    async def _keep(self, question: Question, answer: Answer, message: int, looked_in: str | None) -> None:
        """Remember what was answered, for follow-ups, buttons and edits."""
        parts, turn = self._parts, answer.turn
        parts.memory.add((question.chat, question.user), turn)
        answered = SentAnswer(
            chat=question.chat,
            message=message,
            asked_in=question.message,
            user=question.user,
            question=question.text,
            understood=answer.understood.question,
            answer=answer.answer,
            quote=turn.quote,
            article=turn.article,
            title=turn.title,
            within=looked_in,
            asks_source=answer.understood.asks_source,
            topic=turn.topic,
        )
        try:
            await parts.state.write(State.keep, answered)
            if answer.answer is None and parts.settings.keep_gaps and not answer.understood.asks_source:
                await parts.state.write(State.add_gap, answer.understood.question)
        except sqlite3.Error as exc:  # it was answered; only its buttons, edits and replies go without
            logger.error("An answer could not be kept in STATE_DB (%s)", exc)


def _message(update: Update) -> Message:
    message = update.effective_message
    assert message is not None  # the filters let nothing else through
    return message


def _asked_by_command(message: Message) -> str:
    """What stands behind /ask, or else in the message that it replies to."""
    replied = message.reply_to_message
    return behind_command(message) or (replied.text if replied else None) or ""


def _turn(earlier: SentAnswer) -> Turn:
    return Turn(earlier.understood, earlier.answer, earlier.quote, earlier.article, earlier.title, earlier.topic)
