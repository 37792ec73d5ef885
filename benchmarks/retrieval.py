"""How often is the paragraph that answers found, by meaning, by words, and by both?

    python benchmarks/retrieval.py DATA [--index-dir DIR]

DATA is a folder with IDK-MRC and translated SQuAD (see training/README.md): the questions of
idkmrc-valid and of en-id-valid are asked, each over its own paragraphs together with those of idkmrc-train and
squad-id-train. Building takes about 15 minutes on two cores; with --index-dir a second run takes what is there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

from bot.evaluation.cases import Case, read_cases
from bot.evaluation.trial import articles_of, contexts_of, over_contexts
from index.build import build_from
from index.embedding.loading import load_embedder
from index.search import KEYWORD_WEIGHT, Searcher
from index.store.snapshots import open_current
from index.types import Embedder, Store

DEEPEST = 50
Ranker = Callable[[str], Iterable[str]]


def rankers(store: Store, embedder: Embedder) -> dict[str, Ranker]:
    """Each way to search: a question becomes article ids, best first."""

    def keywords(question: str) -> list[str]:
        return [passage.article for passage in store.passages([row for row, _ in store.matching(question, DEEPEST)])]

    def by(weight: float) -> Ranker:
        searcher = Searcher(store, embedder, weight)
        return lambda question: [passage.article for passage in searcher.search(question, DEEPEST)]

    return {"dense alone": by(0), "keywords alone": keywords} | {
        f"fused, weight {weight:g}": by(weight) for weight in (KEYWORD_WEIGHT / 2, KEYWORD_WEIGHT, 2 * KEYWORD_WEIGHT)
    }


def rank_of_answer(ranker: Ranker, case: Case) -> float:
    """1 for the first article, infinity when it was not found."""
    articles = list(dict.fromkeys(ranker(case.question)))
    return articles.index(case.article) + 1 if case.article in articles else float("inf")


def measure(name: str, asked: list[Case], others: list[Case], embedder: Embedder, index_dir: Path) -> None:
    """Print recall@1, recall@5 and MRR of each way to search."""
    contexts = contexts_of([*asked, *others])

    def progress(_step: str, done: int, total: int) -> None:
        print(f"\r{done}/{total}", end="", flush=True)

    report = build_from(articles_of(contexts), index_dir, embedder, progress)
    answerable = [case for case in asked if case.answers]
    print(f"\r{name}: {len(answerable)} questions over {len(contexts)} paragraphs in {report.chunks} chunks")
    with open_current(index_dir) as snapshot:
        for way, ranker in rankers(snapshot.store, embedder).items():
            ranks = [rank_of_answer(ranker, case) for case in answerable]
            first, five = mean(rank == 1 for rank in ranks), mean(rank <= 5 for rank in ranks)
            print(f"  {way:20} recall@1 {first:.3f}   recall@5 {five:.3f}   MRR {mean(1 / rank for rank in ranks):.3f}")


def main() -> None:
    """Measure both kinds of question."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--index-dir", type=Path)
    parser.add_argument("--embedding-model", default="bundled")
    arguments = parser.parse_args()
    embedder = load_embedder(arguments.embedding_model, user_cache_path("kabar"))

    def cases(name: str) -> list[Case]:
        return over_contexts(read_cases(arguments.data / f"{name}.jsonl.gz"))

    others = cases("idkmrc-train") + cases("squad-id-train")
    with TemporaryDirectory() as temporary:
        index_dir = arguments.index_dir or Path(temporary)
        for name, file in (("Indonesian", "idkmrc-valid"), ("English", "en-id-valid")):
            measure(name, cases(file), others, embedder, index_dir)


if __name__ == "__main__":
    main()
