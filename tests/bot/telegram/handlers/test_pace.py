"""Too much and too late is told kindly, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot_process import ANSWER, ENDLESS_MINUTE, QUESTION, TWO_HOURS_AHEAD, Bot, answered, pressed
from telegram_server import TelegramServer, User

Start = Callable[..., Bot]


def test_who_asks_too_much_is_told_once(server: TelegramServer, start: Start, alice: User) -> None:
    start(QUESTIONS_PER_MINUTE="3", change=ENDLESS_MINUTE)
    budi = server.user("Budi", language_code="en")
    for _ in range(6):
        server.say(alice, QUESTION)
    assert answered(server, budi, QUESTION).text.startswith(ANSWER)
    server.wait_until(lambda: len(server.messages(alice)) == 4)
    texts = [message.text for message in server.messages(alice)]
    assert [text.startswith(ANSWER) for text in texts] == [True, True, True, False]
    assert texts[-1].startswith("That is a lot of questions at once.")


def test_updates_from_hours_ago_get_one_kind_line(server: TelegramServer, start: Start, alice: User) -> None:
    old = int((datetime.now(UTC) - timedelta(hours=5)).timestamp())
    for _ in range(3):
        server.say(alice, QUESTION, date=old)
    server.say(alice, QUESTION)
    start()
    server.wait_until(lambda: len(server.messages(alice)) == 2)
    texts = sorted(message.text for message in server.messages(alice))
    assert texts[0].startswith("Sorry, I was away when you wrote this")
    assert texts[1].startswith(ANSWER)


def test_a_clock_that_is_wrong_makes_no_message_late(server: TelegramServer, start: Start, alice: User) -> None:
    start(change=TWO_HOURS_AHEAD)
    assert answered(server, alice, QUESTION).text.startswith(ANSWER)
    old = int((datetime.now(UTC) - timedelta(minutes=90)).timestamp())
    assert answered(server, alice, QUESTION, date=old).text.startswith("Sorry, I was away when you wrote this")


def test_a_flood_of_anything_is_told_once(server: TelegramServer, start: Start, alice: User) -> None:
    start(QUESTIONS_PER_MINUTE="4", change=ENDLESS_MINUTE)
    answer = answered(server, alice, QUESTION)
    for _ in range(3):
        assert pressed(server, answer, "👍", alice) == "Thank you, I am glad it helped."
    assert pressed(server, answer, "👍", alice).startswith("That is a lot of questions")
    for _ in range(5):
        server.say(alice, "/help")
        server.edit(server.say(alice, "one"), QUESTION)
    budi = server.user("Budi", language_code="en")
    answered(server, budi, QUESTION)
    server.wait_until(lambda: server.pending == 0)
    assert len(server.messages(alice)) <= 2
