"""PDF and Word: what is set for paper becomes paragraphs again, and what is hostile is given up."""

from __future__ import annotations

import io
import random
import re
import sys
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod
from patience import PATIENCE

from index.articles import loading
from index.articles.formats.documents import read_docx, read_pdf
from index.articles.loading import load
from index.articles.types import ArticleFile
from index.sandbox.parent import Limits
from index.types import Article, LoadError

HEADLINE = "Banjir Rob Rendam Tanjung Lima"
LEAD = (
    "TANJUNG LIMA - Sebanyak 340 rumah terendam air laut setinggi 60 sentimeter pada Kamis malam, kata kepala desa "
    "setempat, Ruslan Hadi, kepada wartawan di balai desa."
)
SECOND = "Air mulai naik pukul 19.00 dan baru surut menjelang subuh, sehingga warga memindahkan barang ke lantai dua."
THIRD = "Bantuan itu dikirim dengan dua kapal pada hari Jumat, kata Bupati Teluk Damar."
MADE = datetime(2024, 5, 7, 9, 0, tzinfo=UTC)


def read(folder: Path, name: str, content: bytes) -> Article:
    (folder / name).write_bytes(content)
    (found,) = load(ArticleFile(folder / name, PurePosixPath(name)), "an-id")
    if isinstance(found, LoadError):
        raise found
    return found


def refusal(folder: Path, name: str, content: bytes) -> str:
    with pytest.raises(LoadError) as caught:
        read(folder, name, content)
    assert caught.value.path == (folder / name).as_posix()
    return caught.value.reason


