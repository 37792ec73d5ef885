"""Files of every earlier version are brought to this one with what they hold, or stay as they were."""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from kabar_process import REPOSITORY

from bot.telegram import migrations
from bot.telegram.migrations import MIGRATIONS
from bot.telegram.state import SentAnswer, State
from index.types import ConfigurationError

ALICE, BUDI, GROUP = 11, 12, -100
STATES = REPOSITORY / "tests" / "data" / "state"
"""For each version that was ever published its tables with something in each, as SQL."""
VERSIONS = [int(path.stem) for path in STATES.iterdir()]
HALF = ("UPDATE people SET language = 'xx'", "DELETE FROM feedback")
"""Statements of a migration that then fails or is killed."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


@pytest.fixture(params=VERSIONS)
def older(request: pytest.FixtureRequest, path: Path) -> Path:
    """A file of an earlier version."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.executescript((STATES / f"{request.param}.sql").read_text())
    return path


def content(path: Path) -> list[str]:
    """Everything that stands in the file, as statements."""
    with closing(sqlite3.connect(path)) as database:
        (version,) = database.execute("PRAGMA user_version")
        return [*database.iterdump(), str(version)]


def test_every_version_but_the_newest_is_kept() -> None:
    assert set(range(1, len(MIGRATIONS))) <= set(VERSIONS)


def test_what_an_older_file_holds_is_there_afterwards(older: Path) -> None:
    with closing(State(older, clock=lambda: 1_700_000_100.0)) as state:
        assert state.language(ALICE) == "id"
        assert state.is_admitted(GROUP)
        assert state.redeem("first-code", BUDI)
        assert state.sent_answer(GROUP, 5) == SentAnswer(
            GROUP, 5, 4, ALICE, "how many?", "How many troops?", "11.000", "About 11.000 men.", "troops", "Troops"
        )
        assert state.answer_to(ALICE, 6) == SentAnswer(
            ALICE, 7, 6, ALICE, "who?", "Who?", None, None, None, None, within="troops"
        )
        assert [(one.user, one.answer, one.good, one.expected) for one in state.feedback()] == [
            (BUDI, "May", True, None),
            (GROUP, None, None, ""),
            (BUDI, "11.000", True, None),
            (ALICE, "11.000", False, "12.000"),
        ]
        assert [(gap.question, gap.times) for gap in state.gaps()] == [("Who?", 3)]
        assert state.count("asking user 11", 1_700_000_000) == 21
        state.prune(timedelta(days=30))


def test_forgetting_finds_what_an_older_file_holds(older: Path) -> None:
    with closing(State(older)) as state:
        state.forget(ALICE)
        assert [one.question for one in state.feedback()] == ["when?", "why?"]
        state.forget(BUDI)
        state.forget(GROUP)
        assert state.feedback() == []
        assert [state.sent_answer(GROUP, number) for number in (5, 9)] == [None, None]


def test_an_older_file_ends_with_the_tables_of_a_new_one(older: Path, tmp_path: Path) -> None:
    State(older).close()
    State(tmp_path / "new.sqlite").close()
    assert schema(older) == schema(tmp_path / "new.sqlite")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_published_migration_stays_as_it_was(version: int, path: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as earlier:
        earlier.setattr(migrations, "MIGRATIONS", MIGRATIONS[:version])
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            migrations.migrate(database)
    kept = tmp_path / "kept.sqlite"
    with closing(sqlite3.connect(kept)) as database:
        database.executescript((STATES / f"{version}.sql").read_text())
    assert schema(path) == schema(kept)


def schema(path: Path) -> set[str]:
    """The statements that made the tables, without blanks."""
    with closing(sqlite3.connect(path)) as database:
        return {re.sub(r"\s+", "", sql) for (sql,) in database.execute("SELECT sql FROM sqlite_schema WHERE sql > ''")}


def test_a_migration_that_fails_leaves_the_file_as_it_was(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    State(older).close()
    before = content(older)
    with monkeypatch.context() as newer:
        newer.setattr(migrations, "MIGRATIONS", [*MIGRATIONS, (*HALF, "INSERT INTO nowhere VALUES (1)")])
        with pytest.raises(ConfigurationError, match=r"cannot be used \(no such table: nowhere\)"):
            State(older)
    assert content(older) == before
    State(older).close()


KILLED = f"""
import sys, time
from pathlib import Path
from bot.telegram import migrations
from bot.telegram.state import State

def half():
    yield from {HALF}
    print("half", flush=True)
    time.sleep(600)

migrations.MIGRATIONS = [*migrations.MIGRATIONS, half()]
State(Path(sys.argv[1]))
"""


def test_a_migration_that_is_killed_leaves_the_file_as_it_was(older: Path) -> None:
    State(older).close()
    before = content(older)
    command = [sys.executable, "-c", KILLED, str(older)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert process.stdout
        assert process.stdout.readline() == "half\n"
        process.kill()
    assert content(older) == before
    State(older).close()


def test_processes_that_start_at_once_make_one_file(path: Path) -> None:
    opening = (
        "import sys; from pathlib import Path; from bot.telegram.state import State; State(Path(sys.argv[1])).close()"
    )
    command = [sys.executable, "-c", opening, str(path)]
    processes = [subprocess.Popen(command, cwd=REPOSITORY) for _ in range(6)]
    assert [process.wait() for process in processes] == [0] * 6


# --- files that are not taken --------------------------------------------------------------------------------------


def no_database(path: Path) -> None:
    path.write_bytes(b"no database at all, but some text " * 100)


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version={len(MIGRATIONS) + 1}")


def of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE people (name TEXT)")


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (no_database, "not a database"),
        (newer, "was made by a newer Kabar"),
        (of_another_program, "another program"),
        (folder, "unable to open"),
    ],
)
def test_what_is_no_file_of_this_version_is_refused_in_a_sentence_and_left_alone(
    path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    spoil(path)
    rights, before = path.stat().st_mode, bytes_of([path])
    with pytest.raises(ConfigurationError, match=reason) as refusal:
        State(path)
    assert str(refusal.value).startswith(f"STATE_DB={path} ")
    assert (path.stat().st_mode, bytes_of([path])) == (rights, before)


def bytes_of(paths: Iterable[Path]) -> list[bytes]:
    return [path.read_bytes() for path in paths if path.is_file()]


def test_a_file_with_an_overwritten_page_is_refused_whichever_it_is(path: Path) -> None:
    with closing(State(path)) as state:
        for number in range(300):
            state.keep(SentAnswer(GROUP, number, number, ALICE, "how many?", "How many?", None, None, None, None))
            state.add_gap(f"How many {number}?")
            state.set_language(number, "id")
    whole, noise = path.read_bytes(), random.Random(1)
    pages = len(whole) // 4096
    assert pages > 20
    for page in range(pages):
        path.write_bytes(whole[: page * 4096] + noise.randbytes(4096) + whole[(page + 1) * 4096 :])
        with pytest.raises(ConfigurationError, match=r"STATE_DB=.* cannot be used"):
            State(path)
    path.write_bytes(whole)
    State(path).close()
