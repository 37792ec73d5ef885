"""Files that survive a crash, whole or not there, and known by their checksum; and folders that do not survive it."""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import xxhash

LONGEST_NAME = 255
"""Bytes of a file's name."""


def file_checksum(path: Path) -> str:
    """XXH3 (128 bits, hexadecimal) of a file's bytes; guards against damage, not against an attacker."""
    digest = xxhash.xxh3_128()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def cut_name(stem: str, ending: str) -> str:
    """A file's name of at most as many bytes as file systems take; what is too long of the stem is cut off."""
    room = LONGEST_NAME - len(os.fsencode(ending))
    return os.fsencode(stem)[:room].decode(errors="ignore") + ending if len(os.fsencode(stem)) > room else stem + ending


def sync(path: Path) -> None:
    """Force a file's bytes, or a folder's entries, onto the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_text(path: Path, text: str) -> None:
    """Put `text` in place of the file's content in one step: a reader sees the old text or the new."""
    replace_content(path, lambda writing: writing.write_text(text, encoding="utf-8"))


def replace_content(path: Path, write: Callable[[Path], object]) -> None:
    """Put a whole file in place of another, or of none, in one step; `write` fills the path that it is given."""
    with replacing(path) as writing:
        write(writing)


def create_content(path: Path, write: Callable[[Path], object]) -> None:
    """Put a whole file where there is none, in one step. Raises FileExistsError where there is one."""
    with replacing(path, _name_anew) as writing:
        write(writing)


def _name_anew(writing: Path, path: Path) -> None:
    try:
        path.hardlink_to(writing)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, on which two that come at the same moment may meet
        if path.exists():
            raise FileExistsError(path) from None
        writing.replace(path)


@contextmanager
def replacing(path: Path, name: Callable[[Path, Path], object] = Path.replace) -> Iterator[Path]:
    """A path to write to, whose file takes the place of `path` in one step at the end, unless something is raised."""
    # Hidden, so that nobody takes it for an article; short, because the name itself may be as long as names can be.
    writing = path.with_name(f".writing-{os.getpid()}-{threading.get_ident()}")
    try:
        yield writing
        sync(writing)
        name(writing, path)
    finally:
        with suppress(OSError):  # it is there no more, or never was
            writing.unlink()
    sync(path.parent)


@contextmanager
def scratch_folder(parent: Path, prefix: str = "") -> Iterator[Path]:
    """A new folder of this prefix below `parent`, gone afterwards; what killed processes left of theirs goes too."""
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError):  # another user's, or gone by itself
            if any(folder.iterdir()) and not in_use(folder):  # an empty one may be just being made
                shutil.rmtree(folder)
    with TemporaryDirectory(prefix=prefix, dir=parent) as name:
        lock = os.open(name, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH)  # released by death
            yield Path(name)
        finally:
            os.close(lock)


def in_use(folder: Path) -> bool:
    """Whether a living process holds a lock on a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
