"""Figures of an evaluation as people read them. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bot.evaluation.measures import Figures

ROWS = (
    ("retrieval", "recall@1", "the right article comes first"),
    ("retrieval", "recall@5", "it is among the first five articles"),
    ("retrieval", "mrr", "mean reciprocal rank of it"),
    ("search", "recall@1", "the same by search alone, before reading"),
    ("search", "recall@5", "the first five articles of it"),
    ("search", "mrr", "and the mean reciprocal rank"),
    ("answers", "exact_match", "the best span has the right answer's words"),
    ("answers", "f1", "how many words the best span shares with it"),
    ("abstention", "auc", "confidence tells answerable from not"),
    ("abstention", "answered", "answerable questions that got an answer"),
    ("abstention", "refused", "unanswerable ones that got none"),
    ("abstention", "f1", "what was answered, and 1 for a right refusal"),
    ("calibration", "ece", "how far confidence is off (lower is better)"),
    ("latency_ms", "p50", "milliseconds, half of the questions"),
    ("latency_ms", "p95", "milliseconds, 95 of 100"),
)
"""Which figures are shown, and what each says."""
MOST_SHOWN = 50
"""Failures; --json has all."""


def report(figures: Figures, drops: Sequence[str] = ()) -> RenderableType:
    """The figures as a table, with their change if there is a baseline, and the cases that were treated wrongly."""
    counts = "{cases} cases, {answerable} answerable and {unanswerable} not".format_map(figures)
    return Group(Text(counts, "bold"), Text(), _table(figures, drops), *_failures(figures["failures"]))


def _table(figures: Figures, drops: Sequence[str]) -> Table:
    changes = figures.get("differences")
    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("figure", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    if changes:
        table.add_column("change", justify="right", no_wrap=True)
    table.add_column("what it says", style="dim")
    before = ""
    for group, name, says in ROWS:
        cells = [Text("" if group == before else group.partition("_")[0], "bold"), Text(name)]
        cells.append(Text(_shown(group, figures[group][name]), "cyan"))
        if changes:
            style = "bold red" if f"{group} {name}" in drops else ""
            cells.append(Text(_shown(group, changes[group][name], "+"), style))
        table.add_row(*cells, Text(says))
        before = group
    return table


def _shown(group: str, value: float | None, sign: str = "") -> str:
    return "–" if value is None else f"{value:{sign}.{1 if group == 'latency_ms' else 3}f}"


def _failures(failures: Sequence[Figures]) -> Iterator[Text]:
    """Every case that was treated wrongly: what was expected, and what came."""
    yield Text(f"\nTreated wrongly: {len(failures)}" if failures else "\nAll were treated rightly.", "bold")
    for failure in failures[:MOST_SHOWN]:
        expected = " | ".join(failure["expected"]) or "(a refusal)"
        got = failure["got"] if failure["got"] is not None else "(refused)"
        yield Text.assemble(
            "\n",
            failure["question"],
            ("\n  expected  ", "dim"),
            (expected, "green"),
            ("\n  got       ", "dim"),
            (got, "red"),
        )
    if len(failures) > MOST_SHOWN:
        yield Text(f"\nand {len(failures) - MOST_SHOWN} more; --json has all.", "dim")
