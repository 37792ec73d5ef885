"""A question becomes an answer that the articles prove, or the plain statement that they do not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from time import perf_counter

from bot.answers.agreement import figures_stand_in, same_fact
from bot.answers.attribution import NAMED_RIGHTLY, named_source
from bot.answers.spans import cut, widened
from bot.answers.types import Answer, Finding, Quote, _stands_in
from bot.figures.gloss import gloss
from bot.questions.conversation import Turn
from bot.questions.followups import resolved
from bot.questions.language import asks_for_statement, asks_yes_or_no, question_language
from bot.questions.spelling import plain_question
from bot.questions.typos import Mended, Mender
from bot.questions.understanding import _looked_for
from bot.readers.sentence import SentenceReader
from bot.readers.types import Reader, Reading
from index.search import Searcher
from index.store.snapshots import Snapshot
from index.types import EVERYTHING, Embedder, Filter, Passage

PASSAGES = 5
"""How many passages are looked for and shown."""
READ = 4
"""How many of them are read: two on each of two cores. A fifth finds hardly more, and costs half as much again."""
AGREEMENT = 0.5
"""How much of another article's confidence counts for the same fact; it may have been copied from there."""
LEAST_TO_AGREE = 0.1
DIFFERS_FROM = 0.5
"""How sure another article's answer has to be to be shown beside one that differs."""


class Answerer:
    """Answers from one snapshot. Safe to use from several threads."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder, reader: Reader, threshold: float | None = None) -> None:
        """Without a threshold, each reader has its own."""
        snapshot.require(embedder)
        self.snapshot = snapshot
        self._threshold = threshold
        self._embedder = embedder
        self._searcher = Searcher(snapshot.store, embedder)
        self._reader = reader
        self._mender = Mender(snapshot.store.vocabulary, embedder.count_tokens)

    def ask(self, question: str, only: Filter = EVERYTHING, context: Sequence[Turn] = ()) -> Answer:
        """The answer to a question, found among the best passages of those that pass the filter.

        `context` is what was asked and answered before, for a question that means it ("and when?").
        """
        clock = _Clock()
        understood = self._understood(question, context)
        asked = _looked_for(understood.question)
        vector = self._embedder.embed_question(asked)
        clock.lap("embed")
        passages = self._searcher.search_by(asked, vector, PASSAGES, only)
        clock.lap("search")
        answer = self._read(question, understood, passages, READ, self.snapshot.manifest.chunks)
        clock.lap("read")
        return replace(answer, timings_ms=clock.laps)

    def passages(self, answer: Answer, count: int, only: Filter = EVERYTHING) -> list[Passage]:
        """At most so many passages for an answer's question: those it was looked for in, then what else is found."""
        seen = {(one.article, one.start) for one in answer.sources}
        more = self._searcher.search(_looked_for(answer.understood), count, only)
        return [*answer.sources, *(one for one in more if (one.article, one.start) not in seen)][:count]

    def read(self, question: str, passages: Sequence[Passage], among: int) -> Answer:
        """The answer that these passages give; `among` is how many there are in all, 1 or more."""
        clock = _Clock()
        answer = self._read(question, self._understood(question, ()), passages, len(passages), among)
        clock.lap("read")
        return replace(answer, timings_ms=clock.laps)

    def _understood(self, question: str, context: Sequence[Turn]) -> Mended:
        """The question as search and reader are given it: plainly written, whole, and without slips in names."""
        plain = plain_question(question, self.snapshot.store.vocabulary.written)
        return self._mender.mended(resolved(plain, context))

    def _read(self, question: str, understood: Mended, passages: Sequence[Passage], most: int, among: int) -> Answer:
        asked = _looked_for(understood.question)
        considered = self._considered(self._reader, asked, passages[:most], among)
        if considered.best is None and asks_for_statement(asked):
            considered = considered.or_else(self._considered(self._sentence_reader, asked, passages[:most], among))
        best = _told(considered.best, asked, passages) if considered.best else None
        if asked == understood.question:
            others = _newest_first(_differing(best, considered.candidates), passages) if best else []
            surest = max(map(_confidence, considered.candidates), default=0.0)
        else:
            best, others, surest = _who_says_so(best), [], 0.0
        return Answer(
            question=question,
            understood=understood.question,
            slips=understood.slips,
            answer=best.answer if best else None,
            gloss=best.gloss if best else None,
            confidence=best.confidence if best else surest,
            quote=best.quote if best else None,
            others=tuple(_told(other, asked, passages) for other in others),
            sources=tuple(_reranked(passages, considered.candidates)),
            found=tuple(passages),
            candidates=tuple(considered.candidates),
            threshold=considered.threshold,
            snapshot=self.snapshot.name,
            timings_ms={},
        )

    def _considered(self, reader: Reader, question: str, passages: Sequence[Passage], among: int) -> _Considered:
        """What a reader finds, and the best of it that is sure enough."""
        readings = reader.read(question, passages, among)
        candidates = _weighed(_found(reading, passages[reading.passage], question) for reading in readings)
        threshold = reader.threshold if self._threshold is None else self._threshold
        sure = (one for one in candidates if one.confidence >= threshold and _figures_stand(one))
        return _Considered(candidates, threshold, next(sure, None))

    @cached_property
    def _sentence_reader(self) -> SentenceReader:
        return SentenceReader(self._embedder)


