"""What each asker was told last, so that "and when?" can be understood."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

TURNS = 3
"""That a follow-up may reach back."""
ASKERS = 10_000
"""Of whom the turns are kept; those who asked longest ago are forgotten first."""
SECONDS = 1800.0
"""After which a conversation is over."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked, as it was understood, and what the articles said."""

    question: str
    answer: str | None = None
    quote: str | None = None
    """The sentence that the answer stands in."""
    article: str | None = None
    """Its article's id."""
    title: str | None = None
    topic: str | None = None
    """What the question was given beside it to be about, where it named nothing itself."""


Context = tuple[Turn, ...]
"""The turns of a conversation, the latest last."""


class Memory:
    """The last turns of each asker, in memory alone. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._turns: OrderedDict[Hashable, tuple[float, tuple[Turn, ...]]] = OrderedDict()

    def before(self, asker: Hashable) -> tuple[Turn, ...]:
        """What was asked and answered before, the latest last; empty where that is long ago."""
        with self._lock:
            since, turns = self._turns.get(asker, (0.0, ()))
            return turns if turns and self._clock() - since < SECONDS else ()

    def forget(self, user: int) -> None:
        """Forget the turns of a user, in every chat; such askers are pairs of chat and user."""
        with self._lock:
            for asker in [one for one in self._turns if isinstance(one, tuple) and one[1] == user]:
                del self._turns[asker]

    def add(self, asker: Hashable, turn: Turn) -> None:
        """Remember one more turn."""
        turns = (*self.before(asker), turn)[-TURNS:]
        with self._lock:
            self._turns[asker] = self._clock(), turns
            self._turns.move_to_end(asker)
            while len(self._turns) > ASKERS:
                self._turns.popitem(last=False)
