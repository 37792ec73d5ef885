"""Answers are found again in the windows that hold them, and questions stand beside windows."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_reader import TOWNS, WORDS, cut, decoded

from bot.readers.windows import ROOM, Cutter, passage_at
from index.types import Span
from training.windows import held, page, touches

SENTENCES = st.lists(st.sampled_from([*TOWNS, *WORDS, "24", "x-ray", "(baru)"]), min_size=1, max_size=30).map(
    lambda some: f"{' '.join(['Kota', *some])}."
)


@settings(max_examples=60)
@given(text=st.lists(SENTENCES, min_size=1, max_size=8).map(" ".join), most=st.sampled_from([24, 40, 150]))
def test_windows_hold_every_word_and_every_token_knows_its_place(cutter: Cutter, text: str, most: int) -> None:
    windows = cut(cutter, text, most)
    for window in windows:
        assert len(window.tokens) <= most
        told = window.places[window.stands]
        assert text[told[0][0] : told[-1][1]].replace(" ", "") == "".join(text[a:b] for a, b in told)
        for token, (start, end) in zip(window.tokens[window.stands].tolist(), told.tolist(), strict=True):
            assert decoded(cutter, [token]) == text[start:end]
    words = [word.span() for word in re.finditer(r"\S+", text)]
    assert all(any(held(window, word) for window in windows) for word in words)


@settings(max_examples=60)
@given(several=st.lists(SENTENCES, min_size=2, max_size=6), draw=st.data())
def test_some_window_holds_every_answer_within_a_sentence(
    cutter: Cutter, several: list[str], draw: st.DataObject
) -> None:
    text, most = " ".join(several), 40
    short = [one for one in several if len(cutter._tokenizer.cut(one)) <= most - ROOM]
    sentence = draw.draw(st.sampled_from(short or [""]))
    parts = [found.span() for found in re.finditer(r"\w+", sentence)] or [(0, 0)]
    (start, _), (_, end) = sorted(draw.draw(st.tuples(st.sampled_from(parts), st.sampled_from(parts))))
    at = text.find(sentence)
    answer = at + start, at + end
    holding = [(window, span) for window in cut(cutter, text, most) if (span := held(window, answer)) is not None]
    assert holding or start == end
    for window, (first, last) in holding:
        assert (window.places[first, 0], window.places[last, 1]) == answer
        assert touches(window, answer)


def test_neighbouring_windows_share_a_short_sentence(cutter: Cutter) -> None:
    text = " ".join(f"Kota {town} punya {number} pasar." for number, town in enumerate(TOWNS))
    windows = cut(cutter, text, 30)
    extents: list[Span] = [(window.places[window.stands][0, 0], window.places[-1, 1]) for window in windows]
    assert len(windows) > 2
    assert all(after[0] < before[1] < after[1] for before, after in pairwise(extents))
    assert held(windows[0], extents[1]) is None
    assert touches(windows[0], extents[1])
    assert not touches(windows[0], extents[2])


def test_questions_stand_beside_windows_as_the_model_was_trained(cutter: Cutter) -> None:
    question, (window,) = cutter.question("Siapa?"), cut(cutter, "Ada.", 150)
    long = cutter.window("Wali kota Lowen adalah Ada.")
    tokens, attended, allowed = page([(question, window), (question, long)])
    text = decoded(cutter, tokens[0])
    assert text == "<s> query: Siapa?</s></s> passage: Ada.</s>" + "<pad>" * (len(long.tokens) - len(window.tokens))
    assert attended.sum(1).tolist() == [len(question) + len(one.tokens) + 4 for one in (window, long)]
    assert allowed[0].nonzero().flatten().tolist() == [0, *range(passage_at(question), attended[0].sum() - 1)][:1] + [
        passage_at(question) + number for number in range(len(window.tokens)) if window.stands[number]
    ]
