"""How much one may ask, and until when an answer is of use; the rest is told kindly, once."""

from __future__ import annotations

from datetime import timedelta
from html import escape

from telegram import Message, Update
from telegram.constants import ChatType
from telegram.ext import ApplicationHandlerStop, ContextTypes

from bot.telegram.commands import command_in
from bot.telegram.limits import Limits, Verdict
from bot.telegram.parts import Parts, spoken_to
from bot.telegram.updates import Clock

LATE = timedelta(hours=1)
"""After which nobody waits for an answer any more."""

Context = ContextTypes.DEFAULT_TYPE


class Pace:
    """Lets through what the bot can answer in good time, whatever its kind; operators have no limits."""

    def __init__(self, parts: Parts, asking: Limits, typing: Limits, clock: Clock) -> None:
        """`typing` is for inline queries, of which one comes with every pause in typing."""
        self._parts = parts
        self._asking, self._typing = asking, typing
        self._clock = clock
        self._apologised_to: set[int] = set()

    async def gate(self, update: Update, _context: Context) -> None:
        """Stop what is too late or too much."""
        message = update.message or update.edited_message
        if message and not _speaks_to_the_bot(message):
            return
        if message and self._clock.now() - (message.edit_date or message.date) > LATE:
            await self._tell_late(message)
            raise ApplicationHandlerStop
        if not await self._is_free(update):
            raise ApplicationHandlerStop

    async def _tell_late(self, message: Message) -> None:
        """Say once in a chat that what was asked long ago is not answered any more."""
        self._parts.metrics.count("late")
        if message.chat_id not in self._apologised_to:
            self._apologised_to.add(message.chat_id)
            spoken = await self._parts.spoken(message.from_user)
            await self._reply(message, spoken.late.format(time=spoken.time(message.date)))

    async def _is_free(self, update: Update) -> bool:
        """Whether the sender may ask now; if not, they are told once."""
        user, sender = update.effective_user, update.effective_sender
        chat = update.effective_chat or user
        if chat is None or (user and user.id in self._parts.settings.telegram_admins):
            return True
        limits = self._typing if update.inline_query else self._asking
        verdict, seconds = await limits.ask(sender.id if sender else None, chat.id)
        if verdict is Verdict.FREE:
            return True
        self._parts.metrics.count("limited")
        spoken = await self._parts.spoken(user)
        text = spoken.slow_down.format(duration=spoken.duration(seconds))
        if update.callback_query:
            await self._parts.sender.acknowledge(update.callback_query.id, text)
        elif verdict is Verdict.TELL and update.effective_message:
            await self._reply(update.effective_message, text)
        return False

    async def _reply(self, message: Message, text: str) -> None:
        thread = message.message_thread_id if message.is_topic_message else None
        await self._parts.sender.send(message.chat_id, escape(text), thread=thread, reply_to=message.message_id)


def _speaks_to_the_bot(message: Message) -> bool:
    """Whether the bot would say anything to it."""
    if message.chat.type == ChatType.PRIVATE or spoken_to(message) is not None:
        return True
    call = command_in(message)
    return call is not None and not call[0].operators
