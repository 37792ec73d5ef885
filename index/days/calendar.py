"""The names of months and weekdays, as the news of many languages writes them."""

from __future__ import annotations

from functools import cache

_MONTHS = tuple("january february march april may june july august september october november december".split())
_WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
_LANGUAGES = """
    id ms en de fr es pt it nl ru uk ar ar-SY ar-DZ ar-MA ar-MR th vi ko ja zh tr pl hi bn sv da nb fi cs ro hu el tl
    de-AT
""".split()
"""Those in which no name of a month is another month's elsewhere: Croatian's "listopad" is none of them."""
_SPELLINGS = {
    "ags": 8,
    "agst": 8,
    "agus": 8,
    "peb": 2,
    "pebr": 2,
    "febr": 2,
    "sept": 9,
    "nop": 11,
    "okto": 10,
    "mrt": 3,
    "juill": 7,
}
"""What papers write beside what the locales know."""
_DAYS = frozenset(["jum'at", "jumaat", "ahad", "tues", "thurs"])


def month(name: str) -> int | None:
    """The number of the month that is called so, or shortened so, in any of the languages."""
    return _months().get(_key(name))


def is_weekday(name: str) -> bool:
    """Whether a day of the week is called so, or shortened so, in any of the languages."""
    return _key(name) in _weekdays()


def _key(name: str) -> str:
    return name.casefold().replace(".", "").replace("’", "'").strip()


@cache
def _months() -> dict[str, int]:
    return _SPELLINGS | {name: number for number, each in enumerate(_MONTHS, 1) for name in _names(each)}


@cache
def _weekdays() -> frozenset[str]:
    return _DAYS.union(*map(_names, _WEEKDAYS))


def _names(english: str) -> set[str]:
    from dateparser.languages import default_loader

    infos = (default_loader.get_locale(language).info for language in _LANGUAGES)
    return {_key(name) for info in infos for name in info.get(english, ())}
