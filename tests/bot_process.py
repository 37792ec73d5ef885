"""The real `kabar bot` process against a strict Bot API server of our own: what the tests of the bot share."""

from __future__ import annotations

import contextlib
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from kabar_process import environment
from patience import PATIENCE, wait_until
from sample_articles import write_articles
from telegram_server import Message, TelegramServer, User

from bot.telegram.state import State
from index.build import build
from index.embedding.hashing import HashEmbedder

QUESTION = "For how many million euros was the second crane of the harbour bought?"
ANSWER = "The harbour of Lowen bought a second crane for 4.2 million euros."

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc, or limits another process")

UNHURRIED = f"""
import bot.telegram.app, bot.telegram.handlers.asking
bot.telegram.handlers.asking.UNNOTICED_SECONDS = bot.telegram.handlers.asking.PATIENCE_SECONDS = {PATIENCE}
bot.telegram.app.DRAIN_SECONDS = {PATIENCE}
"""
"""The change that no bot of a test goes without: a slow machine is no reason for signs of life, or to give up."""

ENDLESS_MINUTE = f"import bot.telegram.limits; bot.telegram.limits.WINDOW = {int(time.time())}"
"""The change by which a single minute of the limits, begun when the tests did, goes on for decades."""

TWO_HOURS_AHEAD = """
import datetime, sys, time
class Ahead(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
tell, true = time.time, datetime.datetime
time.time = lambda: tell() + 7200
for module in list(sys.modules.values()):
    if getattr(module, "datetime", None) is true:
        module.datetime = Ahead
"""
"""The change by which the clock of the bot's machine is wrong."""


class Bot:
    """A bot process with its standard error in a file; `change` runs first in it, to make the model slow or broken."""

    def __init__(self, log: Path, settings: Mapping[str, str], change: str = "") -> None:
        self._log = log
        self.folder = log.parent
        code = f"{UNHURRIED}\n{change}\nimport runpy\nrunpy.run_module('bot', run_name='__main__')"
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code],
                env=environment(settings),
                cwd=log.parent,
                stdout=subprocess.DEVNULL,
                stderr=file,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_for_log(self, pattern: str) -> None:
        def stands_there() -> bool:
            ended = self.process.poll() is not None  # before the log is read: it may have written until then
            written = re.search(pattern, self.log) is not None
            assert written or not ended, f"the bot stopped with {self.process.returncode}:\n{self.log}"
            return written

        wait_until(stands_there, lambda: f"{pattern!r} never came; the log is:\n{self.log}")

    def ended(self) -> int:
        """The exit code, as soon as there is one."""
        return self.process.wait(timeout=PATIENCE)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Gate:
    """Holds up what runs into it until it is opened, so that a test can look meanwhile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.held_up = f"""
import pathlib, time
def held_up():
    while not pathlib.Path({str(path)!r}).exists():
        time.sleep(0.01)
"""
        """Code with a function of this name, which returns when the gate is open."""

    def open(self) -> None:
        self._path.touch()

    @property
    def holds_answers(self) -> str:
        """The change that makes every answer wait, and signs of life come soon and often."""
        return f"""{self.held_up}
import bot.telegram.handlers.asking, bot.telegram.sending
from bot.answers.answerer import Answerer
bot.telegram.handlers.asking.UNNOTICED_SECONDS = bot.telegram.sending.TYPING_SECONDS = 0.05
ask = Answerer.ask
Answerer.ask = lambda self, *asked, **how: (held_up(), ask(self, *asked, **how))[1]
"""


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "gate")


def wait_until_kept(state: State, message: Message) -> None:
    """Until the bot has kept what it sent, which it does after sending."""
    wait_until(lambda: state.sent_answer(message.chat_id, message.message_id))


def answered(server: TelegramServer, user: User, text: str, **how: object) -> Message:
    """The bot's reply to what the user says."""
    server.say(user, text, **how)  # type: ignore[arg-type]
    return server.wait_for_message(how.get("chat") or user)  # type: ignore[arg-type]


def pressed(server: TelegramServer, message: Message, button: str, by: User) -> str:
    """What is told to the one who presses a button."""
    query = server.press(message, button, by=by)
    return str(server.wait_for_call("answerCallbackQuery", callback_query_id=query).params.get("text") or "")


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server
        assert server.unhandled == []


@pytest.fixture
def alice(server: TelegramServer) -> User:
    return server.user("Alice", language_code="en")


@pytest.fixture
def port() -> int:
    """One that nobody listens at, and that no outgoing connection takes meanwhile: these begin at 32,768."""
    while True:
        number = random.randint(20_000, 32_000)
        with socket.socket() as free, contextlib.suppress(OSError):
            free.bind(("127.0.0.1", number))
            return number


@pytest.fixture
def start(server: TelegramServer, index_dir: Path, tmp_path: Path) -> Iterator[Callable[..., Bot]]:
    """Starts a bot on the small index; the token stands in no log, whatever happens."""
    bots: list[Bot] = []

    def start(wait: bool = True, change: str = "", **settings: str) -> Bot:
        known = {"TELEGRAM_BOT_TOKEN": server.token, "TELEGRAM_API_BASE": server.url, "INDEX_DIR": str(index_dir)}
        bot = Bot(tmp_path / f"bot-{len(bots)}.log", known | settings, change)
        bots.append(bot)
        if wait:
            bot.wait_for_log("Answering as @")
        return bot

    yield start
    for bot in bots:
        if bot.process.poll() is None:
            bot.kill()
        assert server.token not in bot.log


@pytest.fixture(scope="session")
def shared_bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TelegramServer, Bot]]:
    """A server with a bot on the small index behind it, for tests that only talk; whoever talks to it is new to it."""
    folder = tmp_path_factory.mktemp("shared")
    write_articles(folder / "articles")
    build([folder / "articles"], folder / "index", HashEmbedder())
    with TelegramServer() as server:
        settings = {"TELEGRAM_BOT_TOKEN": server.token, "TELEGRAM_API_BASE": server.url, "INDEX_DIR": "index"}
        bot = Bot(folder / "bot.log", settings)
        try:
            bot.wait_for_log("Answering as @")
            yield server, bot
        finally:
            bot.kill()
