"""Counters and latencies."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.telegram import metrics
from bot.telegram.metrics import LAST, Metrics


def test_counts_and_percentiles_of_the_last_answers() -> None:
    running = Metrics()
    assert running.percentile(0.5) is None
    running.count("answered")
    running.count("answered", 2)
    assert running.counts() == {"answered": 3}
    running.took(99.0)
    for number in range(LAST):
        running.took(number / LAST)
    assert running.percentile(0.5) == 0.5
    assert running.percentile(0.95) == 0.95
    assert running.percentile(1.0) == 0.999


def test_the_time_since_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(metrics, "time", SimpleNamespace(monotonic=lambda: now[0]))
    running = Metrics()
    now[0] += 7
    assert running.uptime_seconds == 7
