"""The day of an article, from its dateline or its story."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from article_files import HEADLINE, LEAD, SECOND, read, text_of


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
