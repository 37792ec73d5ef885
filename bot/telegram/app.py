"""The Telegram face: a python-telegram-bot application around the live Answerer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from threading import Timer
from time import monotonic
from typing import Any

from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ApplicationHandlerStop, ContextTypes, TypeHandler

from bot.answers.live import LiveAnswerer
from bot.questions.conversation import Memory
from bot.settings import Settings
from bot.telegram.async_state import BUSY_SECONDS, AsyncState
from bot.telegram.commands import fill_menu
from bot.telegram.handlers.access import Access
from bot.telegram.handlers.adding import Adding
from bot.telegram.handlers.asking import Asking
from bot.telegram.handlers.buttons import Buttons
from bot.telegram.handlers.inline import Inline
from bot.telegram.handlers.operating import Operating
from bot.telegram.handlers.pace import Pace
from bot.telegram.handlers.people import People
from bot.telegram.index_process import IndexProcess
from bot.telegram.limits import Limits
from bot.telegram.metrics import Metrics
from bot.telegram.order import InOrder
from bot.telegram.parts import Parts
from bot.telegram.queue import AnswerQueue
from bot.telegram.sending import Sender
from bot.telegram.state import State
from bot.telegram.updates import Clock, Polling, PollRequest, Request, read_update, watch_token
from bot.telegram.web import Hook, WebServer
from index.types import ConfigurationError

logger = logging.getLogger(__name__)

UPDATES_AT_ONCE = 2048
"""Handled side by side; most of them wait for the network or in the line of questions."""
LONGEST_WAIT_SECONDS = 60.0
"""Between two attempts to reach Telegram."""
SILENT_SECONDS = 90.0
"""After which a Telegram that does not answer is told to who asks for /health."""
STUCK_SECONDS = 300.0
"""After which a question that is not answered is told there: many such, and nobody is answered any more."""
FOLLOW_SECONDS = 1.0
DRAIN_SECONDS = 20.0
"""What is begun has this long to end when the bot is told to stop."""
CLOSING_SECONDS = 10.0
"""Beyond that, for all the rest."""
KEPT = timedelta(days=30)
"""How long answers are kept for buttons, edits and replies."""
PRUNE_SECONDS, SCRUB_SECONDS = 3600.0, 10.0
UPDATES = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.INLINE_QUERY]
TYPED = 6
"""Inline queries that come for one question while it is typed."""
CONNECTIONS = 64
"""To Telegram, at once."""
HOOK_PATH = "/telegram"
DEFAULT_PORT = 8080

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]


def run(live: LiveAnswerer, settings: Settings, token: str) -> None:
    """Answer in Telegram until SIGTERM or SIGINT, and finish then what is being answered.

    Raises ConfigurationError when Telegram does not know the token, or the state cannot be kept.
    """
    os.environ.setdefault("PTB_TIMEDELTA", "true")  # else every flood wait comes with a deprecation warning
    state = AsyncState(State(settings.state_db, busy=BUSY_SECONDS))
    try:
        asyncio.run(_Service(live, settings, token, state).run())
    finally:
        state.close()


def build_application(settings: Settings, token: str, clock: Clock) -> TelegramApplication:
    """The application without handlers, not connected yet; the clock hears every answer of Telegram."""
    hearing = {"event_hooks": {"response": [clock.hear]}}
    builder = (
        ApplicationBuilder()
        .token(token)
        .base_url(f"{settings.telegram_api_base}/bot")
        .base_file_url(f"{settings.telegram_api_base}/file/bot")
        .concurrent_updates(InOrder(UPDATES_AT_ONCE))
        .request(Request(CONNECTIONS, pool_timeout=60, httpx_kwargs=hearing))
        .get_updates_request(PollRequest(httpx_kwargs=hearing))
        .updater(None)
    )
    return builder.build()


class _Service:
    """The running bot: everything that starts and stops with it."""

    def __init__(self, live: LiveAnswerer, settings: Settings, token: str, state: AsyncState) -> None:
        self._settings = settings
        self._live = live
        self._clock = Clock()
        self._application = build_application(settings, token, self._clock)
        metrics = Metrics()
        self._asking = Limits(state, settings.questions_per_minute, settings.chat_questions_per_minute)
        self._typing = Limits(state, settings.questions_per_minute * TYPED, 0, name="typing")
        sender = Sender(self._application.bot, metrics)
        self._parts = Parts(live, AnswerQueue(live), sender, state, Memory(), metrics, settings)
        self._add_handlers()
        self._polling = (
            None
            if settings.webhook_url
            else Polling(self._application.bot, UPDATES, self._application.update_queue.put)
        )
        self._web = self._web_server()
        self._stopping = asyncio.Event()

    def _add_handlers(self) -> None:
        parts = self._parts
        people, process = People(parts, KEPT.days), IndexProcess(parts.settings)
        pace = Pace(parts, self._asking, self._typing, self._clock)
        self._application.add_handler(TypeHandler(Update, Access(parts, self._asking).gate), group=-2)
        self._application.add_handler(TypeHandler(Update, pace.gate), group=-1)
        self._application.add_handlers(
            [
                *Adding(parts, process).handlers(),
                *Operating(parts, process).handlers(),
                *people.handlers(),
                *Buttons(parts).handlers(),
                *Inline(parts).handlers(),
                *Asking(parts).handlers(),
                *people.fallback(),
            ]
        )
        self._application.add_error_handler(self._on_error)

    async def run(self) -> None:
        """Start, answer until a signal comes, and stop; what was begun is finished."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stopping.set)
        working = asyncio.create_task(self._work())
        stopping = asyncio.create_task(self._stopping.wait())
        beside = [asyncio.create_task(self._follow()), asyncio.create_task(self._tidy())]
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working  # raises why it ended
            if self._application.running:
                logger.info("Stopping; what is being answered is finished first")
        finally:
            _end_within(DRAIN_SECONDS + CLOSING_SECONDS)
            for task in (working, stopping, *beside):
                task.cancel()
            await asyncio.wait({working})
            await self._stop()

    async def _work(self) -> None:
        """Begin, and go on for ever. Raises ConfigurationError when Telegram does not know the token, or no longer."""
        try:
            await self._begin()
            logger.info("Answering as @%s", self._application.bot.username)
            menu = asyncio.create_task(fill_menu(self._application.bot, self._settings.telegram_admins))
            try:
                await (self._polling.run() if self._polling else watch_token(self._application.bot))
            finally:
                menu.cancel()
        except InvalidToken:
            raise ConfigurationError(
                f"The server {self._settings.telegram_server} does not know the token in TELEGRAM_BOT_TOKEN. "
                "Copy it again from @BotFather."
            ) from None

    async def _begin(self) -> None:
        """Reach Telegram and agree on who brings the updates, however long that takes."""
        if self._web:
            await self._web.start()
        await _persistently(
            self._application.initialize,
            lambda exc: f"{self._settings.telegram_server} cannot be reached ({type(exc).__name__})",
            "Is the network up, and TELEGRAM_API_BASE right?",
        )
        await self._application.start()
        await _persistently(self._settle_webhook, lambda exc: f"The webhook could not be set ({exc.message})")

    async def _settle_webhook(self) -> None:
        settings, bot = self._settings, self._application.bot
        if settings.webhook_url and settings.webhook_secret:
            secret = settings.webhook_secret.get_secret_value()
            await bot.set_webhook(f"{settings.webhook_url}{HOOK_PATH}", allowed_updates=UPDATES, secret_token=secret)
        else:
            await bot.delete_webhook()

    async def _stop(self) -> None:
        if self._web:
            await self._web.stop()
        if self._polling:
            with contextlib.suppress(TelegramError):
                await self._polling.confirm()
        if self._application.running:
            try:
                await asyncio.wait_for(self._application.stop(), DRAIN_SECONDS)
            except TimeoutError:
                logger.warning("Stopped with questions that were not answered in %.0f s", DRAIN_SECONDS)
        await self._application.shutdown()

    async def _follow(self) -> None:
        """Look for a new snapshot every second."""
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            try:
                await asyncio.to_thread(self._live.follow)
            except Exception:  # whatever it is, the snapshot that is open still answers
                logger.exception("The live snapshot could not be followed; trying again")

    async def _tidy(self) -> None:
        """Forget what is too old to be kept, every hour, and leave no trace of what was forgotten for long."""
        while True:
            with contextlib.suppress(Exception):  # what is full or locked now is pruned next time
                await self._parts.state.write(State.prune, KEPT)
            until = monotonic() + PRUNE_SECONDS
            while monotonic() < until:
                await asyncio.sleep(SCRUB_SECONDS)
                with contextlib.suppress(Exception):
                    await self._parts.state.write(State.scrub)

    async def _on_error(self, update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
        """Tell the operator what happened, and the asker that it was not their fault."""
        logger.error("An update could not be handled", exc_info=context.error)
        self._parts.metrics.count("failed")
        if isinstance(update, Update) and not isinstance(context.error, TelegramError):
            with contextlib.suppress(Exception):  # the first error is the one that is told
                await self._apologise(update)
        raise ApplicationHandlerStop  # else what failed at one gate would go on to the next, and through

    async def _apologise(self, update: Update) -> None:
        query, message, sender = update.callback_query, update.message, self._parts.sender
        text = (await self._parts.spoken(update.effective_user)).failed
        if query:
            await sender.acknowledge(query.id, text)
        elif message:
            thread = message.message_thread_id if message.is_topic_message else None
            await sender.send(message.chat_id, escape(text), thread=thread, reply_to=message.message_id)

    # --- webhook and health -------------------------------------------------------------------------------------

    def _web_server(self) -> WebServer | None:
        settings = self._settings
        port = settings.webhook_port or (DEFAULT_PORT if settings.webhook_url else None)
        if port is None:
            return None
        hook = None
        if settings.webhook_url and settings.webhook_secret:
            hook = Hook(HOOK_PATH, settings.webhook_secret.get_secret_value(), self._deliver)
        return WebServer(settings.webhook_listen, port, self._health, hook)

    async def _deliver(self, update: dict[str, Any]) -> None:
        await self._application.update_queue.put(read_update(update, self._application.bot))

    def _status(self) -> str:
        if self._stopping.is_set():
            return "stopping"
        if self._parts.queue.longest_seconds > STUCK_SECONDS:
            return "a question takes too long"
        is_silent = self._polling is not None and self._polling.silent_seconds > SILENT_SECONDS
        return "no answer from Telegram" if is_silent else "ok"

    def _health(self) -> Mapping[str, object]:
        snapshot, metrics = self._live.snapshot, self._parts.metrics
        age = max(datetime.now(UTC) - datetime.fromisoformat(snapshot.manifest.created), timedelta(0))
        return {
            "status": self._status(),
            "snapshot": snapshot.name,
            "articles": snapshot.manifest.articles,
            "snapshot_age_seconds": round(age.total_seconds()),
            "waiting": self._parts.queue.waiting,
            "uptime_seconds": round(metrics.uptime_seconds),
            "counts": dict(metrics.counts()),
            "seconds": {"p50": metrics.percentile(0.5), "p95": metrics.percentile(0.95)},
        }


def _end_within(seconds: float) -> None:
    """End the process at the latest then: nothing else ends a thread, or a wait that Telegram asks for."""

    def end() -> None:
        logger.error("Ended in the middle of what would not end by itself")
        os._exit(0)

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()


async def _persistently(
    call: Callable[[], Awaitable[object]], failure: Callable[[TelegramError], str], hint: str = ""
) -> None:
    """Call until Telegram takes it. Raises InvalidToken."""
    wait = 1.0
    while True:
        try:
            await call()
        except InvalidToken:
            raise
        except TelegramError as exc:
            logger.warning("%s; trying again in %.0f s. %s", failure(exc), wait, hint)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        else:
            return
