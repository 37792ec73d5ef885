"""The clocks of an article: of a stamp in UTC, the day that it was where the article appeared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from urllib.parse import urlsplit

from index.days.dates import first_date

_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)?\s*(.{0,12})", re.DOTALL)
_IN_UTC = re.compile(r"(?:z|utc|gmt|[+-]00(?::?00)?)(?![\w+-])|\(?(?:utc|gmt)\)?$", re.IGNORECASE)
_OFFSET = re.compile(r"\(?(?:gmt|utc|wib|wita|wit)?\s?([+-])(\d{1,2}):?(\d{2})?(?!\d)", re.IGNORECASE)
_NAMED = re.compile(r"(?<!\w)(wib|wita|wit)(?!\w)", re.IGNORECASE)
_HOURS = {"wib": 7, "wita": 8, "wit": 9}

_COUNTRIES = {
    "id": "ID", "ms": "MY", "ja": "JP", "ko": "KR", "th": "TH", "vi": "VN", "de": "DE", "it": "IT", "nl": "NL",
    "pl": "PL", "sv": "SE", "da": "DK", "nb": "NO", "fi": "FI", "cs": "CZ", "hu": "HU", "el": "GR", "ro": "RO",
    "tr": "TR",
}  # fmt: skip
"""Of the languages whose papers nearly all appear by the same clocks."""
_CAPITALS = {"ID": "Asia/Jakarta", "CN": "Asia/Shanghai", "RU": "Europe/Moscow", "ES": "Europe/Madrid"}
"""Of the countries with several zones those by whose clock all large papers are dated."""
_NO_HINT = frozenset(["US", "GB"])
"""What programs declare where nobody has chosen a language; "uk" in an address means it."""
_FOR_SALE = frozenset("IO CO TV AI ME LY FM AM CC WS GG TO LA ST SH NU VC PW AC CX TK ML GA CF GQ SU SO GL IM".split())
"""Ends of addresses that are had for how they sound."""


def local_day(
    stamp: str, language: Callable[[], str | None], address: str | None = None, beside: Iterable[str] = ()
) -> date | None:
    """The day of a stamp where its article appeared, as far as that can be told.

    By the stamps that stand beside it, by the address, or by the language, which is only asked where it matters.
    """
    if not is_in_utc(stamp):  # as most are not
        return first_date(stamp)
    return stamp_day(stamp, zone_of(beside, None, address) or zone_of([], language()))


def stamp_day(stamp: str, zone: tzinfo | None) -> date | None:
    """The day of a stamp, by the clocks of `zone` if the stamp is in UTC; as it is written if not, or at midnight."""
    day = first_date(stamp)
    moment = _moment_in_utc(stamp, day) if day and zone else None
    return moment.astimezone(zone).date() if moment else day


def is_in_utc(stamp: str) -> bool:
    """Whether the stamp has a time of day, and that in UTC."""
    clock = _CLOCK.search(stamp)
    return bool(clock and _IN_UTC.match(clock[4]))


def is_local(stamp: str) -> bool:
    """Whether the stamp says by which clocks it is, and these are not Greenwich's."""
    return _zone_of_stamp(stamp) is not None


def _moment_in_utc(stamp: str, day: date) -> datetime | None:
    clock = _CLOCK.search(stamp)
    if not clock or not is_in_utc(stamp):
        return None
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    if (hour, minute, second) == (0, 0, 0) or hour > 23 or minute > 59:
        return None
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def zone_of(stamps: Iterable[str], language: str | None = None, address: str | None = None) -> tzinfo | None:
    """By which clocks an article is dated: those of its other stamps, else of its country; None where that is unsure.

    `language` is declared as in "id-ID", or as the language alone.
    """
    return next(filter(None, map(_zone_of_stamp, stamps)), None) or _zone_of_country(_country(language, address))


def _zone_of_stamp(stamp: str) -> tzinfo | None:
    named = _NAMED.search(stamp)
    if named:
        return timezone(timedelta(hours=_HOURS[named[1].lower()]))
    clock = _CLOCK.search(stamp)
    offset = _OFFSET.match(clock[4]) if clock else None
    if not offset:
        return None
    shift = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-shift if offset[1] == "-" else shift) if timedelta() < shift <= timedelta(hours=14) else None


def _country(language: str | None, address: str | None) -> str | None:
    """The country that the address names, else the declared region, else that of the language."""
    host = (urlsplit(address).hostname or "") if address else ""
    top = host.rsplit(".", 1)[-1].upper().replace("UK", "GB")
    if len(top) == 2 and top not in _FOR_SALE and _zones(top):
        return top
    code, _, region = (language or "").replace("_", "-").partition("-")
    region = region.rsplit("-", 1)[-1].upper()
    if len(region) == 2 and region not in _NO_HINT:
        return region
    return _COUNTRIES.get(code.lower())


def _zones(country: str) -> list[str]:
    from babel.core import get_global

    zones: list[str] = get_global("territory_zones").get(country, [])
    return zones


def _zone_of_country(country: str | None) -> tzinfo | None:
    from babel.dates import get_timezone

    zones = [_CAPITALS[country]] if country in _CAPITALS else _zones(country or "")
    found = list(map(get_timezone, zones))
    now = datetime.now(UTC)
    return found[0] if found and len({now.astimezone(each).utcoffset() for each in found}) == 1 else None
