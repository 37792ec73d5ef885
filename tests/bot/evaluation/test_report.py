"""Figures as people read them."""

from __future__ import annotations

from io import StringIO

from evaluation_cases import outcome
from rich.console import Console

from bot.evaluation.measures import figures
from bot.evaluation.report import MOST_SHOWN, report


def test_a_long_list_of_failures_is_cut() -> None:
    console = Console(width=100, record=True, file=StringIO())
    console.print(report(figures([outcome([f"[b]{number}"], confidence=1.0) for number in range(MOST_SHOWN + 7)])))
    shown = console.export_text()
    assert "[b]0" in shown  # brackets are no markup
    assert f"[b]{MOST_SHOWN - 1}" in shown
    assert f"[b]{MOST_SHOWN}" not in shown
    assert "and 7 more; --json has all." in shown
