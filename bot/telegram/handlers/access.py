"""Who may ask: everybody, or those whom the operator named or invited."""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from html import escape

from telegram import Message, Update
from telegram.ext import ApplicationHandlerStop, ContextTypes

from bot.telegram.commands import Command, command_in
from bot.telegram.limits import Limits, Verdict
from bot.telegram.parts import Parts
from bot.telegram.state import State

logger = logging.getLogger(__name__)

REMEMBERED = 1000
"""Strangers who stand in the log already."""

Context = ContextTypes.DEFAULT_TYPE


class Access:
    """Lets nothing pass from those who may not ask: no message, edit, button, inline query or file."""

    def __init__(self, parts: Parts, limits: Limits) -> None:
        """The limits are for those who try codes."""
        self._parts = parts
        self._limits = limits
        settings = parts.settings
        self._strangers: deque[list[int]] = deque(maxlen=REMEMBERED)
        self._known = settings.telegram_allowed | settings.telegram_admins if settings.telegram_allowed else frozenset()

    async def gate(self, update: Update, _context: Context) -> None:
        """Stop what may not pass; redeem an invitation."""
        self._parts.metrics.count("updates")
        await self._follow_group(update.message)
        code = _code(update)
        if code and await self._may_try(update):
            await self._redeem(update, code)
            raise ApplicationHandlerStop
        if not await self._may_ask(update):
            ids = _ids(update)
            if ids not in self._strangers:  # whoever floods does not fill the log
                self._strangers.append(ids)
                logger.info("Left alone: an update from %s, not in TELEGRAM_ALLOWED and not invited", ids)
            self._parts.metrics.count("turned_away")
            raise ApplicationHandlerStop

    async def _follow_group(self, message: Message | None) -> None:
        """Let a group that was let in ask under its new id too, when it became a supergroup."""
        if message is None or not (message.migrate_to_chat_id or message.migrate_from_chat_id):
            return
        old, new = message.migrate_from_chat_id or message.chat_id, message.migrate_to_chat_id or message.chat_id
        if await self._parts.state.write(State.move_group, old, new):
            logger.info("The group %d is %d now, and may still ask", old, new)
        if old in self._known:
            logger.warning("The group %d, which stands in TELEGRAM_ALLOWED, is %d now", old, new)

    async def _may_ask(self, update: Update) -> bool:
        if not self._known:
            return True
        ids = _ids(update)
        if self._known.intersection(ids):
            return True
        try:
            return await self._parts.state.read(State.is_admitted, *ids)
        except sqlite3.Error as exc:  # who cannot be told from a stranger is one
            logger.error("Who was invited could not be read from STATE_DB (%s)", exc)
            return False

    async def _may_try(self, update: Update) -> bool:
        """Whether a code is looked at; guessing meets the same limits as asking."""
        sender, chat = update.effective_sender, update.effective_chat
        assert chat
        verdict, _ = await self._limits.ask(sender.id if sender else None, chat.id)
        return verdict is Verdict.FREE

    async def _redeem(self, update: Update, code: str) -> None:
        """Admit the user, or the group that the code was sent to."""
        message, chat = update.effective_message, update.effective_chat
        assert message
        assert chat
        admitted = await self._parts.state.write(State.redeem, code, chat.id)
        spoken = await self._parts.spoken(update.effective_user)
        if admitted:
            logger.info("Admitted by invitation: %d", chat.id)
        elif not await self._may_ask(update) and chat.type != chat.PRIVATE:
            return  # silence in groups that are not allowed
        text = spoken.welcome if admitted else spoken.wrong_code
        await self._parts.sender.send(chat.id, escape(text), reply_to=message.message_id)


def _code(update: Update) -> str | None:
    """The code behind /start, where a message has one."""
    match command_in(update.message) if update.message else None:
        case Command("start"), code if code not in {"", "inline"}:
            return code
    return None


def _ids(update: Update) -> list[int]:
    return sorted({who.id for who in (update.effective_user, update.effective_chat) if who})
