"""`kabar invite` and `kabar feedback`, as a user calls them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kabar_process import Kabar

from bot.commands.people import cases_of
from bot.evaluation.cases import read_cases
from bot.telegram.state import Feedback, SentAnswer, State


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """Where the command looks when nothing else is set."""
    state = State(tmp_path / "var" / "state.sqlite")
    yield state
    state.close()


def said(question: str, answer: str | None, good: bool | None, expected: str | None = None) -> Feedback:
    return Feedback(1, datetime(2024, 1, 1, tzinfo=UTC), 7, question, answer, "harbour", "A quote.", good, expected)


def test_an_invitation_is_a_line_to_send(kabar: Kabar, state: State) -> None:
    run = kabar("invite", settings={"TELEGRAM_ALLOWED": "1"})
    command, code = run.stdout.split()
    assert (run.returncode, command) == (0, "/start")
    assert "works once, for 7 days" in run.stderr
    assert state.redeem(code, 42)
    assert "42" in kabar("invite", "--list").stdout
    assert json.loads(kabar("invite", "--list", "--json").stdout)["admitted"][0]["id"] == 42
    assert kabar("invite", "--withdraw", "42").returncode == 0
    assert not state.is_admitted(42)
    refused = kabar("invite", "--withdraw", "42")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "kabar invite --list" in refused.stderr


def test_who_needs_no_code_is_told(kabar: Kabar) -> None:
    run = kabar("invite", "--json")
    assert "everybody may ask" in run.stderr
    assert json.loads(run.stdout)["message"].startswith("/start ")


def test_cases_are_what_people_said_was_right() -> None:
    cases = cases_of(
        [
            said("a?", "wrong", False, "right"),
            said("a?", "wrong", True),
            said("b?", "312", True),
            said("c?", "x", None, ""),
            said("d?", "x", False),
            said("e?", None, True),
            said("a?", "older", False, "older word"),
            said("f?", "11.000", True, "11.000"),
        ]
    )
    assert cases == [
        {"question": "a?", "answers": ["right"]},
        {"question": "c?", "answers": []},
        {"question": "f?", "answers": ["11.000"], "article": "harbour"},
        {"question": "b?", "answers": ["312"], "article": "harbour"},
        {"question": "e?", "answers": []},
    ]


def test_feedback_becomes_a_file_that_eval_reads(kabar: Kabar, state: State, index_dir: Path, tmp_path: Path) -> None:
    for message, question, answer in ((1, "Who opened the crane?", "Ada"), (2, "Who sang?", "Bo")):
        state.keep(SentAnswer(1, message, None, 7, question, question, answer, "Ada opened it.", "harbour", "Harbour"))
    state.judge(1, 1, 7, good=True)
    state.expect(1, 2, 7, "")
    assert "Who opened the crane?" in kabar("feedback", "list").stdout
    assert len(json.loads(kabar("feedback", "list", "--json").stdout)["feedback"]) == 2
    assert kabar("feedback", "export", "cases.jsonl").returncode == 0
    assert (tmp_path / "cases.jsonl").stat().st_mode & 0o077 == 0  # people's words
    assert [case.answers for case in read_cases(tmp_path / "cases.jsonl")] == [(), ("Ada",)]
    assert kabar("eval", "cases.jsonl", "--index-dir", str(index_dir)).returncode == 0
    again = kabar("feedback", "export", "cases.jsonl")
    assert (again.returncode, "--force" in again.stderr) == (2, True)
    assert kabar("feedback", "export", "cases.jsonl", "--force").returncode == 0
    assert kabar("feedback", "export").stdout == (tmp_path / "cases.jsonl").read_text("utf-8")
    assert kabar("feedback", "export", "nowhere/cases.jsonl").returncode == 3
    assert sorted(path.name for path in tmp_path.glob(".*")) == []
