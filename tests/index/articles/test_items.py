"""Files that hold many articles: JSON Lines and feeds, one item after the other, the bad ones named."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from html import escape
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import json_lines, loading, opening
from index.articles.ids import ItemIds
from index.articles.json_lines import read_json_lines
from index.articles.loading import load
from index.articles.types import ArticleFile
from index.types import Article, LoadError

TITLE = "Banjir Rob Rendam Tanjung Lima"
LEAD = "Sebanyak 340 rumah terendam air laut setinggi 60 sentimeter pada Kamis malam, kata kepala desa setempat."
SECOND = "Air mulai naik pukul 19.00 dan baru surut menjelang subuh, sehingga warga memindahkan barang mereka."


def loaded(folder: Path, name: str, content: str | bytes) -> list[Article | LoadError]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(load(ArticleFile(path, PurePosixPath(name)), "kabar"))


def articles(found: list[Article | LoadError]) -> list[Article]:
    assert all(isinstance(item, Article) for item in found), found
    return [item for item in found if isinstance(item, Article)]


def reasons(found: list[Article | LoadError], folder: Path) -> list[tuple[str, str]]:
    errors = [item for item in found if isinstance(item, LoadError)]
    return [(error.path.removeprefix(f"{folder.as_posix()}/"), error.reason) for error in errors]


def lines(*objects: object) -> str:
    return "".join(f"{json.dumps(each)}\n" for each in objects)


# --- JSON Lines -----------------------------------------------------------------------------------------------


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
        ("2024-05-03T23:10:00Z", date(2024, 5, 3)),
        ("Fri, 03 May 2024 00:30:00 +0700", date(2024, 5, 3)),
        ("Jumat, 3 Mei 2024 | 10:00 WIB", date(2024, 5, 3)),
        (1_714_737_600, date(2024, 5, 3)),
        (1_714_737_600.5, date(2024, 5, 3)),
        (1_714_737_600_000, date(2024, 5, 3)),
        (-1_000_000_000, date(1938, 4, 24)),
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


# --- ids ------------------------------------------------------------------------------------------------------


def item_ids(*named: tuple[str, ...], below: str = "kabar") -> Iterator[str]:
    ids = ItemIds(below)
    return (ids.next(names, f"content {at}") for at, names in enumerate(named))


def test_an_item_is_named_by_the_first_of_its_names_that_has_a_letter() -> None:
    assert list(
        item_ids(("K-1", "https://x.example/a"), ("", "https://www.x.example/a?b=1", "T"), ("!", "", "Rob & Air"))
    ) == [
        "kabar-k-1",
        "kabar-x-example-a-b-1",
        "kabar-rob-air",
    ]
    (unnamed,) = item_ids(("", "—"))
    assert len(unnamed) == len("kabar-") + 8


def test_items_with_the_same_name_are_told_apart_by_what_they_hold() -> None:
    first = ItemIds("kabar")
    ids = [first.next(["Rob"], content) for content in ("a", "b", "c", "c")]
    assert ids[0] == "kabar-rob"
    assert len(set(ids)) == 4
    second = ItemIds("kabar")
    assert [second.next(["Rob"], content) for content in ("a", "x", "c")][::2] == [ids[0], ids[2]]


def test_very_many_items_that_are_alike_in_all_get_ids_of_their_own() -> None:
    ids = ItemIds("kabar")
    assert len({ids.next(["Rob"], "content") for _ in range(200_000)}) == 200_000


def test_a_long_name_is_cut_and_told_apart_by_a_hash() -> None:
    one, two = item_ids(("banjir " * 90 + "satu",), ("banjir " * 90 + "dua",))
    assert len(one) <= 120
    assert one != two
    assert one.startswith("kabar-banjir-banjir-")
    (below,) = item_ids(("banjir " * 90,), below="a" * 200)
    assert len(below) <= 270


# --- feeds ----------------------------------------------------------------------------------------------------


def rss(*entries: str, head: str = "") -> str:
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    inner = "".join(f"<item>{entry}</item>" for entry in entries)
    channel = f"<channel><title>Suara Teluk</title>{inner}</channel>"
    return f'<?xml version="1.0"?>{head}<rss version="2.0" {spaces}>{channel}</rss>'


HTML = f"""<p>{LEAD}</p><p><a href="/t">Baca juga: Tanggul Baru</a></p><p>{SECOND} A &amp; B &lt; C.</p>
<script>alert(1)</script><ul><li>200 kasur</li></ul><img src="x" onerror="alert(1)">"""


def test_each_entry_of_an_rss_feed_becomes_an_article(tmp_path: Path) -> None:
    whole = (
        f"<title>{TITLE} &amp;amp; &lt;i&gt;Lain&lt;/i&gt;</title><link>https://x.example/rob</link>"
        f"<guid isPermaLink='false'>rob-1</guid><description>Ringkasan saja.</description>"
        f"<content:encoded><![CDATA[{HTML}]]></content:encoded><dc:creator>Rani Wulandari</dc:creator>"
        "<pubDate>Fri, 03 May 2024 00:30:00 +0700</pubDate>"
    )
    brief = (
        f"<title>Air surut</title><description>{LEAD} AT&amp;amp;T</description><link>https://x.example/surut</link>"
    )
    one, two = articles(loaded(tmp_path, "a.rss", rss(whole, brief)))
    assert one == Article(
        id="kabar-rob-1",
        title=f"{TITLE} & Lain",
        text=f"{LEAD}\n\n{SECOND} A & B < C.\n\n- 200 kasur",
        path=(tmp_path / "a.rss").as_posix(),
        published=date(2024, 5, 3),
        author="Rani Wulandari",
        url="https://x.example/rob",
        language="id",
    )
    assert (two.id, two.title, two.text) == ("kabar-x-example-surut", "Air surut", f"{LEAD} AT&T")


def test_each_entry_of_an_atom_feed_becomes_an_article(tmp_path: Path) -> None:
    feed = f"""\ufeff<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="id"><title>Suara Teluk</title>
