"""From a file to an Article: what it is called, and what is refused in words, however hostile."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path, PurePosixPath

import pytest
from article_files import HEADLINE, LEAD, PAGE, SECOND, load_one, read, refusal, text_of, touch
from file_trees import without_privileges
from hypothesis import given, settings
from hypothesis import strategies as st
from kabar_process import REPOSITORY

from index.articles import loading, opening
from index.articles.finding import find_files
from index.articles.loading import load
from index.articles.types import ArticleFile, Draft
from index.types import Article, LoadError

SAMPLES = REPOSITORY / "articles"


# --- titles -----------------------------------------------------------------------------------------------


def test_without_a_headline_the_file_gives_the_title(tmp_path: Path) -> None:
    article = read(tmp_path, "rob-tanjung_lima.txt", text_of(LEAD, SECOND))
    assert (article.title, article.text) == ("rob tanjung lima", text_of(LEAD, SECOND))


def test_an_endless_title_is_cut(tmp_path: Path) -> None:
    page = PAGE.replace(HEADLINE, f"{HEADLINE} " * 9_000).replace("Rani Wulandari", "Rani " * 9_000)
    article = read(tmp_path, "a.html", page)
    assert (len(article.title), article.title[:30], article.title[-1]) == (300, HEADLINE[:30], "…")
    assert len(article.author or "") <= 300


def test_a_single_line_is_the_story(tmp_path: Path) -> None:
    article = read(tmp_path, "satu.txt", "Ibu kota pulau itu adalah Tanjung Lima")
    assert (article.title, article.text) == ("satu", "Ibu kota pulau itu adalah Tanjung Lima")


# --- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "it is empty"),
        ("a.txt", b" \r\n\t\n", "it is empty"),
        ("a.txt", b"\xef\xbb\xbf\n", "it is empty"),
        ("a.html", b"\n", "it is empty"),
        ("a.txt", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + bytes(range(256)) * 8, "it is not text"),
        ("a.txt", b"Berita \0 rusak", "it is not text"),
        ("a.txt", b"\x01\x02\x03\x04 berita", "it is not text"),
        ("a.md", b"\0" * 64, "it is not text"),
        ("a.html", b"<p>\0</p>", "it is not text"),
        ("a.txt", b"\xff\xfe\x00\xd8", "it is not text"),
        ("a.txt", b"Baca juga: Tanggul Baru\n\nTERBARU\n", "it holds no story"),
        ("a.md", b"---\ntitle: Rob\n---\n", "it holds no story"),
        ("a.html", b"<!-- x -->", "it holds no story"),
        ("a.html", b"<html><head><title>Rob</title></head><body></body></html>", "it holds no story"),
        ("a.JPG", b"\xff\xd8\xff", "not a kind of article Kabar reads (.jpg)"),
        ("README", b"text", "not a kind of article Kabar reads (no suffix)"),
    ],
)
def test_what_gives_no_article_is_refused_with_a_reason(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name) == reason


def test_a_huge_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(30_000_000)
    monkeypatch.setattr(opening, "_BLOCK", "it was read")
    assert refusal(huge) == "larger than 20 MB"


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "LARGEST", 1 << 20)
    endless = Path("/proc/kallsyms")  # says of itself that it has no bytes
    if not endless.exists() or not os.access(endless, os.R_OK):
        pytest.skip("no file here that is larger than it says")
    (tmp_path / "a.txt").symlink_to(endless)
    assert refusal(tmp_path / "a.txt") == "larger than 1 MB"


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    (tmp_path / "broken.txt").symlink_to("nowhere.txt")
    (tmp_path / "circle.txt").symlink_to("circle.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s.txt"))
        assert refusal(tmp_path / "s.txt") == "not a regular file"
    assert refusal(tmp_path / "folder.txt") == "a folder, not a file"
    assert refusal(tmp_path / "pipe.txt") == "not a regular file"
    assert refusal(tmp_path / "device.txt") == "not a regular file"
    assert refusal(tmp_path / "broken.txt") == "a link that leads nowhere"
    assert refusal(tmp_path / "circle.txt") == "a link that leads in a circle"
    assert refusal(tmp_path / "gone.txt") == "it is no longer there"


def test_a_file_or_folder_without_permission_is_refused(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's own folders are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "open.txt").write_text("Banjir surut.", encoding="utf-8")
        (folder / "closed.txt").write_text("Rahasia.", encoding="utf-8")
        (folder / "closed").mkdir()
        (folder / "closed.txt").chmod(0)
        (folder / "closed").chmod(0)
        with without_privileges():
            assert load_one(ArticleFile(folder / "open.txt", PurePosixPath("open.txt"))).text == "Banjir surut."
            assert refusal(folder / "closed.txt") == "no permission to read it"
            assert [str(found.relative) for found in find_files([folder])] == ["closed", "closed.txt", "open.txt"]
            assert refusal(folder / "closed") == "a folder that cannot be opened"
        (folder / "closed").chmod(0o755)


def test_a_library_that_trips_over_a_file_refuses_that_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trip(file: ArticleFile) -> Iterator[Draft]:
        raise RecursionError(file.path)

    monkeypatch.setitem(loading.FORMATS, ".html", trip)
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    assert refusal(tmp_path / "a.html") == "it cannot be read as .html"


def test_a_missing_library_is_not_taken_for_a_bad_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lack(file: ArticleFile) -> Iterator[Draft]:
        raise ModuleNotFoundError(file.path)

    monkeypatch.setitem(loading.FORMATS, ".html", lack)
    with pytest.raises(ModuleNotFoundError):
        read(tmp_path, "a.html", PAGE)


# --- hostile files ----------------------------------------------------------------------------------------

HOSTILE = {
    "one line.txt": "kata " * 1_000_000,
    "marks.txt": "a" + "\u0301\u0323" * 300_000,
    "quotes.txt": "> " * 500_000 + "a",
    "spaces.txt": " \u00a0" * 500_000 + "a",
    "datelines.txt": "Jakarta, 21/11/2024\n" * 20_000,
    "links.txt": "Baca juga: abc\n\n" * 20_000 + "a",
    "brackets.md": "[" * 30_000,
    "front.md": "---\na: " + "{" * 100_000 + "\n---\na",
    "open front.md": "---\n" + "a: b\n" * 100_000,
    "quotes.md": "> " * 100_000 + "a",
    "deep.html": "<div>" * 100_000 + "a",
    "spans.html": "<p>" + "<span>a" * 100_000,
    "figures.html": "<p>a</p>" + "<figure><figcaption>a b</figcaption></figure>" * 20_000,
    "comments.html": "<!-- " * 100_000,
    "entities.html": "<p>a</p>" + "&#xD800;" * 100_000,
    "controls.html": "<nav>x</nav>\x01<p>a&#1;</p>&#x0;<br>" * 5_000,
    "attribute.html": "<p>a</p><p class='" + "a" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_neither_hangs_nor_crashes(tmp_path: Path, name: str) -> None:
    try:
        article = read(tmp_path, name, HOSTILE[name])
    except LoadError as exc:
        assert exc.reason in {"it holds no story", "it is not text"}  # noqa: PT017
    else:
        article.text.encode("utf-8")
        assert article.text.strip()


@settings(max_examples=120)
@given(
    suffix=st.sampled_from([".txt", ".md", ".html"]),
    content=st.binary(max_size=400)
    | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.lists(
        st.sampled_from(
            [
                "---\n",
                "title: ",
                "date: 2024-05-03\n",
                "<p>",
                "</p>",
                "<html>",
                "\n\n",
                "> ",
                "| a |",
                "Baca juga: ",
                "a. ",
            ]
        )
        | st.text(max_size=12),
        max_size=30,
    ).map(lambda pieces: "".join(pieces).encode("utf-8", "surrogatepass")),
)
def test_any_bytes_give_an_article_or_a_reason(tmp_path: Path, suffix: str, content: bytes) -> None:
    try:
        article = read(tmp_path, f"a{suffix}", content)
    except LoadError as exc:
        assert exc.reason  # noqa: PT017
        return
    for text in (article.title, article.text, article.author or "", article.url or ""):
        text.encode("utf-8")
    assert article.title.strip()
    assert all(paragraph == " ".join(paragraph.split()) != "" for paragraph in article.text.split("\n\n"))


# --- names --------------------------------------------------------------------------------------------------


def test_load_takes_the_id_it_is_given(tmp_path: Path) -> None:
    touch(tmp_path, "a.txt")
    (article,) = load(ArticleFile(tmp_path / "a.txt", PurePosixPath("a.txt")), "a-txt")
    assert isinstance(article, Article)
    assert article.id == "a-txt"


@pytest.mark.skipif(sys.platform == "darwin", reason="its file names are always text")
def test_a_file_name_that_is_no_text_is_still_shown_and_named(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    touch(tmp_path, name)
    (found,) = find_files([tmp_path])
    article = load_one(found)
    assert (article.id, article.path) == ("caf", f"{tmp_path.as_posix()}/caf?.txt")


# --- the real thing ---------------------------------------------------------------------------------------


def test_importing_the_loaders_loads_no_heavy_library() -> None:
    heavy = ["dateparser", "trafilatura", "lxml", "py3langid", "markdown_it", "pypdf", "docx", "feedparser"]
    code = f"import sys, index.articles.loading; print([name for name in {heavy} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


SAMPLE_FACTS = {
    "2023-banjir-sungai-lematar": ("Galih Wiratama", date(2023, 2, 17), "id"),
    "2023-coral-nursery": ("Helen Marsdyke", date(2023, 10, 5), "en"),
    "2023-imunisasi-kepulauan-saloka": ("Nadia Rumakiek, Petrus Halomoan", date(2023, 8, 24), "id"),
    "cabai-pasar-rambean": ("Sekar Mulyani", date(2025, 1, 14), "id"),
    "kereta-pesisir-arunika": ("Intan Puspaningrum", date(2024, 9, 2), "id"),
    "kozlov-pyongyang": ("Ratna Widuri", date(2024, 11, 21), "id"),
    "solar-ferry": ("Tobias Wrenfield", date(2024, 3, 12), "en"),
    "voli-putri-bahari": ("Fajar Nugraha", date(2025, 5, 18), "id"),
}


def test_every_sample_article_is_read_whole() -> None:
    articles = {article.id: article for article in map(load_one, find_files([SAMPLES]))}
    assert {name: (article.author, article.published, article.language) for name, article in articles.items()} == (
        SAMPLE_FACTS
    )
    for article in articles.values():
        assert 250 <= len(article.text.split()) <= 450
        left_over = ("baca juga", "read also", "also read", "penulis", "editor", "terbaru", "advertisement", "terkait")
        assert not [word for word in left_over if word in article.text.casefold()]
    assert "sekitar 11.000 tentara Korea Utara" in articles["kozlov-pyongyang"].text
