"""The figures in a text and what they mean: counts, money, percents, measures, ranks, days, times and durations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from bot.figures.days import Day, blanked, days
from bot.figures.notation import Notation, alternatives, folded, notation
from bot.figures.numerals import ONE, Amount, amounts
from bot.figures.times import times_of_day
from bot.figures.words import Approximation


class Kind(StrEnum):
    """What a figure counts."""

    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    MEASURE = "measure"
    DURATION = "duration"
    ORDINAL = "ordinal"
    DATE = "date"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that stands at text[start:end]."""

    start: int
    end: int
    kind: Kind
    low: Decimal
    """Of a time, the minutes since midnight; of a day, its year, month and day as one number, such as 20241117."""
    high: Decimal
    """The same as `low`, if it is no range."""
    approximation: Approximation | None = None
    unit: str | None = None
    """Of money, the ISO 4217 code, or a name such as "dollar" that does not say whose; of a measure, Babel's name."""
    scale: Decimal = ONE
    """A million where it is written as so many millions."""
    grouped: bool = False
    """Whether its digits are set in threes."""
    in_words: bool = False
    day: Day | None = None
    doubtful: bool = False
    """Whether it could mean something else in the habit of another writer."""


def find_figures(text: str, language: str | None) -> list[Figure]:
    """The figures of the text, in order; numbers in names ("F-16", "Pasal 5") and codes are none."""
    signs = notation(language)
    dates = [
        Figure(
            found.start, found.end, Kind.DATE, at := _as_number(found.day), at, day=found.day, doubtful=found.doubtful
        )
        for found in days(text, language)
    ]
    rest = _without(text, dates)
    times = [
        Figure(at.start, at.end, Kind.TIME, Decimal(at.first), Decimal(at.last), unit=at.zone, doubtful=at.doubtful)
        for at in times_of_day(rest)
    ]
    rest = _without_names(_without(rest, times), signs)
    ranges = _joined(rest, _counted(rest, amounts(rest, language), signs), signs)
    found = sorted([*dates, *times, *ranges], key=lambda figure: figure.start)
    return [_approximate(text, figure, before, signs) for before, figure in zip([None, *found], found, strict=False)]


def _as_number(day: Day) -> Decimal:
    return Decimal((day.year or 0) * 10000 + (day.month or 0) * 100 + (day.day or 0))


def _without(text: str, figures: Iterable[Figure]) -> str:
    return blanked(text, [(figure.start, figure.end) for figure in figures])


# --- names -------------------------------------------------------------------------------------

_CODES = re.compile(
    r"""\+\d[\d ()-]{6,}\d | (?<!\d)0\d[\d -]{6,}\d | (?<!\d)\d++(?:[-–]\d++){2,}    # telephone numbers
      | \[\d++\]                                                                  # footnotes
      | \b[A-Z]{1,5}\s-\s\d+                                                     # "MD - 82", set with spaces
      | (?<!\d)\d++(?:(?:[/:]\d++)+ | \s?-\s?an\b | (?:['’]s|s)\b)                # fractions, seasons, scores, decades
      | \b\d{1,4}\s?(?:SM|BCE?|CE|Masehi|Hijriah)\b | \b\d{3,4}\s?(?:M|H)\b(?!\w)  # years of other counts
    """,
    re.VERBOSE,
)


def _without_names(text: str, signs: Notation) -> str:
    codes = [found.span() for found in _CODES.finditer(text)]
    numbers = (found.span() for found in re.finditer(r"\d[\d.,/-]*(?<=\d)", text))
    named = [span for span in numbers if signs.naming.search(text, max(0, span[0] - 20), span[0])]
    return blanked(text, [*codes, *named])


# --- amounts and what they count -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Around:
    """Patterns of what may stand around an amount."""

    symbol_before: re.Pattern[str]
    symbol_after: re.Pattern[str]
    letter_scale: re.Pattern[str]
    currency: re.Pattern[str]
    unit: re.Pattern[str]


