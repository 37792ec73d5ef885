"""Articles are put into their folder and taken out of it, and nothing is ever lost on the way."""

from __future__ import annotations

import errno
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from kabar_process import environment
from patience import PATIENCE
from sample_articles import HARBOUR
from web_server import web_server

from index import folder
from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store.disk import Listed
from index.store.snapshots import open_current
from index.types import ConfigurationError, KabarError, LoadError
from index.web.fetching import Fetcher, Page

STORY = "The bakery on Mill Street\n\nThe bakery on Mill Street opened in May.\n"
PAGE = Page(
    "https://news.example/a/bakery?id=7",
    ".html",
    b"\xef\xbb\xbf<!-- saved from url=(0034)https://news.example/a/bakery?id=7 -->"
    b"<html><head><title>The bakery</title></head><body><article><h1>The bakery</h1>"
    b"<p>The bakery on Mill Street opened in May. It sells bread and cakes to the whole quarter.</p>"
    b"<p>Its owner had worked in the harbour for eleven years before that.</p></article></body></html>",
)


def no_page(url: str) -> Page:
    raise LoadError(url, "no network in this test")


def test_files_are_copied_and_their_folders_kept(articles_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "wire" / "2024").mkdir(parents=True)
    (tmp_path / "wire" / "2024" / "bakery.txt").write_text(STORY)
    (tmp_path / "single.txt").write_text(STORY)
    addition = folder.add([str(tmp_path / "wire"), str(tmp_path / "single.txt")], articles_dir, no_page)
    assert addition.files == [articles_dir / "wire" / "2024" / "bakery.txt", articles_dir / "single.txt"]
    assert all(file.read_text() == STORY for file in addition.files)
    assert addition.refused == []


def test_a_file_never_replaces_another_one(articles_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "harbour.txt").write_text(STORY)
    first = folder.add([str(tmp_path / "harbour.txt")], articles_dir, no_page)
    again = folder.add([str(tmp_path / "harbour.txt")], articles_dir, no_page)
    assert first.files == again.files == [articles_dir / "harbour-2.txt"]
    assert (articles_dir / "harbour.txt").read_text() == HARBOUR


def test_what_gives_no_article_is_refused_and_the_rest_goes_on(articles_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "good.txt").write_text(STORY)
    before = set(articles_dir.iterdir())
    sources = [str(tmp_path / name) for name in ("empty.txt", "photo.jpg", "missing.txt", "good.txt")]
    addition = folder.add([*sources, "https://news.example/x"], articles_dir, no_page)
    assert set(articles_dir.iterdir()) - before == {articles_dir / "good.txt"}
    assert [Path(error.path).name for error in addition.refused] == ["empty.txt", "photo.jpg", "missing.txt", "x"]
    assert all(error.reason for error in addition.refused)


def test_what_cannot_be_copied_is_refused_and_the_rest_goes_on(articles_dir: Path, tmp_path: Path) -> None:
    longest, hidden = tmp_path / f"{'b' * 251}.txt", tmp_path / ".hidden.txt"
    for name in (longest, hidden, tmp_path / f"{'漢' * 83}.txt", tmp_path / "good.txt"):
        name.write_text(STORY)
    (articles_dir / longest.name).write_text(HARBOUR)
    sources = ["", *(str(path) for path in sorted(tmp_path.glob("*.txt")))]
    addition = folder.add(sources, articles_dir, no_page)
    assert [file.name for file in addition.files] == [f"{'b' * 249}-2.txt", "good.txt", f"{'漢' * 83}.txt"]
    assert [error.path for error in addition.refused] == ["", str(hidden)]
    assert "begins with a dot" in addition.refused[1].reason
    assert not list(articles_dir.glob(".*"))


def test_long_names_are_cut_at_a_character(articles_dir: Path, tmp_path: Path) -> None:
    thai = tmp_path / f"{'ก' * 83}.txt"  # 253 bytes
    thai.write_text(STORY)
    (articles_dir / thai.name).write_text(HARBOUR)
    assert [file.name for file in folder.add([str(thai)], articles_dir, no_page).files] == [f"{'ก' * 83}-2.txt"]
    thai = thai.rename(tmp_path / f"ab{'ก' * 83}.txt")  # 255 bytes
    (articles_dir / thai.name).write_text(HARBOUR)
    assert [file.name for file in folder.add([str(thai)], articles_dir, no_page).files] == [f"ab{'ก' * 82}-2.txt"]


def test_a_file_that_arrives_below_the_articles_is_copied(articles_dir: Path) -> None:
    arriving = articles_dir / "index" / ".arriving" / "x" / "bakery.txt"
    arriving.parent.mkdir(parents=True)
    arriving.write_text(STORY)
    assert folder.add([str(arriving)], articles_dir, no_page).files == [articles_dir / "bakery.txt"]


