"""How well are follow-ups answered: alone, with the questions before in front, and by the bot's rules?

    python benchmarks/followups.py DATA --index-dir DIR [--files news-valid] [--limit 200] [--results FILE]

DATA is a folder with news-train.jsonl.gz and news-valid.jsonl.gz, one article a line with its questions: "q", as asked
by somebody who has the article before them, "qs", the same asked out of the blue, "l", its language, "a", the answer
(null: the article does not say), and "prev" in a follow-up: the number of the question asked just before. Each
follow-up is asked of all articles of both files in four ways:

    alone     as it stands
    in front  behind the questions before it, as one question
    apart     what is searched for has the questions before it in front, and what is read by has not
    rules     in a conversation: the questions before it are asked first, and what was answered to them is its context

recall@1 is how often its article comes first, found by search alone and after reading. Exact match and F1 are of the
best span, whatever its confidence, over the follow-ups that have an answer; "answered" says how many of those get one,
"refused" how many of the others get none. No span is a yes or a no, so those few are left out.

The index is built at the first run and reused later. With --results, what was asked before is not asked again; name
another file after a change of the code. --limit takes as many of each file, drawn by chance and always the same.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from bot.answers.answerer import READ, Answerer
from bot.answers.types import Answer
from bot.evaluation.cases import Case, rows
from bot.evaluation.measures import Outcome, figures
from bot.evaluation.trial import Trial
from bot.questions.conversation import Turn
from bot.readers.loading import load_reader
from bot.readers.types import Reader
from bot.settings import Settings
from index.build import build_from
from index.embedding.loading import load_embedder
from index.search import Searcher
from index.store.snapshots import Snapshot, open_current
from index.types import Article, Embedder

FILES = ("news-train", "news-valid")
WAYS = ("alone", "in front", "apart", "rules")
COLUMNS = {
    "search@1": ("search", "recall@1"),
    "recall@1": ("retrieval", "recall@1"),
    "EM": ("answers", "exact_match"),
    "F1": ("answers", "f1"),
    "answered": ("abstention", "answered"),
    "refused": ("abstention", "refused"),
}
INSTRUCTIONS = ("avx512_bf16", "avx512_vnni", "avx_vnni", "avx512f", "avx2")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that means something only after others."""

    key: str
    file: str
    language: str
    before: tuple[str, ...]
    """The questions before it, the first of them whole by itself."""
    case: Case


def follow_ups(file: str, articles: Sequence[Mapping[str, Any]]) -> Iterator[FollowUp]:
    """The follow-ups of a file's articles, but for those that want yes or no."""
    for article in articles:
        for number, question in enumerate(article["qa"]):
            if "prev" in question and question["k"] != "yn":
                case = Case(question["q"], (question["a"],) if question["a"] else (), article["id"])
                before = questions_before(question, article["qa"])
                yield FollowUp(f"{article['id']} {number}", file, question["l"], before, case)


