"""How a language writes its figures: Babel's data, and the words that it lacks, as tables and patterns to read by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_name
from babel.units import format_unit

from bot.figures.words import ABBREVIATIONS, SYMBOLS, UNITS, VOCABULARIES, Approximation

_READ_AS = {"jv": ("id",), "su": ("id",), "ms": ("id", "ms"), None: ("id", "en")}
"""Javanese and Sundanese write their figures as Indonesian does. Malay does not, and is easily taken for it."""

_EVERY_PLURAL = (1, 2, 5)
"""Numbers that between them take the forms of most languages."""

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False, slots=True)
class Notation:
    """The tables and patterns of one language, or of several where the language is not known.

    Words that are found in any case stand in the tables as `folded` writes them.
    """

    languages: tuple[str, ...]
    decimal: str | None
    """The sign before the fraction; None where the languages differ."""
    group: str | None
    counts: Mapping[str, int]
    multipliers: Mapping[str, int]
    scales: Mapping[str, Decimal]
    letter_scales: Mapping[str, Decimal]
    currencies: Mapping[str, str]
    symbols: Mapping[str, str]
    units: Mapping[str, str]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    days: Mapping[str, int]
    approximations: Mapping[Approximation, re.Pattern[str]]
    approximations_after: Mapping[Approximation, re.Pattern[str]]
    between: re.Pattern[str]
    between_and: re.Pattern[str]
    to: re.Pattern[str]
    percent: re.Pattern[str]
    naming: re.Pattern[str]
    not_a_count: re.Pattern[str]
    year: str
    not_that_weekday: str


def locale(language: str | None) -> Locale | None:
    """Babel's data for a language; None where it has none."""
    try:
        return Locale.parse(language) if language else None
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache(maxsize=32)
def notation(language: str | None) -> Notation:
    """How figures are read in that language; of an unknown one, as in Indonesian and in English."""
    known = language if language in _READ_AS or locale(language) else None
    languages = _READ_AS.get(known, (known or "",))
    locales = [found for found in map(locale, languages) if found]
    words = [VOCABULARIES[each] for each in languages if each in VOCABULARIES]
    return Notation(
        languages=languages,
        decimal=_agreed(_symbol(each, "decimal") for each in locales),
        group=_agreed(_symbol(each, "group") for each in locales),
        counts=_by_folded(each.counts for each in words),
        multipliers=_by_folded(each.multipliers for each in words),
        scales=_powers(_by_folded([*map(_scale_words, locales), *(each.scales for each in words)])),
        letter_scales=_powers(_merged(each.letter_scales for each in words)),
        currencies=_by_folded([*map(_currency_names, locales), *(_both_spellings(each.currencies) for each in words)]),
        symbols=_merged([*map(_currency_symbols, locales), SYMBOLS]),
        units=_by_folded([*map(_unit_names, locales), ABBREVIATIONS, *(each.units for each in words)]),
        months=_by_folded([*map(_month_names, locales), *(each.months for each in words)]),
        weekdays=_merged([*map(_weekday_names, locales), *(each.weekdays for each in words)]),
        days=_by_folded(each.days for each in words),
        approximations={kind: pattern_before(each.approximations[kind] for each in words) for kind in Approximation},
        approximations_after={
            kind: _pattern(each.approximations_after.get(kind, "") for each in words) for kind in Approximation
        },
        between=pattern_before(each.between for each in words),
        between_and=_pattern(each.between_and for each in words),
        to=_pattern(each.to for each in words),
        percent=_pattern([*(each.percent for each in words), *map(_percent_name, locales)], or_else="%"),
        naming=pattern_before(each.naming for each in words),
        not_a_count=_pattern(each.not_a_count for each in words),
        year=_choice(each.year for each in words),
        not_that_weekday=_choice(each.not_that_weekday for each in words),
    )


def alternatives(words: Iterable[str]) -> str:
    """A pattern of any of these words, the longest first; one that never matches if there are none."""
    return _choice(re.escape(word) for word in sorted(words, key=len, reverse=True))


