"""How the bot is doing: counters, and how long answers took. In memory alone."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Mapping

LAST = 1000
"""Answers of which the time is kept."""


class Metrics:
    """Counters and latencies since the start. Safe to use from several threads."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._seconds: deque[float] = deque(maxlen=LAST)

    def count(self, name: str, by: int = 1) -> None:
        """Count something that happened."""
        with self._lock:
            self._counts[name] += by

    def took(self, seconds: float) -> None:
        """Note how long an answer took, from the question to the message."""
        with self._lock:
            self._seconds.append(seconds)

    def counts(self) -> Mapping[str, int]:
        """How often each thing happened."""
        with self._lock:
            return dict(self._counts)

    def percentile(self, share: float) -> float | None:
        """The seconds within which this share of the last answers came; None before the first one."""
        with self._lock:
            ordered = sorted(self._seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else None

    @property
    def uptime_seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started
