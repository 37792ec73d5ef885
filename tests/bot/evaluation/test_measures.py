"""Figures worked out by hand."""

from __future__ import annotations

import math

from evaluation_cases import outcome
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.measures import auc, figures


def test_figures_worked_out_by_hand() -> None:
    found = figures(
        [
            outcome(["red car"], "red car", confidence=0.9, rank=1, search_rank=2, milliseconds=10),
            outcome(["red car"], "red", confidence=0.6, rank=3, search_rank=1, milliseconds=20),
            outcome(["red car"], "blue", confidence=0.7, rank=6, search_rank=4, milliseconds=30),
            outcome(["red car"], "red car", confidence=0.2, rank=math.inf, search_rank=math.inf, milliseconds=40),
            outcome(["red car"], confidence=0.0, milliseconds=50),  # its article is not known
            outcome([], "blue", confidence=0.6, milliseconds=60),
            outcome([], "blue", confidence=0.1, milliseconds=70),
        ]
    )
    assert (found["cases"], found["answerable"], found["unanswerable"]) == (7, 5, 2)
    assert found["retrieval"] == {"recall@1": 0.25, "recall@5": 0.5, "mrr": round((1 + 1 / 3 + 1 / 6) / 4, 4)}
    assert found["search"] == {"recall@1": 0.25, "recall@5": 0.75, "mrr": round((1 / 2 + 1 + 1 / 4) / 4, 4)}
    # F1 of the best spans: 1, 2/3, 0, 1, 0.
    assert found["answers"] == {"exact_match": 0.4, "f1": round((1 + 2 / 3 + 1) / 5, 4)}
    # Above 0.6 and 0.1 lie: 0.9 both, 0.6 one and a tie, 0.7 both, 0.2 one, 0.0 none: 6.5 of 10.
    # Over all: 1, 2/3, 0, 0 (refused), 0 (refused); 0 (answered), 1 (refused).
    assert found["abstention"] == {
        "auc": 0.65, "answered": 0.6, "refused": 0.5, "f1": round((1 + 2 / 3 + 1) / 7, 4),
    }  # fmt: skip
    assert found["latency_ms"] == {"p50": 40.0, "p95": 67.0}
    assert found["failures"] == [
        {"question": "q", "expected": ["red car"], "got": "blue"},
        {"question": "q", "expected": ["red car"], "got": None},
        {"question": "q", "expected": ["red car"], "got": None},
        {"question": "q", "expected": [], "got": "blue"},
    ]


def test_calibration_worked_out_by_hand() -> None:
    found = figures(
        [
            outcome(["red"], "red", confidence=0.95),
            outcome(["red"], "blue", confidence=0.91),
            outcome([], "red", confidence=0.31),
            outcome(["red"], "red", confidence=1.0),
        ]
    )["calibration"]
    # Bin 9 says (0.95 + 0.91 + 1) / 3 and has 2/3 right; bin 3 says 0.31 and has none.
    assert found["ece"] == round((abs(2.86 - 2) + 0.31) / 4, 4)
    assert len(found["bins"]) == 10
    assert found["bins"][9] == {"from": 0.9, "to": 1.0, "cases": 3, "confidence": 0.9533, "right": 0.6667}
    assert found["bins"][3] == {"from": 0.3, "to": 0.4, "cases": 1, "confidence": 0.31, "right": 0.0}
    assert found["bins"][0] == {"from": 0.0, "to": 0.1, "cases": 0, "confidence": None, "right": None}


def test_what_no_case_can_tell_is_null() -> None:
    only_answerable = figures([outcome(["x"], "x", confidence=1.0)])
    assert set(only_answerable["retrieval"].values()) == {None}
    assert (only_answerable["abstention"]["auc"], only_answerable["abstention"]["refused"]) == (None, None)
    only_unanswerable = figures([outcome([])])
    assert set(only_unanswerable["answers"].values()) == {None}
    assert only_unanswerable["abstention"] == {"auc": None, "answered": None, "refused": 1.0, "f1": 1.0}


@given(*[st.lists(st.integers(0, 5), min_size=1, max_size=12)] * 2)
def test_auc_is_what_comparing_all_pairs_gives(positive: list[int], negative: list[int]) -> None:
    pairs = [(one > other) + (one == other) / 2 for one in positive for other in negative]
    assert auc(positive, negative) == round(sum(pairs) / len(pairs), 4)
