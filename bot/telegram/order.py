"""Updates side by side, but those of one person in one chat one after another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor


class InOrder(BaseUpdateProcessor):
    """Keeps the order in which a person spoke, so that "and when?" finds the answer before it.

    Inline queries have no order: with every letter the earlier ones are of no use any more.
    """

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self._lines: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        """Handle the update when those before it are done."""
        if not isinstance(update, Update) or update.inline_query:
            await coroutine
            return
        user, chat = update.effective_user, update.effective_chat
        key = user.id if user else 0, chat.id if chat else 0
        line = self._lines.get(key) or self._lines.setdefault(key, asyncio.Lock())
        async with line:
            await coroutine

    async def initialize(self) -> None:
        """Nothing has to be made ready."""

    async def shutdown(self) -> None:
        """Nothing has to be put away."""
