"""Web pages: their story, their facts, and where they were saved from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from article_files import CAPTION, HEADLINE, LEAD, PAGE, SECOND, read, text_of

from index.articles.formats import html
from index.types import Article


def test_a_web_page_becomes_its_story_and_its_facts(tmp_path: Path) -> None:
    assert read(tmp_path, "rob.html", PAGE) == Article(
        id="rob",
        title=HEADLINE,
        text=text_of(
            CAPTION,
            LEAD,
            SECOND,
            "- 200 kasur",
            "Desa | Rumah",
            "Lima | 340",
            "Bantuan itu dikirim pemerintah kabupaten dengan dua kapal pada hari Jumat, kata Bupati Teluk Damar.",
        ),
        path=(tmp_path / "rob.html").as_posix(),
        published=date(2024, 5, 3),
        author="Rani Wulandari",
        url="https://suarateluk.example/rob",
        language="id",
        updated=datetime(2024, 5, 3, 23, 10, tzinfo=UTC),
        outlet="suarateluk.example",
    )


def test_a_day_in_the_story_is_not_the_page_s(tmp_path: Path) -> None:
    page = PAGE.replace("2024-05-03T23:10:00Z", "").replace("Jumat, 3 Mei 2024 | 10:00 WIB", "")
    assert read(tmp_path, "rob.html", page.replace("pukul 19.00", "pada 4 Juni 2021")).published is None


def test_a_page_that_hides_its_story_from_the_extractor_is_read_by_its_paragraphs(tmp_path: Path) -> None:
    page = f"<html><body><div class='comments'><p>{LEAD}</p><p>{SECOND}</p></div><nav><p>Menu</p></nav></body></html>"
    assert read(tmp_path, "a.htm", page).text == text_of(LEAD, SECOND)


def test_a_page_without_paragraphs_is_read_by_its_lines(tmp_path: Path) -> None:
    page = f"<html><head><title>Rob</title></head><body>{LEAD}<br>{SECOND}" + "<b></b>" * html.LARGEST_PAGE
    article = read(tmp_path, "a.html", page)
    assert (article.title, article.text) == ("Rob", text_of(LEAD, SECOND))


def test_a_brief_page_keeps_its_paragraphs_apart(tmp_path: Path) -> None:
    page = (
        f"<html><body><article><p>{LEAD}</p><p>Baca juga: Tanggul Baru</p><p>{SECOND[:60]}</p></article></body></html>"
    )
    assert read(tmp_path, "a.html", page).text == text_of(LEAD, SECOND[:60])


SAVED = "<!-- saved from url=(0034)https://suarateluk.example/rob%2D%2D1 -->\n"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("doctype", ["", "<!DOCTYPE html>\n"])
def test_a_saved_page_knows_where_it_is_from(tmp_path: Path, mark: str, doctype: str) -> None:
    page = PAGE.partition(">")[2].replace('<link rel="canonical" href="https://suarateluk.example/rob">', "")
    article = read(tmp_path, "a.html", mark + doctype + SAVED + page)
    assert (article.url, article.published) == ("https://suarateluk.example/rob--1", date(2024, 5, 3))
    assert article.text == read(tmp_path, "a.html", PAGE).text


def test_a_pages_own_link_goes_before_the_one_it_was_saved_from(tmp_path: Path) -> None:
    assert read(tmp_path, "a.html", SAVED + PAGE).url == "https://suarateluk.example/rob"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "http://a b", "//x"])
def test_a_link_that_leads_not_into_the_web_is_dropped(tmp_path: Path, link: str) -> None:
    page = PAGE.replace("https://suarateluk.example/rob", link)
    assert read(tmp_path, "a.html", page).url is None
    assert read(tmp_path, "a.html", SAVED.replace("https://suarateluk.example/rob%2D%2D1", link) + page).url is None


def test_text_beside_a_comment_or_a_menu_is_kept(tmp_path: Path) -> None:
    page = f"<html><body><header>Menu</header>{LEAD[:40]}<!-- iklan -->{LEAD[40:]}<nav>Menu</nav><div>{SECOND}</div>"
    page += "<b></b>" * html.LARGEST_PAGE
    assert read(tmp_path, "a.html", page).text == text_of(LEAD, SECOND)


@pytest.mark.parametrize(
    "declaration",
    [
        '<meta charset="iso-8859-2">',
        "<META HTTP-EQUIV='Content-Type' CONTENT='text/html; charset=ISO-8859-2'>",
        '<?xml version="1.0" encoding="iso-8859-2"?>',
    ],
)
def test_the_declared_character_set_is_honoured(tmp_path: Path, declaration: str) -> None:
    page = f"{declaration}<html><body><p>Wojewoda Łukasz Żak przyjechał do Łodzi.</p></body></html>"
    assert read(tmp_path, "a.html", page.encode("iso-8859-2")).text == "Wojewoda Łukasz Żak przyjechał do Łodzi."


@pytest.mark.parametrize("charset", ["rot13", "punycode", "zlib", "undefined", "no-such-thing", "utf-16"])
def test_an_odd_declared_character_set_is_passed_over(tmp_path: Path, charset: str) -> None:
    page = f'<meta charset="{charset}"><p>Café itu dibuka kembali hari ini.</p>'
    assert read(tmp_path, "a.html", page).text == "Café itu dibuka kembali hari ini."
    assert read(tmp_path, "a.html", page.encode("cp1252")).text == "Café itu dibuka kembali hari ini."
