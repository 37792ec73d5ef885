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

ALIKE = 0.2
"""Estimated share of common shingles of two versions at one address. One of which half was written anew has 0.33, and
one that goes on for four times as long 0.25; different stories under the footer of one site have 0.1."""
MOST_VERSIONS = 50
"""What more articles have as their address is a section, or the outlet's home."""


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
    alike, of_one_day = duplicates.similarity(later.signature, earlier.signature), _is_of_one_day(new, old)
    if address(new.url) is not None and address(new.url) == address(old.url):
        return alike >= ALIKE and _Difference(new, old).is_of_one_address(of_one_day=of_one_day)
    if alike < duplicates.SIMILAR or not _is_same_outlet(new, old) or not _is_same_headline(new, old):
        return False
    return _Difference(new, old).is_correction(of_one_day=of_one_day)


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


def _is_of_one_day(one: Article, other: Article) -> bool:
    return one.published is not None and one.published == other.published


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


HALF, MOST = 1 / 2, 2 / 3
"""Of the figures; a correction mends a few, and the next of a series has others."""


class _Difference:
    """What tells a correction from the next report of a series, which is of another day and has other figures."""

    def __init__(self, new: Article, old: Article) -> None:
        self._days, figures = _told(new)
        self._old_days, old_figures = _told(old)
        gone = (old_figures - figures).total()
        self._kept = 1 - gone / old_figures.total() if gone else 1.0
        """The share of the older one's figures that the newer has too."""
        self._is_noted = _has_note(new) and not _has_note(old)

    def is_of_one_address(self, *, of_one_day: bool) -> bool:
        """Whether the text at an address is the same article still, and not the next one in its place.

        What was published once may get other figures or fewer days, but without a note hardly others of both.
        """
        if self._keeps_days:
            return of_one_day or self._kept >= HALF
        if self._is_noted and self._kept >= HALF:
            return True
        return of_one_day and (self._kept == 1 or self._days <= self._old_days)

    def is_correction(self, *, of_one_day: bool) -> bool:
        """Whether an article was published anew at another address: on the same day, or with a note that says so."""
        enough = HALF if self._is_noted else MOST
        return self._keeps_days and self._kept >= enough and (of_one_day or self._is_noted)

    @property
    def _keeps_days(self) -> bool:
        return self._old_days <= self._days


def _is_same_headline(new: Article, old: Article) -> bool:
    """Whether one headline has no other words than the other; its figures may be what was wrong."""
    words = [duplicates.WORD.findall(duplicates.plain(article.title).lower()) for article in (new, old)]
    one, other = ({word for word in each if word[0].isalpha()} for each in words)
    return one <= other or other <= one


_NOTE = re.compile(
    r"(?:^|[\[(])\W*(?:ralat|koreksi|pembetulan|corrections?|corrected|clarification|korrektur|berichtigung"
    r"|rectificati(?:f|on)|corrección|fe de erratas|correção|rettifica|correctie|исправление|更正|訂正|정정|تصحيح)"
    r"\b[^\n]{0,60}?[:\])–—-]"
    r"|\b(?:earlier|previous) version of this (?:article|story)"
    r"|\bthis (?:article|story) (?:was|has been) (?:corrected|amended)"
    r"|\b(?:artikel|berita) ini (?:telah |sudah )?(?:sebelumnya|diralat|dikoreksi|diperbaiki)",
    re.IGNORECASE | re.MULTILINE,
)


def _has_note(article: Article) -> bool:
    """Whether an article says that something in it was wrong."""
    return bool(_NOTE.search(f"{article.title}\n{article.text}"))


_NOW = re.compile(
    r"\b(?:(?:hari|malam|siang|sore|pagi|pekan|minggu|bulan) ini|tadi|kemarin|semalam|besok|today|tonight|yesterday"
    r"|tomorrow|this (?:morning|week|month)|heute|gestern|morgen|aujourd['’]hui|hier|demain|hoy|ayer|mañana|сегодня"
    r"|вчера|\w+ terakhir|(?:last|past) (?:week|month|day|\d+ hours))\b|今日|今天|昨日|昨天|오늘|어제|วันนี้|اليوم|أمس"
)
"""Words for a time that is another one in every report."""


def _told(article: Article) -> tuple[set[object], Counter[str]]:
    """The days that an article names, as it writes them or counted from its own, and its other figures."""
    text, published = duplicates.plain(f"{article.title}\n{article.text}").lower(), article.published
    days = set[object]({published} if _NOW.search(text) else ())
    for language in (article.language,) if article.language else ("id", "en"):
        written, weekdays = _names(language)
        days |= {frozenset(duplicates.WORD.findall(day)) for day in written.findall(text)}
        days |= {_last(number, published) for name, number in weekdays.items() if re.search(rf"\b{name}\b", text)}
        text = written.sub(" ", text)
    words = duplicates.WORD.findall(text)
    return days, Counter(word for word in words if any(map(str.isdigit, word)))


def _last(weekday: int, published: date | None) -> date | int:
    """The last day of that name before an article appeared, or on which it did."""
    return published - timedelta(days=(published.weekday() - weekday) % 7) if published else weekday


@lru_cache(maxsize=64)
def _names(language: str) -> tuple[re.Pattern[str], dict[str, int]]:
    """A pattern of written days, and the weekdays, of which Monday is 0; of a language without data as in English."""
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    names = {
        name.lower().rstrip(".")
        for width in ("wide", "abbreviated")
        for name in locale.months["format"][width].values()
    }
    months = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    written = (
        rf"(?<!\d)\d{{1,2}}\.? (?:de )?(?:{months})\b|\b(?:{months})\.? \d{{1,2}}(?!\d)|\d{{1,2}}\s?[月월]\s?\d{{1,2}}"
        r"|(?<![\d.,/-])\d{1,4}[/-]\d{1,2}(?:[/-]\d{1,4})?(?![\d/-])"
    )
    weekdays = {re.escape(name.lower()): number for number, name in locale.days["format"]["wide"].items()}
    return re.compile(written), weekdays