@lru_cache(maxsize=32)
def _around(signs: Notation) -> _Around:
    symbols = alternatives(signs.symbols)
    return _Around(
        symbol_before=re.compile(rf"(?<![A-Za-z])(?:{symbols})\s?\Z"),
        symbol_after=re.compile(rf"[ \u00a0\u202f]?(?P<name>{symbols})(?![A-Za-z\d])"),
        letter_scale=re.compile(rf"\s?(?P<name>{alternatives(signs.letter_scales)})(?!\w)"),
        currency=re.compile(rf"\s(?:de\s|of\s)?(?P<name>{alternatives(signs.currencies)})(?!\w)", re.IGNORECASE),
        unit=re.compile(rf"[\s-]?(?P<name>{alternatives(signs.units)})(?!\w|/)", re.IGNORECASE),
    )


def _counted(text: str, found: Iterable[Amount], signs: Notation) -> list[Figure]:
    """The amounts with their units; what stands behind one number belongs to no other."""
    figures: list[Figure] = []
    for amount in found:
        since = figures[-1].end if figures else 0
        if figure := _with_unit(text, amount, since, signs):
            figures.append(figure)
    return figures


_MINUS = re.compile(r"(?:(?<=\s)|(?<=\()|^)[-−]\Z")
_LONGEST_SYMBOL = 6
_GLUED = re.compile(r"[A-Za-zÀ-ɏ¼-¾'′″]|-[A-Z]")


def _with_unit(text: str, amount: Amount, since: int, signs: Notation) -> Figure | None:
    """The amount with its unit; None if it is glued to letters, and so a name: "5G"."""
    around = _around(signs)
    start, end, scale = amount.start, amount.end, amount.scale
    sign = _MINUS.search(text, max(since, start - 1), start)
    factor = -ONE if sign and text[start].isdigit() else ONE
    start -= 1 if factor < 0 else 0
    symbol = around.symbol_before.search(text, max(since, start - _LONGEST_SYMBOL), start)
    if symbol and scale == ONE and (letter := around.letter_scale.match(text, end)):
        scale, end = signs.letter_scales[letter["name"]], letter.end()
    factor *= scale / amount.scale
    figure = Figure(
        start, end, Kind.NUMBER, amount.value * factor, amount.value * factor, scale=scale, grouped=amount.grouped,
        in_words=amount.in_words, doubtful=amount.doubtful,
    )  # fmt: skip
    if symbol:
        code = signs.symbols[symbol[0].strip()]
        figure = replace(figure, kind=Kind.MONEY, unit=code, start=figure.start - len(symbol[0]))
    else:
        readings = (read(text, figure, signs) for read in (_percent, _money, _ordinal, _measure))
        figure = next(filter(None, readings), figure)
    glued = figure.end == amount.end and _GLUED.match(text, amount.end)
    if glued and not amount.in_words:
        return None
    return replace(figure, doubtful=True) if _is_broken(text, amount, signs) else figure


_LIST_BEFORE, _LIST_AFTER = re.compile(r"\d, \Z"), re.compile(r", \d")


def _is_broken(text: str, amount: Amount, signs: Notation) -> bool:
    """Some agencies set a space into a fraction: "8, 1 persen"; it looks like a list of two."""
    beside = _LIST_BEFORE.search(text, max(0, amount.start - 3), amount.start) or _LIST_AFTER.match(text, amount.end)
    return signs.decimal != "." and not amount.grouped and beside is not None


def _percent(text: str, figure: Figure, signs: Notation) -> Figure | None:
    gap = re.compile(r"[\s-]?").match(text, figure.end)
    found = signs.percent.match(text, gap.end() if gap else figure.end)
    return found and replace(figure, kind=Kind.PERCENT, end=found.end(), doubtful=_still_doubtful(figure))


def _money(text: str, figure: Figure, signs: Notation) -> Figure | None:
    around = _around(signs)
    if named := around.currency.match(text, figure.end):
        return replace(figure, kind=Kind.MONEY, unit=signs.currencies[folded(named["name"])], end=named.end())
    if sign := around.symbol_after.match(text, figure.end):
        return replace(figure, kind=Kind.MONEY, unit=signs.symbols[sign["name"]], end=sign.end())
    return None


