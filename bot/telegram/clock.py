"""Telegram's time, which messages are dated by; this machine's clock may be hours away from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic

import httpx


class Clock:
    """Tells the time that Telegram's last answer bore, and what has passed since; this machine's before the first."""

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