@dataclass(frozen=True, slots=True)
class _Considered:
    """Candidates, best first, the confidence that is enough for one, and the best that has it."""

    candidates: list[Finding]
    threshold: float
    best: Finding | None

    def or_else(self, other: _Considered) -> _Considered:
        """The other, if it has an answer, with the candidates of both."""
        if other.best is None:
            return self
        candidates = sorted([*self.candidates, *other.candidates], key=_confidence, reverse=True)
        return replace(other, candidates=candidates)


def _found(reading: Reading, passage: Passage, question: str) -> Finding:
    """The span as people would cut it; the whole sentence where "yes" or "no" is asked for."""
    first, last = passage.sentences[reading.sentence]
    sentence = passage.text[first:last]
    span = 0, len(sentence)
    if not asks_yes_or_no(question):
        span = cut(sentence, reading.start, reading.end)
    quote = Quote(passage.article, sentence, *span)
    answer = sentence[slice(*span)]
    return Finding(answer, None, reading.confidence, quote, reading.score, passage.language)


def _told(found: Finding, question: str, passages: Sequence[Passage]) -> Finding:
    """The finding as people would say it, and its figures in the notation of the one who asked."""
    quote = found.quote
    span = quote.start, quote.end
    if span != (0, len(quote.text)):
        span = widened(quote.text, *span, question=question, language=found.language)
    answer = quote.text[slice(*span)]
    published = _published(found, passages)
    told = gloss(
        answer,
        article_language=found.language,
        asker_language=question_language(question),
        published=published,
        sentence=quote.text,
    )
    return replace(found, answer=answer, gloss=told, quote=replace(quote, start=span[0], end=span[1]))


def _published(found: Finding, passages: Sequence[Passage]) -> date | None:
    return next(passage.published for passage in passages if passage.article == found.quote.article)


def _who_says_so(found: Finding | None) -> Finding | None:
    """The source that the finding's sentence names; None where it names nobody."""
    span = named_source(found.quote.text) if found else None
    if found is None or span is None:
        return None
    return replace(
        found,
        answer=found.quote.text[slice(*span)],
        gloss=None,
        confidence=found.confidence * NAMED_RIGHTLY,
        quote=replace(found.quote, start=span[0], end=span[1]),
    )


def _figures_stand(found: Finding) -> bool:
    """Whether no figure of the answer is cut out of a larger one."""
    return figures_stand_in(found.answer, found.quote.text, found.language)


def _weighed(findings: Iterable[Finding]) -> list[Finding]:
    """Each sentence once, best first, and surer for every other article that says the same."""
    best: dict[tuple[str, str], Finding] = {}
    for found in sorted(findings, key=_confidence, reverse=True):
        best.setdefault((found.quote.article, found.quote.text), found)
    leading: dict[str, Finding] = {}
    for found in best.values():
        leading.setdefault(found.quote.article, found)
    return sorted((_agreed(found, leading.values()) for found in best.values()), key=_confidence, reverse=True)


def _agreed(found: Finding, leading: Iterable[Finding]) -> Finding:
    """The finding with what the best one of every other article adds to its confidence."""
    doubt = 1 - found.confidence
    for other in leading:
        if other.quote.article != found.quote.article and other.confidence >= LEAST_TO_AGREE and _same(found, other):
            doubt *= 1 - AGREEMENT * other.confidence
    return replace(found, confidence=1 - doubt)


def _confidence(found: Finding) -> float:
    return found.confidence


def _same(one: Finding, other: Finding) -> bool:
    return same_fact(one.answer, other.answer, one.language, other.language)


def _differing(best: Finding, candidates: Sequence[Finding]) -> list[Finding]:
    """What the other articles say instead: one answer of each, and each answer once."""
    differing = [best]
    for found in candidates:
        if found.confidence < DIFFERS_FROM:
            break
        if not any(found.quote.article == other.quote.article or _same(found, other) for other in differing):
            differing.append(found)
    return differing[1:]


def _newest_first(findings: Sequence[Finding], passages: Sequence[Passage]) -> list[Finding]:
    return sorted(findings, key=lambda found: _published(found, passages) or date.min, reverse=True)


def _reranked(passages: Sequence[Passage], candidates: Sequence[Finding]) -> list[Passage]:
    """The passages by the best candidate that stands in them, those without any last."""
    best: dict[int, float] = {}
    for found in candidates:
        place = next(number for number, passage in enumerate(passages) if _stands_in(found.quote, passage))
        best.setdefault(place, found.confidence)
    order = sorted(range(len(passages)), key=lambda number: -best.get(number, 0.0))
    return [passages[number] for number in order]


class _Clock:
    """Milliseconds from lap to lap."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, name: str) -> None:
        now = perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 1)
        self._last = now
