"""Feeds: one article after the other, the bad ones named, and nothing hostile brought along."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from html import escape
from pathlib import Path

import pytest
from article_items import LEAD, SECOND, TITLE, articles, loaded, reasons

from index.articles.formats import feeds
from index.types import Article, LoadError


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
        updated=datetime(2024, 5, 3, 0, 30, tzinfo=timezone(timedelta(hours=7))),
        outlet="Suara Teluk",
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
    assert (one.published, one.author, one.url) == (date(2024, 5, 4), "Sari", "https://x.example/1")  # in Jakarta
    assert (two.id, two.text, two.url, two.published) == ("kabar-2", f"{LEAD}\n\nA <b> C", None, date(2024, 5, 9))


@pytest.mark.parametrize(
    ("stamp", "sibling", "expected"),
    [
        ("Thu, 02 May 2024 17:30:00 +0000", "", date(2024, 5, 3)),
        ("Thu, 02 May 2024 15:30:00 GMT", "", date(2024, 5, 2)),
        ("Thu, 02 May 2024 15:30:00 GMT", "Kamis, 2 Mei 2024 10:00 WIT", date(2024, 5, 3)),
        ("2024-05-02T16:30:00Z", "Thu, 02 May 2024 10:00:00 +0800", date(2024, 5, 3)),
        ("Jumat, 3 Mei 2024 00:20:00 WIB", "", date(2024, 5, 3)),
        ("Thu, 02 May 2024 22:30:00 +0700", "", date(2024, 5, 2)),
        ("Thu, 02 May 2024 00:00:00 +0000", "", date(2024, 5, 2)),
    ],
)
def test_an_entry_is_dated_by_the_clocks_of_its_feed(tmp_path: Path, stamp: str, sibling: str, expected: date) -> None:
    entries = [
        f"<title>{name}</title><description>{LEAD}</description><pubDate>{day}</pubDate>"
        for name, day in (("Rob", stamp), ("Air", sibling))
    ]
    assert articles(loaded(tmp_path, "a.rss", rss(*entries)))[0].published == expected


def test_an_entry_without_a_text_is_named(tmp_path: Path) -> None:
    found = loaded(tmp_path, "a.xml", rss("<title>Rob</title>", f"<title>Air</title><description>{LEAD}</description>"))
    assert [type(item) for item in found] == [LoadError, Article]
    assert reasons(found, tmp_path) == [("a.xml#1", "it holds no story")]


def test_a_feed_that_is_not_well_formed_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    feed = rss(*[f"<guid>{n}</guid><title>Rob & air</title><description>{LEAD}</description>" for n in range(3)])
    *whole, cut = loaded(tmp_path, "a.rss", feed[:-60])
    assert [item.id for item in articles(whole)] == ["kabar-0", "kabar-1"]
    assert reasons([cut], tmp_path) == [("a.rss#3", "it holds no story")]


def post(title: str, text: str, status: str = "publish", kind: str = "post", more: str = "") -> str:
    """An item of a WordPress export."""
    return (
        f"<title>{title}</title><link>https://x.example/{title}</link><content:encoded><![CDATA[{text}]]></content:encoded>"
        f"<wp:post_date>2024-05-03 00:10:00</wp:post_date><pubDate>Thu, 02 May 2024 17:10:00 +0000</pubDate>"
        f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{more}"
    )


def export(*posts: str) -> str:
    return rss(*posts).replace("<rss ", '<rss xmlns:wp="http://wordpress.org/export/1.2/" ')


def test_of_a_wordpress_export_published_posts_are_read_and_the_rest_is_counted(tmp_path: Path) -> None:
    others = [
        *(post("Lain", SECOND, status) for status in ("draft", "draft", "pending", "private", "future", "trash")),
        post("Lain", SECOND, more="<wp:post_password>rahasia</wp:post_password>"),
        post("Lain", SECOND, "inherit", "attachment"),
        *(post("Lain", SECOND, kind=kind) for kind in ("page", "nav_menu_item")),
    ]
    open_ = post(TITLE, LEAD, more="<wp:post_password></wp:post_password>")
    found = loaded(tmp_path, "a.xml", export(*others[:4], open_, *others[4:], post("Surut", LEAD, kind="berita")))
    assert [(each.title, each.text, each.published) for each in articles(found[:2])] == [
        (TITLE, LEAD, date(2024, 5, 3)),
        ("Surut", LEAD, date(2024, 5, 3)),
    ]
    counts = "1 attachment, 2 draft, 1 nav_menu_item, 1 page, 1 password, 1 pending, 1 private, 1 scheduled, 1 trash"
    assert reasons(found[2:], tmp_path) == [("a.xml", f"10 of its 12 items are no published posts: {counts}")]


def test_a_draft_of_a_blogger_export_is_none_of_its_articles(tmp_path: Path) -> None:
    entry = "<entry><id>{0}</id><title>Rob</title><content>{1}</content>{2}</entry>"
    draft = "<app:control xmlns:app='http://purl.org/atom/app#'><app:draft>yes</app:draft></app:control>"
    feed = entry.format(1, SECOND, draft) + entry.format(2, LEAD, "")
    found = loaded(tmp_path, "a.atom", f'<feed xmlns="http://www.w3.org/2005/Atom"><title>X</title>{feed}</feed>')
    assert [article.text for article in articles(found[:1])] == [LEAD]
    assert reasons(found[1:], tmp_path) == [("a.atom", "1 of its 2 items are no published posts: 1 draft")]


def test_a_post_is_read_as_wordpress_shows_it(tmp_path: Path) -> None:
    written = (
        f"{LEAD}\n\n[caption id='attachment_5' width=\"600\"]<img src='a.jpg' /> Perahu di dermaga[/caption]\n\n"
        "[galeri_foto]\n\nIa bilang “aer [sic] naik”,\nlalu <em>pergi</em>.\n\n[embed]https://v.example/1[/embed]"
        f'\n\n<!-- wp:paragraph -->\n<p>{SECOND}</p>\n<!-- /wp:paragraph -->\n\n[related_posts count="3"]'
    )
    (article,) = articles(loaded(tmp_path, "a.xml", export(post(TITLE, written))))
    lines = article.text.split("\n\n")
    assert (lines[0], lines[1], lines[-1]) == (LEAD, "Perahu di dermaga", SECOND)
    assert " ".join(lines[2:-1]).startswith("Ia bilang “aer [sic] naik”, lalu pergi.")
    assert not any(sign in article.text for sign in ("caption", "galeri_foto", "related", "wp:"))


@pytest.mark.parametrize(
    "line",
    [
        "The post Rob appeared first on Suara Teluk.",
        "Artikel Rob pertama kali tampil pada Suara Teluk.",
        "Der Beitrag Rob erschien zuerst auf Suara Teluk.",
        "L’article Rob est apparu en premier sur Suara Teluk.",
    ],
)
def test_where_a_post_appeared_first_is_not_its_story(tmp_path: Path, line: str) -> None:
    text = f"<description><![CDATA[<p>{LEAD}</p><p>{line}</p>]]></description>"
    (article,) = articles(loaded(tmp_path, "a.xml", rss(f"<title>Rob</title>{text}")))
    assert article.text == LEAD


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


def test_an_entry_that_a_library_trips_over_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = feeds.fragment_paragraphs

    def trip(source: str) -> list[str]:
        return read(source) if SECOND in source else [source][len(source)]

    monkeypatch.setattr(feeds, "fragment_paragraphs", trip)
    content = rss(
        *[f"<title>Rob</title><description>{escape(f'<p>{text}</p>')}</description>" for text in (LEAD, SECOND)]
    )
    found = loaded(tmp_path, "a.rss", content)
    assert reasons(found, tmp_path) == [("a.rss#1", "it cannot be read as .rss")]
    assert [item.text for item in found if isinstance(item, Article)] == [SECOND]
