"""Find the passages that search brings up for a question although they do not answer it.

    python -m training.mining DATA CACHE MINED

MINED becomes a file for training.train. A passage misleads if it is near the question by its vector, is not of the
paragraph that the question was asked about, and holds none of the answers in any language that they are known in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.evaluation.cases import Case
from index.embedding.loading import load_embedder
from index.embedding.unpacking import Say
from index.embedding.weights import NAME as BUNDLED
from index.text.chunking import chunk
from index.types import Embedder, Vectors
from training.cases import TRAIN, joint, read_data
from training.commands import parser, progress, run
from training.mined import Mined, write_mined

KEPT = 12
"""For each question; an epoch takes one of them."""
LOOKED_AT = 60
AT_ONCE = 512

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Corpus:
    """All passages of all paragraphs, and for each passage the questions that its paragraph belongs to."""

    passages: list[str]
    belongs_to: list[frozenset[str]]


def mine(cases: list[Case], embedder: Embedder, say: Say = lambda _text: None) -> Mined:
    """The passages of all cases' paragraphs, and the misleading ones for each answerable case."""
    corpus = _corpus(cases, embedder)
    say(f"{len(corpus.passages)} passages")
    vectors = np.concatenate([embedder.embed_passages(part) for part in _parts(corpus.passages)])
    say("passages are embedded")
    told = _told(cases)
    near: dict[str, list[int]] = {}
    asked = [case for case in cases if case.spans]
    for number, part in enumerate(_parts(asked)):
        say(f"{number * AT_ONCE} of {len(asked)} questions")
        for case, ranking in zip(part, _rankings(part, vectors, embedder), strict=True):
            near[case.id] = _misleading(case, ranking, corpus, told[joint(case.id)])
    return Mined(corpus.passages, near)


def _corpus(cases: list[Case], embedder: Embedder) -> Corpus:
    owners: dict[str, set[str]] = defaultdict(set)
    languages = {case.context: case.context_language for case in cases}
    for case in cases:
        owners[case.context].add(joint(case.id))
    passages, belongs_to = [], []
    for context, ids in owners.items():
        for piece in chunk(context, embedder.count_tokens, languages[context]):
            passages.append(piece.text)
            belongs_to.append(frozenset(ids))
    return Corpus(passages, belongs_to)


def _told(cases: Iterable[Case]) -> dict[str, set[str]]:
    """What answers each question, in every language."""
    told: dict[str, set[str]] = defaultdict(set)
    for case in cases:
        told[joint(case.id)] |= {answer.casefold() for answer in case.answers}
    return told


def _rankings(cases: list[Case], passages: Vectors, embedder: Embedder) -> NDArray[np.intp]:
    """Numbers of the passages nearest to each case's question, nearest first."""
    questions = np.stack([embedder.embed_question(case.question) for case in cases])
    cosines = questions @ passages.T
    if len(passages) <= LOOKED_AT:
        return np.argsort(-cosines, axis=1)
    unordered = np.argpartition(-cosines, LOOKED_AT, axis=1)[:, :LOOKED_AT]
    order = np.argsort(-np.take_along_axis(cosines, unordered, axis=1), axis=1)
    return np.take_along_axis(unordered, order, axis=1)


def _misleading(case: Case, ranking: NDArray[np.intp], corpus: Corpus, told: set[str]) -> list[int]:
    found: list[int] = []
    for number in ranking.tolist():
        passage = corpus.passages[number].casefold()
        if joint(case.id) not in corpus.belongs_to[number] and not any(answer in passage for answer in told):
            found.append(number)
    return found[:KEPT]


def _parts(items: list[T]) -> Iterator[list[T]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


def main() -> None:
    options = parser("mining", __doc__, "data", "cache", "mined").parse_args()
    cases = [case for source in TRAIN for case in read_data(options.data, source)]
    write_mined(mine(cases, load_embedder(BUNDLED, options.cache, progress), progress), options.mined)


if __name__ == "__main__":
    run(main)
