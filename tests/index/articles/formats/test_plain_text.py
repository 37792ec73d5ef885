"""Pasted text becomes paragraphs."""

from __future__ import annotations

from pathlib import Path

from article_files import HEADLINE, LEAD, SECOND, read, text_of


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
