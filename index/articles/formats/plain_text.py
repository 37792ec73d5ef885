"""Plain text: its paragraphs, whatever they are set in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from index.articles.lines import is_read_also, stands_alone
from index.text.characters import tidy

_QUOTE_MARKS = re.compile(r"(?:> ?)+")
_BULLET = re.compile(r"(?:[-*•–]|\d{1,2}[.)])\s")


def paragraphs(text: str) -> list[str]:
    """The paragraphs of plain text: blank lines part them, and lines wrapped at a width are joined."""
    lines = _without_quote_marks([line.strip() for line in tidy(text).split("\n")])
    blocks = (list(block) for is_text, block in groupby(lines, key=bool) if is_text)
    return [paragraph for block in blocks for paragraph in _unwrapped(block)]


def _without_quote_marks(lines: list[str]) -> list[str]:
    """A pasted quotation brings its ">" along: alone on a line, or at the start of every line."""
    lines = ["" if _QUOTE_MARKS.fullmatch(line) else line for line in lines]
    if all(line.startswith(">") for line in lines if line):
        return [_QUOTE_MARKS.sub("", line, count=1).strip() for line in lines]
    return lines


def _unwrapped(block: list[str]) -> Iterator[str]:
    """The block's paragraphs; lines too short or too long to be wrapped at a width are one each."""
    width = max(map(len, block))
    paragraph = block[:1]
    for line in block[1:]:
        if 40 <= width <= 100 and _goes_on(paragraph[-1], line, width):
            paragraph.append(line)
        else:
            yield _run_on(paragraph)
            paragraph = [line]
    yield _run_on(paragraph)


def _goes_on(line: str, below: str, width: int) -> bool:
    """Whether a line was broken here: the word below hardly fitted, or the sentence was in its midst."""
    hardly_fitted = len(line) + 1 + len(below.split(" ", 1)[0]) > 0.9 * width
    if hardly_fitted and below[0].islower():
        return True  # "Jakarta, 3 Mei 2024 – Badan Pangan" is no dateline yet
    if stands_alone(line) or stands_alone(below) or is_read_also(below) or _BULLET.match(below):
        return False
    return hardly_fitted or (below[0].islower() and len(line) > width / 2)


def _run_on(lines: list[str]) -> str:
    # Reduplication ("anak-anak") and compounds are wrapped behind their hyphen.
    return re.sub(r"(?<=\w-)\n(?=\w)", "", "\n".join(lines)).replace("\n", " ")
