"""A text is cut into windows of whole sentences, in the words that the reader knows."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.readers.windows import LONGEST_QUESTION, LONGEST_SHARED, ROOM, Cutter, Window, beside, passage_at
from index.embedding.bundled import Vocabulary, load_vocabulary
from index.embedding.unpacking import FOLDER
from index.text.sentences import sentences
from index.types import Embedder, Span

WORDS = """
    Wali kota Rudi Hartawan meresmikan pasar pada Senin (8/1/2024) “312 Rp45 miliar, mayor's crane x-ray Ｌｏｗｅｎ café
    мэр 市長 straße naïve 4.2% jalan-jalan; dan
""".split()
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=20), min_size=1, max_size=9).map(
    lambda told: "\n".join(" ".join(["Kota", *words]) + "." for words in told)
)
MOST = st.sampled_from([40, 60, 256])


@pytest.fixture(scope="module")
def vocabulary(bundled: Embedder, model_cache: Path) -> Vocabulary:
    return load_vocabulary(model_cache / FOLDER)


@pytest.fixture(scope="module")
def cutter(vocabulary: Vocabulary) -> Cutter:
    return Cutter(vocabulary)


def extent(window: Window) -> Span:
    """Where in its text the window begins and ends."""
    places = window.places[window.stands].tolist()
    return places[0][0], places[-1][1]


@settings(deadline=None, max_examples=60)  # a busy machine is no defect
@given(text=TEXTS, most=MOST)
def test_each_window_holds_what_the_reader_would_cut_its_part_of_the_text_into(
    cutter: Cutter, vocabulary: Vocabulary, text: str, most: int
) -> None:
    for window in cutter.windows(text, sentences(text, "id"), most):
        start, end = extent(window)
        assert window.tokens.tolist() == vocabulary.cut(f"passage: {text[start:end]}")
        assert len(window.tokens) <= most
        assert not window.stands[:2].any()  # the prefix
        for first, last in window.places[window.stands].tolist():
            assert start <= first < last <= end
            assert not text[first].isspace()


@settings(deadline=None, max_examples=60)
@given(text=TEXTS, most=MOST)
def test_no_letter_is_left_out_and_no_short_sentence_is_torn(cutter: Cutter, text: str, most: int) -> None:
    spans = sentences(text, "id")
    extents = [extent(window) for window in cutter.windows(text, spans, most)]
    assert extents[0][0] == 0
    assert extents[-1][1] == len(text)
    for before, after in pairwise(extents):
        assert before[0] < after[0]
        assert before[1] < after[1]
        assert not text[before[1] : after[0]].strip()
    for start, end in spans:
        if len(cutter._tokenizer.cut(text[start:end])) <= most - ROOM:
            assert any(first <= start and end <= last for first, last in extents)


@settings(deadline=None, max_examples=60)
@given(text=TEXTS, most=MOST)
def test_windows_share_no_more_than_a_short_sentence(cutter: Cutter, text: str, most: int) -> None:
    windows = cutter.windows(text, sentences(text, "id"), most)
    for before, after in pairwise(map(extent, windows)):
        assert len(cutter._tokenizer.cut(text[after[0] : before[1]])) <= LONGEST_SHARED


def test_windows_share_a_short_sentence(cutter: Cutter) -> None:
    spans = sentences(text := " ".join(f"Wali kota {number} datang." for number in range(40)), "id")
    extents = [extent(window) for window in cutter.windows(text, spans, 60)]
    assert len(extents) > 3
    assert all((after[0], before[1]) in spans for before, after in pairwise(extents))


def test_a_text_that_fits_is_one_window(cutter: Cutter) -> None:
    text = "  Pasar dibuka.\n\nWali kota datang. "
    (window,) = cutter.windows(text, sentences(text, "id"), 256)
    assert window.tokens.tolist() == cutter.window(text).tokens.tolist()
    assert extent(window) == (2, len(text) - 1)


def test_question_and_window_stand_side_by_side_as_trained(cutter: Cutter, vocabulary: Vocabulary) -> None:
    question, window = cutter.question("Siapa?"), cutter.window("Ada.")
    tokens = beside(question, window)
    assert tokens == [0, *vocabulary.cut("query: Siapa?"), 2, 2, *vocabulary.cut("passage: Ada."), 2]
    assert tokens[passage_at(question) : -1] == window.tokens.tolist()


def test_a_question_without_end_is_cut(cutter: Cutter) -> None:
    assert len(cutter.question("siapa dan " * 500)) == LONGEST_QUESTION


def test_a_sentence_longer_than_a_window_is_cut_between_words(cutter: Cutter) -> None:
    text = " ".join(f"kios-{number}" for number in range(200)) + "."
    windows = cutter.windows(text, [(0, len(text))], 60)
    assert max(len(window.tokens) for window in windows) <= 60
    words = re.findall(r"\S+", text)
    assert [word for window in windows for word in text[slice(*extent(window))].split()] == words
