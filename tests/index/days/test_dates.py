"""The day of an article, from its dateline or its story."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from article_files import HEADLINE, LEAD, SECOND, read, text_of
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from index.days.dates import dateline


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
        ("suaraTeluk.id, 3 Mei 2024", date(2024, 5, 3)),
        ("telukpos, 3 Mei 2024", date(2024, 5, 3)),
        ("SuaraTeluk | Jumat, 3 Mei 2024 14:38 WITA", date(2024, 5, 3)),
        ("Jumat, 3 Mei 2024 19:06 WIB | 1.204 Views", date(2024, 5, 3)),
        ("3 Mei 2024 | 15.06 WIB · waktu baca 3 menit", date(2024, 5, 3)),
        ("Jum'at 03 Mei 2024 09:12 WIT", date(2024, 5, 3)),
        ("7 Peb 2024", date(2024, 2, 7)),
        ("9 Nop 2019", date(2019, 11, 9)),
        ("Diterbitkan: 12 Agst 2024", date(2024, 8, 12)),
        ("Posted on 3 May 2024 by Jane Doe", date(2024, 5, 3)),
        ("Diubah: 9 Mei 2024 10:00 WIB | Tayang: 3 Mei 2024 08:00 WIB", date(2024, 5, 3)),
        ("Last updated 9 May 2024 | First published 3 May 2024", date(2024, 5, 3)),
        ("Published 10:12 PM EDT, May 3, 2024", date(2024, 5, 3)),
        ("Fri 3 May 2024 06.00 BST", date(2024, 5, 3)),
        ("Stand: 03.05.2024, 18:22 Uhr", date(2024, 5, 3)),
        ("Am Freitag, dem 3. Mai 2024 um 14.05 Uhr", date(2024, 5, 3)),
        ("Von Anna Müller, 3. Mai 2024", date(2024, 5, 3)),
        ("Publié le 3 mai 2024 à 18h30, modifié le 4 mai 2024 à 9h02", date(2024, 5, 3)),
        ("Le 1er mai 2024", date(2024, 5, 1)),
        ("3 de mayo de 2024 - 05:30 CEST", date(2024, 5, 3)),
        ("Costa Brava, 3 de mayo de 2024. Por Lucía Ríos", date(2024, 5, 3)),
        ("Sexta-feira, 3 de maio de 2024 às 22h05", date(2024, 5, 3)),
        ("03/05/2024 22h05", date(2024, 5, 3)),
        ("Venerdì 3 maggio 2024, ore 10:30", date(2024, 5, 3)),
        ("vrijdag 3 mei 2024, 13:20 · Redactie Delta", date(2024, 5, 3)),
        ("Jumaat, 3 Mei 2024 12:35am", date(2024, 5, 3)),
        ("12 Ogos 2024 | 9:41 PM", date(2024, 8, 12)),
        ("14:05, 3 мая 2024", date(2024, 5, 3)),
        ("Опубликовано: 3 мая 2024 г. в 14:05", date(2024, 5, 3)),
        ("Thứ Sáu, 3/5/2024, 06:45 (GMT+7)", date(2024, 5, 3)),
        ("Thứ Sáu, ngày 3 tháng 5 năm 2024", date(2024, 5, 3)),
        ("2024年5月3日　18時42分", date(2024, 5, 3)),
        ("令和6年5月3日", date(2024, 5, 3)),
        ("2024年5月3日 星期五 10:30", date(2024, 5, 3)),
        ("2024-05-03 10:32:18　来源：海湾晚报　编辑：陈明", date(2024, 5, 3)),
        ("입력 2024.05.03. 오전 9:15 수정 2024.05.04. 오후 2:40", date(2024, 5, 3)),
        ("2024년 5월 3일 금요일", date(2024, 5, 3)),
        ("3 พ.ค. 2567 21:30 น.", date(2024, 5, 3)),
        ("วันศุกร์ที่ 3 พฤษภาคม พ.ศ. 2567 เวลา 21:30 น.", date(2024, 5, 3)),
        ("الجمعة 3 أيار 2024 - 21:10", date(2024, 5, 3)),
        ("نُشر في: ٣ مايو ٢٠٢٤", date(2024, 5, 3)),
        ("3 مايو/أيار 2024", date(2024, 5, 3)),
        ("Updated 9 May 2024", date(2024, 5, 9)),
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
        ("TANJUNG LIMA, 3 Mei 2024. Air laut naik dan merendam ratusan rumah warga.", date(2024, 5, 3)),
        ("НОВАЯ БУХТА, 3 мая 2024 года. Вода затопила сотни домов у старого причала.", date(2024, 5, 3)),
        ("Kapal itu tiba pada 3 Mei 2024. Air laut naik sesudahnya, kata warga setempat.", None),
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


@given(
    day=st.dates(date(1950, 1, 1), date(2026, 1, 1)),
    language=st.sampled_from("ar ar_SY ar_MA de de_AT en es fr id it ja ko ms nl pt ru th tr vi zh zh_TW".split()),
    length=st.sampled_from(["full", "long"]),
    clock=st.sampled_from(["", " 14:05", ", 14:05 WIB", " | 14.05 WIB"]),
)
def test_a_day_is_read_as_any_language_writes_it(day: date, language: str, length: str, clock: str) -> None:
    written = format_date(day, length, locale=language) + clock
    found = dateline(written)
    assert found
    assert (found.day, found.others, found.is_update) == (day, [], False)


@pytest.mark.parametrize(
    "label", ["Diperbarui", "Updated", "Aktualisiert", "Modifié le", "Actualizado", "Обновлено", "수정"]
)
def test_a_change_is_not_the_day_of_publication(tmp_path: Path, label: str) -> None:
    lines = [f"{label}: 9 Mei 2024", "Suara Teluk | 3 Mei 2024"]
    for order in (lines, lines[::-1]):
        article = read(tmp_path, "a.txt", text_of(HEADLINE, *order, LEAD, SECOND))
        assert (article.published, article.text) == (date(2024, 5, 3), text_of(LEAD, SECOND))
    assert read(tmp_path, "a.txt", text_of(HEADLINE, lines[0], LEAD)).published == date(2024, 5, 9)


@pytest.mark.parametrize(
    "line",
    [
        "Dua belas kapal tiba pada 3 Mei 2024",
        "12 orang tewas pada Mei 2024",
        "Konser itu digelar Jumat, 3 Mei 2024",
        "Der Deich brach am Freitag, 3. Mai 2024",
        "La presa se rompió el 3 de mayo de 2024",
        "町は2024年5月3日に橋を開いた",
        "Nomor 118/05/2024",
    ],
)
def test_a_day_in_a_sentence_stays_in_the_story(tmp_path: Path, line: str) -> None:
    article = read(tmp_path, "a.txt", text_of(HEADLINE, line, LEAD, SECOND))
    assert (article.published, article.text) == (None, text_of(line, LEAD, SECOND))


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
