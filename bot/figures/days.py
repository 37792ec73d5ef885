"""Days in a text: in full, in part, by weekday, or by their distance from the day of the article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from bot.figures.notation import alternatives, folded, notation

_LOOKS_AHEAD = timedelta(days=183)
"""News mostly look back: a date without a year lies at most half a year after the article."""


@dataclass(frozen=True, slots=True)
class Day:
    """What a text tells of a day; None is what it leaves out."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    last_day: int | None = None
    """Of some days in a row: "17-19 November"."""
    weekday: int | None = None
    """Monday is 0."""
    days_away: int | None = None
    """ "yesterday" is -1."""
    weeks_away: int | None = None
    """Of a weekday: "Wednesday last week" is -1."""
    months_away: int | None = None
    years_away: int | None = None
    nearest: int | None = None
    """Of a weekday: -1 for the last one before the article's day, 1 for the first one after it."""
    this_or_other: bool = False
    """Whether `nearest` may also have skipped one: "next Friday", said on a Monday."""
    numeric: bool = False
    """ "(17/11)", as agencies date what they report, in the year that they report it."""


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """A day that stands at text[start:end]."""

    start: int
    end: int
    day: Day
    doubtful: bool = False
    """Whether it could be another day, or no day at all: "3/4", "Sunday (18/11/2024)", which was a Monday."""


def days(text: str, language: str | None) -> list[WrittenDay]:
    """The days of the text, in order."""
    found: list[WrittenDay] = []
    for pattern, read in _readers(language):
        new = [written for match in pattern.finditer(text) if (written := read(match, language))]
        text = blanked(text, [(written.start, written.end) for written in new])
        found += new
    return sorted(found, key=lambda written: written.start)


def blanked(text: str, parts: Iterable[tuple[int, int]]) -> str:
    """The text with these parts made unreadable, and everything else where it was."""
    pieces, at = [], 0
    for start, end in sorted(parts):
        pieces += [text[at:start], "\0" * (end - max(at, start))]
        at = max(at, end)
    return "".join([*pieces, text[at:]])


def resolved(day: Day, published: date | None) -> Day | None:
    """The day itself, with its date as far as the article's day tells it surely; None if it does not."""
    if day.days_away is not None or day.months_away is not None or day.years_away is not None:
        return _at_distance(day, published) if published else None
    if day.weekday is not None and day.day is None:
        return _weekday_near(day, published) if published else None
    if day.day and day.month and not day.year and (day.numeric or day.weekday is not None):
        return _with_year(day, published) if published else None
    return day


def on(moment: date, *, with_weekday: bool = True) -> Day:
    """A date as a day in full."""
    return Day(moment.year, moment.month, moment.day, weekday=moment.weekday() if with_weekday else None)


