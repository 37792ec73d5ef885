"""How cases are put to the answerer: over the index, over their contexts as an index, or each over its own context."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter

import xxhash

from bot.answers.answerer import Answerer
from bot.answers.types import Answer
from bot.evaluation.cases import Case
from bot.evaluation.measures import Outcome
from bot.questions.conversation import Turn
from index.atomic import scratch_folder
from index.build import build_from
from index.search import Searcher
from index.store.schema import stand_ins
from index.store.snapshots import Snapshot, open_current
from index.text.language import detect_language
from index.text.repeats import SentenceSet, repeats
from index.types import Article, Embedder, Filter, Passage, Progress

CACHED_ARTICLES = 256
"""Whose sentences are kept for the next case."""
MOST_PASSAGES = 1000
"""Of one context."""


class Trial:
    """Asks cases over everything in the index."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self._store = answerer.snapshot.store
        self._stand_ins = stand_ins(self._store.links())
        self._sentences = lru_cache(CACHED_ARTICLES)(self._sentences_of)

    def outcome(self, case: Case) -> Outcome:
        """What is answered to the case, with the time it took."""
        start = perf_counter()
        answer = self._answer(case)
        return self.judge(case, answer, (perf_counter() - start) * 1000)

    def judge(self, case: Case, answer: Answer, milliseconds: float) -> Outcome:
        """What an answer to the case is worth that took so long."""
        is_ranked = self.judges_retrieval(case)
        return Outcome(
            question=case.question,
            right_answers=case.answers,
            best=answer.candidates[0].answer if answer.candidates else None,
            answer=answer.answer,
            confidence=answer.confidence,
            rank=self._rank(case, answer.sources) if is_ranked else None,
            search_rank=self._rank(case, answer.found) if is_ranked else None,
            milliseconds=milliseconds,
        )

    def judges_retrieval(self, case: Case) -> bool:
        """Whether the rank of the right article can be told."""
        return case.is_locatable

    def strangers(self, cases: Sequence[Case]) -> list[str]:
        """The ids of articles that cases name and the index does not hold."""
        indexed = self._store.indexed()
        ids = dict.fromkeys(case.article for case in cases if case.article)
        return [id_ for id_ in ids if self._indexed_id(id_) not in indexed]

    def _answer(self, case: Case) -> Answer:
        before = [Turn(question, answer or None) for question, answer in case.before]
        return self._answerer.ask(case.question, context=before)

    def _rank(self, case: Case, passages: Sequence[Passage]) -> float:
        """The place of the first article that holds the answer; of an article's passages only the best one counts."""
        articles = dict.fromkeys(passage.article for passage in passages)
        return next((place for place, id_ in enumerate(articles, 1) if self._holds(id_, case)), math.inf)

    def _holds(self, article: str, case: Case) -> bool:
        """Whether it is the case's article, or, where only a context is known, has all the context's sentences."""
        if case.article:
            return article == self._indexed_id(case.article)
        return bool(case.context) and repeats(SentenceSet(case.context), self._sentences(article))

    def _indexed_id(self, article: str) -> str:
        """Of true copies, and of the versions of an article, only one is indexed."""
        return self._stand_ins.get(article, article)

    def _sentences_of(self, id_: str) -> SentenceSet:
        article = self._store.article(id_)
        return SentenceSet(article.text if article else "")


class ReadingTrial(Trial):
    """Asks each case over its own article alone, so that only the reader is measured."""

    def __init__(self, answerer: Answerer, embedder: Embedder) -> None:
        super().__init__(answerer)
        self._searcher = Searcher(self._store, embedder)

    def judges_retrieval(self, case: Case) -> bool:  # noqa: ARG002
        """Never: there is nothing to find."""
        return False

    def _answer(self, case: Case) -> Answer:
        own = Filter(articles=frozenset({self._indexed_id(case.article)}))
        passages = self._searcher.search(case.question, MOST_PASSAGES, own)
        return self._answerer.read(case.question, passages, among=max(len(passages), 1))


def over_contexts(cases: Iterable[Case]) -> list[Case]:
    """The cases with the article that is made of their context as the one that holds the answer."""
    return [replace(case, article=_id(case.context) if case.context else "") for case in cases]


def contexts_of(cases: Iterable[Case]) -> dict[str, str]:
    """The distinct contexts of the cases, each with its language."""
    contexts: dict[str, str] = {}
    for case in cases:
        if case.context:
            contexts.setdefault(case.context, case.context_language)
    return contexts


def articles_of(contexts: Mapping[str, str]) -> Iterator[Article]:
    """Each context as an article without a title, under the id that `over_contexts` gives."""
    for text, language in contexts.items():
        yield Article(_id(text), "", text, "", language=language or detect_language(text, None))


@contextmanager
def index_of(contexts: Mapping[str, str], embedder: Embedder, progress: Progress) -> Iterator[Snapshot]:
    """A snapshot of a real build in which each context is an article; it is gone afterwards."""
    with scratch_folder(Path(gettempdir()), "kabar-eval-") as folder:
        build_from(articles_of(contexts), folder, embedder, progress)
        with open_current(folder) as snapshot:
            yield snapshot


def _id(context: str) -> str:
    return xxhash.xxh3_128_hexdigest(context.encode())
