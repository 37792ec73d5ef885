"""The bot's own words in each language."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel import Locale

from bot.phrases import DEFAULT, FOLDER, Phrases, languages, phrases, small_talk
from index.types import ConfigurationError

BUTTONS = ("more_passages", "whole_passage", "back_to_answer", "previous", "next", "yes", "no")
TOASTS = ("judged_good", "judged_bad", "answer_gone", "failed", "too_busy", "slow_down")

SPOKEN = pytest.mark.parametrize("spoken", languages().values(), ids=lambda one: one.language)


def test_five_languages_are_spoken_and_the_default_comes_first() -> None:
    assert next(iter(languages())) == DEFAULT
    assert {"en", "id"} < set(languages())
    assert len(languages()) >= 5


@SPOKEN
def test_every_text_is_there_and_fits_where_it_is_shown(spoken: Phrases) -> None:
    """That all texts are there, with the same placeholders, is checked whenever the files are read."""
    assert all(len(getattr(spoken, name)) <= 24 for name in BUTTONS)
    assert all(len(getattr(spoken, name)) <= 190 for name in TOASTS)  # Telegram takes 200 with a filled placeholder
    assert len(spoken.inline_hint) <= 64
    assert all(1 <= len(description) <= 100 for description in spoken.commands.values())
    texts = "\n".join(text for text in vars(spoken).values() if isinstance(text, str))
    named = set(re.findall(r"(?<![\w/])/([a-z]+)", texts)) - {"removed"}
    assert named <= set(spoken.commands)


@SPOKEN
def test_numbers_days_and_times_are_those_of_the_language(spoken: Phrases) -> None:
    for count in (0, 1, 2, 3, 5, 11, 21, 1000000):
        for told in (spoken.count_articles(count), spoken.count_passages(count), spoken.count_characters(count)):
            assert "{" not in told
    assert set(spoken.articles) == set(Locale.parse(spoken.language).plural_form.tags) | {"other"}
    assert "2024" in spoken.date(date(2024, 3, 1))
    assert "UTC" in spoken.time(datetime(2024, 3, 1, 14, 5, tzinfo=UTC))
    assert "30" in spoken.duration(30)
    assert "30" in spoken.days(30)


@SPOKEN
def test_greetings_and_thanks_are_heard_in_every_language(spoken: Phrases) -> None:
    assert {small_talk(word.upper() + "!") for word in spoken.greetings} == {"greeting"}
    assert {small_talk(word) for word in spoken.thanking} == {"thanks"}


def test_another_file_is_another_language(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "en.toml", tmp_path)
    (tmp_path / "it.toml").write_text((FOLDER / "en.toml").read_text("utf-8").replace("Hello!", "Ciao!"), "utf-8")
    (tmp_path / "it.toml").write_text(
        re.sub(r"^one = (.*)$", r"one = \1\nmany = \1", (tmp_path / "it.toml").read_text("utf-8"), flags=re.MULTILINE),
        "utf-8",
    )
    assert list(languages(tmp_path)) == ["en", "it"]
    assert languages(tmp_path)["it"].start.startswith("Ciao!")


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("no_articles =", "noarticles =", "no_articles|noarticles"),
        ("{characters}", "{letters}", "too_long"),
        ('name = "English"', "name = 3", "name"),
        ('one = "1 article"', "", "articles"),
        ("ask = ", "asks = ", "commands"),
        ("name = ", "name ", "cannot be read"),
    ],
)
def test_a_file_with_a_fault_is_named_with_its_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = (FOLDER / "en.toml").read_text("utf-8")
    old = old if old in text else 'one = "1 news article"'
    shutil.copy(FOLDER / "en.toml", tmp_path)
    (tmp_path / "de.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(ConfigurationError, match=rf"de\.toml.*({key})"):
        languages(tmp_path)


@pytest.mark.parametrize(
    ("code", "language"), [("id", "id"), ("id-ID", "id"), ("en-US", "en"), ("xx", "en"), (None, "en")]
)
def test_the_bot_speaks_the_users_language_or_english(code: str | None, language: str) -> None:
    assert phrases(code).language == language


def test_what_the_bot_knows_is_told_in_numbers_and_dates() -> None:
    assert phrases("en").knowledge(1, None) == "1 news article"
    assert phrases("en").knowledge(7, date(2024, 11, 21)) == "7 news articles, the newest of 21 November 2024"
    assert (
        phrases("id").knowledge(7, date(2024, 11, 21)) == "7 artikel berita, yang terbaru bertanggal 21 November 2024"
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Halo!", "greeting"),
        ("selamat pagi 🙂", "greeting"),
        ("HI there", "greeting"),
        ("Terima kasih banyak!", "thanks"),
        ("thx", "thanks"),
        ("makasih ya kak", "thanks"),
        ("thank you so much", "thanks"),
        ("Halo, berapa tentara yang dikirim?", None),
        ("who said thank you?", None),
        ("selamat", None),
        ("", None),
    ],
)
def test_small_talk_is_only_what_is_nothing_else(text: str, kind: str | None) -> None:
    assert small_talk(text) == kind
