"""Press releases: the title under the letterhead, the day of the lead, and nothing of contacts and boilerplate."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from article_files import SECOND, read, text_of

TITLE = "Pompa Air Teluk Damar Ditambah Tiga"
LEAD = (
    "TELUK DAMAR, 3 Mei 2024 – Pemerintah Kabupaten Teluk Damar menambah tiga pompa air di Tanjung Lima setelah rob "
    "merendam 340 rumah pada pekan lalu."
)
ENGLISH = "Damar Water Adds Three Pumps Before the Rains"
ENGLISH_LEAD = (
    "DAMAR BAY, May 3, 2024 -- Damar Water will add three pumps in Tanjung Lima after a tide flooded 340 houses in the "
    "village last week, the company said."
)

LETTERHEADS = {
    "an office": [
        "PEMERINTAH KABUPATEN TELUK DAMAR",
        "Jl. Dermaga No. 4, Teluk Damar 90111",
        "SIARAN PERS",
        "Nomor: 12/V/2024",
    ],
    "two offices": [
        "KEMENTERIAN LAUT",
        "BIRO HUBUNGAN MASYARAKAT",
        "Telp. (021) 555-0100",
        "_" * 40,
        "KETERANGAN PERS",
    ],
    "no label": [
        "DINAS SUMBER DAYA AIR",
        "Jalan Pompa 7, Teluk Damar",
        "Telepon: 0411 555 010",
        "Surel: sda@teluk.example",
    ],
    "an office behind the label": ["Siaran Pers", "No. 7/SP/2024", "BADAN PENANGGULANGAN BENCANA", "www.bpb.example"],
    "a contact": ["RILIS MEDIA", "Narahubung:", "Bayu Samudra", "humas@teluk.example", "0812 0000 0000"],
    "to be printed at once behind a number": ["SIARAN PERS", "Nomor: 45/SP/V/2024", "UNTUK DITERBITKAN SEGERA"],
    "to be printed at once behind an office": [
        "PERUMDA AIR DAMAR",
        "Jalan Pompa 7, Teluk Damar 90111",
        "Mohon segera dimuat",
    ],
    "whose it is and where": [
        "SIARAN PERS",
        "Rumah Sakit Teluk Damar",
        "Instalasi Hubungan Masyarakat",
        "Jl. Dermaga No. 4",
        "Teluk Damar 90111",
        "Narahubung: Bayu Samudra (0812-0000-0000)",
    ],
    "whose it is, as the lead says": ["RILIS MEDIA", "Kabupaten Teluk Damar"],
    "to be printed at once": ["UNTUK DISIARKAN SEGERA", "Kontak media: Bayu Samudra (0812-0000-0000)"],
}


@pytest.mark.parametrize("letterhead", LETTERHEADS.values(), ids=LETTERHEADS)
def test_a_release_begins_under_its_letterhead(tmp_path: Path, letterhead: list[str]) -> None:
    article = read(tmp_path, "a.txt", text_of(*letterhead, TITLE, LEAD, SECOND))
    assert (article.title, article.published) == (TITLE, date(2024, 5, 3))
    assert article.text == text_of(LEAD, SECOND)


@pytest.mark.parametrize("label", ["FOR IMMEDIATE RELEASE", "PRESS RELEASE", "News Release", "MEDIA STATEMENT"])
def test_a_release_in_english_begins_under_its_label(tmp_path: Path, label: str) -> None:
    head = f"{label}\n\nMedia contact:\nJoan Ferry\npress@damar.example\n+62 555 0142"
    article = read(tmp_path, "a.txt", text_of(head, ENGLISH, ENGLISH_LEAD, SECOND))
    assert (article.title, article.text) == (ENGLISH, text_of(ENGLISH_LEAD, SECOND))


@pytest.mark.parametrize(
    "office",
    [["Damar Water"], ["Damar Bay Hospital", "12 Old Pier Road", "Damar, OH 45000"], ["DBH", "www.dbh.example"]],
)
def test_a_release_is_not_called_after_whose_it_is(tmp_path: Path, office: list[str]) -> None:
    lines = ["FOR IMMEDIATE RELEASE", *office, "Media Contact: Joan Ferry, press@damar.example", ENGLISH, ENGLISH_LEAD]
    article = read(tmp_path, "a.txt", text_of(*lines, SECOND))
    assert (article.title, article.text) == (ENGLISH, text_of(ENGLISH_LEAD, SECOND))


def test_a_title_above_a_contact_stays_the_title(tmp_path: Path) -> None:
    lines = ["PRESS RELEASE", ENGLISH, "Media Contact:", "Joan Ferry", "+62 555 0142", "The rains come early"]
    assert read(tmp_path, "a.txt", text_of(*lines, ENGLISH_LEAD, SECOND)).title == ENGLISH


@pytest.mark.parametrize("day", ["Teluk Damar, 3 Mei 2024", "03/05/2024", "UNTUK DISIARKAN SEGERA: 3 Mei 2024"])
def test_a_day_in_the_letterhead_is_that_of_the_release(tmp_path: Path, day: str) -> None:
    article = read(tmp_path, "a.txt", text_of("SIARAN PERS", day, TITLE, SECOND))
    assert (article.title, article.published, article.text) == (TITLE, date(2024, 5, 3), SECOND)


def test_a_label_below_the_title_is_left_out(tmp_path: Path) -> None:
    article = read(tmp_path, "a.md", f"# {TITLE}\n\nSIARAN PERS\n\nNomor: 12/V/2024\n\n{LEAD}\n")
    assert (article.title, article.text) == (TITLE, LEAD)


@pytest.mark.parametrize(
    "tail",
    [
        ["###"],
        ["***", "Biro Humas Teluk Damar", "Narahubung: Bayu Samudra (0812-0000-0000)"],
        ["-30-", "Catatan untuk redaksi: foto dapat diminta."],
        ["Kontak media:", "Bayu Samudra", "humas@teluk.example"],
        [
            "Tentang Teluk Damar",
            "Kabupaten Teluk Damar berdiri pada 1950 dan mempunyai 12 kecamatan.",
            "www.teluk.example",
        ],
    ],
)
def test_a_release_ends_before_contacts_and_boilerplate(tmp_path: Path, tail: list[str]) -> None:
    assert read(tmp_path, "a.txt", text_of("SIARAN PERS", TITLE, LEAD, SECOND, *tail)).text == text_of(LEAD, SECOND)


@pytest.mark.parametrize(
    "lines",
    [
        ["DINAS AIR TAMBAH POMPA", SECOND, "Tentang pompa itu", LEAD, SECOND],
        ["Siaran Pers: Pompa Ditambah Tiga Pekan Ini", SECOND, LEAD],
        ["PEMERINTAH KOTA TAMBAH POMPA", "Suara Teluk, www.suara.example", "Tiga di Tanjung Lima", SECOND, LEAD],
        [TITLE, SECOND, "Narahubung: Bayu Samudra (0812-0000-0000)"],
    ],
)
def test_what_is_no_release_stays_as_it_is(tmp_path: Path, lines: list[str]) -> None:
    article = read(tmp_path, "a.txt", text_of(*lines))
    assert [article.title, *article.text.split("\n\n")] == lines


def test_a_dateline_that_is_wrapped_in_its_midst_is_read(tmp_path: Path) -> None:
    wrapped = (
        "Teluk Damar, 3 Mei 2024 – Pemerintah Kabupaten Damar menambah\n"
        "tiga pompa air di Tanjung Lima setelah rob merendam banyak rumah\n"
        "pada pekan lalu.\n"
    )
    article = read(tmp_path, "a.txt", f"{TITLE}\n\n{wrapped}")
    assert (article.published, article.text) == (date(2024, 5, 3), " ".join(wrapped.split()))
