"""The bot's own words. A language is a file in bot/languages; adding one is adding a file."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from babel.units import format_unit

from index.types import ConfigurationError

SmallTalk = Literal["greeting", "thanks"]
Plurals = Mapping[str, str]
"""A text for each plural category of CLDR that the language has."""

DEFAULT = "en"
"""The language for those whose own the bot does not speak, and the measure of what a file has to hold."""
WORLDWIDE = {"en": "en_001"}
"""English as most of the world writes it: the day before the month, as beside figures."""
FOLDER = Path(__file__).with_name("languages")


@dataclass(frozen=True)
class Phrases:
    """Everything that the bot says of its own accord in one language."""

    language: str
    """Its code, such as "en"; the name of the file."""
    name: str
    knowledge_alone: str
    knowledge_until: str
    start: str
    help: str
    help_commands: str
    about: str
    greeting: str
    thanks: str
    empty_question: str
    too_long: str
    text_only: str
    searching: str
    not_in_articles: str
    not_in_article: str
    closest: str
    ask_within: str
    others: str
    read_as: str
    elsewhere: str
    passage_of: str
    more_passages: str
    whole_passage: str
    back_to_answer: str
    previous: str
    next: str
    answer_gone: str
    failed: str
    late: str
    busy: str
    too_busy: str
    slow_down: str
    judged_good: str
    judged_bad: str
    expect_usage: str
    expected: str
    expected_nothing: str
    sources: str
    latest: str
    no_articles: str
    page_of: str
    choose_language: str
    language_set: str
    forgotten: str
    welcome: str
    wrong_code: str
    inline_hint: str
    adding: str
    adding_step: str
    added: str
    updated: str
    unchanged: str
    adding_stopped: str
    also_skipped: str
    file_too_large: str
    another_build: str
    status: str
    history: str
    live: str
    damaged: str
    confirm_rollback: str
    rolled_back: str
    confirm_remove: str
    removed: str
    remove_usage: str
    no_such_article: str
    which_article: str
    more_precise: str
    copy_of: str
    superseded_by: str
    yes: str
    no: str
    cancelled: str
    gaps: str
    gaps_off: str
    gaps_none: str
    feedback: str
    feedback_none: str
    feedback_export: str
    operation_failed: str
    articles: Plurals
    passages: Plurals
    characters: Plurals
    commands: Mapping[str, str]
    """What each command does, for the menu."""
    greetings: tuple[str, ...]
    """Words that a message may consist of and be nothing but a greeting."""
    thanking: tuple[str, ...]
    """The same for thanks."""

    @cached_property
    def _locale(self) -> Locale:
        return Locale.parse(WORLDWIDE.get(self.language, self.language))

    def knowledge(self, articles: int, newest: date | None) -> str:
        """What the bot knows, in half a sentence."""
        counted = self.count_articles(articles)
        if newest is None:
            return self.knowledge_alone.format(articles=counted)
        return self.knowledge_until.format(articles=counted, date=self.date(newest))

    def count_articles(self, count: int) -> str:
        """So many articles."""
        return self._counted(self.articles, count)

    def count_passages(self, count: int) -> str:
        """So many passages."""
        return self._counted(self.passages, count)

    def count_characters(self, count: int) -> str:
        """So many characters."""
        return self._counted(self.characters, count)

    def _counted(self, plurals: Plurals, count: int) -> str:
        return plurals[self._locale.plural_form(count)].format(count=format_decimal(count, locale=self._locale))

    def date(self, day: date) -> str:
        """A date as people write it in this language."""
        return format_date(day, "long", locale=self._locale)

    def time(self, moment: datetime) -> str:
        """A date with the time of day, in UTC."""
        return f"{format_datetime(moment, 'short', locale=self._locale)} UTC"

    def days(self, count: int) -> str:
        """So many days."""
        return format_unit(count, "duration-day", locale=self._locale)

    def duration(self, seconds: float) -> str:
        """About how long, in the largest unit that fits."""
        return format_timedelta(timedelta(seconds=max(round(seconds), 1)), threshold=1.5, locale=self._locale)


def phrases(language_code: str | None) -> Phrases:
    """The language of somebody's Telegram, such as "pt-br"; English where the bot does not speak it."""
    code = (language_code or DEFAULT).lower().partition("-")[0]
    return languages().get(code, languages()[DEFAULT])


@cache
def languages(folder: Path = FOLDER) -> Mapping[str, Phrases]:
    """The languages of a folder by their codes, the default first. Raises ConfigurationError for a faulty file."""
    measure = _read(folder / f"{DEFAULT}.toml")
    others = sorted(path for path in folder.glob("*.toml") if path.stem != DEFAULT)
    spoken = [_checked(path, _read(path), measure) for path in (folder / f"{DEFAULT}.toml", *others)]
    return {one.language: one for one in spoken}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ConfigurationError(f"The language file {path} cannot be read: {exc}") from exc


def _checked(path: Path, texts: dict[str, Any], measure: Mapping[str, Any]) -> Phrases:
    """The language, if it holds every text with the placeholders of the default one, and nothing else."""
    texts = {**texts, "language": path.stem}
    expected = {field.name for field in fields(Phrases)}
    for key in sorted(expected ^ texts.keys()):
        raise ConfigurationError(f"The language file {path} {'lacks' if key in expected else 'must not have'} {key}.")
    locale = Locale.parse(path.stem)
    for key, text in texts.items():
        default = measure.get(key, text)
        if key in {"articles", "passages", "characters"}:
            wrong = set(text) != set(locale.plural_form.tags) | {"other"} or any(
                _placeholders(one) - {"count"} for one in text.values()
            )
        elif key == "commands":
            wrong = text.keys() != default.keys()
        elif key in {"greetings", "thanking"}:
            texts[key] = tuple(text)
            wrong = not all(isinstance(word, str) for word in text)
        else:
            wrong = not isinstance(text, str) or _placeholders(text) != _placeholders(default)
        if wrong:
            raise ConfigurationError(f"The language file {path} has another form of {key} than {DEFAULT}.toml.")
    known: dict[str, Any] = {key: text.strip() if isinstance(text, str) else text for key, text in texts.items()}
    return Phrases(**known)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def small_talk(text: str) -> SmallTalk | None:
    """Whether a message is nothing but a greeting or a thank-you, in any language that the bot speaks."""
    words = " ".join(re.findall(r"[\w']+", text.casefold()))
    for kind, pattern in _small_talk().items():
        if pattern.fullmatch(words):
            return kind
    return None


@cache
def _small_talk() -> Mapping[SmallTalk, re.Pattern[str]]:
    spoken = languages().values()
    greetings = {word.casefold() for one in spoken for word in one.greetings}
    thanking = {word.casefold() for one in spoken for word in one.thanking}
    return {"greeting": _only(greetings), "thanks": _only(thanking)}


def _only(words: set[str]) -> re.Pattern[str]:
    """A text that begins with one of these, and has nothing else but these and the words of courtesy."""
    listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?:{listed})(?: (?:{listed}|{COURTESY}))*")


COURTESY = "all|there|bot|kabar|semua|min|kak|ya|yah|sih|banyak|so much|very much|a lot"
"""That may follow."""
