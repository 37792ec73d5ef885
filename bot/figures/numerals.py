"""Numbers in a text, in digits and in words, with their values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot.figures.notation import Notation, alternatives, folded, notation

ONE = Decimal(1)
_LETTER = "A-Za-z\u00b5-\u02af\u0370-\u052f"
"""Of alphabets with spaces between words; next to a Chinese character a number stands by itself."""
_MOST_DIGITS = 15
"""More are a code; and no news counts beyond a million trillions."""
_GROUP_SPACE = "\u00a0\u202f\u2009"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that stands at text[start:end]."""

    start: int
    end: int
    value: Decimal
    scale: Decimal
    """The scale word that it ends in: a million of "1.3 million"; 1 where there is none."""
    in_words: bool
    grouped: bool
    """Whether its digits are set in threes, as those of a year never are."""
    doubtful: bool
    """Whether a writer of another habit could mean another value: "1.234" is one in Jakarta and another in London."""


def amounts(text: str, language: str | None) -> Iterator[Amount]:
    """The numbers of the text, in order; digits that are part of a name ("F-16") or a code are none."""
    signs = notation(language)
    start = _patterns(language).start
    position = 0
    while found := start.search(text, position):
        amount = _read(text, found.start(), language, signs)
        position = amount.end if amount else found.end()
        if amount:
            yield amount


@dataclass(frozen=True, slots=True)
class _Patterns:
    start: re.Pattern[str]
    token: re.Pattern[str]
    follows: re.Pattern[str]


@lru_cache(maxsize=32)
def _patterns(language: str | None) -> _Patterns:
    signs = notation(language)
    spaces = _GROUP_SPACE + (" " if signs.group and signs.group.isspace() else "")
    digits = rf"\d{{1,3}}(?:[{spaces}]\d{{3}})+(?!\d)(?:[.,٫]\d+)?|\d+(?:[.,٫٬’']\d+)*"
    fused = r"se(?=(?:puluh|belas|ratus|ribu|juta|miliar|milyar|triliun)(?!\w))" if "se" in signs.counts else "(?!)"
    words = alternatives(
        [*signs.counts, *signs.multipliers, *signs.scales, "belas", "setengah", "half a", "and a half"]
    )
    article = r"an?(?=[ -](?:hundred|thousand|million|billion|trillion|dozen)(?!\w))" if "a" in signs.counts else "(?!)"
    spoken = rf"{fused}|{article}|(?!(?:an?|se)(?!\w))(?:{words})(?![{_LETTER}\d_])"
    prefixes = [sign for sign in signs.symbols if sign[-1].isalpha()] + (["ke-"] if "id" in signs.languages else [])
    glued = "".join(rf"|(?<=(?<!\w){re.escape(prefix)})" for prefix in prefixes)
    free = rf"(?:(?<![{_LETTER}\d])(?<![{_LETTER}][-–])(?<!\d[.,/:]){glued})"
    flags = re.IGNORECASE
    return _Patterns(
        start=re.compile(rf"{free}(?:{digits})|(?<!\w)(?:{spoken})", flags),
        token=re.compile(rf"(?P<digits>{digits})|(?P<word>{spoken}|and(?= ))", flags),
        follows=re.compile(rf"[ \u00a0\u202f-]?(?={spoken}|and )|[ \u00a0](?=\d)|(?<=se)", flags),
    )


def _read(text: str, start: int, language: str | None, signs: Notation) -> Amount | None:
    """The longest number that begins there."""
    patterns = _patterns(language)
    sum_ = _Sum(signs, joins=not signs.between.search(text, max(0, start - 20), start))
    position, best = start, None
    while token := patterns.token.match(text, position):
        if not sum_.take(token["digits"], folded(token["word"] or "")):
            break
        position = token.end()
        if sum_.complete:
            best = sum_.amount(start, position)
        gap = patterns.follows.match(text, position)
        if not gap:
            break
        position = gap.end()
    if best and best.in_words and _is_name_or_phrase(text, best, signs):
        return None
    return best


_OPENS = ("", *"“”\"'‘(.!?:—–-")
"""What a sentence, or a quotation in it, begins after."""


def _is_name_or_phrase(text: str, amount: Amount, signs: Notation) -> bool:
    """ "Kepulauan Seribu", "tiga-tiganya", "one another"."""
    written, after = text[amount.start : amount.end], text[amount.end : amount.end + 30]
    phrases = signs.not_a_count.finditer(text, max(0, amount.start - 9), amount.end + 15)
    if any(phrase.start() <= amount.start < phrase.end() for phrase in phrases):
        return True
    if re.match(rf"-{re.escape(written)}", after, re.IGNORECASE) or re.match(r"-?nya(?!\w)", after):
        return True
    opens = text[max(0, amount.start - 30) : amount.start].rstrip()[-1:] in _OPENS
    named = re.match(r" [^\W\d_a-z]", after) is not None
    return written[0].isupper() and not written.isupper() and (not opens or (named and " " not in written))


