"""What belongs to the story, what only tells about it, and what is left out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from article_files import CAPTION, HEADLINE, LEAD, SECOND, read, text_of

from index.types import Article


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
        "Cek berita dan artikel Suara Teluk yang lain di Google News",
        "Baca berita TELUK lainnya di WhatsApp.",
        "Read more stories like this in our app",
        "Nikmati akses penuh ke semua artikel dengan berlangganan Suara Teluk Plus.",
        "Get unlimited access to all our stories with a subscription.",
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
        "Read more widely, the teacher told pupils who had found other news in an app that the school had blocked.",
        "Dapatkan akses jalan ke pelabuhan, warga meminta, sebelum hujan turun pada bulan depan.",
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


def test_what_an_agency_says_of_itself_behind_its_end_mark_is_left_out(tmp_path: Path) -> None:
    about = "TELUK menyajikan berita kepada pelanggannya di dua belas kabupaten melalui kawat."
    lines = [LEAD, SECOND, LEAD.replace("340", "20"), SECOND.replace("19.00", "20.00")]
    assert read(tmp_path, "a.txt", text_of(HEADLINE, *lines, "-- TELUK", about)).text == text_of(*lines)


def test_a_wrapped_line_to_another_article_is_left_out_whole(tmp_path: Path) -> None:
    wrapped = "Baca juga: Tanggul baru di Tanjung Lima selesai dibangun dalam waktu empat\nbulan oleh warga setempat"
    assert read(tmp_path, "a.txt", text_of(HEADLINE, LEAD, wrapped, SECOND)).text == text_of(LEAD, SECOND)
