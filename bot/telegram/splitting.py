"""A long message in parts that Telegram takes, each of them whole HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

LONGEST = 4096
"""UTF-16 code units that Telegram takes in one message, without its tags."""

_PIECE = re.compile(r"</?[a-z][^>]*>|&(?:lt|gt|amp|quot|#\d+);|[^<&]|.", re.DOTALL)
_BORDERS = ("\n\n", "\n", ". ", "? ", "! ", "… ", "。", " ")
"""Where a text is parted, the best first."""


def length(html: str) -> int:
    """UTF-16 code units of what is shown."""
    return sum(map(_units, _PIECE.findall(html)))


def split(html: str, longest: int = LONGEST) -> list[str]:
    """The message in parts of at most `longest` units, parted where a paragraph or a sentence ends if one is near.

    Tags that are open where a part ends are closed there and opened again in the next one.
    """
    if length(html) <= longest:
        return [html]
    parts = []
    opened: list[str] = []
    for pieces in _parted(_PIECE.findall(html), longest):
        before = "".join(opened)
        for tag in filter(_is_tag, pieces):
            if tag.startswith("</"):
                opened.pop()
            else:
                opened.append(tag)
        if any(piece.strip() for piece in pieces if not _is_tag(piece)):
            closing = "".join(f"</{_name(tag)}>" for tag in reversed(opened))
            parts.append(before + "".join(pieces).strip() + closing)
    return parts


def _parted(pieces: list[str], longest: int) -> Iterator[list[str]]:
    while pieces:
        end = _fitting(pieces, longest)
        if end < len(pieces):
            end = _border(pieces, end)
        yield pieces[:end]
        pieces = pieces[end:]


def _fitting(pieces: list[str], longest: int) -> int:
    """How many of the pieces fit, at least one."""
    room = longest
    for place, piece in enumerate(pieces):
        room -= _units(piece)
        if room < 0:
            return max(place, 1)
    return len(pieces)


def _border(pieces: list[str], end: int) -> int:
    """The last good border at or before `end`; a border in the first half would waste more than it helps."""
    shown = ["" if _is_tag(piece) else piece for piece in pieces[:end]]
    for border in _BORDERS:
        for place in range(end, end // 2, -1):
            if shown[place - 1] and "".join(shown[max(place - 8, 0) : place]).endswith(border):
                return place
    return end


def _is_tag(piece: str) -> bool:
    return len(piece) > 2 and piece.startswith("<")


def _name(tag: str) -> str:
    return re.split(r"[\s>]", tag[1:], maxsplit=1)[0]


def _units(piece: str) -> int:
    return 0 if _is_tag(piece) else len(unescape(piece).encode("utf-16-le")) // 2
