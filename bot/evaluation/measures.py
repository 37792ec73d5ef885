"""What became of the cases, as figures between 0 and 1: retrieval, answers, abstention, calibration; and the time.

Nothing here asks or prints. A figure is null where no case can tell it: there is no recall where nobody knows which
article is the right one, and no AUC where every question has an answer.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.evaluation.scoring import exact_match, f1

Figures = dict[str, Any]
"""As JSON: objects of figures, rounded to PLACES, and lists of what they are made of."""
PLACES = 4
RIGHT = 0.5
"""F1 from which an answer counts as right, where only right and wrong are told apart: it has most words of an answer
that people would give, and few others."""
BINS = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was answered to one case."""

    question: str
    right_answers: tuple[str, ...]
    """None when the articles do not say."""
    best: str | None
    """The best span, whatever its confidence; None where there was none."""
    answer: str | None
    """What was answered at the threshold; None when refused."""
    confidence: float
    rank: float | None
    """Of the right article among the sources, from 1; infinite where it is not among them, None where none is known."""
    search_rank: float | None
    """The same before anything was read."""
    milliseconds: float

    @property
    def is_right(self) -> bool:
        """Whether the best span is right, had it been answered; never so when the articles do not say."""
        return f1(self.best, self.right_answers) >= RIGHT

    @property
    def is_treated_right(self) -> bool:
        """Whether a right answer was given, or a question without one refused."""
        return f1(self.answer, self.right_answers) >= RIGHT if self.right_answers else self.answer is None


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """All figures of some outcomes, as `kabar eval --json` prints them; there is at least one outcome."""
    answerable = [outcome for outcome in outcomes if outcome.right_answers]
    unanswerable = [outcome for outcome in outcomes if not outcome.right_answers]
    return {
        "cases": len(outcomes),
        "answerable": len(answerable),
        "unanswerable": len(unanswerable),
        "retrieval": _retrieval([outcome.rank for outcome in answerable if outcome.rank is not None]),
        "search": _retrieval([outcome.search_rank for outcome in answerable if outcome.search_rank is not None]),
        "answers": {
            "exact_match": _mean(exact_match(one.best, one.right_answers) for one in answerable),
            "f1": _mean(f1(one.best, one.right_answers) for one in answerable),
        },
        "abstention": _abstention(answerable, unanswerable),
        "calibration": calibration([one.confidence for one in outcomes], [one.is_right for one in outcomes]),
        "latency_ms": _latency([outcome.milliseconds for outcome in outcomes]),
        "failures": [
            {"question": outcome.question, "expected": list(outcome.right_answers), "got": outcome.answer}
            for outcome in outcomes
            if not outcome.is_treated_right
        ],
    }


def _retrieval(ranks: Sequence[float]) -> Figures:
    """How often the right article comes first, or among the first five, and the mean reciprocal rank."""
    return {
        "recall@1": _mean(rank <= 1 for rank in ranks),
        "recall@5": _mean(rank <= 5 for rank in ranks),
        "mrr": _mean(1 / rank for rank in ranks),
    }


def _abstention(answerable: Sequence[Outcome], unanswerable: Sequence[Outcome]) -> Figures:
    """How well confidence and threshold tell what the articles say from what they do not.

    "answered" is the share of answerable cases that got an answer, right or wrong (how right they are, "f1" says), and
    "refused" the share of the others that got none. "f1" is the mean over all cases: the F1 of what was answered, 1 for
    a right refusal, 0 for a wrong one and for any answer to what the articles do not say, as for SQuAD 2.0 (Rajpurkar
    et al. 2018).
    """
    scores = [f1(one.answer, one.right_answers) for one in answerable]
    scores += [float(one.answer is None) for one in unanswerable]
    return {
        "auc": auc([one.confidence for one in answerable], [one.confidence for one in unanswerable]),
        "answered": _mean(one.answer is not None for one in answerable),
        "refused": _mean(one.answer is None for one in unanswerable),
        "f1": _mean(scores),
    }


def auc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """How often a positive has more than a negative, ties counting half; None where either is missing."""
    if not positive or not negative:
        return None
    ascending = sorted(negative)
    above = sum(bisect_left(ascending, value) + bisect_right(ascending, value) for value in positive) / 2
    return round(above / len(positive) / len(negative), PLACES)


def calibration(confidences: Sequence[float], rights: Sequence[float]) -> Figures:
    """Whether confidences are the shares of right answers that they say: the expected calibration error, and its bins.

    In bins of equal width: the mean distance between the confidence and the share of what is right (1, or true), each
    bin weighted by how many fall into it (Guo et al. 2017); there is at least one.
    """
    bins = [list[tuple[float, float]]() for _ in range(BINS)]
    for confidence, right in zip(confidences, rights, strict=True):
        bins[min(max(int(confidence * BINS), 0), BINS - 1)].append((confidence, right))
    off = sum(abs(sum(confidence - right for confidence, right in members)) for members in bins)
    return {
        "ece": round(float(off) / len(confidences), PLACES),
        "bins": [
            {
                "from": number / BINS,
                "to": (number + 1) / BINS,
                "cases": len(members),
                "confidence": _mean(confidence for confidence, _right in members),
                "right": _mean(right for _confidence, right in members),
            }
            for number, members in enumerate(bins)
        ],
    }


def _latency(milliseconds: Sequence[float]) -> Figures:
    """The median and the 95th percentile of the time for a whole question, the first one included."""
    p50, p95 = np.percentile(milliseconds, (50, 95))
    return {"p50": round(float(p50), PLACES), "p95": round(float(p95), PLACES)}


def _mean(values: Iterable[float]) -> float | None:
    """Their mean, rounded; None where there are none."""
    numbers = list(values)
    return round(sum(numbers) / len(numbers), PLACES) if numbers else None
