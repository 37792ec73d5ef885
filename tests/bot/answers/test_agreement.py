"""Answers that tell one fact, answers that do not, and figures that stand in a quote."""

from __future__ import annotations

import pytest
from babel.numbers import format_decimal
from hypothesis import assume, given
from hypothesis import strategies as st
from made_answers import finding

from bot.answers.agreement import figures_stand_in, same_fact


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("sekitar 11.000 tentara", "11.000 prajurit"),
        ("11 ribu", "sebelas ribu"),
        ("1.3 miliar", "1,3 miliar"),
        ("5 persen", "5%"),
        ("5-7 orang", "6 orang"),
        ("320 juta dollar AS hingga 1,3 miliar dollar AS", "$320 juta - $1,3 miliar"),
        ("17 November 2024", "Minggu (17/11/2024)"),
        ("17 November 2024", "hari Minggu"),
        ("November 2024", "17 November 2024"),
        ("tahun 1998", "1998"),
        ("17-19 November 2024", "18 November 2024"),
        ("pukul 14.30 WIB", "14.30 WIB"),
        ("312 pedagang", "312 pedagang pada 8 Januari 2024"),
        ("Ada Brink", "Wali Kota Lowen Ada Brink"),
        ("Brink", "Wali Kota Ada Brink"),
        ("Ada Brink", "Brink Ada"),
        ("Ada Brink (57)", "Ada Brink"),
        ("ADA BRINK.", "“Ada Brink”"),
        ("Erdoğan", "Erdogan"),
        ("Soekarno", "Sukarno"),
        ("Aleksandr Petrow", "Alexander Petrov"),
        ("Ada Brink, wali kota Lowen", "Brink"),
        ("Lowen", "kota Lowen"),
        ("Wakil Wali Kota Ada Brink", "Ada Brink"),
        ("pemimpin Korea Utara Ri Sol", "Ri Sol"),
        ("karena hujan deras", "hujan deras"),
        ("tidak hadir", "tidak hadir"),
    ],
)
def test_the_same_fact(a: str, b: str) -> None:
    assert same_fact(finding(a, "id"), finding(b, "id"))
    assert same_fact(finding(b, "id"), finding(a, "id"))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("11.000 tentara", "12.000 tentara"),
        ("11.000 tentara", "1.000 tentara"),
        ("5-7 orang", "8 orang"),
        ("3 tahun", "3 bulan"),
        ("5 persen", "Rp5"),
        ("5 juta dolar AS", "5 juta dolar Australia"),
        ("17 November 2024", "18 November 2024"),
        ("17 November 2024", "hari Senin"),
        ("pukul 14.30", "pukul 15.30"),
        ("kemarin", "besok"),
        ("Korea Utara", "Korea Selatan"),
        ("Korea", "Korea Utara"),
        ("Jakarta", "Jakarta Selatan"),
        ("Presiden", "Wakil Presiden"),
        ("istri Ada Brink", "Ada Brink"),
        ("juru bicara Brink", "Brink"),
        ("Rusia", "Menteri Pertanian Rusia Ada Brink"),
        ("Rusia", "Presiden Rusia"),
        ("tidak hadir", "hadir"),
        ("Piala Dunia 2018", "Olimpiade 2018"),
        ("F-16", "F-15"),
        ("Boeing 737", "Boeing 777"),
        ("Ada Brink", "Rudi Hartawan"),
        ("Ada Brink", "11.000 tentara"),
        ("", "Ada Brink"),
        ("", ""),
    ],
)
def test_different_facts(a: str, b: str) -> None:
    assert not same_fact(finding(a, "id"), finding(b, "id"))
    assert not same_fact(finding(b, "id"), finding(a, "id"))


@pytest.mark.parametrize(
    ("indonesian", "english", "same"),
    [
        ("sekitar 11.000 tentara", "11,000 soldiers", True),
        ("1.500 orang", "1.500 people", True),  # an English point may be an Indonesian's
        ("1.500 orang", "1,600 people", False),
        ("5 juta dolar", "$5 million", True),
        ("5 juta won", "5 million yen", False),
        ("Korea Utara", "North Korea", True),
        ("Korea Utara", "South Korea", False),
        ("Amerika Serikat", "the US", True),
        ("Minggu, 17 November 2024", "November 17, 2024", True),
        ("pukul 14.30", "2:30 pm", True),
        ("Jepang", "Japan", True),
    ],
)
def test_facts_in_two_languages(indonesian: str, english: str, same: bool) -> None:
    assert same_fact(finding(indonesian, "id"), finding(english, "en")) is same
    assert same_fact(finding(english, "en"), finding(indonesian, "id")) is same


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["id", "en", "de"]))
def test_numbers_agree_if_they_are_equal(one: int, other: int, language: str) -> None:
    a, b = (f"{format_decimal(number, locale=language)} x" for number in (one, other))
    assert same_fact(finding(a, language), finding(b, language)) is (one == other)


@given(st.text(max_size=40), st.text(max_size=40))
def test_it_does_not_matter_which_answer_comes_first(a: str, b: str) -> None:
    assert same_fact(finding(a, "id"), finding(b, "en")) is same_fact(finding(b, "en"), finding(a, "id"))


@pytest.mark.parametrize(
    ("answer", "quote", "stands"),
    [
        ("11.000", "Sekitar 11.000 pelaut tiba.", True),
        ("11.000 pelaut", "Sekitar 11.000 pelaut tiba.", True),
        ("1.000 pelaut", "Sekitar 11.000 pelaut tiba.", False),
        ("11", "Sekitar 11.000 pelaut tiba.", False),
        ("1,3", "Biayanya 1,3 miliar.", False),
        ("miliar", "Biayanya 1,3 miliar.", False),
        ("dua", "Ada dua puluh kapal.", False),
        ("5", "Menurut Pasal 5, pelabuhan itu dijaga.", True),
        ("F-16", "Tiga jet F-16 mendarat.", True),
        ("5", "Suhunya 5,5 derajat, dan 5 kapal tiba.", True),
        ("2024", "Pada 17 November 2024 pasar dibuka.", True),
        ("12 kapal", "Ada 11 kapal.", False),
        ("11.000 awak", "Sekitar 11.000 pelaut tiba.", True),
        ("hampir 11.000 awak", "Sekitar 11.000 pelaut tiba.", False),
        ("Rp11.000", "Harganya 11.000 dolar AS.", False),
        ("Ada Brink", "Wali kota membukanya.", True),
    ],
)
def test_figures_stand_in_the_quote(answer: str, quote: str, stands: bool) -> None:
    assert figures_stand_in(answer, quote, "id") is stands


@given(st.integers(0, 10**9), st.data())
def test_no_part_of_a_number_stands_for_it(number: int, data: st.DataObject) -> None:
    written = format_decimal(number, locale="id")
    start = data.draw(st.integers(0, len(written) - 1))
    end = data.draw(st.integers(start + 1, len(written)))
    part = written[start:end]
    assume(part[0].isdigit() and part[-1].isdigit())
    assert figures_stand_in(part, f"Ada {written} kapal.", "id") is (part == written)