_ENGLISH_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_INDONESIAN_ORDINAL = re.compile(r"(?<!\w)ke-\Z", re.IGNORECASE)


def _ordinal(text: str, figure: Figure, _: Notation) -> Figure | None:
    if ending := _ENGLISH_ORDINAL.match(text, figure.end):
        return replace(figure, kind=Kind.ORDINAL, end=ending.end())
    before = _INDONESIAN_ORDINAL.search(text, max(0, figure.start - 3), figure.start)
    return before and replace(figure, kind=Kind.ORDINAL, start=before.start())


def _measure(text: str, figure: Figure, signs: Notation) -> Figure | None:
    found = _around(signs).unit.match(text, figure.end)
    if found is None or (len(found["name"]) == 1 and found["name"].isupper()):
        return None
    unit = signs.units[folded(found["name"])]
    kind = Kind.DURATION if unit.startswith("duration") else Kind.MEASURE
    return replace(figure, kind=kind, unit=unit, end=found.end(), doubtful=_still_doubtful(figure))


def _still_doubtful(figure: Figure) -> bool:
    """A point or comma before one or two digits is a fraction, in whatever language, where something is measured."""
    return figure.doubtful and (figure.grouped or figure.low * 100 != int(figure.low * 100))


# --- ranges and approximations ---------------------------------------------------------------------------


def _joined(text: str, figures: list[Figure], signs: Notation) -> list[Figure]:
    joined: list[Figure] = []
    for figure in figures:
        whole = _range(text, joined[-1], figure, signs) if joined else None
        if whole:
            joined[-1] = whole
        else:
            joined.append(figure)
    return joined


def _range(text: str, first: Figure, last: Figure, signs: Notation) -> Figure | None:
    """The two as one range, if that is how they stand; a smaller second end is a score or a change."""
    gap = text[first.end : last.start].strip()
    opened = signs.between.search(text, max(0, first.start - 20), first.start)
    joins = gap in {"-", "–", "—"} or signs.to.fullmatch(gap) or (opened and signs.between_and.fullmatch(gap))
    if not joins or first.low != first.high or not gap:
        return None
    if first.scale == ONE != last.scale and not first.grouped and first.low * last.scale < last.low:
        first = replace(first, low=first.low * last.scale)
    same = first.unit == last.unit and first.kind == last.kind
    if not (same or first.kind is Kind.NUMBER or (last.kind is Kind.NUMBER and first.kind is Kind.MONEY)):
        return None
    if first.low >= last.low:
        return None
    unit = last if last.unit or last.kind is not Kind.NUMBER else first
    start = opened.start() if opened else first.start
    doubtful = first.doubtful or last.doubtful
    return replace(
        last, start=start, low=first.low, kind=unit.kind, unit=unit.unit, doubtful=doubtful,
        grouped=first.grouped or last.grouped,
    )  # fmt: skip


def _approximate(text: str, figure: Figure, before: Figure | None, signs: Notation) -> Figure:
    """The figure together with the words beside it that say how near it is."""
    if figure.kind in {Kind.DATE, Kind.ORDINAL}:
        return figure
    since = max(before.end if before else 0, figure.start - 30)
    found = {kind: pattern.search(text, since, figure.start) for kind, pattern in signs.approximations.items()}
    starts = {kind: words.start() for kind, words in found.items() if words}
    if starts:
        kind = min(starts, key=lambda each: starts[each])  # "tidak kurang dari" before the "kurang dari" in it
        leads_on = kind is Approximation.UP_TO and before and len(text[before.end : starts[kind]].split()) <= 1
        return figure if leads_on else replace(figure, approximation=kind, start=starts[kind])
    for kind, pattern in signs.approximations_after.items():
        gap = text[figure.end : figure.end + 1].isspace()
        words = pattern.match(text, figure.end + 1) if gap else None
        if words:
            return replace(figure, approximation=kind, end=words.end())
    return figure
