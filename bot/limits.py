"""How many questions one person, and one chat, may ask in a minute."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum, auto

from bot.state import State

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
    """Counts questions, in the state that survives a restart. Safe to use from several threads."""

    def __init__(
        self,
        state: State,
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

    def ask(self, user: int | None, chat: int) -> tuple[Verdict, float]:
        """Whether one more question is free, and how many seconds it takes until the next one is."""
        now = self._clock()
        start = int(now) // WINDOW * WINDOW
        wait = start + WINDOW - now
        limits = [(f"user {user}", self._per_person)] if user is not None else []
        for key, most in [*limits, (f"chat {chat}", self._per_chat)]:
            if most and (count := self._state.count(f"{self._name} {key}", start)) > most:
                return (Verdict.TELL if count == most + 1 else Verdict.SILENT), wait
        return Verdict.FREE, wait