def test_two_who_add_files_of_one_name_keep_both(
    articles_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, text in {"one": STORY, "two": HARBOUR}.items():
        (tmp_path / place).mkdir()
        (tmp_path / place / "news.txt").write_text(text)
    copy = folder.create_content

    def meanwhile(target: Path, write: Callable[[Path], object]) -> None:
        monkeypatch.setattr(folder, "create_content", copy)
        folder.add([str(tmp_path / "two" / "news.txt")], articles_dir, no_page)
        copy(target, write)

    monkeypatch.setattr(folder, "create_content", meanwhile)
    folder.add([str(tmp_path / "one" / "news.txt")], articles_dir, no_page)
    assert (articles_dir / "news.txt").read_text() == HARBOUR
    assert (articles_dir / "news-2.txt").read_text() == STORY


KILLED_WHILE_COPYING = """
import os, signal, sys
from pathlib import Path
from index import folder
sys.addaudithook(lambda event, _: event == "shutil.copyfile" and os.kill(os.getpid(), signal.SIGKILL))
folder.add([sys.argv[1]], Path(sys.argv[2]), None)
"""


def test_who_is_killed_while_adding_leaves_nothing_in_the_way(articles_dir: Path, tmp_path: Path) -> None:
    bakery, before = tmp_path / "bakery.txt", sorted(articles_dir.glob("*.txt"))
    bakery.write_text(STORY)
    command = [sys.executable, "-c", KILLED_WHILE_COPYING, str(bakery), str(articles_dir)]
    assert subprocess.run(command, env=environment({}), check=False).returncode == -signal.SIGKILL
    assert sorted(articles_dir.glob("*.txt")) == before
    assert folder.add([str(bakery)], articles_dir, no_page).files == [articles_dir / "bakery.txt"]


def test_where_links_cannot_be_made_files_are_copied_all_the_same(
    articles_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")  # as on an exFAT stick

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    (tmp_path / "harbour.txt").write_text(STORY)
    for _ in range(2):
        assert folder.add([str(tmp_path / "harbour.txt")], articles_dir, no_page).files == [
            articles_dir / "harbour-2.txt"
        ]
    assert (articles_dir / "harbour.txt").read_text() == HARBOUR


def test_a_file_that_is_there_already_stays_where_it_is(articles_dir: Path) -> None:
    addition = folder.add([str(articles_dir / "harbour.txt"), str(articles_dir)], articles_dir, no_page)
    assert {file.name for file in addition.files} == {"harbour.txt", "market.txt", "orchestra.txt"}
    assert len(list(articles_dir.iterdir())) == 3


def test_a_page_is_kept_under_its_address_and_replaced_by_what_it_is_later(articles_dir: Path) -> None:
    [file] = folder.add([PAGE.url], articles_dir, lambda _url: PAGE).files
    assert file.parent == articles_dir
    report = build([articles_dir], articles_dir.parent / "i", HashEmbedder())
    assert file.stem in report.changes.added
    with open_current(articles_dir.parent / "i") as snapshot:
        article = snapshot.store.article(file.stem)
    assert article is not None
    assert (article.url, article.title) == (PAGE.url, "The bakery")
    later = PAGE._replace(content=PAGE.content.replace(b"in May", b"in June"))
    assert folder.add([PAGE.url], articles_dir, lambda _url: later).files == [file]
    assert b"in June" in file.read_bytes()


def test_a_page_without_a_story_leaves_nothing_behind(articles_dir: Path) -> None:
    before = sorted(articles_dir.iterdir())
    addition = folder.add([PAGE.url], articles_dir, lambda _url: PAGE._replace(content=b"<html></html>"))
    assert (addition.files, len(addition.refused)) == ([], 1)
    assert sorted(articles_dir.iterdir()) == before


def test_names_from_outside_never_leave_the_folder(articles_dir: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "outside"
    hostile.mkdir()
    (hostile / "..secret.txt").write_text(STORY)
    (hostile / "a\\..\\..\\b.txt").write_text(STORY)
    (hostile / "link").symlink_to(tmp_path)
    addition = folder.add([str(hostile / "..secret.txt"), str(hostile)], articles_dir, no_page)
    assert addition.files
    assert all(file.resolve().is_relative_to(articles_dir.resolve()) for file in addition.files)


@pytest.fixture
def listed(index_dir: Path) -> Callable[[], list[Listed]]:
    def read() -> list[Listed]:
        with open_current(index_dir) as snapshot:
            return list(snapshot.store.articles())

    return read


def test_a_removed_article_is_kept_beside_the_index_and_never_comes_back(
    articles_dir: Path, index_dir: Path, listed: Callable[[], list[Listed]]
) -> None:
    [kept] = folder.remove(["harbour"], listed(), articles_dir, index_dir)
    assert kept == index_dir / "removed" / "harbour.txt"
    assert kept.read_text() == HARBOUR
    assert build([articles_dir], index_dir, HashEmbedder()).changes.removed == ["harbour"]
    (articles_dir / "harbour.txt").write_text(STORY)
    build([articles_dir], index_dir, HashEmbedder())
    assert folder.remove(["harbour"], listed(), articles_dir, index_dir) == [index_dir / "removed" / "harbour-2.txt"]
    assert kept.read_text() == HARBOUR


def test_true_copies_go_too(articles_dir: Path, index_dir: Path, listed: Callable[[], list[Listed]]) -> None:
    (articles_dir / "zz.txt").write_text(HARBOUR)
    assert build([articles_dir], index_dir, HashEmbedder()).copies == [("zz", "harbour")]
    assert {file.name for file in folder.remove(["harbour"], listed(), articles_dir, index_dir)} == {
        "harbour.txt",
        "zz.txt",
    }


@pytest.mark.parametrize(
    ("ids", "why"),
    [
        (["harbor"], "Did you mean harbour"),
        (["market", "../../etc/passwd"], "no article"),
        (["wire-one"], "together with 1 other"),
        (["harbour", "market", "orchestra", "wire-one", "wire-two"], "leave no article"),
    ],
)
def test_nothing_is_moved_unless_all_can_be(
    articles_dir: Path, index_dir: Path, listed: Callable[[], list[Listed]], ids: list[str], why: str
) -> None:
    lines = ['{"id": "one", "text": "The first story is short."}', '{"id": "two", "text": "The second one too."}']
    (articles_dir / "wire.jsonl").write_text("\n".join(lines))
    build([articles_dir], index_dir, HashEmbedder())
    before = sorted(articles_dir.iterdir())
    with pytest.raises(ConfigurationError, match=why):
        folder.remove(ids, listed(), articles_dir, index_dir)
    assert sorted(articles_dir.iterdir()) == before


def test_another_file_of_the_same_name_is_not_taken_for_the_article(
    articles_dir: Path, index_dir: Path, tmp_path: Path, listed: Callable[[], list[Listed]]
) -> None:
    (tmp_path / "other").mkdir()
    for name in ("harbour.txt", "bakery.txt"):
        (tmp_path / "other" / name).write_text(STORY.replace("May", name))
    build([tmp_path / "other"], index_dir, HashEmbedder())
    with pytest.raises(ConfigurationError, match="is not in"):
        folder.remove(["harbour"], listed(), articles_dir, index_dir)
    assert (articles_dir / "harbour.txt").read_text() == HARBOUR


def test_a_file_that_cannot_be_moved_stays_whole(
    articles_dir: Path, index_dir: Path, listed: Callable[[], list[Listed]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(_source: Path, target: Path) -> None:
        target.write_text(HARBOUR[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "move", break_off)
    with pytest.raises(KabarError, match="no space left on device"):
        folder.remove(["harbour"], listed(), articles_dir, index_dir)
    assert (articles_dir / "harbour.txt").read_text() == HARBOUR
    assert not list((index_dir / "removed").iterdir())


class StoppedError(Exception):
    """Ends a watch."""


def test_a_changing_folder_is_built_when_it_has_settled(articles_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    growing, looks, built = articles_dir / "growing.txt", list[int](), list[int]()

    def grow_for_a_while(_seconds: float) -> None:
        looks.append(1)
        if 3 <= len(looks) <= 8:
            with growing.open("a") as file:
                file.write("It says a little more. ")

    def build_once() -> bool:
        built.append(growing.stat().st_size if growing.exists() else 0)
        if len(built) == 2:
            raise StoppedError
        return True

    monkeypatch.setattr(folder.time, "sleep", grow_for_a_while)
    with pytest.raises(StoppedError):
        folder.watch([articles_dir], build_once)
    assert built == [0, 6 * len("It says a little more. ")]


def test_a_failed_build_is_tried_again(articles_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "RETRY_SECONDS", 0.01)
    tries = []

    def failing() -> bool:
        tries.append(1)
        if len(tries) == 3:
            raise StoppedError
        return False

    with pytest.raises(StoppedError):
        folder.watch([articles_dir], failing, 0.01)


def test_pages_of_a_server_become_articles_and_hostile_ones_do_not(articles_dir: Path, tmp_path: Path) -> None:
    with web_server() as server:
        fetch = Fetcher(allow_loopback=True, step_seconds=PATIENCE, total_seconds=PATIENCE).fetch
        paths = ["/story", "/gigabyte", "/to-private", "/picture", "/missing", "/windows"]
        addition = folder.add([server.url + path for path in paths], articles_dir, fetch)
        url = f"{server.url}/windows"
    assert [error.path.removeprefix(server.url) for error in addition.refused] == paths[1:5]
    report = build([articles_dir], tmp_path / "pages", HashEmbedder())
    with open_current(tmp_path / "pages") as snapshot:
        added = [listed for listed in snapshot.store.articles() if listed.article.id in addition.files[1].stem]
    assert (len(addition.files), len(report.copies)) == (2, 1)  # the two pages tell the same story
    assert [(one.article.title, one.article.url) for one in added] == [("The bakery", url)]
    assert "Émile Brink" in added[0].article.text