def text_of(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


# --- PDF: paper ---------------------------------------------------------------------------------------------


class Paper(FPDF):
    """Pages with a running head, when there is one, and a number at the foot."""

    head = ""

    def __init__(self) -> None:
        super().__init__()
        self.set_creation_date(MADE)
        self.set_font("times", size=12)

    def header(self) -> None:
        if self.head:
            self.set_font("times", size=8)
            self.cell(0, 10, self.head, new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("times", size=8)
        self.cell(0, 10, f"Halaman {self.page_no()} dari 3", align="C")

    def write_rows(self, rows: Sequence[str], height: float = 6) -> None:
        for row in rows:
            self.cell(0, height, row, new_x="LMARGIN", new_y="NEXT")

    def write_paragraph(self, text: str, size: float = 12) -> None:
        self.set_font("times", size=size)
        self.multi_cell(0, size / 2, text, new_x="LMARGIN", new_y="NEXT")
        self.ln(3)


def paper(*paragraphs: str, **properties: str) -> bytes:
    pdf = Paper()
    for name, value in properties.items():
        getattr(pdf, f"set_{name}")(value)
    pdf.add_page()
    for paragraph in paragraphs:
        pdf.write_paragraph(paragraph)
    return bytes(pdf.output())


def test_a_pdf_becomes_its_story_and_its_facts(tmp_path: Path) -> None:
    pdf = Paper()
    pdf.head = "Suara Teluk - Jumat, 3 Mei 2024"
    pdf.set_title("rob_final(2).indd")
    pdf.set_author("Rani Wulandari")
    pdf.set_lang("id-ID")
    pdf.add_page()
    pdf.write_paragraph("Banjir Rob Rendam Tanjung Lima dan Empat Desa Lain di Teluk Damar", size=22)
    for _ in range(13):
        for paragraph in (LEAD, SECOND, THIRD):
            pdf.write_paragraph(paragraph)
    assert pdf.pages_count == 3
    assert read(tmp_path, "rob.pdf", bytes(pdf.output())) == Article(
        id="an-id",
        title="Banjir Rob Rendam Tanjung Lima dan Empat Desa Lain di Teluk Damar",
        text=text_of(*[LEAD, SECOND, THIRD] * 13),
        path=(tmp_path / "rob.pdf").as_posix(),
        published=date(2024, 5, 3),
        author="Rani Wulandari",
        url=None,
        language="id",
    )


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    pdf = Paper()
    pdf.add_page()
    pdf.set_font("times", size=11)
    with pdf.text_columns(ncols=2, gutter=8, balance=True) as columns:
        columns.write(text_of(LEAD, SECOND, THIRD))
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text == text_of(LEAD, SECOND, THIRD)


def test_a_paragraph_goes_on_behind_the_end_of_the_page(tmp_path: Path) -> None:
    pdf = Paper()
    for row in ("Air mulai naik pukul 19.00 dan baru surut", "menjelang subuh, kata kepala desa setempat itu."):
        pdf.add_page()
        pdf.set_font("times", size=12)
        pdf.write_rows([row])
    expected = "Air mulai naik pukul 19.00 dan baru surut menjelang subuh, kata kepala desa setempat itu."
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text == expected


def test_a_sentence_goes_over_to_a_page_that_begins_with_a_capital_or_behind_an_abbreviation(tmp_path: Path) -> None:
    pages = [
        ["Sapi itu diperiksa pada hari Kamis oleh dokter hewan drh."],
        ["Lintang Arum dan dibawa ke kandang dengan kapal milik"],
        ["Pemerintah Kabupaten Teluk Damar.", "Kandang baru"],
        ["Kandang itu dibuka hari Senin."],
    ]
    pdf = Paper()
    for rows in pages:
        pdf.add_page()
        pdf.set_font("times", size=12)
        pdf.write_rows(rows)
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text == text_of(
        " ".join([pages[0][0], pages[1][0], pages[2][0]]), "Kandang baru", "Kandang itu dibuka hari Senin."
    )


LEFT = [
    "Dermaga kayu di Tanjung Lima",
    "Ditutup selama tiga pekan",
    "mulai hari Senin, sebab tiang",
    "penyangganya dimakan kerang",
    "dan ombak, kata syahbandar.",
]
RIGHT = [
    "Sementara itu, kapal ikan",
    "bersandar di dermaga lama",
    "yang panjangnya 80 meter.",
    "Tarif tambat tidak berubah",
    "sampai akhir tahun ini.",
]


@pytest.mark.parametrize("order", ["row by row", "as one row", "column by column"])
def test_columns_of_text_are_read_one_after_the_other_however_they_were_written(tmp_path: Path, order: str) -> None:
    pdf = Paper()
    pdf.add_page()
    pdf.write_paragraph("Dermaga Kayu Tanjung Lima Ditutup Tiga Pekan", size=22)
    pdf.set_font("times", size=11)
    places = [
        (x, at, text)
        for at, rows in enumerate(zip(LEFT, RIGHT, strict=True))
        for x, text in zip((20, 110), rows, strict=True)
    ]
    for x, at, text in sorted(places) if order == "column by column" else places:
        # A hair's breadth apart, programs take them for two rows; at the same height for one.
        pdf.text(x, 60 + 5 * at + (0.4 if order == "row by row" and x > 20 else 0), text)
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text == text_of(" ".join(LEFT), " ".join(RIGHT))


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    pdf = Paper()
    pdf.add_page()
    pdf.set_font("times", size=11)
    rows = [
        ("Desa Tanjung Lima", "Rumah terendam: 340"),
        ("Desa Muara Karang", "Rumah terendam: 112"),
        ("desa lain", "tidak ada"),
    ]
    for at, cells in enumerate(rows * 2):
        for x, text in zip((20, 110), cells, strict=True):
            pdf.text(x, 60 + 7 * at, text)
    assert (
        read(tmp_path, "a.pdf", bytes(pdf.output())).text.split()
        == " ".join(" ".join(cells) for cells in rows * 2).split()
    )


def bulletins(*days: Sequence[str]) -> bytes:
    pdf = Paper()
    pdf.head = "Pos Pantau Gunung Kerang"
    for rows in days:
        pdf.add_page()
        pdf.set_font("times", size=12)
        pdf.write_rows(rows, height=8)
    return bytes(pdf.output())


def test_pages_that_differ_in_their_figures_alone_keep_them(tmp_path: Path) -> None:
    text = "Terjadi {} gempa embusan dengan amplitudo {} milimeter pada hari ini."
    height = "Kolom abu teramati setinggi {} meter di atas puncak gunung itu."
    figures = [(12, 4, 300), (7, 3, 150), (31, 9, 900), (2, 1, 50)]
    pages = [
        [f"Buletin {day} Mei 2024", text.format(a, b), height.format(c)] for day, (a, b, c) in enumerate(figures, 3)
    ]
    article = read(tmp_path, "a.pdf", bulletins(*pages))
    for a, b, c in figures:
        assert text.format(a, b) in article.text
        assert height.format(c) in article.text
    assert "Pos Pantau" not in article.text
    assert "Halaman" not in article.text


def test_a_sentence_that_stands_on_each_page_is_no_running_head(tmp_path: Path) -> None:
    same = "Warga diminta tidak mendaki sampai ke kawah gunung itu."
    pages = [[same, f"Pada hari {day} terjadi gempa embusan berkali-kali."] for day in ("Senin", "Selasa", "Rabu")]
    assert read(tmp_path, "a.pdf", bulletins(*pages)).text.count(same) == 3


def test_a_page_that_was_printed_twice_is_read_once(tmp_path: Path) -> None:
    rows = ["Kepada semua pos banjir di Teluk Damar.", "Dikirim 400 selimut dan 12 perahu pada hari Jumat."]
    assert read(tmp_path, "a.pdf", bulletins(rows, rows)).text.count("400 selimut") == 1


def test_figures_in_a_running_head_count_its_pages(tmp_path: Path) -> None:
    pdf = Paper()
    for number, paragraph in enumerate([LEAD, SECOND, THIRD], 4):
        pdf.head = f"Nomor 12 Tahun 2024 - {number}"
        pdf.add_page()
        pdf.write_paragraph(paragraph)
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text == text_of(LEAD, SECOND, THIRD)


def test_the_head_of_a_single_page_with_its_number_is_left_out(tmp_path: Path) -> None:
    pdf = Paper()
    pdf.head = "Suara Teluk Nr. 131 Jumat, 3 Mei 2024 Halaman 3"
    pdf.add_page()
    pdf.write_paragraph(HEADLINE, size=20)
    pdf.write_paragraph(LEAD)
    article = read(tmp_path, "a.pdf", bytes(pdf.output()))
    assert (article.title, article.published, article.text) == (HEADLINE, date(2024, 5, 3), LEAD)


def test_paragraphs_are_told_by_their_indent_and_their_last_row(tmp_path: Path) -> None:
    pdf = Paper()
    pdf.add_page()
    pdf.write_rows(["     Sebanyak 340 rumah terendam air laut setinggi 60 sentimeter"])
    pdf.write_rows(["pada Kamis malam, kata kepala desa yang mengungsikan 12 warga sakit."])
    pdf.set_x(20)
    pdf.write_rows(["Air mulai naik pukul 19.00 dan baru surut menjelang subuh, sehingga"])
    pdf.write_rows(["warga memindahkan barang.", "Bantuan dikirim dengan dua kapal pada hari Jumat, kata bupati itu."])
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text == text_of(
        "Sebanyak 340 rumah terendam air laut setinggi 60 sentimeter pada Kamis malam, kata kepala desa yang "
        "mengungsikan 12 warga sakit.",
        "Air mulai naik pukul 19.00 dan baru surut menjelang subuh, sehingga warga memindahkan barang.",
        "Bantuan dikirim dengan dua kapal pada hari Jumat, kata bupati itu.",
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["Warga desa itu meng-", "ungsi ke sekolah."], "Warga desa itu mengungsi ke sekolah."),
        (["Bantuan untuk anak-", "anak tiba kemarin."], "Bantuan untuk anak-anak tiba kemarin."),
        (["Mereka bersama-", "sama membersihkan desa."], "Mereka bersama-sama membersihkan desa."),
        (["Pertemuan Asia-", "Pasifik ditunda lagi."], "Pertemuan Asia-Pasifik ditunda lagi."),
        (["Wabah COVID-", "19 sudah lama berlalu."], "Wabah COVID-19 sudah lama berlalu."),
        (["Sebuah non-blok dan non-", "blok yang lain di sana."], "Sebuah non-blok dan non-blok yang lain di sana."),
        (["Antara lain -", "demikian katanya - air."], "Antara lain - demikian katanya - air."),
        (["Pe\u00ad", "merintah mengirim bantuan."], "Pemerintah mengirim bantuan."),
    ],
)
def test_a_broken_word_is_whole_again(tmp_path: Path, rows: list[str], expected: str) -> None:
    pdf = Paper()
    pdf.add_page()
    pdf.write_rows(rows)
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text == expected


