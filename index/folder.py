"""The articles' folder: putting files and pages in, taking articles out, and noticing that something changed."""

from __future__ import annotations

import difflib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePath, PurePosixPath
from typing import NamedTuple

from index.articles import loading
from index.articles.finding import find_files
from index.articles.types import ArticleFile
from index.atomic import create_content, cut_name, file_checksum, replace_content
from index.store.disk import Listed
from index.types import Article, ConfigurationError, KabarError, LoadError
from index.web.fetching import Page, file_name, saved_from

REMOVED = "removed"
"""Below INDEX_DIR: where the files of removed articles go."""
SETTLING_SECONDS = 2.0
"""A folder in which nothing changed for so long is not being written to."""
RETRY_SECONDS = 30.0


# --- putting in -------------------------------------------------------------------------------------------------


class Addition(NamedTuple):
    """What putting something into the folder gave."""

    files: list[Path]
    """Where it stands now, or stood already."""
    refused: list[LoadError]


def add(sources: Sequence[str], articles_dir: Path, fetch: Callable[[str], Page]) -> Addition:
    """Copy files, folders and web pages into the articles' folder.

    Each is looked into first, and what gives no article is refused. A page that was there already is replaced by what
    it is now; a file never replaces one with another content.
    """
    addition = Addition([], [])
    for source in sources:
        for put in _puts(source, articles_dir, fetch):
            try:
                addition.files.append(put())
            except LoadError as exc:
                addition.refused.append(exc)
            except OSError as exc:
                addition.refused.append(LoadError(source, f"it cannot be copied ({_trouble(exc)})"))
    return addition


def _puts(source: str, articles_dir: Path, fetch: Callable[[str], Page]) -> Iterator[Callable[[], Path]]:
    if "://" in source:
        yield partial(_put_page, source, fetch, articles_dir)
        return
    path = Path(source)
    if not source or not path.exists():  # nothing, such as an unset variable of a shell, is not the folder one is in
        yield partial(_refuse, source)
        return
    home = PurePosixPath(path.resolve().name) if path.is_dir() else PurePosixPath()
    for file in find_files([path]):
        yield partial(_put_file, file._replace(relative=home / file.relative), articles_dir)


def _trouble(exc: OSError) -> str:
    return (exc.strerror or str(exc)).lower()


def _refuse(source: str) -> Path:
    raise LoadError(source, "there is no such file or folder")


def _put_page(url: str, fetch: Callable[[str], Page], articles_dir: Path) -> Path:
    page = fetch(url)
    target = articles_dir / file_name(page.url, page.suffix)
    if target.exists() and saved_from(target.read_bytes()) != saved_from(page.content):
        target = articles_dir / file_name(page.url, page.suffix, taken=True)

    def write(writing: Path) -> None:
        writing.write_bytes(page.content)
        _look_into(ArticleFile(writing, PurePosixPath(target.relative_to(articles_dir))), page.url)

    articles_dir.mkdir(parents=True, exist_ok=True)
    replace_content(target, write)
    return target


def _put_file(file: ArticleFile, articles_dir: Path) -> Path:
    _look_into(file, str(file.path))
    path, relative, _ = file
    place, home = path.resolve(), articles_dir.resolve()
    if place.is_relative_to(home) and not _is_hidden(place.relative_to(home)):
        return path
    if _is_hidden(relative):
        raise LoadError(str(path), "its name begins with a dot, and such files are never read")
    target = articles_dir / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    content, number = file_checksum(path), 2
    while not _copy(path, target):
        if target.is_file() and file_checksum(target) == content:
            return target
        target = target.with_name(cut_name(relative.stem, f"-{number}{relative.suffix}"))
        number += 1
    return target


def _is_hidden(relative: PurePath) -> bool:
    return any(part.startswith(".") for part in relative.parts)


def _copy(source: Path, target: Path) -> bool:
    """Copy a file, whole or not at all; False where the name is taken, even if another took it just now."""
    if not target.exists():
        with suppress(FileExistsError):
            create_content(target, lambda writing: shutil.copyfile(source, writing))
            return True
    return False


