"""Answers as people would cut them: whole words and whole numbers, without what hangs on at either end."""

from __future__ import annotations

import re

_WHOLE = re.compile(r"\d+(?:[.,:/]\d+)*|\w+(?:[-'’]\w+)*")
"""A number with its separators, or a word."""
_HANGING = " \t\n,;:!?–—"
_CLOSING, _OPENING = ")]”’", "([“‘"
_PAIRS = {"(": ")", "[": "]", "“": "”", "‘": "’", '"': '"'}


def cut(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to whole words and numbers, and trimmed; it is never empty. A whole sentence stays one."""
    if (start, end) == (0, len(sentence)):
        return start, end
    for found in _WHOLE.finditer(sentence):
        if found.start() < end and start < found.end():
            start, end = min(start, found.start()), max(end, found.end())
    trimmed = _trimmed(sentence, start, end)
    return trimmed if trimmed[0] < trimmed[1] else (start, end)


def _trimmed(sentence: str, start: int, end: int) -> tuple[int, int]:
    """Without white space and marks at the ends, and without brackets and quotation marks that only half are in it."""
    while start < end:
        first, last, within = sentence[start], sentence[end - 1], sentence[start:end]
        if first in _HANGING + _CLOSING or (first in _PAIRS and _PAIRS[first] not in within[1:]):
            start += 1
        elif (
            last in _HANGING + _OPENING
            or (last in _PAIRS.values() and not any(_PAIRS.get(one) == last for one in within[:-1]))
            or (last == "." and end == len(sentence))
        ):
            end -= 1
        elif first in _PAIRS and last == _PAIRS[first] and within.count(last) == 1 + (first == last):
            start, end = start + 1, end - 1
        else:
            break
    return start, end
