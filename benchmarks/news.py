"""How well are questions about the news answered?

    python benchmarks/news.py DATA --index-dir DIR [--files news-valid] [--limit 300] [--misses FILE]

DATA is a folder with news-train.jsonl.gz and news-valid.jsonl.gz (see training/README.md). The questions of the chosen
files are asked in four ways:

    open        out of the blue, of all articles of both files
    within      as beside the article, which alone is searched
    absent      those of "open" that have an answer, of all articles but those of its story
    follow-ups  of all articles, each behind the questions before it and their right answers

Exact match and F1 are of the best span, whatever its confidence, over the questions that have an answer; AUC is of
confidence, those with an answer against those without. "right" is the share of best spans whose figures, units, names
and negation agree with a right answer, with an F1 of at least 0.5; "shown", the same of the answers that are given;
"ece", the expected calibration error of confidence as the chance of that. Questions for yes or no are left out.
--held-out takes the stories of news-train that no reader learns from, and nothing else of it.

The index is built at the first run and used again. --misses writes a line of JSON for every question with what became
of it; what stands there is not asked again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from followups import FILES, processor

from bot.answers.answerer import Answerer
from bot.answers.types import Answer
from bot.evaluation.cases import Case
from bot.evaluation.measures import auc, calibration
from bot.evaluation.rightness import is_right
from bot.evaluation.scoring import exact_match, f1
from bot.questions.conversation import Turn
from bot.readers.loading import load_reader
from bot.settings import Settings
from index.build import build_from
from index.embedding.loading import load_embedder
from index.store.snapshots import open_current
from index.types import Article, Embedder, Filter
from training.cases import data_file
from training.news import is_held_out, is_out_of_the_blue, news_cases, story_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question."""

    question: str
    right: tuple[str, ...]
    """Answers; none where the articles do not say."""
    best: str | None
    answer: str | None
    confidence: float
    first: bool
    """Whether its article came first."""
    language: str

    @property
    def is_best_right(self) -> bool:
        return is_right(self.best, self.right, self.language)

    @property
    def is_shown_right(self) -> bool:
        return self.answer is not None and self.is_best_right


class Asker:
    """Asks cases in every way."""

    def __init__(self, answerer: Answerer, cases: Sequence[Case]) -> None:
        self._answerer = answerer
        self._stories = {case.article: story_of(case.id) for case in cases}

    def ask(self, case: Case, way: str) -> Outcome:
        answer = self._answer(case, way)
        absent = way == "absent"
        return Outcome(
            question=case.question,
            right=() if absent else case.answers,
            best=answer.candidates[0].answer if answer.candidates else None,
            answer=answer.answer,
            confidence=answer.confidence,
            first=bool(answer.sources) and answer.sources[0].article == case.article,
            language=case.context_language,
        )

    def _answer(self, case: Case, way: str) -> Answer:
        if way == "within":
            return self._answerer.ask(case.question, Filter(articles=frozenset({case.article})))
        if way == "absent":
            return self._answerer.ask(case.question, Filter(articles=self._elsewhere(story_of(case.id))))
        return self._answerer.ask(case.question, context=[_turn(one, case) for one in case.before])

    def _elsewhere(self, story: str) -> frozenset[str]:
        return frozenset(article for article, other in self._stories.items() if other != story)


def _turn(asked: tuple[str, str], case: Case) -> Turn:
    question, answer = asked
    sentences = case.context.replace("\n\n", ". ").split(". ")
    quote = next((one for one in sentences if answer in one), None) if answer else None
    return Turn(question, answer or None, quote, case.article if quote else None, case.title if quote else None)


def is_plain(case: Case) -> bool:
    """Whether it stands alone and no verdict is asked for."""
    return case.kind != "yn" and not case.before


WAYS: dict[str, Callable[[Case], bool]] = {
    "open": lambda case: is_plain(case) and is_out_of_the_blue(case),
    "within": lambda case: is_plain(case) and not is_out_of_the_blue(case),
    "absent": lambda case: is_plain(case) and is_out_of_the_blue(case) and bool(case.answers),
    "follow-ups": lambda case: bool(case.before) and case.kind != "yn",
}


def mean(values: Iterable[float]) -> str:
    numbers = list(values)
    return f"{sum(numbers) / len(numbers):9.3f}" if numbers else f"{'–':>9}"


