"""Whether two answers tell the same fact, and whether an answer's figures stand in its quote."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import product

from babel.numbers import get_currency_name

from bot.answers.types import Finding
from bot.figures.days import Day, calendar_date
from bot.figures.finding import Figure, Kind, find_figures
from bot.figures.notation import locale
from bot.figures.numerals import amounts

MOST_FIGURES = 40
"""That are compared one by one; an answer with more is a table, and the same as itself alone."""
NEGATIONS = frozenset("tidak tak bukan belum tanpa jangan not no never without neither nor n't cannot".split())


def same_fact(one: Finding, other: Finding) -> bool:
    """Whether the answers of both findings say the same, as far as their figures and names tell it.

    Figures decide where both have some: those of the shorter list must each have their equal in the other, whatever
    is counted and however nearly. Otherwise one answer has to be the other, or a name that the other says more of.
    """
    a, b = one.answer, other.answer
    if NEGATIONS.isdisjoint(_words(a)) != NEGATIONS.isdisjoint(_words(b)):
        return False
    figures_a, figures_b = _main_figures(one), _main_figures(other)
    if max(len(figures_a), len(figures_b)) > MOST_FIGURES:
        return _tokens(a) == _tokens(b)
    if figures_a and figures_b:
        return _all_matched(*sorted([figures_a, figures_b], key=len))
    if figures_a or figures_b:
        return _tokens(_without_brackets(a)) == _tokens(_without_brackets(b)) != []
    return _same_name(a, b, one.language, other.language)


def same_figures(one: str, other: str, language: str | None = None) -> bool:
    """Whether two texts have the same figures, as many in one as in the other."""
    figures, others = find_figures(one, language), find_figures(other, language)
    if max(len(figures), len(others)) > MOST_FIGURES:
        return _tokens(one) == _tokens(other)
    return len(figures) == len(others) and _all_matched(figures, others)


def figures_stand_in(answer: str, quote: str, language: str | None = None) -> bool:
    """Whether every figure of the answer stands in the quote, and none is cut out of a larger one: no "1.000" stands
    in "11.000 tentara", and no "1,3" in "1,3 miliar"."""
    places = [found.start() for found in re.finditer(re.escape(answer), quote)] if answer else []
    if places:
        whole = [found.span() for found in _DIGITS.finditer(quote)]
        whole += [(amount.start, amount.end) for amount in amounts(quote, language)]
        inside = {place for first, last in whole for place in range(first + 1, last)}
        return any(inside.isdisjoint([start, start + len(answer)]) for start in places)
    figures, standing = find_figures(answer, language), find_figures(quote, language)
    runs = set(_DIGITS.findall(quote))
    return (
        len(figures) <= MOST_FIGURES
        and runs.issuperset(_DIGITS.findall(answer))
        and all(any(_stands_as(figure, other) for other in standing) for figure in figures)
    )


_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")


def _stands_as(figure: Figure, other: Figure) -> bool:
    if figure.day and other.day:
        return _same_day(figure.day, other.day)
    return (
        figure.kind in {other.kind, Kind.NUMBER}
        and figure.unit in {other.unit, None}
        and figure.approximation in {other.approximation, None}
        and {figure.low, figure.high} <= {other.low, other.high}
    )


# --- figures ---------------------------------------------------------------------------------------------

_COUNTERS = frozenset("sebanyak sejumlah total jumlah ada hanya baru sampai dari pada di some only total with".split())


def _main_figures(found: Finding) -> list[Figure]:
    """The answer's figures without those that belong to a name: "Olimpiade 2016", "Boeing 737"."""
    return [figure for figure in found.figures if not _belongs_to_name(found.answer, figure)]


_WORD_BEFORE = re.compile(r"([^\W\d_][\w’'-]*) \Z")
_LONGEST_WORD = 40


