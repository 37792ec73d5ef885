"""Log lines, in which no secret stands."""

from __future__ import annotations

import json
import logging
import sqlite3

import pytest

from bot.logs import configure_logging

TOKEN = 'sec"ret\\token'


@pytest.fixture(autouse=True)
def as_before() -> object:
    """Whatever is configured here ends with the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level


def test_a_line_is_an_object_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", TOKEN, as_json=True)
    logger = logging.getLogger("bot.something")
    logger.info("asked with %s “ya”", TOKEN)
    try:
        raise OSError(TOKEN)
    except OSError:
        logger.exception("failed")
    logger.debug("not told")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == ["asked with <secret> “ya”", "failed"]
    assert (lines[0]["level"], lines[0]["logger"], lines[1]["level"]) == ("info", "bot.something", "error")
    assert lines[0]["time"].endswith("+00:00")
    assert "OSError: <secret>" in lines[1]["exception"]


def test_text_lines_have_no_secrets_either(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning", TOKEN)
    logging.getLogger("index.x").warning("with %s", TOKEN)
    logging.getLogger("telegram.request.BaseRequest").error("what somebody wrote")
    assert capsys.readouterr().err.endswith("WARNING index.x: with <secret>\n")


@pytest.mark.parametrize("as_json", [False, True])
def test_words_of_others_forge_no_line_and_reach_no_terminal(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure_logging("info", as_json=as_json)
    forged = "\n2026-01-01 00:00:00,000 ERROR bot: \x1b[2J\x9b2J\u202egone\r\u2028"
    logging.getLogger("bot").warning("refused: %s", forged)
    written = capsys.readouterr().err
    assert written.count("\n2") == 0
    assert all(sign.isprintable() for sign in written.replace("\n", ""))
    assert r"\u009b2J\u202egone" in written


@pytest.mark.parametrize("as_json", [False, True])
def test_what_people_ask_stands_in_no_traceback(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    configure_logging("info", as_json=as_json)
    question = "who " + "asked"
    try:
        try:
            {}[question]
        except KeyError as exc:
            raise sqlite3.OperationalError("disk full") from exc
    except sqlite3.Error:
        logging.getLogger("bot").exception("failed")
    written = capsys.readouterr().err
    assert question not in written
    assert written.index("KeyError") < written.index("OperationalError: disk full")
    assert "test_logs.py" in written
