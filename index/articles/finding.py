"""Every file below the folders of articles, once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from index.articles.types import ArticleFile


def find_files(roots: Sequence[Path]) -> Iterator[ArticleFile]:
    """Every file under the roots, once, sorted by root and path; a root may itself be a file.

    Hidden files and folders are left out. A link is followed if it leads to what is not found without it, and
    never to a folder that holds a root, so no circle is walked. A pipe, a broken link or a folder that cannot
    be opened is given too: `load` says why it cannot be read, and nothing is passed over in silence. Where
    two roots hold the same relative path, the later one's is put below that root's name.
    """
    homes = [Path(os.path.realpath(root)) for root in roots]
    seen: set[str] = set()
    taken: set[PurePosixPath] = set()
    for root in roots:
        for path, relative in sorted(_walk(root, homes, seen), key=lambda file: str(file.relative)):
            unique = relative
            while unique in taken:
                unique = PurePosixPath(Path(os.path.realpath(root)).name or "root") / unique
            taken.add(unique)
            yield ArticleFile(path, unique)


def _walk(root: Path, homes: list[Path], seen: set[str]) -> Iterator[ArticleFile]:
    """What lies under a root and was not seen before: first what is truly there, then what links lead to."""
    waiting, links = [(root, PurePosixPath())], list[tuple[Path, PurePosixPath]]()
    while waiting or links:
        path, relative = waiting.pop() if waiting else links.pop()
        real = os.path.realpath(path)
        if real in seen:
            continue
        seen.add(real)
        entries = _entries(path)
        if entries is None:
            yield ArticleFile(path, relative if relative.parts else PurePosixPath(path.name))
            continue
        if path != root and path.is_symlink() and any(home.is_relative_to(real) for home in homes):
            continue
        for entry in entries:
            below = (path / entry.name, relative / entry.name)
            (links if entry.is_symlink() else waiting).append(below)
        links.sort(reverse=True)


def _entries(path: Path) -> list[os.DirEntry[str]] | None:
    """The visible entries of a folder; None for what is no folder, or cannot be opened."""
    try:
        with os.scandir(path) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except OSError:
        return None
