"""A bot that is killed and started again goes on where it was."""

from __future__ import annotations

from collections.abc import Callable

from bot_process import QUESTION, Bot, answered, pressed, wait_until_kept
from telegram_server import Message, TelegramServer, User

from bot.telegram.state import State

Start = Callable[..., Bot]


def killed(bot: Bot, message: Message) -> None:
    """Kills the bot as soon as it has kept what it sent."""
    state = State(bot.folder / "var" / "state.sqlite")
    wait_until_kept(state, message)
    state.close()
    bot.kill()


def test_an_edit_after_a_restart_finds_its_answer(server: TelegramServer, start: Start, alice: User) -> None:
    bot = start()
    asked = server.say(alice, "When did the bakery on Mill Street open?")
    first = server.wait_for_message(alice)
    killed(bot, first)
    start()
    server.edit(asked, QUESTION)
    assert server.wait_for_message(alice).message_id == first.message_id


def test_buttons_work_after_a_restart_and_old_ones_say_so(server: TelegramServer, start: Start, alice: User) -> None:
    bot = start()
    answer = answered(server, alice, QUESTION)
    killed(bot, answer)
    bot = start()
    assert pressed(server, answer, "👍", alice) == "Thank you, I am glad it helped."
    assert pressed(server, answer, "Whole passage", alice) == ""
    server.say(alice, "/forget")
    server.wait_until(lambda: any(message.text.startswith("Done") for message in server.messages(alice)))
    assert "no longer remember" in pressed(server, answer, "Back to the answer", alice)
    assert "Traceback" not in bot.log


def test_a_chosen_language_stays(server: TelegramServer, start: Start, alice: User) -> None:
    bot = start()
    choices = answered(server, alice, "/language")
    assert {"English", "Bahasa Indonesia", "Deutsch"} <= set(choices.buttons)
    pressed(server, choices, "Bahasa Indonesia", alice)
    assert server.wait_for_message(alice).text == "Mulai sekarang saya berbahasa Indonesia dengan Anda."
    bot.kill()
    start()
    assert "artikel berita" in answered(server, alice, "/help").text
    server.say(alice, "/forget")
    server.wait_for_message(alice)
    assert "news articles" in answered(server, alice, "/help").text
