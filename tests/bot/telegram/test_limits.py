"""How many questions one may ask in a minute, and that one is told once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.telegram.async_state import AsyncState
from bot.telegram.limits import Limits, Verdict
from bot.telegram.state import State

pytestmark = pytest.mark.anyio
FREE, TELL, SILENT = Verdict.FREE, Verdict.TELL, Verdict.SILENT


class Clock:
    now = 6_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


@pytest.fixture
def state(path: Path) -> Iterator[AsyncState]:
    state = AsyncState(State(path, busy=0))
    yield state
    state.close()


async def test_too_many_are_told_once_and_the_next_minute_is_free(state: AsyncState) -> None:
    clock = Clock()
    limits = Limits(state, 2, 0, clock)
    assert [(await limits.ask(1, 1))[0] for _ in range(5)] == [FREE, FREE, TELL, SILENT, SILENT]
    assert (await limits.ask(2, 2))[0] is FREE
    clock.now += 15
    assert await limits.ask(1, 1) == (SILENT, 45)
    clock.now += 45
    assert (await limits.ask(1, 1))[0] is FREE


async def test_a_chat_has_a_limit_of_its_own(state: AsyncState) -> None:
    limits = Limits(state, 2, 3, Clock())
    assert [(await limits.ask(user, -5))[0] for user in (1, 2, 3, 4, 5)] == [FREE, FREE, FREE, TELL, SILENT]
    assert (await limits.ask(None, -5))[0] is SILENT
    assert (await limits.ask(5, -6))[0] is FREE


async def test_no_limit_is_none(state: AsyncState) -> None:
    limits = Limits(state, 0, 0, Clock())
    assert {(await limits.ask(1, 1))[0] for _ in range(100)} == {FREE}


async def test_a_restart_forgives_nothing(state: AsyncState, path: Path) -> None:
    clock = Clock()
    await Limits(state, 1, 0, clock).ask(1, 1)
    state.close()
    again = AsyncState(State(path))
    assert (await Limits(again, 1, 0, clock).ask(1, 1))[0] is TELL
    again.close()


async def test_while_the_state_cannot_be_written_it_counts_in_memory(
    state: AsyncState, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.telegram.async_state.REST_SECONDS", 0)
    clock = Clock()
    limits = Limits(state, 2, 0, clock)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert [(await limits.ask(1, 1))[0] for _ in range(4)] == [FREE, FREE, TELL, SILENT]
        clock.now += 60
        assert (await limits.ask(1, 1))[0] is FREE
    assert [(await limits.ask(1, 1))[0] for _ in range(3)] == [FREE, FREE, TELL]
    assert [record.message for record in caplog.records] == [
        "STATE_DB cannot be written (database is locked); is its disk full, or does another program hold it? "
        "Answering goes on without it."
    ] * 2
