"""What changed since a baseline, and what counts as worse."""

from __future__ import annotations

import math

from evaluation_cases import outcome

from bot.evaluation.baseline import JUDGED_FIGURES, differences, drops
from bot.evaluation.measures import figures


def test_only_judged_figures_that_drop_too_far_are_worse() -> None:
    before = figures([outcome(["red car"], "red car", confidence=0.9, rank=1, milliseconds=1)])
    after = figures([outcome(["red car"], "red", confidence=0.9, rank=2, milliseconds=900)])
    changed = differences(after, before)
    assert changed["retrieval"] == {"recall@1": -1.0, "recall@5": 0.0, "mrr": -0.5}
    assert changed["latency_ms"]["p50"] == 899
    assert changed["cases"] == 0
    assert changed["abstention"]["auc"] is None
    assert changed["calibration"] == {"ece": 0.0}  # two words of three are right
    assert "failures" not in changed
    assert drops(changed, 0.4) == ["retrieval recall@1", "retrieval mrr", "answers exact_match"]
    assert drops(changed, 1) == []
    assert drops(differences(before, after), 0) == []


def test_a_drop_of_just_the_tolerance_is_none() -> None:
    tree = {
        group: dict.fromkeys([name for at, name in JUDGED_FIGURES if at == group], 0.91) for group, _ in JUDGED_FIGURES
    }
    lower = {group: dict.fromkeys(names, 0.9) for group, names in tree.items()}
    assert drops(differences(lower, tree), 0.01) == []
    assert len(drops(differences(lower, tree), 0.0099)) == len(JUDGED_FIGURES)
    assert len(drops(differences(lower, tree), math.nan)) == len(JUDGED_FIGURES)
    assert differences(tree, {}) == {group: dict.fromkeys(names) for group, names in tree.items()}
