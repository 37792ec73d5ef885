"""The real bot process behind a webhook, and the answer that tells how it is."""

from __future__ import annotations

import json
import resource
import signal
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from bot_process import ANSWER, LINUX, QUESTION, Bot, Gate
from patience import PATIENCE, wait_until
from telegram_server import Fault, TelegramServer

from bot.telegram.web import SECRET_HEADER
from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store import snapshots
from index.store.snapshots import open_current

Start = Callable[..., Bot]
get = partial(httpx.get, timeout=PATIENCE)
post = partial(httpx.post, timeout=PATIENCE)
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


def test_a_token_that_is_revoked_ends_the_bot_in_a_sentence(server: TelegramServer, hooked: Callable[..., Bot]) -> None:
    bot = hooked(change="import bot.telegram.updates; bot.telegram.updates.TOKEN_SECONDS = 0.5")
    unlike = server.inject("getMe", Fault.refusal(401, "Unauthorized"), times=1)
    server.wait_until(lambda: unlike.hits)
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    assert server.wait_for_message(alice).text.startswith(ANSWER)
    server.token = "123456:another-token"
    assert bot.process.wait(PATIENCE) == 2
    assert "does not know the token in TELEGRAM_BOT_TOKEN" in bot.log


def test_nobody_but_telegram_can_deliver(server: TelegramServer, hooked: Callable[..., Bot], port: int) -> None:
    bot = hooked()
    url = f"http://127.0.0.1:{port}/telegram"
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}}}
    secret = {SECRET_HEADER: SECRET}
    assert post(url, json=update).status_code == 401
    assert post(url, json=update, headers={SECRET_HEADER: "guessed"}).status_code == 401
    assert post(url, json=update, headers={SECRET_HEADER: b"\xff\xfe"}).status_code == 401
    assert get(url, headers=secret).status_code == 405
    numbers = (b'"x"', b"null", b"true", b"Infinity", b"1e999", b"9" * 5000)
    for body in (b"", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, *(b'{"update_id": %s}' % one for one in numbers)):
        assert post(url, content=body, headers=secret).status_code == 400
    assert post(url, content=b"x" * 2_000_000, headers=secret).status_code == 413
    assert post(url, json={"update_id": 2, "message": {"poll": {}}}, headers=secret).status_code == 200
    assert get(f"http://127.0.0.1:{port}/").status_code == 404
    assert "Traceback" not in bot.log


HEAD = f"POST /telegram HTTP/1.1\r\nHost: bot\r\n{SECRET_HEADER}: {SECRET}\r\nContent-Length: 100\r\n\r\n".encode()


@pytest.mark.parametrize("sent", [b"", HEAD[:40], HEAD, HEAD + b"{"], ids=["nothing", "half a head", "a head", "more"])
def test_a_request_that_never_ends_is_given_up(hooked: Callable[..., Bot], port: int, sent: bytes) -> None:
    hooked(change="import bot.telegram.web; bot.telegram.web.LONGEST_SECONDS = 1")
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as half_open:
        half_open.sendall(sent)
        answer = half_open.makefile("rb").read()  # until the bot closes it
    assert answer[:12] == (b"HTTP/1.1 408" if len(sent) >= len(HEAD) else b"")


def test_nobody_can_take_all_connections(hooked: Callable[..., Bot], port: int) -> None:
    hooked(change="import bot.telegram.web; bot.telegram.web.MOST_CONNECTIONS = 5")
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/health")
    wait_until(lambda: is_well(port))


def is_well(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
    except httpx.TransportError:
        return False


def test_requests_that_make_no_sense_leave_no_line(server: TelegramServer, start: Start, port: int) -> None:
    bot = start(WEBHOOK_PORT=str(port))
    before = bot.log
    for head in (b"\x00\xff", b"GET /\x1b[2J HTTP/1.1", b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000):
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
            connection.sendall(head + b"\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.0 400"
    assert bot.log == before


@LINUX
def test_too_few_descriptors_are_told_in_a_line(server: TelegramServer, start: Start, port: int) -> None:
    bot = start(WEBHOOK_PORT=str(port), change="import bot.telegram.web; bot.telegram.web.ACCEPT_AGAIN_SECONDS = 0.5")
    used = max(int(path.name) for path in Path(f"/proc/{bot.process.pid}/fd").iterdir())
    _, most = resource.prlimit(bot.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(bot.process.pid, resource.RLIMIT_NOFILE, (used + 1, most))
    with ExitStack() as stack:
        for _ in range(used + 10):  # as many as fill every gap, and more
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        bot.wait_for_log("No connection can be taken .*ulimit -n")
        time.sleep(3)  # in which it could be told again and again
    assert bot.log.count("No connection can be taken") == 1
    assert len(bot.log.splitlines()) < 10
    resource.prlimit(bot.process.pid, resource.RLIMIT_NOFILE, (most, most))
    wait_until(lambda: is_well(port))
    assert bot.stop() == 0


def test_what_is_delivered_twice_is_answered_once(
    server: TelegramServer, hooked: Callable[..., Bot], port: int
) -> None:
    hooked()
    alice = server.user("Alice", language_code="en")
    asked = server.say(alice, QUESTION)
    server.wait_for_message(alice)
    update = {"update_id": FIRST_UPDATE, "message": asked.raw}
    again = post(f"http://127.0.0.1:{port}/telegram", json=update, headers={SECRET_HEADER: SECRET})
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
    assert get(url).json()["waiting"] == 1
    gate.open()
    server.wait_for_message(alice)
    wait_until(lambda: get(url).json()["counts"].get("answered"))  # counted when it is sent
    before, health, after = age(index_dir), get(url), age(index_dir)
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


def test_an_answer_that_never_ends_is_told_in_the_health_answer(
    server: TelegramServer, start: Start, gate: Gate, port: int
) -> None:
    impatient = "import bot.telegram.app; bot.telegram.app.STUCK_SECONDS = 0.1"
    start(WEBHOOK_PORT=str(port), change=f"{gate.holds_answers}\n{impatient}")
    alice, url = server.user("Alice", language_code="en"), f"http://127.0.0.1:{port}/health"
    assert get(url).status_code == 200
    server.say(alice, QUESTION)
    wait_until(lambda: get(url).json()["status"] == "a question takes too long")
    assert get(url).status_code == 503
    gate.open()
    server.wait_for_message(alice)
    wait_until(lambda: get(url).status_code == 200)


def test_no_snapshot_is_younger_than_none(
    server: TelegramServer,
    start: Start,
    port: int,
    articles_dir: Path,
    index_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    monkeypatch.setattr(snapshots, "now", lambda: tomorrow)  # then the clock was set back
    (articles_dir / "harbour.txt").unlink()
    build([articles_dir], index_dir, HashEmbedder())
    start(WEBHOOK_PORT=str(port))
    assert get(f"http://127.0.0.1:{port}/health").json()["snapshot_age_seconds"] == 0


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


def test_an_answer_that_never_ends_does_not_keep_the_process(server: TelegramServer, start: Start, gate: Gate) -> None:
    hurried = "import bot.telegram.app as app; app.DRAIN_SECONDS = app.CLOSING_SECONDS = 0.1"
    bot = start(change=f"{gate.holds_answers}\n{hurried}")
    server.say(server.user("Alice", language_code="en"), QUESTION)
    server.wait_for_call("sendChatAction")
    assert bot.stop() == 0
    assert "Ended in the middle of what would not end by itself" in bot.log
    assert "Traceback" not in bot.log