def test_list_items_stand_alone(tmp_path: Path) -> None:
    pdf = Paper()
    pdf.add_page()
    pdf.write_paragraph(THIRD)
    pdf.write_rows(["- 200 kasur", "- 1.500 paket untuk", "  anak", "3. air"])
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text.split("\n\n")[1:] == [
        "- 200 kasur",
        "- 1.500 paket untuk anak",
        "3. air",
    ]


def test_an_initial_is_put_before_its_word(tmp_path: Path) -> None:
    pdf = Paper()
    pdf.add_page()
    pdf.set_font("times", size=36)
    pdf.text(10, 30, "S")
    pdf.set_font("times", size=12)
    for at, row in enumerate(["ebanyak 340 rumah terendam air laut", "setinggi 60 sentimeter pada malam itu."]):
        pdf.text(22, 22 + 6 * at, row)
    expected = "Sebanyak 340 rumah terendam air laut setinggi 60 sentimeter pada malam itu."
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text == expected


def test_what_is_set_across_the_page_is_left_out(tmp_path: Path) -> None:
    pdf = Paper()
    pdf.add_page()
    pdf.write_paragraph(LEAD)
    with pdf.rotation(90, 100, 150):
        pdf.text(100, 150, "ARSIP SUARA TELUK")
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text == LEAD


def test_a_page_that_lies_on_its_side_is_read(tmp_path: Path) -> None:
    pdf = Paper()
    pdf.add_page()
    with pdf.rotation(90, 100, 150):
        pdf.write_rows(["Sebanyak 340 rumah terendam air laut setinggi", "60 sentimeter pada Kamis malam, kata warga."])
        pdf.ln(6)
        pdf.write_rows([THIRD])
    assert read(tmp_path, "a.pdf", bytes(pdf.output())).text == text_of(
        "Sebanyak 340 rumah terendam air laut setinggi 60 sentimeter pada Kamis malam, kata warga.", THIRD
    )


