"""Which articles are older versions of others: a corrected article stands in the place of its older self.

Two reports of one series ("The gold price on 3 May", "… on 4 May") are nearly the same too, and differ like a text and
its correction in a few figures, but both are true. Where it is not sure which of the two a pair is, both are indexed:
an older version that stays costs less than a report that is lost.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import combinations
from urllib.parse import parse_qsl, unquote, urlsplit

from index.store.schema import Entry
from index.text import duplicates
from index.types import Article

ALIKE = 0.3
"""Estimated share of common shingles of two versions at one address. One that goes on for three times as long has 0.33;
different stories under the footer of one site have 0.1."""
MOST_VERSIONS = 50
"""What more articles have as their address is a section, or the outlet's home."""
SOON = timedelta(days=7)
"""Within which an outlet corrects an article by publishing it anew, at another address."""


def same_address(addresses: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The pairs of articles, of ids and URLs, that have the same address."""
    groups: dict[str, list[str]] = defaultdict(list)
    for id_, url in addresses:
        place = address(url)
        if place:
            groups[place].append(id_)
    return (pair for ids in groups.values() if len(ids) <= MOST_VERSIONS for pair in combinations(ids, 2))


def superseded(pairs: Iterable[tuple[str, str]], entry: Callable[[str], Entry]) -> list[tuple[str, str]]:
    """Articles of which newer versions are among the pairs of ids, each with the newest."""
    known = lru_cache(maxsize=1024)(entry)
    newer: dict[str, Article] = {}
    for pair in pairs:
        one, other = map(known, pair)
        for later, earlier in ((one, other), (other, one)):
            if is_newer_version(later, earlier):
                article, before = later.article, newer.get(earlier.article.id)
                newer[earlier.article.id] = max(article, before, key=_order) if before else article
    return [(id_, _newest(id_, newer)) for id_ in sorted(newer)]


def _newest(id_: str, newer: dict[str, Article]) -> str:
    """The end of the chain of versions."""
    while id_ in newer:
        id_ = newer[id_].id
    return id_


def is_newer_version(later: Entry, earlier: Entry) -> bool:
    """Whether an article is another one, corrected or carried on, and not merely like it."""
    new, old = later.article, earlier.article
    if not _is_newer(new, old):
        return False
    at_same_address = address(new.url) is not None and address(new.url) == address(old.url)
    alike = duplicates.similarity(later.signature, earlier.signature)
    if at_same_address and new.published and new.published == old.published:
        return alike >= ALIKE and (_keeps_days(new, old) or _keeps_figures(new, old))
    if not at_same_address and not (alike >= duplicates.SIMILAR and _is_republished(new, old)):
        return False
    return alike >= ALIKE and _keeps_days(new, old) and _keeps_figures(new, old)


def _is_republished(new: Article, old: Article) -> bool:
    """Whether an outlet published an article again soon, under the same headline or one with more or fewer words."""
    names = [_words(article.title) for article in (new, old)]
    return _is_same_outlet(new, old) and (names[0] <= names[1] or names[0] >= names[1]) and _day(new) - _day(old) <= SOON


# --- which is newer -----------------------------------------------------------------------------------------


def _is_newer(new: Article, old: Article) -> bool:
    """By the hour where both tell it, else by the day. Never by a file's time, which only tells when it was copied."""
    stamps = [_stamp(new), _stamp(old)]
    if not all(stamps):
        return False
    hours = [stamp for stamp in stamps if isinstance(stamp, datetime)]
    if len(hours) == 2 and (hours[0].tzinfo is None) == (hours[1].tzinfo is None):
        return hours[0] > hours[1]
    return _day(new) > _day(old)


def _stamp(article: Article) -> date | None:
    return article.updated or article.published


def _day(article: Article) -> date:
    stamp = _stamp(article) or date.min
    return stamp.date() if isinstance(stamp, datetime) else stamp


def _order(article: Article) -> tuple[datetime, str]:
    """By which the newest of several newer versions is chosen."""
    stamp = _stamp(article) or date.min
    moment = stamp if isinstance(stamp, datetime) else datetime(stamp.year, stamp.month, stamp.day, tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC), article.id


# --- where it appeared --------------------------------------------------------------------------------------

_EDITION = re.compile(r"(?:www\d?|m|mobile|amp)\.")
_AMP = re.compile(r"(?:^/amp(?=/))|(?:[/.]amp(?:\.html?)?/*$)")
_INDEX = re.compile(r"/(?:index\.(?:html?|php))?/*$")
_NO_PART = re.compile(
    r"utm_\w+|[a-z]{1,3}clid|msclkid|mc_[ce]id|igshid|_ga|cmpid|ref|ref_src|at_\w+|amp|outputtype|single|page=(?:all|1)"
)
"""Parameters that make no other page: they tell who linked to it, or ask for all of its parts at once."""


@lru_cache(maxsize=4096)
def address(url: str | None) -> str | None:
    """A URL without what leads to the same article too: scheme, www, tracking, editions for telephones, fragment.

    None for the home of an outlet, and for what is no URL.
    """
    try:
        parts = urlsplit(url or "")
        host = _host(parts.hostname or "")
    except ValueError:
        return None
    path = _INDEX.sub("", _AMP.sub("", unquote(parts.path)))
    asked = sorted(pair for pair in parse_qsl(parts.query) if not _is_no_part(*pair))
    return f"{host}{path}?{asked}" if host and (path or asked) else None


def _host(name: str) -> str:
    return _EDITION.sub("", name, count=1) if _EDITION.match(name) else name


def _is_no_part(name: str, value: str) -> bool:
    return bool(_NO_PART.fullmatch(name.lower()) or _NO_PART.fullmatch(f"{name}={value}".lower()))


def _is_same_outlet(one: Article, other: Article) -> bool:
    """By the hosts of their URLs, else by the names that they declare."""
    hosts = [_host(urlsplit(article.url or "").hostname or "") for article in (one, other)]
    names = [(article.outlet or "").casefold() for article in (one, other)]
    return hosts[0] == hosts[1] if all(hosts) else bool(names[0]) and names[0] == names[1]


# --- a correction, or the next of a series ------------------------------------------------------------------


def _words(title: str) -> set[str]:
    """The words of a headline without its figures, which may be what was wrong."""
    words = duplicates.WORD.findall(duplicates.plain(title).lower())
    return {word for word in words if word[0].isalpha()}


def _keeps_figures(new: Article, old: Article) -> bool:
    """Whether at least two of three figures are still there: a correction mends a few, a series has others each time."""
    there, before = _figures(new.text), _figures(old.text)
    return 3 * (before - there).total() <= before.total()


def _figures(text: str) -> Counter[str]:
    words = duplicates.WORD.findall(duplicates.plain(text))
    return Counter(word for word in words if any(map(str.isdigit, word)))


def _keeps_days(new: Article, old: Article) -> bool:
    """Whether all days are still named: the next report of a series is of another day."""
    return _days(old) <= _days(new)


_WRITTEN_DAY = re.compile(r"(?<![\d.,/-])\d{1,4}[/-]\d{1,2}(?:[/-]\d{1,4})?(?![\d/-])|\d{1,2}\s?[月월]\s?\d{1,2}")
_NOW = re.compile(
    r"\b(?:(?:hari|malam|siang|sore|pagi|pekan|minggu|bulan) ini|tadi|kemarin|semalam|besok|today|tonight|yesterday"
    r"|tomorrow|this (?:morning|week|month)|heute|gestern|morgen|aujourd['’]hui|hier|demain|hoy|ayer|mañana|сегодня"
    r"|вчера)\b|今日|今天|昨日|昨天|오늘|어제|วันนี้|اليوم|أمس"
)
"""Words for a day that is another one in every report."""


def _days(article: Article) -> set[object]:
    """The days that an article names: as they are written, and by weekdays and words such as "today" before its own."""
    text, published = f"{article.title}\n{article.text}".lower(), article.published
    days = set[object](_WRITTEN_DAY.findall(text))
    if _NOW.search(text):
        days.add(published)
    for language in (article.language,) if article.language else ("id", "en"):
        months, weekdays = _names(language)
        days |= {(day, month) for day, month in re.findall(rf"(?<!\d)(\d{{1,2}})\.? (?:de )?({months})", text)}
        days |= {(day, month) for month, day in re.findall(rf"({months})\.? (\d{{1,2}})(?!\d)", text)}
        days |= {_last(number, published) for name, number in weekdays.items() if re.search(rf"\b{name}\b", text)}
    return days


def _last(weekday: int, published: date | None) -> date | int:
    """The last day of that name before an article appeared, or on which it did."""
    return published - timedelta(days=(published.weekday() - weekday) % 7) if published else weekday


@lru_cache(maxsize=64)
def _names(language: str) -> tuple[str, dict[str, int]]:
    """A pattern of the months' names in a language, and its weekdays, of which Monday is 0; of another, English ones."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    months = [name for width in ("wide", "abbreviated") for name in locale.months["format"][width].values()]
    weekdays = {name: number for number, name in locale.days["format"]["wide"].items()}
    pattern = "|".join(re.escape(name.lower().rstrip(".")) for name in sorted(months, key=len, reverse=True))
    return rf"(?:{pattern})\b", {re.escape(name.lower()): number for name, number in weekdays.items()}
