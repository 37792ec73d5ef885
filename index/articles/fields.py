"""What formats declare about an article: addresses, languages, stamps, and the names of their fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from index.days.dates import believable
from index.text.characters import one_line
from index.text.language import detect_language

_Stamp = TypeVar("_Stamp", date, date | None)

NAMES = {
    "title": ("title", "judul", "headline"),
    "published": (
        *(
            "published",
            "publishedat",
            "datepublished",
            "datepublish",
            "publisheddate",
            "publishdate",
            "date",
            "pubdate",
        ),
        *("publicationdate", "publishedtime", "publishtime", "publishedon", "articlepublishedtime", "dateissued"),
        *("tanggal", "tanggalterbit", "tanggalpublikasi", "tanggaltayang", "tgl", "tglterbit", "terbit", "waktu"),
        *("waktuterbit", "waktutayang", "tarikh", "fecha", "datum", "posteddate", "postedon", "postedat", "postdate"),
    ),
    "author": ("author", "authors", "penulis", "byline", "creator"),
    "url": ("url", "link", "canonical", "canonicalurl", "sourceurl", "articleurl", "mainentityofpage", "source"),
    "updated": (
        *("updated", "modified", "lastmod", "lastmodified", "updatedat", "modifiedat", "datemodified", "datemodify"),
    ),
    "outlet": ("outlet", "publisher", "sitename", "media", "source"),
    "language": ("language", "lang", "bahasa", "inlanguage"),
    "text": (
        *("text", "content", "body", "articlebody", "maintext", "articletext", "fulltext", "bodytext", "contenttext"),
        *("isi", "isiberita", "isiartikel", "konten", "teks", "articlecontent", "cleanedtext", "story"),
    ),
}
"""What people call the facts about an article, NewsAPI, schema.org and news-please among them; see `field_name`."""


def field_name(written: object) -> str:
    """A name without the capitals and marks by which people part its words: "publishedat" for "published_at"."""
    return re.sub(r"[\W_]", "", str(written).casefold())


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
    moments = [moment for moment in map(_moment, stamps) if moment and believable(day_of(moment))]
    return max(moments, key=lambda moment: (day_of(moment), isinstance(moment, datetime), _hour(moment)), default=None)


def day_of(stamp: _Stamp) -> _Stamp:
    """The day of a stamp, as it is written; None of none."""
    return stamp.date() if isinstance(stamp, datetime) else stamp


def _moment(stamp: object) -> date | None:
    if not isinstance(stamp, str):
        return None
    for read in (date.fromisoformat, datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(stamp.strip())
        except (ValueError, OverflowError):
            continue
    return None


def _hour(moment: date) -> datetime:
    if not isinstance(moment, datetime):
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def spoken(declared: str | None, text: str) -> str | None:
    """The declared language with its region ("ms-MY"), unless the text is plainly in another."""
    code = language_code(declared)
    found = detect_language(text, code)
    return declared if found == code else found
