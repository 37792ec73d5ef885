"""Files become Articles: finding them, naming them, and one table of the kinds that are read."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from index.characters import one_line
from index.cleaning import Draft, story
from index.formats import read_html, read_markdown, read_text
from index.types import Article, LoadError

SUFFIXES: dict[str, Callable[[bytes], Draft]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
}
"""What reads a file, by its name's last part in lower case."""

LARGEST = 20 * 1024 * 1024
"""Bytes. Long articles have a tenth of one megabyte; what is larger is a dump or an archive, and reading it
would fill the memory several times over."""
_SAMPLE = 4000
"""Characters by which the language is told; more would not change it."""
_TOO_SHORT = 60
"""Letters; of less text a language is guessed, not told."""


class Found(NamedTuple):
    """A file below a root: where it is, and its path below the root."""

    path: Path
    relative: PurePosixPath


def load(path: Path, relative: PurePosixPath, article_id: str | None = None) -> Article:
    """The article in a file; LoadError, with the reason in a few words, where there is none.

    `relative` is the path below the articles folder, and `article_id` its id among all (see `article_ids`).
    """
    draft = story(_draft(path, relative))
    if not draft.paragraphs:
        raise LoadError(_shown(path), "it holds no story")
    text, facts = "\n\n".join(draft.paragraphs), draft.facts
    return Article(
        id=article_id or _slug(relative),
        title=facts.title or _name(relative),
        text=text,
        path=_shown(path),
        published=facts.published,
        author=facts.author,
        url=facts.url,
        language=_language(text, facts.language),
    )


# --- finding files ----------------------------------------------------------------------------------------


def find_files(roots: Sequence[Path]) -> Iterator[Found]:
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
        for path, relative in sorted(_walk(root, homes, seen), key=lambda found: str(found.relative)):
            unique = relative
            while unique in taken:
                unique = PurePosixPath(Path(os.path.realpath(root)).name or "root") / unique
            taken.add(unique)
            yield Found(path, unique)


def _walk(root: Path, homes: list[Path], seen: set[str]) -> Iterator[Found]:
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
            yield Found(path, relative if relative.parts else PurePosixPath(path.name))
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


# --- naming articles --------------------------------------------------------------------------------------


def article_ids(relative_paths: Iterable[PurePosixPath]) -> dict[PurePosixPath, str]:
    """The id of each path: its slug without the suffix, unique, and the same in whatever order they come.

    Of files that would share an id the first in sorted order keeps it; each other gets its suffix appended,
    or a short hash of its path where that is taken too.
    """
    paths = sorted(set(relative_paths), key=str)
    owners: dict[str, PurePosixPath] = {}
    for path in paths:
        owners.setdefault(_slug(path), path)
    ids = {path: slug for slug, path in owners.items()}
    taken = set(owners)
    for path in paths:
        if path not in ids:
            ids[path] = next(name for name in _other_names(path) if name not in taken)
            taken.add(ids[path])
    return ids


def _other_names(path: PurePosixPath) -> Iterator[str]:
    slug, suffix = _slug(path), _slugged(path.suffix)
    if suffix:
        yield f"{slug}-{suffix}"
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()
    for length in range(8, len(digest) + 1):
        yield f"{slug}-{digest[:length]}"


def _slug(relative: PurePosixPath) -> str:
    return _slugged(str(relative.with_suffix(""))) or "article"


def _slugged(text: str) -> str:
    """Letters, with their marks, and digits in lower case; one "-" for whatever stands between them."""
    lower = unicodedata.normalize("NFC", text.lower())
    kept = (character if unicodedata.category(character)[0] in "LMN" else " " for character in lower)
    return "-".join("".join(kept).split())


def _name(relative: PurePosixPath) -> str:
    """For an article without a headline: what its file is called."""
    return one_line(re.sub(r"[-_\s]+", " ", relative.stem)) or _slug(relative)


def _shown(path: Path) -> str:
    """The path as text that can be stored; bytes of a name that are no text are shown as "?"."""
    return path.as_posix().encode("utf-8", "replace").decode("utf-8")


# --- reading files ----------------------------------------------------------------------------------------


def _draft(path: Path, relative: PurePosixPath) -> Draft:
    suffix = relative.suffix.lower()
    read = SUFFIXES.get(suffix)
    if read is None:
        raise LoadError(_shown(path), _refusal(path, suffix))
    data = _content(path)
    if not data.strip(b" \t\r\n\f\v\xef\xbb\xbf\xfe\xff"):  # blanks, and the byte order marks
        raise LoadError(_shown(path), "it is empty")
    try:
        return read(data)
    except UnicodeError as exc:
        raise LoadError(_shown(path), "it is not text") from exc
    except ImportError:  # an incomplete installation is not the file's fault, and would lose all of its kind
        raise
    except Exception as exc:  # whatever a library trips over in a hostile file, the others are still read
        raise LoadError(_shown(path), f"it cannot be read as {suffix}") from exc


def _refusal(path: Path, suffix: str) -> str:
    if path.is_dir():
        return "a folder that cannot be opened"
    return f"not a kind of article Kabar reads ({suffix or 'no suffix'})"


def _content(path: Path) -> bytes:
    """A regular file's bytes; never waits, and never reads more than LARGEST."""
    try:
        # A pipe would wait for its writer. Windows has no such flag, and no such pipes.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            return _bytes_of(descriptor, path)
        finally:
            os.close(descriptor)
    except OSError as exc:
        raise LoadError(_shown(path), _trouble(exc, path)) from exc


def _bytes_of(descriptor: int, path: Path) -> bytes:
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode):
        raise LoadError(_shown(path), "a folder, not a file" if stat.S_ISDIR(about.st_mode) else "not a regular file")
    if about.st_size <= LARGEST:
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(LARGEST + 1)
        if len(data) <= LARGEST:
            return data
    raise LoadError(_shown(path), f"larger than {LARGEST >> 20} MB")


def _trouble(exc: OSError, path: Path) -> str:
    if isinstance(exc, FileNotFoundError):
        return "a link that leads nowhere" if path.is_symlink() else "it is no longer there"
    if isinstance(exc, PermissionError):
        return "no permission to read it"
    if exc.errno == errno.ELOOP:
        return "a link that leads in a circle"
    if exc.errno == errno.ENXIO:
        return "not a regular file"
    return (exc.strerror or "it cannot be read").lower()


# --- language ---------------------------------------------------------------------------------------------


def _language(text: str, declared: str | None) -> str | None:
    """The declared language, unless the text is plainly in another: many templates declare English always."""
    sample = text[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < _TOO_SHORT:
        return declared
    import py3langid

    ranked = [code for code, _ in py3langid.rank(sample)[:2]]
    if declared in ranked:
        return declared
    return ranked[0] if len(ranked[0]) == 2 else declared
