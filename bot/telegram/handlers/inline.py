"""Inline mode: "@bot question" in any chat offers the answer and the best passages as cards."""

from __future__ import annotations

import asyncio

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import ParseMode
from telegram.ext import ContextTypes, InlineQueryHandler

from bot.phrases import Phrases
from bot.telegram.messages import Card, answer_card, passage_card
from bot.telegram.parts import Handlers, Parts
from bot.telegram.queue import FullError

CACHE_SECONDS = 60
"""A new snapshot is seen after that."""
PAUSE_SECONDS = 0.3
"""In which somebody who goes on typing makes the earlier question useless."""
PAGE, MOST = 10, 50
"""Passages of a page, and of all pages."""

Context = ContextTypes.DEFAULT_TYPE


class Inline:
    """Answers inline queries."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._newest: dict[int, int] = {}
        """The last update of each person who is typing now."""

    def handlers(self) -> Handlers:
        """For inline queries."""
        return [InlineQueryHandler(self.asked)]

    async def asked(self, update: Update, _context: Context) -> None:
        """Offer what the articles say, unless the same person has typed on meanwhile."""
        query = update.inline_query
        assert query
        user = query.from_user.id
        self._newest[user] = max(update.update_id, self._newest.get(user, 0))
        await asyncio.sleep(PAUSE_SECONDS)
        if self._newest.get(user) != update.update_id:
            return
        del self._newest[user]
        spoken = await self._parts.spoken(query.from_user)
        question = query.query.strip()
        if not question or len(question) > self._parts.settings.longest_question:
            await self._offer(query, [], spoken)
        else:
            await self._look_up(query, question, spoken)

    async def _look_up(self, query: InlineQuery, question: str, spoken: Phrases) -> None:
        skip = int(query.offset) if query.offset.isdecimal() else 0
        try:
            answer = await self._parts.queue.ask(question)
        except FullError:
            return
        passages = await self._parts.look(lambda answerer: answerer.passages(answer, MOST))
        cards = [] if skip else [answer_card(answer, spoken)]
        cards += [passage_card(answer, one, spoken) for one in passages[skip : skip + PAGE]]
        following = str(skip + PAGE) if skip + PAGE < len(passages) else ""
        await self._offer(query, cards, spoken, following)

    async def _offer(self, query: InlineQuery, cards: list[Card], spoken: Phrases, following: str = "") -> None:
        results = [
            InlineQueryResultArticle(
                id=f"{query.offset}+{number}",
                title=card.title,
                description=card.description,
                input_message_content=InputTextMessageContent(
                    card.html, ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
                ),
            )
            for number, card in enumerate(cards)
        ]
        hint = InlineQueryResultsButton(spoken.inline_hint, start_parameter="inline") if not query.query else None
        # Personal, because the bot's own words are in the asker's language, and not everybody may ask.
        await self._parts.sender.offer(
            query.id, results, cache_seconds=CACHE_SECONDS, next_offset=following, personal=True, button=hint
        )
