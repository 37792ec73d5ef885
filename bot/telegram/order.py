"""Updates side by side, but those of one person in one chat one after another."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import Counter
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, nullcontext
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

logger = logging.getLogger(__name__)

MOST_OF_A_PERSON, MOST_OF_A_CHAT = 32, 128
"""Updates that are handled or wait to be: nobody can take the places of all others."""
LONGEST_SECONDS = 900.0
"""For which an update is handled; the floods of Telegram that are waited out are shorter."""


class InOrder(BaseUpdateProcessor):
    """Keeps the order in which a person spoke, so that "and when?" finds the answer before it.

    Inline queries have no order: with every letter the earlier ones are of no use any more.
    """

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self._lines: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()
        self._held: Counter[str] = Counter()
        self._full: set[str] = set()

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        """Handle the update when those before it are done; one that never ends, or is one of too many, is passed by."""
        limits = _limits(update)
        if full := {key for key, most in limits.items() if self._held[key] >= most}:
            for key in full - self._full:
                logger.warning("More comes from %s than can be handled; the rest is passed by", key)
            self._full |= full
            if inspect.iscoroutine(coroutine):
                coroutine.close()
            return
        self._held.update(limits.keys())
        try:
            await self._in_turn(update, coroutine)
        except TimeoutError:
            logger.error("An update was not done with after %.0f s and is passed by", LONGEST_SECONDS)
        finally:
            self._held.subtract(limits.keys())
            self._full -= limits.keys()
            for key in limits:
                if not self._held[key]:
                    del self._held[key]

    async def _in_turn(self, update: object, coroutine: Awaitable[object]) -> None:
        async with self._line(update), asyncio.timeout(LONGEST_SECONDS):
            await coroutine

    def _line(self, update: object) -> AbstractAsyncContextManager[object]:
        if not isinstance(update, Update) or update.inline_query:
            return nullcontext()
        user, chat = update.effective_sender, update.effective_chat
        key = user.id if user else 0, chat.id if chat else 0
        return self._lines.get(key) or self._lines.setdefault(key, asyncio.Lock())

    async def initialize(self) -> None:
        """Nothing has to be made ready."""

    async def shutdown(self) -> None:
        """Nothing has to be put away."""


def _limits(update: object) -> dict[str, int]:
    """Those whose places an update takes, and how many each of them may take."""
    user = update.effective_sender if isinstance(update, Update) else None
    chat = update.effective_chat if isinstance(update, Update) else None
    people = {f"user {user.id}": MOST_OF_A_PERSON} if user else {}
    return people | ({f"chat {chat.id}": MOST_OF_A_CHAT} if chat else {})
