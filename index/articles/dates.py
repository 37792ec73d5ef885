"""The day an article says it was published on."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

EARLIEST = date(1800, 1, 1)
"""Older than any newspaper archive that people still ask; what is dated before it is a slip."""
LONGEST_DATELINE = 120
"""Characters; a longer line is a sentence that happens to name a day."""
_AHEAD = timedelta(days=2)
"""Time zones, and papers that are dated tomorrow; what is dated later is a slip."""

_WEEKDAYS = (
    "senin|selasa|rabu|kamis|jumat|jum['’]at|sabtu|minggu|ahad"
    "|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun"
)
# Any short word may be the month here: dateparser knows the names and their abbreviations in both languages.
_DATE = re.compile(
    r"""(?<![\w/.-])(?:
        \d{4}[-/]\d{1,2}[-/]\d{1,2}
      | \d{1,2}[-/.]\d{1,2}[-/.]\d{4}
      | \d{1,2}(?:st|nd|rd|th)?[ -][a-z]{3,9}\.?,?[ -]\d{4}
      | [a-z]{3,9}\.?[ ]\d{1,2}(?:st|nd|rd|th)?,?[ ]\d{4}
    )(?!\d)""",
    re.IGNORECASE | re.VERBOSE,
)
_CLOCK = re.compile(
    r"T?(?<!\d)\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d+)?Z?(?![\d.])"
    r"(?:\s*(?:[ap]\.?m\b\.?|wib|wita|wit|gmt|utc|[a-z]{1,3}t\b))?(?:\s*[+-]\d{1,2}:?\d{0,2})?",
    re.IGNORECASE,
)
_AROUND_A_DATE = re.compile(
    rf"\b(?:(?:{_WEEKDAYS})\b(?:\s*,(?=\s*\0))?|(?:(?:last )?updated|published|posted|date|on|at|diterbitkan"
    r"|dipublikasikan|diperbarui|terbit|tayang|rilis|tanggal|pada|pukul|jam|wib|wita|wit)\b(?:\s*:)?)",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[|•·–—/()\0]|(?<=\s)-+(?=\s|\0)|(?<=\0)-")
_BESIDE_WORDS = re.compile(r"[^\s|•·–—\-/()\[\],:]\s*\0|\0\s*[^\s|•·–—\-/()\[\],:]")
_BESIDE_WORDS_OR_COMMA = re.compile(r"\w[^\w\0]*,\s*\0|" + _BESIDE_WORDS.pattern)
_LEAD = re.compile(r"(.{8,60}?)\s(?:[-–—]|--)\s")
_BRACKETED = re.compile(rf"\b(?:{_WEEKDAYS}),?\s?\((\d{{1,2}}[/-]\d{{1,2}}[/-]\d{{4}})\)", re.IGNORECASE)


def first_date(text: str) -> date | None:
    """The first day that stands in full near the start of the text; None where there is none to believe."""
    days = (_believable_day(match[0]) for match in _DATE.finditer(text[: 2 * LONGEST_DATELINE]))
    return next(filter(None, days), None)


def dateline(line: str, *, after_comma: bool = True) -> tuple[date, list[str]] | None:
    """The day of a line that is nothing but a dateline, and what else stands in it: outlet, place, by-line.

    None for any other line. "Jakarta, 3 Mei 2024" is one only if `after_comma`: a headline may end so.
    """
    if len(line) > LONGEST_DATELINE or not _DATE.search(line):
        return None
    bare = _AROUND_A_DATE.sub("", _CLOCK.sub("", _DATE.sub("\0", line)))
    beside = _BESIDE_WORDS if after_comma else _BESIDE_WORDS_OR_COMMA
    pieces = [piece.strip(" ,.:-()") for piece in _BREAK.split(bare)]
    others = [piece for piece in pieces if piece]
    if beside.search(bare) or len(others) > 3 or not all(map(_could_be_name, others)):
        return None
    if others and ("(" in line or line.endswith((".", "!", "?", "”", '"'))):
        return None  # "Pada Senin (13/1/2025) pagi" stands in a sentence
    day = first_date(line)
    return (day, others) if day else None


def _could_be_name(text: str) -> bool:
    """Outlets, places and authors have few words and a capital, or a point: "detik.com"."""
    return len(text.split()) <= 5 and (text[0].isupper() or ("." in text and " " not in text))


def date_in_story(paragraphs: list[str]) -> date | None:
    """The day by which the first paragraphs place the news: "JAKARTA, 3 Mei 2024 –" or "Jumat (3/5/2024)"."""
    for paragraph in paragraphs:
        lead = _LEAD.match(paragraph)
        place_and_day = dateline(lead[1]) if lead else None
        if place_and_day:
            return place_and_day[0]
    for paragraph in paragraphs:
        brackets = _BRACKETED.search(paragraph)
        day = _believable_day(brackets[1]) if brackets else None
        if day:
            return day
    return None


def believable(day: date) -> bool:
    """Whether an article can have been published on that day."""
    return EARLIEST <= day <= date.today() + _AHEAD


def _believable_day(text: str) -> date | None:
    day = _day(text)
    return day if day and believable(day) else None


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    import dateparser

    settings = {"DATE_ORDER": "DMY", "REQUIRE_PARTS": ["day", "month", "year"], "STRICT_PARSING": True}
    moment = dateparser.parse(text, languages=["id", "en"], settings=settings)
    return moment.date() if moment else None
