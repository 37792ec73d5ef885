"""Folders that are made of a weights file once, and again whenever they are damaged.

`contents.json`, written last, holds every file's size, and the checksum of the weights and of those files that are run.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from index.atomic import file_checksum
from index.types import ModelError

CONTENTS = "contents.json"


def made_folder(model: str, folder: Path, source: Path, run: Sequence[str], write: Callable[[Path], None]) -> Path:
    """The folder, made by `write` where it is not there and whole; several processes may ask for it at once.

    `run` names the files in it whose every byte is checked. Raises ModelError when it cannot be written.
    """
    if _is_whole(folder, source, run):
        return folder
    from filelock import FileLock
    from safetensors import SafetensorError

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not _is_whole(folder, source, run):
                _make(folder, source, run, write)
    except (OSError, SafetensorError) as exc:
        raise ModelError(
            model,
            f"The embedded model cannot be unpacked into {folder.parent} ({getattr(exc, 'strerror', None) or exc}). "
            "Free 600 MB there, or set MODEL_CACHE to a folder that can be written.",
        ) from exc
    return folder


def _is_whole(folder: Path, source: Path, run: Sequence[str]) -> bool:
    """Whether every file is there in its size, and what is run, the source included, has its checksum."""
    try:
        contents = json.loads((folder / CONTENTS).read_text())
        sizes = all((folder / name).stat().st_size == size for name, size in contents["sizes"].items())
        return sizes and contents["checksums"] == _checksums(folder, source, run)
    except (OSError, ValueError, KeyError):
        return False


def _checksums(folder: Path, source: Path, run: Sequence[str]) -> dict[str, str]:
    return {name: file_checksum(folder / name) for name in run} | {source.name: file_checksum(source)}


def _make(folder: Path, source: Path, run: Sequence[str], write: Callable[[Path], None]) -> None:
    making = folder.with_name(f"{folder.name}.making-{os.getpid()}")
    for left_over in folder.parent.glob(f"{folder.name}.making-*"):
        shutil.rmtree(left_over)  # of a process that died: we hold the lock
    try:
        making.mkdir()
        write(making)
        sizes = {
            path.relative_to(making).as_posix(): path.stat().st_size for path in making.rglob("*") if path.is_file()
        }
        contents = {"sizes": sizes, "checksums": _checksums(making, source, run)}
        (making / CONTENTS).write_text(json.dumps(contents, indent=2), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