# --- PDF: its properties --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("properties", "paragraphs", "expected"),
    [
        ({"title": HEADLINE}, [HEADLINE, LEAD], HEADLINE),
        ({"title": HEADLINE.upper()}, [HEADLINE, LEAD], HEADLINE.upper()),
        ({"title": HEADLINE}, [LEAD, SECOND], HEADLINE),
        ({"title": "Laporan tahun lalu"}, [HEADLINE, LEAD], HEADLINE),
        ({"title": "Microsoft Word - rob.docx"}, [LEAD, SECOND], "rob 2024"),
        ({"title": "Untitled 3"}, [LEAD, SECOND], "rob 2024"),
        ({}, [LEAD, SECOND], "rob 2024"),
    ],
)
def test_the_title(tmp_path: Path, properties: dict[str, str], paragraphs: list[str], expected: str) -> None:
    article = read(tmp_path, "rob-2024.pdf", paper(*paragraphs, **properties))
    assert article.title == expected
    assert article.text == text_of(*[each for each in paragraphs if each != HEADLINE])


@pytest.mark.parametrize(
    ("author", "paragraphs", "expected"),
    [
        ("Rani Wulandari", [LEAD], "Rani Wulandari"),
        ("Rani Wulandari", [LEAD, SECOND, "Penulis: Budi Santika"], "Budi Santika"),
        ("ASUS", [LEAD], None),
        ("Windows User", [LEAD], None),
        ("rani w@suarateluk.example", [LEAD], None),
    ],
)
def test_the_author(tmp_path: Path, author: str, paragraphs: list[str], expected: str | None) -> None:
    assert read(tmp_path, "a.pdf", paper(HEADLINE, *paragraphs, author=author)).author == expected


def test_the_day_is_the_storys_or_that_of_the_margins_and_never_the_files(tmp_path: Path) -> None:
    def published(first: str, head: str = "") -> date | None:
        pdf = Paper()
        pdf.head = head
        for paragraph in (first, THIRD):
            pdf.add_page()
            pdf.write_paragraph(HEADLINE)
            pdf.write_paragraph(paragraph)
        return read(tmp_path, "a.pdf", bytes(pdf.output())).published

    assert published(f"{LEAD} Jumat (3/5/2024).", "Suara Teluk, 4 Mei 2024") == date(2024, 5, 3)
    assert published(LEAD, "Suara Teluk, 4 Mei 2024") == date(2024, 5, 4)
    assert published(LEAD) is None


def test_the_head_of_a_single_page_tells_the_day(tmp_path: Path) -> None:
    article = read(tmp_path, "a.pdf", paper("Suara Teluk, 4 Mei 2024", LEAD, SECOND))
    assert (article.published, article.text) == (date(2024, 5, 4), text_of(LEAD, SECOND))


def test_the_head_of_a_page_that_is_but_a_picture_is_no_story(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a.pdf", paper("Suara Teluk, 4 Mei 2024", title="Arsip halaman satu")) == (
        "it holds no story"
    )


@pytest.mark.parametrize("kind", ["a.pdf", "a.docx"])
def test_a_line_that_names_the_title_is_not_the_story(tmp_path: Path, kind: str) -> None:
    make = paper if kind == "a.pdf" else word
    article = read(tmp_path, kind, make(f"Judul: {HEADLINE}", LEAD, SECOND))
    assert (article.title, article.text) == (HEADLINE, text_of(LEAD, SECOND))


def test_a_paragraph_that_is_the_title_of_the_properties_too_stays(tmp_path: Path) -> None:
    assert read(tmp_path, "a.pdf", paper(LEAD, SECOND, title=f"{LEAD}!")).text == text_of(LEAD, SECOND)


# --- PDF: what is refused -------------------------------------------------------------------------------------


