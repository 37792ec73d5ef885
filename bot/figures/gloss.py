"""What the figures in an answer mean, in the notation of the one who asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_name,
    get_currency_symbol,
)
from babel.units import format_unit

from bot.figures.days import Day, calendar_date, resolved
from bot.figures.finding import Figure, Kind
from bot.figures.notation import locale, notation
from bot.figures.words import UNITS, VOCABULARIES, written_approximation

_MILLION = Decimal(10) ** 6
_EXACTLY = 20
"""Digits behind the point of a compact number; Babel leaves out the zeros."""
_UNGROUPED = 10000
"""Whole numbers below it that are written without a group sign may be years, and are written so again."""
_AHEAD = re.compile(
    r"\b(?:akan|bakal|hendak|rencananya|direncanakan|dijadwalkan|mendatang|besok|nanti|will|shall|would|going to|due"
    r"|scheduled|planned|plans?|expected|upcoming|tomorrow|later this|next)\b",
    re.IGNORECASE,
)


def gloss(
    answer: str,
    figures: Sequence[Figure],
    *,
    article_language: str | None,
    asker_language: str | None,
    published: date | None,
    sentence: str | None = None,
) -> str | None:
    """The answer's figures as the asker writes them, and the dates of its weekdays; None if there is nothing to tell.

    `figures` are the answer's, as `find_figures` finds them. `sentence` is what it stands in: where that speaks of the
    future, a weekday is not dated, since the last such day before publication is not meant. Nothing is guessed: one
    figure that cannot be told surely, and there is no gloss at all. With one language on both sides only days are told
    that the answer does not date itself.
    """
    data = locale(asker_language)
    if data is None:
        return None
    looks_back = _has_tenses(article_language) and not _AHEAD.search(sentence or answer)
    days = [_told_day(figure, published, looks_back) for figure in figures]
    told = list(zip(figures, days, strict=True))
    if article_language == asker_language:
        told = [(figure, day) for figure, day in told if day and day != figure.day]
    written = [None if figure.doubtful else _written(figure, day, data) for figure, day in told]
    texts = [text for text in written if text is not None]
    differ = [not _same(answer, figure, text or "") for (figure, _), text in zip(told, written, strict=True)]
    return "; ".join(texts) if any(differ) and len(texts) == len(told) else None


def _has_tenses(language: str | None) -> bool:
    """Whether it is one of the languages whose words for the future are known here."""
    return not VOCABULARIES.keys().isdisjoint(notation(language).languages)


def _told_day(figure: Figure, published: date | None, looks_back: bool) -> Day | None:
    """The figure's day, dated as far as can be told."""
    day = figure.day
    if day is None or figure.doubtful:
        return None
    only_named = day.weekday is not None and day.day is None and day.nearest is None and day.weeks_away is None
    if only_named and not (looks_back and published):
        return day
    if day.numeric and not day.year and not published:
        return day
    return resolved(day, published)


def _same(answer: str, figure: Figure, written: str) -> bool:
    """Whether the figure looks the same in the answer, but for spaces and the kind of dash."""
    return _bare(answer[figure.start : figure.end]) == _bare(written)


def _bare(text: str) -> str:
    return re.sub(r"(?<=\d)\s+(?:to|hingga)\s+(?=\d)|[–—]", "-", re.sub(r"\s+", " ", text)).replace(" ", "").casefold()


def _written(figure: Figure, day: Day | None, data: Locale) -> str | None:
    """The figure in that language; None where it has no words for it here."""
    if figure.kind is Kind.DATE:
        return _written_day(day, data) if day else None
    if figure.kind is Kind.TIME:
        return _written_time(figure, data)
    text = _written_amount(figure, data)
    if text is None or figure.approximation is None:
        return text
    words = written_approximation(figure.approximation, data.language)
    return f"{words} {text}" if words else None


# --- amounts ---------------------------------------------------------------------------------------------


def _written_amount(figure: Figure, data: Locale) -> str | None:
    high = _single(figure, figure.high, data)
    if figure.low == figure.high or high is None:
        return high
    number = _number(figure, figure.high, data)
    # "5 to 7 kilometers", but "$5 to $7": what stands behind the number is said once.
    low = _number(figure, figure.low, data) if high.startswith(number) else _single(figure, figure.low, data)
    return _range(low, high, data) if low else None


def _range(low: str, high: str, data: Locale) -> str:
    vocabulary = VOCABULARIES.get(data.language)
    if vocabulary:
        return f"{low} {vocabulary.to.split('|')[0]} {high}"
    return f"{low} – {high}" if re.search(r"\s", low) else f"{low}–{high}"


