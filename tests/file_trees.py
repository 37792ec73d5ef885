"""Folders as they are on disk, and what those see who may not write to them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def tree(folder: Path) -> dict[str, tuple[int, int, int, int]]:
    """Mode, size, time of change and inode of all that lies in a folder, and of itself."""
    return {str(path.relative_to(folder)): _state(path) for path in (folder, *folder.rglob("*"))}


def _state(path: Path) -> tuple[int, int, int, int]:
    about = path.lstat()
    return about.st_mode, about.st_size, about.st_mtime_ns, about.st_ino


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything, whatever a file's mode says: as root, be `nobody` meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody may write into the folder meanwhile, and root is not root."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path in modes:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with without_privileges():
            yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
