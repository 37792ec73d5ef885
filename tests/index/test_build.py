"""Builds: what changed is found, what did not is used again, and nothing that goes wrong touches the live index."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from file_trees import read_only, tree
from kabar_process import environment
from sample_articles import HARBOUR, MARKET

from index.articles import loading
from index.build import Changes, build
from index.embedding.hashing import HashEmbedder
from index.search import Searcher
from index.store import snapshots
from index.store.snapshots import open_current
from index.types import Article, BuildError, ConfigurationError, LoadError, Vectors


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
    assert report.changes == Changes(["harbour", "market", "orchestra"], [], [], [])
    assert (report.articles, report.unchanged, report.skipped) == (3, 0, [])
    assert report.chunks == report.embedded == len(embedder.given)
    assert all(text.startswith(("Harbour of Lowen", "Pasar Melati", "Youth orchestra")) for text in embedder.given)
    assert best(tmp_path / "index", "second crane tonnes") == "harbour"
    assert (tmp_path / "index" / "CURRENT").read_text().strip() == report.snapshot


def test_a_build_that_changes_nothing_publishes_nothing(articles_dir: Path, index_dir: Path) -> None:
    before, embedder = snapshots.names(index_dir), CountingEmbedder()
    report = build([articles_dir], index_dir, embedder)
    assert (report.changes, report.unchanged, report.embedded, embedder.given) == (Changes([], [], [], []), 3, 0, [])
    assert snapshots.names(index_dir) == before == [report.snapshot]


def test_only_what_changed_is_given_to_the_model(articles_dir: Path, index_dir: Path) -> None:
    (articles_dir / "harbour.txt").write_text(HARBOUR.replace("80 tonnes", "95 tonnes"))
    (articles_dir / "orchestra.txt").unlink()
    (articles_dir / "sub").mkdir()
    (articles_dir / "sub" / "bakery.md").write_text("# New bakery\n\nThe bakery on Mill Street opened in May.\n")
    embedder = CountingEmbedder()
    report = build([articles_dir], index_dir, embedder)
    assert report.changes == Changes(["sub-bakery"], ["harbour"], ["orchestra"], [])
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
        market = snapshot.store.article("market")
    assert market is not None
    assert str(market.published) == "2024-01-09"


def test_what_was_cut_elsewhere_is_embedded_only_where_it_is_new(articles_dir: Path, index_dir: Path) -> None:
    start = "The harbour of Lowen opened. " * 30
    (articles_dir / "long.txt").write_text("A long story\n\n" + start + "\n\nIt ended.\n")
    first = build([articles_dir], index_dir, HashEmbedder())
    (articles_dir / "long.txt").write_text("A long story\n\n" + start + "\n\nIt ended well, and all went home.\n")
    embedder = CountingEmbedder()
    report = build([articles_dir], index_dir, embedder)
    assert (report.changes.updated, report.embedded, first.embedded > 1) == (["long"], 1, True)
    assert "It ended well" in embedder.given[0]


def test_a_file_that_moved_is_told_and_not_embedded(articles_dir: Path, index_dir: Path) -> None:
    (articles_dir / "2024").mkdir()
    (articles_dir / "market.txt").rename(articles_dir / "2024" / "market.txt")
    report = build([articles_dir], index_dir, HashEmbedder())
    assert report.changes == Changes(["2024-market"], [], ["market"], [("market", "2024-market")])
    assert report.embedded == 0


def test_a_change_is_seen_by_content_and_not_by_time(articles_dir: Path, index_dir: Path) -> None:
    harbour = articles_dir / "harbour.txt"
    times = harbour.stat().st_atime_ns, harbour.stat().st_mtime_ns
    harbour.write_text(HARBOUR.replace("80 tonnes", "95 tonnes"))
    os.utime(harbour, ns=times)
    (articles_dir / "market.txt").touch()
    assert build([articles_dir], index_dir, HashEmbedder()).changes == Changes([], ["harbour"], [], [])


def test_an_unchanged_file_is_not_read_again(
    articles_dir: Path, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, load = [], loading.load

    def remember(file: loading.ArticleFile, name: str) -> Iterator[Article | LoadError]:
        read.append(name)
        return load(file, name)

    monkeypatch.setattr(loading, "load", remember)
    (articles_dir / "new.txt").write_text("A new story\n\nIt says something new.\n")
    build([articles_dir], index_dir, HashEmbedder())
    assert read == ["new"]
    build([articles_dir], index_dir, HashEmbedder(), full=True)
    assert read == ["new", "harbour", "market", "new", "orchestra"]


def test_a_full_build_starts_over(articles_dir: Path, index_dir: Path) -> None:
    embedder = CountingEmbedder()
    report = build([articles_dir], index_dir, embedder, full=True)
    assert (report.embedded, len(embedder.given), report.unchanged) == (report.chunks, report.chunks, 3)
    assert snapshots.names(index_dir)[0] == report.snapshot


def test_a_dry_run_tells_and_does_nothing(articles_dir: Path, index_dir: Path) -> None:
    before = (index_dir / "CURRENT").read_text()
    (articles_dir / "harbour.txt").write_text(HARBOUR.replace("80 tonnes", "95 tonnes"))
    (articles_dir / "orchestra.txt").unlink()
    (articles_dir / "new.txt").write_text("A new story\n\nIt says something new.\n")
    embedder = CountingEmbedder()
    told = build([articles_dir], index_dir, embedder, dry_run=True)
    assert (embedder.given, (index_dir / "CURRENT").read_text()) == ([], before)
    assert len(snapshots.names(index_dir)) == 1
    done = build([articles_dir], index_dir, embedder)
    assert (told.changes, told.chunks, told.embedded) == (done.changes, done.chunks, done.embedded)
    assert told.embedded == len(embedder.given) == 2


def test_a_dry_run_changes_nothing_on_disk(articles_dir: Path, index_dir: Path, tmp_path: Path) -> None:
    (articles_dir / "new.txt").write_text("A new story\n\nIt says something new.\n")
    before = tree(tmp_path)
    assert build([articles_dir], index_dir, HashEmbedder(), dry_run=True).changes.added == ["new"]
    assert build([articles_dir], index_dir, HashEmbedder(), dry_run=True, full=True).embedded == 4
    assert tree(tmp_path) == before


def test_a_dry_run_needs_no_index_and_makes_none(articles_dir: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    report = build([articles_dir], tmp_path / "var" / "index", HashEmbedder(), dry_run=True)
    assert (report.articles, report.embedded, report.snapshot) == (3, report.chunks, "")
    assert tree(tmp_path) == before


def test_who_may_only_read_may_run_dry() -> None:
    with TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name)
        (folder / "a.txt").write_text(HARBOUR)
        build([folder / "a.txt"], folder / "index", HashEmbedder())
        (folder / "b.txt").write_text(MARKET)
        with read_only(folder):
            before = tree(folder)
            report = build([folder], folder / "index", HashEmbedder(), dry_run=True)
            assert tree(folder) == before
        assert (report.changes.added, report.unchanged) == (["b"], 1)


def test_a_dry_run_passes_by_a_build(articles_dir: Path, index_dir: Path) -> None:
    (articles_dir / "orchestra.txt").unlink()
    with snapshots.building(index_dir):
        assert build([articles_dir], index_dir, HashEmbedder(), dry_run=True).changes.removed == ["orchestra"]


def test_of_true_copies_the_newest_is_indexed(articles_dir: Path, index_dir: Path) -> None:
    body = "The bridge over the Lowen was closed on Monday. Engineers found cracks in two of its nine pillars. " * 4
    for name, day in (("a", 3), ("b", 7), ("c", 5)):
        (articles_dir / f"{name}.txt").write_text(f"The bridge\n\n{day} May 2024\n\n{body}\n")
    (articles_dir / "d.txt").write_text(f"The bridge\n\n9 May 2024\n\n{body.replace('nine', '9')}\n")
    report = build([articles_dir], index_dir, HashEmbedder())
    assert report.copies == [("a", "b"), ("c", "b")]
    assert report.changes.added == ["b", "d"]
    (articles_dir / "b.txt").unlink()
    report = build([articles_dir], index_dir, HashEmbedder())
    assert (report.copies, report.embedded) == ([("a", "c")], 0)
    assert report.changes == Changes(["c"], [], ["b"], [("b", "c")])


def test_nearly_the_same_articles_are_named_and_both_indexed(articles_dir: Path, index_dir: Path) -> None:
    sentences = [f"Engineer number {n} measured pillar {n * 3} of the bridge on day {n * 7}." for n in range(40)]
    (articles_dir / "first.txt").write_text("The bridge\n\n" + " ".join(sentences))
    (articles_dir / "second.txt").write_text("The bridge\n\n" + " ".join([*sentences[:-1], "Nothing else was found."]))
    report = build([articles_dir], index_dir, HashEmbedder())
    assert (report.similar, report.copies, report.articles) == ([("second", "first")], [], 5)
    assert build([articles_dir], index_dir, HashEmbedder()).similar == [("second", "first")]


def test_a_bad_line_is_named_by_every_build(articles_dir: Path, index_dir: Path) -> None:
    lines = ['{"title": "One", "text": "The first story is short."}', "no json", '{"title": "Two", "text": "Here."}']
    (articles_dir / "wire.jsonl").write_text("\n".join(lines))
    first = build([articles_dir], index_dir, HashEmbedder())
    assert first.changes.added == ["wire-one", "wire-two"]
    assert [error.path.rpartition("/")[2] for error in first.skipped] == ["wire.jsonl:2"]
    again = build([articles_dir], index_dir, HashEmbedder())
    assert ([str(error) for error in again.skipped], again.unchanged) == ([str(e) for e in first.skipped], 5)
    (articles_dir / "new.txt").write_text("A new story\n\nIt says something new.\n")
    assert len(build([articles_dir], index_dir, HashEmbedder()).skipped) == 1


def test_ids_are_never_shared(articles_dir: Path, index_dir: Path) -> None:
    (articles_dir / "wire").mkdir()
    (articles_dir / "wire" / "one.txt").write_text("A file\n\nIt says something of its own.\n")
    (articles_dir / "wire.jsonl").write_text('{"id": "one", "title": "A line", "text": "It says something else."}\n')
    report = build([articles_dir], index_dir, HashEmbedder())
    assert len(set(report.changes.added)) == 2
    assert "wire-one" in report.changes.added
    assert build([articles_dir], index_dir, HashEmbedder(), full=True).unchanged == 5


def test_a_new_file_may_take_the_id_of_an_item_and_give_it_back(articles_dir: Path, index_dir: Path) -> None:
    def ids() -> list[str]:
        build([articles_dir], index_dir, HashEmbedder())
        with open_current(index_dir) as snapshot:
            return sorted(set(snapshot.store.indexed()) - {"harbour", "market", "orchestra"})

    (articles_dir / "wire.jsonl").write_text('{"id": "one", "text": "Ferries will cross the bay by night."}')
    assert ids() == ["wire-one"]
    (articles_dir / "wire-one.txt").write_text("A taken id\n\nThe file stands before the item of the same id.\n")
    with_both = ids()
    assert [len(id_) for id_ in with_both] == [8, 17]
    build([articles_dir], index_dir, HashEmbedder(), full=True)
    assert ids() == with_both
    (articles_dir / "wire-one.txt").unlink()
    assert ids() == ["wire-one"]


def test_what_was_read_again_in_vain_is_not_read_once_more(
    articles_dir: Path, index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (articles_dir / "harbour.txt").write_text(HARBOUR + "\n\n")
    report = build([articles_dir], index_dir, HashEmbedder())
    assert (report.changes, report.embedded) == (Changes([], [], [], []), 0)
    monkeypatch.setattr(loading, "VERSION", loading.VERSION + 1)
    build([articles_dir], index_dir, HashEmbedder())
    kept = snapshots.names(index_dir)
    monkeypatch.setattr(loading, "load", lambda *_: pytest.fail("it was read once more"))
    assert build([articles_dir], index_dir, HashEmbedder()).unchanged == 3
    assert snapshots.names(index_dir) == kept


def test_an_index_below_the_articles_is_none_of_them(articles_dir: Path) -> None:
    index_dir = articles_dir / "index"
    build([articles_dir], index_dir, HashEmbedder())
    (index_dir / "removed").mkdir()
    (articles_dir / "harbour.txt").rename(index_dir / "removed" / "harbour.txt")
    report = build([articles_dir], index_dir, HashEmbedder())
    assert (report.changes, report.skipped) == (Changes([], [], ["harbour"], []), [])
    back = build([articles_dir, index_dir / "removed"], index_dir, HashEmbedder())
    assert (back.articles, len(back.changes.added)) == (3, 1)


def test_another_model_starts_over(articles_dir: Path, index_dir: Path) -> None:
    class OtherEmbedder(CountingEmbedder):
        fingerprint = "another"

    report = build([articles_dir], index_dir, OtherEmbedder())
    assert (report.embedded, report.unchanged) == (report.chunks, 3)


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


def test_what_a_link_leads_out_to_is_never_read(articles_dir: Path, index_dir: Path) -> None:
    (articles_dir.parent / ".env").write_text("The settings\n\nTOKEN=123456:not-for-anybody was written down here.\n")
    (articles_dir / "leak.txt").symlink_to("../.env")
    report = build([articles_dir], index_dir, HashEmbedder())
    reason = "a link that leads out of the articles' folder"
    assert [(error.path, error.reason) for error in report.skipped] == [(str(articles_dir / "leak.txt"), reason)]
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
    steps: dict[str, list[tuple[int, int]]] = {}

    def progress(step: str, done: int, total: int) -> None:
        steps.setdefault(step, []).append((done, total))

    build([articles_dir], tmp_path / "i", HashEmbedder(), progress)
    assert [told[-1] for told in steps.values()] == [(3, 3), (3, 3)]
    assert all(told == sorted(told) for told in steps.values())


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


KILLED_BUILD = """
import os, signal, sys
from bot.cli import app
from index.store import snapshots
snapshots.publish = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
app(sys.argv[1:])
"""
"""`kabar`, where a build is killed when all is written and nothing published; test_crash kills at other moments."""


def test_a_killed_build_leaves_the_index_as_it_was(articles_dir: Path, index_dir: Path) -> None:
    before = (index_dir / "CURRENT").read_text()
    for number in range(30):
        (articles_dir / f"n{number}.txt").write_text(f"Story {number}\n\n" + f"It says number {number} again. " * 40)
    command = [sys.executable, "-c", KILLED_BUILD, "index", "build", str(articles_dir), "--index-dir", str(index_dir)]
    assert subprocess.run(command, env=environment({}), capture_output=True, check=False).returncode == -signal.SIGKILL
    assert len(list(index_dir.glob("snapshots/.building-*/vectors.faiss"))) == 1
    assert (index_dir / "CURRENT").read_text() == before
    assert best(index_dir, "312 pedagang") == "market"
    assert build([articles_dir], index_dir, HashEmbedder()).articles == 33
    assert list(index_dir.glob("snapshots/.building-*")) == []
