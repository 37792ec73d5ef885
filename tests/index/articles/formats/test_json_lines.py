"""JSON Lines: one article after the other, the bad ones named."""

from __future__ import annotations

import json
import tracemalloc
from datetime import date
from pathlib import Path, PurePosixPath

import pytest
from article_items import LEAD, SECOND, TITLE, articles, loaded, reasons
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import loading, opening
from index.articles.formats import json_lines
from index.articles.formats.json_lines import read_json_lines
from index.articles.loading import load
from index.articles.types import ArticleFile
from index.types import Article, LoadError


def lines(*objects: object) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in objects)


def test_each_line_becomes_an_article(tmp_path: Path) -> None:
    first = {
        "title": TITLE,
        "text": f"{LEAD}\n\nBaca juga: Tanggul\n\n{SECOND}",
        "published": "2024-05-03",
        "url": "https://x.example/rob",
    }
    second = first | {"id": 17, "author": ["Rani W", {"name": "Budi S"}], "language": "ms", "url": None}
    one, two = articles(loaded(tmp_path, "a.jsonl", lines(first, second)))
    assert one == Article(
        id="kabar-x-example-rob",
        title=TITLE,
        text=f"{LEAD}\n\n{SECOND}",
        path=(tmp_path / "a.jsonl").as_posix(),
        published=date(2024, 5, 3),
        author=None,
        url="https://x.example/rob",
        language="id",
    )
    assert (two.id, two.author, two.language, two.url) == ("kabar-17", "Rani W, Budi S", "ms", None)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf%s", b"\n\n%s", b"%s\r\n", b" %s "])
def test_marks_and_blanks_around_a_line_do_no_harm(tmp_path: Path, content: bytes) -> None:
    line = json.dumps({"title": TITLE, "text": "Café dibuka."}, ensure_ascii=False).encode()
    (article,) = articles(loaded(tmp_path, "a.ndjson", content % line))
    assert (article.title, article.text) == (TITLE, "Café dibuka.")


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2024-05-03T23:10:00Z", date(2024, 5, 4)),  # in Jakarta, since the text is Indonesian
        ("2024-05-03T23:10:00", date(2024, 5, 3)),
        ("Fri, 03 May 2024 00:30:00 +0700", date(2024, 5, 3)),
        ("Jumat, 3 Mei 2024 | 10:00 WIB", date(2024, 5, 3)),
        (1_714_737_600, date(2024, 5, 3)),
        (1_714_737_600.5, date(2024, 5, 3)),
        (1_714_737_600_000, date(2024, 5, 3)),
        (-1_000_000_000, date(1938, 4, 25)),
        ("segera", None),
        ("2024-02-31", None),
        (1e300, None),
        (9_999_999_999, None),
        (float("nan"), None),
        (float("inf"), None),
        (None, None),
        ("", None),
    ],
)
def test_the_day(tmp_path: Path, published: object, expected: date | None) -> None:
    (article,) = articles(loaded(tmp_path, "a.jsonl", lines({"title": TITLE, "text": LEAD, "published": published})))
    assert article.published == expected


def test_the_names_that_front_matter_knows_are_understood(tmp_path: Path) -> None:
    said = {
        "Judul": TITLE,
        "content": LEAD,
        "tanggal": "3 Mei 2024",
        "link": "https://x.example/rob",
        "penulis": "Rani W",
    }
    (article,) = articles(loaded(tmp_path, "a.jsonl", lines(said)))
    assert (article.title, article.text, article.published) == (TITLE, LEAD, date(2024, 5, 3))
    assert (article.url, article.author) == ("https://x.example/rob", "Rani W")


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("content", "publishedAt"),
        ("articleBody", "datePublished"),
        ("maintext", "date_publish"),
        ("isi", "tanggal_terbit"),
        ("body", "published-date"),
        ("full_text", "pub_date"),
    ],
)
def test_the_names_of_well_known_exports_are_understood(tmp_path: Path, text: str, published: str) -> None:
    others = {"dateModified": "2024-06-01", "date_download": "2024-07-01", "scraped_at": "2024-07-02"}
    (article,) = articles(loaded(tmp_path, "a.jsonl", lines(others | {text: LEAD, published: "2024-05-03"})))
    assert (article.text, article.published) == (LEAD, date(2024, 5, 3))