def _belongs_to_name(text: str, figure: Figure) -> bool:
    before = _WORD_BEFORE.search(text, max(0, figure.start - _LONGEST_WORD), figure.start)
    plain = text[figure.start : figure.end].isdecimal() and figure.kind is Kind.NUMBER
    return plain and before is not None and before[1][0].isupper() and before[1].lower() not in _COUNTERS


def _all_matched(fewer: list[Figure], more: list[Figure]) -> bool:
    rest = list(more)
    for figure in fewer:
        equal = next((other for other in rest if _same_figure(figure, other)), None)
        if equal is None:
            return False
        rest.remove(equal)
    return True


def _same_figure(a: Figure, b: Figure) -> bool:
    if a.day and b.day:
        return _same_day(a.day, b.day)
    if a.day or b.day:
        day, other = (a.day, b) if a.day else (b.day, a)
        only_year = day is not None and day.year is not None and day.month is None
        return only_year and other.kind is Kind.NUMBER and other.low == day.year  # type: ignore[union-attr]
    if (a.kind is Kind.TIME) != (b.kind is Kind.TIME) or not _same_unit(a, b):
        return False
    factors = [Decimal(1)] + ([Decimal(1000), Decimal("0.001")] if a.doubtful or b.doubtful else [])
    return any(_one_in_other(a.low * factor, a.high * factor, b.low, b.high) for factor in factors)


def _one_in_other(low_a: Decimal, high_a: Decimal, low_b: Decimal, high_b: Decimal) -> bool:
    return (low_a <= low_b and high_b <= high_a) or (low_b <= low_a and high_a <= high_b)


def _same_unit(a: Figure, b: Figure) -> bool:
    """A bare number may count anything; "dollars" are of any country that has them."""
    if Kind.NUMBER in {a.kind, b.kind}:
        return True
    if a.kind is not b.kind:
        return False
    if a.unit is None or b.unit is None or a.unit == b.unit:
        return True
    return a.kind is Kind.MONEY and (_has_name(a.unit, b.unit) or _has_name(b.unit, a.unit))


def _has_name(code: str, name: str) -> bool:
    return code.isupper() and name.islower() and get_currency_name(code, locale="en").lower().split()[-1] in name


def _same_day(a: Day, b: Day) -> bool:
    """Whether nothing that both tell differs, and something is told by both."""
    relative = [(d.days_away, d.weeks_away, d.months_away, d.years_away, d.nearest) for d in (a, b)]
    if relative[0] != relative[1]:
        return False
    if any(away is not None for away in relative[0][:1] + relative[0][2:4]):
        return True
    first, second = ({"year": d.year, "month": d.month, "weekday": _weekday(d)} for d in (a, b))
    both = [(first[part], second[part]) for part in first if first[part] is not None and second[part] is not None]
    if a.day and b.day:
        days_a, days_b = range(a.day, (a.last_day or a.day) + 1), range(b.day, (b.last_day or b.day) + 1)
        both.append((True, bool(set(days_a) & set(days_b))))
    return bool(both) and all(one == other for one, other in both)


def _weekday(day: Day) -> int | None:
    moment: date | None = calendar_date(day.year, day.month, day.day) if day.year and day.month and day.day else None
    return moment.weekday() if moment and not day.last_day else day.weekday


# --- names -----------------------------------------------------------------------------------------------

