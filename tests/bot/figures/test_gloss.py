"""The figures of answers in another notation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_compact_decimal, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from bot.figures.finding import Kind, find_figures
from bot.figures.gloss import gloss

THURSDAY = date(2024, 11, 21)


def told(
    answer: str, article: str | None, asker: str | None, published: date | None = THURSDAY, sentence: str | None = None
) -> str | None:
    figures = find_figures(answer, article)
    return gloss(
        answer, figures, article_language=article, asker_language=asker, published=published, sentence=sentence
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("sekitar 11.000 pelaut", "about 11,000"),
        ("1,3 miliar dollar AS", "$1.3 billion"),
        ("320 juta dollar AS hingga 1,3 miliar dollar AS", "$320 million to $1.3 billion"),
        ("Rp 5 juta", "5 million rupiah"),
        ("5 juta dolar", "5 million dollars"),
        ("5 juta euro", "€5 million"),
        ("5,2 persen", "5.2%"),
        ("lima belas", "15"),
        ("setengah juta warga", "500,000"),
        ("5 kilometer", "5 kilometers"),
        ("5 hingga 7 kilometer", "5 to 7 kilometers"),
        ("36,5 derajat Celsius", "36.5 degrees Celsius"),
        ("3 tahun", "3 years"),
        ("1 tahun", "1 year"),
        ("lebih dari 70 ekor", "more than 70"),
        ("ke-5", "5th"),
        ("ke-12", "12th"),
        ("ke-22", "22nd"),
        ("pukul 14.30 WIB", "2:30 PM WIB"),
        ("antara 10 dan 20 kapal", "10 to 20"),
        ("3 tahun dan Rp 2 juta", "3 years; 2 million rupiah"),
        ("Kamis, 21 November 2024", "Thursday, 21 November 2024"),
        ("Minggu (17/11/2024)", "Sunday, 17 November 2024"),
        ("17 Agustus 1945", "17 August 1945"),
        ("17 Agustus", "17 August"),
        ("Agustus 1945", "August 1945"),
        ("hari Minggu", "Sunday, 17 November 2024"),
        ("(17/11)", "17 November 2024"),
        ("bulan lalu", "October 2024"),
        ("11000 kapal", "11,000"),
    ],
)
def test_indonesian_figures_for_an_english_asker(answer: str, expected: str) -> None:
    assert told(answer, "id", "en") == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("about 11,000", "sekitar 11.000"),
        ("$1.3 billion", "1,3 miliar dolar AS"),
        ("$320 million to $1.3 billion", "320 juta hingga 1,3 miliar dolar AS"),
        ("€5 million", "5 juta euro"),
        ("£300", "300 pound Inggris"),
        ("5.2%", "5,2%"),
        ("a dozen goats", "12"),
        ("2:30 pm", "14.30"),
        ("the 5th", "ke-5"),
        ("nearly 40 miles", "hampir 40 mil"),
        ("Sunday", "Minggu, 17 November 2024"),
        ("next Monday", "Senin, 25 November 2024"),
        ("yesterday", "Rabu, 20 November 2024"),
        ("August 17, 1945", "17 Agustus 1945"),
    ],
)
def test_english_figures_for_an_indonesian_asker(answer: str, expected: str) -> None:
    assert told(answer, "en", "id") == expected


@pytest.mark.parametrize(
    ("asker", "number", "day", "years"),
    [
        ("de", "etwa 11.000", "Sonntag, 17. November 2024", "3 Jahre"),
        ("es", "alrededor de 11.000", "domingo, 17 de noviembre de 2024", "3 años"),
        ("vi", "khoảng 11.000", "Chủ Nhật, 17 tháng 11, 2024", "3 năm"),
        ("tr", None, "17 Kasım 2024 Pazar", "3 yıl"),  # its word for "about" is not known here
        ("ru", None, "воскресенье, 17 ноября 2024\u202fг.", "3 года"),
    ],
)
def test_other_askers(asker: str, number: str | None, day: str, years: str) -> None:
    assert told("sekitar 11.000 pelaut", "id", asker) == number
    assert told("Minggu", "id", asker) == day
    assert told("3 tahun", "id", asker) == years


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("Minggu", "Minggu, 17 November 2024"),
        ("pada hari Kamis", "Kamis, 21 November 2024"),
        ("Senin depan", "Senin, 25 November 2024"),
        ("kemarin", "Rabu, 20 November 2024"),
        ("(17/11)", "17 November 2024"),
        ("Minggu (17/11)", "Minggu, 17 November 2024"),
        ("312 pedagang pada hari Minggu", "Minggu, 17 November 2024"),
        ("Minggu (17/11/2024)", None),
        ("17 Agustus", None),
        ("sekitar 11.000 pelaut", None),
        ("1,3 miliar dollar AS", None),
        ("lima belas", None),
    ],
)
def test_within_one_language_only_days_are_told(answer: str, expected: str | None) -> None:
    assert told(answer, "id", "id") == expected


@pytest.mark.parametrize(
    ("answer", "article", "asker"),
    [
        ("2024", "id", "en"),
        ("tahun 2024", "id", "en"),
        ("5", "id", "en"),
        ("500 orang", "id", "en"),
        ("5-7 orang", "id", "en"),
        ("5%", "id", "en"),
        ("Ada Brink", "id", "en"),
        ("Pasal 5", "id", "en"),
        ("", "id", "en"),
        ("pekan lalu", "id", "en"),
        ("Minggu lalu", "id", "en"),
        ("Minggu (18/11/2024)", "id", "en"),
        ("1,104 orang", "id", "en"),
        ("sekitar 11.000 pelaut", "id", None),
        ("sekitar 11.000 pelaut", "id", "zz"),
        ("11.000 pelaut", None, "en"),
        ("last Tuesday", "en", "id"),
        ("pukul 7 malam", "id", "en"),
        ("¥500", "en", "id"),
    ],
)
def test_nothing_is_told_that_is_not_sure_or_not_news(answer: str, article: str | None, asker: str | None) -> None:
    assert told(answer, article, asker) is None


def test_what_any_reader_reads_alike_is_told_whatever_the_articles_language() -> None:
    assert told("1,5 juta", None, "en") == "1.5 million"


def test_without_a_date_of_publication_a_weekday_is_only_translated() -> None:
    assert told("Minggu", "id", "en", published=None) == "Sunday"
    assert told("Minggu", "id", "id", published=None) is None
    assert told("kemarin", "id", "en", published=None) is None


def test_a_weekday_to_come_is_not_dated_back() -> None:
    sentence = "Wali kota akan membuka pameran itu pada hari Sabtu."
    assert told("hari Sabtu", "id", "en", sentence=sentence) == "Saturday"
    assert told("hari Sabtu", "id", "id", sentence=sentence) is None
    assert told("Saturday", "en", "en", sentence="The mayor will open it on Saturday.") is None
    assert told("hari Sabtu", "id", "id", sentence="Ia membuka pameran itu pada hari Sabtu.") == (
        "Sabtu, 16 November 2024"
    )


def test_a_weekday_in_a_language_whose_future_is_not_known_is_only_translated() -> None:
    assert told("Sonntag", "de", "en") == "Sunday"


def values(text: str, language: str) -> list[tuple[Decimal, Decimal]]:
    return [(figure.low, figure.high) for figure in find_figures(text, language) if figure.kind is not Kind.DATE]


PIECES = {
    "id": "sekitar|hampir|orang|hingga|juta|ribu|miliar dolar AS|persen|tahun|km|Rp|dan".split("|"),
    "en": "about|nearly|people|to|million|thousand|billion dollars|percent|years|km|$|and".split("|"),
}
amounts = st.integers(0, 10**13) | st.decimals(min_value=0, max_value=10**5, places=2)


@given(st.data(), st.sampled_from([("id", "en"), ("en", "id"), ("id", "de"), ("en", "es"), ("id", "vi")]))
def test_a_gloss_has_the_values_of_the_answer_and_no_others(data: st.DataObject, languages: tuple[str, str]) -> None:
    article, asker = languages
    numbers = amounts.map(lambda number: format_decimal(number, locale=article, decimal_quantization=False))
    answer = " ".join(data.draw(st.lists(st.sampled_from(PIECES[article]) | numbers, max_size=6)))
    meaning = told(answer, article, asker)
    if meaning is not None:
        assert values(meaning, asker) == values(answer, article)


@given(st.integers(1, 10**6), st.sampled_from([10**6, 10**9, 10**12]), st.sampled_from([("id", "en"), ("en", "id")]))
def test_a_gloss_of_a_gloss_is_the_answer(count: int, size: int, languages: tuple[str, str]) -> None:
    article, asker = languages
    answer = format_compact_decimal(Decimal(count) / 1000 * size, format_type="long", locale=article, fraction_digits=9)
    if (meaning := told(answer, article, asker)) and size <= Decimal(count) / 1000 * size:
        assert told(meaning, asker, article) == answer


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_in_figures_is_told_in_words(day: date) -> None:
    meaning = told(f"{day.day}/{day.month}/{day.year}", "id", "en")
    assert meaning is not None
    assert [(found.day.year, found.day.month, found.day.day) for found in find_figures(meaning, "en") if found.day] == [
        (day.year, day.month, day.day)
    ]


@given(st.text(max_size=50), st.sampled_from(["id", "en", None, "ru"]), st.sampled_from(["id", "en", None, "ar", "ja"]))
def test_any_text_has_a_gloss_or_none(answer: str, article: str | None, asker: str | None) -> None:
    meaning = told(answer, article, asker)
    assert meaning is None or meaning.strip()
