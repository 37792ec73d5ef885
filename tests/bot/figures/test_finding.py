"""Figures in texts, by hand and by round trips through Babel."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from babel.dates import format_date
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent
from babel.units import format_unit
from hypothesis import given
from hypothesis import strategies as st

from bot.figures.days import Day, resolved
from bot.figures.finding import Figure, Kind, find_figures
from bot.figures.notation import folded, notation
from bot.figures.words import Approximation

LANGUAGES = ["id", "en", "es", "de", "fr", "ru", "tr", "vi", "nl", "it", "pt"]
LOOSE = st.sampled_from(["ja", "zh", "ko", "ar", "hi", "th", "pl", "sv"])


def only(text: str, language: str | None = "id") -> Figure:
    (figure,) = find_figures(text, language)
    return figure


def value(text: str, language: str | None = "id") -> Decimal:
    figure = only(text, language)
    assert figure.low == figure.high
    return figure.low


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11.000 penonton", "11000"),
        ("1,3 miliar", "1300000000"),
        ("2,5 milyar", "2500000000"),
        ("7 triliun", "7000000000000"),
        ("1.234.567,89", "1234567.89"),
        ("sebelas ribu", "11000"),
        ("dua belas perahu", "12"),
        ("seratus dua puluh tiga ribu empat ratus lima", "123405"),
        ("setengah juta", "500000"),
        ("dua setengah juta", "2500000"),
        ("satu setengah tahun", "1.5"),
        ("sejuta", "1000000"),
        ("2 juta 500 ribu", "2500000"),
        ("40 rb", "40000"),
        ("0,75", "0.75"),
    ],
)
def test_indonesian_numbers(text: str, expected: str) -> None:
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11,000 visitors", "11000"),
        ("1.3 billion", "1300000000"),
        ("eleven thousand", "11000"),
        ("two hundred and five", "205"),
        ("twenty-five boats", "25"),
        ("a dozen goats", "12"),
        ("half a million", "500000"),
        ("two and a half million", "2500000"),
        ("a hundred", "100"),
        ("12,34,567", "1234567"),
        ("$320m", "320000000"),
        ("£1.3bn", "1300000000"),
    ],
)
def test_english_numbers(text: str, expected: str) -> None:
    assert value(text, "en") == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "language", "unit", "amount"),
    [
        ("Rp 5 juta", "id", "IDR", "5000000"),
        ("Rp5.000,00", "id", "IDR", "5000"),
        ("Rp1,3 M", "id", "IDR", "1300000000"),
        ("320 juta dollar AS", "id", "USD", "320000000"),
        ("320 juta dolar AS", "id", "USD", "320000000"),
        ("US$ 1,3 miliar", "id", "USD", "1300000000"),
        ("$320 million", "en", "USD", "320000000"),
        ("5 million euros", "en", "EUR", "5000000"),
        ("300 yen", "en", "JPY", "300"),
        ("5 juta dolar", "id", "dollar", "5000000"),
        ("900 won", "id", "won", "900"),
        ("1,3 Milliarden Euro", "de", "EUR", "1300000000"),
        ("320 millones de euros", "es", "EUR", "320000000"),
    ],
)
def test_money_knows_its_currency_and_not_more_than_the_text_says(
    text: str, language: str, unit: str, amount: str
) -> None:
    figure = only(text, language)
    assert (figure.kind, figure.unit, figure.low) == (Kind.MONEY, unit, Decimal(amount))


@pytest.mark.parametrize(
    ("text", "language", "kind", "unit", "amount"),
    [
        ("5,2 persen", "id", Kind.PERCENT, None, "5.2"),
        ("5.2%", "en", Kind.PERCENT, None, "5.2"),
        ("7 per cent", "en", Kind.PERCENT, None, "7"),
        ("36,5 derajat Celsius", "id", Kind.MEASURE, "temperature-celsius", "36.5"),
        ("-5 derajat Celsius", "id", Kind.MEASURE, "temperature-celsius", "-5"),
        ("40 hektare", "id", Kind.MEASURE, "area-hectare", "40"),
        ("12,5km²", "id", Kind.MEASURE, "area-square-kilometer", "12.5"),
        ("80 km/jam", "id", Kind.MEASURE, "speed-kilometer-per-hour", "80"),
        ("3 tahun", "id", Kind.DURATION, "duration-year", "3"),
        ("3 minggu", "id", Kind.DURATION, "duration-week", "3"),
        ("two weeks", "en", Kind.DURATION, "duration-week", "2"),
        ("a 5-year plan", "en", Kind.DURATION, "duration-year", "5"),
        ("peringkat ke-5", "id", Kind.ORDINAL, None, "5"),
        ("the 22nd", "en", Kind.ORDINAL, None, "22"),
        ("pukul 14.30 WIB", "id", Kind.TIME, "WIB", "870"),
        ("2:30 pm", "en", Kind.TIME, None, "870"),
        ("12.05 a.m.", "en", Kind.TIME, None, "5"),
    ],
)
def test_what_is_counted(text: str, language: str, kind: Kind, unit: str | None, amount: str) -> None:
    figure = only(text, language)
    assert (figure.kind, figure.unit, figure.low) == (kind, unit, Decimal(amount))


@pytest.mark.parametrize(
    ("text", "language", "low", "high"),
    [
        ("320 juta dollar AS hingga 1,3 miliar dollar AS", "id", "320000000", "1300000000"),
        ("antara $320 juta hingga $1,3 miliar", "id", "320000000", "1300000000"),
        ("Rp 5-7 juta", "id", "5000000", "7000000"),
        ("5-7 orang", "id", "5", "7"),
        ("antara 10 dan 20", "id", "10", "20"),
        ("dari 5 hingga 10 kilometer", "id", "5", "10"),
        ("dua sampai tiga hari", "id", "2", "3"),
        ("between 10 and 20 boats", "en", "10", "20"),
        ("between one hundred and two hundred", "en", "100", "200"),
        ("$5 to $7", "en", "5", "7"),
        ("3,4 persen hingga 6,3 persen", "id", "3.4", "6.3"),
    ],
)
def test_ranges(text: str, language: str, low: str, high: str) -> None:
    figure = only(text, language)
    assert (figure.low, figure.high) == (Decimal(low), Decimal(high))


def test_what_falls_is_no_range() -> None:
    assert [figure.low for figure in find_figures("turun dari 20 hingga 10", "id")] == [20, 10]


@pytest.mark.parametrize(
    ("text", "language", "approximation"),
    [
        ("sekitar 11.000 warga", "id", Approximation.ABOUT),
        ("kurang lebih 40 kapal", "id", Approximation.ABOUT),
        ("hampir 5 juta", "id", Approximation.ALMOST),
        ("lebih dari 70 ekor", "id", Approximation.MORE_THAN),
        ("tidak lebih dari 70 ekor", "id", Approximation.AT_MOST),
        ("tidak kurang dari 70 ekor", "id", Approximation.AT_LEAST),
        ("sedikitnya 9 rumah", "id", Approximation.AT_LEAST),
        ("hingga 500 orang", "id", Approximation.UP_TO),
        ("11 ribu lebih warga", "id", Approximation.MORE_THAN),
        ("nearly $5 million", "en", Approximation.ALMOST),
        ("no fewer than 12 goats", "en", Approximation.AT_LEAST),
        ("no more than 12 goats", "en", Approximation.AT_MOST),
        ("12 goats", "en", None),
    ],
)
def test_approximations(text: str, language: str, approximation: Approximation | None) -> None:
    assert only(text, language).approximation is approximation


@pytest.mark.parametrize(
    "text",
    [
        "Covid-19",
        "jet F-16",
        "para pemimpin G20",
        "jaringan 5G",
        "Pasal 5",
        "Pasal 5 ayat 2",
        "nomor 12",
        "0812-3456-7890",
        "+62 812 3456 7890",
        "versi 3.4.5",
        "tahun 1990-an",
        "era 70-an",
        "57 SM",
        "skor 78:12",
        "musim 2023/2024",
        "catatan [3]",
        "Kepulauan Seribu",
        "salah satu warga",
        "satu sama lain",
        "ratusan orang",
        "007",
    ],
)
def test_names_codes_and_phrases_are_no_figures(text: str) -> None:
    assert find_figures(text, "id") == []


@pytest.mark.parametrize("text", ["one of them", "no one", "one another", "the 1990s", "flight 370", "A320"])
def test_english_names_and_phrases_are_no_figures(text: str) -> None:
    assert find_figures(text, "en") == []


@pytest.mark.parametrize(
    ("text", "language", "doubtful"),
    [
        ("1,104 orang", "id", True),
        ("1.104 orang", "id", False),
        ("1,104 miliar", "id", False),
        ("11.000", None, True),
        ("1,5 juta", None, False),
        ("1.234.567", "en", False),
        ("5.2 persen", "id", False),
        ("8, 1 persen", "id", True),
        ("11.000", "ms", True),
    ],
)
def test_a_number_that_another_habit_reads_otherwise_is_doubtful(
    text: str, language: str | None, doubtful: bool
) -> None:
    assert find_figures(text, language)[-1].doubtful is doubtful


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Kamis (21/11/2024)", "id", Day(2024, 11, 21, weekday=3, numeric=True)),
        ("Kamis, 21 November 2024", "id", Day(2024, 11, 21, weekday=3)),
        ("21 Nop 2024", "id", Day(2024, 11, 21)),
        ("(21/11)", "id", Day(None, 11, 21, numeric=True)),
        ("November 2024", "id", Day(2024, 11)),
        ("tahun 2024", "id", Day(2024)),
        ("17-19 November 2024", "id", Day(2024, 11, 17, 19)),
        ("pada hari Minggu", "id", Day(weekday=6)),
        ("2024-11-21", "id", Day(2024, 11, 21, numeric=True)),
        ("November 21, 2024", "en", Day(2024, 11, 21)),
        ("Sunday, Nov. 17", "en", Day(None, 11, 17, weekday=6)),
        ("21 Nov", "en", Day(None, 11, 21)),
        ("11/21/2024", "en", Day(2024, 11, 21, numeric=True)),
        ("21 de noviembre de 2024", "es", Day(2024, 11, 21)),
        ("21. November 2024", "de", Day(2024, 11, 21)),
        ("2024年11月21日", "ja", Day(2024, 11, 21, numeric=True)),
    ],
)
def test_days(text: str, language: str, expected: Day) -> None:
    figure = only(text, language)
    assert (figure.kind, figure.day, figure.doubtful) == (Kind.DATE, expected, False)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("setiap hari Minggu", "id"),
        ("malam Minggu", "id"),
        ("Jumat Agung", "id"),
        ("Senin-Jumat", "id"),
        ("Minggu lalu", "id"),
        ("minggu ini", "id"),
        ("beberapa tahun lalu", "id"),
        ("Rabu berikutnya", "id"),
        ("Sabtu ini", "id"),
        ("this Sunday", "en"),
        ("Black Friday", "en"),
        ("every Sunday", "en"),
        ("over the last year", "en"),
        ("31/31/2024", "id"),
    ],
)
def test_what_is_no_certain_day(text: str, language: str) -> None:
    assert find_figures(text, language) == []


@pytest.mark.parametrize("text", ["Minggu (18/11/2024)", "3/4", "12 Mei 480 SM"])
def test_days_in_doubt(text: str) -> None:
    assert find_figures(text, "id")[0].doubtful


def test_an_english_date_in_figures_could_have_the_month_first() -> None:
    assert only("(11/9/2024)", "en").doubtful
    assert only("11-09-2024", "en").doubtful
    assert not only("2024-11-09", "en").doubtful
    assert not only("(11/9/2024)", "id").doubtful


@pytest.mark.parametrize("text", ["A Thousand Years", "a million", "a dozen", "an hundred"])
@pytest.mark.parametrize("language", ["id", "ms", "jv", "de", "ar", "th", "xx"])
def test_an_english_number_in_an_article_of_another_language(text: str, language: str) -> None:
    counts_in_english = language == "xx"  # of which nothing is known
    assert bool(find_figures(f"Lagu {text.lower()} diputar.", language)) is counts_in_english


@pytest.mark.parametrize("text", ["3 years", "$1m", "$2bn", "3 tonnes", "5 miles", "4 U.S. dollars", "2 decades"])
def test_english_units_in_a_malay_article(text: str) -> None:
    assert find_figures(f"Katanya {text} lagi.", "ms") == find_figures(f"Katanya {text} lagi.", "id")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("ſebelas kapal", "id", "11"),
        ("ſeven ships", "en", "7"),
        ("5 mıllion", "en", "5000000"),
        ("5 MİLYON", "tr", "5000000"),
    ],
)
def test_number_words_in_letters_that_a_pattern_takes_for_others(text: str, language: str, expected: str) -> None:
    assert value(text, language) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("hari ıni", "id", Day(days_away=0)),
        ("SALI", "tr", Day(weekday=1)),
        ("5 KASIM 2024", "tr", Day(2024, 11, 5)),
        ("5 Μα\u1fd3ου 2024", "el", Day(2024, 5, 5)),
    ],
)
def test_days_in_letters_that_a_pattern_takes_for_others(text: str, language: str, expected: Day) -> None:
    assert only(text, language).day == expected


CASED = "".join(letter for letter in map(chr, range(0x20000)) if letter.lower() != letter.upper())


@pytest.mark.parametrize("language", [*LANGUAGES, "el", "az", "lt", "hy", "ms", None])
def test_words_are_looked_up_as_patterns_that_ignore_case_take_them(language: str | None) -> None:
    signs = notation(language)
    tables = (signs.counts, signs.scales, signs.currencies, signs.units, signs.months, signs.weekdays, signs.days)
    for letter in {letter for table in tables for word in table for letter in word}:
        for alike in re.findall(re.escape(letter), CASED, re.IGNORECASE):
            assert folded(alike) == folded(letter)


def test_a_date_that_ends_a_sentence_leaves_the_full_stop() -> None:
    figure = only("Pameran dibuka 21 November.")
    assert "Pameran dibuka 21 November."[figure.start : figure.end] == "21 November"


def test_figures_of_one_sentence_in_their_order() -> None:
    text = "Pada Senin (8/1/2024), sekitar 312 pedagang menerima Rp45 juta, 5 persen dari F-16."
    kinds = [figure.kind for figure in find_figures(text, "id")]
    assert kinds == [Kind.DATE, Kind.NUMBER, Kind.MONEY, Kind.PERCENT]


@given(st.text(max_size=60), st.sampled_from(["id", "en", "ru", "ja", "ms", "xx", None]))
def test_any_text_gives_figures_that_stand_in_it_in_order(text: str, language: str | None) -> None:
    figures = find_figures(text, language)
    ends = [0, *(figure.end for figure in figures)]
    assert all(end <= figure.start < figure.end <= len(text) for end, figure in zip(ends, figures, strict=False))
    assert all(figure.low <= figure.high for figure in figures if figure.kind is not Kind.TIME)


numbers = st.decimals(min_value=0, max_value=10**14, places=0) | st.decimals(min_value=0, max_value=10**6, places=2)


@given(numbers, st.sampled_from(LANGUAGES) | LOOSE)
def test_a_number_that_babel_writes_is_read_again(number: Decimal, language: str) -> None:
    written = format_decimal(number, locale=language, decimal_quantization=False)
    figures = find_figures(f"({written})", language)
    assert [figure.low for figure in figures if figure.kind is Kind.NUMBER] == [number]


@given(st.integers(1, 999), st.integers(6, 14), st.sampled_from(LANGUAGES))
def test_a_compact_number_that_babel_writes_is_read_again(count: int, power: int, language: str) -> None:
    number = Decimal(count) * Decimal(10) ** power
    written = format_compact_decimal(number, format_type="long", locale=language, fraction_digits=9)
    assert value(written, language) == number


@given(st.integers(1, 10**9), st.sampled_from(["USD", "EUR", "JPY", "GBP", "IDR"]), st.sampled_from(LANGUAGES))
def test_money_that_babel_writes_is_read_again(amount: int, currency: str, language: str) -> None:
    written = format_currency(amount, currency, locale=language, format_type="name")
    figure = only(written, language)
    assert (figure.low, figure.unit) == (amount, currency)


@given(st.decimals(min_value=0, max_value=1000, places=1), st.sampled_from(LANGUAGES))
def test_a_percent_that_babel_writes_is_read_again(percent: Decimal, language: str) -> None:
    figure = only(format_percent(percent / 100, locale=language, decimal_quantization=False), language)
    assert figure.low == percent


@given(
    st.integers(1, 999),
    st.sampled_from(["length-kilometer", "mass-kilogram", "area-hectare", "duration-year", "duration-hour"]),
    st.sampled_from(["id", "en", "es", "de", "fr", "ru"]),
)
def test_a_measure_that_babel_writes_is_read_again(count: int, unit: str, language: str) -> None:
    figure = only(format_unit(count, unit, locale=language), language)
    assert (figure.low, figure.unit) == (count, unit)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.sampled_from(LANGUAGES))
def test_a_date_that_babel_writes_is_read_again(day: date, language: str) -> None:
    dates = [figure.day for figure in find_figures(format_date(day, "long", locale=language), language) if figure.day]
    assert [(found.year, found.month, found.day) for found in dates] == [(day.year, day.month, day.day)]


WORDS = ["", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]


def in_indonesian(number: int) -> str:
    """The number in words, by the grammar of Indonesian."""
    for size, name in ((10**9, "miliar"), (10**6, "juta"), (1000, "ribu"), (100, "ratus"), (10, "puluh")):
        count, rest = divmod(number, size)
        if size == 10 and 11 <= number <= 19:
            return "sebelas" if number == 11 else f"{WORDS[number - 10]} belas"
        if count:
            first = f"se{name}" if count == 1 and size <= 1000 else f"{in_indonesian(count)} {name}"
            return f"{first} {in_indonesian(rest)}".strip()
    return WORDS[number]


@given(st.integers(1, 10**12 - 1))
def test_indonesian_number_words_are_read(number: int) -> None:
    assert value(in_indonesian(number)) == number


THURSDAY = date(2024, 11, 21)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("hari Kamis", "id", date(2024, 11, 21)),
        ("hari Jumat", "id", date(2024, 11, 15)),
        ("Rabu lalu", "id", date(2024, 11, 20)),
        ("Kamis lalu", "id", date(2024, 11, 14)),
        ("Rabu pekan lalu", "id", date(2024, 11, 13)),
        ("Senin depan", "id", date(2024, 11, 25)),
        ("Jumat mendatang", "id", date(2024, 11, 22)),
        ("last Friday", "en", date(2024, 11, 15)),
        ("last Tuesday", "en", None),
        ("next Monday", "en", date(2024, 11, 25)),
        ("next Friday", "en", None),
        ("yesterday", "en", date(2024, 11, 20)),
        ("besok", "id", date(2024, 11, 22)),
        ("Rabu kemarin", "id", date(2024, 11, 20)),
        ("kemarin lusa", "id", date(2024, 11, 19)),
        ("(30/12)", "id", date(2024, 12, 30)),
        ("(30/6)", "id", date(2024, 6, 30)),
        ("Minggu (17/11)", "id", date(2024, 11, 17)),
        ("Senin (17/11)", "id", None),
    ],
)
def test_a_day_is_dated_from_the_articles(text: str, language: str, expected: date | None) -> None:
    day = only(text, language).day
    assert day is not None
    found = resolved(day, THURSDAY)
    assert (found and (found.year, found.month, found.day)) == (
        expected and (expected.year, expected.month, expected.day)
    )


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(0, 6))
def test_a_bare_weekday_is_within_the_week_before_the_article(published: date, weekday: int) -> None:
    found = resolved(Day(weekday=weekday), published)
    assert found is not None
    assert found.year is not None
    assert found.month is not None
    assert found.day is not None
    moment = date(found.year, found.month, found.day)
    assert moment.weekday() == weekday
    assert 0 <= (published - moment).days < 7
