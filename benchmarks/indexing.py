"""What does the index cost, and how does it grow? One table, everything in one run.

    python benchmarks/indexing.py --real DATA [--chunks 10000 100000 1000000]

Searching is measured over made-up articles (words as frequent as Zipf's law has them, random vectors) beside plain
FAISS and plain FTS5 on the same rows; builds of DATA's paragraphs by the embedded model beside embedding the same
chunks alone. A million chunks need 3 GB on the disk and a few minutes.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from bot.evaluation.cases import read_contexts
from index.build import build, build_from
from index.embedding.loading import load_embedder
from index.search import Searcher
from index.store.disk import CATALOGUE, VECTORS
from index.store.snapshots import open_current
from index.types import EVERYTHING, Article, Embedder, Filter, Vectors

DIMENSION, WORDS, QUESTIONS, DEPTH = 384, 200_000, 60, 50
SENTENCES, SENTENCE_WORDS, CHUNKS_AN_ARTICLE = 30, 12, 9
FIRST_DAY, DAYS = date(2015, 1, 1), 4000
REAL_ARTICLES = 1400
RECENT = Filter(since=FIRST_DAY + timedelta(DAYS * 9 // 10))
"""A tenth of the articles."""


class RandomEmbedder:
    """Vectors without meaning, as quick as they can be made."""

    name = fingerprint = "random"
    dimension = DIMENSION

    def __init__(self) -> None:
        self._random = np.random.default_rng(7)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = self._random.standard_normal((len(texts), DIMENSION), np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def embed_question(self, _text: str) -> Vectors:
        vector: Vectors = self.embed_passages([""])[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [2 * text.count(" ") + 2 for text in texts]


def articles(chunks: int) -> Iterator[Article]:
    """Articles of about CHUNKS_AN_ARTICLE chunks each."""
    random = np.random.default_rng(1)
    for number in range(chunks // CHUNKS_AN_ARTICLE):
        words = np.minimum(random.zipf(1.3, (SENTENCES, SENTENCE_WORDS)), WORDS)
        text = " ".join(" ".join(f"w{word}" for word in sentence).capitalize() + "." for sentence in words.tolist())
        day = FIRST_DAY + timedelta(int(random.integers(DAYS)))
        yield Article(f"a{number}", f"Title {number}", text, f"a{number}.txt", published=day, language="id")


def questions() -> list[str]:
    """Questions of eight words, common ones among them, as people's are."""
    random = np.random.default_rng(2)
    drawn = np.minimum(random.zipf(1.3, (QUESTIONS, 8)), WORDS).tolist()
    return [" ".join(f"w{word}" for word in words) for words in drawn]


def timed(what: Callable[[str], object]) -> list[float]:
    """Milliseconds for each question, after one to warm up."""
    asked, taken = questions(), []
    what(asked[0])
    for question in asked:
        begun = time.perf_counter()
        what(question)
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def build_made_up(chunks: int, index_dir: Path) -> None:
    """Build, and print how long it took and the most memory it needed."""
    begun = time.perf_counter()
    report = build_from(articles(chunks), index_dir, RandomEmbedder())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"chunks": report.chunks, "seconds": time.perf_counter() - begun, "peak_mb": peak / 1024}))


def search_made_up(index_dir: Path) -> None:
    """Measure one index, beside the plain libraries, and print that."""
    embedder, begun = RandomEmbedder(), time.perf_counter()
    snapshot = open_current(index_dir)
    opening = time.perf_counter() - begun
    store, searcher = snapshot.store, Searcher(snapshot.store, embedder)
    measured = {
        "exact": timed(lambda question: store.nearest(embedder.embed_question(question), DEPTH)),
        "exact, filtered": timed(lambda question: store.nearest(embedder.embed_question(question), DEPTH, RECENT)),
        "keywords": timed(lambda question: store.matching(question, DEPTH)),
        "keywords, filtered": timed(lambda question: store.matching(question, DEPTH, RECENT)),
        "search": timed(lambda question: searcher.search(question, 5)),
        "search, filtered": timed(lambda question: searcher.search(question, 5, RECENT)),
        "plain FAISS": timed(_plain_faiss(snapshot.folder / VECTORS, embedder)),
        "plain FTS5": timed(_plain_fts5(snapshot.folder / CATALOGUE)),
    }
    assert searcher.search(questions()[0], 5, EVERYTHING)
    figures = {name: [median(taken), quantiles(taken, n=20)[-1]] for name, taken in measured.items()}
    size = sum(file.stat().st_size for file in snapshot.folder.iterdir())
    rss = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    print(json.dumps({"opening": opening, "mb": size / 1e6, "resident_mb": rss / 1e6, "milliseconds": figures}))


