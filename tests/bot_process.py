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
from telegram_server import Message, TelegramServer

from bot.telegram.state import State

QUESTION = "For how many million euros was the second crane of the harbour bought?"
ANSWER = "The harbour of Lowen bought a second crane for 4.2 million euros."

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc, or limits another process")


class Bot:
    """A bot process with its standard error in a file; `change` runs first in it, to make the model slow or broken."""

    def __init__(self, log: Path, settings: Mapping[str, str], change: str = "") -> None:
        self._log = log
        self.folder = log.parent
        command = ["-c", f"{change}\nfrom bot.cli import app\napp(['bot'])"] if change else ["-m", "bot"]
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                env=environment(settings),
                cwd=log.parent,
                stdout=subprocess.DEVNULL,
                stderr=file,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_for_log(self, pattern: str, timeout: float = 60) -> None:
        until = time.monotonic() + timeout
        while not re.search(pattern, self.log):
            assert time.monotonic() < until, f"{pattern!r} never came; the log is:\n{self.log}"
            assert self.process.poll() is None, f"the bot stopped with {self.process.returncode}:\n{self.log}"
            time.sleep(0.02)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


def wait_until_kept(state: State, message: Message) -> None:
    """Until the bot has kept what it sent, which it does after sending."""
    until = time.monotonic() + 10
    while state.sent_answer(message.chat_id, message.message_id) is None:
        assert time.monotonic() < until
        time.sleep(0.01)


def slowly(seconds: float) -> str:
    """The change that makes every answer take this long, and typing be shown five times a second."""
    return f"""
import time, bot.telegram.sending
from bot.answers.answerer import Answerer
bot.telegram.sending.TYPING_SECONDS = 0.2
ask = Answerer.ask
Answerer.ask = lambda self, *asked, **how: (time.sleep({seconds}), ask(self, *asked, **how))[1]
"""


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server
        assert server.unhandled == []


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
            bot.process.kill()
            bot.process.wait()
        assert server.token not in bot.log
