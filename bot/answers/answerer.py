"""A question becomes an answer that the articles prove, or the plain statement that they do not.

What a reader found in the best passages is weighed, the best of it chosen if that is sure enough, and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from time import perf_counter

from bot.answers.candidates import Choice, choose, differing, find, reranked, weigh
from bot.answers.telling import name_source, newest_first, tell
from bot.answers.types import Answer, Finding
from bot.questions.conversation import Turn
from bot.questions.understanding import Interpreter, Understood
from bot.readers.sentence import SentenceReader
from bot.readers.types import Reader
from index.search import Searcher
from index.store.snapshots import Snapshot
from index.types import EVERYTHING, Embedder, Filter, Passage

PASSAGES = 5
"""How many passages are looked for and shown."""
READ = 4
"""How many of them are read: two on each of two cores. A fifth finds hardly more, and costs half as much again."""


class Answerer:
    """Answers from one snapshot. Safe to use from several threads."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder, reader: Reader, threshold: float | None = None) -> None:
        """Without a threshold, each reader has its own."""
        snapshot.require(embedder)
        self.snapshot = snapshot
        self._threshold = threshold
        self._embedder = embedder
        self._interpreter = Interpreter(snapshot.store.vocabulary, embedder.count_tokens)
        self._searcher = Searcher(snapshot.store, embedder)
        self._reader = reader

    @property
    def arithmetic(self) -> str:
        """The name of its embedder, and how that computes."""
        return f"{self._embedder.name}: {self._embedder.arithmetic}"

    def ask(self, question: str | Understood, only: Filter = EVERYTHING, context: Sequence[Turn] = ()) -> Answer:
        """The answer to a question, found among the best passages of those that pass the filter.

        `context` is what was asked and answered before, for a message that means it ("and when?"); what is understood
        already needs none.
        """
        clock = _Clock()
        understood = self._understood(question, context)
        vector = self._embedder.embed_question(understood.question)
        clock.lap("embed")
        passages = self._searcher.search_by(understood.question, vector, PASSAGES, only)
        clock.lap("search")
        answer = self._answer(understood, passages, READ, self.snapshot.manifest.chunks)
        clock.lap("read")
        return replace(answer, timings_ms=clock.laps)

    def passages(self, answer: Answer, count: int, only: Filter = EVERYTHING) -> list[Passage]:
        """At most so many passages for an answer's question: those it was looked for in, then what else is found."""
        seen = {(one.article, one.start) for one in answer.sources}
        more = self._searcher.search(answer.understood.question, count, only)
        return [*answer.sources, *(one for one in more if (one.article, one.start) not in seen)][:count]

    def read(self, question: str | Understood, passages: Sequence[Passage], among: int) -> Answer:
        """The answer that these passages give; `among` is how many there are in all, 1 or more."""
        clock = _Clock()
        answer = self._answer(self._understood(question), passages, len(passages), among)
        clock.lap("read")
        return replace(answer, timings_ms=clock.laps)

    def _understood(self, question: str | Understood, context: Sequence[Turn] = ()) -> Understood:
        return question if isinstance(question, Understood) else self._interpreter.understand(question, context)

    def _answer(self, understood: Understood, passages: Sequence[Passage], most: int, among: int) -> Answer:
        choice = self._choice(self._reader, understood, passages[:most], among)
        if choice.best is None and understood.asks_for_statement:
            choice = choice.or_else(self._choice(self._sentence_reader, understood, passages[:most], among))
        if understood.asks_source:
            best, others = name_source(choice.best) if choice.best else None, list[Finding]()
            confidence = best.confidence if best else 0.0
        else:
            best = tell(choice.best, understood) if choice.best else None
            others = newest_first(differing(best, choice.candidates)) if best else []
            confidence = choice.confidence
        return Answer(
            understood=understood,
            best=best,
            confidence=confidence,
            others=tuple(tell(other, understood) for other in others),
            sources=tuple(reranked(passages, choice.candidates)),
            found=tuple(passages),
            candidates=tuple(choice.candidates),
            threshold=choice.threshold,
            snapshot=self.snapshot.name,
            timings_ms={},
        )

    def _choice(self, reader: Reader, understood: Understood, passages: Sequence[Passage], among: int) -> Choice:
        """What a reader finds in the passages, and the best of it that is sure enough."""
        candidates = weigh(find(reader.read(understood, passages, among), passages, understood))
        return choose(candidates, reader.threshold if self._threshold is None else self._threshold)

    @cached_property
    def _sentence_reader(self) -> SentenceReader:
        return SentenceReader(self._embedder)


class _Clock:
    """Milliseconds from lap to lap."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, name: str) -> None:
        now = perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 1)
        self._last = now