def _plain_faiss(file: Path, embedder: RandomEmbedder) -> Callable[[str], object]:
    import faiss

    index = faiss.read_index(str(file))
    return lambda question: index.search(embedder.embed_question(question)[None, :], DEPTH)


def _plain_fts5(file: Path) -> Callable[[str], object]:
    import sqlite3

    connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    sql = "SELECT rowid, rank FROM keywords WHERE keywords MATCH ? ORDER BY rank LIMIT ?"
    return lambda question: connection.execute(sql, (" OR ".join(question.split()), DEPTH)).fetchall()


class Watched:
    """The embedded model, and how long it was at work."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name, self.fingerprint, self.dimension = embedder.name, embedder.fingerprint, embedder.dimension
        self.seconds = 0.0
        self.embed_question, self.count_tokens = embedder.embed_question, embedder.count_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        begun = time.perf_counter()
        vectors = self._embedder.embed_passages(texts)
        self.seconds += time.perf_counter() - begun
        return vectors


def build_real(data: Path, folder: Path) -> None:
    """Print what builds of real paragraphs cost, each a file: all, nothing changed, one of a thousand changed."""
    written = list(read_contexts(data / "idkmrc-train.jsonl.gz"))[:REAL_ARTICLES]
    (folder / "articles").mkdir(parents=True)
    for number, text in enumerate(written):
        (folder / "articles" / f"{number}.txt").write_text(f"Paragraf {number}\n\n{text}\n", encoding="utf-8")
    embedder = load_embedder("bundled", user_cache_path("kabar"))
    embedder.embed_passages(["Satu kalimat untuk memulai."])

    def build_once(**how: bool) -> dict[str, float]:
        watched = Watched(embedder)
        report = build([folder / "articles"], folder / "index", watched, **how)
        return {"seconds": report.seconds, "embedding": watched.seconds, "chunks": report.chunks}

    build_once()
    full, unchanged = build_once(full=True), build_once()
    (folder / "articles" / "7.txt").write_text(f"Paragraf 7\n\nKalimat baru.\n\n{written[8]}\n", encoding="utf-8")
    print(json.dumps({"full": full, "unchanged": unchanged, "one changed": build_once()}))


def in_a_process_of_its_own(*arguments: str) -> dict[str, Any]:
    """What this file prints when called with these arguments, so that memory is that of one job."""
    run = subprocess.run([sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Measure every size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--real", type=Path, metavar="DATA", help="a folder with idkmrc-train.jsonl.gz")
    parser.add_argument("--index-dir", type=Path, help="keep the indexes here")
    parser.add_argument("--only", choices=["build", "search", "real"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only == "build":
        build_made_up(arguments.chunks[0], arguments.index_dir)
    elif arguments.only == "search":
        search_made_up(arguments.index_dir)
    elif arguments.only == "real":
        build_real(arguments.real, arguments.index_dir)
    else:
        with TemporaryDirectory() as temporary:
            tables(arguments.chunks, arguments.real, arguments.index_dir or Path(temporary))


def tables(sizes: Sequence[int], real: Path | None, folder: Path) -> None:
    """Measure everything and print it."""
    if real:
        there = ["--real", str(real), "--index-dir", str(folder / "real")]
        builds = in_a_process_of_its_own("--only", "real", *there)
        full = builds["full"]
        print(f"{REAL_ARTICLES} real articles, {full['chunks']} chunks    seconds    of it embedding    share of full")
        for name, cost in builds.items():
            share = cost["seconds"] / full["seconds"]
            print(f"  {name:30} {cost['seconds']:14.2f} {cost['embedding']:18.2f} {share:16.1%}")
    for chunks in sizes:
        there = ["--index-dir", str(folder / str(chunks)), "--chunks", str(chunks)]
        built = in_a_process_of_its_own("--only", "build", *there)
        found = in_a_process_of_its_own("--only", "search", *there)
        print(f"\n{built['chunks']:,} made-up chunks, {found['mb']:.0f} MB on the disk")
        print(f"  build without a model   {built['seconds']:.0f} s, at most {built['peak_mb']:.0f} MB of memory")
        print(f"  opening, all checked    {found['opening']:.2f} s; {found['resident_mb']:.0f} MB resident in the end")
        for name, (half, most) in found["milliseconds"].items():
            print(f"  {name:20} p50 {half:8.1f} ms   p95 {most:8.1f} ms")


if __name__ == "__main__":
    main()
