"""What reading gives: the places in passages that may answer a question, each with a confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.questions.understanding import Understood
from index.types import Passage, Span

Logits = NDArray[np.floating[Any]]

LONGEST_ANSWER = 40
"""Tokens; longer spans are no facts any more."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A place that may answer the question; never more than one sentence."""

    passage: int
    """Which of the passages that were given."""
    sentence: int
    """Which of that passage's sentences."""
    start: int
    end: int
    """Offsets into the sentence."""
    confidence: float
    """0..1, that this is the answer."""
    score: float
    """The reader's own, on a scale of its own."""


class Reader(Protocol):
    """Finds in passages what answers a question."""

    name: str
    """As READER_MODEL names it."""
    threshold: float
    """The confidence from which on an answer is worth giving, unless ANSWER_THRESHOLD says otherwise."""

    def read(self, understood: Understood, passages: Sequence[Passage], among: int) -> list[Reading]:
        """At most one reading for each sentence, in any order.

        `passages` come best first; `among` is how many there are in all, 1 or more.
        """
        ...


def logistic(value: Any) -> Any:
    """1 / (1 + exp(-value)) without its overflow, of a number or an array."""
    return (1 + np.tanh(value / 2)) / 2


def best_span(starts: Logits, ends: Logits, places: Sequence[Span], sentence: Span) -> tuple[int, int, float] | None:
    """Start and end of the sentence's best span, as offsets into the sentence, and the sum of its two scores.

    `places` says where each token stands. None when no token lies in the sentence.
    """
    inside = [token for token, (start, end) in enumerate(places) if sentence[0] <= start < end <= sentence[1]]
    if not inside:
        return None
    scores = starts[inside][:, None] + ends[inside][None, :]
    lengths = np.subtract.outer(inside, inside).T  # last token less first token
    scores[(lengths < 0) | (lengths >= LONGEST_ANSWER)] = -np.inf
    first, last = np.unravel_index(int(scores.argmax()), scores.shape)
    start, end = places[inside[int(first)]][0], places[inside[int(last)]][1]
    return start - sentence[0], end - sentence[0], float(scores[first, last])
