"""Words, exact match and F1, in any script."""

from __future__ import annotations

import re
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation.scoring import exact_match, f1, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Quick, brown fox!", ["quick", "brown", "fox"]),
        ("sekitar 11.000 tentara", ["sekitar", "11000", "tentara"]),
        ("anak-anak dan/atau ibu–ibu", ["anak", "anak", "dan", "atau", "ibu", "ibu"]),
        ("Rp 4,2 miliar (€3.1 m)", ["rp", "42", "miliar", "31", "m"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("ﬁnal １２", ["final", "12"]),
        ("cafe\u0301", ["caf\u00e9"]),
        ("soft\u00adhyphen", ["softhyphen"]),
        ("हिन्दी भाषा।", ["हिन्दी", "भाषा"]),
        ("كِتَاب", ["كِتَاب"]),
        ("東京タワー、2回", ["東", "京", "タ", "ワ", "ー", "2", "回"]),
        ("ที่นี่ ๑๒", ["ที่", "นี่", "๑๒"]),
        ("ភាសា", ["ភា", "សា"]),
        ("Tokyo東京NHK", ["tokyo", "東", "京", "nhk"]),
        ("제주도 한라산", ["제주도", "한라산"]),
        ("The", ["the"]),
        ("€", ["€"]),
        ("", []),
    ],
)
def test_words_are_told_in_any_script(text: str, expected: list[str]) -> None:
    assert words(text) == tuple(unicodedata.normalize("NFKC", word) for word in expected)


def test_exact_match_takes_any_answer_that_is_right() -> None:
    assert exact_match("the 11.000 Troops.", ["eleven", "11,000 troops"]) == 1
    assert exact_match("11.000 troops of it", ["11,000 troops"]) == 0
    assert exact_match(None, ["x"]) == exact_match("x", []) == 0


def test_f1_is_the_best_overlap_of_words() -> None:
    # 2 of 3 words are right, 2 of 4 are found: 2 * (2/3 * 2/4) / (2/3 + 2/4) = 4/7.
    assert f1("sekitar 11.000 tentara", ["lebih dari 11.000 tentara"]) == pytest.approx(4 / 7)
    assert f1("red red", ["red"]) == pytest.approx(2 / 3)  # a word counts as often as it stands there
    assert f1("red", ["blue", "red car"]) == pytest.approx(2 / 3)
    assert f1("東京駅", ["東京"]) == pytest.approx(4 / 5)
    assert f1("คน", ["กิน"]) == pytest.approx(1 / 2)
    assert f1("red", ["blue"]) == f1(None, ["red"]) == f1("red", []) == 0


@given(st.text(min_size=1), st.text(min_size=1))
def test_f1_is_symmetric_and_whole_for_the_same_words(one: str, other: str) -> None:
    assert 0 <= f1(one, [other]) == f1(other, [one]) <= 1
    if words(one):
        assert f1(one, [one]) == exact_match(one, [one]) == 1
    assert exact_match(one, [other]) <= f1(one, [other]) or not words(one)


@given(
    st.text(st.sampled_from(" \nabehntAT.,'$%+^09~"))
    | st.lists(st.sampled_from("A an The cat, $9".split())).map(" ".join)
)
def test_in_english_words_are_those_of_squad(text: str) -> None:
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    squad = re.sub(r"\b(a|an|the)\b", " ", bare).split()
    assert list(words(text)) == (squad or text.lower().split())
