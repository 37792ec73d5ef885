"""Answers are cut at whole words and numbers, and never to nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cuts import cut

SPANS = {
    # within the sentence, what the reader points at, what people would say
    "Sebanyak 11.000 tentara dikirim.": [(".000", "11.000"), ("11.000 ten", "11.000 tentara"), ("dikirim.", "dikirim")],
    "Pasar itu dibuka pada Senin (8/1/2024).": [("(8/1/2024)", "8/1/2024"), ("(8/1", "8/1/2024"), ("Senin (", "Senin")],
    "Ia menjual 3,5 kg beras, gula, dan kopi.": [("beras, gula,", "beras, gula"), ("5 kg", "3,5 kg")],
    "Menurut “Kabar Pagi”, harga naik 5,2 persen.": [("“Kabar Pagi”", "Kabar Pagi"), ("5,2 persen.", "5,2 persen")],
    "Undang-undang itu disahkan (setelah tiga tahun) di Solo.": [
        ("disahkan (setelah tiga tahun)", "disahkan (setelah tiga tahun)"),
        ("undang", "Undang-undang"),
    ],
    "The mayor's son, Jon Brink, opened it.": [("son, ", "son"), ("mayor", "mayor's"), ("Jon Brink,", "Jon Brink")],
    "Gempa itu terasa hingga St. Petersburg.": [("Petersburg.", "Petersburg"), ("St.", "St.")],
}


@pytest.mark.parametrize(
    ("sentence", "pointed", "expected"),
    [(sentence, pointed, expected) for sentence, pairs in SPANS.items() for pointed, expected in pairs],
)
def test_people_would_cut_it_so(sentence: str, pointed: str, expected: str) -> None:
    at = sentence.casefold().index(pointed.casefold())
    start, end = cut(sentence, at, at + len(pointed))
    assert sentence[start:end] == expected


def test_a_whole_sentence_stays_one() -> None:
    sentence = "“Datang!” katanya (kemarin)."
    assert cut(sentence, 0, len(sentence)) == (0, len(sentence))


@given(st.text(min_size=1, max_size=60), st.data())
def test_a_cut_is_whole_and_cutting_it_again_changes_nothing(sentence: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sentence) - 1))
    end = data.draw(st.integers(start + 1, len(sentence)))
    first, last = cut(sentence, start, end)
    assert 0 <= first < last <= len(sentence)
    assert cut(sentence, first, last) == (first, last)
    for edge in (first, last):
        assert not (sentence[edge - 1 : edge].isdigit() and sentence[edge : edge + 1].isdigit() and edge)
