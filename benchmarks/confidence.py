"""How sure may the bundled reader be? Fits its confidence, and tells what each threshold costs.

    python benchmarks/confidence.py DATA INDEX_DIR

INDEX_DIR may be what benchmarks/retrieval.py left with --index-dir. The questions of the -valid files, which the reader
has not learnt from, are asked of everything ("all"), of 50 articles with the one they were written for ("50"), and of
50 without it ("none"). Half of IDK-MRC's questions are near misses: its paragraph looks as if it answered them.

The coefficients are fitted on four folds of the questions and reported on the fifth; what is printed at the end is
fitted on all of them. An answer is right when its F1 is at least one half.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import xxhash
from regression import Array, fitted, ranking

from bot.answers.answerer import READ
from bot.evaluation.cases import Case, read_cases
from bot.evaluation.measures import RIGHT, auc, calibration
from bot.evaluation.scoring import exact_match, f1
from bot.evaluation.trial import articles_of, contexts_of, over_contexts
from bot.questions.language import question_language
from bot.readers.bundled import BundledReader, Found, best_of_each, features
from bot.readers.types import logistic
from bot.settings import Settings
from index.build import build_from
from index.embedding.loading import load_embedder
from index.search import Searcher
from index.store.snapshots import open_current
from index.types import EVERYTHING, Filter, Passage

INDEXED = ("idkmrc-train", "squad-id-train", "idkmrc-valid", "facqa-valid", "en-id-valid")
ASKED = INDEXED[2:]
SIZES = ("all", "50", "none")
FOLDS = 5
SCALE = np.array([1.0, 1.0, 30.0])
"""Margins differ by several, scores of the search by a few hundredths."""
THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)


class Asked(NamedTuple):
    """What was found for a question in one corpus; the arrays have a value for each passage that was read."""

    file: str
    size: str
    question: str
    answerable: bool
    inputs: Array
    """As `bot.readers.bundled.features` gives them."""
    right: Array
    f1: Array
    exact: Array
    own: Array
    """Whether the passage is of the paragraph that the question was written for."""


def asked(file: str, size: str, case: Case, passages: Sequence[Passage], reader: BundledReader) -> Asked:
    """The best span of each passage, and whether it is right."""
    spans = best_of_each(reader.found(case.question, passages))
    texts = [_text(passages[span.passage], span) for span in spans]
    scores = np.array([f1(text, case.answers) for text in texts])
    own = [passages[span.passage].article == case.article for span in spans]
    return Asked(
        file,
        size,
        case.question,
        bool(case.answers),
        features(question_language(case.question), passages, spans).astype(float),
        (scores >= RIGHT).astype(float),
        scores,
        np.array([exact_match(text, case.answers) for text in texts]),
        np.array(own, float),
    )


def _text(passage: Passage, span: Found) -> str:
    first, last = passage.sentences[span.sentence]
    return passage.text[first:last][span.start : span.end]


def pooled(found: Sequence[Asked]) -> Array:
    """Weights: first those by which the right passages come first, then how sure the first one is."""
    order = ranking([one.inputs[:, 1:4] * SCALE for one in found], [one.own for one in found]) * SCALE
    best = [int((one.inputs[:, 1:4] @ order).argmax()) for one in found]
    tops = [(1.0, one.inputs[at, 1:4] @ order, one.inputs[at, 4]) for one, at in zip(found, best, strict=True)]
    right = [one.right[at] for one, at in zip(found, best, strict=True)]
    constant, scale, foreign = fitted(np.array(tops), np.array(right))
    return np.array([constant, *(order * scale), foreign])


def fold(question: str) -> int:
    """Which fold a question is in, the same for all corpora."""
    return xxhash.xxh3_64_intdigest(question.encode()) % FOLDS


def report(found: Sequence[Asked], coefficients: Sequence[Array]) -> None:
    """Print the figures of each file and corpus, and what the thresholds do."""
    chances = [logistic(one.inputs @ coefficients[fold(one.question)]) for one in found]
    best = [int(values.argmax()) for values in chances]
    confidence = np.array([values.max() for values in chances])
    right = np.array([one.right[at] for one, at in zip(found, best, strict=True)])
    print(f"{'':24} questions  search@1  read@1      F1      EM     ECE     AUC")
    for file, size in product(ASKED, SIZES):
        chosen = np.array([(one.file, one.size) == (file, size) for one in found])
        answerable = [(one, at) for one, at, mine in zip(found, best, chosen, strict=True) if mine and one.answerable]
        figures = [np.mean([one.own[0] for one, _ in answerable])]
        figures += [np.mean([getattr(one, name)[at] for one, at in answerable]) for name in ("own", "f1", "exact")]
        can = np.array([one.answerable for one in found])
        figures += [calibration(confidence[chosen], right[chosen])["ece"]]
        separation = auc(confidence[chosen & can].tolist(), confidence[chosen & ~can].tolist())
        figures += [np.nan if separation is None else separation]
        print(f"{file:16}{size:8} {chosen.sum():9}", *(f"{value:8.3f}" for value in figures))
    print(f"all: ECE {calibration(confidence, right)['ece']:.3f}\n")
    there = np.array([one.answerable and one.size != "none" for one in found])
    near = np.array([not one.answerable and one.size != "none" for one in found])
    elsewhere = np.array([one.size == "none" for one in found])
    print("threshold  answered when there  near misses refused  refused when elsewhere  right of the answered")
    for threshold in THRESHOLDS:
        given = confidence >= threshold
        shares = (given[there].mean(), 1 - given[near].mean(), 1 - given[elsewhere].mean(), right[given].mean())
        print(f"{threshold:9}", *(f"{share:20.3f}" for share in shares))


def gather(data: Path, index_dir: Path) -> Iterator[Asked]:
    """Ask every question of every corpus."""
    cache = Settings().model_cache
    embedder, reader = load_embedder("bundled", cache), BundledReader(cache)
    cases = {file: over_contexts(read_cases(data / f"{file}.jsonl.gz")) for file in INDEXED}
    build_from(articles_of(contexts_of(chain.from_iterable(cases.values()))), index_dir, embedder)
    everything = sorted({case.article for case in chain.from_iterable(cases.values())})
    draw = Random(0)
    with open_current(index_dir) as snapshot:
        searcher = Searcher(snapshot.store, embedder)
        for file, size in product(ASKED, SIZES):
            for case in cases[file]:
                only = corpus(size, case.article, draw.sample(everything, 50))
                passages = searcher.search(case.question, READ, only)
                yield asked(file, size, case, passages, reader)


def corpus(size: str, own: str, others: Iterable[str]) -> Filter:
    """Which articles a question is asked of."""
    if size == "all":
        return EVERYTHING
    return Filter(articles=frozenset(others) - {own} | ({own} if size == "50" else frozenset()))


def main() -> None:
    """Gather, fit on folds, report, and fit on all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("index_dir", type=Path)
    arguments = parser.parse_args()
    found = list(gather(arguments.data, arguments.index_dir))
    report(found, [pooled([one for one in found if fold(one.question) != number]) for number in range(FOLDS)])
    print("\nfitted on all: [{:.2f}, {:.3f}, {:.3f}, {:.1f}, {:.3f}]".format(*pooled(found)))


if __name__ == "__main__":
    main()
