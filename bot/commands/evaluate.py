"""`kabar eval`: how well the questions of a file are answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.text import Text

from bot.commands.console import (
    AsJson,
    Debug,
    IndexDir,
    embedder_of,
    err,
    out,
    plain_errors,
    print_json,
    reader_of,
    settings_with,
    shown_progress,
)
from index.types import ConfigurationError, KabarError

if TYPE_CHECKING:
    from bot.evaluation.cases import Case
    from bot.evaluation.measures import Figures, Outcome
    from bot.evaluation.trial import Trial
    from bot.settings import Settings

WORSE = 1
"""The exit code of figures that dropped below the baseline's."""
FEW = 5


def evaluate(
    cases: Annotated[
        Path, typer.Argument(metavar="CASES", help="The questions with their answers, one JSON object a line.")
    ],
    reading: Annotated[
        bool, typer.Option("--reading", help="Give the reader each case's own context: nothing is searched.")
    ] = False,
    over_contexts: Annotated[
        bool, typer.Option("--over-contexts", help="Ask an index of the cases' contexts, made for this run.")
    ] = False,
    contexts: Annotated[
        list[Path] | None,
        typer.Option(help="With --over-contexts: a file whose contexts are put there too; may be given again."),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(help="Write what was found for each case to this file.", show_default=False)
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Compare with what an earlier --json printed.", show_default=False)
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0, max=1, help="How far a figure may drop below the baseline's.")
    ] = 0.01,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    debug: Debug = False,
) -> None:
    """Measure how well the questions of a file are answered; exits with 1 when worse than the baseline."""
    with plain_errors(debug):
        from bot.evaluation import baseline as baselines
        from bot.evaluation.measures import figures

        plan = _planned(cases, contexts or [], reading=reading, over_contexts=over_contexts)
        before = _baseline(baseline, plan) if baseline else None
        settings = settings_with(index_dir)
        sources = [cases, *(contexts or []), *([baseline] if baseline else [])]
        with _predictions(predictions, sources) as write, _trial(plan, settings) as trial:
            result = figures(_outcomes(plan.cases, trial, write))
        drops = list[str]()
        if before:
            result["differences"] = baselines.differences(result, before)
            drops = baselines.drops(result["differences"], tolerance)
        _print(result, drops, as_json)
        if drops:
            raise typer.Exit(WORSE)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is asked, and of what."""

    cases: list[Case]
    reading: bool
    """Whether each case is asked over its own context alone."""
    contexts: dict[str, str] | None
    """What is made an index for this run, with its language; None when the live index is asked."""


def _planned(path: Path, files: Sequence[Path], *, reading: bool, over_contexts: bool) -> _Plan:
    """The plan, with all files read, so that a bad line is told before any model is loaded."""
    from bot.evaluation import cases, trial

    if reading and over_contexts:
        raise ConfigurationError("--reading goes without --over-contexts. Run them one after the other.")
    if files and not over_contexts:
        raise ConfigurationError("--contexts goes with --over-contexts only. Give both, or neither.")
    questions = cases.read_cases(path)
    if not reading and not over_contexts:
        return _Plan(questions, False, None)
    # A question that no text answers needs no context to be asked of an index; all others do.
    option = "--reading" if reading else "--over-contexts"
    cases.require_contexts(questions, path, option, answerable_only=over_contexts)
    contexts = trial.contexts_of(questions)
    for file in files:
        contexts = cases.read_contexts(file) | contexts
    if not contexts:
        raise ConfigurationError(f'No case of {path} has a "context", so {option} has nothing to ask.')
    return _Plan(trial.over_contexts(questions), reading, contexts)


def _baseline(path: Path, plan: _Plan) -> Figures:
    """The baseline's figures, if those of this plan can be compared with them."""
    from bot.evaluation.baseline import read_baseline, require_comparable

    answerable = sum(bool(case.answers) for case in plan.cases)
    counts = {"cases": len(plan.cases), "answerable": answerable, "unanswerable": len(plan.cases) - answerable}
    retrieval = not plan.reading and any(case.is_locatable for case in plan.cases)
    figures = read_baseline(path)
    require_comparable(figures, path, counts, retrieval=retrieval)
    return figures


@contextmanager
def _trial(plan: _Plan, settings: Settings) -> Iterator[Trial]:
    """What the cases are put to: over the live index, or over one that is gone afterwards."""
    from bot.answers.answerer import Answerer
    from bot.evaluation.trial import ReadingTrial, Trial, index_of
    from index.store.snapshots import open_current

    with ExitStack() as stack:
        # Before the model: a missing index is told at once.
        live = stack.enter_context(open_current(settings.index_dir)) if plan.contexts is None else None
        embedder = embedder_of(settings)
        reader = reader_of(settings, embedder)
        if live is None:
            with shown_progress() as progress:
                snapshot = stack.enter_context(index_of(plan.contexts or {}, embedder, progress))
        else:
            snapshot = live
        answerer = Answerer(snapshot, embedder, reader, settings.answer_threshold)
        yield ReadingTrial(answerer, embedder) if plan.reading else Trial(answerer)


def _outcomes(cases: Sequence[Case], trial: Trial, write: Callable[[Outcome], None]) -> list[Outcome]:
    """What becomes of each case, written and shown as it comes."""
    outcomes: list[Outcome] = []
    strangers = trial.strangers(cases)
    if strangers:
        few = ", ".join(strangers[:FEW]) + (" …" if len(strangers) > FEW else "")
        err.print(f"Not in the index, so never found: {few}. See what is: kabar index list", soft_wrap=True)
    with shown_progress() as progress:
        for done, case in enumerate(cases):
            progress("Asking the questions", done, len(cases))
            outcomes.append(trial.outcome(case))
            write(outcomes[-1])
    return outcomes


@contextmanager
def _predictions(path: Path | None, sources: Sequence[Path]) -> Iterator[Callable[[Outcome], None]]:
    """What writes a line for each outcome; the file has its name only when all are there.

    Raises ConfigurationError at once where there can be no such file, or where it would take the place of a source.
    """
    from index.atomic import replacing

    if path is None:
        yield lambda _outcome: None
        return
    target = path.resolve()
    if any(target == source.resolve() for source in sources):
        raise ConfigurationError(f"{path} is read in this run. Name another file for the predictions.")
    if target.exists() and not target.is_file():
        raise ConfigurationError(f"{path} is no file. Name one for the predictions.")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(stack.enter_context(replacing(target)).open("w", 1, encoding="utf-8"))
        except OSError as exc:
            raise ConfigurationError(
                f"The predictions cannot be written to {path} ({exc.strerror}). Name a file in a folder that is there "
                "and may be written to."
            ) from exc
        yield partial(_write, file)


def _write(file: TextIO, outcome: Outcome) -> None:
    """Put an outcome onto the disk as a line."""
    line = {
        "question": outcome.question,
        "answer": outcome.best,
        "confidence": outcome.confidence,
        "answered": outcome.answer is not None,
    }
    try:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as exc:
        raise KabarError(f"The predictions could not be written ({exc.strerror}). See that there is room.") from exc


def _print(result: Figures, drops: Sequence[str], as_json: bool) -> None:
    if as_json:
        print_json(result)
    else:
        from bot.evaluation.report import report

        out.print(report(result, drops))
    if drops:
        err.print(Text(f"Worse than the baseline: {', '.join(drops)}.", "red"), soft_wrap=True)
