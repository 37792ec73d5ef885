"""An article on its way from its file: where the file is, and the draft of what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from index.articles.lines import Facts
from index.types import LoadError


class ArticleFile(NamedTuple):
    """A file below a root: where it is, and its path below the root."""

    path: Path
    relative: PurePosixPath
    leads_out: bool = False
    """Whether it is a link to what is hidden or lies below no root: it is named, and never opened."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a format gives of one article: each paragraph of it as one line, and what the format itself declares."""

    paragraphs: list[str]
    facts: Facts = field(default_factory=Facts)
    """What the format declares goes before what the paragraphs tell."""
    likely: Facts = field(default_factory=Facts)
    """What holds where neither does."""
    place: str = ""
    """Where it stands, behind the path of its file: ":7" for a line, "#7" for an entry; empty if it is the only one."""
    id: str = ""
    """Its own among the others of its file, or nothing."""
    source: str = ""
    """Its text as it stands among the others, which tells it from those of the same name."""


Format = Callable[[ArticleFile], Iterator[Draft | LoadError]]
"""Reads a file: gives the draft of each of its articles, and a LoadError in the place of one that cannot be read.

Raises whatever a library trips over, and RefusedError with a reason, where the whole file gives none.
"""
