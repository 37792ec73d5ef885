"""A question from its message to its reply, when that takes long, goes wrong or is odd."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bot_process import ANSWER, QUESTION, Bot, Gate, answered
from telegram_server import TelegramServer, User

Start = Callable[..., Bot]


@pytest.mark.parametrize("length", [1, 4096])
def test_a_question_may_be_anything(server: TelegramServer, start: Callable[..., Bot], length: int) -> None:
    start(LONGEST_QUESTION="4096")
    alice = server.user("Alice", language_code="en")
    server.say(alice, ("😀" * 2048 if length > 1 else "?"))
    assert server.wait_for_message(alice).text.startswith("The articles do not say.")


def test_somebody_who_blocked_the_bot_is_no_error(
    server: TelegramServer, start: Callable[..., Bot], gate: Gate
) -> None:
    bot = start(change=gate.holds_answers)
    alice, budi = server.user("Alice", language_code="en"), server.user("Budi", language_code="en")
    server.say(alice, QUESTION)
    server.wait_for_call("sendChatAction")
    server.block(alice)
    gate.open()
    bot.wait_for_log("takes no messages from the bot any more")
    server.say(budi, QUESTION)
    assert ANSWER in server.wait_for_message(budi).text
    assert "Traceback" not in bot.log


def test_nobody_waits_for_another_and_typing_is_kept_alive(
    server: TelegramServer, start: Callable[..., Bot], gate: Gate
) -> None:
    start(change=gate.holds_answers)
    alice, budi = server.user("Alice", language_code="en"), server.user("Budi", language_code="en")
    server.say(alice, QUESTION)
    for _ in range(3):
        server.wait_for_call("sendChatAction", chat_id=alice.id)
    server.say(budi, "/help")
    server.wait_for_message(budi)
    assert server.messages(alice) == []
    gate.open()
    assert server.wait_for_message(alice).text.startswith(ANSWER)


def test_a_failure_is_told_kindly_to_the_asker_and_usefully_to_the_operator(
    server: TelegramServer, start: Callable[..., Bot]
) -> None:
    bot = start(
        change="""
from bot.answers.answerer import Answerer
def ask(self, *asked, **how):
    raise RuntimeError("the model fell over, near token " + __import__("os").environ["TELEGRAM_BOT_TOKEN"])
Answerer.ask = ask
"""
    )
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    assert server.wait_for_message(alice).text.startswith("Sorry, something went wrong on my side.")
    assert "RuntimeError: the model fell over, near token <secret>" in bot.log
    assert QUESTION not in bot.log


def test_a_question_edited_while_it_is_answered_ends_with_the_answer_to_the_last(
    server: TelegramServer, start: Start, gate: Gate, alice: User
) -> None:
    start(change=gate.holds_answers)
    asked = server.say(alice, "When did the bakery on Mill Street open?")
    server.wait_for_call("sendChatAction")
    server.edit(asked, QUESTION)
    server.wait_until(lambda: server.pending == 0)
    gate.open()
    server.wait_until(lambda: [m.text.startswith(ANSWER) for m in server.messages(alice)] == [True])


def test_a_slow_answer_in_a_group_takes_the_place_of_its_placeholder(
    server: TelegramServer, start: Start, gate: Gate, alice: User
) -> None:
    start(change=gate.holds_answers)
    group = server.group("Newsroom", members=[alice])
    placeholder = answered(server, alice, f"/ask {QUESTION}", chat=group)
    assert placeholder.text == "Looking it up …"
    gate.open()
    answer = server.wait_for_message(group)
    assert (answer.message_id, answer.edits) == (placeholder.message_id, 1)
    assert answer.text.startswith(ANSWER)
    assert len(server.calls("sendMessage")) == 1


def test_a_question_that_is_too_long_is_not_looked_up(server: TelegramServer, start: Start, alice: User) -> None:
    start(LONGEST_QUESTION="50")
    assert answered(server, alice, "x" * 51).text == (
        "That is too long for a question: please write at most 50 characters."
    )
