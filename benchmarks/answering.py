"""How long does a whole question take? Search, reading and answer, beside embedding the question alone.

    python benchmarks/answering.py

Asks the questions of tests/data/sample-cases.jsonl over the sample articles, ROUNDS times, each beside its embedding.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bot.answers.answerer import Answerer
from bot.evaluation.cases import read_cases
from bot.readers.loading import load_reader
from bot.settings import Settings
from index.build import build
from index.embedding.loading import load_embedder
from index.store.snapshots import open_current

ROOT = Path(__file__).parent.parent
ROUNDS = 5


def milliseconds(what: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    what()
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    """Print the table."""
    cache = Settings().model_cache
    embedder = load_embedder("bundled", cache)
    reader = load_reader("bundled", embedder, cache)
    questions = [case.question for case in read_cases(ROOT / "tests/data/sample-cases.jsonl")]
    with TemporaryDirectory() as folder:
        build([ROOT / "articles"], Path(folder), embedder)
        with open_current(Path(folder)) as snapshot:
            answerer = Answerer(snapshot, embedder, reader)
            for question in questions:
                answerer.ask(question)
            taken = {"embedding alone": list[float](), "the whole question": list[float]()}
            parts: dict[str, list[float]] = {"embed": [], "search": [], "read": []}
            for question in questions * ROUNDS:
                taken["embedding alone"].append(milliseconds(lambda asked=question: embedder.embed_question(asked)))
                answers = []
                taken["the whole question"].append(
                    milliseconds(lambda q=question, a=answers: a.append(answerer.ask(q)))
                )
                for part, times in parts.items():
                    times.append(answers[0].timings_ms[part])
    print(f"{'milliseconds':24}{'p50':>8}{'p95':>8}")
    for name, times in (taken | {f"  {part}": values for part, values in parts.items()}).items():
        print(f"{name:24}{np.percentile(times, 50):8.1f}{np.percentile(times, 95):8.1f}")
    ratio = np.percentile(taken["the whole question"], 50) / np.percentile(taken["embedding alone"], 50)
    print(f"a whole question takes {ratio:.1f} times as long as embedding it (medians)")


if __name__ == "__main__":
    main()
