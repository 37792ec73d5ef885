"""How long tests wait for what has to happen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 120.0
"""Seconds until what has not happened counts as never going to happen. It guards against hanging and measures no speed:
a machine that many share may be many times as slow as one of its own. The longest wait is set here and nowhere else;
a test that waits several times in vain is ended by `timeout` in pyproject.toml."""

PAUSE = 0.01
"""Seconds between two looks, where nothing tells that something has changed."""


def wait_until(happened: Callable[[], T], complaint: Callable[[], str] = lambda: "it never happened") -> T:
    """What `happened` gives as soon as that is true; it may raise when it can never be."""
    until = time.monotonic() + PATIENCE
    while not (result := happened()):
        assert time.monotonic() < until, complaint()
        time.sleep(PAUSE)
    return result
