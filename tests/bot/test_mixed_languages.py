"""Sentences of figures, dates, names and signs in a dozen languages, labelled rightly or wrongly, go through everything
that reads questions and answers: nothing crashes, and what is found stands where it is said to stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from made_answers import finding

from bot.answers.agreement import figures_stand_in, same_fact
from bot.answers.answerer import Answerer
from bot.answers.attribution import named_source
from bot.answers.spans import cut, widen
from bot.figures.finding import Kind, find_figures
from bot.figures.gloss import gloss
from bot.figures.notation import notation
from bot.figures.words import ABBREVIATIONS, SYMBOLS, VOCABULARIES, Vocabulary
from bot.questions.conversation import Turn
from bot.questions.followups import resolve
from bot.questions.language import asks_for_statement, question_language
from bot.questions.spelling import plain_question
from bot.questions.understanding import Interpreter, Understood
from bot.readers.types import Reading
from index.build import build
from index.days.dates import EARLIEST
from index.embedding.hashing import HashEmbedder
from index.store.snapshots import Snapshot, open_current
from index.text.sentences import sentences
from index.types import Passage

LABELS = ["en", "id", "ms", "de", "fr", "es", "ar", "th", "zh", "ru", None, "xx"]


def words_of(vocabulary: Vocabulary) -> Iterator[str]:
    """All that a language says around its figures, with the words of its patterns."""
    tables = [getattr(vocabulary, field.name) for field in fields(vocabulary)]
    patterns = [table for table in tables if isinstance(table, str)]
    for table in tables:
        if not isinstance(table, str):
            yield from table
            patterns += map(str, table.values())
    yield from filter(None, re.split(r"[|()?:!\\]+", "|".join(patterns)))


def words_in(label: str | None) -> Iterator[str]:
    """What Babel knows of a language."""
    signs = notation(label)
    for table in (signs.scales, signs.months, signs.weekdays, signs.units):
        yield from table
    yield from [*signs.currencies][::9]
    yield from [*signs.symbols][::9]


VOCABULARY = sorted({word for vocabulary in VOCABULARIES.values() for word in words_of(vocabulary)})
BABEL = sorted({word for label in LABELS for word in words_in(label)})
SIGNS = [*SYMBOLS, *ABBREVIATIONS, *"%‰°+−-–—/:;.,!?…()[]<>\"'’“”‘«»„&#@\0", "½", "²", "′", "()", "...", "?!"]
NAMES = [
    "Ada Brink", "A Thousand Years", "Kepulauan Seribu", "KOMPAS.TV", "F-16", "MD - 82", "Pasal 5", "U.S.", "Dr.",
    "[1]", "(57)", "a thousand", "an hundred", "a dozen", "half a million", "and a half", "setengah", "belas", "a",
    "se", "ke-", "tiga-tiganya", "0812 3456 789", "1990-an", "'s", "-nya", "kata", "menurut", "said", "according to",
    "北京", "สวัสดี", "مليون", "०५", "😀", "\u0301", "\u200d", "\ud800", "ß", "İstanbul", "ﬁn",
]  # fmt: skip
ASKING = [
    "berapa", "siapa", "kapan", "di mana", "mengapa", "apa", "apakah", "how many", "who", "when", "where", "why", "is",
    "what about", "bagaimana dengan", "dan", "and", "he", "it", "there", "dia", "itu", "kota itu", "umurnya", "that",
    "who says so", "menurut siapa", "brp", "yg", "gmn", "u", "r", "dr", "pls", "halo", "min,", "makasih", "tolong",
]  # fmt: skip
DIGITS = st.text(alphabet="00123456789", min_size=1, max_size=4) | st.text(alphabet="٣५๗９", min_size=1, max_size=3)
NUMBERS = st.lists(DIGITS | st.sampled_from([".", ",", "/", "-", ":", "–", " ", "\u202f", "'", "٫"]), max_size=7).map(
    "".join
)
CASES = [str, str, str.upper, str.title, str.capitalize, lambda word: word.translate(str.maketrans("iskSI", "ıſKſİ"))]
WORDS = st.builds(
    lambda word, case: case(word), st.sampled_from(VOCABULARY) | st.sampled_from(BABEL), st.sampled_from(CASES)
)
GAPS = st.sampled_from([" ", " ", " ", "", "", "-", ", ", ". ", "\n", "\n\n", "\u00a0", "\r", "\t"])
PIECES = NUMBERS | WORDS | st.sampled_from(SIGNS) | st.sampled_from(NAMES)
SENTENCES = st.lists(PIECES | GAPS, min_size=1, max_size=24).map("".join).filter(str.strip)
QUESTIONS = st.lists(st.sampled_from(ASKING) | PIECES, min_size=1, max_size=10).map(" ".join).filter(str.strip)
"""Of words with spaces between them, as questions are."""
FEWER = settings(max_examples=settings().max_examples // 4)
"""Where an example takes a hundred times longer than elsewhere."""
LABEL = st.sampled_from(LABELS)
DAYS = st.none() | st.dates(EARLIEST, date(2100, 1, 1))


@st.composite
def places(draw: st.DrawFn, text: str) -> tuple[int, int]:
    """A part of the text."""
    start = draw(st.integers(0, len(text) - 1))
    return start, draw(st.integers(start + 1, len(text)))


@given(SENTENCES, LABEL)
def test_figures_stand_in_their_sentence_in_order(sentence: str, label: str | None) -> None:
    end = 0
    for figure in find_figures(sentence, label):
        assert end <= figure.start < figure.end <= len(sentence)
        assert figure.low <= figure.high or figure.kind is Kind.TIME
        end = figure.end


@given(SENTENCES, LABEL, LABEL, DAYS)
def test_figures_have_a_gloss_or_none(
    answer: str, article: str | None, asker: str | None, published: date | None
) -> None:
    figures = find_figures(answer, article)
    meaning = gloss(answer, figures, article_language=article, asker_language=asker, published=published)
    assert meaning is None or (figures and meaning.strip())


@given(SENTENCES, SENTENCES, LABEL, LABEL)
def test_facts_are_the_same_either_way_round(a: str, b: str, label_a: str | None, label_b: str | None) -> None:
    one, other = finding(a, label_a), finding(b, label_b)
    assert same_fact(one, other) is same_fact(other, one)


@given(SENTENCES, LABEL, st.data())
def test_spans_stay_in_their_sentence(sentence: str, label: str | None, data: st.DataObject) -> None:
    start, end = data.draw(places(sentence))
    first, last = cut(sentence, start, end)
    assert 0 <= first < last <= len(sentence)
    assert cut(sentence, first, last) == (first, last)
    first, last = widen(sentence, start, end, question=data.draw(QUESTIONS), language=label)
    assert 0 <= first < last <= len(sentence)
    assert figures_stand_in(sentence, sentence, label)
    figures_stand_in(sentence[start:end], sentence, label)
    figures_stand_in(data.draw(SENTENCES), sentence, label)


@given(SENTENCES)
def test_a_source_is_named_within_its_sentence(sentence: str) -> None:
    span = named_source(sentence)
    assert span is None or sentence[slice(*span)].strip()


@given(SENTENCES, LABEL)
def test_sentences_leave_out_nothing_but_white_space(text: str, label: str | None) -> None:
    end = 0
    for start, last in sentences(text, label):
        assert end <= start < last
        assert not text[end:start].strip()
        end = last
    assert not text[end:].strip()


# --- questions ------------------------------------------------------------------------------------------------


@given(QUESTIONS)
def test_a_plain_question_is_one_tidy_line(question: str) -> None:
    plain = plain_question(question)
    assert plain == " ".join(plain.split())
    assert question_language(plain) in {"id", "en", None}
    assert asks_for_statement(plain) in {True, False}


@given(QUESTIONS, st.lists(st.builds(Turn, QUESTIONS, st.none() | SENTENCES, st.none() | SENTENCES), max_size=3))
def test_a_follow_up_is_asked_in_one_line(question: str, context: Sequence[Turn]) -> None:
    whole = resolve(question, context).question
    assert whole == question or whole == " ".join(whole.split())


@FEWER
@given(question=QUESTIONS, before=QUESTIONS, answer=SENTENCES)
def test_any_question_is_understood(snapshot: Snapshot, question: str, before: str, answer: str) -> None:
    interpreter = Interpreter(snapshot.store.vocabulary, HashEmbedder().count_tokens)
    understood = interpreter.understand(question, [Turn(before, answer, answer)])
    assert understood.message == question
    understood.question.encode()  # which no half of a surrogate pair goes through
    assert understood.language in {"id", "en", None}


# --- answers --------------------------------------------------------------------------------------------------


class PartReader:
    """Reads a part of every sentence: the same share of each."""

    name = "part"
    threshold = 0.5

    def __init__(self, start: float, length: float) -> None:
        self._start, self._length = start, length

    def read(self, _understood: Understood, passages: Sequence[Passage], among: int) -> list[Reading]:  # noqa: ARG002
        readings = []
        for place, passage in enumerate(passages):
            for number, (first, last) in enumerate(passage.sentences):
                start = int(self._start * (last - first - 1))
                end = start + 1 + int(self._length * (last - first - 1 - start))
                readings.append(Reading(place, number, start, end, 0.9 - place / 10, 0.0))
        return readings


SHARE = st.floats(0, 1)
ARTICLES = st.lists(
    st.tuples(st.lists(SENTENCES, min_size=1, max_size=3).map(". ".join), LABEL), min_size=1, max_size=3
)


@FEWER
@given(articles=ARTICLES, question=QUESTIONS, before=QUESTIONS, start=SHARE, length=SHARE, label=LABEL)
def test_any_question_over_any_articles_has_an_answer_or_none(
    tmp_path: Path,
    articles: list[tuple[str, str | None]],
    question: str,
    before: str,
    start: float,
    length: float,
    label: str | None,
) -> None:
    with TemporaryDirectory(dir=tmp_path) as folder:
        items = ({"title": "A", "text": f"Words. {text}", "lang": language} for text, language in articles)
        file = Path(folder, "articles.jsonl")
        file.write_text("\n".join(map(json.dumps, items)))
        build([file], Path(folder, "index"), HashEmbedder())
        with open_current(Path(folder, "index")) as snapshot:
            answerer = Answerer(snapshot, HashEmbedder(), PartReader(start, length))
            first = answerer.ask(before)
            answer = answerer.ask(question, context=[first.turn])
            passages = [replace(passage, language=label, published=date(2024, 5, 1)) for passage in answer.sources]
            read = answerer.read(question, passages, among=len(passages) or 1)
    for found in (first.best, answer.best, *answer.others, read.best):
        assert found is None or 0 <= found.quote.start < found.quote.end <= len(found.quote.text)
