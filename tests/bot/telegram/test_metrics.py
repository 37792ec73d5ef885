"""Counters and latencies."""

from __future__ import annotations

from bot.telegram.metrics import LAST, Metrics


def test_counts_and_percentiles_of_the_last_answers() -> None:
    metrics = Metrics()
    assert metrics.percentile(0.5) is None
    metrics.count("answered")
    metrics.count("answered", 2)
    assert metrics.counts() == {"answered": 3}
    metrics.took(99.0)
    for number in range(LAST):
        metrics.took(number / LAST)
    assert metrics.percentile(0.5) == 0.5
    assert metrics.percentile(0.95) == 0.95
    assert metrics.percentile(1.0) == 0.999
    assert metrics.uptime_seconds >= 0