def _single(figure: Figure, value: Decimal, data: Locale) -> str | None:
    number = _number(figure, value, data)
    if figure.kind is Kind.MONEY:
        return _money(value, number, figure.unit or "", data)
    if figure.kind is Kind.PERCENT:
        return format_percent(value / 100, locale=data, decimal_quantization=False)
    if figure.kind is Kind.ORDINAL:
        return _ordinal(value, number, data)
    if figure.unit in UNITS:
        return _measure(value, number, figure.unit, data)
    return number


def _number(figure: Figure, value: Decimal, data: Locale) -> str:
    """The number as it was written, with a word for the millions or with all its digits."""
    if figure.scale >= _MILLION and abs(value) >= _MILLION and "long" in data.compact_decimal_formats:
        return format_compact_decimal(value, format_type="long", locale=data, fraction_digits=_EXACTLY)
    as_year = value < _UNGROUPED and figure.scale == 1 and not figure.grouped and not figure.in_words
    return format_decimal(value, locale=data, decimal_quantization=False, group_separator=not as_year)


def _money(value: Decimal, number: str, currency: str, data: Locale) -> str | None:
    vocabulary = VOCABULARIES.get(data.language)
    name = vocabulary.currency_names.get(currency) if vocabulary else None
    if name:
        return f"{number} {name}"
    if not currency.isupper():
        return None
    symbol = get_currency_symbol(currency, data)
    if vocabulary is None:
        pattern = data.currency_formats["standard"].pattern.replace("0.00", "0.##")
        return format_currency(value, currency, pattern, locale=data, currency_digits=False)
    if symbol != currency and (data.language == "en" or currency == "IDR"):
        return f"{symbol}{number}"
    name = get_currency_name(currency, value, data)
    return f"{number} {name if data.language == 'en' else name[0].lower() + name[1:]}"


def _measure(value: Decimal, number: str, unit: str, data: Locale) -> str | None:
    plain = format_decimal(value, locale=data)
    for length in ("long", "short"):
        text = format_unit(value, unit, length, locale=data)
        if unit not in text and plain in text:  # Babel gives its own name of a unit that it cannot write
            return text.replace(plain, number)
    return None


def _ordinal(value: Decimal, number: str, data: Locale) -> str | None:
    if data.language == "id":
        return f"ke-{number}"
    if data.language != "en":
        return None
    last = int(value) % 100
    ending = "th" if 10 <= last <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(last % 10, "th")
    return number + ending


# --- days and times --------------------------------------------------------------------------------------

_DAY_FIRST = {"en": "d MMMM", "id": "d MMMM"}
"""Newspapers in English differ in the order; this one is understood everywhere."""


def _written_day(day: Day, data: Locale) -> str | None:
    if day.days_away is not None or day.months_away is not None or day.years_away is not None:
        return None
    if day.day is None or day.month is None:
        return _written_part(day, data)
    moment = calendar_date(day.year or 2024, day.month, day.last_day or day.day)
    if moment is None:
        return None
    text = _formatted(moment, day, data)
    if text and day.last_day:
        return f"{day.day}–{text}" if text.startswith(str(day.last_day)) else None
    return text


def _formatted(moment: date, day: Day, data: Locale) -> str | None:
    with_weekday = day.weekday is not None and not day.last_day
    day_first = _DAY_FIRST.get(data.language)
    if day_first:
        pattern = ("EEEE, " if with_weekday else "") + day_first + (" y" if day.year else "")
        return format_date(moment, pattern, locale=data)
    if day.year:
        return format_date(moment, "full" if with_weekday else "long", locale=data)
    return None if with_weekday else format_skeleton("MMMMd", moment, locale=data)


def _written_part(day: Day, data: Locale) -> str | None:
    """A month, a year or a weekday."""
    if day.weekday is not None:
        sure = day.nearest is None and day.weeks_away is None
        return str(data.days["stand-alone"]["wide"][day.weekday]) if sure else None
    if day.year and day.month:
        return format_skeleton("yMMMM", date(day.year, day.month, 1), locale=data)
    return str(day.year) if day.year else None


def _written_time(figure: Figure, data: Locale) -> str | None:
    ends = [divmod(int(minutes), 60) for minutes in (figure.low, figure.high)]
    if any(hour == 24 for hour, _ in ends):
        return None
    low, high = (format_time(time(*end), "short", locale=data).replace("\u202f", " ") for end in ends)
    text = low if low == high else _range(low, high, data)
    return f"{text} {figure.unit}" if figure.unit else text
