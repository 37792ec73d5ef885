"""Every file below the folders of articles, once."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from index.articles.types import ArticleFile


def find_files(roots: Sequence[Path]) -> Iterator[ArticleFile]:
    """Every file under the roots, once, sorted by root and path; a root may itself be a file, or a link.

    Hidden files and folders are left out. No link is followed: what one leads to below a root is found without it, and
    what lies elsewhere, or is hidden, was not put there to be read. Such a link is given all the same, as are a pipe, a
    broken link and a folder that cannot be opened: `load` says why it is not read, and nothing is passed over in
    silence. Where two roots hold the same relative path, the later one's is put below that root's name.
    """
    homes = [Path(os.path.realpath(root)) for root in roots]
    seen: set[str] = set()
    taken: set[PurePosixPath] = set()
    for root in roots:
        for file in sorted(_walk(root, homes, seen), key=lambda file: str(file.relative)):
            unique = file.relative
            while unique in taken:
                unique = PurePosixPath(Path(os.path.realpath(root)).name or "root") / unique
            taken.add(unique)
            yield file._replace(relative=unique)


def _walk(root: Path, homes: list[Path], seen: set[str]) -> Iterator[ArticleFile]:
    """What lies under a root and was not seen before."""
    waiting = [(root, PurePosixPath())]
    while waiting:
        path, relative = waiting.pop()
        real = os.path.realpath(path)
        if real in seen:
            continue
        seen.add(real)
        entries = _entries(path)
        if entries is None:
            yield ArticleFile(path, relative if relative.parts else PurePosixPath(path.name))
            continue
        for entry in entries:
            below = (path / entry.name, relative / entry.name)
            if not entry.is_symlink():
                waiting.append(below)
            elif not (is_inside := _is_inside(entry, homes)) or not below[0].exists():
                yield ArticleFile(*below, leads_out=not is_inside)


def _is_inside(link: os.DirEntry[str], homes: list[Path]) -> bool:
    """Whether a link leads to what is visible below one of these folders."""
    real = Path(os.path.realpath(link))
    return any(
        real.is_relative_to(home) and not any(part.startswith(".") for part in real.relative_to(home).parts)
        for home in homes
    )


def _entries(path: Path) -> list[os.DirEntry[str]] | None:
    """The visible entries of a folder; None for what is no folder, or cannot be opened."""
    try:
        with os.scandir(path) as entries:
            return [entry for entry in entries if not entry.name.startswith(".")]
    except OSError:
        return None
