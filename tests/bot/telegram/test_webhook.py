"""The real bot process behind a webhook, and the answer that tells how it is."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

import httpx
import pytest
from bot_process import ANSWER, QUESTION, Bot, slowly
from telegram_server import TelegramServer

from bot.telegram.web import SECRET_HEADER

Start = Callable[..., Bot]
SECRET = "a-secret-of-the-webhook"
PUBLIC = "https://bot.example.org"
FIRST_UPDATE = 100_000_001
"""The number that the server begins with."""


@pytest.fixture
def hooked(server: TelegramServer, start: Start, port: int) -> Callable[..., Bot]:
    """Starts a bot behind the webhook."""
    server.route(PUBLIC, f"http://127.0.0.1:{port}")

    def hooked(**how: str) -> Bot:
        bot = start(WEBHOOK_URL=PUBLIC, WEBHOOK_SECRET=SECRET, WEBHOOK_PORT=str(port), **how)
        server.wait_for_call("setWebhook")
        return bot

    return hooked


def test_questions_come_through_the_webhook(server: TelegramServer, hooked: Callable[..., Bot]) -> None:
    bot = hooked()
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    answer = server.wait_for_message(alice)
    assert answer.text.startswith(ANSWER)
    server.press(answer, "Whole passage", by=alice)
    assert server.wait_for_message(alice).text.startswith("Passage 1 of ")
    assert server.calls("getUpdates") == []
    assert SECRET not in bot.log
    assert bot.stop() == 0


def test_nobody_but_telegram_can_deliver(server: TelegramServer, hooked: Callable[..., Bot], port: int) -> None:
    hooked()
    url = f"http://127.0.0.1:{port}/telegram"
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}}
    secret = {SECRET_HEADER: SECRET}
    assert httpx.post(url, json=update).status_code == 401
    assert httpx.post(url, json=update, headers={SECRET_HEADER: "guessed"}).status_code == 401
    assert httpx.get(url, headers=secret).status_code == 405
    for body in (b"", b"[]", b"{}", b'{"update_id": "x"}', b"\xff\xfe", b"[" * 100_000):
        assert httpx.post(url, content=body, headers=secret).status_code == 400
    assert httpx.post(url, content=b"x" * 2_000_000, headers=secret).status_code == 413
    assert httpx.post(url, json={"update_id": 2, "message": {"poll": {}}}, headers=secret).status_code == 200
    assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 404


def test_what_is_delivered_twice_is_answered_once(
    server: TelegramServer, hooked: Callable[..., Bot], port: int
) -> None:
    hooked()
    alice = server.user("Alice", language_code="en")
    asked = server.say(alice, QUESTION)
    server.wait_for_message(alice)
    update = {"update_id": FIRST_UPDATE, "message": asked.raw}
    again = httpx.post(f"http://127.0.0.1:{port}/telegram", json=update, headers={SECRET_HEADER: SECRET})
    assert again.status_code == 200
    server.say(alice, "/help")
    server.wait_for_message(alice)
    assert len(server.messages(alice)) == 2


def test_the_health_answer_tells_how_the_bot_is(server: TelegramServer, start: Start, port: int) -> None:
    bot = start(WEBHOOK_PORT=str(port), LOG_FORMAT="json", change=slowly(1))
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    url = f"http://127.0.0.1:{port}/health"
    waiting = []
    server.wait_until(lambda: waiting.append(httpx.get(url).json()["waiting"]) or waiting[-1] == 1)
    server.wait_for_message(alice)
    health = httpx.get(url)
    facts = health.json()
    assert (health.status_code, facts["status"], facts["articles"]) == (200, "ok", 3)
    assert facts["counts"]["answered"] == 1
    assert facts["snapshot_age_seconds"] >= 0
    assert facts["seconds"]["p50"] > 0.5
    assert server.token not in health.text
    for line in bot.log.splitlines():
        assert json.loads(line)["level"] in {"info", "warning"}
    assert bot.stop() == 0


def test_a_port_that_is_taken_is_told_in_one_sentence(start: Start, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        bot = start(wait=False, WEBHOOK_PORT=str(port))
        assert bot.process.wait(timeout=60) == 2
    assert f"WEBHOOK_PORT={port}" in bot.log
    assert "Traceback" not in bot.log


def test_a_webhook_without_a_secret_is_refused(start: Start) -> None:
    bot = start(wait=False, WEBHOOK_URL=PUBLIC)
    assert bot.process.wait(timeout=60) == 2
    assert "WEBHOOK_URL needs WEBHOOK_SECRET" in bot.log


def test_a_drain_that_takes_too_long_ends(server: TelegramServer, start: Start) -> None:
    bot = start(change=slowly(8) + "\nimport bot.telegram.app\nbot.telegram.app.DRAIN_SECONDS = 1")
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    server.wait_for_call("sendChatAction")
    assert bot.stop() == 0
    assert "Stopped with questions that were not answered" in bot.log
    assert "Traceback" not in bot.log
