"""Who may ask: nothing of others passes, whatever its kind; invitations let people in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot_process import ANSWER, QUESTION, Bot
from kabar_process import Kabar
from telegram_server import TelegramServer

Start = Callable[..., Bot]


def test_nothing_of_strangers_passes(server: TelegramServer, start: Start) -> None:
    alice, mallory = server.user("Alice", language_code="en"), server.user("Mallory", language_code="en")
    group = server.group("Newsroom", members=[alice, mallory])
    start(TELEGRAM_ALLOWED=str(alice.id))
    server.say(alice, f"/ask {QUESTION}", chat=group)
    answer = server.wait_for_message(group)
    before = len(server.calls())
    server.press(answer, "Whole passage", by=mallory)
    server.press(answer, "👎", by=mallory)
    server.ask_inline(mallory, QUESTION)
    asked = server.say(mallory, QUESTION)
    server.edit(asked, f"{QUESTION} please")
    server.send_document(mallory, b"Title\n\nText of a story.\n", "story.txt")
    server.say(mallory, "/start guessed-code")
    server.say(mallory, f"/ask {QUESTION}", chat=group)
    server.say(alice, QUESTION)
    assert server.wait_for_message(alice).text.startswith(ANSWER)
    server.wait_until(lambda: server.messages(mallory))
    sent = [call.method for call in server.calls()[before:] if call.method not in {"getUpdates", "setMyCommands"}]
    assert sent == ["sendMessage"] * 2
    assert [message.text for message in server.messages(mallory)] == [
        "I do not know this code. It may have been used already, or it is too old; ask for a new one."
    ]


def test_an_invitation_lets_one_person_in_and_survives_a_kill(
    server: TelegramServer, start: Start, kabar: Kabar, tmp_path: Path
) -> None:
    alice, budi = server.user("Alice", language_code="en"), server.user("Budi", language_code="en")
    settings = {"TELEGRAM_ALLOWED": "1", "STATE_DB": str(tmp_path / "var" / "state.sqlite")}
    bot = start(**settings)
    code = json.loads(kabar("invite", "--json", settings=settings).stdout)["code"]
    server.say(alice, f"/start {code}")
    assert server.wait_for_message(alice).text.startswith("Welcome!")
    bot.kill()
    start(**settings)
    server.say(alice, QUESTION)
    assert server.wait_for_message(alice).text.startswith(ANSWER)
    server.say(budi, f"/start {code}")
    assert "I do not know this code" in server.wait_for_message(budi).text
    server.say(budi, QUESTION)
    server.say(alice, "/help")
    server.wait_for_message(alice)
    assert len(server.messages(budi)) == 1


def test_a_group_that_becomes_a_supergroup_stays_let_in(
    server: TelegramServer, start: Start, kabar: Kabar, tmp_path: Path
) -> None:
    alice = server.user("Alice", language_code="en")
    group, supergroup = server.group("Newsroom", kind="group", members=[alice]), server.group("Newsroom")
    settings = {"TELEGRAM_ALLOWED": f"1,{group.id}", "STATE_DB": str(tmp_path / "var" / "state.sqlite")}
    bot = start(**settings)
    code = json.loads(kabar("invite", "--json", settings=settings).stdout)["code"]
    server.say(alice, f"/start {code}", chat=group)
    assert server.wait_for_message(group).text.startswith("Welcome!")
    server.push_message(alice, group, migrate_to_chat_id=supergroup.id)
    bot.wait_for_log(f"{group.id}, which stands in TELEGRAM_ALLOWED, is {supergroup.id} now")
    server.say(alice, f"/ask {QUESTION}", chat=supergroup)
    assert server.wait_for_message(supergroup).text.startswith(ANSWER)


def test_a_group_is_let_in_by_a_code_that_is_sent_there(
    server: TelegramServer, start: Start, kabar: Kabar, tmp_path: Path
) -> None:
    alice, budi = server.user("Alice", language_code="en"), server.user("Budi", language_code="en")
    group = server.group("Newsroom", members=[alice, budi])
    settings = {"TELEGRAM_ALLOWED": "1", "STATE_DB": str(tmp_path / "var" / "state.sqlite")}
    start(**settings)
    code = json.loads(kabar("invite", "--json", settings=settings).stdout)["code"]
    server.say(alice, f"/start@{server.bot.username} {code}", chat=group)
    assert server.wait_for_message(group).text.startswith("Welcome!")
    server.say(budi, f"/ask {QUESTION}", chat=group)
    assert server.wait_for_message(group).text.startswith(ANSWER)


def test_a_gate_that_fails_stays_closed(server: TelegramServer, start: Start, tmp_path: Path) -> None:
    alice, mallory = server.user("Alice", language_code="en"), server.user("Mallory", language_code="en")
    state = tmp_path / "var" / "state.sqlite"
    bot = start(TELEGRAM_ALLOWED=str(alice.id), STATE_DB=str(state))
    with closing(sqlite3.connect(state)) as database:
        database.executescript("DROP TABLE admitted; DROP TABLE invitations;")
    for text in (QUESTION, "/start guessed-code"):
        server.say(mallory, text)
    server.say(alice, QUESTION)
    assert server.wait_for_message(alice).text.startswith(ANSWER)
    assert bot.stop() == 0  # all that was begun is done with
    assert "Who was invited could not be read from STATE_DB (no such table: admitted)" in bot.log
    assert [message.text for message in server.messages(mallory)] == [
        "Sorry, something went wrong on my side. Please ask again in a moment."
    ]
