"""Whom a sentence names for what it tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.attribution import named_source


def source(sentence: str) -> str | None:
    span = named_source(sentence)
    return sentence[slice(*span)] if span else None


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        (
            "“Kapalnya sudah penuh,” kata Kepala Pelabuhan Rina Sasmita di Lowen, Senin (4/3).",
            "Kepala Pelabuhan Rina Sasmita",
        ),
        ("Feri itu tenggelam, ujar juru bicara pelabuhan, Budi Santoso.", "juru bicara pelabuhan, Budi Santoso"),
        ("Menurut Dinas Perikanan, 40 kapal rusak.", "Dinas Perikanan"),
        ("Sebanyak 40 kapal, menurut Dr. Ada Brink, rusak berat.", "Dr. Ada Brink"),
        ("Dinas Perikanan pada hari Selasa mengatakan 40 kapal rusak.", "Dinas Perikanan"),
        ("Dinas Perikanan, dalam rapat tertutup dengan nelayan, memperkirakan 40 kapal rusak.", "Dinas Perikanan"),
        ("Sementara itu, Wali Kota Ada Brink menyebut 40 kapal rusak.", "Wali Kota Ada Brink"),
        ("Pejabat Lowen, Marani, dan Saloka mengklaim 40 kapal rusak.", "Pejabat Lowen, Marani, dan Saloka"),
        ("Lowen, Harian Pagi - Wali Kota Ada Brink, Senin, menyatakan 40 kapal rusak.", "Wali Kota Ada Brink"),
        (
            '"You can hear the birds now," said its captain, Ingrid Solvane, who steered it.',
            "its captain, Ingrid Solvane",
        ),
        ("The port authority said on Monday that 40 boats were damaged.", "The port authority"),
        ("Forty boats were damaged, according to Mayor Ada Brink.", "Mayor Ada Brink"),
        ("On Monday, the mayor's deputy, Tom Reed, told reporters that 40 boats were damaged.", "Tom Reed"),
    ],
)
def test_the_source_is_named_by_its_verb(sentence: str, named: str | None) -> None:
    assert source(sentence) == named


@pytest.mark.parametrize(
    "sentence",
    [
        "Empat puluh kapal rusak.",
        "Ia mengatakan 40 kapal rusak.",
        "Katanya, 40 kapal rusak.",
        "Wali Kota belum mengatakan berapa kapal yang rusak.",
        "He said that 40 boats were damaged.",
        "Sebut saja tiga kapal, seperti Bintang Saloka.",
        "",
    ],
)
def test_nobody_is_named(sentence: str) -> None:
    assert source(sentence) is None


@given(st.text(alphabet=" ,.“”-abKata said menurut", max_size=200))
def test_any_text_has_a_source_inside_it_or_none(text: str) -> None:
    named = source(text)
    assert named is None or named.strip()


def test_a_hostile_sentence_comes_to_an_end() -> None:
    hostile = ("said " * 3000, ", kata " * 3000, "A, " * 3000 + "said ", "Aa " * 3000 + "yang mengatakan")
    assert [source(sentence) for sentence in hostile] == [None, None, "A, A", None]
