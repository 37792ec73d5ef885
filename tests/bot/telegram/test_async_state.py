"""The state as coroutines use it: never on the event loop, in order, and not held up by another process."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from bot_process import ANSWER, QUESTION, Bot, wait_until_kept
from patience import PATIENCE, wait_until
from telegram_server import Fault, Message, TelegramServer, User

from bot.phrases import languages
from bot.telegram.async_state import AsyncState
from bot.telegram.state import State

Start = Callable[..., Bot]
APOLOGY = "Sorry, something went wrong on my side."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.sqlite"


@pytest.fixture
def state(path: Path) -> Iterator[AsyncState]:
    state = AsyncState(State(path, busy=0))
    yield state
    state.close()


@pytest.mark.anyio
async def test_what_is_written_is_written_in_order_and_read_afterwards(state: AsyncState) -> None:
    await asyncio.gather(*(state.write(State.set_language, 1, code) for code in ("de", "fr", "id")))
    assert await state.read(State.language, 1) == "id"


@pytest.mark.anyio
async def test_what_is_begun_is_written_whoever_gives_up(path: Path) -> None:
    state, gate = AsyncState(State(path)), threading.Event()
    held_up = asyncio.create_task(state.write(lambda _: gate.wait()))
    behind = asyncio.create_task(state.write(State.set_language, 1, "id"))
    await asyncio.sleep(0)
    for task in (held_up, behind):
        task.cancel()
    await asyncio.wait({held_up, behind})
    assert await state.read(State.language, 1) is None  # reading is not held up
    gate.set()
    state.close()
    with closing(State(path)) as again:
        assert again.language(1) == "id"


@pytest.mark.anyio
async def test_a_lock_that_was_waited_for_in_vain_is_not_waited_for_at_once_again(
    state: AsyncState, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            await state.write(State.set_language, 1, "id")
    with pytest.raises(sqlite3.OperationalError, match="another process"):
        await state.write(State.set_language, 1, "id")
    monkeypatch.setattr("bot.telegram.async_state.monotonic", lambda: float("inf"))
    await state.write(State.set_language, 1, "id")
    assert await state.read(State.language, 1) == "id"


# --- the bot beside another process that writes ---------------------------------------------------------------------

LOCKING = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
database.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process is writing to the file meanwhile."""
    command = [sys.executable, "-c", LOCKING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "locked\n"
        yield
        process.communicate()


def test_another_process_that_writes_keeps_nobody_waiting(
    server: TelegramServer, start: Start, path: Path, port: int
) -> None:
    bot = start(STATE_DB=str(path), WEBHOOK_PORT=str(port), QUESTIONS_PER_MINUTE="1000", CHAT_QUESTIONS_PER_MINUTE="0")
    crowd = [server.user(f"User {number}", language_code="en") for number in range(12)]
    alice = crowd[0]

    def answered(user: User, text: str) -> Message:
        server.say(user, text)
        return server.wait_for_message(user)

    first = answered(alice, QUESTION)
    with closing(State(path)) as state:
        wait_until_kept(state, first)
    with locked(path):
        for user in crowd:
            server.say(user, f"{QUESTION} ({user.id})")
        for user in crowd:
            assert server.wait_for_message(user).text.startswith(ANSWER)
            assert httpx.get(f"http://127.0.0.1:{port}/health", timeout=PATIENCE).json()["status"] == "ok"
        assert pressed(server, first, "👎", alice).startswith(APOLOGY)
        choices = answered(alice, "/language")
        assert pressed(server, choices, "Deutsch", alice).startswith(APOLOGY)
        assert answered(alice, "/forget").text.startswith(APOLOGY)
        for button in ("Whole passage", "Back to the answer"):  # what is read goes on
            assert pressed(server, first, button, alice) == ""
    assert "database is locked" in bot.log
    wait_until(lambda: pressed(server, first, "👎", alice).startswith("Thank you"))  # what is said is kept again
    assert bot.stop() == 0


def pressed(server: TelegramServer, message: Message, button: str, by: User) -> str:
    """What is told to the one who presses a button."""
    query = server.press(message, button, by=by)
    return str(server.wait_for_call("answerCallbackQuery", callback_query_id=query).params.get("text") or "")


# --- SQLite and the event loop --------------------------------------------------------------------------------------

WATCHED = """
import asyncio, atexit, sqlite3, sys, traceback
statements = 0

def watch(*_):
    global statements
    statements += 1
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    print("SQLite on the event loop:", *traceback.format_stack(limit=8), sep="\\n", file=sys.stderr)

class Watched(sqlite3.Connection):
    def __init__(self, *how, **more):
        super().__init__(*how, **more)
        self.set_trace_callback(watch)

    def close(self):
        watch()
        super().close()

connect = sqlite3.connect
sqlite3.connect = lambda *how, **more: connect(*how, factory=Watched, **more)
atexit.register(lambda: print(statements, "statements were watched", file=sys.stderr))
"""
"""The change that tells in the log where the loop waits for SQLite."""
STORY = b"New bakery\n\n5 May 2024\n\nThe bakery on Mill Street opened in May.\n"


def test_nothing_of_sqlite_happens_on_the_event_loop(
    server: TelegramServer, start: Start, path: Path, articles_dir: Path, port: int, add_bakery: Callable[[], str]
) -> None:
    chief, alice = server.user("Chief", language_code="en"), server.user("Alice", language_code="id")
    bot = start(
        change=WATCHED, STATE_DB=str(path), ARTICLES_DIR=str(articles_dir), TELEGRAM_ADMINS=str(chief.id),
        TELEGRAM_ALLOWED="1", KEEP_GAPS="true", WEBHOOK_PORT=str(port), QUESTIONS_PER_MINUTE="40",
    )  # fmt: skip
    with closing(State(path)) as state:
        server.say(alice, f"/start {state.invite()}")
        server.say(alice, "/start guessed")
        server.wait_for_message(alice)
        answers = {user: converse(server, user) for user in (chief, alice)}
        wait_until_kept(state, answers[chief])
    press_everything(server, chief, answers[chief])
    httpx.get(f"http://127.0.0.1:{port}/health").raise_for_status()
    operate(bot, server, chief, answers[chief])
    bot.wait_for_log(f"Answering from snapshot {add_bakery()} now")
    server.inject("sendMessage", Fault.refusal(400, "Bad Request: for a test"), times=1)
    for _ in range(60):
        server.say(alice, "/help")  # more than she may
    server.say(chief, QUESTION, date=1_700_000_000)
    server.wait_until(lambda: server.pending == 0)
    assert bot.stop() == 0
    assert "SQLite on the event loop" not in bot.log
    assert re.search(r"\d{3,} statements were watched", bot.log)


def converse(server: TelegramServer, user: User) -> Message:
    """Says everything that anybody may say; gives an answer with its buttons."""
    group = server.group("Newsroom", members=[user])
    server.say(user, f"/ask {QUESTION}", chat=group)
    asked = server.say(user, QUESTION)
    server.wait_until(lambda: any(message.reply_to_message_id == asked.message_id for message in server.messages(user)))
    answer = next(one for one in server.messages(user) if one.reply_to_message_id == asked.message_id)
    server.edit(server.say(user, "Who opened the bakery?"), "Who opened it?")
    server.say(user, "and when?", reply_to=answer)
    server.say(user, "/expect 4.2 million euros", reply_to=answer)
    server.push_message(user, server.private(user), dice={"emoji": "🎲", "value": 3})
    server.ask_inline(user, QUESTION)
    for command in languages()["en"].commands:
        if command != "forget":
            server.say(user, f"/{command}")
    server.say(user, "/unknown")
    server.wait_for_call("answerInlineQuery")
    return answer


def press_everything(server: TelegramServer, user: User, answer: Message) -> None:
    for button in ("👍", "👎", "Whole passage", "Next ›", "Back to the answer"):
        pressed(server, answer, button, user)
    choices = next(message for message in server.messages(user) if "Deutsch" in message.buttons)
    pressed(server, choices, "English", user)


def operate(bot: Bot, server: TelegramServer, chief: User, answer: Message) -> None:
    def told(beginning: str) -> Message:
        def found() -> list[Message]:
            return [message for message in server.messages(chief) if message.text.startswith(beginning)]

        server.wait_until(found)
        return found()[0]

    server.say(chief, "/remove orchestra")
    pressed(server, told("Remove “"), "Yes", chief)
    told("Removed: ")
    bot.wait_for_log("Answering from snapshot")
    server.say(chief, "/rollback")
    pressed(server, told("Go back to"), "Yes", chief)
    server.send_document(chief, STORY, "story.txt")
    told("Added: ")
    server.say(chief, f"{server.url}/a-story")
    told("That did not work")
    server.say(chief, "/remove", reply_to=answer)
    server.say(chief, "/forget")
    told("Done: ")