def _at_distance(day: Day, published: date) -> Day:
    if day.days_away is not None:
        return on(published + timedelta(days=day.days_away))
    if day.months_away is not None:
        months = published.year * 12 + published.month - 1 + day.months_away
        return Day(months // 12, months % 12 + 1)
    return Day(published.year + (day.years_away or 0))


def _weekday_near(day: Day, published: date) -> Day | None:
    assert day.weekday is not None
    monday = published - timedelta(days=published.weekday())
    if day.weeks_away is not None:
        return on(monday + timedelta(days=day.weekday, weeks=day.weeks_away))
    back = (published.weekday() - day.weekday) % 7
    if day.nearest == 1:
        found = published + timedelta(days=7 - back)
    else:
        found = published - timedelta(days=back or (7 if day.nearest else 0))
    this_week = monday <= found < monday + timedelta(weeks=1)
    return None if day.this_or_other and this_week else on(found)


def _with_year(day: Day, published: date) -> Day | None:
    assert day.month
    assert day.day
    for year in (published.year + 1, published.year, published.year - 1):
        found = calendar_date(year, day.month, day.day)
        if found and found <= published + _LOOKS_AHEAD:
            fits = day.weekday is None or day.last_day is not None or found.weekday() == day.weekday
            return replace(day, year=year) if fits else None
    return None


def calendar_date(year: int, month: int, day: int) -> date | None:
    """The date, if there is such a day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- reading ---------------------------------------------------------------------------------------------

_PART_OF_DAY = "pagi|siang|sore|petang|malam|dini hari|subuh|morning|afternoon|evening|night"
_NEAREST = {"lalu": -1, "silam": -1, "kemarin": -1, "mendatang": 1, "depan": 1, "last": -1, "next": 1, "coming": 1}
_SURE = {"lalu", "silam", "kemarin", "mendatang", "coming"}
"""Whatever the week; "next Friday" may be of this week or of the next."""
_WEEKS = {"lalu": -1, "silam": -1, "last": -1, "ini": 0, "this": 0, "depan": 1, "mendatang": 1, "next": 1}
_DATED = (
    r"{day}(?:st|nd|rd|th|\.)?\s?(?:of\s|de\s|del\s)?(?P<month>{month})(?:,?\s?(?:de\s|del\s|năm\s)?{year})?",
    r"{english}(?P<month>{title})\s{day}(?:st|nd|rd|th)?(?![\d.,:]*\d|\w)(?:,?\s{year})?",
    r"(?P<year>\d{{4}})-(?P<number>\d{{2}})-(?P<day>\d{{2}})(?!\d)",
    r"(?P<year>\d{{4}})\s?[年년]\s?(?P<number>\d{{1,2}})\s?[月월](?:\s?(?P<day>\d{{1,2}})\s?[日일])?",
    r"{day}(?P<sign>[/.-])(?P<number>\d{{1,2}})(?P=sign){year}",
    r"{day}/(?P<number>\d{{1,2}})(?![\d/.,]*\d|\w)",
    r"(?P<month>{title}|{month})\s(?:de\s|del\s|năm\s|tahun\s)?{year}",
)
_Reader = Callable[[re.Match[str], str | None], "WrittenDay | None"]


@lru_cache(maxsize=32)
def _readers(language: str | None) -> tuple[tuple[re.Pattern[str], _Reader], ...]:
    """What to look for, and how to understand it; what is understood first is not looked at again."""
    signs = notation(language)
    weekday = rf"(?:{alternatives(_with_capitals(signs.weekdays))})(?![\w])"
    parts = {
        "day": r"(?P<day>\d{1,2})(?:\s?[-–]\s?(?P<last>\d{1,2}))?",
        "month": rf"(?i:{alternatives(signs.months)})(?![^\W\d_]|\d)\.?",
        "title": rf"(?:{alternatives(name.title() for name in signs.months)})(?!\w)\.?",
        "year": r"(?P<year>\d{4}|\d{3}(?!\s[a-z]))(?!\w|\s?(?:SM|BC)\b)",
        "english": "" if "en" in signs.languages else "(?!)",
    }
    before = (
        rf"(?:(?:[Hh]ari\s)?(?P<weekday>{weekday})(?:\s(?:{_PART_OF_DAY}))?,?\s?(?:tanggal\s|tgl\.?\s|the\s|on\s)?)?"
    )
    dated = [
        rf"(?<![\w/.,-]){before}(?P<open>\(\s?)?{pattern.format(**parts)}(?(open)(?P<close>\s?\))?)"
        for pattern in _DATED
    ]
    directions = alternatives(_NEAREST)
    alone = (
        rf"(?P<before>(?<!\S)(?![Hh]ari\s)\S++\s)?(?P<hari>[Hh]ari\s)?\b(?P<weekday>{weekday})(?:\s(?:{_PART_OF_DAY}))?"
        rf"(?:\s(?P<week>(?:(?:pekan|minggu)\s(?:lalu|ini|depan))|(?:of\s)?(?:last|this|next)\sweek)|\s(?P<after>{directions})"
        r"|(?P<tail>[-–]?\s?\S*))?(?!\w)"
    )
    near = rf"(?<!\w)(?i:(?P<near>{alternatives(signs.days)}))(?!\w)"
    return (
        *((re.compile(pattern), _dated) for pattern in dated),
        (re.compile(alone), _named),
        (re.compile(near), _near),
        *((re.compile(pattern), _span) for language in signs.languages for pattern in _SPANS.get(language, ())),
        (re.compile(rf"(?<!\w)(?i:{signs.year})\s(?P<year>[12]\d{{3}})(?!\w|[.,/:-]\d|\s?-\s?an\b|\s?%)"), _year),
    )


_SPANS = {
    "id": (
        r"(?:(?<![\w,-]\s)|(?<=\bpada )|(?<=\bsejak )|(?<=\bawal )|(?<=\bakhir )|(?<=\bpertengahan ))"
        r"(?P<unit>[Tt]ahun|[Bb]ulan) (?P<which>lalu|ini|depan)(?!\w)",
    ),
    "en": (r"(?<!\bthe )(?<!\bthe past )(?P<which>[Ll]ast|[Tt]his|[Nn]ext) (?P<unit>month|year)(?!\w|['’-])",),
}
"""Not "dua tahun lalu" nor "the last year", which are measured from the day itself."""


def _with_capitals(weekdays: Iterable[str]) -> set[str]:
    return {form for name in weekdays for form in (name, name.capitalize(), name.upper())}


def _dated(found: re.Match[str], language: str | None) -> WrittenDay | None:
    signs, groups = notation(language), found.groupdict()
    numeric = groups.get("number") is not None
    month = int(groups["number"]) if numeric else signs.months[folded(groups["month"].rstrip("."))]
    year, day, last = (int(groups[name]) if groups.get(name) else None for name in ("year", "day", "last"))
    weekday = _weekday(found["weekday"], language)
    if month > 12 and language == "en" and day and day <= 12:
        month, day = day, month  # 11/21/2024
    moment = calendar_date(year or 2024, month, day or 1) if 1 <= month <= 12 else None
    if not moment or (last and not calendar_date(year or 2024, month, last)) or (last and day and last <= day):
        return None
    bare = numeric and not year and not found["open"] and weekday is None
    month_may_lead = numeric and not (year and found.start("year") < found.start("number")) and language in {"en", None}
    doubtful = (
        (bare and (day or 0) <= 12)
        or (year is None and re.match(r",?\s?\d", found.string[found.end() :]) is not None)
        or (month_may_lead and (day or 0) <= 12 and day != month)
        or (year is not None and weekday is not None and not last and moment.weekday() != weekday)
    )
    end = found.end() - found[0].endswith(".")  # of the sentence, more often than of an abbreviation
    return WrittenDay(found.start(), end, Day(year, month, day, last, weekday, numeric=numeric), doubtful)


def _weekday(name: str | None, language: str | None) -> int | None:
    table = {folded(written): number for written, number in notation(language).weekdays.items()}
    return table[folded(name)] if name else None


_LINKS = re.compile(
    r"(?:pada|on|hari|sejak|since|by|until|hingga|sampai|dari|from|untuk|for|and|dan|last|next|coming)\s$",
    re.IGNORECASE,
)


def _named(found: re.Match[str], language: str | None) -> WrittenDay | None:
    """A weekday without a date, where it is one certain day and no part of a name."""
    word = (found["before"] or "").strip().lower()
    if not _is_certain(found, word, language):
        return None
    start = found.start("hari") if found["hari"] else found.start("weekday")
    number = _weekday(found["weekday"], language)
    if found["week"]:
        which = next(each for each in found["week"].split() if each in _WEEKS)
        return WrittenDay(start, found.end(), Day(weekday=number, weeks_away=_WEEKS[which]))
    direction = found["after"] or (word if word in _NEAREST else "")
    start = found.start("before") if direction and direction == word else start
    end = found.end("after") if found["after"] else found.end("weekday")
    unsure = bool(direction) and direction not in _SURE
    return WrittenDay(start, end, Day(weekday=number, nearest=_NEAREST.get(direction), this_or_other=unsure))


def _is_certain(found: re.Match[str], word: str, language: str | None) -> bool:
    """Not "every Sunday", "Senin-Jumat", "Black Friday", "Rabu Abu" or "Rabu berikutnya"."""
    before, tail = found["before"] or "", (found["tail"] or "").strip()
    signs = notation(language)
    linked = found["hari"] is not None or _LINKS.search(before) is not None
    a_name = before[:1].isupper() or tail[:1].isupper()
    a_word = found["weekday"].islower() and not {"id", "en"}.isdisjoint(signs.languages)
    last_week = found["weekday"].lower() == "minggu" and not found["hari"] and found["after"]
    repeated = word == "this" or tail[:1] in {"-", "–"} or re.fullmatch(signs.not_that_weekday, word)
    return not (repeated or last_week or _ASIDE.match(tail) or (not linked and (a_name or a_word)))


_ASIDE = re.compile(
    r"ini\b|sebelumnya|berikutnya|sesudahnya|setelahnya|before|after|following|previous|sepekan|dua|tiga|beberapa|a\b|two|three",
    re.IGNORECASE,
)
"""Words after a weekday that count from another day than the article's, or may look either way: "Sabtu ini"."""


def _near(found: re.Match[str], language: str | None) -> WrittenDay | None:
    return WrittenDay(found.start(), found.end(), Day(days_away=notation(language).days[folded(found["near"])]))


def _span(found: re.Match[str], _: str | None) -> WrittenDay | None:
    away = _WEEKS[found["which"].lower()]
    by_month = found["unit"].lower() in {"bulan", "month"}
    day = Day(months_away=away) if by_month else Day(years_away=away)
    return WrittenDay(found.start(), found.end(), day)


def _year(found: re.Match[str], _: str | None) -> WrittenDay | None:
    return WrittenDay(found.start("year"), found.end("year"), Day(year=int(found["year"])))