def test_schema_orgs_objects_are_understood(tmp_path: Path) -> None:
    story = {
        "headline": TITLE,
        "articleBody": [LEAD, SECOND],
        "datePublished": "2024-05-03T00:20:00+07:00",
        "inLanguage": "id",
        "mainEntityOfPage": {"@id": "https://x.example/rob"},
        "source": {"id": None, "name": "Suara Teluk"},
    }
    (article,) = articles(loaded(tmp_path, "a.jsonl", lines(story)))
    assert (article.text, article.published) == (f"{LEAD}\n\n{SECOND}", date(2024, 5, 3))
    assert article.url == "https://x.example/rob"


def test_the_article_of_a_graph_is_taken(tmp_path: Path) -> None:
    page = {"@type": "WebPage", "name": f"{TITLE} | Suara Teluk", "text": SECOND, "datePublished": "2024-07-01"}
    story = {"@type": ["Article", "NewsArticle"], "headline": TITLE, "articleBody": LEAD, "datePublished": "2024-05-03"}
    graph = {"@context": "https://schema.org", "@graph": ["https://x.example", page, story, {"@type": "Person"}]}
    (article,) = articles(loaded(tmp_path, "a.jsonl", lines(graph)))
    assert (article.title, article.text, article.published) == (TITLE, LEAD, date(2024, 5, 3))


@pytest.mark.parametrize(
    "text",
    [
        f"<p>{LEAD}</p>\n<p>{SECOND}</p>",
        [f"<p>{LEAD}</p>", f"<p>{SECOND}</p>"],
        [LEAD, f"<div class='a'>{SECOND}</div>"],
        f"{LEAD}<br/><br/>{SECOND}",
        f"<strong>{LEAD[:7]}</strong>{LEAD[7:]}\n\n{SECOND}",
        f"<p>{LEAD}</p><p>Baca juga: <a href='/t'>Tanggul Baru Dibangun</a></p><p>{SECOND}</p>",
    ],
)
def test_a_text_that_is_html_is_read_as_html(tmp_path: Path, text: object) -> None:
    (article,) = articles(loaded(tmp_path, "a.jsonl", lines({"title": TITLE, "text": text})))
    assert article.text == f"{LEAD}\n\n{SECOND}"


def test_a_sign_that_is_no_tag_stays(tmp_path: Path) -> None:
    odd = f"{LEAD} Kadar garam <p dan suhu <30 derajat & turun."
    (article,) = articles(loaded(tmp_path, "a.jsonl", lines({"title": TITLE, "text": odd})))
    assert article.text == odd


def test_the_count_behind_a_text_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    line = {"title": TITLE, "content": f"{LEAD}\r\nAir… [+51 chars]"}
    (article,) = articles(loaded(tmp_path, "a.jsonl", lines(line)))
    assert article.text.endswith("Air…")


def test_an_unknown_field_with_a_day_is_named_once(tmp_path: Path) -> None:
    line = {
        "text": LEAD,
        "released": "3 Mei 2024",
        "scraped_at": "2024-07-02",
        "event": "Pasar malam 3 Mei 2024 di kota",
    }
    found = loaded(tmp_path, "a.jsonl", lines(line, line, line | {"date": "2024-05-04"}))
    assert [article.published for article in articles([item for item in found if isinstance(item, Article)])] == [
        None,
        None,
        date(2024, 5, 4),
    ]
    assert reasons(found, tmp_path) == [("a.jsonl:1", 'its day is not known: "released" is no name for it')]


