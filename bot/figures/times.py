"""Times of day in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.figures.days import blanked

_ZONE = r"(?:\s?(?P<zone>WIB|WITA|WIT|GMT|UTC)\b)"
_CLOCK = r"(?P<hour>\d{1,2})[.:](?P<minute>\d{2})"
_TIMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\w)(?:pukul|jam|pkl\.?)\s(?P<hour>\d{{1,2}})(?:[.:](?P<minute>\d{{2}}))?(?![.,:]?\d)"
        rf"(?:\s?(?:-|–|hingga|sampai)\s?(?P<hour2>\d{{1,2}})[.:](?P<minute2>\d{{2}}))?{_ZONE}?"
        r"(?:\s(?P<part>pagi|siang|sore|petang|malam|dini hari))?",
        r"(?<![\w.,:])(?P<hour>\d{1,2})(?:[.:](?P<minute>\d{2}))?\s?(?P<half>[ap])\.?m(?:\.|\b)(?!\w)"
        rf"{_ZONE}?",
        rf"(?<![\w.,:/]){_CLOCK}{_ZONE}(?!\w)",
        r"(?<![\w.,:/])(?P<hour>\d{2}):(?P<minute>\d{2})(?!\w|[.,:]\d)",
    )
)


@dataclass(frozen=True, slots=True)
class WrittenTime:
    """A time, or a span of time, that stands at text[start:end]; in minutes since midnight."""

    start: int
    end: int
    first: int
    last: int
    zone: str | None
    doubtful: bool
    """Whether it may be meant by a clock of twelve hours: "pukul 7 malam"."""


def times_of_day(text: str) -> Iterator[WrittenTime]:
    """The times of the text, the surest ways of writing them first."""
    for pattern in _TIMES:
        new = [written for found in pattern.finditer(text) if (written := _time(found))]
        text = blanked(text, [(written.start, written.end) for written in new])
        yield from new


def _time(found: re.Match[str]) -> WrittenTime | None:
    groups = found.groupdict()
    hour, minute = int(groups["hour"]), int(groups["minute"] or 0)
    last_hour, last_minute = int(groups.get("hour2") or hour), int(groups.get("minute2") or minute)
    if groups.get("half") and 1 <= hour <= 12:
        hour = last_hour = hour % 12 + (12 if groups["half"] in "pP" else 0)
    if max(hour, last_hour) > 24 or max(minute, last_minute) > 59:
        return None
    part = (groups.get("part") or "").lower()
    twelve_hours = bool(part) and hour <= 12 and not (part in {"pagi", "dini hari"} and 1 <= hour <= 11)
    zone = groups.get("zone")
    first, last = hour * 60 + minute, last_hour * 60 + last_minute
    return WrittenTime(found.start(), found.end(), first, last, zone.upper() if zone else None, twelve_hours)
