"""The day of a web page: what it declares and shows of its own story, by the clocks of the place it appeared in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from article_files import HEADLINE, LEAD, SECOND, read, text_of

DAY = date(2024, 5, 3)
SHOWN = "<div class='date'>Jumat, 3 Mei 2024 00:20 WIB</div>"
THIRD = "Pemerintah kabupaten mengirim dua kapal dengan tenda dan beras, dan dapur umum didirikan di dermaga lama."
ASIDE = "<aside><h3>Terpopuler</h3><time datetime='2024-01-15'>15 Januari 2024</time></aside>"


def page(
    head: str = "", byline: str = "", *, lang: str = "id", above: str = "", below: str = ASIDE, top: str = ""
) -> str:
    return (
        f"<!doctype html><html lang='{lang}'><head><title>{HEADLINE} - Suara Teluk</title>{head}</head><body>"
        f"<header>{top}<nav><a>Beranda</a></nav></header><main>{above}<h1>{HEADLINE}</h1>{byline}"
        f"<div><p>{LEAD}</p><p>{SECOND}</p><p>{THIRD}</p></div>{below}</main><footer>Suara Teluk</footer></body></html>"
    )


def meta(name: str, stamp: str) -> str:
    return f"<meta property='{name}' content='{stamp}'>"


def linked(*stories: str) -> str:
    return f"<script type='application/ld+json'>[{','.join(stories)}]</script>"


def published(tmp_path: Path, source: str) -> date | None:
    return read(tmp_path, "a.html", source).published


@pytest.mark.parametrize(
    ("stamp", "byline", "lang", "expected"),
    [
        ("2024-05-02T17:20:00+00:00", SHOWN, "id", DAY),
        ("2024-05-02T17:20:00Z", "", "id", DAY),
        ("2024-05-02T16:20:00Z", "", "id", date(2024, 5, 2)),
        ("2024-05-02T16:20:00Z", "", "ms-MY", DAY),
        ("2024-05-02T16:20:00Z", "<div>Jumat, 3 Mei 2024 00:20 WITA</div>", "id", DAY),
        ("2024-05-02T17:20:00Z", "", "en-US", DAY),  # the text is plainly Indonesian
        ("2024-05-02T17:20:00", SHOWN, "id", DAY),
        ("2024-05-02", SHOWN, "id", DAY),
        ("2024-05-03WIB19:17:34+07:00", "", "id", DAY),
        ("2024-05-03T23:20:00+07:00", "", "id", DAY),
        ("Thu, 02 May 2024 17:20:00 GMT", "", "id", DAY),
        ("2024-05-02T00:00:00Z", "", "id", date(2024, 5, 2)),
    ],
)
def test_a_stamp_is_dated_by_the_page_s_own_clocks(
    tmp_path: Path, stamp: str, byline: str, lang: str, expected: date
) -> None:
    assert published(tmp_path, page(meta("article:published_time", stamp), byline, lang=lang)) == expected


def test_the_clocks_of_another_stamp_or_of_the_address_count(tmp_path: Path) -> None:
    stamp = meta("article:published_time", "2024-05-02T15:20:00Z")
    assert published(tmp_path, page(stamp + meta("article:modified_time", "2024-05-09T10:00:00+09:00"))) == DAY
    assert published(tmp_path, page(stamp + "<link rel='canonical' href='https://www.teluk.jp/rob'>")) == DAY


@pytest.mark.parametrize(
    "byline",
    [
        "<p>Suara Teluk - 03/05/2024, 10:00 WIB</p>",
        "<p>SuaraTeluk | Jumat, 3 Mei 2024 14:38 WIB</p>",
        "<div class='date'>Jumat, 3 Mei 2024 15:06 WIB | 998 Views</div>",
        "<ul><li>Rani Wulandari</li><li>Jumat, 3 Mei 2024 19:55 WIB</li><li>waktu baca 2 menit</li></ul>",
        "<div><span>Posted on 3 May 2024</span> <span>by <a>admin</a></span> <span>Views: 1,204</span></div>",
        "<div>Rani W, Jurnalis · Jum'at 3 Mei 2024 10:00 WIB</div>",
        "<div><a>Daerah</a> <span>3 Mei 2024</span> <a>Bagikan</a></div>",
        "<time class='updated' datetime='2024-05-03 10:00:00'>Diterbitkan 3 Mei 2024, 10:00 WIB</time>",
        "<time class='entry-date published updated' datetime='2024-05-03T10:00:00+07:00'>dua tahun lalu</time>",
        "<span itemprop='datePublished' content='2024-05-03T10:00:00+07:00'>kemarin</span>",
        "<div>Diperbarui 9 Mei 2024, 10:00 WIB</div><div>Tayang 3 Mei 2024, 08:00 WIB</div>",
        "<div>3 Mei 2024 (terakhir diperbarui: 9 Mei 2024)</div>",
        "<div>Kamis, 9 Mei 2024 18.45 WIB</div><div>Pertama kali terbit: Jumat, 3 Mei 2024 22.10 WIB</div>",
        "<details><summary>Thu 9 May 2024 18.45 BST</summary><span>First published on Fri 3 May 2024</span></details>",
    ],
)
def test_the_day_beside_the_headline_is_the_page_s(tmp_path: Path, byline: str) -> None:
    changed = meta("article:modified_time", "2024-06-20T17:30:00+07:00")
    today = "<span>Rabu, 10 Juli 2024</span>"
    assert published(tmp_path, page(changed, byline, top=today)) == DAY


def test_the_day_above_the_headline_counts_and_the_day_of_a_masthead_does_not(tmp_path: Path) -> None:
    above = (
        page(above="<section><p>Berita</p></section>")
        .replace("<main>", f"<main><div>{SHOWN}")
        .replace("<h1>", "<h1>", 1)
    )
    assert published(tmp_path, above.replace("</main>", "</div></main>")) == DAY
    assert published(tmp_path, page(top="<span>Rabu, 10 Juli 2024</span>")) is None


@pytest.mark.parametrize(
    "other",
    [
        ASIDE,
        "<div class='comments'><time datetime='2024-05-04'>4 Mei 2024</time><p>Semoga lekas surut.</p></div>",
        "<h3>Baca Juga</h3><article><h4>Air Surut</h4><time datetime='2024-05-04'>4 Mei 2024</time></article>",
        "<script>window.__BUILD__ = {'time': '2024-05-04T00:00:00Z'};</script>",
        "<div class='agenda'><p>4 Mei 2024 — Pasar malam</p></div>",
        "<h3>Agenda</h3><p>4 Mei 2024 — Pasar malam</p>",
    ],
)
def test_the_days_of_other_things_are_not_the_page_s(tmp_path: Path, other: str) -> None:
    assert published(tmp_path, page(below=other)) is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<link rel='canonical' href='https://teluk.example/2024/05/03/rob'>", DAY),
        ("<link rel='canonical' href='https://teluk.example/daerah/20240503194512-92-1880/rob'>", DAY),
        ("<link rel='canonical' href='https://teluk.example/2024/05/3-hal-tentang-rob/'>", None),
        ("<link rel='canonical' href='https://teluk.example/2024/05/03-hal-tentang-rob/'>", None),
        ("<link rel='canonical' href='https://arsip.example/web/20240509064122/https://teluk.example/rob'>", None),
        (meta("article:modified_time", "2024-05-03T10:00:00+07:00"), DAY),
        (
            "<link rel='canonical' href='https://teluk.example/2024/05/03/rob'>"
            + meta("og:updated_time", "2024-05-09T10:00:00+07:00"),
            DAY,
        ),
    ],
)
def test_an_address_goes_before_a_change_and_behind_all_else(tmp_path: Path, head: str, expected: date | None) -> None:
    assert published(tmp_path, page(head)) == expected
    assert published(tmp_path, page(head, "<p>suaraTeluk.id, 1 Mei 2024</p>")) == date(2024, 5, 1)


@pytest.mark.parametrize(
    "stories",
    [
        [f'{{"@type": "NewsArticle", "headline": "{HEADLINE}", "datePublished": "2024-05-03T10:00:00+07:00"}}'],
        [
            '{"@type": "NewsArticle", "headline": "Air Surut", "datePublished": "2024-05-09T10:00:00+07:00"}',
            f'{{"@type": "NewsArticle", "headline": "{HEADLINE}", "datePublished": "2024-05-03T10:00:00+07:00"}}',
        ],
        [
            '{"@graph": [{"@type": "WebPage", "datePublished": "2024-04-01T10:00:00+07:00"},'
            '{"@type": ["Article"], "datePublished": "2024-05-02T17:20:00Z", "dateModified": "2024-05-09T17:20:00Z"}]}'
        ],
        ['{"@type": "WebPage", "mainEntity": {"@type": "ReportageNewsArticle", "datePublished": "2024-05-03"}}'],
        ['{"@type": "NewsArticle", "headline": "Rob "besar" datang", "datePublished": "2024-05-03T10:00:00+07:00"}'],
    ],
)
def test_the_day_of_the_page_s_own_story_is_taken_from_its_linked_data(tmp_path: Path, stories: list[str]) -> None:
    assert published(tmp_path, page(linked(*stories))) == DAY


def test_a_story_in_a_box_with_an_unlucky_name_keeps_its_day(tmp_path: Path) -> None:
    body = f"<div class='related sidebar'><h1>{HEADLINE}</h1>{SHOWN}<p>{LEAD}</p><p>{SECOND}</p></div>"
    source = f"<html lang='id'><head><title>{HEADLINE}</title></head><body>{body}{ASIDE}</body></html>"
    assert published(tmp_path, source) == DAY


def test_a_dateline_in_the_story_goes_before_the_address_and_leaves_the_text(tmp_path: Path) -> None:
    head = "<link rel='canonical' href='https://teluk.example/2024/05/09/rob'>"
    source = page(head).replace(f"<p>{LEAD}", f"<p>suaraTeluk.id, 3 Mei 2024</p><p>{LEAD}")
    article = read(tmp_path, "a.html", source)
    assert (article.published, article.text) == (DAY, text_of(LEAD, SECOND, THIRD))