def test_what_a_text_hides_is_tidied(tmp_path: Path) -> None:
    odd = {
        "title": "Ban\u200bjir\ud800\n rob",
        "text": "Andre\u0301\u0007 berkata\ud800.",
        "url": "javascript:alert(1)",
        "author": "R\0",
    }
    (article,) = articles(loaded(tmp_path, "a.jsonl", lines(odd)))
    assert (article.title, article.text, article.url, article.author) == ("Banjir rob", "André berkata.", None, "R")
    assert article.id == "kabar-banjir-rob"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "Banjir', "it is not valid JSON"),
        ("[" * 100_000, "it is not valid JSON"),
        ('{"text": ' + "9" * 10_000 + "}", "it is not valid JSON"),
        ("Banjir surut.", "it is not valid JSON"),
        ('["Banjir surut."]', "it is not a JSON object"),
        ("{}", 'it has no "text"'),
        ('{"title": "Rob", "text": " "}', 'it has no "text"'),
        ('{"text": 7}', 'its "text" is not a string'),
        ('{"text": "Banjir surut.", "title": ["Rob"]}', 'its "title" is not a string'),
        ('{"text": "Banjir surut.", "url": {}}', 'its "url" is not a string'),
        ('{"text": "Banjir surut.", "lang": 3}', 'its "lang" is not a string'),
        ('{"text": "Banjir surut.", "author": [1]}', 'its "author" is not a string'),
        ('{"text": "Banjir surut.", "date": true}', 'its "date" is neither a string nor a number'),
        ('{"text": "Banjir surut.", "published": [2024]}', 'its "published" is neither a string nor a number'),
        ('{"text": "Banjir surut.", "id": {}}', 'its "id" is neither a string nor a number'),
        ('{"text": "Baca juga: Tanggul Baru"}', "it holds no story"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path: Path, line: str, reason: str) -> None:
    good = lines({"title": TITLE, "text": LEAD})
    found = loaded(tmp_path, "a.jsonl", f"{good}\n{line}\n{good}")
    assert [type(item) for item in found] == [Article, LoadError, Article]
    assert reasons(found, tmp_path) == [("a.jsonl:3", reason)]


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    found = loaded(tmp_path, "a.jsonl", b'{"text": "caf\xe9"}\n' + lines({"text": LEAD}).encode("utf-16"))
    assert reasons(found, tmp_path)[0] == ("a.jsonl:1", "it is not UTF-8")


def test_a_file_that_was_cut_off_gives_what_is_whole(tmp_path: Path) -> None:
    content = lines(*[{"title": TITLE, "text": LEAD, "id": n} for n in range(3)])
    found = loaded(tmp_path, "a.jsonl", content[:-20])
    assert [item.id for item in found if isinstance(item, Article)] == ["kabar-0", "kabar-1"]
    assert reasons(found, tmp_path) == [("a.jsonl:3", "it is not valid JSON")]


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LARGEST", 1 << 20)
    good = lines({"title": TITLE, "text": LEAD})
    found = loaded(tmp_path, "a.jsonl", f"{good}{lines({'text': 'x' * 5_000_000})}{good}{'x' * 3_000_000}")
    assert [type(item) for item in found] == [Article, LoadError, Article, LoadError]
    assert reasons(found, tmp_path) == [("a.jsonl:2", "larger than 1 MB"), ("a.jsonl:4", "larger than 1 MB")]


def test_of_very_many_bad_lines_the_first_are_named_and_the_others_counted(tmp_path: Path) -> None:
    found = loaded(tmp_path, "a.jsonl", lines({"title": TITLE, "text": LEAD}) + "Banjir surut.\n" * 12_345)
    assert len(found) == 1 + loading.NAMED + 1
    assert reasons(found, tmp_path)[-1] == ("a.jsonl", "12,245 more of its 12,346 items give no article")


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf\n"])
def test_a_file_without_a_line_is_empty(tmp_path: Path, content: bytes) -> None:
    assert reasons(loaded(tmp_path, "a.jsonl", content), tmp_path) == [("a.jsonl", "it is empty")]


def test_a_large_file_is_read_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LARGEST", 1 << 20)
    monkeypatch.setattr(opening, "LARGEST", 1 << 20)
    path = tmp_path / "large.jsonl"
    line = lines({"title": TITLE, "text": LEAD * 50, "id": "same"}).encode()
    path.write_bytes(line * 2_000)
    assert path.stat().st_size > 10 << 20
    file = ArticleFile(path, PurePosixPath("large.jsonl"))
    tracemalloc.start()
    assert sum(1 for _ in read_json_lines(file)) == 2_000
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1 << 20
    found = load(file, "large")
    first, second = next(found), next(found)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert first.id == "large-same"
    assert second.id.startswith("large-same-")


@settings(max_examples=60)
@given(
    st.lists(
        st.binary(max_size=60)
        | st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["title", "text", "published", "author", "url", "id"]), inner, max_size=6
                )
            ),
            max_leaves=9,
        ).map(lambda value: json.dumps(value).encode()),
        max_size=9,
    )
)
def test_any_lines_give_articles_or_reasons(tmp_path: Path, content: list[bytes]) -> None:
    found = loaded(tmp_path, "a.jsonl", b"\n".join(content))
    assert found
    ids = [item.id for item in found if isinstance(item, Article)]
    assert len(set(ids)) == len(ids)
    for item in found:
        if isinstance(item, Article):
            assert item.text.encode("utf-8").strip()
            assert item.title.encode("utf-8").strip()
