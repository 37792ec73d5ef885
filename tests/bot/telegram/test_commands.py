"""Every command stands in one place, has its handler and its texts, and is the same however it is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from bot_process import ANSWER, QUESTION, Bot, wait_until_kept
from telegram_server import Message, TelegramServer, User

from bot.phrases import languages
from bot.telegram.commands import COMMANDS
from bot.telegram.state import State

Start = Callable[..., Bot]
ONE_WINDOW = "import bot.telegram.limits; bot.telegram.limits.WINDOW = 10 ** 9"
"""The change after which limits are counted from now on, whatever the clock says."""


@pytest.fixture
def alice(server: TelegramServer) -> User:
    return server.user("Alice", language_code="en")


def answered(server: TelegramServer, user: User, text: str, **how: object) -> Message:
    """The bot's reply to what the user says."""
    server.say(user, text, **how)  # type: ignore[arg-type]
    return server.wait_for_message(how.get("chat") or user)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", languages())
def test_every_command_that_is_listed_has_its_text(code: str) -> None:
    texts = languages()[code].commands
    assert texts.keys() == {command.name for command in COMMANDS if command.listed}
    assert all(1 <= len(text) <= 256 for text in texts.values())


def test_every_command_has_its_handler(server: TelegramServer, start: Start, alice: User) -> None:
    start(TELEGRAM_ADMINS=str(alice.id))
    unknown = answered(server, alice, "/unknown").text
    texts = {command.name: answered(server, alice, f"/{command.name}").text for command in COMMANDS}
    assert [name for name, text in texts.items() if text == unknown] == ["help"]
    assert len(set(texts.values())) >= len(COMMANDS) - 1  # /history and /rollback show the same list


def test_commands_of_operators_are_none_in_groups(server: TelegramServer, start: Start, alice: User) -> None:
    start(TELEGRAM_ADMINS=str(alice.id))
    group = server.group("Newsroom", members=[alice])
    for command in COMMANDS:
        if command.operators:
            server.say(alice, f"/{command.name}", chat=group)
    assert "news articles" in answered(server, alice, "/help", chat=group).text
    assert len(server.messages(group)) == 1


WRITTEN = ["/ask {}", "/ASK {}", "/Ask@{bot} {}", "/ask\n{}", "/aSk@{bot}\n\n{}"]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_command_is_the_same_however_it_is_written(
    server: TelegramServer, start: Start, alice: User, written: str
) -> None:
    start(QUESTIONS_PER_MINUTE="2", change=ONE_WINDOW)
    group = server.group("Newsroom", members=[alice])
    text = written.format(QUESTION, bot=server.bot.username.upper() if server.bot.username else "")
    server.say(alice, text, chat=group, date=int((datetime.now(UTC) - timedelta(hours=5)).timestamp()))
    assert server.wait_for_message(group).text.startswith("Sorry, I was away")
    assert answered(server, alice, text, chat=group).text.startswith(ANSWER)
    assert answered(server, alice, text, chat=group).text.startswith(ANSWER)
    assert answered(server, alice, text, chat=group).text.startswith("That is a lot of questions")


def test_what_is_right_may_stand_behind_a_line_break(server: TelegramServer, start: Start, alice: User) -> None:
    bot = start()
    answer = answered(server, alice, QUESTION)
    state = State(bot.folder / "var" / "state.sqlite")
    wait_until_kept(state, answer)
    answered(server, alice, "/expect\n4.2 million\neuros", reply_to=answer)
    assert [one.expected for one in state.feedback()] == ["4.2 million\neuros"]
    state.close()


def test_an_invitation_for_another_bot_is_none_for_this_one(server: TelegramServer, start: Start, alice: User) -> None:
    bot = start(TELEGRAM_ALLOWED="1")
    state = State(bot.folder / "var" / "state.sqlite")
    code = state.invite()
    server.privacy = False
    group = server.group("Newsroom", members=[alice])
    server.say(alice, f"/start@another_bot {code}", chat=group)
    server.say(alice, f"/start@another_bot {code}")
    assert answered(server, alice, f"/START {code}").text.startswith("Welcome!")
    assert server.messages(group) == []
    state.close()
