"""Reading files that may be anything, while others write them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from index.articles import loading, opening
from index.articles.loading import checksum, load
from index.articles.opening import content, regular_file
from index.articles.types import ArticleFile
from index.atomic import file_checksum
from index.types import Article, LoadError

CHANGED = "it changed while it was read"
WRITERS = {
    "append": ("open(path, 'a').write('more')", CHANGED),
    "overwrite": ("file = open(path, 'r+'); file.write('X'); file.close()", CHANGED),
    "cut": ("open(path, 'r+').truncate(5)", CHANGED),
    "replace": ("open(path + '~', 'w').write('Banjir surut lagi.'); os.replace(path + '~', path)", CHANGED),
    "remove": ("os.remove(path)", "it is no longer there"),
}


def write_elsewhere(writer: str, path: Path) -> None:
    """Let another process change the file."""
    code = f"import os, sys; path = sys.argv[1]; {WRITERS[writer][0]}"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, writer: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Banjir surut.", encoding="utf-8")
    with pytest.raises(LoadError) as caught, regular_file(path) as file:  # noqa: PT012
        file.read(5)
        write_elsewhere(writer, path)
        file.read()
    assert (caught.value.path, caught.value.reason) == (path.as_posix(), WRITERS[writer][1])
    if path.exists():
        assert content(path)


def test_a_link_that_is_turned_elsewhere_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text("Banjir surut.", encoding="utf-8")
    link = tmp_path / "a.txt"
    link.symlink_to("one")
    with pytest.raises(LoadError, match=CHANGED), regular_file(link):  # noqa: PT012
        link.unlink()
        link.symlink_to("two")


@pytest.mark.parametrize("writer", WRITERS)
def test_lines_that_change_while_they_are_read_end_with_an_error(tmp_path: Path, writer: str) -> None:
    path = tmp_path / "a.jsonl"
    line = json.dumps({"title": "Banjir", "text": "Air surut menjelang subuh.", "id": 1})
    path.write_text(f"{line}\n" * 3, encoding="utf-8")
    found = load(ArticleFile(path, PurePosixPath("a.jsonl")), "a")
    first = next(found)
    assert isinstance(first, Article)
    write_elsewhere(writer, path)
    *_, last = found
    assert isinstance(last, LoadError)
    assert (last.path, last.reason) == (path.as_posix(), WRITERS[writer][1])


def test_whoever_stops_reading_lines_leaves_the_file_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "Air surut."}\n' * 2, encoding="utf-8")
    found = load(ArticleFile(path, PurePosixPath("a.jsonl")), "a")
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208
    next(found)
    assert len(os.listdir("/dev/fd")) == before + 1  # noqa: PTH208
    found.close()  # type: ignore[attr-defined]
    assert len(os.listdir("/dev/fd")) == before  # noqa: PTH208


# --- checksums ------------------------------------------------------------------------------------------------


def test_a_checksum_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"Air surut. " * 300_000)
    assert checksum(path) == file_checksum(path)
    before = checksum(path)
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    os.utime(path, ns=times)
    assert checksum(path) != before


def test_a_checksum_is_refused_where_reading_would_be(tmp_path: Path) -> None:
    def reason(name: str) -> str:
        with pytest.raises(LoadError) as caught:
            checksum(tmp_path / name)
        return caught.value.reason

    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "broken.txt").symlink_to("nowhere")
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(30_000_000)
    assert reason("pipe.txt") == "not a regular file"
    assert reason("folder.txt") == "a folder, not a file"
    assert reason("broken.txt") == "a link that leads nowhere"
    assert reason("gone.txt") == "it is no longer there"
    assert reason("huge.txt") == "larger than 20 MB"


@pytest.mark.parametrize("suffix", loading.ANY_SIZE)
def test_lines_may_be_of_any_size(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text('{"text": "Air surut."}\n' * 9, encoding="utf-8")
    for module in (loading, opening):
        monkeypatch.setattr(module, "LARGEST", 100)
    assert checksum(path) == file_checksum(path)
    assert (
        len([item for item in load(ArticleFile(path, PurePosixPath(path.name)), "a") if isinstance(item, Article)]) == 9
    )
