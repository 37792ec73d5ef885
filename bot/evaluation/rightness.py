"""Whether an answer is right, where right and wrong are all that is told apart.

F1 alone takes "Rp 90.000 per sak" for "Rp 92.000 per sak": a figure that differs is wrong, whatever words it shares.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers.agreement import NEGATIONS, same_figures
from bot.evaluation.scoring import f1, words

RIGHT = 0.5
"""F1 from which an answer is right if nothing in it differs: it has most words of an answer that people would give, and
few others."""

_WORD = re.compile(r"\b[^\W_][\w’'-]*")


def is_right(answer: str | None, right: Sequence[str], language: str | None = None) -> bool:
    """Whether an answer is one of those that are right, in more words or fewer; never so for None.

    It has the same figures with the same units, it names nobody else, and it denies what the right one denies.
    """
    return answer is not None and any(f1(answer, [one]) >= RIGHT and _agrees(answer, one, language) for one in right)


def _agrees(answer: str, right: str, language: str | None) -> bool:
    names = _names(answer), _names(right)
    return (
        same_figures(answer, right, language)
        and (names[0] <= names[1] or names[1] <= names[0])
        and NEGATIONS.isdisjoint(words(answer)) == NEGATIONS.isdisjoint(words(right))
    )


def _names(text: str) -> set[str]:
    """The words that begin with a capital letter and have no digits, as they are compared."""
    named = (one for one in _WORD.findall(text) if one[0].isupper() and not any(map(str.isdigit, one)))
    return {word for one in named for word in words(one)}
