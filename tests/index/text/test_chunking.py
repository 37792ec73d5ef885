"""Chunks of made-up articles, and what holds for the chunks of any text."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.text import chunking
from index.text.chunking import LEAST, LIMIT, LONGEST_OVERLAP, MOST, SMALLEST_COUNT, chunk
from index.text.sentences import sentences
from index.types import Chunk, Span

WORD = re.compile(r"\w+|[^\w\s]")


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(WORD.findall(text)) for text in texts]


def sentence(tokens: int, opening: str = "Kata") -> str:
    return " ".join([opening] + ["kata"] * (tokens - 2)) + "."


def spans(one: Chunk) -> list[Span]:
    return [(one.start + start, one.start + end) for start, end in one.sentences]


def sizes(chunks: list[Chunk]) -> list[int]:
    return count_words([one.text for one in chunks])


# --- worked examples ------------------------------------------------------------------------------------------


def test_a_short_article_is_one_chunk() -> None:
    text = "Judul\n\nHujan turun. Banjir datang.\n\nWarga pergi."
    assert chunk(text, count_words, "id") == [Chunk(0, len(text), text, ((0, 5), (7, 19), (20, 34), (36, 48)))]


@pytest.mark.parametrize("text", ["", " \n\n "])
def test_no_text_no_chunks(text: str) -> None:
    assert chunk(text, count_words) == []


def test_the_sentences_are_those_of_the_text() -> None:
    assert chunking.sentences is sentences
    text = "Dr. Lim tiba. Ia membayar Rp. 5.000."
    assert [one.sentences for one in chunk(text, count_words, "id")] == [tuple(sentences(text, "id"))]


def test_consecutive_chunks_share_one_sentence() -> None:
    text = " ".join(sentence(25, f"Nomor{number}") for number in range(10))
    chunks = chunk(text, count_words)
    assert sizes(chunks) == [100, 100, 100]
    assert all(spans(one)[-1] == spans(following)[0] for one, following in pairwise(chunks))


def test_a_long_sentence_is_not_repeated() -> None:
    text = " ".join([sentence(LONGEST_OVERLAP + 1)] * 4)
    assert sizes(chunk(text, count_words)) == [102, 102]


def test_no_small_rest_is_left() -> None:
    text = " ".join([sentence(30)] * 4 + [sentence(10)])
    assert min(sizes(chunk(text, count_words))) >= LEAST


def test_a_chunk_grows_rather_than_leave_a_small_one() -> None:
    text = " ".join([sentence(MOST), sentence(10), sentence(MOST)])
    assert sizes(chunk(text, count_words)) == [MOST, MOST + 10]


def test_a_chunk_begins_with_a_paragraph_where_sizes_allow() -> None:
    # 80 and 100 tokens, or 100 and 80: only the paragraph decides.
    for before, after in ((3, 5), (4, 4)):
        text = " ".join([sentence(20)] * before) + "\n\n" + " ".join([sentence(20)] * after)
        assert [one.start for one in chunk(text, count_words)] == [0, text.index("\n\n") + 2]


def test_short_paragraphs_are_joined() -> None:
    text = "\n\n".join([sentence(12)] * 12)
    assert all(LEAST <= size <= MOST for size in sizes(chunk(text, count_words)))


def test_a_table_of_single_figures_gives_chunks_of_bounded_length() -> None:
    chunks = chunk("12\n\n" * 500, count_words)
    assert max(len(one.sentences) for one in chunks) <= LIMIT // SMALLEST_COUNT


# --- sentences that are too long ------------------------------------------------------------------------------


def test_a_sentence_that_is_too_long_becomes_pieces_that_share_nothing() -> None:
    text = f"{sentence(70)} {sentence(400)} {sentence(70)}"
    chunks = chunk(text, count_words)
    assert [len(one.sentences) for one in chunks] == [1] * 5
    assert all(one.end < following.start for one, following in pairwise(chunks))
    assert sum(sizes(chunks)) == 540
    assert all(120 <= size <= MOST for size in sizes(chunks)[1:-1])


def test_it_is_cut_after_a_clause() -> None:
    clause = " ".join(["kata"] * 59) + ","
    chunks = chunk(" ".join([clause] * 5), count_words)
    assert [one.text[-1] for one in chunks] == [","] * len(chunks)
    assert sizes(chunks) == [120, 60, 120]


def test_it_is_cut_between_words() -> None:
    text = " ".join(["mempertanggungjawabkan"] * 400)
    assert {word for one in chunk(text, count_words) for word in one.text.split()} == {"mempertanggungjawabkan"}


def test_without_white_space_it_is_cut_anywhere_but_before_a_combining_mark() -> None:
    text = "indahe\u0301" * 1000
    chunks = chunk(text, lambda texts: [len(one) for one in texts])
    assert "".join(one.text for one in chunks) == text
    assert all(one.text[0] != "\u0301" and len(one.text) <= MOST for one in chunks)


# --- any text -------------------------------------------------------------------------------------------------

# Arbitrary characters seldom make a chunk's worth, so there are texts of long sentences too.
PARTS = st.one_of(
    st.integers(1, 200).map(sentence),
    st.sampled_from(["\n\n", "\n", "\r\n", "😀", "“Ya.", "1. ", "a" * 300, "\u0301", "𝔎", "\ud800", "kata, " * 90]),
)
TEXTS = st.one_of(st.text(), st.lists(PARTS, max_size=25).map(" ".join), st.lists(PARTS, max_size=8).map("".join))
LANGUAGES = st.sampled_from(["id", "en", None, "de"])


@given(TEXTS, LANGUAGES)
def test_offsets_are_exact(text: str, language: str | None) -> None:
    for one in chunk(text, count_words, language):
        assert text[one.start : one.end] == one.text == one.text.strip()
        assert one.sentences[0][0] == 0
        assert one.sentences[-1][1] == len(one.text)
        assert all(start < end for start, end in one.sentences)
        for (_start, end), (following, _end) in pairwise(one.sentences):
            assert end <= following
            assert not one.text[end:following].strip()


@given(TEXTS, LANGUAGES)
def test_nothing_is_lost(text: str, language: str | None) -> None:
    covered = 0
    for one in chunk(text, count_words, language):
        assert not text[covered : one.start].strip()
        covered = one.end
    assert not text[covered:].strip()


@given(TEXTS, LANGUAGES)
def test_chunks_are_in_order_and_share_at_most_one_short_sentence(text: str, language: str | None) -> None:
    for one, following in pairwise(chunk(text, count_words, language)):
        assert one.start < following.start
        assert one.end < following.end
        if following.start < one.end:
            assert spans(one)[-1] == spans(following)[0]
            assert len(spans(one)) > 1
            assert counted([spans(one)[-1]], text) <= LONGEST_OVERLAP


@given(TEXTS, LANGUAGES)
def test_every_sentence_is_whole_or_in_pieces(text: str, language: str | None) -> None:
    chunked = sorted({span for one in chunk(text, count_words, language) for span in spans(one)})
    for start, end in sentences(text, language):
        inside = [span for span in chunked if start <= span[0] and span[1] <= end]
        if counted([(start, end)], text) <= MOST:
            assert inside == [(start, end)]
        else:
            assert (inside[0][0], inside[-1][1]) == (start, end)
            assert all(one[1] <= following[0] for one, following in pairwise(inside))


@given(TEXTS, LANGUAGES)
@example(f"{sentence(55)} {sentence(150)} {sentence(55)}", "id")
def test_sizes_are_in_range(text: str, language: str | None) -> None:
    chunks = chunk(text, count_words, language)
    whole = set(sentences(text, language))
    for one in chunks:
        assert counted(spans(one), text) <= LIMIT
    for one, following in pairwise(chunks):
        both = sorted({*spans(one), *spans(following)})
        if whole.issuperset(both) and min(counted(spans(one), text), counted(spans(following), text)) < LEAST:
            assert counted(both, text) > LIMIT


def counted(of: Sequence[Span], text: str) -> int:
    return sum(max(SMALLEST_COUNT, count) for count in count_words([text[start:end] for start, end in of]))


@given(TEXTS, LANGUAGES)
def test_the_same_text_gives_the_same_chunks(text: str, language: str | None) -> None:
    assert chunk(text, count_words, language) == chunk(text, count_words, language)


# --- the work it takes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [sentence(20) + " ", sentence(400) + " ", "x", "12\n\n", "“Ya. ", "a. ", "𝔎 ", "e\u0301", "kata, "]
)
@pytest.mark.parametrize("times", [10, 1000])
def test_characters_are_counted_a_bounded_number_of_times(text: str, times: int) -> None:
    calls: list[int] = []

    def count(texts: Sequence[str]) -> list[int]:
        calls.append(sum(map(len, texts)))
        return count_words(texts)

    chunks = chunk(text * times, count)
    assert len(calls) <= 2
    assert sum(calls) <= 2 * len(text) * times
    assert sum(len(one.text) for one in chunks) <= 2 * len(text) * times


def test_a_megabyte_without_a_space_is_chunked() -> None:
    chunks = chunk("x" * 1_000_000, lambda texts: [len(one) // 4 for one in texts])
    assert sum(len(one.text) for one in chunks) == 1_000_000
    assert max(len(one.text) for one in chunks) <= 4 * MOST


def test_counts_of_nothing_are_no_trouble() -> None:
    assert (
        "".join(one.text for one in chunk("x" * 5000, lambda texts: [10**6 if len(t) > 40 else 0 for t in texts]))
        == "x" * 5000
    )
