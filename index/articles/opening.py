"""Reading files that may be anything: never waiting, never too much, and never a mixture of two versions."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

import xxhash

from index.types import LoadError, RefusedError

LARGEST = 20 * 1024 * 1024
"""Bytes. Long articles have a tenth of one megabyte; what is larger is a dump or an archive, and reading it
would fill the memory several times over."""
_BLOCK = 1 << 20


@contextmanager
def regular_file(path: Path) -> Iterator[BinaryIO]:
    """A regular file, open for reading. Raises LoadError, with the reason in a few words, where it cannot be read.

    Raises it at the end as well, if the file is not what it was at the start.
    """
    try:
        # A pipe would wait for its writer. Windows has no such flag, and no such pipes.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise LoadError(display_path(path), _kind(before.st_mode))
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                yield file
            if not _state(before) == _state(os.fstat(descriptor)) == _state(path.stat()):
                raise LoadError(display_path(path), "it changed while it was read")
        finally:
            os.close(descriptor)
    except OSError as exc:
        raise LoadError(display_path(path), _trouble(exc, path)) from exc


def content(path: Path) -> bytes:
    """The bytes of a file. Raises LoadError if there are more than LARGEST, RefusedError if nothing but blanks."""
    data = b"".join(_blocks(path, LARGEST))
    if not data.strip(b" \t\r\n\f\v\xef\xbb\xbf\xfe\xff"):  # blanks, and the byte order marks
        raise RefusedError("it is empty")
    return data


def checksum(path: Path, largest: int | None = LARGEST) -> str:
    """XXH3 (128 bits, hexadecimal) of a file's bytes; LoadError where it cannot be read, or is too large."""
    digest = xxhash.xxh3_128()
    for block in _blocks(path, largest):
        digest.update(block)
    return digest.hexdigest()


def display_path(path: PurePath) -> str:
    """The path as text that can be stored; bytes of a name that are no text are shown as "?"."""
    return path.as_posix().encode("utf-8", "replace").decode("utf-8")


def _blocks(path: Path, largest: int | None) -> Iterator[bytes]:
    with regular_file(path) as file:
        length = os.fstat(file.fileno()).st_size  # of some, like those below /proc, it says nothing
        while largest is None or length <= largest:
            block = file.read(_BLOCK)
            if not block:
                return
            length = max(length, file.tell())
            yield block
        raise LoadError(display_path(path), f"larger than {LARGEST >> 20} MB")


def _state(about: os.stat_result) -> tuple[int, ...]:
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


def _kind(mode: int) -> str:
    return "a folder, not a file" if stat.S_ISDIR(mode) else "not a regular file"


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
