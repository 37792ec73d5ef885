"""What the bot keeps survives kills, races and full disks, and is gone when it shall be."""

from __future__ import annotations

import resource
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from kabar_process import REPOSITORY

from bot.telegram.state import SentAnswer, State

ALICE, BUDI, CHAT = 11, 12, -100
SENT = SentAnswer(
    CHAT, 5, 4, ALICE, "how many?", "How many troops?", "11.000", "Sekitar 11.000 orang.", "kozlov", "Kozlov"
)
SECRET = "a question that nobody else shall read"


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "state.sqlite"


@pytest.fixture
def state(path: Path, clock: Clock) -> Iterator[State]:
    state = State(path, clock)
    yield state
    state.close()


def test_everything_is_there_again_after_a_restart(path: Path, state: State) -> None:
    state.set_language(ALICE, "id")
    state.keep(SENT)
    state.judge(CHAT, 5, ALICE, good=False)
    assert state.redeem(state.invite(), BUDI)
    state.close()
    again = State(path)
    assert again.language(ALICE) == "id"
    assert again.sent_answer(CHAT, 5) == again.answer_to(CHAT, 4) == SENT
    assert again.feedback()[0].good is False
    assert again.is_admitted(ALICE, BUDI)
    again.close()


def test_an_answer_takes_the_place_of_the_one_before(state: State) -> None:
    state.keep(SENT)
    state.keep(replace(SENT, answer="12.000"))
    found = state.sent_answer(CHAT, 5)
    assert found
    assert found.answer == "12.000"
    assert state.sent_answer(CHAT, 6) is None
    assert state.answer_to(CHAT, 5) is None


def test_a_code_lets_one_in_whatever_races(state: State) -> None:
    code = state.invite()
    assert len(code) <= 64
    with ThreadPoolExecutor(8) as pool:
        admitted = list(pool.map(lambda id_: state.redeem(code, id_), range(1, 41)))
    assert sum(admitted) == 1
    assert [one.id for one in state.admitted()] == [admitted.index(True) + 1]
    assert state.withdraw(admitted.index(True) + 1)
    assert not state.withdraw(99)
    assert not state.is_admitted(*range(1, 41))


def test_two_processes_share_a_code_once(path: Path, state: State) -> None:
    code = state.invite()
    other = State(path)
    assert [state.redeem(code, 1), other.redeem(code, 2)] == [True, False]
    assert other.is_admitted(1)
    other.close()


def test_a_code_is_only_good_in_time_and_never_written_down(path: Path, state: State, clock: Clock) -> None:
    code = state.invite(timedelta(days=2))
    assert code.encode() not in b"".join(file.read_bytes() for file in path.parent.iterdir())
    clock.now += 2 * 86400 + 1
    assert not state.redeem(code, ALICE)
    assert not state.redeem("guessed", ALICE)


def test_the_last_word_of_each_person_counts(state: State, clock: Clock) -> None:
    assert not state.judge(CHAT, 5, ALICE, good=True)
    state.keep(SENT)
    for user, good in ((ALICE, True), (BUDI, False), (ALICE, False)):
        clock.now += 1
        assert state.judge(CHAT, 5, user, good)
    assert state.expect(CHAT, 5, ALICE, "")
    said = state.feedback()
    assert [(one.user, one.good, one.expected) for one in said] == [(ALICE, False, ""), (BUDI, False, None)]
    assert (said[0].question, said[0].answer, said[0].article) == ("how many?", "11.000", "kozlov")


def test_gaps_are_counted_whoever_writes_them_how(state: State) -> None:
    for question in ("Who won?", "who  WON?", "When?"):
        state.add_gap(question)
    assert [(gap.question, gap.times) for gap in state.gaps()] == [("Who won?", 2), ("When?", 1)]
    assert len(state.gaps(most=1)) == 1


def test_what_is_forgotten_stands_in_no_file(path: Path, state: State) -> None:
    state.keep(replace(SENT, question=SECRET, understood=SECRET))
    state.judge(CHAT, 5, ALICE, good=True)
    state.judge(CHAT, 5, BUDI, good=False)
    state.keep(replace(SENT, message=6, user=BUDI))
    state.set_language(ALICE, "id")
    state.forget(ALICE)
    assert state.sent_answer(CHAT, 5) is None
    assert state.sent_answer(CHAT, 6)
    assert state.feedback() == []
    assert state.language(ALICE) is None
    assert SECRET.encode() not in content(path)


