"""From a file to an Article: what is found, what is read, what is left out, and what is refused in words."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kabar_process import REPOSITORY

from index.articles import html, loading, markdown, opening
from index.articles.finding import find_files
from index.articles.ids import article_ids
from index.articles.loading import load
from index.articles.types import Draft, Found
from index.types import Article, LoadError

SAMPLES = REPOSITORY / "articles"
FIRST_ARTICLE = REPOSITORY.parent / "shared" / "articles" / "kompas-2024-11-21.txt"

HEADLINE = "Banjir Rob Rendam Tanjung Lima"
CAPTION = "Foto arsip perahu nelayan di dermaga, 19 Juni 2023. (Sumber: Suara Teluk)"
LEAD = (
    "TANJUNG LIMA — Sebanyak 340 rumah terendam air laut setinggi 60 sentimeter pada Kamis malam, kata kepala desa "
    "setempat, Ruslan Hadi."
)
SECOND = "Air mulai naik pukul 19.00 dan baru surut menjelang subuh, sehingga warga memindahkan barang ke lantai dua."


def load_one(file: Found) -> Article:
    (name,) = article_ids([file.relative]).values()
    (found,) = load(file, name)
    if isinstance(found, LoadError):
        raise found
    return found


def read(folder: Path, name: str, content: str | bytes) -> Article:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return load_one(Found(path, PurePosixPath(name)))


def refusal(path: Path) -> str:
    with pytest.raises(LoadError) as caught:
        load_one(Found(path, PurePosixPath(path.name)))
    assert caught.value.path == path.as_posix()
    return caught.value.reason


def text_of(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


# --- plain text -------------------------------------------------------------------------------------------


def test_a_pasted_article_becomes_its_story_and_its_facts(tmp_path: Path) -> None:
    pasted = f"""> >

{HEADLINE}

Suara Teluk | 3 Mei 2024, 13:38 WIB
{CAPTION}

{LEAD}

Baca Juga: Tanggul Baru di Tanjung Lima

{SECOND}\u00a0

\u00a0

Penulis : Rani Wulandari Editor : Budi-Santika

Sumber : Kantor Berita Teluk


