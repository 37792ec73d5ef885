"""How well an answer matches those that are right: exact match and F1, as for SQuAD (Rajpurkar et al. 2016).

An answer is compared word by word, after what says nothing is taken away: case, punctuation, symbols and English
articles. For this to hold in any script, characters are brought into one form first (NFKC), marks that combine stay
with their letter, and scripts that are written without spaces are compared letter by letter.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

ARTICLES = frozenset({"a", "an", "the"})
SLASHES = frozenset("/\\\u2044\u2215\u2212")
"""They part words as dashes do; the minus sign among them."""
UNSPACED = ("CJK", "IDEOGRAPHIC", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""What Unicode's names of letters begin with that are written without spaces between words."""


def exact_match(answer: str | None, right: Sequence[str]) -> float:
    """1 if the answer has the words of one that is right, else 0; 0 for None too."""
    return float(answer is not None and any(words(one) == words(answer) for one in right))


def f1(answer: str | None, right: Sequence[str]) -> float:
    """The best F1 of the answer's words against those of one that is right, 0..1; 0 for None."""
    if answer is None:
        return 0.0
    return max((_overlap(words(answer), words(one)) for one in right), default=0.0)


def _overlap(answer: Sequence[str], right: Sequence[str]) -> float:
    """The harmonic mean of precision and recall."""
    common = (Counter(answer) & Counter(right)).total()
    return 2 * common / (len(answer) + len(right)) if common else 0.0


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words by which an answer is compared; where nothing else would be left ("The", "€"), all that there is."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    parts = "".join(_parted(plain)).split()
    return tuple(word for word in parts if word not in ARTICLES) or tuple(plain.split())


def _parted(plain: str) -> Iterator[str]:
    """What is compared, with spaces around every letter of a script that has none."""
    after_alone = False
    for character in plain:
        kind = _kind(character)
        if kind == "silent":
            continue
        if kind == "alone" or (after_alone and kind != "mark"):
            yield " "
        after_alone = kind == "alone" or (after_alone and kind == "mark")
        yield " " if kind == "parting" else character


@lru_cache(maxsize=65536)
def _kind(character: str) -> Literal["mark", "parting", "silent", "alone", "within"]:
    """What a character is to the words around it."""
    category = unicodedata.category(character)
    if category[0] == "M":
        return "mark"
    if category == "Pd" or character in SLASHES:
        return "parting"
    if category[0] in "PS" or category == "Cf":
        return "silent"
    if category != "Nd" and unicodedata.name(character, "").startswith(UNSPACED):
        return "alone"
    return "within"
