"""What a process of Kabar needs to run in a test."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent

Kabar = Callable[..., "subprocess.CompletedProcess[str]"]
"""Runs `kabar` with these arguments."""


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """What a process of Kabar needs to run here, and the settings."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return (
        {"EMBEDDING_MODEL": "hash", "READER_MODEL": "sentence", "PYTHONPATH": str(REPOSITORY), "COLUMNS": "200"}
        | kept
        | dict(settings)
    )