TERBARU
Kapal Feri Kembali Berlayar
"""
    assert read(tmp_path, "rob.txt", pasted) == Article(
        id="rob",
        title=HEADLINE,
        text=text_of(CAPTION, LEAD, SECOND),
        path=(tmp_path / "rob.txt").as_posix(),
        published=date(2024, 5, 3),
        author="Rani Wulandari",
        url=None,
        language="id",
    )


def test_an_english_article_with_its_link(tmp_path: Path) -> None:
    article = read(
        tmp_path,
        "ferry.txt",
        "Ferry returns to the lake\n\nBy Jane Doe, The Courier\nNovember 21, 2024\nhttps://courier.example/ferry\n\n"
        "The ferry returned to the lake on Monday after a repair that took eleven weeks.\n\nAlso read: Lake rises\n",
    )
    assert (article.title, article.author, article.published) == (
        "Ferry returns to the lake",
        "Jane Doe",
        date(2024, 11, 21),
    )
    assert article.url == "https://courier.example/ferry"
    assert article.language == "en"
    assert article.text == "The ferry returned to the lake on Monday after a repair that took eleven weeks."


@pytest.mark.parametrize(
    "line",
    [
        "Baca Juga: Tanggul Baru di Tanjung Lima",
        "BACA JUGA",
        "Baca juga Tanggul Baru di Tanjung Lima",
        "SIMAK JUGA: Video Detik-detik Air Naik",
        "(Baca juga: Tanggul Baru di Tanjung Lima)",
        "- Baca Juga: Tanggul Baru di Tanjung Lima",
        "Read also: New dike for Tanjung Lima",
        "Also read: Why the water rose.",
        "See also | New dike",
        "Lihat juga: Foto Udara Tanjung Lima",
        "Baca selengkapnya: Tanggul Baru",
        "ADVERTISEMENT",
        "SCROLL TO CONTINUE",
        "Scroll to continue with content",
        "Share",
        "Facebook | WhatsApp | Salin link",
        "Home > News",
        "Beranda › Daerah › Tanjung Lima",
        "TERBARU",
        "Berita Terkait",
        "Editor: Budi Santika",
        "Reporter: Rani W. | Editor: Budi S.",
        "Sumber : The Associated Press",
        "Source: https://suarateluk.example/rob",
        "Tag: banjir, rob, Tanjung Lima",
        "Copyright © 2024 Suara Teluk",
        "[Gambas:Video Suara Teluk]",
        "https://suarateluk.example/rob",
    ],
)
def test_what_is_not_the_story_is_left_out(tmp_path: Path, line: str) -> None:
    article = read(tmp_path, "a.txt", text_of(HEADLINE, LEAD, line, SECOND))
    assert article.text == text_of(LEAD, SECOND)
    assert article.title == HEADLINE


@pytest.mark.parametrize(
    "line",
    [
        "Baca juga isi perjanjian itu dengan teliti, pesan hakim kepada kedua pihak.",
        "Simak juga penjelasan kepala desa berikut ini, katanya.",
        "Editor: pekerjaan yang tidak lagi diminati anak muda menurut survei lembaga penelitian media tahun ini.",
        "Sumber: data yang dihimpun dinas menunjukkan bahwa air akan naik lagi pada bulan Juni.",
        "Copyright infringement fell by three per cent in 2024.",
        "Terbaru, air mencapai 70 sentimeter.",
        "Tag: demikian nama kapal itu, berlayar dari Tanjung Lima.",
        "By Monday the water had gone.",
        "Suhu air > 30 derajat",
        "Foto: Suara Teluk/Seno Adji",
        "Pemilu digelar 14 Februari 2024",
        "Pada Senin (13/1/2025) pagi, satu kilogram cabai dijual Rp 118.000",
        "Kapan air surut?",
    ],
)
def test_the_story_stays(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, "a.txt", text_of(HEADLINE, line, LEAD, SECOND)).text == text_of(line, LEAD, SECOND)
    assert read(tmp_path, "a.txt", text_of(HEADLINE, LEAD, line, SECOND)).text == text_of(LEAD, line, SECOND)


def test_a_list_of_other_headlines_is_left_out_only_behind_the_story(tmp_path: Path) -> None:
    others = text_of("TERPOPULER", "Kapal Feri Kembali Berlayar", "Harga Ikan Turun")
    assert read(tmp_path, "a.txt", text_of(HEADLINE, LEAD, SECOND, others)).text == text_of(LEAD, SECOND)
    midst = read(tmp_path, "a.txt", text_of(HEADLINE, LEAD, "TERPOPULER", "Ikan bandeng", SECOND))
    assert midst.text == text_of(LEAD, "Ikan bandeng", SECOND)


def test_an_editors_initials_are_left_out(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", text_of(HEADLINE, LEAD, SECOND, "(rw/tas)")).text == text_of(LEAD, SECOND)


def test_lines_wrapped_at_a_width_are_joined(tmp_path: Path) -> None:
    wrapped = (
        "Harga cabai rawit merah di Pasar Rambean naik hampir dua kali lipat dalam\n"
        "sepuluh hari. Pada Senin (13/1/2025) pagi, satu kilogram dijual seratus\n"
        "delapan belas ribu rupiah, sedangkan pada awal bulan kurang lebih anak-\n"
        "anak masih membelinya dengan uang saku.\n"
        "\n"
        "- satu baris daftar yang cukup panjang untuk sebuah baris biasa saja\n"
        "- baris kedua\n"
    )
    assert read(tmp_path, "a.txt", f"{HEADLINE}\n\n{wrapped}").text == text_of(
        "Harga cabai rawit merah di Pasar Rambean naik hampir dua kali lipat dalam sepuluh hari. Pada Senin "
        "(13/1/2025) pagi, satu kilogram dijual seratus delapan belas ribu rupiah, sedangkan pada awal bulan kurang "
        "lebih anak-anak masih membelinya dengan uang saku.",
        "- satu baris daftar yang cukup panjang untuk sebuah baris biasa saja",
        "- baris kedua",
    )


def test_a_wrapped_line_to_another_article_is_left_out_whole(tmp_path: Path) -> None:
    wrapped = "Baca juga: Tanggul baru di Tanjung Lima selesai dibangun dalam waktu empat\nbulan oleh warga setempat"
    assert read(tmp_path, "a.txt", text_of(HEADLINE, LEAD, wrapped, SECOND)).text == text_of(LEAD, SECOND)


def test_each_long_line_is_a_paragraph(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", f"{HEADLINE}\r\n{LEAD}\r\n{SECOND}\r\n").text == text_of(LEAD, SECOND)


def test_a_quoted_paste_loses_its_marks(tmp_path: Path) -> None:
    article = read(tmp_path, "a.txt", f"> {HEADLINE}\n>\n> > {LEAD}\n>\n> {SECOND}\n")
    assert (article.title, article.text) == (HEADLINE, text_of(LEAD, SECOND))


def test_characters_are_tidied(tmp_path: Path) -> None:
    written = (
        f"{HEADLINE}\n\n\ufeffKe\u00adpala\u200b desa\u00a0itu,  Andre\u0301,\tberkata ﬁlm\u2060 ba\u200cru.\x07\n"
    )
    assert read(tmp_path, "a.txt", written).text == "Kepala desa itu, André, berkata ﬁlm baru."


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


# --- days -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Kabar dunia | 21 November 2024, 09:15 WIB", date(2024, 11, 21)),
        ("Kamis (21/11/2024)", date(2024, 11, 21)),
        ("Rabu, 3 Agt 2022", date(2022, 8, 3)),
        ("November 21, 2024", date(2024, 11, 21)),
        ("Nov. 21, 2024 7:30 a.m.", date(2024, 11, 21)),
        ("2024-11-21", date(2024, 11, 21)),
        ("2024-11-21T10:00:00+07:00", date(2024, 11, 21)),
        ("Kompas.com - 05/03/2024, 13.38 WIB", date(2024, 3, 5)),
        ("Senin, 10 Jun 2024 | 14:20 WITA", date(2024, 6, 10)),
        ("Diterbitkan: 3 Mei 2024 | Diperbarui: 4 Mei 2024", date(2024, 5, 3)),
        ("Published on Thursday, 21st November 2024 at 09:00 GMT", date(2024, 11, 21)),
        ("By Jane Doe | 12 Mar 2024", date(2024, 3, 12)),
        ("Tanggal: 3 Mei 2024", date(2024, 5, 3)),
        ("Tanjung Lima, 3 Mei 2024", date(2024, 5, 3)),
        ("Suara Teluk - Jumat, 3 Mei 2024", date(2024, 5, 3)),
    ],
)
def test_a_dateline_tells_the_day_and_leaves_the_story(tmp_path: Path, line: str, expected: date) -> None:
    article = read(tmp_path, "a.txt", text_of(HEADLINE, line, LEAD, SECOND))
    assert article.published == expected
    assert (article.title, article.text) == (HEADLINE, text_of(LEAD, SECOND))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("TANJUNG LIMA, 3 Mei 2024 — Air laut naik dan merendam ratusan rumah warga.", date(2024, 5, 3)),
        ("Air laut naik dan merendam ratusan rumah warga desa itu, Jumat (3/5/2024).", date(2024, 5, 3)),
        ("Foto perahu nelayan yang tertambat di dermaga lama, Jumat (3/5/2024).", None),
        ("Desa itu terakhir terendam pada 4 Juni 2021, kata seorang warga setempat.", None),
        ("Air laut naik dan merendam ratusan rumah warga, Jumat (3/5).", None),
    ],
)
def test_without_a_dateline_only_the_day_of_the_news_counts(tmp_path: Path, line: str, expected: date | None) -> None:
    article = read(tmp_path, "a.txt", text_of(HEADLINE, line, SECOND))
    assert article.published == expected
    assert article.text == text_of(line, SECOND)


@pytest.mark.parametrize("line", ["31 Februari 2024", "31/02/2024", "99/99/2024", "21 January 2999", "1 Mei 0001"])
def test_an_impossible_day_is_none(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, "a.txt", text_of(HEADLINE, line, LEAD, SECOND)).published is None


def test_tomorrows_paper_is_believed_and_next_weeks_is_not(tmp_path: Path) -> None:
    tomorrow, next_week = date.today() + timedelta(days=1), date.today() + timedelta(days=7)
    assert read(tmp_path, "a.txt", text_of(HEADLINE, str(tomorrow), LEAD)).published == tomorrow
    assert read(tmp_path, "a.txt", text_of(HEADLINE, str(next_week), LEAD)).published is None


def test_a_paper_and_its_day_over_the_headline_are_a_dateline(tmp_path: Path) -> None:
    article = read(tmp_path, "a.txt", text_of("Suara Teluk - Jumat, 3 Mei 2024", HEADLINE, LEAD))
    assert (article.title, article.published, article.text) == (HEADLINE, date(2024, 5, 3), LEAD)


def test_a_headline_may_end_with_a_day(tmp_path: Path) -> None:
    article = read(tmp_path, "a.txt", text_of("Gempa Cianjur, 21 November 2022", LEAD, SECOND))
    assert (article.title, article.published) == ("Gempa Cianjur, 21 November 2022", None)


# --- Markdown ---------------------------------------------------------------------------------------------


def test_markdown_becomes_plain_text(tmp_path: Path) -> None:
    source = f"""---
