"""A local Bot API server, strict where Telegram is: the real bot talks to it over HTTP, and a test watches.

    with TelegramServer() as server:
        alice = server.user("Alice", language_code="id")
        server.say(alice, "berapa tentara?")                  # an update for the bot
        answer = server.wait_for_message(alice)               # what it sent
        assert not server.unhandled                           # and nothing the server does not model

The bot gets `f"{server.url}/bot"` as base URL, `f"{server.url}/file/bot"` for files, and `server.token`. An
asyncio loop in a daemon thread serves HTTP; the methods here are for the test's own thread. All times are
`time.monotonic()`.
"""

from telegram_server.faults import Fault
from telegram_server.requests import Call
from telegram_server.server import TelegramServer
from telegram_server.types import Chat, Document, Message, User

__all__ = ["Call", "Chat", "Document", "Fault", "Message", "TelegramServer", "User"]