class _Sum:
    """Adds up the words of one number as they come."""

    def __init__(self, signs: Notation, *, joins: bool) -> None:
        self._signs = signs
        self._joins = joins  # after "between" an "and" stands between two numbers
        self._total = self._hundreds = Decimal(0)
        self._unit: Decimal | None = None
        self._last_scale: Decimal | None = None
        self._scale = ONE
        self._only_words, self._grouped, self._doubtful, self._open = True, False, False, False

    @property
    def complete(self) -> bool:
        """Whether the number may end here."""
        return not self._open

    def take(self, digits: str | None, word: str) -> bool:
        """Whether the token continues the number; if so it is added."""
        was_open, self._open = self._open, False
        return self._take_digits(digits) if digits else self._take_word(word, was_open=was_open)

    def _take_digits(self, digits: str) -> bool:
        read = read_digits(digits, self._signs)
        if read is None or self._unit is not None or self._hundreds or (self._total and self._last_scale is None):
            return False
        self._unit, self._grouped, self._doubtful = read
        self._open = self._last_scale is not None  # "2 juta 500" needs its "ribu"
        self._only_words = False
        return True

    def _take_word(self, word: str, *, was_open: bool) -> bool:
        signs = self._signs
        if word in signs.scales:
            return self._multiply_all(signs.scales[word])
        if was_open and self._unit is not None:
            return False
        if word in signs.multipliers:
            return self._multiply_unit(signs.multipliers[word])
        rules = {"and": self._join, "belas": self._add_ten}
        rules |= dict.fromkeys(("setengah", "half a", "and a half"), self._add_half)
        return rules[word]() if word in rules else self._count(Decimal(signs.counts[word]))

    def _join(self) -> bool:
        self._open = True
        return self._joins and self._unit is None and bool(self._hundreds)

    def _add_half(self) -> bool:
        self._open = self._unit is None  # half of what?
        self._unit = (self._unit or Decimal(0)) + Decimal("0.5")
        return not self._hundreds

    def _count(self, value: Decimal) -> bool:
        if self._unit is None:
            self._unit = value
            return not self._hundreds or value < 100
        follows_tens = self._unit in range(20, 100, 10) and 0 < value < 10 and self._only_words
        self._unit += value
        return follows_tens

    def _add_ten(self) -> bool:
        fits = self._unit is not None and 0 < self._unit < 10
        self._unit = (self._unit or 0) + Decimal(10)
        return fits

    def _multiply_unit(self, factor: int) -> bool:
        fits = self._unit is not None and 0 < self._unit < 100 and not self._hundreds % (factor * 10)
        self._hundreds += (self._unit or 0) * factor
        self._unit = None
        return fits

    def _multiply_all(self, scale: Decimal) -> bool:
        counted = self._hundreds + (self._unit or 0)
        fits = 0 < counted < 10**6 and (self._last_scale is None or scale < self._last_scale)
        self._total += counted * scale
        self._hundreds, self._unit, self._last_scale = Decimal(0), None, scale
        self._scale = max(self._scale, scale)
        return fits

    def amount(self, start: int, end: int) -> Amount:
        value = self._total + self._hundreds + (self._unit or 0)
        doubtful = self._doubtful and (self._scale == ONE or self._grouped)  # "1,234 miliar" is no group
        return Amount(start, end, value, self._scale, self._only_words, self._grouped, doubtful)


def read_digits(written: str, signs: Notation) -> tuple[Decimal, bool, bool] | None:
    """The value of digits with separators, whether they are set in groups, and whether that is in doubt.

    None for what is no number: codes with a leading zero, versions, addresses, broken groups.
    """
    separators = re.findall(r"\D", written)
    parts = re.split(r"\D", written)
    if (len(parts[0]) > 1 and parts[0][0] == "0") or sum(map(len, parts)) > _MOST_DIGITS:
        return None
    if not separators:
        return Decimal(written), False, False
    if all(sign in _GROUP_SPACE + " ٬’'" for sign in separators):
        return (Decimal("".join(parts)), True, False) if _are_groups(parts) else None
    if len(set(separators)) > 1:  # "1.234,5": the last sign divides off the fraction, whoever wrote it
        whole, fraction = parts[:-1], parts[-1]
        fits = separators.count(separators[-1]) == 1 and len(set(separators[:-1])) == 1 and _are_groups(whole)
        return (Decimal("".join(whole) + "." + fraction), True, False) if fits else None
    if len(separators) > 1:
        return (Decimal("".join(parts)), True, False) if _are_groups(parts) else None
    return _read_single(parts, separators[0], signs)


def _read_single(parts: list[str], separator: str, signs: Notation) -> tuple[Decimal, bool, bool]:
    whole, fraction = parts
    could_be_group = len(fraction) == 3 and len(whole) <= 3 and whole != "0"
    if could_be_group and separator != signs.decimal:
        return Decimal(whole + fraction), True, separator != signs.group
    usual = separator in {signs.decimal, "٫"} or (signs.decimal is None and separator in ".,")
    return Decimal(f"{whole}.{fraction}"), False, could_be_group or not usual


def _are_groups(parts: list[str]) -> bool:
    """Threes, or the twos before them that India writes."""
    return len(parts[0]) <= 3 and len(parts[-1]) == 3 and all(2 <= len(part) <= 3 for part in parts[1:])
