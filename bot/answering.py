"""A question becomes an answer that the articles prove, or the plain statement that they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from bot.reader import Reader, Reading
from index.search import Searcher
from index.snapshots import Snapshot
from index.types import EVERYTHING, Embedder, Filter, Passage

PASSAGES = 5
"""How many passages the reader is given and the asker is shown."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The sentence that proves an answer; the answer is `text[start:end]`."""

    article: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer with its proof."""

    answer: str
    gloss: str | None
    confidence: float
    quote: Quote


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question; `answer` is None when they do not say."""

    question: str
    answer: str | None
    gloss: str | None
    confidence: float
    """0..1, that the answer is right; without an answer, of the best candidate."""
    quote: Quote | None
    others: tuple[Finding, ...]
    sources: tuple[Passage, ...]
    """The passages that were read, best first, when refused too."""
    snapshot: str
    timings_ms: Mapping[str, float]

    @property
    def source(self) -> Passage | None:
        """The passage that the quote stands in."""
        quote = self.quote
        return next((p for p in self.sources if quote and p.article == quote.article and quote.text in p.text), None)


class Answerer:
    """Answers from one snapshot. Safe to use from several threads."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder, reader: Reader, threshold: float) -> None:
        snapshot.require(embedder)
        self.snapshot = snapshot
        self._embedder = embedder
        self._searcher = Searcher(snapshot.store, embedder)
        self._reader = reader
        self._threshold = threshold

    def ask(self, question: str, only: Filter = EVERYTHING) -> Answer:
        """The answer to a question, found among the best passages of those that pass the filter."""
        clock = _Clock()
        vector = self._embedder.embed_question(question)
        clock.lap("embed")
        passages = self._searcher.search_by(question, vector, PASSAGES, only)
        clock.lap("search")
        readings = self._reader.read(question, passages, among=self.snapshot.manifest.chunks)
        clock.lap("read")
        best = max(readings, key=lambda reading: reading.confidence, default=None)
        quote = _quote(passages[best.passage], best) if best and best.confidence >= self._threshold else None
        return Answer(
            question=question,
            answer=quote.text[quote.start : quote.end] if quote else None,
            gloss=None,
            confidence=best.confidence if best else 0.0,
            quote=quote,
            others=(),
            sources=tuple(passages),
            snapshot=self.snapshot.name,
            timings_ms=clock.laps,
        )


def _quote(passage: Passage, reading: Reading) -> Quote:
    start, end = passage.sentences[reading.sentence]
    return Quote(passage.article, passage.text[start:end], reading.start, reading.end)


class _Clock:
    """Milliseconds from lap to lap."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, name: str) -> None:
        now = perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 1)
        self._last = now
