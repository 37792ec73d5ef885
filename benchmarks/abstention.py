"""How sure may the sentence reader be? Fits its confidence, and tells what each threshold costs.

    python benchmarks/abstention.py DATA INDEX_DIR

INDEX_DIR may be what benchmarks/retrieval.py left with --index-dir. Each question is asked of corpora of 6 to 8,000
passages, drawn at random, with and without the paragraph it was written for. "answerable": the paragraph is there,
answers the question, and was found; "near miss": it is there, was found, and does not answer (people wrote those
questions to look answerable); "unrelated": it is not there.

Fitted on idkmrc-train (Indonesian) and the English questions of squad-id-train, reported on idkmrc-valid and
en-id-valid. A found paragraph counts as SENTENCE_RIGHT of an answer: how often its best sentence is the right one. Near
misses count less than the half that they are of the data, because among the questions of a chat they are fewer.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path
from regression import Array, fitted

from bot.evaluation.cases import Case, read_cases
from bot.evaluation.trial import articles_of, contexts_of, over_contexts
from bot.readers.sentence import SentenceReader
from bot.readers.types import logistic
from index.build import build_from
from index.embedding.loading import load_embedder
from index.store.snapshots import open_current
from index.types import Embedder, Store

FILES = ("idkmrc-train", "squad-id-train", "idkmrc-valid", "en-id-valid")
SIZES = (6, 20, 100, 1000, 8000)
SENTENCE_RIGHT, NEAR_MISS_WEIGHT = 0.62, 0.3
THRESHOLDS = (0.05, 0.1, 0.15, 0.18, 0.25, 0.3)


class Sample(NamedTuple):
    """The nearest passage to a question in one corpus."""

    kind: str
    nearness: float
    size: int
    foreign: bool


def samples(
    cases: Sequence[Case], store: Store, owners: NDArray[np.str_], embedder: Embedder, seed: int
) -> Iterator[Sample]:
    """What asking each case of each size of corpus comes nearest to."""
    draw, reader = np.random.default_rng(seed), SentenceReader(embedder)
    rows = np.arange(len(owners))
    unrelated_texts = reader._unrelated["id"]
    for case in cases:
        asked = embedder.embed_question(case.question)
        cosines = np.array(store.cosines(asked, rows.tolist()))
        unrelated = float((unrelated_texts @ asked).mean())
        foreign = case.question_language != "id"
        own = owners == case.article
        for size in SIZES:
            others = draw.choice(rows[~own], min(size, int((~own).sum())), replace=False)
            among = min(size, len(rows))
            nearest, written_for = cosines[others].max(), cosines[own].max()
            yield Sample("unrelated", (nearest - unrelated) / (1 - unrelated), among, foreign)
            if written_for >= nearest:
                kind = "answerable" if case.answers else "near miss"
                yield Sample(kind, (written_for - unrelated) / (1 - unrelated), among, foreign)


def features(found: Sequence[Sample]) -> Array:
    """Constant, nearness, tenfold and foreign: shape (samples, 4)."""
    return np.array([[1, one.nearness, math.log10(one.size), one.foreign] for one in found])


def fit(found: Sequence[Sample]) -> Array:
    """Coefficients of weighted logistic regression."""
    weights = np.array([NEAR_MISS_WEIGHT if one.kind == "near miss" else 1 for one in found])
    right = np.array([SENTENCE_RIGHT if one.kind == "answerable" else 0 for one in found])
    return fitted(features(found), right, weights)


def report(found: Sequence[Sample], coefficients: Array) -> None:
    """Print which share of each kind is answered at each threshold, for each size of corpus."""
    confidence = logistic(features(found) @ coefficients)
    print(f"{'share answered at':44}" + "".join(f"{threshold:8}" for threshold in THRESHOLDS))
    groups = sorted({(one.foreign, one.kind, one.size) for one in found})
    for foreign, kind, size in groups:
        of_group = np.array([(one.foreign, one.kind, one.size) == (foreign, kind, size) for one in found])
        shares = "".join(f"{(confidence[of_group] >= threshold).mean():8.2f}" for threshold in THRESHOLDS)
        name = f"{'English' if foreign else 'Indonesian'}, {kind}, {size} passages ({of_group.sum()})"
        print(f"{name:44}{shares}")


def main() -> None:
    """Fit on the training files, report on the others."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("index_dir", type=Path)
    arguments = parser.parse_args()
    embedder = load_embedder("bundled", user_cache_path("kabar"))
    cases = {file: over_contexts(read_cases(arguments.data / f"{file}.jsonl.gz")) for file in FILES}
    contexts = contexts_of(chain.from_iterable(cases.values()))
    build_from(articles_of(contexts), arguments.index_dir, embedder)
    with open_current(arguments.index_dir) as snapshot:
        passages = snapshot.store.passages(range(snapshot.manifest.chunks))
        owners = np.array([passage.article for passage in passages])

        def gather(file: str, language: str, most: int) -> list[Sample]:
            chosen = [case for case in cases[file] if case.question_language == language]
            Random(0).shuffle(chosen)
            return list(samples(chosen[:most], snapshot.store, owners, embedder, seed=0))

        coefficients = fit(gather("idkmrc-train", "id", 700) + gather("squad-id-train", "en", 300))
        print("constant {:.2f}, nearness {:.2f}, tenfold {:.3f}, foreign {:.2f}".format(*coefficients))
        report(gather("idkmrc-valid", "id", 400) + gather("en-id-valid", "en", 200), coefficients)


if __name__ == "__main__":
    main()
