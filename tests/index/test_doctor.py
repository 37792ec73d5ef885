"""The doctor looks at everything and touches nothing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from file_trees import read_only, tree
from sample_articles import HARBOUR

from index.build import build
from index.doctor import examine
from index.embedding.hashing import HashEmbedder
from index.store import snapshots

Kabar = Callable[..., "subprocess.CompletedProcess[str]"]


def ailments(articles_dir: Path, index_dir: Path) -> list[str]:
    return [check.check for check in examine(articles_dir, index_dir, HashEmbedder) if not check.ok]


def test_it_changes_nothing_on_disk(articles_dir: Path, index_dir: Path, tmp_path: Path) -> None:
    (articles_dir / "new.txt").write_text("A new story\n\nIt says something new.\n")
    before = tree(tmp_path)
    assert ailments(articles_dir, index_dir) == []
    assert tree(tmp_path) == before


def test_it_makes_no_index_where_there_is_none(articles_dir: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    assert ailments(articles_dir, tmp_path / "var" / "index") == ["live index"]
    assert tree(tmp_path) == before


def test_it_looks_at_what_it_may_only_read() -> None:
    with TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name)
        (folder / "articles").mkdir()
        (folder / "articles" / "a.txt").write_text(HARBOUR)
        build([folder / "articles"], folder / "index", HashEmbedder())
        with read_only(folder):
            before = tree(folder)
            assert set(ailments(folder / "articles", folder / "index")) <= {"writing"}
            assert tree(folder) == before


def test_it_looks_on_while_a_build_runs(articles_dir: Path, index_dir: Path) -> None:
    with snapshots.building(index_dir):
        assert ailments(articles_dir, index_dir) == []


@pytest.mark.parametrize("command", [["index", "doctor"], ["index", "build", "--dry-run"]])
def test_the_commands_leave_the_folder_as_it_was(
    kabar: Kabar, articles_dir: Path, tmp_path: Path, command: list[str]
) -> None:
    before = tree(tmp_path)
    run = kabar(*command, "--index-dir", "var/index", "--articles", str(articles_dir))
    assert "3 " in run.stdout, run.stderr
    assert tree(tmp_path) == before
