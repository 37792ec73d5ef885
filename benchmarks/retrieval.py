"""How often is the paragraph that answers found, by meaning, by words, and by both?

    python benchmarks/retrieval.py DATA [--index-dir DIR]

DATA is a folder with IDK-MRC and translated SQuAD as gzipped JSON Lines (see questions.py): the questions of
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
from questions import Case, article_id, as_articles, read

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
    wanted = article_id(case.context)
    return articles.index(wanted) + 1 if wanted in articles else float("inf")


def measure(name: str, asked: list[Case], others: list[Case], embedder: Embedder, index_dir: Path) -> None:
    """Print recall@1, recall@5 and MRR of each way to search."""
    articles = as_articles([*asked, *others])
    report = build_from(
        articles, index_dir, embedder, lambda _step, done, total: print(f"\r{done}/{total}", end="", flush=True)
    )
    answerable = [case for case in asked if case.answers]
    print(f"\r{name}: {len(answerable)} questions over {len(articles)} paragraphs in {report.chunks} chunks")
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
    others = read(arguments.data / "idkmrc-train.jsonl.gz") + read(arguments.data / "squad-id-train.jsonl.gz")
    with TemporaryDirectory() as temporary:
        index_dir = arguments.index_dir or Path(temporary)
        for name, file in (("Indonesian", "idkmrc-valid"), ("English", "en-id-valid")):
            measure(name, read(arguments.data / f"{file}.jsonl.gz"), others, embedder, index_dir)


if __name__ == "__main__":
    main()