def questions_before(question: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """What was asked before a question of an article, as it would be asked out of the blue where that is known."""
    if "prev" not in question:
        return ()
    previous = others[question["prev"]]
    return (*questions_before(previous, others), previous.get("qs") or previous["q"])


class Asker:
    """Asks follow-ups of the articles of a snapshot."""

    def __init__(self, snapshot: Snapshot, embedder: Embedder, reader: Reader) -> None:
        self.answerer = Answerer(snapshot, embedder, reader)
        self._searcher = Searcher(snapshot.store, embedder)
        self._chunks = snapshot.manifest.chunks

    def answer(self, follow_up: FollowUp, way: str) -> Answer:
        """What is answered when it is asked this way."""
        question = follow_up.case.question
        whole = " ".join([*follow_up.before, question])
        if way == "in front":
            return self.answerer.ask(whole)
        if way == "apart":
            return self.answerer.read(question, self._searcher.search(whole, READ), self._chunks)
        turns: list[Turn] = []
        for previous in follow_up.before if way == "rules" else ():
            turns.append(self.answerer.ask(previous, context=tuple(turns)).turn)
        return self.answerer.ask(question, context=tuple(turns))


Outcomes = dict[tuple[str, str], Outcome]
"""What became of each follow-up, by its key, in each way."""


def outcomes(questions: Sequence[FollowUp], asker: Asker, results: Path | None) -> Outcomes:
    """The outcomes of these follow-ups; those that the results hold are taken, and new ones added there."""
    outcome_of, trial = read_results(results), Trial(asker.answerer)
    for number, follow_up in enumerate(questions):
        print(f"\r{number}/{len(questions)}", end="", file=sys.stderr, flush=True)
        for way in WAYS:
            if (follow_up.key, way) not in outcome_of:
                answer = asker.answer(follow_up, way)
                outcome = trial.judge(follow_up.case, answer, sum(answer.timings_ms.values()))
                outcome_of[follow_up.key, way] = outcome
                if results:
                    with results.open("a", encoding="utf-8") as file:
                        file.write(json.dumps([follow_up.key, way, asdict(outcome)]) + "\n")
    print("\r", end="", file=sys.stderr)
    return outcome_of


def read_results(results: Path | None) -> Outcomes:
    """The outcomes that a run wrote before."""
    lines = results.read_text("utf-8").splitlines() if results and results.exists() else []
    return {(key, way): Outcome(**fields) for key, way, fields in map(json.loads, lines)}


def report(questions: Sequence[FollowUp], outcome_of: Outcomes) -> None:
    """Print the figures of each file, and of each of its languages."""
    print(f"{'':12}{'questions':>10}{'with answer':>13}  {'way':10}" + "".join(f"{name:>10}" for name in COLUMNS))
    for file in dict.fromkeys(one.file for one in questions):
        of_file = [one for one in questions if one.file == file]
        print_rows(file, of_file, outcome_of)
        for language in sorted({one.language for one in of_file}):
            print_rows(f"  {language}", [one for one in of_file if one.language == language], outcome_of)


def print_rows(name: str, questions: Sequence[FollowUp], outcome_of: Outcomes) -> None:
    """Print a row for each way."""
    for way in WAYS:
        tree = figures([outcome_of[one.key, way] for one in questions])
        counts = f"{name:12}{tree['cases']:10}{tree['answerable']:13}" if way == WAYS[0] else " " * 35
        values = (tree[group][figure] for group, figure in COLUMNS.values())
        print(f"{counts}  {way:10}" + "".join("         –" if one is None else f"{one:10.3f}" for one in values))


def build(data: Path, index_dir: Path, embedder: Embedder) -> dict[str, list[dict[str, Any]]]:
    """Build the index over the articles of all files, and give these as they stand there."""

    def progress(_step: str, done: int, total: int) -> None:
        print(f"\r{done}/{total}", end="", file=sys.stderr, flush=True)

    files = {file: [fields for _line, fields in rows(data / f"{file}.jsonl.gz")] for file in FILES}
    articles = [
        Article(one["id"], one["title"], one["text"], "", date.fromisoformat(one["date"]), language=one["lang"])
        for file in files.values()
        for one in file
    ]
    build_from(articles, index_dir, embedder, progress)
    return files


def processor() -> str:
    """Which of the instructions that its figures may depend on the processor has."""
    file = Path("/proc/cpuinfo")
    flags = set(file.read_text().split()) if file.exists() else set()
    return " ".join(name for name in INSTRUCTIONS if name in flags) or "unknown"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--index-dir", type=Path, required=True)
    parser.add_argument("--files", nargs="+", choices=FILES, default=FILES)
    parser.add_argument("--limit", type=int, help="follow-ups of each file")
    parser.add_argument("--results", type=Path, help="where what became of each is kept")
    options = parser.parse_args()
    cache = Settings().model_cache
    embedder = load_embedder("bundled", cache)
    articles = build(options.data, options.index_dir, embedder)
    questions: list[FollowUp] = []
    for file in options.files:
        of_file = list(follow_ups(file, articles[file]))
        Random(0).shuffle(of_file)
        questions += of_file[: options.limit]
    with open_current(options.index_dir) as snapshot:
        asker = Asker(snapshot, embedder, load_reader("bundled", embedder, cache))
        outcome_of = outcomes(questions, asker, options.results)
        print(f"processor: {processor()}; {snapshot.manifest.articles} articles in {snapshot.manifest.chunks} chunks")
    report(questions, outcome_of)


if __name__ == "__main__":
    main()
