"""Questions are changed as people type them, and texts as newspapers print them, and no further."""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_reader import TOWNS

from training.asking import CHAT, as_typed, names, normally_spaced


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


QUESTIONS = st.lists(st.sampled_from([*CHAT, *TOWNS, "mayor", "bridges"]), min_size=1, max_size=9).map(
    lambda some: " ".join(some) + "?"
)


@given(QUESTIONS, st.integers())
def test_questions_of_other_languages_get_one_slip_at_most(question: str, seed: int) -> None:
    typed = words(as_typed(question, "en", random.Random(seed)))
    assert len(typed) == len(words(question))
    assert sum(before != after for before, after in zip(words(question), typed, strict=True)) <= 1


@given(QUESTIONS, st.integers())
def test_indonesian_questions_keep_their_names_but_for_one_slip(question: str, seed: int) -> None:
    asked, typed = Counter(words(question)), Counter(words(as_typed(question, "id", random.Random(seed))))
    names = Counter({word: count for word, count in asked.items() if word not in CHAT})
    spellings = {part for word in asked for spelling in CHAT.get(word, ()) for part in words(spelling)}
    assert (names - typed).total() <= 1
    assert sum(count for word, count in (typed - asked).items() if word not in spellings) <= 1


def test_chat_spelling_is_an_indonesian_thing_and_rare() -> None:
    asked, chance = "Berapa orang yang tidak punya kios?", random.Random(7)
    indonesian = [as_typed(asked, "id", chance) for _ in range(2000)]
    other = [as_typed(asked, "de", chance) for _ in range(2000)]
    in_chat = re.compile(r"\b(brp|org|yg|tdk|gak|ga|nggak)\b", re.IGNORECASE)
    assert 0.08 < np.mean([bool(in_chat.search(one)) for one in indonesian]) < 0.16
    assert not any(in_chat.search(one) for one in other)
    assert np.mean([one == asked for one in other]) > 0.5


def test_names_are_the_words_with_a_capital_that_do_not_begin_the_question() -> None:
    found = [name[0] for name in names("Kapan Ada Brink dari Lowen bertemu wali kota Rudi?")]
    assert found == ["Ada Brink", "Lowen", "Rudi"]
    assert names("Kapan itu?") == []


@pytest.mark.parametrize(
    ("joined", "printed"),
    [
        ("Rabu ( 24 / 8 ) .", "Rabu (24/8)."),
        ('Ia bilang , " pasar tutup . "', 'Ia bilang, "pasar tutup. "'),
        ("Lowen (24/8), punya 3.5 kios", "Lowen (24/8), punya 3.5 kios"),
    ],
)
def test_tokens_are_spaced_as_newspapers_print_them(joined: str, printed: str) -> None:
    assert normally_spaced(joined, ())[0] == printed


PRINTED_TOKENS = st.lists(st.sampled_from([*TOWNS, "24", "8", "(", ")", '"', ",", ".", "/", "?"]), min_size=1)


@given(PRINTED_TOKENS, st.data())
def test_answers_move_along_with_the_spaces(tokens: list[str], draw: st.DataObject) -> None:
    joined = " ".join(tokens)
    places = [0, *accumulate(len(token) + 1 for token in tokens)]
    told = [number for number, token in enumerate(tokens) if token.isalnum()]
    spans = draw.draw(st.lists(st.tuples(st.sampled_from(told), st.sampled_from(told)).map(sorted))) if told else []
    answers = [
        (places[a] - before, places[b] + len(tokens[b]))
        for a, b in spans
        for before in {0, int(a > 0 and tokens[a - 1] != "/")}  # with the space before it, if there is one
    ]
    text, moved = normally_spaced(joined, answers)
    assert text.replace(" ", "") == joined.replace(" ", "")
    for (start, end), (first, last) in zip(answers, moved, strict=True):
        assert text[first:last] == text[first:last].strip()
        assert text[first:last].replace(" ", "") == joined[start:end].replace(" ", "")
