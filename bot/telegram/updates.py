"""Updates as they come, and none that could stop the others.

One that python-telegram-bot cannot read (of tomorrow's Telegram, of an older server of one's own, or of nobody's) would
be fetched again for ever, and everything behind it with it. It is passed by as an empty one instead.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any, TypeGuard

import httpx
from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest, RequestData

logger = logging.getLogger(__name__)

POLL_SECONDS = 10
"""For which Telegram keeps a request for updates while there are none."""
TOKEN_SECONDS = 60.0
"""Between two looks at whether the token is still good, behind a webhook."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Before Telegram is asked again after something went wrong, or an answer came that was none."""


def read_update(update: dict[str, Any], bot: Bot | None = None) -> Update:
    """The update, empty where it cannot be read; it has a number."""
    try:
        return Update.de_json(without_halves(update), bot)
    except Exception as exc:  # whatever it is: dates of the year 60,000, texts where numbers belong, endless brackets …
        kinds = ", ".join(sorted(update.keys() - {"update_id"}))
        logger.warning("An update (%s) could not be read and is passed by: %s", kinds, type(exc).__name__)
        return Update(update["update_id"])


def has_number(update: object) -> TypeGuard[dict[str, Any]]:
    """Whether it may be an update at all."""
    return isinstance(update, dict) and type(update.get("update_id")) is int


def without_halves(value: Any) -> Any:
    """JSON without halves of surrogate pairs, which it can name, and which can be neither kept nor sent."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _holds_anything(update: Update) -> bool:
    return any(getattr(update, kind) for kind in Update.ALL_TYPES)


class Clock:
    """Telegram's time, which messages are dated by: that of its last answer, and what has passed since.

    Before the first answer it is that of this machine, whose clock may be hours away.
    """

    def __init__(self) -> None:
        self._at: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The time, in UTC."""
        if self._at is None:
            return datetime.now(UTC)
        then, seconds = self._at
        return then + timedelta(seconds=monotonic() - seconds)

    async def hear(self, answer: httpx.Response) -> None:
        """Take the time of an answer, if it bears one."""
        try:
            self._at = parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC), monotonic()
        except (ValueError, OverflowError):
            return


class Request(HTTPXRequest):
    """Takes no answer without a result, for which python-telegram-bot would look in vain."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **kwargs: Any
    ) -> tuple[int, bytes]:
        """The status of the answer and the answer. Raises TelegramError."""
        status, answer = await super().do_request(url, method, request_data, *args, **kwargs)
        if method == "POST" and status == 200 and b'"result"' not in answer:
            raise NetworkError("an answer without a result")
        return status, answer


class PollRequest(Request):
    """Fetches updates, those that cannot be read as empty ones."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer of the server."""
        answer = Request.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            answer["result"] = [
                without_halves(update) if _holds_anything(read_update(update)) else {"update_id": update["update_id"]}
                for update in filter(has_number, answer["result"])
            ]
        return answer


class Polling:
    """Fetches updates, whatever Telegram and the network do."""

    def __init__(self, bot: Bot, kinds: Sequence[str], take: Callable[[Update], Awaitable[None]]) -> None:
        self._bot = bot
        self._kinds = kinds
        self._take = take
        self._next: int | None = None
        self._reached = monotonic()

    @property
    def silent_seconds(self) -> float:
        """How long Telegram has not answered."""
        return monotonic() - self._reached

    async def run(self) -> None:
        """Fetch for ever. Raises InvalidToken when the token is good no longer."""
        pause = 0.0
        while True:
            started = monotonic()
            try:
                count = await self._fetch(POLL_SECONDS)
            except RetryAfter as exc:
                pause = exc.retry_after.total_seconds() if isinstance(exc.retry_after, timedelta) else exc.retry_after
            except Exception as exc:
                _report(exc)
                if isinstance(exc, InvalidToken):
                    await require_token(self._bot)  # once may be the fault of what stands between
                pause = min(max(pause * 1.5, FIRST_PAUSE), LONGEST_PAUSE)
            else:
                in_vain = not count and monotonic() - started < FIRST_PAUSE  # a server that does not wait for updates
                pause = FIRST_PAUSE if in_vain else 0.0
            await asyncio.sleep(pause)

    async def confirm(self) -> None:
        """Tell Telegram which updates came, so that they do not come again. Raises TelegramError."""
        if self._next is not None:
            await self._bot.get_updates(self._next, timeout=0, allowed_updates=self._kinds)

    async def _fetch(self, seconds: int) -> int:
        """How many updates came."""
        updates = await self._bot.get_updates(self._next, timeout=seconds, allowed_updates=self._kinds)
        self._reached = monotonic()
        for update in updates:
            await self._take(update)
            self._next = update.update_id + 1
        return len(updates)


async def watch_token(bot: Bot) -> None:
    """Ask for ever whether the token is good, where nobody fetches updates. Raises InvalidToken when it is not."""
    while True:
        await asyncio.sleep(TOKEN_SECONDS)
        try:
            await require_token(bot)
        except InvalidToken:
            await asyncio.sleep(FIRST_PAUSE)
            await require_token(bot)


async def require_token(bot: Bot) -> None:
    """Raise InvalidToken if Telegram says that it does not know the token; whatever else it says is in the log."""
    try:
        await bot.get_me()
    except InvalidToken:
        raise
    except TelegramError as exc:
        _report(exc)


def _report(exc: Exception) -> None:
    if isinstance(exc, Conflict):
        logger.error("Another program fetches this bot's messages with the same token. Stop one of the two.")
    elif isinstance(exc, TelegramError):
        logger.warning("Telegram cannot be reached (%s); trying again", type(exc).__name__)
    else:
        logger.warning("What Telegram answered could not be read (%s); trying again", type(exc).__name__)
