"""Answers are cut at whole words and numbers, and never to nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.spans import cut, widen

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


WIDENED = {
    # what is asked, the sentence, what the reader points at, what is shown
    "Berapa tentara yang dikirim?": [
        ("Sekitar 9.500 serdadu Korea Utara sudah tiba.", "9.500", "Sekitar 9.500 serdadu Korea Utara"),
        ("Pasukan itu berjumlah 9.500 menurut mereka.", "9.500", "9.500"),
        ("Sebanyak 9.500 dikirim pada Mei.", "9.500", "9.500"),
        ("Antara 10 dan 20 kapal berlayar.", "20", "Antara 10 dan 20 kapal"),
    ],
    "How many people came?": [
        ("Some 4,000 visitors came.", "4,000", "Some 4,000 visitors"),
        ("About 4,000 came by train.", "4,000", "About 4,000"),
    ],
    "Berapa biayanya?": [
        (
            "Biayanya 320 juta dollar AS hingga 1,3 miliar dollar AS.",
            "320 juta",
            "320 juta dollar AS hingga 1,3 miliar dollar AS",
        ),
        ("Harga jual mencapai Rp 1,5 miliar per unit.", "1,5", "Rp 1,5 miliar"),
    ],
    "Kapan ia tiba?": [
        ("Ia tiba pada Minggu (17/11/2024) malam.", "17/11/2024", "Minggu (17/11/2024)"),
        ("Ia tiba pada 17 November 2024.", "17 November", "17 November 2024"),
        ("Ia lahir tahun 1947 ketika perang usai.", "1947", "1947"),
    ],
    "Hewan apa saja?": [
        (
            "Mereka membawa kuda, sapi, dan beberapa jenis ayam, untuk desa.",
            "kuda, sapi",
            "kuda, sapi, dan beberapa jenis ayam",
        ),
        ("Mereka membawa kuda, sapi dan pergi ke desa yang jauh sekali.", "kuda, sapi", "kuda, sapi"),
    ],
    "siapa yang tiba?": [("Alexander Kozlov tiba dengan 4 orang.", "Alexander Kozlov", "Alexander Kozlov")],
}


@pytest.mark.parametrize(
    ("question", "sentence", "pointed", "expected"),
    [(question, *case) for question, cases in WIDENED.items() for case in cases],
)
def test_what_is_shown_is_whole(question: str, sentence: str, pointed: str, expected: str) -> None:
    at = sentence.index(pointed)
    language = "en" if question.startswith("How") else "id"
    start, end = widen(sentence, at, at + len(pointed), question=question, language=language)
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
