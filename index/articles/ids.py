"""The ids of articles: readable, unique, and the same in every rebuild."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from pathlib import PurePosixPath

import xxhash

LONGEST = 120
"""Characters of an item's id; what is cut off is told by a hash."""
_SHORTEST_CUT = 60
"""Characters that an item's own name keeps, however long its file's is."""
_TRIES = 16
"""With a short hash; of some ten thousand items that are alike in all, short hashes begin to go round in a circle."""
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


def slug(text: str) -> str:
    """Letters, with their marks, and digits in lower case; one "-" for whatever stands between them."""
    lower = unicodedata.normalize("NFC", text.lower())
    words = (character if unicodedata.category(character)[0] in "LMN" else " " for character in lower)
    return "-".join("".join(words).split())


# --- of files -------------------------------------------------------------------------------------------------


def article_ids(relative_paths: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
    """The id of each path: its slug without the suffix, unique, and the same in whatever order they come.

    Of files that would share an id the first in sorted order keeps it; each other gets its suffix appended,
    or a short hash of its path where that is taken too.
    """
    paths = sorted(set(relative_paths), key=str)
    owners: dict[str, PurePosixPath] = {}
    for path in paths:
        owners.setdefault(_path_slug(path), path)
    ids = {path: slug for slug, path in owners.items()}
    taken = set(owners)
    for path in paths:
        if path not in ids:
            ids[path] = next(name for name in _other_names(path) if name not in taken)
            taken.add(ids[path])
    return ids


def _other_names(path: PurePosixPath) -> Iterator[str]:
    name, suffix = _path_slug(path), slug(path.suffix)
    if suffix:
        yield f"{name}-{suffix}"
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()
    for length in range(8, len(digest) + 1):
        yield f"{name}-{digest[:length]}"


def _path_slug(relative: PurePosixPath) -> str:
    return slug(str(relative.with_suffix(""))) or "article"


# --- of the items in a file -----------------------------------------------------------------------------------


class ItemIds:
    """Gives the items of one file their ids, below the file's own."""

    def __init__(self, article_id: str) -> None:
        self._article_id = article_id
        self._taken: set[int] = set()
        """Hashes, which take a third of the room: a file may hold a million items."""
        self._last: dict[int, str] = {}
        """Of items that are alike in all, from the third on, the id of the last one."""

    def next(self, names: Iterable[str], content: str) -> str:
        """The id of the next item, by the first of its names that has a letter in it.

        Of items with the same name the first keeps it, each other gets a hash of its content: a number of its place
        would change with every item that is put in before it.
        """
        slugs = (slug(_SCHEME.sub("", name, count=1)) for name in names)
        name = next(filter(None, slugs), "") or _hash(content)
        room = max(_SHORTEST_CUT, LONGEST - len(self._article_id) - 1)
        short = name if len(name) <= room else f"{name[: room - 9].rstrip('-')}-{_hash(name)}"
        id_ = f"{self._article_id}-{short}"
        return id_ if self._take(id_) else self._another(id_, content)

    def _take(self, id_: str) -> bool:
        """Whether the id was free; it is not any more."""
        before = len(self._taken)
        self._taken.add(_number(id_))
        return len(self._taken) > before

    def _another(self, name: str, content: str) -> str:
        """An id by what the item holds. Of items that are alike in that too, each is named after the one before."""
        first = f"{name}-{_hash(name + content)}"
        if self._take(first):
            return first
        alike = _number(name + content)
        id_ = self._last.get(alike, first)
        for length in chain(repeat(8, _TRIES), repeat(16)):
            id_ = f"{name}-{_hash(id_ + content, length)}"
            if self._take(id_):
                break
        self._last[alike] = id_
        return id_


def _hash(text: str, length: int = 8) -> str:
    return f"{_number(text):016x}"[:length]


def _number(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode("utf-8", "surrogatepass"))