def folded(word: str) -> str:
    """The word in lower case, letter by letter, and alike where a pattern that ignores case takes words for alike.

    To such a pattern "ſ" is an "s", and both "ı" and "İ" are an "i".
    """
    return "".join(map(_folded_letter, word))


def _folded_letter(letter: str) -> str:
    small = letter.lower()[0]
    alike = unicodedata.normalize("NFC", small.upper().lower())
    return alike if len(alike) == 1 else small  # "ß", whose capitals are two


def pattern_before(patterns: Iterable[str]) -> re.Pattern[str]:
    """Matches one of these at the end of the text that stands before a figure."""
    return re.compile(rf"(?<!\w)(?:{_choice(patterns)})\s*$", re.IGNORECASE)


def _pattern(patterns: Iterable[str], *, or_else: str = "(?!)") -> re.Pattern[str]:
    return re.compile(rf"(?:(?:{_choice(patterns)})(?!\w)|{or_else})", re.IGNORECASE)


def _choice(patterns: Iterable[str]) -> str:
    return "|".join(filter(None, patterns)) or "(?!)"


def _merged(tables: Iterable[Mapping[str, Value]]) -> dict[str, Value]:
    return {word: value for table in tables for word, value in table.items() if word}


def _by_folded(tables: Iterable[Mapping[str, Value]]) -> dict[str, Value]:
    return {folded(word): value for word, value in _merged(tables).items()}


def _powers(table: Mapping[str, int]) -> dict[str, Decimal]:
    return {word: Decimal(10) ** power for word, power in table.items()}


def _agreed(symbols: Iterable[str]) -> str | None:
    different = set(symbols)
    return different.pop() if len(different) == 1 else None


def _both_spellings(currencies: Mapping[str, str]) -> dict[str, str]:
    """Indonesian papers print "dolar" and "dollar"."""
    return {
        word.replace("dolar", spelling): code for word, code in currencies.items() for spelling in ("dolar", "dollar")
    }


# --- from Babel ------------------------------------------------------------------------------------------


def _symbol(data: Locale, name: str) -> str:
    return str(data.number_symbols["latn"][name])


def _scale_words(data: Locale) -> dict[str, int]:
    """ "billion" is 9: the pattern for 10,000,000,000 is "00 billion"."""
    found = {}
    formats = dict(data.compact_decimal_formats)
    for patterns in (formats.get("long") or formats.get("short") or {}).values():
        for size, pattern in patterns.items():
            written = str(getattr(pattern, "pattern", pattern)).replace("'", "")
            word = written.strip("0 \u00a0\u202f")
            if word and not re.search(r"[0¤.]", word):
                found[word.lower()] = len(size) - written.count("0")
    return found


def _currency_names(data: Locale) -> dict[str, str]:
    money = [
        code for code in map(str, data.currencies) if not code.startswith("X")
    ]  # the rest is gold, silver and the like
    return {get_currency_name(code, count, data): code for code in money for count in (None, *_EVERY_PLURAL)}


def _currency_symbols(data: Locale) -> dict[str, str]:
    """Only real signs: letters alone are as likely to be a word."""
    return {symbol: code for code, symbol in data.currency_symbols.items() if not symbol.isalpha() and code != "XXX"}


def _unit_names(data: Locale) -> dict[str, str]:
    written = {(format_unit(count, unit, locale=data), unit) for unit in UNITS for count in _EVERY_PLURAL}
    names = {re.sub(r"\d", "", text).strip("\u00a0\u202f "): unit for text, unit in written if unit not in text}
    return {name: unit for name, unit in names.items() if len(name) > 1}


def _percent_name(data: Locale) -> str:
    name = format_unit(0, "concentr-percent", locale=data).strip("0\u00a0\u202f ")
    return "" if name == "concentr-percent" else re.escape(name)


def _month_names(data: Locale) -> dict[str, int]:
    forms = [forms[width] for forms in data.months.values() for width in ("abbreviated", "wide")]
    return {name.rstrip("."): number for names in forms for number, name in names.items()}


def _weekday_names(data: Locale) -> dict[str, int]:
    forms = [forms["wide"] for forms in data.days.values()]
    return {name: number for names in forms for number, name in names.items()}
