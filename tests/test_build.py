"""Builds: what changed is found, what did not is used again, and nothing that goes wrong touches the live index."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import HARBOUR, MARKET, environment

from index import snapshots
from index.build import Changes, build
from index.embedding import HashEmbedder
from index.search import Searcher
from index.snapshots import open_current
from index.types import BuildError, ConfigurationError, Vectors


class CountingEmbedder(HashEmbedder):
    """Remembers every text that it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.given += texts
        return super().embed_passages(texts)


def best(index_dir: Path, question: str) -> str:
    with open_current(index_dir) as snapshot:
        return Searcher(snapshot.store, HashEmbedder()).search(question, 1)[0].article


def test_a_first_build_holds_every_article(articles_dir: Path, tmp_path: Path) -> None:
    embedder = CountingEmbedder()
    report = build([articles_dir], tmp_path / "index", embedder)
    assert report.changes == Changes(["harbour", "market", "orchestra"], [], [])
    assert (report.articles, report.unchanged, report.skipped) == (3, 0, [])
    assert report.chunks == report.embedded == len(embedder.given)
    assert all(text.startswith(("Harbour of Lowen", "Pasar Melati", "Youth orchestra")) for text in embedder.given)
    assert best(tmp_path / "index", "second crane tonnes") == "harbour"
    assert (tmp_path / "index" / "CURRENT").read_text().strip() == report.snapshot


def test_a_build_that_changes_nothing_publishes_nothing(articles_dir: Path, index_dir: Path) -> None:
    before, embedder = snapshots.names(index_dir), CountingEmbedder()
    report = build([articles_dir], index_dir, embedder)
    assert (report.changes, report.unchanged, report.embedded, embedder.given) == (Changes([], [], []), 3, 0, [])
    assert snapshots.names(index_dir) == before == [report.snapshot]


def test_only_what_changed_is_given_to_the_model(articles_dir: Path, index_dir: Path) -> None:
    (articles_dir / "harbour.txt").write_text(HARBOUR.replace("80 tonnes", "95 tonnes"))
    (articles_dir / "orchestra.txt").unlink()
    (articles_dir / "sub").mkdir()
    (articles_dir / "sub" / "bakery.md").write_text("# New bakery\n\nThe bakery on Mill Street opened in May.\n")
    embedder = CountingEmbedder()
    report = build([articles_dir], index_dir, embedder)
    assert report.changes == Changes(["sub-bakery"], ["harbour"], ["orchestra"])
    assert report.unchanged == 1
    assert {text.partition("\n")[0] for text in embedder.given} == {
        "New bakery",
        "Harbour of Lowen gets a second crane",
    }
    assert (best(index_dir, "bakery Mill Street"), best(index_dir, "312 pedagang")) == ("sub-bakery", "market")


def test_used_again_and_new_vectors_are_the_same(articles_dir: Path, index_dir: Path, tmp_path: Path) -> None:
    (articles_dir / "new.txt").write_text("A new story\n\nIt says something new.\n")
    build([articles_dir], index_dir, HashEmbedder())
    build([articles_dir], tmp_path / "fresh", HashEmbedder())
    for question in ("crane harbour", "pedagang pasar", "violinist", "new story"):
        with open_current(index_dir) as reused, open_current(tmp_path / "fresh") as fresh:
            assert Searcher(reused.store, HashEmbedder()).search(question, 9) == Searcher(
                fresh.store, HashEmbedder()
            ).search(question, 9)


def test_a_fact_about_an_article_is_updated_without_the_model(articles_dir: Path, index_dir: Path) -> None:
    (articles_dir / "market.txt").write_text(MARKET.replace("8 Januari 2024", "9 Januari 2024"))
    embedder = CountingEmbedder()
    report = build([articles_dir], index_dir, embedder)
    assert (report.changes.updated, report.embedded, embedder.given) == (["market"], 0, [])
    with open_current(index_dir) as snapshot:
        assert {article.id: str(article.published) for article, _ in snapshot.store.articles()}[
            "market"
        ] == "2024-01-09"


def test_another_model_starts_over(articles_dir: Path, index_dir: Path) -> None:
    class OtherEmbedder(CountingEmbedder):
        fingerprint = "another"

    report = build([articles_dir], index_dir, OtherEmbedder())
    assert (report.embedded, report.unchanged) == (report.chunks, 0)


def test_a_damaged_index_is_built_anew(articles_dir: Path, index_dir: Path) -> None:
    (vectors,) = index_dir.glob("snapshots/*/vectors.faiss")
    vectors.write_bytes(vectors.read_bytes()[:-1])
    report = build([articles_dir], index_dir, HashEmbedder())
    assert report.embedded == report.chunks
    assert best(index_dir, "312 pedagang") == "market"


