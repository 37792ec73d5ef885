"""What the handlers share."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from telegram import InlineKeyboardButton, Message, User
from telegram.constants import MessageEntityType
from telegram.ext import BaseHandler, filters

from bot.answers.answerer import Answerer
from bot.answers.live import LiveAnswerer
from bot.answers.types import Answer
from bot.phrases import Phrases, phrases
from bot.questions.conversation import Memory
from bot.questions.understanding import Understood
from bot.settings import Settings
from bot.telegram.async_state import AsyncState
from bot.telegram.messages import Rows
from bot.telegram.metrics import Metrics
from bot.telegram.queue import AnswerQueue
from bot.telegram.sending import Buttons, Sender
from bot.telegram.state import SentAnswer, State
from index.store.snapshots import Snapshot
from index.types import EVERYTHING, Filter

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a running bot."""

    live: LiveAnswerer
    queue: AnswerQueue
    sender: Sender
    state: AsyncState
    memory: Memory
    metrics: Metrics
    settings: Settings

    async def spoken(self, user: User | None) -> Phrases:
        """The language that somebody chose, or else that of their Telegram."""
        if user is None:
            return phrases(None)
        try:
            chosen = await self.state.read(State.language, user.id)
        except sqlite3.Error as exc:  # nobody goes without an answer for that
            logger.error("A language could not be read from STATE_DB (%s)", exc)
            chosen = None
        return phrases(chosen or user.language_code)

    async def look(self, into: Callable[[Answerer], T]) -> T:
        """What is found in the live snapshot, beside the event loop."""

        def looked() -> T:
            with self.live.lend() as answerer:
                return into(answerer)

        return await asyncio.to_thread(looked)

    async def again(self, earlier: SentAnswer) -> Answer:
        """The answer that was sent, from the live snapshot."""
        return await self.queue.ask(understood(earlier), within(earlier.within))

    async def knowledge(self, spoken: Phrases) -> str:
        """What the bot knows, in half a sentence."""
        return await self.look(lambda answerer: knowledge(answerer.snapshot, spoken))


def knowledge(snapshot: Snapshot, spoken: Phrases) -> str:
    """What a snapshot knows, in half a sentence."""
    return spoken.knowledge(snapshot.manifest.articles, snapshot.store.newest())


def understood(earlier: SentAnswer) -> Understood:
    """What was asked, as it was understood then."""
    return Understood(earlier.question, earlier.understood, asks_source=bool(earlier.asks_source), topic=earlier.topic)


def within(article: str | None) -> Filter:
    """The filter that lets one article pass, or all."""
    return Filter(articles=frozenset({article})) if article else EVERYTHING


def keyboard(rows: Rows) -> Buttons:
    """Rows of buttons as Telegram takes them."""
    return [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]


NEW = filters.UpdateType.MESSAGE
EDITED = filters.UpdateType.EDITED_MESSAGE
PRIVATE = filters.ChatType.PRIVATE
GROUPS = filters.ChatType.GROUPS


Handlers = list[BaseHandler[Any, Any, Any]]


def sender_id(message: Message) -> int | None:
    """Who speaks: a person, or the group or channel in whose name somebody does (an anonymous admin, for one)."""
    sender = message.sender_chat or message.from_user
    return sender.id if sender else None


def spoken_to(message: Message) -> str | None:
    """What a group's message asks the bot; None if it does not speak to it."""
    me = message.get_bot()
    text = message.text or ""
    mentions = message.parse_entities([MessageEntityType.MENTION, MessageEntityType.TEXT_MENTION])
    for entity, name in mentions.items():
        if name.casefold() == f"@{me.username}".casefold() or (entity.user and entity.user.id == me.id):
            return text.replace(name, " ", 1)
    replied = message.reply_to_message
    return text if replied and replied.from_user and replied.from_user.id == me.id else None