def test_what_is_forgotten_while_somebody_reads_stands_in_no_file_afterwards(path: Path, state: State) -> None:
    state.keep(replace(SENT, question=SECRET, understood=SECRET))
    with closing(State(path)) as again, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM given").fetchall()
        impatient = State(path, busy=0)
        impatient.forget(ALICE)
        assert SECRET.encode() in content(path)
        other.execute("COMMIT")
        impatient.scrub()
        assert SECRET.encode() not in content(path)
        impatient.close()
        assert again.sent_answer(CHAT, 5) is None


def test_what_a_killed_process_forgot_stands_in_no_file_after_the_next_start(path: Path, state: State) -> None:
    state.keep(replace(SENT, question=SECRET, understood=SECRET))
    forgetting = "import os, sys; from pathlib import Path; from bot.telegram.state import State\n"
    forgetting += f"State.scrub = lambda self: None; State(Path(sys.argv[1])).forget({ALICE}); os._exit(0)"
    subprocess.run([sys.executable, "-c", forgetting, str(path)], cwd=REPOSITORY, check=True)
    assert SECRET.encode() in content(path)
    State(path).close()
    assert SECRET.encode() not in content(path)


def content(path: Path) -> bytes:
    """Everything that stands in the file and in those beside it."""
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_a_group_with_a_new_id_stays_let_in(state: State) -> None:
    assert not state.move_group(CHAT, -1001)
    assert state.redeem(state.invite(), CHAT)
    assert state.move_group(CHAT, -1001)
    assert (state.is_admitted(CHAT), state.is_admitted(-1001)) == (False, True)


def test_what_is_old_is_pruned(state: State, clock: Clock) -> None:
    state.keep(SENT)
    state.judge(CHAT, 5, ALICE, good=True)
    code = state.invite(timedelta(days=60))
    state.count("user 1", int(clock.now))
    clock.now += 31 * 86400
    state.keep(replace(SENT, message=6))
    state.prune(timedelta(days=30))
    assert state.sent_answer(CHAT, 5) is None
    assert state.sent_answer(CHAT, 6)
    assert len(state.feedback()) == 1
    assert state.redeem(code, BUDI)
    assert state.count("user 1", int(clock.now) - 31 * 86400) == 1


def test_windows_of_a_clock_that_was_set_back_are_pruned(state: State, clock: Clock) -> None:
    to_come = int(clock.now) + 3600
    state.count("user 1", to_come)
    state.count("user 1", int(clock.now))
    state.prune(timedelta(days=30))
    assert state.count("user 1", to_come) == 1
    assert state.count("user 1", int(clock.now)) == 2


def rights(path: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}


def test_only_its_owner_can_read_the_file(path: Path, state: State) -> None:
    assert rights(path) == dict.fromkeys(("state.sqlite", "state.sqlite-wal", "state.sqlite-shm"), 0o600)


def test_a_file_that_others_could_read_is_made_private(path: Path, state: State) -> None:
    state.keep(SENT)
    for file in path.parent.iterdir():
        file.chmod(0o644)
    again = State(path)
    assert rights(path) == dict.fromkeys(("state.sqlite", "state.sqlite-wal", "state.sqlite-shm"), 0o600)
    again.close()


WRITER = """
import sys
from pathlib import Path
from bot.telegram.state import SentAnswer, State
state = State(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    state.keep(SentAnswer(1, number, number, 7, "q", "q", None, None, None, None))
    state.judge(1, number, 7, True)
    print(number, flush=True)
"""


def test_a_killed_process_loses_nothing_that_it_has_acknowledged(path: Path) -> None:
    acknowledged = 0
    for _ in range(5):
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
            assert process.stdout
            lines = [process.stdout.readline() for _ in range(40)]
            process.kill()
            lines += process.stdout.readlines()
        acknowledged = max(acknowledged, *(int(line) for line in lines if line.endswith("\n")))
        state = State(path)
        kept = {one.message for number in range(1, acknowledged + 1) if (one := state.sent_answer(1, number))}
        assert kept == set(range(1, acknowledged + 1))
        assert len(state.feedback()) >= acknowledged
        state.close()


def keep_many(state: State) -> None:
    for number in range(10, 5000):
        state.keep(replace(SENT, message=number, question="x" * 1000))


def test_a_full_disk_is_an_error_and_loses_nothing(path: Path, state: State) -> None:
    state.keep(SENT)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, before[1]))
    try:
        with pytest.raises(sqlite3.Error):
            keep_many(state)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    state.keep(replace(SENT, message=9))
    assert state.sent_answer(CHAT, 5) == SENT
    assert state.sent_answer(CHAT, 9)