def raw(content: bytes, filters: bytes = b"", resources: bytes = b"", *more: bytes) -> bytes:
    """A PDF of one page, written by hand; objects from 6 on are `more`."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>%s>>>>"
        % resources,
        b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filters, content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *more,
    ]
    return whole(objects)


def whole(objects: Sequence[bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, b"".join(places))
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + table + trailer


ROW = b"BT /F 12 Tf 50 700 Td (Sebanyak 340 rumah terendam air laut.) Tj ET\n"


def test_a_pdf_written_by_hand_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, "a.pdf", raw(ROW)).text == "Sebanyak 340 rumah terendam air laut."
    packed = raw(zlib.compress(ROW), b"/Filter/FlateDecode")
    assert read(tmp_path, "a.pdf", packed).text == "Sebanyak 340 rumah terendam air laut."


def test_words_that_are_only_moved_apart_are_parted(tmp_path: Path) -> None:
    row = b"BT /F 12 Tf 50 700 Td [(Seban) 20 (yak) -400 (340) -400 (rumah)] TJ 0 -14 Td (terendam air laut.) Tj ET"
    assert read(tmp_path, "a.pdf", raw(row)).text == "Sebanyak 340 rumah terendam air laut."


def scanned() -> bytes:
    pdf = FPDF()
    pdf.add_page()
    pdf.rect(20, 20, 100, 100, style="F")
    return bytes(pdf.output())


def locked(**how: Any) -> bytes:
    pdf = Paper()
    pdf.set_encryption(**how)
    pdf.add_page()
    pdf.write_paragraph(LEAD)
    return bytes(pdf.output())


def unknown_letters() -> bytes:
    font = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[7 0 R]/ToUnicode 8 0 R>>"
    below = b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(A)/Ordering(I)/Supplement 0>>>>"
    table = b"1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0000> <00ff> <e000> endbfrange"
    resources = b"/Font<</G 6 0 R>>"
    content = b"BT /G 12 Tf 50 700 Td <%s> Tj ET" % b"".join(b"%04x" % code for code in range(40, 80))
    stream = b"<</Length %d>>stream\n%s\nendstream" % (len(table), table)
    return raw(content, b"", resources, font, below, stream).replace(b"/Font<</F 5 0 R>>/Font", b"/Font")


def test_a_pdf_without_a_story_is_refused_with_the_reason(tmp_path: Path) -> None:
    assert refusal(tmp_path, "a.pdf", b"") == "it is empty"
    assert refusal(tmp_path, "a.pdf", scanned()) == "it has no text layer"
    assert refusal(tmp_path, "a.pdf", unknown_letters()) == "the letters of its text layer have no meaning"
    assert refusal(tmp_path, "a.pdf", paper("Baca juga: Tanggul Baru")) == "it holds no story"
    assert refusal(tmp_path, "a.pdf", b"no PDF at all") == "it cannot be read as .pdf"
    assert refusal(tmp_path, "a.pdf", paper(LEAD)[:-900]) == "it cannot be read as .pdf"


def test_a_pdf_that_needs_a_password_is_refused_and_one_that_only_has_one_is_read(tmp_path: Path) -> None:
    locked_to_all = locked(owner_password="one", user_password="two")
    assert refusal(tmp_path, "a.pdf", locked_to_all) == "it is protected by a password"
    assert read(tmp_path, "a.pdf", locked(owner_password="one")).text == LEAD


@pytest.mark.parametrize("method", [EncryptionMethod.RC4, EncryptionMethod.AES_128, EncryptionMethod.AES_256])
def test_a_pdf_that_only_forbids_copying_is_read(tmp_path: Path, method: EncryptionMethod) -> None:
    content = locked(owner_password="one", encryption_method=method, permissions=AccessPermission.none())
    assert read(tmp_path, "a.pdf", content).text == LEAD


def form(content: bytes, inner: bytes) -> bytes:
    head = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<<%s>>/Font<</F 5 0 R>>>>" % inner
    return b"%s/Length %d>>stream\n%s\nendstream" % (head, len(content), content)


def packed(content: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 9)
    return raw(content, b"/Filter[%s]" % (b"/FlateDecode" * times))


HOSTILE_PDF: dict[str, Callable[[], bytes]] = {
    "a bomb": lambda: packed(bytes(100_000_000)),
    "a bomb in a bomb": lambda: packed(bytes(100_000_000), 3),
    "millions of rows": lambda: packed(ROW * 500_000),
    "brackets": lambda: raw(b"[" * 200_000),
    "parentheses": lambda: raw(b"(" * 1_000_000),
    "a form in itself": lambda: raw(b"/X Do", b"", b"/XObject<</X 6 0 R>>", form(b"/X Do /X Do", b"/X 6 0 R")),
    "forms in forms": lambda: raw(
        b"/X Do", b"", b"/XObject<</X 6 0 R>>", *[form(b"/X Do " * 9, b"/X %d 0 R" % at) for at in range(7, 40)]
    ),
    "pages in a circle": lambda: whole([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]>>"]),
    "many pages": lambda: raw(ROW).replace(b"[3 0 R]/Count 1", b"[" + b"3 0 R " * 50_000 + b"]/Count 50000"),
    "endless numbers": lambda: raw(b"BT /F 1e999 Tf 1e308 0 0 1e308 nan 9e999 Tm (Sebanyak 340 rumah.) Tj ET"),
    "a table of itself": lambda: b"%PDF-1.7\nxref\n0 0\ntrailer<</Prev 9/Size 1>>\nstartxref\n9\n%%EOF",
}


@pytest.mark.parametrize("name", HOSTILE_PDF)
def test_a_hostile_pdf_is_given_up(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loading.FORMATS, ".pdf", partial(read_pdf, limits=Limits(seconds=3, memory=500 << 20)))
    try:
        article = read(tmp_path, "a.pdf", HOSTILE_PDF[name]())
    except LoadError as exc:
        assert exc.reason.startswith(("it ", "reading it took ", "the letters "))  # noqa: PT017
    else:
        assert article.text.encode("utf-8").strip()


NO_TIME = Limits(seconds=0.001)
"""In which no process even starts."""


def test_a_pdf_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loading.FORMATS, ".pdf", partial(read_pdf, limits=NO_TIME))
    assert refusal(tmp_path, "a.pdf", paper(LEAD)) == "reading it took longer than 0.001 seconds"


@pytest.mark.skipif(sys.platform == "darwin", reason="it does not limit memory")
def test_a_pdf_that_takes_too_much_memory_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loading.FORMATS, ".pdf", partial(read_pdf, limits=Limits(PATIENCE, memory=150 << 20)))
    reason = refusal(tmp_path, "a.pdf", packed(ROW * 400_000))
    assert reason == "reading it takes more than 150 MB of memory"


def damaged(content: bytes, seed: int) -> bytes:
    chance, out = random.Random(seed), bytearray(content)
    for _ in range(chance.randint(1, 60)):
        out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out[: chance.randrange(len(out) // 2, len(out))] if chance.random() < 0.3 else out)


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_document_gives_an_article_or_a_reason(tmp_path: Path, seed: int) -> None:
    for name, content in (("a.pdf", raw(ROW * 20)), ("a.docx", word(LEAD, SECOND))):
        try:
            assert read(tmp_path, name, damaged(content, seed)).text.strip()
        except LoadError as exc:
            assert exc.reason  # noqa: PT017


# --- Word -----------------------------------------------------------------------------------------------------


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def test_a_word_document_becomes_its_story_and_its_facts(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.title = "Templat kantor"
    document.core_properties.author = "Rani Wulandari"
    document.core_properties.created = MADE
    document.sections[0].header.paragraphs[0].text = "Suara Teluk"
    document.sections[0].footer.paragraphs[0].text = "Halaman 1"
    document.add_heading(HEADLINE, 1)
    document.add_paragraph("Suara Teluk | 3 Mei 2024, 13:38 WIB")
    document.add_paragraph(LEAD)
    document.add_paragraph("Baca juga: Tanggul Baru di Tanjung Lima")
    document.add_heading("Bantuan", 2)
    document.add_paragraph("200 kasur", style="List Bullet")
    table = document.add_table(2, 2)
    for at, text in enumerate(["Desa", "Rumah", "Lima", "340"]):
        table.cell(at // 2, at % 2).text = text
    document.add_paragraph(f"{SECOND}\n{THIRD}")
    assert read(tmp_path, "rob.docx", saved(document)) == Article(
        id="an-id",
        title=HEADLINE,
        text=text_of(LEAD, "Bantuan", "- 200 kasur", "Desa | Rumah", "Lima | 340", SECOND, THIRD),
        path=(tmp_path / "rob.docx").as_posix(),
        published=date(2024, 5, 3),
        author="Rani Wulandari",
        url=None,
        language="id",
    )


def test_the_day_a_word_document_was_made_on_is_not_its_day(tmp_path: Path) -> None:
    document = docx.Document()
    document.core_properties.created = document.core_properties.modified = MADE
    document.add_paragraph(HEADLINE)
    document.add_paragraph(LEAD)
    article = read(tmp_path, "rob.docx", saved(document))
    assert (article.title, article.published, article.author) == (HEADLINE, None, None)


def run(text: str, tag: str = "w:t", properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><{tag} xml:space="preserve">{text}</{tag}></w:r>'


def paragraph(*content: str) -> str:
    return f"<w:p>{''.join(content)}</w:p>"


BOX = (
    "<mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
    "<mc:{kind} Requires='wps'><w:txbxContent>{content}</w:txbxContent></mc:{kind}></mc:AlternateContent>"
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (paragraph(run("Air "), f"<w:ins>{run('laut ')}</w:ins>", run("naik.")), ["Air laut naik."]),
        (paragraph(run("Air "), f"<w:del>{run('sungai ', 'w:delText')}</w:del>", run("naik.")), ["Air naik."]),
        (paragraph(run("Air "), f"<w:moveFrom>{run('sungai ')}</w:moveFrom>", run("naik.")), ["Air naik."]),
        (
            paragraph(run("Air"), "<w:r><w:tab/></w:r>", run("naik"), "<w:r><w:br/></w:r>", run("lagi.")),
            ["Air naik", "lagi."],
        ),
        (paragraph(run("anak"), "<w:r><w:noBreakHyphen/></w:r>", run("anak")), ["anak-anak"]),
        (paragraph(f"<w:hyperlink>{run('Tanggul baru')}</w:hyperlink>", run(" selesai.")), ["Tanggul baru selesai."]),
        (paragraph(run(" PAGE ", "w:instrText"), run("Air naik.")), ["Air naik."]),
        (f"<w:sdt><w:sdtContent>{paragraph(run('Air naik.'))}</w:sdtContent></w:sdt>", ["Air naik."]),
        (
            paragraph(run("Air naik."), BOX.format(kind="Choice", content=paragraph(run("Kutipan.")))),
            ["Air naik.", "Kutipan."],
        ),
        (paragraph(run("Air naik."), BOX.format(kind="Fallback", content=paragraph(run("Kutipan.")))), ["Air naik."]),
        (
            f"<w:tbl><w:tr><w:tc>{paragraph(run('Satu.'))}{paragraph(run('Dua.'))}</w:tc></w:tr></w:tbl>",
            ["Satu.", "Dua."],
        ),
        (
            f"<w:tbl><w:tr><w:tc>{paragraph(run(LEAD * 2))}</w:tc><w:tc>{paragraph(run('Dua.'))}</w:tc></w:tr></w:tbl>",
            [LEAD * 2, "Dua."],
        ),
        (
            f"<w:tbl><w:tr><w:tc>{paragraph(run('a'))}</w:tc><w:sdt><w:sdtContent><w:tc>{paragraph(run('b'))}</w:tc>"
            "</w:sdtContent></w:sdt></w:tr></w:tbl>",
            ["a | b"],
        ),
        (
            f"<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph(run('a'))}</w:tc><w:tc>{paragraph(run('b'))}</w:tc>"
            f"</w:tr><w:tr><w:tc>{paragraph(run('c'))}</w:tc><w:tc>{paragraph(run('d'))}</w:tc></w:tr></w:tbl>",
            ["c | d"],
        ),
        *[
            (paragraph(run("Air "), run("sungai ", properties=f"<w:{mark}/>"), run("naik.")), ["Air naik."])
            for mark in ("strike", "dstrike", "vanish", "strike w:val='true'", "vanish w:val='on'")
        ],
        (
            paragraph(run("Air "), run("laut ", properties="<w:strike w:val='0'/><w:b/>"), run("naik.")),
            ["Air laut naik."],
        ),
        (paragraph(run("Air."), run(BOX.format(kind="Choice", content="x"), "w:pict", "<w:vanish/>")), ["Air."]),
        (paragraph(f"<w:ruby><w:rt>{run('kan')}</w:rt><w:rubyBase>{run('漢')}</w:rubyBase></w:ruby>"), ["漢"]),
    ],
)
def test_all_that_a_reader_of_word_sees_is_read(tmp_path: Path, content: str, expected: list[str]) -> None:
    document = docx.Document()
    document.add_paragraph(LEAD)
    for element in parse_xml(f"<w:body {nsdecls('w')}>{content}</w:body>"):
        document.element.body.insert(-1, element)
    assert read(tmp_path, "a.docx", saved(document)).text.split("\n\n")[1:] == expected


def test_styles_strike_out_and_hide_too(tmp_path: Path) -> None:
    document = docx.Document()
    note = document.styles.add_style("Catatan", WD_STYLE_TYPE.PARAGRAPH)
    note.font.hidden = True
    old = document.styles.add_style("Lama", WD_STYLE_TYPE.CHARACTER)
    old.font.strike = True
    document.styles.add_style("Lama Sekali", WD_STYLE_TYPE.CHARACTER).base_style = old
    changed = document.add_paragraph("Bantuan ")
    changed.add_run("200 ", style="Lama Sekali")
    changed.add_run("250 kasur ")
    shown = changed.add_run("baru ", style="Lama")
    shown.font.strike = False
    changed.add_run("tiba di dermaga.")
    document.add_paragraph("Tanyakan dulu kepada redaktur.", style=note)
    assert read(tmp_path, "a.docx", saved(document)).text == "Bantuan 250 kasur baru tiba di dermaga."


def with_notes(kind: str, *notes: str) -> bytes:
    document = docx.Document()
    xml = "".join(f'<w:{kind} w:id="{at}">{note}</w:{kind}>' for at, note in enumerate(notes, 1))
    line = f'<w:{kind} w:type="separator" w:id="0">{paragraph(run("garis"))}</w:{kind}>'
    part = Part(
        PackURI(f"/word/{kind}s.xml"),
        f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml",
        f"<w:{kind}s {nsdecls('w')}>{line}{xml}</w:{kind}s>".encode(),
        document.part.package,
    )
    document.part.relate_to(part, f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}s")
    for at, text in enumerate([LEAD, SECOND], 1):
        reference = parse_xml(f'<w:r {nsdecls("w")}><w:{kind}Reference w:id="{at}"/></w:r>')
        document.add_paragraph(text)._p.append(reference)
    return saved(document)


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_a_note_stands_behind_the_paragraph_that_refers_to_it(tmp_path: Path, kind: str) -> None:
    content = with_notes(kind, paragraph(run("Menurut peta tahun 2019.")))
    assert read(tmp_path, "a.docx", content).text == text_of(LEAD, "Menurut peta tahun 2019.", SECOND)


def test_a_note_that_refers_to_itself_is_read_once(tmp_path: Path) -> None:
    itself = paragraph(run("Lihat di sini."), *['<w:r><w:footnoteReference w:id="1"/></w:r>'] * 9)
    assert read(tmp_path, "a.docx", with_notes("footnote", itself)).text == text_of(LEAD, "Lihat di sini.", SECOND)


def strict(more: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """A document as "Strict Open XML Document" keeps it."""
    kinds, out = rb"http://schemas\.openxmlformats\.org/(officeDocument|wordprocessingml|drawingml)/2006/", io.BytesIO()
    document = docx.Document()
    document.core_properties.author = "Rani Wulandari"
    document.add_heading(HEADLINE, 1)
    document.add_paragraph(LEAD)
    with (
        zipfile.ZipFile(io.BytesIO(saved(document))) as package,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in package.namelist():
            new.writestr(part, re.sub(kinds, rb"http://purl.oclc.org/ooxml/\1/", package.read(part)))
        for name, content in more:
            new.writestr(name, content)
    return out.getvalue()


def test_a_strict_document_is_read_as_an_ordinary_one(tmp_path: Path) -> None:
    article = read(tmp_path, "a.docx", strict())
    assert (article.title, article.text, article.author) == (HEADLINE, LEAD, "Rani Wulandari")


def repacked(change: Callable[[bytes], bytes] = bytes, more: Sequence[tuple[str, bytes]] = ()) -> bytes:
    """A Word document whose body is changed, or that has more parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word(LEAD))) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in package.namelist():
            content = package.read(part)
            new.writestr(part, change(content) if part == "word/document.xml" else content)
        for name, content in more:
            new.writestr(name, content)
    return out.getvalue()