def _look_into(file: ArticleFile, name: str) -> None:
    """Raise LoadError unless there is an article in the file."""
    refusal = LoadError(name, "it holds no story")
    for item in loading.load(file, "new"):
        if isinstance(item, Article):
            return
        refusal = LoadError(name, item.reason)
    raise refusal


# --- taking out -------------------------------------------------------------------------------------------------


def remove(ids: Sequence[str], listed: Sequence[Listed], articles_dir: Path, index_dir: Path) -> list[Path]:
    """Move the files of these articles, and of their true copies, to INDEX_DIR/removed; where they are now.

    `listed` is what the live index holds. Nothing is moved unless all can be: raises ConfigurationError for an id that
    is not there, for one of several articles in a file, and when no article would be left.
    """
    wanted = _with_copies(ids, listed)
    if not any(one.copy_of is None and one.article.id not in wanted for one in listed):
        raise ConfigurationError(
            "That would leave no article, and an index is never empty. Add another one first: kabar index add"
        )
    files = [_own_file(wanted[id_], listed, articles_dir) for id_ in sorted(wanted)]
    return [_move(file, index_dir / REMOVED / file.relative_to(articles_dir)) for file in files]


def _with_copies(ids: Sequence[str], listed: Sequence[Listed]) -> dict[str, Listed]:
    by_id = {one.article.id: one for one in listed}
    for id_ in ids:
        if id_ not in by_id:
            near = difflib.get_close_matches(id_, by_id, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ConfigurationError(f"There is no article {id_}.{hint} See them all with: kabar index list")
    return {id_: one for id_, one in by_id.items() if id_ in ids or one.copy_of in ids}


def _own_file(one: Listed, listed: Sequence[Listed], articles_dir: Path) -> Path:
    file, id_ = articles_dir / (one.relative or ""), one.article.id
    together = sum(other.relative == one.relative for other in listed)
    if together > 1:
        raise ConfigurationError(
            f"{id_} stands in {file} together with {together - 1} others. Take it out of that file, "
            "then run: kabar index build"
        )
    read_from = Path(one.article.path)  # elsewhere, if the last build was given other folders
    elsewhere = read_from.exists() and file.exists() and not read_from.samefile(file)
    if not (one.relative and file.exists()) or elsewhere:
        raise ConfigurationError(
            f"The file of {id_} is not in {articles_dir}. If it is gone already, run: kabar index build"
        )
    return file


def _move(file: Path, target: Path) -> Path:
    free, number = target, 2
    while free.exists() or free.is_symlink():
        free = target.with_name(cut_name(target.stem, f"-{number}{target.suffix}"))
        number += 1
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, free)
    except OSError as exc:
        if file.exists():
            with suppress(OSError):
                free.unlink()  # half of a copy, from one disk to another
        raise KabarError(
            f"{file} cannot be moved to {target.parent} ({_trouble(exc)}). See that there is room and permission "
            "to write; if others were moved before it, run: kabar index build"
        ) from exc
    return free


# --- noticing ---------------------------------------------------------------------------------------------------


def watch(roots: Sequence[Path], build: Callable[[], bool], settling: float = SETTLING_SECONDS) -> None:
    """Call `build` now and whenever the files under the roots are others than before and have stopped changing.

    Never returns. A build that says it failed is tried again after a while.
    """
    built = previous = None
    while True:
        start = time.monotonic()
        now = _state(roots)
        duration = time.monotonic() - start
        if now == previous and now != built:
            if build():
                built = now
            else:
                time.sleep(RETRY_SECONDS)
        previous = now
        time.sleep(max(settling, 10 * duration))


def _state(roots: Sequence[Path]) -> dict[Path, tuple[int, int, int]]:
    """Size, time of change and inode of every file."""
    state = {}
    for file in find_files(roots):
        try:
            about = file.path.stat()
        except OSError:
            continue  # gone, or a link that leads nowhere
        state[file.path] = about.st_size, about.st_mtime_ns, about.st_ino
    return state