_SMALL = frozenset("di ke dari pada yang oleh para sang the a an of in at on by to".split())
_RELATED = frozenset(
    """istri suami anak putra putri ayah ibu adik kakak saudara keponakan keluarga juru jubir pengacara pengganti
    pendahulu penerus rival lawan ajudan asisten wife husband son daughter father mother brother sister nephew niece
    family spokesman spokeswoman spokesperson lawyer successor predecessor rival opponent aide assistant""".split()
)
"""Who is one of these is somebody else."""
_OTHER_OFFICE = frozenset("wakil mantan eks calon bekas vice deputy former ex acting".split())
_DIRECTION_AFTER = frozenset("utara selatan timur barat tengah tenggara barat_daya raya baru".split())
_DIRECTION_BEFORE = frozenset(
    "north south east west central northern southern eastern western greater new upper lower".split()
)
_ABBREVIATED = {"AS": "US", "US": "US", "U.S.": "US", "USA": "US", "UK": "GB", "UEA": "AE", "UAE": "AE"}
_OLD_SPELLINGS = (
    ("ij", "i"), ("iy", "i"), ("yy", "i"), ("y", "i"), ("oe", "u"), ("ou", "u"), ("dj", "j"), ("tj", "c"), ("kh", "h"),
    ("ks", "x"), ("ph", "f"), ("w", "v"), ("th", "t"), ("dh", "d"), ("sj", "sh"),
)  # fmt: skip
"""Letters by which one name differs from paper to paper: Kozlow, Soekarno, Zelenskyy."""
_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss"})


def _same_name(a: str, b: str, language_a: str | None, language_b: str | None) -> bool:
    countries = _country(a, language_a), _country(b, language_b)
    if any(countries):
        return countries[0] == countries[1]
    return any(_one_names_other(*pair) for pair in product(_headed(a), _headed(b)))


def _headed(text: str) -> list[str]:
    """The text, and what stands before its first comma or bracket: a name before what is said of it."""
    head = re.split(r"[,;(]", text, maxsplit=1)[0]
    return [text] if head == text or not head.strip() else [text, head]


def _one_names_other(a: str, b: str) -> bool:
    short, long = sorted([_tokens(a), _tokens(b)], key=len)
    if not short:
        return False
    if sorted(short) == sorted(long):
        return True
    size = len(short)
    if long[-size:] == short:
        before, after = long[:-size], list[str]()
    elif long[:size] == short:
        before, after = list[str](), long[size:]
    else:
        return False
    return (
        _RELATED.isdisjoint([*before, *after])
        and (_OTHER_OFFICE | _DIRECTION_BEFORE).isdisjoint(before[-1:])
        and _DIRECTION_AFTER.isdisjoint(after[:1])
    )


def _words(text: str) -> list[str]:
    """Lower case, without accents and punctuation."""
    # Letter by letter: to sort the marks of a run takes the square of its length.
    parts = (part for letter in text for part in unicodedata.normalize("NFKD", letter))
    bare = "".join(part for part in parts if not unicodedata.combining(part))
    return re.findall(r"[^\W_]+(?:n['’]t\b)?", bare.casefold().translate(_LETTERS))


def _tokens(text: str) -> list[str]:
    """The words that tell names apart, in one of their spellings."""
    return [_respelt(word) for word in _words(text) if word not in _SMALL]


def _respelt(word: str) -> str:
    if word in _RELATED or word in _OTHER_OFFICE or word in _DIRECTION_AFTER or word in _DIRECTION_BEFORE:
        return word
    for old, new in _OLD_SPELLINGS:
        word = word.replace(old, new)
    word = re.sub(r"([^\W\d])\1", r"\1", word)
    return re.sub(r"der$", "dr", word)


def _without_brackets(text: str) -> str:
    """Ages and years stand in brackets beside a name."""
    return re.sub(r"(?<!\s)\s*\([^()]*\)", "", text)


def _country(text: str, language: str | None) -> str | None:
    bare = re.sub(r"^(?:the|negara|republik|di|in|ke|dari)\s+", "", text.strip(" .,"), flags=re.IGNORECASE)
    return _ABBREVIATED.get(bare) or _countries(language).get(" ".join(_words(bare)))


@lru_cache(maxsize=32)
def _countries(language: str | None) -> dict[str, str]:
    found = [data for data in map(locale, [language] if language else ["id", "en"]) if data]
    named = [(code, name) for data in found for code, name in data.territories.items() if len(code) == 2]
    return {" ".join(_words(name)): code for code, name in named}
