"""Folders for work in between, which no death leaves behind for long."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from index.store.snapshots import in_use


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
