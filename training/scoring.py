"""How right a span is, and how well a score tells the answerable from the rest."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PARTING = "-–—/"
"""They part words; other punctuation vanishes."""


def normalised(text: str) -> list[str]:
    """Words as SQuAD compares them: no case, punctuation, symbols or English articles, in any script."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(" " if char in _PARTING else char for char in text)
    text = "".join(char for char in text if unicodedata.category(char)[0] not in "PS")
    return _ARTICLES.sub(" ", text).split()


def exact(found: str, right: Sequence[str]) -> float:
    """1 if the words are those of one of the right answers, else 0."""
    return float(any(normalised(found) == normalised(one) for one in right))


def f1(found: str, right: Sequence[str]) -> float:
    """The best F1 of the words against those of one of the right answers, 0..1."""
    return max(_f1(normalised(found), normalised(one)) for one in right)


def _f1(found: list[str], right: list[str]) -> float:
    if not found or not right:
        return float(found == right)
    return 2 * (Counter(found) & Counter(right)).total() / (len(found) + len(right))


def auc(yes: NDArray[np.float64], no: NDArray[np.float64]) -> float:
    """The chance that one of `yes` is above one of `no`, ties counted as half; not a number if either is empty."""
    if not len(yes) or not len(no):
        return float("nan")
    return float(((yes[:, None] > no).mean() + (yes[:, None] >= no).mean()) / 2)
