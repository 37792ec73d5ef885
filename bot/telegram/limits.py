"""How many questions one person, and one chat, may ask in a minute."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from enum import Enum, auto

from bot.telegram.async_state import AsyncState
from bot.telegram.state import State

logger = logging.getLogger(__name__)

WINDOW = 60
"""Seconds. Windows begin at full minutes of the clock, so that one row a key and minute is all there is to keep."""


class Verdict(Enum):
    """What becomes of a question."""

    FREE = auto()
    TELL = auto()
    """Too many, and the asker does not know it yet."""
    SILENT = auto()
    """Too many, and the asker was told."""


class Limits:
    """Counts questions, in the state that survives a restart. Belongs to one event loop.

    While the state cannot be written (a full disk, a lock), they are counted in memory: nobody goes without an answer
    for that.
    """

    def __init__(
        self,
        state: AsyncState,
        per_person: int,
        per_chat: int,
        clock: Callable[[], float] = time.time,
        name: str = "asking",
    ) -> None:
        """A limit of 0 is none. Limits of different names count apart."""
        self._name = name
        self._state = state
        self._per_person = per_person
        self._per_chat = per_chat
        self._clock = clock
        self._unwritten: Counter[tuple[str, int]] = Counter()

    async def ask(self, user: int | None, chat: int) -> tuple[Verdict, float]:
        """Whether one more question is free, and how many seconds it takes until the next one is."""
        now = self._clock()
        start = int(now) // WINDOW * WINDOW
        wait = start + WINDOW - now
        limits = [(f"user {user}", self._per_person)] if user is not None else []
        for key, most in [*limits, (f"chat {chat}", self._per_chat)]:
            if most and (count := await self._count(f"{self._name} {key}", start)) > most:
                return (Verdict.TELL if count == most + 1 else Verdict.SILENT), wait
        return Verdict.FREE, wait

    async def _count(self, key: str, start: int) -> int:
        try:
            return await self._state.write(State.count, key, start)
        except sqlite3.Error as exc:
            return self._count_in_memory(key, start, exc)

    def _count_in_memory(self, key: str, start: int, reason: sqlite3.Error) -> int:
        if all(begun != start for _, begun in self._unwritten):
            logger.error(
                "STATE_DB cannot be written (%s); is its disk full, or does another program hold it? "
                "Answering goes on without it.",
                reason,
            )
            self._unwritten.clear()
        self._unwritten[key, start] += 1
        return self._unwritten[key, start]