<entry><id>tag:x.example,2024:1</id><title type="html">Rob &amp;amp; Air</title><link href="https://x.example/1"/>
<published>2024-05-03T23:10:00Z</published><updated>2024-05-09T00:00:00Z</updated><author><name>Sari</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{LEAD}</p><p>{SECOND}</p></div></content></entry>
<entry><id>2</id><title>Surut</title><link href="javascript:alert(1)"/><updated>2024-05-09T00:00:00Z</updated>
<summary type="text">{LEAD}\n\nA &lt;b&gt; C</summary></entry></feed>"""
    one, two = articles(loaded(tmp_path, "a.atom", feed))
    assert (one.id, one.title, one.text) == ("kabar-tag-x-example-2024-1", "Rob & Air", f"{LEAD}\n\n{SECOND}")
    assert (one.published, one.author, one.url) == (date(2024, 5, 3), "Sari", "https://x.example/1")
    assert (two.id, two.text, two.url, two.published) == ("kabar-2", f"{LEAD}\n\nA <b> C", None, date(2024, 5, 9))


def test_an_entry_without_a_text_is_named(tmp_path: Path) -> None:
    found = loaded(tmp_path, "a.xml", rss("<title>Rob</title>", f"<title>Air</title><description>{LEAD}</description>"))
    assert [type(item) for item in found] == [LoadError, Article]
    assert reasons(found, tmp_path) == [("a.xml#1", "it holds no story")]


def test_a_feed_that_is_not_well_formed_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    feed = rss(*[f"<guid>{n}</guid><title>Rob & air</title><description>{LEAD}</description>" for n in range(3)])
    *whole, cut = loaded(tmp_path, "a.rss", feed[:-60])
    assert [item.id for item in articles(whole)] == ["kabar-0", "kabar-1"]
    assert reasons([cut], tmp_path) == [("a.rss#3", "it holds no story")]


LAUGHS = '<!ENTITY e0 "lol">' + "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
NOTHING = "it is no RSS or Atom feed"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is empty"),
        ("<?xml version='1.0'?><urlset><url><loc>https://x.example</loc></url></urlset>", NOTHING),
        ("<!DOCTYPE html><html><body><p>Banjir</p></body></html>", NOTHING),
        (b"\0\1\2\3" * 500, NOTHING),
        ("Banjir surut.", NOTHING),
        ("/etc/passwd", NOTHING),
        ("http://127.0.0.1:9/feed.xml", NOTHING),
        (rss(), "the feed has no entries"),
        ("<a>" * 50_000, NOTHING),
    ],
)
def test_what_is_no_feed_is_refused(tmp_path: Path, content: str | bytes, reason: str) -> None:
    assert reasons(loaded(tmp_path, "a.xml", content), tmp_path) == [("a.xml", reason)]


@pytest.mark.parametrize(
    "head",
    [f"<!DOCTYPE rss [{LAUGHS}]>", '<!DOCTYPE rss [<!ENTITY e9 SYSTEM "file:///etc/passwd">]>', "<!-- " * 50_000],
)
def test_a_hostile_feed_brings_nothing_along(tmp_path: Path, head: str) -> None:
    found = loaded(tmp_path, "a.xml", rss(f"<title>&e9;</title><description>{LEAD} &e9;</description>", head=head))
    for item in found:
        assert isinstance(item, LoadError) or (len(item.text) < 500 and "root:" not in item.text)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 50_000,
        "<p>" * 100_000 + "a",
        "&#xD800;" * 50_000,
        "<!-- " * 50_000,
        "<p>a</p>" * 20_000,
        "</article>" * 99,
    ],
)
def test_hostile_html_in_an_entry_neither_hangs_nor_crashes(tmp_path: Path, body: str) -> None:
    hostile = f"<title>A</title><description>{escape(body)}</description>"
    *_, last = loaded(tmp_path, "a.rss", rss(hostile, f"<title>B</title><description>{LEAD}</description>"))
    assert isinstance(last, Article)
    assert last.text == LEAD
