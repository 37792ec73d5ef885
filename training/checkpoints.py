"""Checkpoints: written whole or not at all, the newest few kept."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from index.types import ConfigurationError
from training.model import Tensors

KEPT = 3
PATTERN = "checkpoint-*.pt"
COPY = "newest.pt"

log = logging.getLogger("training")


def save(state: dict[str, Any], folder: Path, copy_to: Path | None = None) -> Path:
    """Write the state as the newest checkpoint, drop the oldest, and keep a copy of the newest elsewhere."""
    file = folder / f"checkpoint-{state['step']:08d}.pt"
    write(state, file)
    for old in checkpoints(folder)[KEPT:]:
        old.unlink()
    if copy_to:
        _copy(file, copy_to / COPY)
    return file


def write(state: dict[str, Any], file: Path) -> None:
    """Write the state to the file, which is the old one or the new one at any time."""
    making = file.with_suffix(".making")
    with making.open("wb") as out:
        torch.save(state, out)
        out.flush()
        os.fsync(out.fileno())
    making.replace(file)


def _copy(file: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    making = to.with_suffix(".making")
    shutil.copyfile(file, making)
    making.replace(to)


def checkpoints(folder: Path) -> list[Path]:
    """The folder's checkpoints, newest first."""
    return sorted(folder.glob(PATTERN), reverse=True)


def newest(folder: Path, copy_to: Path | None = None) -> dict[str, Any] | None:
    """The newest checkpoint that can be read; None if there is none.

    Raises ConfigurationError if there are some and none can be read.
    """
    files = checkpoints(folder)
    if copy_to and (copy_to / COPY).exists():
        files.append(copy_to / COPY)
    for file in files:
        try:
            return load(file)
        except ConfigurationError as exc:
            log.warning("%s", exc)  # a damaged file costs what was done since the one before
    if files:
        raise ConfigurationError(f"None of the checkpoints in {folder} can be read. Train into another folder.")
    return None


def load(file: Path) -> dict[str, Any]:
    """What `save` or `write` was given. Raises ConfigurationError when it cannot be read."""
    try:
        state: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as exc:  # whatever torch raises over a damaged file
        raise ConfigurationError(f"{file} is no checkpoint that can be read ({type(exc).__name__}).") from exc
    return state


def learnt_in(file: Path, *, raw: bool = False) -> Tensors:
    """What a checkpoint, or an exported file, has learnt: the moving average, or the last weights themselves.

    Raises ConfigurationError when it is neither, or was exported with --merged.
    """
    learnt = _exported(file) if file.suffix == ".safetensors" else load(file)["learnt" if raw else "average"]
    if "l0.q.down" not in learnt:
        raise ConfigurationError(f"{file} holds no low-rank changes: it was exported with --merged, or is no reader.")
    return {name: tensor.detach() for name, tensor in learnt.items()}


def _exported(file: Path) -> Tensors:
    try:
        return {name: tensor.float() for name, tensor in load_file(file).items()}
    except (OSError, SafetensorError) as exc:
        raise ConfigurationError(f"{file} cannot be read ({exc}).") from exc
