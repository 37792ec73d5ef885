"""The real bot process behind a webhook, and the answer that tells how it is."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from bot_process import ANSWER, QUESTION, Bot, Gate
from patience import wait_until
from telegram_server import TelegramServer

from bot.telegram.web import SECRET_HEADER
from index.store.snapshots import open_current

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


def test_the_health_answer_tells_how_the_bot_is(
    server: TelegramServer, start: Start, gate: Gate, port: int, index_dir: Path
) -> None:
    bot = start(WEBHOOK_PORT=str(port), LOG_FORMAT="json", change=gate.holds_answers)
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    server.wait_for_call("sendChatAction")
    url = f"http://127.0.0.1:{port}/health"
    assert httpx.get(url).json()["waiting"] == 1
    gate.open()
    server.wait_for_message(alice)
    wait_until(lambda: httpx.get(url).json()["counts"].get("answered"))  # counted when it is sent
    before, health, after = age(index_dir), httpx.get(url), age(index_dir)
    facts = health.json()
    assert (health.status_code, facts["status"], facts["articles"]) == (200, "ok", 3)
    assert (facts["counts"]["answered"], facts["waiting"]) == (1, 0)
    assert round(before) <= facts["snapshot_age_seconds"] <= round(after)
    assert facts["seconds"]["p50"] > 0.05  # after which typing is shown, until which it was held
    assert server.token not in health.text
    assert bot.log
    for line in bot.log.splitlines():
        assert json.loads(line)["level"] in {"info", "warning"}
    assert bot.stop() == 0


def age(index_dir: Path) -> float:
    """The seconds since the live snapshot was made."""
    with open_current(index_dir) as snapshot:
        return (datetime.now(UTC) - datetime.fromisoformat(snapshot.manifest.created)).total_seconds()


def test_a_port_that_is_taken_is_told_in_one_sentence(start: Start, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        bot = start(wait=False, WEBHOOK_PORT=str(port))
        assert bot.ended() == 2
    assert f"WEBHOOK_PORT={port}" in bot.log
    assert "Traceback" not in bot.log


def test_a_webhook_without_a_secret_is_refused(start: Start) -> None:
    bot = start(wait=False, WEBHOOK_URL=PUBLIC)
    assert bot.ended() == 2
    assert "WEBHOOK_URL needs WEBHOOK_SECRET" in bot.log


def test_a_drain_that_takes_too_long_ends(server: TelegramServer, start: Start, gate: Gate) -> None:
    bot = start(change=f"{gate.holds_answers}\nimport bot.telegram.app\nbot.telegram.app.DRAIN_SECONDS = 0.1")
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    server.wait_for_call("sendChatAction")
    bot.process.send_signal(signal.SIGTERM)
    bot.wait_for_log("Stopped with questions that were not answered")
    gate.open()  # the thread that computes the answer cannot be stopped
    assert bot.ended() == 0
    assert server.messages(alice) == []
    assert "Traceback" not in bot.log
