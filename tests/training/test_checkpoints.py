"""Checkpoints are there whole, the newest few."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.types import ConfigurationError
from training.checkpoints import checkpoints, newest, save


def test_the_newest_checkpoints_are_kept_and_damaged_ones_passed_by(tmp_path: Path) -> None:
    assert newest(tmp_path) is None
    for step in range(1, 6):
        save({"step": step}, tmp_path, tmp_path / "copy")
    assert [file.name for file in checkpoints(tmp_path)] == [f"checkpoint-{step:08d}.pt" for step in (5, 4, 3)]
    checkpoints(tmp_path)[0].write_bytes(b"rubbish")
    assert newest(tmp_path) == {"step": 4}
    for file in checkpoints(tmp_path):
        file.write_bytes(b"rubbish")
    assert newest(tmp_path, tmp_path / "copy") == {"step": 5}
    with pytest.raises(ConfigurationError, match="None of the checkpoints"):
        newest(tmp_path)
