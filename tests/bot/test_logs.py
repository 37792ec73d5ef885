"""Log lines, in which no secret stands."""

from __future__ import annotations

import json
import logging

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
        raise ValueError(TOKEN)
    except ValueError:
        logger.exception("failed")
    logger.debug("not told")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == ["asked with <secret> “ya”", "failed"]
    assert (lines[0]["level"], lines[0]["logger"], lines[1]["level"]) == ("info", "bot.something", "error")
    assert lines[0]["time"].endswith("+00:00")
    assert "ValueError: <secret>" in lines[1]["exception"]


def test_text_lines_have_no_secrets_either(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("warning", TOKEN)
    logging.getLogger("index.x").warning("with %s", TOKEN)
    logging.getLogger("telegram.request.BaseRequest").error("what somebody wrote")
    assert capsys.readouterr().err.endswith("WARNING index.x: with <secret>\n")
