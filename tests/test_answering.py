"""Answers: proved by their quote, or refused."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.answering import Answerer
from bot.reader import Reading, SentenceReader
from index.embedding import HashEmbedder
from index.snapshots import Snapshot
from index.types import BrokenIndexError, Passage

QUESTION = "For how many million euros was the second crane of the harbour bought?"


class FixedReader:
    """Reads the words it is told to, with the confidence it is told."""

    name = "fixed"

    def __init__(self, words: str, confidence: float) -> None:
        self._words, self._confidence = words, confidence

    def read(self, _question: str, passages: Sequence[Passage], among: int) -> list[Reading]:  # noqa: ARG002
        readings = []
        for place, passage in enumerate(passages):
            for number, (start, end) in enumerate(passage.sentences):
                at = passage.text[start:end].find(self._words)
                if at >= 0:
                    readings.append(Reading(place, number, at, at + len(self._words), self._confidence))
        return readings


@pytest.fixture
def answerer(snapshot: Snapshot) -> Answerer:
    return Answerer(snapshot, HashEmbedder(), SentenceReader(HashEmbedder()), threshold=0.18)


def test_an_answer_stands_in_its_quote_and_the_quote_in_its_source(answerer: Answerer, snapshot: Snapshot) -> None:
    answer = answerer.ask(QUESTION)
    assert answer.answer == "The harbour of Lowen bought a second crane for 4.2 million euros."
    assert answer.quote is not None
    assert answer.quote.text[answer.quote.start : answer.quote.end] == answer.answer
    assert answer.source is not None
    assert (answer.quote.article, answer.source.article) == ("harbour", "harbour")
    assert answer.quote.text in answer.source.text
    article = snapshot.store.article("harbour") or pytest.fail("no such article")
    assert article.text[answer.source.start : answer.source.end] == answer.source.text
    assert answer.snapshot == snapshot.name
    assert set(answer.timings_ms) == {"embed", "search", "read"}
    assert (answer.question, answer.gloss, answer.others) == (QUESTION, None, ())


def test_what_the_articles_do_not_say_is_a_value(answerer: Answerer) -> None:
    answer = answerer.ask("Siapa juara dunia?")
    assert (answer.answer, answer.quote, answer.source) == (None, None, None)
    assert 0 < answer.confidence < 0.18
    assert len(answer.sources) == 3


@pytest.mark.parametrize(("threshold", "answered"), [(0.69, True), (0.7, True), (0.71, False)])
def test_the_threshold_decides(snapshot: Snapshot, threshold: float, answered: bool) -> None:
    answer = Answerer(snapshot, HashEmbedder(), FixedReader("80 tonnes", 0.7), threshold).ask("crane")
    assert answer.answer == ("80 tonnes" if answered else None)
    assert answer.confidence == 0.7


def test_a_fact_is_quoted_in_its_whole_sentence(snapshot: Snapshot) -> None:
    answer = Answerer(snapshot, HashEmbedder(), FixedReader("Rp45 miliar", 0.9), 0.5).ask("biaya")
    assert answer.quote is not None
    assert (answer.quote.text, answer.quote.start) == ("Biaya pembangunan mencapai Rp45 miliar.", 27)


def test_a_reader_that_finds_nothing_gives_no_answer(snapshot: Snapshot) -> None:
    answer = Answerer(snapshot, HashEmbedder(), FixedReader("nowhere", 0.9), 0.0).ask("crane")
    assert (answer.answer, answer.confidence) == (None, 0.0)


def test_an_index_of_another_model_is_not_asked(snapshot: Snapshot) -> None:
    class OtherEmbedder(HashEmbedder):
        fingerprint = "other"

    with pytest.raises(BrokenIndexError):
        Answerer(snapshot, OtherEmbedder(), FixedReader("x", 1), 0.5)
