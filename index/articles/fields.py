"""What formats declare about an article: addresses, languages, stamps, and the names of their fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

from index.articles.dates import believable
from index.text.characters import one_line

NAMES = {
    "title": ("title", "judul", "headline"),
    "published": ("published", "date", "publish_date", "published_at", "pubdate", "tanggal"),
    "author": ("author", "authors", "penulis", "byline"),
    "url": ("url", "link", "canonical", "canonical_url", "source_url", "source"),
    "updated": (
        "updated",
        "modified",
        "lastmod",
        "last_modified",
        "updated_at",
        "modified_at",
        "datemodified",
        "date_modify",
    ),
    "outlet": ("outlet", "publisher", "site_name", "media", "source"),
    "language": ("language", "lang", "bahasa"),
}
"""What people call the facts about an article."""


def name_of(declared: object) -> str | None:
    """A declared name: a text, or an object that has one."""
    name = declared.get("name") if isinstance(declared, dict) else declared
    return one_line(name) or None if isinstance(name, str) else None


def web_address(declared: str | None) -> str | None:
    """The address if it is one of the web; None for paths, scripts and names."""
    return declared if declared and re.fullmatch(r"https?://[^\s<>\"]{4,2000}", declared) else None


def language_code(declared: str | None) -> str | None:
    """ISO 639-1 code of a declared language: "id" for "id-ID", and for "in", Indonesian's name of old."""
    match = re.match(r"[a-z]{2}(?![a-z])", (declared or "").strip().lower())
    code = match[0] if match else None
    return "id" if code == "in" else code


def latest_stamp(stamps: Iterable[object]) -> date | None:
    """The latest of some days and times, in ISO's form or that of mails; None where there is none to believe."""
    moments = [moment for moment in map(_moment, stamps) if moment and believable(_day(moment))]
    return max(moments, key=lambda moment: (_day(moment), isinstance(moment, datetime), _hour(moment)), default=None)


def _moment(stamp: object) -> date | None:
    if not isinstance(stamp, str):
        return None
    for read in (date.fromisoformat, datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(stamp.strip())
        except (ValueError, OverflowError):
            continue
    return None


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _hour(moment: date) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
