"""How many questions one may ask in a minute, and that one is told once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.telegram.limits import Limits, Verdict
from bot.telegram.state import State

FREE, TELL, SILENT = Verdict.FREE, Verdict.TELL, Verdict.SILENT


class Clock:
    now = 6_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    state = State(tmp_path / "state.sqlite")
    yield state
    state.close()


def test_too_many_are_told_once_and_the_next_minute_is_free(state: State) -> None:
    clock = Clock()
    limits = Limits(state, 2, 0, clock)
    assert [limits.ask(1, 1)[0] for _ in range(5)] == [FREE, FREE, TELL, SILENT, SILENT]
    assert limits.ask(2, 2)[0] is FREE
    clock.now += 15
    assert limits.ask(1, 1) == (SILENT, 45)
    clock.now += 45
    assert limits.ask(1, 1)[0] is FREE


def test_a_chat_has_a_limit_of_its_own(state: State) -> None:
    limits = Limits(state, 2, 3, Clock())
    assert [limits.ask(user, -5)[0] for user in (1, 2, 3, 4, 5)] == [FREE, FREE, FREE, TELL, SILENT]
    assert limits.ask(None, -5)[0] is SILENT
    assert limits.ask(5, -6)[0] is FREE


def test_no_limit_is_none(state: State) -> None:
    limits = Limits(state, 0, 0, Clock())
    assert {limits.ask(1, 1)[0] for _ in range(100)} == {FREE}


def test_a_restart_forgives_nothing(state: State, tmp_path: Path) -> None:
    clock = Clock()
    Limits(state, 1, 0, clock).ask(1, 1)
    state.close()
    again = State(tmp_path / "state.sqlite")
    assert Limits(again, 1, 0, clock).ask(1, 1)[0] is TELL
    again.close()


def test_while_the_state_cannot_be_written_it_counts_in_memory(
    state: State, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    clock = Clock()
    limits = Limits(state, 2, 0, clock)
    with monkeypatch.context() as broken:
        broken.setattr(state, "count", full)
        assert [limits.ask(1, 1)[0] for _ in range(4)] == [FREE, FREE, TELL, SILENT]
        clock.now += 60
        assert limits.ask(1, 1)[0] is FREE
    assert [limits.ask(1, 1)[0] for _ in range(3)] == [FREE, FREE, TELL]
    assert [record.message for record in caplog.records] == [
        "STATE_DB cannot be written (database or disk is full). Is its disk full? Answering goes on without it."
    ] * 2
