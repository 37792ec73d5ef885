"""One person's updates are handled in order, and none of them takes the place of everybody's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bot_process import ANSWER, QUESTION, Bot
from patience import PATIENCE
from telegram_server import TelegramServer, User

Start = Callable[..., Bot]


@pytest.fixture
def budi(server: TelegramServer) -> User:
    return server.user("Budi", language_code="en")


def sending_never_ends(chat: int) -> str:
    """The change after which a chat takes no message: as if Telegram told it to wait, again and again."""
    return f"""
import asyncio
from bot.telegram.sending import Sender
send = Sender.send
async def held_up(self, chat, *what, **how):
    await (asyncio.Event().wait() if chat == {chat} else asyncio.sleep(0))
    return await send(self, chat, *what, **how)
Sender.send = held_up
"""


def test_a_flood_to_a_chat_that_has_to_wait_holds_nobody_else_up(
    server: TelegramServer, start: Start, alice: User, budi: User
) -> None:
    bot = start(QUESTIONS_PER_MINUTE="0", CHAT_QUESTIONS_PER_MINUTE="0", change=sending_never_ends(alice.id))
    for _ in range(2500):
        server.say(alice, "/help")
    server.say(budi, QUESTION)
    assert server.wait_for_message(budi).text.startswith(ANSWER)
    assert bot.log.count("the rest is passed by") == 1


def test_what_never_ends_is_given_up_and_what_comes_behind_it_is_handled(
    server: TelegramServer, start: Start, alice: User
) -> None:
    never = f"""
import asyncio, bot.telegram.order
from bot.telegram.handlers.people import People
async def help(self, update, context):
    bot.telegram.order.LONGEST_SECONDS = {PATIENCE}  # for what comes behind it
    await asyncio.Event().wait()
People.help = help
bot.telegram.order.LONGEST_SECONDS = 2
"""
    bot = start(change=never)
    server.say(alice, "/help")
    server.say(alice, QUESTION)
    assert server.wait_for_message(alice).text.startswith(ANSWER)
    assert "is passed by" in bot.log
    assert bot.stop() == 0
