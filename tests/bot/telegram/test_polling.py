"""Updates are fetched whatever comes instead of them, and a token that is good no longer ends the bot in words."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import httpx
from bot_process import ANSWER, QUESTION, Bot
from patience import PATIENCE, wait_until
from telegram_server import Fault, TelegramServer, User

Start = Callable[..., Bot]


def asks(server: TelegramServer, user: User) -> None:
    """The user asks, and is answered."""
    server.say(user, QUESTION)
    assert server.wait_for_message(user).text.startswith(ANSWER)


def test_a_token_that_is_revoked_ends_the_bot_in_a_sentence(server: TelegramServer, start: Start, alice: User) -> None:
    bot = start()
    asks(server, alice)
    token, server.token = server.token, "123456:another-token"
    assert bot.ended() == 2
    assert "does not know the token in TELEGRAM_BOT_TOKEN. Copy it again from @BotFather." in bot.log
    assert "Traceback" not in bot.log
    assert token not in bot.log


def test_a_refusal_that_is_none_of_telegrams_does_not_end_it(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    for code, reason in ((401, "Unauthorized"), (404, "Not Found"), (403, "Forbidden: x")):
        refused = server.inject("getUpdates", Fault.refusal(code, reason), times=2)
        asks(server, alice)  # which ends the request that waits for updates; the next ones are refused
        asks(server, alice)
        assert refused.hits == 2


def test_an_answer_that_is_none_is_not_asked_for_at_once_again(
    server: TelegramServer, start: Start, alice: User
) -> None:
    bot = start()
    for body in ('{"ok": true}', "null", '{"ok": true, "result": true}', '{"ok": true, "result": [1, {}]}'):
        server.inject("getUpdates", Fault.rubbish(body), times=1)
    asks(server, alice)
    calls = server.calls("getUpdates")
    struck = [number for number, call in enumerate(calls) if call.fault]
    assert len(struck) == 4
    assert all(after.at - call.at > 0.9 for call, after in pairwise(calls[struck[0] : struck[-1] + 1]))
    assert "Traceback" not in bot.log


def test_a_telegram_that_does_not_answer_is_told_in_the_health_answer(
    server: TelegramServer, start: Start, alice: User, port: int
) -> None:
    quickly = "import bot.telegram.app as app, bot.telegram.updates as updates\n"
    quickly += "app.SILENT_SECONDS = 10; updates.POLL_SECONDS = 1"
    start(WEBHOOK_PORT=str(port), change=quickly)

    def health() -> tuple[int, str]:
        answer = httpx.get(f"http://127.0.0.1:{port}/health", timeout=PATIENCE)
        return answer.status_code, answer.json()["status"]

    wait_until(lambda: health() == (200, "ok"))
    with server.down():
        wait_until(lambda: health() == (503, "no answer from Telegram"))
    asks(server, alice)
    wait_until(lambda: health() == (200, "ok"))
