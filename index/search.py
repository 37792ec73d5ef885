"""The passages that fit a question best, by meaning and by words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from index.text.repeats import SentenceSet, mostly_repeats, repeats
from index.types import EVERYTHING, Embedder, Filter, Passage, Store, Vectors

CANDIDATES = 50
"""Passages that each of the two ways proposes; more change nothing that is measured."""
KEYWORD_WEIGHT = 0.02
"""Against the cosine's 0.98. Small, because the cosines of one question's candidates lie within a few hundredths of
each other, and because in a question of another language only names find anything. See benchmarks/retrieval.py."""


class Searcher:
    """Searches one store with the embedder that its vectors were made with."""

    def __init__(self, store: Store, embedder: Embedder, keyword_weight: float = KEYWORD_WEIGHT) -> None:
        self._store = store
        self._embedder = embedder
        self._keyword_weight = keyword_weight

    def search(self, question: str, k: int, only: Filter = EVERYTHING) -> list[Passage]:
        """The k best passages among those that pass the filter, best first; see `search_by`."""
        return self.search_by(question, self._embedder.embed_question(question), k, only)

    def search_by(self, question: str, vector: Vectors, k: int, only: Filter = EVERYTHING) -> list[Passage]:
        """The same for a question whose vector is there already.

        A passage that says mostly what a better one of another article says comes after all that do not.
        """
        return _without_repeats(self._ranked(question, vector, max(k, CANDIDATES), only), k)

    def _ranked(self, question: str, vector: Vectors, depth: int, only: Filter) -> list[Passage]:
        dense = dict(self._store.nearest(vector, depth, only))
        keyword = dict(self._store.matching(question, depth, only))
        only_keyword = [row for row in keyword if row not in dense]
        dense |= zip(only_keyword, self._store.cosines(vector, only_keyword), strict=True)
        fused = {
            row: (1 - self._keyword_weight) * cosine + self._keyword_weight * keyword.get(row, 0.0)
            for row, cosine in dense.items()
        }
        best = sorted(fused, key=lambda row: (-fused[row], row))[:depth]
        return [
            replace(passage, score=fused[row], dense=dense[row], keyword=keyword.get(row, 0.0))
            for row, passage in zip(best, self._store.passages(best), strict=True)
        ]


def _without_repeats(ranked: Iterable[Passage], k: int) -> list[Passage]:
    """The first k that do not say mostly what a better passage of another article says.

    Where those are too few, the others follow them, those that say nothing new at all last.
    """
    chosen: list[tuple[Passage, SentenceSet]] = []
    alike, repeated = list[Passage](), list[Passage]()
    for passage in ranked:
        sentences = SentenceSet(passage.text, passage.sentences)
        better = [before for other, before in chosen if other.article != passage.article]
        if any(repeats(sentences, before) for before in better):
            repeated.append(passage)
        elif any(mostly_repeats(sentences, before) for before in better):
            alike.append(passage)
        else:
            chosen.append((passage, sentences))
            if len(chosen) == k:
                break
    return [*(passage for passage, _ in chosen), *alike, *repeated][:k]
