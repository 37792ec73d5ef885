"""Folders that are made of a weights file once, and again whenever they are damaged.

`contents.json`, written last, holds the checksum of the weights and of every file.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from index.atomic import file_checksum
from index.types import ModelError

CONTENTS = "contents.json"


def made_folder(model: str, folder: Path, source: Path, write: Callable[[Path], None]) -> Path:
    """The folder, made by `write` where it is not there and whole; several processes may ask for it at once.

    Raises ModelError when it cannot be written.
    """
    if _is_whole(folder, source):
        return folder
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not _is_whole(folder, source):
                _make(folder, source, write)
    except OSError as exc:
        raise ModelError(
            model,
            f"The embedded model cannot be unpacked into {folder.parent} ({exc.strerror or exc}). "
            "Free 100 MB there, or set MODEL_CACHE to a folder that can be written.",
        ) from exc
    return folder


def _is_whole(folder: Path, source: Path) -> bool:
    """Whether every file has its checksum, the source included."""
    try:
        contents: dict[str, str] = json.loads((folder / CONTENTS).read_text())
        return contents.keys() > {source.name} and contents == _checksums(folder, source, contents)
    except (OSError, ValueError, AttributeError):
        return False


def _checksums(folder: Path, source: Path, names: Iterable[str]) -> dict[str, str]:
    return {name: file_checksum(source if name == source.name else folder / name) for name in names}


def _make(folder: Path, source: Path, write: Callable[[Path], None]) -> None:
    making = folder.with_name(f"{folder.name}.making-{os.getpid()}")
    for left_over in folder.parent.glob(f"{folder.name}.making-*"):
        shutil.rmtree(left_over)  # of a process that died: we hold the lock
    try:
        making.mkdir()
        write(making)
        names = [path.name for path in making.iterdir()]
        contents = _checksums(making, source, [*names, source.name])
        (making / CONTENTS).write_text(json.dumps(contents, indent=2), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
