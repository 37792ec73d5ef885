"""Answers as people would cut them: `cut` for what is compared, `widen` for what is shown.

A reader points at "11.000"; people say "sekitar 11.000 tentara Korea Utara", with what is counted, and how nearly.
"""

from __future__ import annotations

import re
from collections import Counter

from bot.figures.finding import Kind, find_figures
from bot.questions.language import SMALL_WORDS

_WHOLE = re.compile(r"\d+(?:[.,:/]\d+)*|\w+(?:[-'’]\w+)*")
"""A number with its separators, or a word."""
_HANGING = " \t\n,;:!?–—"
_CLOSING, _OPENING = ")]”’", "([“‘"
_COUNTS = re.compile(r"\b(berapa(kah)?|how (many|much)|jumlah|number of)\b", re.IGNORECASE)
_COUNTED = re.compile(r" (?P<noun>[^\W\d_][\w-]*)(?: (?:[A-Z][\w-]*)){0,3}")
"""What follows a number: a noun, and names that tell of what kind."""
_NO_NOUNS = frozenset(
    """
    saat ketika sejak hingga sampai setelah sebelum karena agar supaya per lagi lebih kurang juga pun saja telah sudah
    akan sedang masih hanya atau serta tetapi namun sehingga antara para secara lalu kemudian bagi tentang bahwa
    """.split()
).union(*SMALL_WORDS.values())
_VERBAL = re.compile(r"(?:me[mnlrywk]|di|ter|ber)[a-z]{4,}")
_PLURAL = re.compile(r"[a-z]+s|people|men|women|children")
_LAST_OF_LIST = re.compile(r",? (?:dan|serta|atau|and|or) [^\W\d_][\w-]*(?: [^\W\d_][\w-]*){0,3}?(?=[,.;:)\n]|$)")
_PAIRS = {"(": ")", "[": "]", "“": "”", "‘": "’", '"': '"'}
_OPENS = {closing: opening for opening, closing in _PAIRS.items()}


def cut(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to whole words and numbers, and trimmed; it is never empty. A whole sentence stays one."""
    if (start, end) == (0, len(sentence)):
        return start, end
    for found in _WHOLE.finditer(sentence):
        if found.start() < end and start < found.end():
            start, end = min(start, found.start()), max(end, found.end())
    trimmed = _trimmed(sentence, start, end)
    return trimmed if trimmed[0] < trimmed[1] else (start, end)


def widen(sentence: str, start: int, end: int, *, question: str, language: str | None) -> tuple[int, int]:
    """The span with the rest of each figure that it is a part of, and with what is counted.

    Money gets its currency, a range its other end, a number its "about", a day its date; a list its last member.
    """
    figures = [one for one in find_figures(sentence, language) if one.start < end and start < one.end]
    for one in figures:
        start, end = min(start, one.start), max(end, one.end)
    if figures and figures[-1].kind is Kind.NUMBER and figures[-1].end == end and _COUNTS.search(question):
        end = _with_noun(sentence, end, language)
    last = _LAST_OF_LIST.match(sentence, end) if "," in sentence[start:end] else None
    return cut(sentence, start, last.end() if last else end)


def _with_noun(sentence: str, end: int, language: str | None) -> int:
    """Where the counted noun ends that follows a number; where the number does if a noun is not plain."""
    found = _COUNTED.match(sentence, end)
    if found is None:
        return end
    noun = found["noun"]
    plain = _PLURAL.fullmatch(noun) if language == "en" else noun.islower() and not _VERBAL.fullmatch(noun)
    return found.end() if plain and noun not in _NO_NOUNS else end


def _trimmed(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Without white space and marks at the ends, and without brackets and quotation marks that only half are in it."""
    count = Counter(sentence[start:end])
    while start < end:
        first, last = sentence[start], sentence[end - 1]
        closing, opening = _PAIRS.get(first), _OPENS.get(last)
        if first in _HANGING + _CLOSING or (closing and count[closing] == (closing == first)):
            start += 1
            count[first] -= 1
        elif (
            last in _HANGING + _OPENING
            or (opening and count[opening] == (opening == last))
            or (last == "." and end == len(sentence))
        ):
            end -= 1
            count[last] -= 1
        elif closing == last and count[last] == 1 + (first == last):
            start, end = start + 1, end - 1
            count.subtract([first, last])
        else:
            break
    return start, end
