"""Everything that goes out to Telegram, through its moods.

A 429 makes one chat wait and no other; a network that fails is tried again, with longer and longer pauses; what
Telegram refuses for good is told in the log and given up. Sends are not idempotent: where an answer got lost, nobody
knows whether the message exists, and it is sent once more. Edits may be repeated without harm.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from html import unescape
from pathlib import Path
from time import monotonic
from typing import TypeVar
from weakref import WeakValueDictionary

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultsButton,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.telegram.metrics import Metrics
from bot.telegram.splitting import split

logger = logging.getLogger(__name__)

T = TypeVar("T")
Buttons = Sequence[Sequence[InlineKeyboardButton]]

PATIENCE_SECONDS = 120.0
"""For which a message is tried again; floods that last longer are waited for anyway."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 15.0
TYPING_SECONDS = 4.0
"""Telegram shows "typing" for five seconds."""
INLINE_SECONDS = 10.0
"""After which nobody looks at an inline answer any more."""
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_TAG = re.compile(r"<[^>]+>")


class Sender:
    """Sends, edits and acknowledges."""

    def __init__(self, bot: Bot, metrics: Metrics) -> None:
        self._bot = bot
        self._metrics = metrics
        self._lines: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def send(
        self,
        chat: int,
        html: str,
        *,
        thread: int | None = None,
        reply_to: int | None = None,
        buttons: Buttons = (),
    ) -> int | None:
        """Send a message, in parts if it is long; the id of the last part, or None where the chat takes none.

        Raises TelegramError when it could not be sent for two minutes.
        """
        sent = None
        parts = split(html)
        async with self._in_line(chat):
            for number, part in enumerate(parts):
                last = number == len(parts) - 1
                sent = await self._send(chat, part, thread, None if number else reply_to, buttons if last else ())
        return sent

    async def _send(
        self, chat: int, html: str, thread: int | None, reply_to: int | None, buttons: Buttons
    ) -> int | None:
        async def send(text: str, mode: ParseMode | None) -> int:
            message = await self._bot.send_message(
                chat,
                text,
                mode,
                message_thread_id=thread,
                reply_parameters=ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None,
                reply_markup=InlineKeyboardMarkup(buttons) if buttons else None,
                link_preview_options=NO_PREVIEW,
            )
            return message.message_id

        try:
            return await self._formatted(send, html)
        except ChatMigrated as exc:
            return await self._send(exc.new_chat_id, html, thread, None, buttons)
        except Forbidden as exc:
            logger.info("Chat %d takes no messages from the bot any more: %s", chat, exc.message)
        except BadRequest as exc:
            if thread is not None and re.search(r"thread|topic", exc.message, re.IGNORECASE):
                logger.info("A topic of chat %d is gone or closed: %s", chat, exc.message)
            elif re.search(
                r"chat not found|rights to send|have no rights|deactivated|kicked", exc.message, re.IGNORECASE
            ):
                logger.info("Chat %d takes no messages from the bot: %s", chat, exc.message)
            else:
                raise
        return None

    async def edit(self, chat: int, message: int, html: str, buttons: Buttons = ()) -> bool:
        """Put another text into a message; False where that message is gone."""

        async def edit(text: str, mode: ParseMode | None) -> object:
            markup = InlineKeyboardMarkup(buttons) if buttons else None
            return await self._bot.edit_message_text(
                text, chat, message, parse_mode=mode, reply_markup=markup, link_preview_options=NO_PREVIEW
            )

        try:
            async with self._in_line(chat):
                await self._formatted(edit, split(html)[0])
        except Forbidden as exc:
            logger.info("Chat %d takes no messages from the bot any more: %s", chat, exc.message)
        except BadRequest as exc:
            if "not modified" in exc.message:
                return True
            if re.search(
                r"to edit not found|can't be edited|message_id_invalid|chat not found", exc.message, re.IGNORECASE
            ):
                return False
            raise
        return True

    async def acknowledge(self, query: str, text: str = "", *, alert: bool = False) -> None:
        """End the waiting sign of a button, with a line for the one who pressed it; too late is no error."""
        with contextlib.suppress(BadRequest):  # the query is too old
            await self._patiently(lambda: self._bot.answer_callback_query(query, text[:200] or None, show_alert=alert))

    async def fetch(self, file: str, target: Path) -> None:
        """Fetch a file that somebody sent. Raises TelegramError when that was not possible for two minutes."""
        known = await self._patiently(lambda: self._bot.get_file(file))
        await self._patiently(lambda: known.download_to_drive(target))

    async def offer(
        self,
        query: str,
        results: Sequence[InlineQueryResult],
        *,
        cache_seconds: int,
        next_offset: str = "",
        personal: bool = True,
        button: InlineQueryResultsButton | None = None,
    ) -> None:
        """Answer an inline query; too late is no error."""

        def answer() -> Awaitable[bool]:
            return self._bot.answer_inline_query(
                query,
                results,
                cache_time=cache_seconds,
                is_personal=personal,
                next_offset=next_offset,
                button=button,
            )

        with contextlib.suppress(BadRequest, TimeoutError):
            await asyncio.wait_for(self._patiently(answer), INLINE_SECONDS)

    @contextlib.asynccontextmanager
    async def typing(self, chat: int, thread: int | None) -> AsyncIterator[None]:
        """Show that the bot is at work, for as long as it is."""

        async def keep_showing() -> None:
            while True:
                with contextlib.suppress(TelegramError):  # a sign of life that got lost is no loss
                    await self._bot.send_chat_action(chat, ChatAction.TYPING, message_thread_id=thread)
                await asyncio.sleep(TYPING_SECONDS)

        showing = asyncio.create_task(keep_showing())
        try:
            yield
        finally:
            showing.cancel()

    @contextlib.asynccontextmanager
    async def _in_line(self, chat: int) -> AsyncIterator[None]:
        """One message after the other to a chat, so that its flood waits stop no other and the order is kept."""
        line = self._lines.get(chat) or self._lines.setdefault(chat, asyncio.Lock())
        async with line:
            yield

    async def _formatted(self, call: Callable[[str, ParseMode | None], Awaitable[T]], html: str) -> T:
        """Call with HTML, and as plain text where Telegram refuses that."""
        try:
            return await self._patiently(lambda: call(html, ParseMode.HTML))
        except BadRequest as exc:
            if not re.search(r"parse entities|entit|too long", exc.message, re.IGNORECASE):
                raise
            logger.warning("Telegram refused the formatting of a message: %s", exc.message)
            self._metrics.count("plain_text")
            return await self._patiently(lambda: call(unescape(_TAG.sub("", html)), None))

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call until Telegram takes it or refuses it; raises TelegramError after two minutes without either."""
        started, pause = monotonic(), FIRST_PAUSE
        while True:
            try:
                return await call()
            except RetryAfter as exc:
                wait = exc.retry_after
                await asyncio.sleep(wait.total_seconds() if isinstance(wait, timedelta) else wait)
            except (BadRequest, ChatMigrated, Forbidden):  # asking again does not mend it
                raise
            except TelegramError as exc:  # a network that fails, or an answer that is none
                if monotonic() - started > PATIENCE_SECONDS:
                    raise
                logger.debug("Telegram could not be reached (%s); trying again", type(exc).__name__)
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
                pause = min(pause * 2, LONGEST_PAUSE)
            self._metrics.count("retries")
