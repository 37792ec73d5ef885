"""Snapshots are opened whole or refused in words."""

from __future__ import annotations

import errno
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import xxhash

from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store import snapshots
from index.store.snapshots import open_current
from index.types import BrokenIndexError, BuildError, ConfigurationError, MissingIndexError

FILES = ("manifest.json", "catalogue.sqlite", "vectors.faiss")


def folder_of(index_dir: Path) -> Path:
    return index_dir / "snapshots" / snapshots.current_name(index_dir)


def test_a_snapshot_tells_what_it_holds_and_how_it_was_made(index_dir: Path) -> None:
    manifest = json.loads((folder_of(index_dir) / "manifest.json").read_text())
    assert (manifest["model"], manifest["fingerprint"], manifest["dimension"]) == ("hash", "hash-1", 512)
    assert (manifest["articles"], manifest["added"], manifest["parent"]) == (
        3,
        ["harbour", "market", "orchestra"],
        None,
    )
    assert set(manifest["files"]) == {"catalogue.sqlite", "vectors.faiss"}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "truncated", "empty", "flipped first", "flipped middle", "flipped last"])
def test_every_damage_is_refused_with_what_to_do(index_dir: Path, name: str, damage: str) -> None:
    path = folder_of(index_dir) / name
    content = bytearray(path.read_bytes())
    place = {"flipped first": 0, "flipped middle": len(content) // 2, "flipped last": len(content) - 1}.get(damage)
    if place is not None:
        content[place] ^= 0x10
    path.write_bytes({"truncated": content[: len(content) // 2], "empty": b""}.get(damage, content))
    if damage == "missing":
        path.unlink()
    with pytest.raises(BrokenIndexError, match=r"Run: kabar index build"):
        open_current(index_dir)


@pytest.mark.parametrize(
    "content", [b"", b"20240101T000000.000000Z-0123456789abcdef", b"../../etc", b"\xff\xfe\x00", b"x" * 100_000]
)
def test_a_pointer_that_leads_nowhere_is_refused(index_dir: Path, content: bytes) -> None:
    (index_dir / "CURRENT").write_bytes(content)
    with pytest.raises(BrokenIndexError, match=r"Run: kabar index build"):
        open_current(index_dir)


def test_no_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingIndexError, match=r"There is no index in .* yet. Run: kabar index build"):
        open_current(tmp_path)


def test_an_index_of_another_model_is_refused(index_dir: Path) -> None:
    class OtherEmbedder(HashEmbedder):
        name, fingerprint = "other", "other-1"

    with open_current(index_dir) as snapshot:
        snapshot.require(HashEmbedder())
        with pytest.raises(BrokenIndexError, match=r"model 'hash'.*not with 'other'.*Run: kabar index build"):
            snapshot.require(OtherEmbedder())


def test_an_index_of_another_chunker_is_refused(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.text.chunking.VERSION", 999)
    with open_current(index_dir) as snapshot, pytest.raises(BrokenIndexError, match=r"Run: kabar index build"):
        snapshot.require(HashEmbedder())


def test_an_index_may_be_moved(index_dir: Path, tmp_path: Path) -> None:
    shutil.move(index_dir, tmp_path / "a folder with # and ? and %20")
    with open_current(tmp_path / "a folder with # and ? and %20") as snapshot:
        assert snapshot.store.passages([0])[0].article == "harbour"


def test_reading_changes_nothing_on_disk(index_dir: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in index_dir.rglob("*")}
    with open_current(index_dir) as snapshot:
        snapshot.store.matching("crane", 3)
    assert {path: path.stat().st_mtime_ns for path in index_dir.rglob("*")} == before


@pytest.fixture
def three_snapshots(articles_dir: Path, index_dir: Path) -> list[str]:
    """The names of three snapshots, oldest first; each has an article more."""
    made = [snapshots.current_name(index_dir)]
    for name in ("bakery", "school"):
        (articles_dir / f"{name}.txt").write_text(f"The {name}\n\nThe {name} opened in May.\n")
        made.append(build([articles_dir], index_dir, HashEmbedder()).snapshot)
    return made


def test_one_can_go_back_step_by_step(index_dir: Path, articles_dir: Path, three_snapshots: list[str]) -> None:
    first, second, third = three_snapshots
    assert [name for name, _ in snapshots.history(index_dir)] == [third, second, first]
    assert [manifest and manifest.added for _, manifest in snapshots.history(index_dir)][:2] == [["school"], ["bakery"]]
    assert snapshots.roll_back(index_dir) == snapshots.current_name(index_dir) == second
    assert snapshots.roll_back(index_dir) == first
    with pytest.raises(ConfigurationError, match="no snapshot before"):
        snapshots.roll_back(index_dir)
    assert snapshots.roll_back(index_dir, third) == third
    snapshots.roll_back(index_dir, first)
    assert build([articles_dir], index_dir, HashEmbedder()).changes.added == ["bakery", "school"]


def test_a_clock_that_is_set_back_changes_no_order(
    articles_dir: Path, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, now = [snapshots.current_name(index_dir)], datetime.now(UTC)
    for number, hours in enumerate((2, 0, -24, 1, -1, 0)):
        monkeypatch.setattr(snapshots, "now", lambda late=hours: (now + timedelta(hours=late)).isoformat())
        (articles_dir / f"tower{number}.txt").write_text(f"The tower\n\nTower {number} was opened in May.\n")
        made.append(build([articles_dir], index_dir, HashEmbedder()).snapshot)
        assert snapshots.current_name(index_dir) == made[-1]
    assert snapshots.names(index_dir) == made[:-6:-1]
    assert snapshots.roll_back(index_dir) == made[-2]


def test_one_cannot_go_back_to_what_is_not_there_or_is_damaged(index_dir: Path, three_snapshots: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="kabar index history"):
        snapshots.roll_back(index_dir, "../../etc")
    (index_dir / "snapshots" / three_snapshots[1] / "manifest.json").write_text("{}")
    assert snapshots.history(index_dir)[1] == (three_snapshots[1], None)
    with pytest.raises(BrokenIndexError, match="damaged"):
        snapshots.roll_back(index_dir)
    assert snapshots.current_name(index_dir) == three_snapshots[2]


def test_one_cannot_go_back_on_a_disk_that_cannot_be_written(
    index_dir: Path, three_snapshots: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _text: str) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(snapshots, "replace_text", refuse)
    with pytest.raises(BuildError, match="Read-only file system"):
        snapshots.roll_back(index_dir)
    assert snapshots.current_name(index_dir) == three_snapshots[-1]


def test_a_file_among_the_snapshots_is_none(index_dir: Path) -> None:
    kept = snapshots.names(index_dir)
    (index_dir / "snapshots" / "20200101T000000.000000Z-0123456789abcdef").touch()
    assert snapshots.names(index_dir) == kept


def test_nobody_goes_back_while_a_build_runs(index_dir: Path, three_snapshots: list[str]) -> None:
    with snapshots.building(index_dir), pytest.raises(BuildError, match="Another build is running"):
        snapshots.roll_back(index_dir)


def test_a_snapshot_of_another_version_is_refused_with_what_to_do(index_dir: Path) -> None:
    folder = folder_of(index_dir)
    content = (folder / "manifest.json").read_bytes().replace(b'"format": 2', b'"format": 1')
    (folder / "manifest.json").write_bytes(content)
    name = f"{folder.name.rpartition('-')[0]}-{xxhash.xxh3_64_hexdigest(content)}"
    folder.rename(folder.with_name(name))
    (index_dir / "CURRENT").write_text(name)
    with pytest.raises(BrokenIndexError, match=r"another version of Kabar\. Run: kabar index build"):
        open_current(index_dir)
