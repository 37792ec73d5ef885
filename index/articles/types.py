"""An article on its way from its file: where the file was found, and the draft of what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from index.articles.lines import Facts


@dataclass(frozen=True, slots=True)
class Draft:
    """What a format gives: each paragraph of the page as one line, and what the format itself declares."""

    paragraphs: list[str]
    facts: Facts = field(default_factory=Facts)


class ArticleFile(NamedTuple):
    """A file below a root: where it is, and its path below the root."""

    path: Path
    relative: PurePosixPath