def test_bad_files_are_skipped_named_and_counted(articles_dir: Path, index_dir: Path) -> None:
    (articles_dir / "empty.txt").write_text("")
    (articles_dir / "photo.txt").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 20)
    (articles_dir / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    with (articles_dir / "huge.txt").open("wb") as file:
        file.truncate(30_000_000)
    (articles_dir / "loop").symlink_to(articles_dir)
    os.mkfifo(articles_dir / "pipe.txt")
    report = build([articles_dir], index_dir, HashEmbedder())
    names = {Path(error.path).name for error in report.skipped}
    assert {"empty.txt", "photo.txt", "photo.jpg", "huge.txt", "pipe.txt"} <= names
    assert all(error.reason for error in report.skipped)
    assert report.unchanged == report.articles == 3


def test_a_file_without_permission_is_skipped(articles_dir: Path, index_dir: Path, kabar: object) -> None:
    secret = articles_dir / "secret.txt"
    secret.write_text("A secret\n\nNobody may read this.\n")
    secret.chmod(0)
    readable = os.access(secret, os.R_OK)  # root reads everything
    report = build([articles_dir], index_dir, HashEmbedder())
    assert [Path(error.path).name for error in report.skipped] == ([] if readable else ["secret.txt"])


@pytest.mark.parametrize("make", ["nothing", "empty", "only pictures"])
def test_a_folder_without_articles_leaves_the_index_as_it_was(index_dir: Path, tmp_path: Path, make: str) -> None:
    folder, before = tmp_path / "other", (index_dir / "CURRENT").read_text()
    if make != "nothing":
        folder.mkdir()
    if make == "only pictures":
        (folder / "a.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(ConfigurationError, match=str(folder)):
        build([folder], index_dir, HashEmbedder())
    assert (index_dir / "CURRENT").read_text() == before
    assert list(index_dir.glob("snapshots/.building-*")) == []


def test_single_files_may_be_named(articles_dir: Path, tmp_path: Path) -> None:
    report = build([articles_dir / "market.txt", articles_dir / "harbour.txt"], tmp_path / "i", HashEmbedder())
    assert report.changes.added == ["harbour", "market"]


def test_progress_ends_where_it_said(articles_dir: Path, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    build([articles_dir], tmp_path / "i", HashEmbedder(), lambda done, total: steps.append((done, total)))
    assert (steps[0], steps[-1]) == ((0, 3), (3, 3))


def test_a_failing_build_leaves_the_index_as_it_was(articles_dir: Path, index_dir: Path) -> None:
    class FailingEmbedder(HashEmbedder):
        def embed_passages(self, _texts: Sequence[str]) -> Vectors:
            raise OSError(28, "No space left on device")

    before = (index_dir / "CURRENT").read_text()
    (articles_dir / "new.txt").write_text("A new story\n\nIt says something new.\n")
    with pytest.raises(BuildError, match=r"No space left on device.*build again"):
        build([articles_dir], index_dir, FailingEmbedder())
    assert (index_dir / "CURRENT").read_text() == before
    assert [path.name for path in (index_dir / "snapshots").iterdir()] == [before.strip()]
    assert build([articles_dir], index_dir, HashEmbedder()).changes.added == ["new"]


@pytest.mark.parametrize("kilobytes", [0, 4, 20, 60])
def test_a_disk_without_room_leaves_the_index_as_it_was(articles_dir: Path, index_dir: Path, kilobytes: int) -> None:
    before = (index_dir / "CURRENT").read_text()
    (articles_dir / "long.txt").write_text("A long story\n\n" + "It says a little more every time. " * 900)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1000, hard))
    try:
        with pytest.raises(BuildError, match="The index before is untouched"):
            build([articles_dir], index_dir, HashEmbedder())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (index_dir / "CURRENT").read_text() == before
    assert best(index_dir, "312 pedagang") == "market"
    assert build([articles_dir], index_dir, HashEmbedder()).changes.added == ["long"]


def test_one_build_runs_at_a_time(articles_dir: Path, index_dir: Path) -> None:
    with snapshots.building(index_dir), pytest.raises(BuildError, match="Another build is running"):
        build([articles_dir], index_dir, HashEmbedder())
    build([articles_dir], index_dir, HashEmbedder())


def test_the_last_five_snapshots_are_kept_and_open_ones_too(articles_dir: Path, index_dir: Path) -> None:
    made = snapshots.names(index_dir)
    with open_current(index_dir) as first:
        for number in range(7):
            (articles_dir / "changing.txt").write_text(f"A changing story\n\nIt says {number}.\n")
            made.append(build([articles_dir], index_dir, HashEmbedder()).snapshot)
        assert first.name in snapshots.names(index_dir)
        assert Searcher(first.store, HashEmbedder()).search("312 pedagang", 1)[0].article == "market"
    (articles_dir / "changing.txt").write_text("A changing story\n\nIt ends.\n")
    made.append(build([articles_dir], index_dir, HashEmbedder()).snapshot)
    assert len(snapshots.names(index_dir)) == 5
    assert made[-1] in snapshots.names(index_dir)


def test_a_killed_build_leaves_the_index_as_it_was(articles_dir: Path, index_dir: Path) -> None:
    before = (index_dir / "CURRENT").read_text()
    for number in range(300):
        (articles_dir / f"n{number}.txt").write_text(f"Story {number}\n\n" + f"It says number {number} again. " * 40)
    command = [sys.executable, "-m", "bot.cli", "index", "build", str(articles_dir), "--index-dir", str(index_dir)]
    building = subprocess.Popen(command, env=environment({}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not any(index_dir.glob("snapshots/.building-*/catalogue.sqlite")):
        assert building.poll() is None
        time.sleep(0.002)
    building.send_signal(signal.SIGKILL)
    building.wait()
    assert (index_dir / "CURRENT").read_text() == before
    assert best(index_dir, "312 pedagang") == "market"
    assert build([articles_dir], index_dir, HashEmbedder()).articles == 303
    assert list(index_dir.glob("snapshots/.building-*")) == []