def separation(found: Sequence[Outcome]) -> str:
    value = auc([o.confidence for o in found if o.right], [o.confidence for o in found if not o.right])
    return f"{'–':>9}" if value is None else f"{value:9.3f}"


COLUMNS: dict[str, Callable[[Sequence[Outcome]], str]] = {
    "asked": lambda found: f"{len(found):9}",
    "EM": lambda found: mean(exact_match(one.best, one.right) for one in found if one.right),
    "F1": lambda found: mean(f1(one.best, one.right) for one in found if one.right),
    "right": lambda found: mean(one.is_best_right for one in found if one.right),
    "AUC": separation,
    "answered": lambda found: mean(one.answer is not None for one in found if one.right),
    "refused": lambda found: mean(one.answer is None for one in found if not one.right),
    "shown": lambda found: mean(one.is_shown_right for one in found if one.answer is not None),
    "ece": lambda found: f"{calibration([o.confidence for o in found], [o.is_best_right for o in found])['ece']:9.3f}",
    "first": lambda found: mean(one.first for one in found if one.right),
}


def outcomes(cases: Sequence[Case], way: str, asker: Asker, known: dict[str, Outcome], misses: Path | None) -> None:
    """Ask what is not known yet."""
    for number, case in enumerate(cases):
        print(f"\r{way} {number}/{len(cases)} ", end="", file=sys.stderr, flush=True)
        key = f"{way} {case.id}"
        if key not in known:
            known[key] = asker.ask(case, way)
            if misses:
                with misses.open("a", encoding="utf-8") as file:
                    file.write(json.dumps([key, asdict(known[key])], ensure_ascii=False) + "\n")
    print("\r", end="", file=sys.stderr)


def read_known(misses: Path | None) -> dict[str, Outcome]:
    """What a run wrote before."""
    lines = misses.read_text("utf-8").splitlines() if misses and misses.exists() else []
    return {key: Outcome(**{**fields, "right": tuple(fields["right"])}) for key, fields in map(json.loads, lines)}


def articles_of(cases: Iterable[Case]) -> Iterator[Article]:
    """The articles that cases are about, each once."""
    for case in {case.article: case for case in cases}.values():
        yield Article(case.article, case.title, case.context, "", case.published, language=case.context_language)


def build(cases: Iterable[Case], index_dir: Path, embedder: Embedder) -> None:
    """Build the index, or take what is there."""

    def progress(_step: str, done: int, total: int) -> None:
        print(f"\r{done}/{total}", end="", file=sys.stderr, flush=True)

    build_from(articles_of(cases), index_dir, embedder, progress)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--index-dir", type=Path, required=True)
    parser.add_argument("--files", nargs="+", choices=FILES, default=["news-valid"])
    parser.add_argument("--held-out", action="store_true", help="only what no reader learns from")
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--limit", type=int, help="questions in each way, drawn by chance, always the same")
    parser.add_argument("--misses", type=Path, help="where what became of each question is kept")
    options = parser.parse_args()
    cache = Settings().model_cache
    embedder = load_embedder("bundled", cache)
    by_file = {file: news_cases(data_file(options.data, file)) for file in FILES}
    everything = [case for several in by_file.values() for case in several]
    build(everything, options.index_dir, embedder)
    chosen = [case for file in options.files for case in by_file[file] if not options.held_out or is_held_out(case)]
    known = read_known(options.misses)
    with open_current(options.index_dir) as snapshot:
        asker = Asker(Answerer(snapshot, embedder, load_reader("bundled", embedder, cache)), everything)
        print(f"processor: {processor()}; {snapshot.manifest.articles} articles in {snapshot.manifest.chunks} chunks")
        print(f"{'':12}" + "".join(f"{name:>9}" for name in COLUMNS))
        for way in options.ways:
            asked = [case for case in chosen if WAYS[way](case)]
            Random(0).shuffle(asked)
            asked = asked[: options.limit]
            outcomes(asked, way, asker, known, options.misses)
            found = [known[f"{way} {case.id}"] for case in asked]
            print(f"{way:12}" + "".join(column(found) for column in COLUMNS.values()), flush=True)


if __name__ == "__main__":
    main()