def with_entities(declared: bytes) -> Callable[[bytes], bytes]:
    return lambda body: body.replace(b"?>", b"?><!DOCTYPE w [%s]>" % declared, 1).replace(b"TANJUNG", b"&e9;TANJUNG")


LAUGHS = b'<!ENTITY e0 "lol">' + b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(9))


def with_small_sizes(package: bytes) -> bytes:
    """The package, saying of every part that it has ten bytes."""
    out, at = bytearray(package), -1
    while (at := out.find(b"PK\x01\x02", at + 1)) >= 0:
        out[at + 24 : at + 28] = b"\x0a\0\0\0"
    return bytes(out)


BOMB = [(f"word/media/{n}.png", bytes(30_000_000)) for n in range(4)]
HOSTILE_DOCX: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "it is empty"),
    "no archive": (lambda: b"PK\x03\x04 and no more", "it cannot be read as .docx"),
    "another archive": (
        lambda: repacked().replace(b"word/document.xml", b"word/dokument.xml"),
        "it cannot be read as .docx",
    ),
    "an old or locked one": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9000),
        "it is protected by a password, or of an older kind of Word",
    ),
    "a bomb": (lambda: repacked(more=BOMB), "it unpacks to more than 100 MB"),
    "a bomb that lies": (lambda: with_small_sizes(repacked(more=BOMB)), "it cannot be read as .docx"),
    "a strict bomb": (lambda: strict(BOMB), "it unpacks to more than 100 MB"),
    "many parts": (lambda: repacked(more=[(f"{n}", b"") for n in range(2100)]), "it has more than 2,000 parts"),
    "laughs": (lambda: repacked(with_entities(LAUGHS)), "it cannot be read as .docx"),
    "somebody else's file": (lambda: repacked(with_entities(b'<!ENTITY e9 SYSTEM "file:///etc/passwd">')), ""),
    "a deep body": (
        lambda: repacked(lambda body: body.replace(b"<w:p>", b"<w:sdt>" * 90_000)),
        "it cannot be read as .docx",
    ),
    "a bomb inside": (lambda: repacked(more=[("word/embeddings/a.docx", repacked(more=BOMB))]), ""),
}


@pytest.mark.parametrize("name", HOSTILE_DOCX)
def test_a_hostile_word_document_is_given_up(tmp_path: Path, name: str) -> None:
    content, expected = HOSTILE_DOCX[name]
    try:
        article = read(tmp_path, "a.docx", content())
    except LoadError as exc:
        assert exc.reason == (expected or "it holds no story")  # noqa: PT017
    else:
        assert not expected
        assert "root:" not in article.text


def test_a_word_document_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loading.FORMATS, ".docx", partial(read_docx, limits=NO_TIME))
    assert refusal(tmp_path, "a.docx", word(LEAD)) == "reading it took longer than 0.001 seconds"