title: "Rob: {HEADLINE}"
date: 2024-05-03
author: [Rani Wulandari, Budi Santika]
link: https://suarateluk.example/rob
lang: id-ID
---

# Rob: {HEADLINE}

![Perahu di *dermaga*](perahu.jpg)

**TANJUNG LIMA** — Sebanyak [340 rumah](https://x.example) terendam
air laut, kata `kepala` desa.<br>Air <b>surut</b>.

> Baca juga: [Tanggul baru](https://x.example)

## Bantuan

- 200 kasur
- 1.500 paket

  untuk anak

3. air
4. roti

| Desa | Rumah |
|---|---|
| Lima | 340 |

    kode satu
    kode dua

<div>Sisa <i>halaman</i> &amp; lain</div>

<!-- catatan -->

<script>
x()
</script>
"""
    article = read(tmp_path, "rob.md", source)
    assert article.text.split("\n\n") == [
        "Perahu di dermaga",
        "TANJUNG LIMA — Sebanyak 340 rumah terendam air laut, kata kepala desa.",
        "Air surut.",
        "Bantuan",
        "- 200 kasur",
        "- 1.500 paket",
        "untuk anak",
        "3. air",
        "4. roti",
        "Desa | Rumah",
        "Lima | 340",
        "kode satu",
        "kode dua",
        "Sisa halaman & lain",
    ]
    assert (article.title, article.published) == (f"Rob: {HEADLINE}", date(2024, 5, 3))
    assert (article.author, article.url) == ("Rani Wulandari, Budi Santika", "https://suarateluk.example/rob")
    assert article.language == "id"


def test_the_first_heading_is_the_title(tmp_path: Path) -> None:
    article = read(tmp_path, "a.markdown", f"# {HEADLINE}\n\n*3 Mei 2024*\n\n{LEAD}\n")
    assert (article.title, article.text, article.published) == (HEADLINE, LEAD, date(2024, 5, 3))


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("title: Gempa: lima tewas\ndate: 2024-05-03", "Gempa: lima tewas"),
        ("title: Gempa\ndate: 2024-05-03\nlang: [", "Gempa"),
        ("title: 1984\ndate: 3 Mei 2024", "1984"),
        ("title: '1984: satu' \ndate: 2024-05-03", "1984: satu"),
        ('title: "Kata \\"rob\\": air"\ndate: 2024-05-03', 'Kata "rob": air'),
        ("title: Rob # bukan judul\ndate: 2024-05-03", "Rob"),
        ("title: >\n  Rob\n  naik\ndate: 2024-05-03", "Rob naik"),
        ("a: &a [x, x]\nb: [*a, *a]\ntitle: Bom\ndate: 2024-05-03", "Bom"),
        ("title: Gempa\ndate: 2024-05-03\nx: " + "[" * 15_000, "Gempa"),
        ("title: Gempa\ndate: 2024-05-03\n" + "x: y\n" * 5_000, "Gempa"),
        ("judul: !!python/name:os.system\ntitle: Gempa\npublished: 03/05/2024", "Gempa"),
    ],
)
def test_a_broken_front_matter_still_tells_what_it_can(tmp_path: Path, front: str, title: str) -> None:
    article = read(tmp_path, "a.md", f"---\n{front}\n---\n{LEAD}\n")
    assert (article.title, article.published, article.text) == (title, date(2024, 5, 3), LEAD)


def test_an_impossible_front_matter_date_is_none(tmp_path: Path) -> None:
    article = read(tmp_path, "a.md", f"---\ntitle: Gempa\ndate: 2024-02-31\nurl: javascript:alert(1)\n---\n{LEAD}\n")
    assert (article.title, article.published, article.url, article.text) == ("Gempa", None, None, LEAD)


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", f"---\n\n{LEAD}\n\n---\n\n{SECOND}\n").text == text_of(LEAD, SECOND)


def test_very_long_markdown_is_read_as_plain_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "LONGEST_MARKDOWN", 10)
    article = read(tmp_path, "a.md", f"---\ntitle: Rob\n---\n*{LEAD}*\n\n{SECOND}\n")
    assert (article.title, article.text) == ("Rob", text_of(f"*{LEAD}*", SECOND))


# --- HTML -------------------------------------------------------------------------------------------------

PAGE = f"""<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>{HEADLINE} - Suara Teluk</title>
<meta property="article:published_time" content="2024-05-03T23:10:00Z"><meta name="author" content="Rani Wulandari">
<link rel="canonical" href="https://suarateluk.example/rob"></head>
<body><nav><a href="/">Beranda</a> <a href="/daerah">Daerah</a></nav>
<main><article><h1>{HEADLINE}</h1><p>Oleh Rani Wulandari</p><time>Jumat, 3 Mei 2024 | 10:00 WIB</time>
<figure class="wp-caption"><img src="a.jpg"><div><figcaption class="caption">{CAPTION}</figcaption></div></figure>
<p>{LEAD}</p><p><strong>Baca juga:</strong> <a href="/t">Tanggul Baru di Tanjung Lima</a></p>
<p>{SECOND}</p><ul><li>200 kasur</li></ul>
<table><tr><th>Desa</th><th>Rumah</th></tr><tr><td>Lima</td><td>340</td></tr></table>
<p>Bantuan itu dikirim pemerintah kabupaten dengan dua kapal pada hari Jumat, kata Bupati Teluk Damar.</p>
</article></main><aside><h3>Berita Terkait</h3><ul><li><a href="/1">Harga Ikan Turun</a></li></ul></aside>
<footer>Hak cipta © 2019 Suara Teluk</footer></body></html>"""


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


# --- characters and languages -----------------------------------------------------------------------------

ODD = "“Café” itu — milik Jürgen — dibuka…"


@pytest.mark.parametrize(
    "content",
    [
        ODD.encode(),
        ODD.encode("utf-8-sig"),
        ODD.encode("utf-16"),
        b"\xfe\xff" + ODD.encode("utf-16-be"),
        ODD.encode("utf-16-le"),
        ODD.encode("utf-16-be"),
        ODD.encode("utf-32"),
        ODD.encode("cp1252"),
        unicodedata.normalize("NFD", ODD).encode(),
    ],
)
def test_every_usual_encoding_is_read(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path, "a.txt", content).text == ODD


def test_one_damaged_byte_does_not_spoil_the_rest(tmp_path: Path) -> None:
    damaged = "“Café” itu – milik Jürgen – dibuka…".encode() + b" \xe9 lagi."
    assert read(tmp_path, "a.txt", damaged).text == "“Café” itu – milik Jürgen – dibuka… \ufffd lagi."


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", text_of(HEADLINE, LEAD), "id"),
        ("a.txt", "Jakarta", None),
        ("a.md", "---\nlang: in-ID\n---\nBanjir surut.", "id"),
        ("a.html", f"<html lang='en-US'><body><p>{LEAD}</p><p>{SECOND}</p>", "id"),
        ("a.html", f"<html lang='ms'><body><p>{LEAD}</p><p>{SECOND}</p>", "ms"),
    ],
)
def test_the_language(tmp_path: Path, name: str, content: str, expected: str | None) -> None:
    assert read(tmp_path, name, content).language == expected


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


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read everything, whatever a file's mode says: as root, be `nobody` meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


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
            assert load_one(Found(folder / "open.txt", PurePosixPath("open.txt"))).text == "Banjir surut."
            assert refusal(folder / "closed.txt") == "no permission to read it"
            assert [str(found.relative) for found in find_files([folder])] == ["closed", "closed.txt", "open.txt"]
            assert refusal(folder / "closed") == "a folder that cannot be opened"
        (folder / "closed").chmod(0o755)


def test_a_library_that_trips_over_a_file_refuses_that_file_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trip(data: bytes) -> Draft:
        raise RecursionError(len(data))

    monkeypatch.setitem(loading.STORIES, ".html", trip)
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    assert refusal(tmp_path / "a.html") == "it cannot be read as .html"


def test_a_missing_library_is_not_taken_for_a_bad_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lack(data: bytes) -> Draft:
        raise ModuleNotFoundError(len(data))

    monkeypatch.setitem(loading.STORIES, ".html", lack)
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


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_neither_hangs_nor_crashes(tmp_path: Path, name: str) -> None:
    try:
        article = read(tmp_path, name, HOSTILE[name])
    except LoadError as exc:
        assert exc.reason in {"it holds no story", "it is not text"}  # noqa: PT017
    else:
        article.text.encode("utf-8")
        assert article.text.strip()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


# --- finding files ----------------------------------------------------------------------------------------


def names(*roots: Path) -> list[str]:
    return [str(found.relative) for found in find_files(roots)]


def touch(folder: Path, *relative: str) -> None:
    for name in relative:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(HEADLINE, encoding="utf-8")


def test_files_are_found_sorted_and_hidden_ones_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "b.txt", "a/z.md", "a.txt", "a/b/c.jpg", ".hidden.txt", ".git/config", "a/.cache/x.txt")
    (tmp_path / "empty").mkdir()
    assert names(tmp_path) == ["a.txt", "a/b/c.jpg", "a/z.md", "b.txt"]
    assert [found.path for found in find_files([tmp_path])][2] == tmp_path / "a" / "z.md"


def test_a_root_may_be_a_file_or_not_there(tmp_path: Path) -> None:
    touch(tmp_path, "a/b.txt")
    assert names(tmp_path / "a" / "b.txt") == ["b.txt"]
    assert names(tmp_path / "gone") == ["gone"]


def test_links_are_followed_but_not_in_circles(tmp_path: Path) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    touch(home, "a.txt", ".store/kept.txt")
    touch(other, "far.txt", "deep/farther.txt")
    (home / "loop").symlink_to(home)
    (home / "above").symlink_to(tmp_path)
    (home / "archive").symlink_to(other)
    (other / "back").symlink_to(home)
    (home / "0-again.txt").symlink_to(home / "a.txt")
    (home / "kept.txt").symlink_to(home / ".store" / "kept.txt")
    assert names(home) == ["a.txt", "archive/deep/farther.txt", "archive/far.txt", "kept.txt"]


def test_what_is_no_file_is_found_so_that_it_can_be_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "broken.txt").symlink_to("nowhere.txt")
    (tmp_path / "circle.txt").symlink_to("circle.txt")
    assert names(tmp_path) == ["broken.txt", "circle.txt", "pipe.txt"]


def test_of_two_roots_each_file_is_found_once_under_its_own_path(tmp_path: Path) -> None:
    touch(tmp_path, "one/a.txt", "one/sub/b.txt", "two/a.txt")
    assert names(tmp_path / "one", tmp_path / "two", tmp_path / "one" / "sub") == ["a.txt", "sub/b.txt", "two/a.txt"]


# --- ids --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("kompas-2024-11-21.txt", "kompas-2024-11-21"),
        ("2024/Kursk & Co.md", "2024-kursk-co"),
        ("Überschwemmung_in Łódź.html", "überschwemmung-in-łódź"),
        ("हिन्दी समाचार.txt", "हिन्दी-समाचार"),
        ("v1.2 notes.txt", "v1-2-notes"),
        ("&&&.txt", "article"),
        (unicodedata.normalize("NFD", "café.txt"), "café"),
        ("README", "readme"),
    ],
)
def test_an_id_is_the_slug_of_the_path(path: str, expected: str) -> None:
    assert article_ids([PurePosixPath(path)]) == {PurePosixPath(path): expected}


def test_files_that_would_share_an_id_get_their_suffix_and_then_a_hash() -> None:
    paths = [PurePosixPath(path) for path in ["a.txt", "a.md", "A.txt", "a/b.txt", "a b.txt", "a-b.txt", "a-md.html"]]
    ids = article_ids(paths)
    assert {str(path): name for path, name in ids.items() if len(name) < 8} == {
        "A.txt": "a",
        "a b.txt": "a-b",
        "a-b.txt": "a-b-txt",
        "a-md.html": "a-md",
        "a.txt": "a-txt",
    }
    assert ids[PurePosixPath("a.md")] == "a-fecccc97"
    assert ids[PurePosixPath("a/b.txt")].startswith("a-b-")
    assert article_ids(reversed(paths)) == ids


@given(
    st.lists(st.sampled_from(["a", "A", "a-txt", "a.md", "b c", "-"]), min_size=1, max_size=2)
    .map("/".join)
    .map(lambda stem: [f"{stem}{suffix}" for suffix in (".txt", ".md", "")])
    .flatmap(st.permutations)
)
def test_ids_are_unique_and_the_same_in_any_order(paths: list[str]) -> None:
    relative = [PurePosixPath(path) for path in paths]
    ids = article_ids(relative)
    assert len(set(ids.values())) == len(set(relative))
    assert ids == article_ids(sorted(relative))


def test_load_takes_the_id_it_is_given(tmp_path: Path) -> None:
    touch(tmp_path, "a.txt")
    (article,) = load(Found(tmp_path / "a.txt", PurePosixPath("a.txt")), "a-txt")
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


@pytest.mark.skipif(not FIRST_ARTICLE.exists(), reason="the article is not ours to give away")
def test_the_first_article() -> None:
    article = load_one(Found(FIRST_ARTICLE, PurePosixPath(FIRST_ARTICLE.name)))
    paragraphs = article.text.split("\n\n")
    assert (article.id, article.published, article.author) == ("kompas-2024-11-21", date(2024, 11, 21), "Tussie Ayu")
    assert (article.language, len(paragraphs)) == ("id", 12)
    assert article.title.startswith("Korea Utara dan Rusia")
    assert paragraphs[0].startswith("Foto arsip")
    assert paragraphs[1].startswith("SEOUL")
    assert paragraphs[-1].endswith("tambah Lim.")
    assert "11.000" in article.text
    assert not any(line.casefold().startswith(("baca juga", "penulis", "sumber", "terbaru")) for line in paragraphs)
