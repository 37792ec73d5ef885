"""Answers: proved by their quote, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.answers.answerer import Answerer
from bot.answers.types import Answer
from bot.commands.render import verdict
from bot.questions.conversation import Turn
from bot.questions.understanding import Understood
from bot.readers.sentence import SentenceReader
from bot.readers.types import Reading
from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store.snapshots import Snapshot, open_current
from index.types import BrokenIndexError, Passage

QUESTION = "For how many million euros was the second crane of the harbour bought?"


class FixedReader:
    """Reads the words it is told to, with the confidence it is told."""

    name = "fixed"
    threshold = 0.5

    def __init__(self, words: str, confidence: float) -> None:
        self._words, self._confidence = words, confidence

    def read(self, _understood: Understood, passages: Sequence[Passage], among: int) -> list[Reading]:  # noqa: ARG002
        readings = []
        for place, passage in enumerate(passages):
            for number, (start, end) in enumerate(passage.sentences):
                at = passage.text[start:end].find(self._words)
                if at >= 0:
                    readings.append(Reading(place, number, at, at + len(self._words), self._confidence, 0.0))
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


# --- several passages -----------------------------------------------------------------------------------------


class TableReader:
    """Reads in each article the words it is told to, with the confidence it is told."""

    name = "table"
    threshold = 0.5

    def __init__(self, found: Mapping[str, tuple[str, float]]) -> None:
        self._found = found

    def read(self, _understood: Understood, passages: Sequence[Passage], among: int) -> list[Reading]:  # noqa: ARG002
        readings = []
        for place, passage in enumerate(passages):
            words, confidence = self._found.get(passage.article, ("no such words", 0.0))
            for number, (start, end) in enumerate(passage.sentences):
                at = passage.text[start:end].find(words)
                if at >= 0:
                    readings.append(Reading(place, number, at, at + len(words), confidence, 0.0))
        return readings


def told(tmp_path: Path, found: Mapping[str, tuple[str, float]], question: str = "How many came?") -> Answer:
    """What three reports about one fair are made to say."""
    reports = {
        "first": ("1 May 2024", "Some 4,000 people came to the fair. The mayor thanked the helpers."),
        "second": ("3 May 2024", "In the end 5,200 people came to the fair. It rained on both days."),
        "third": ("2 May 2024", "The fair drew about 4,000 visitors. Its last stall closed at nine."),
    }
    folder = tmp_path / "fair"
    folder.mkdir()
    for name, (day, text) in reports.items():
        (folder / f"{name}.txt").write_text(f"Report {name}\n\n{day}\n\n{text}\n")
    build([folder], tmp_path / "fair-index", HashEmbedder())
    return Answerer(open_current(tmp_path / "fair-index"), HashEmbedder(), TableReader(found)).ask(question)


def test_the_same_fact_in_other_articles_makes_it_surer(tmp_path: Path) -> None:
    found = {"first": ("4,000 people", 0.6), "second": ("5,200 people", 0.65), "third": ("4,000 visitors", 0.55)}
    answer = told(tmp_path, found)
    assert answer.quote is not None
    assert (answer.answer, answer.quote.article) == ("Some 4,000 people", "first")  # as people would say it
    assert answer.confidence == pytest.approx(1 - 0.4 * (1 - 0.5 * 0.55))


def test_differing_answers_are_all_told_newest_first(tmp_path: Path) -> None:
    found = {"first": ("4,000 people", 0.9), "second": ("5,200 people", 0.8), "third": ("about 4,000", 0.7)}
    answer = told(tmp_path, found)
    assert answer.answer == "Some 4,000 people"
    assert [(other.answer, other.quote.article) for other in answer.others] == [("5,200 people", "second")]
    found["third"] = ("nine", 0.6)
    (tmp_path / "again").mkdir()
    others = told(tmp_path / "again", found).others
    assert [other.quote.article for other in others] == ["second", "third"]  # of 3 May and of 2 May


def test_what_is_not_sure_enough_is_no_disagreement(tmp_path: Path) -> None:
    found = {"first": ("4,000 people", 0.9), "second": ("5,200 people", 0.3)}
    assert told(tmp_path, found).others == ()


def test_who_says_so_is_told_by_the_sentence_itself(tmp_path: Path) -> None:
    (tmp_path / "fair.txt").write_text(
        "Fair\n\n1 May 2024\n\nAbout 4,000 people came, said Mayor Ada Brink. It closed at nine.\n"
    )
    build([tmp_path], tmp_path / "index", HashEmbedder())
    with open_current(tmp_path / "index") as snapshot:
        asked, closed = Turn("how many came?", "About 4,000 people"), Turn("when did it close?", "nine")
        said = Answerer(snapshot, HashEmbedder(), FixedReader("4,000 people", 0.8)).ask("who says so?", context=[asked])
        unsaid = Answerer(snapshot, HashEmbedder(), FixedReader("nine", 0.8)).ask("who says so?", context=[closed])
        typed = Answerer(snapshot, HashEmbedder(), FixedReader("nine", 0.8)).ask("who says so (when did it close)?")
    assert (said.answer, said.gloss, said.confidence) == ("Mayor Ada Brink", None, pytest.approx(0.76))
    assert said.quote
    assert said.quote.text == "About 4,000 people came, said Mayor Ada Brink."
    assert (unsaid.answer, unsaid.confidence) == (None, 0.0)
    assert verdict(unsaid) == "Refused: no sentence that is sure enough names who says so."
    assert (said.question, said.turn.question) == ("who says so?", "how many came?")
    assert (typed.answer, typed.understood.asks_source) == ("nine", False)  # brackets are the asker's own


def test_passages_come_in_the_order_of_what_was_read_in_them(tmp_path: Path) -> None:
    found = {"first": ("4,000 people", 0.1), "second": ("5,200 people", 0.2), "third": ("4,000 visitors", 0.15)}
    answer = told(tmp_path, found)
    assert answer.answer is None
    assert [source.article for source in answer.sources] == ["second", "third", "first"]
    assert [one.confidence for one in answer.candidates] == sorted(
        (one.confidence for one in answer.candidates), reverse=True
    )


def test_yes_or_no_is_answered_by_the_whole_sentence(tmp_path: Path) -> None:
    answer = told(tmp_path, {"second": ("rained", 0.9)}, "Did it rain at the fair?")
    assert answer.answer == "It rained on both days."


def test_where_no_short_span_answers_why_the_nearest_sentence_does(snapshot: Snapshot) -> None:
    question = "How did the harbour of Lowen buy a second crane for 4.2 million euros?"
    answer = Answerer(snapshot, HashEmbedder(), TableReader({})).ask(question)
    assert answer.answer == "The harbour of Lowen bought a second crane for 4.2 million euros."
    assert answer.threshold == SentenceReader.threshold
    assert Answerer(snapshot, HashEmbedder(), TableReader({})).ask("What did the harbour of Lowen buy?").answer is None


def test_figures_are_told_in_the_notation_of_the_asker(tmp_path: Path, snapshot: Snapshot) -> None:
    reader = TableReader({"market": ("312 pedagang", 0.9)})
    answerer = Answerer(snapshot, HashEmbedder(), reader)
    assert answerer.ask("How much did the Pasar Melati cost?").gloss is None  # 312 is 312 in both
    answerer = Answerer(snapshot, HashEmbedder(), TableReader({"market": ("Rp45 miliar", 0.9)}))
    told_in_english = answerer.ask("How much did the Pasar Melati cost?").gloss
    assert told_in_english is not None
    assert "45 billion" in told_in_english
    assert answerer.ask("Berapa biaya pembangunan Pasar Melati?").gloss is None


def test_passages_may_be_given_by_hand(snapshot: Snapshot) -> None:
    passages = snapshot.store.passages(range(snapshot.manifest.chunks))
    answer = Answerer(snapshot, HashEmbedder(), FixedReader("80 tonnes", 0.9)).read("crane?", passages, among=3)
    assert (answer.answer, answer.question) == ("80 tonnes", "crane?")
    assert len(answer.sources) == len(passages)
