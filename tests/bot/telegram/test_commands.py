"""Every command stands in one place, has its handler and its texts, and is the same however it is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from bot_process import ANSWER, ENDLESS_MINUTE, QUESTION, Bot, answered, wait_until_kept
from telegram_server import TelegramServer, User

from bot.phrases import languages
from bot.telegram.commands import COMMANDS
from bot.telegram.state import State

Start = Callable[..., Bot]


@pytest.mark.parametrize("code", languages())
def test_every_command_that_is_listed_has_its_text(code: str) -> None:
    assert languages()[code].commands.keys() == {command.name for command in COMMANDS if command.listed}


def test_every_command_has_its_handler(server: TelegramServer, start: Start, alice: User) -> None:
    start(TELEGRAM_ADMINS=str(alice.id))
    unknown = answered(server, alice, "/unknown").text
    texts = {command.name: answered(server, alice, f"/{command.name}").text for command in COMMANDS}
    assert [name for name, text in texts.items() if text == unknown] == ["help"]
    assert texts["status"].endswith("\nhash: whole numbers")
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


def test_a_command_is_the_same_however_it_is_written(server: TelegramServer, start: Start) -> None:
    start(QUESTIONS_PER_MINUTE="2", change=ENDLESS_MINUTE)
    for written in WRITTEN:
        user = server.user("Somebody", language_code="en")
        group = server.group("Newsroom", members=[user])
        text = written.format(QUESTION, bot=server.bot.username.upper() if server.bot.username else "")
        server.say(user, text, chat=group, date=int((datetime.now(UTC) - timedelta(hours=5)).timestamp()))
        assert server.wait_for_message(group).text.startswith("Sorry, I was away"), written
        assert answered(server, user, text, chat=group).text.startswith(ANSWER), written
        assert answered(server, user, text, chat=group).text.startswith(ANSWER), written
        assert answered(server, user, text, chat=group).text.startswith("That is a lot of questions"), written


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


def test_the_menu_is_there_for_each_place_and_language(server: TelegramServer, start: Start, alice: User) -> None:
    start(TELEGRAM_ADMINS=str(alice.id))
    server.private(alice)
    expected = 3 * len(languages())
    server.wait_until(lambda: len(server.calls("setMyCommands")) >= expected)
    menus = {
        (str(call.params["scope"]["type"]), str(call.params.get("language_code") or "")): [
            command["command"] for command in call.params["commands"]
        ]
        for call in server.calls("setMyCommands")
    }
    assert {scope for scope, _ in menus} == {"all_private_chats", "all_group_chats", "chat"}
    assert {code for _, code in menus} == {"", *languages()} - {"en"}
    assert "status" in menus["chat", "id"]
    assert "status" not in menus["all_private_chats", "id"]
    assert "forget" not in menus["all_group_chats", ""]
