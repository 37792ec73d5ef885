"""What the handlers share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from telegram import InlineKeyboardButton, User

from bot.answer_queue import AnswerQueue
from bot.answers.answerer import Answerer
from bot.answers.live import LiveAnswerer
from bot.answers.types import Answer
from bot.handlers.sending import Buttons, Sender
from bot.messages import Rows
from bot.metrics import Metrics
from bot.phrases import Phrases, phrases
from bot.questions.conversation import Memory
from bot.settings import Settings
from bot.state import Given, State
from index.types import EVERYTHING, Filter

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a running bot."""

    live: LiveAnswerer
    queue: AnswerQueue
    sender: Sender
    state: State
    memory: Memory
    metrics: Metrics
    settings: Settings

    def spoken(self, user: User | None) -> Phrases:
        """The language that somebody chose, or else that of their Telegram."""
        return phrases((self.state.language(user.id) or user.language_code) if user else None)

    async def look(self, into: Callable[[Answerer], T]) -> T:
        """What is found in the live snapshot, beside the event loop."""

        def looked() -> T:
            with self.live.lend() as answerer:
                return into(answerer)

        return await asyncio.to_thread(looked)

    async def again(self, given: Given) -> Answer:
        """The answer that was given, from the live snapshot."""
        return await self.queue.ask(given.understood, within(given.within))

    def knowledge(self, spoken: Phrases) -> str:
        """What the bot knows, in half a sentence."""
        with self.live.lend() as answerer:
            return spoken.knowledge(answerer.snapshot.manifest.articles, answerer.snapshot.store.newest())


def within(article: str | None) -> Filter:
    """The filter that lets one article pass, or all."""
    return Filter(articles=frozenset({article})) if article else EVERYTHING


def keyboard(rows: Rows) -> Buttons:
    """Rows of buttons as Telegram takes them."""
    return [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]
