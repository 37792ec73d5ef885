"""The passages that fit a question best, by meaning and by words."""

from __future__ import annotations

from dataclasses import replace

from index.types import Embedder, Passage, Store, Vectors

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

    def search(self, question: str, k: int) -> list[Passage]:
        """The k best passages, best first."""
        return self.search_by(question, self._embedder.embed_question(question), k)

    def search_by(self, question: str, vector: Vectors, k: int) -> list[Passage]:
        """The same for a question whose vector is there already."""
        dense = dict(self._store.nearest(vector, max(k, CANDIDATES)))
        keyword = dict(self._store.matching(question, max(k, CANDIDATES)))
        only_keyword = [row for row in keyword if row not in dense]
        dense |= zip(only_keyword, self._store.cosines(vector, only_keyword), strict=True)
        fused = {
            row: (1 - self._keyword_weight) * cosine + self._keyword_weight * keyword.get(row, 0.0)
            for row, cosine in dense.items()
        }
        best = sorted(fused, key=lambda row: (-fused[row], row))[:k]
        return [
            replace(passage, score=fused[row], dense=dense[row], keyword=keyword.get(row, 0.0))
            for row, passage in zip(best, self._store.passages(best), strict=True)
        ]
