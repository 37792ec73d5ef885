"""The line of questions: a few are answered at a time, the same one only once, and no more than can be waited for."""

from __future__ import annotations

import asyncio
import os
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from bot.answers.live import LiveAnswerer
from bot.answers.types import Answer
from bot.questions.conversation import Turn
from bot.questions.understanding import Understood
from index.types import EVERYTHING, Filter

MOST_WAITING = 500
"""Questions; at 50 ms each on two cores the last one waits a quarter of a minute."""
MOST_KEPT = 2000
"""Answers, of the live snapshot alone."""

_Key = tuple[str | Understood, Filter, tuple[Turn, ...]]


class FullError(Exception):
    """More questions wait than can be answered in good time."""


class AnswerQueue:
    """Answers questions on as many threads as there are cores. Belongs to one event loop."""

    def __init__(self, live: LiveAnswerer, most_waiting: int = MOST_WAITING) -> None:
        self._live = live
        self._most_waiting = most_waiting
        # Answering is work for the processor: more workers than cores would only make everybody wait.
        self._workers = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="answer")
        self._running: dict[_Key, asyncio.Task[Answer]] = {}
        self._since: dict[_Key, float] = {}
        self._kept: OrderedDict[_Key, Answer] = OrderedDict()

    @property
    def waiting(self) -> int:
        """Questions that are not answered yet."""
        return len(self._running)

    @property
    def longest_seconds(self) -> float:
        """How long the one that came first waits already."""
        return monotonic() - min(self._since.values(), default=monotonic())

    async def ask(
        self, question: str | Understood, only: Filter = EVERYTHING, context: tuple[Turn, ...] = ()
    ) -> Answer:
        """The answer of the live snapshot. Raises FullError when too many wait already."""
        key = question, only, context
        kept = self._kept.get(key)
        if kept and kept.snapshot == self._live.name:
            self._kept.move_to_end(key)
            return kept
        running = self._running.get(key)
        if running is None:
            if len(self._running) >= self._most_waiting:
                raise FullError
            self._since[key] = monotonic()
            running = self._running[key] = asyncio.create_task(self._computed(key))
        return await asyncio.shield(running)  # one asker who gives up takes nothing from the others

    async def _computed(self, key: _Key) -> Answer:
        try:
            answer = await asyncio.get_running_loop().run_in_executor(self._workers, self._answered, *key)
        finally:
            del self._running[key], self._since[key]
        if self._kept and next(iter(self._kept.values())).snapshot != answer.snapshot:
            self._kept.clear()
        self._kept[key] = answer
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return answer

    def _answered(self, question: str | Understood, only: Filter, context: tuple[Turn, ...]) -> Answer:
        with self._live.lend() as answerer:
            return answerer.ask(question, only, context)
