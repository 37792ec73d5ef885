"""The buttons below answers and lists."""

from __future__ import annotations

import logging

from telegram import CallbackQuery, Message, Update
from telegram.ext import CallbackQueryHandler, ContextTypes

from bot.phrases import Phrases
from bot.telegram.messages import (
    BACK,
    BAD,
    GOOD,
    MORE,
    WITHIN,
    Reply,
    answer_reply,
    article_key,
    passage_reply,
    plain,
    within_reply,
)
from bot.telegram.parts import Handlers, Parts, keyboard, understood, within
from bot.telegram.queue import FullError
from bot.telegram.state import SentAnswer, State

logger = logging.getLogger(__name__)

MOST_PASSAGES = 15
"""That can be paged through."""

Context = ContextTypes.DEFAULT_TYPE


class Buttons:
    """Does what the buttons below an answer say, in the place of the answer."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def handlers(self) -> Handlers:
        """For every button of an answer."""
        return [CallbackQueryHandler(self.pressed, rf"^({BACK}|{MORE}:\d+|{WITHIN}:\w+|{GOOD}|{BAD})$")]

    async def pressed(self, update: Update, _context: Context) -> None:
        """Do what the button says, and stop its waiting sign whatever happens."""
        query = update.callback_query
        assert query
        spoken = await self._parts.spoken(query.from_user)
        text = ""
        try:
            text = await self._done(query, spoken)
        except FullError:
            text = spoken.too_busy
        except Exception:
            logger.exception("A button could not do its work")
            text = spoken.failed
        finally:
            await self._parts.sender.acknowledge(query.id, text, alert=bool(text) and query.data == BAD)

    async def _done(self, query: CallbackQuery, spoken: Phrases) -> str:
        """What is told to the one who pressed, if anything."""
        message = query.message
        if not isinstance(message, Message):  # too old for Telegram to show
            return spoken.answer_gone
        if query.data in {GOOD, BAD}:
            return await self._judged(query, message, spoken)
        earlier = await self._parts.state.read(State.sent_answer, message.chat_id, message.message_id)
        if earlier is None:
            return spoken.answer_gone
        reply = await self._turned(earlier, query.data or "", spoken)
        await self._parts.sender.edit(earlier.chat, earlier.message, reply.html, keyboard(reply.buttons))
        return ""

    async def _judged(self, query: CallbackQuery, message: Message, spoken: Phrases) -> str:
        good = query.data == GOOD
        kept = await self._parts.state.write(State.judge, message.chat_id, message.message_id, query.from_user.id, good)
        if not kept:
            return spoken.answer_gone
        return spoken.judged_good if good else spoken.judged_bad

    async def _turned(self, earlier: SentAnswer, data: str, spoken: Phrases) -> Reply:
        """What the answer's message turns into."""
        answer = await self._parts.again(earlier)
        action, _, which = data.partition(":")
        if action == MORE:
            only = within(earlier.within)
            passages = await self._parts.look(lambda answerer: answerer.passages(answer, MOST_PASSAGES, only))
            if int(which) < len(passages):
                return passage_reply(answer, passages, int(which), spoken)
        if action == WITHIN:
            article = next((one.article for one in answer.sources if article_key(one.article) == which), None)
            if article is None:
                return plain(spoken.answer_gone)
            return within_reply(await self._parts.queue.ask(understood(earlier), within(article)), spoken)
        return answer_reply(answer, spoken)
