"""When a version of an article appeared, to the hour where that is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from index.articles.dates import believable

_META = frozenset(
    [
        "article:published_time",
        "article:modified_time",
        "og:updated_time",
        "datepublished",
        "datemodified",
        "last-modified",
    ]
)
"""What pages call it in their heads."""


def latest_stamp(stamps: Iterable[object]) -> date | None:
    """The latest of some days and times, in ISO's form or that of mails; None where there is none to believe."""
    moments = [moment for moment in map(_moment, stamps) if moment and believable(_day(moment))]
    return max(moments, key=lambda moment: (_day(moment), isinstance(moment, datetime), _hour(moment)), default=None)


def page_stamp(page: Any) -> date | None:
    """The latest stamp in the head of a web page."""
    names = "@property | @name | @itemprop"
    return latest_stamp(
        meta.get("content") for meta in page.iter("meta") if any(name.lower() in _META for name in meta.xpath(names))
    )


def _moment(stamp: object) -> date | None:
    if not isinstance(stamp, str):
        return None
    for read in (date.fromisoformat, datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(stamp.strip())
        except ValueError:
            continue
    return None


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _hour(moment: date) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
