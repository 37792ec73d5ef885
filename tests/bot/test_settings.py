"""Settings: where they come from, and how wrong ones are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from kabar_process import REPOSITORY

from bot.settings import Settings, read_settings
from index.types import ConfigurationError

TOKEN = "123456:a-secret-token"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No .env and none of our variables, whatever the machine has."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def test_the_example_holds_every_setting_with_its_default(empty_folder: Path) -> None:
    defaults = read_settings()
    example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == {name.upper() for name in Settings.model_fields}
    (empty_folder / ".env").write_text(example, encoding="utf-8")
    assert read_settings() == defaults


def test_the_environment_wins_over_the_file(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / ".env").write_text("INDEX_DIR=from-file\nARTICLES_DIR=news\n")
    monkeypatch.setenv("INDEX_DIR", "from-environment")
    assert (read_settings().index_dir, read_settings().articles_dir) == (Path("from-environment"), Path("news"))


def test_ids_may_be_parted_as_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_ALLOWED", "5, -100123  7,8")
    assert read_settings().telegram_allowed == {5, -100123, 7, 8}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ANSWER_THRESHOLD", "veryhigh"),
        ("ANSWER_THRESHOLD", "1.5"),
        ("TELEGRAM_ADMINS", "somebody"),
        ("TELEGRAM_API_BASE", "example.org"),
        ("TELEGRAM_API_BASE", "https://[example.org"),
        ("TELEGRAM_BOT_TOKEN", f"{TOKEN} copied"),
        ("LOG_LEVEL", "chatty"),
    ],
)
@pytest.mark.parametrize("place", ["file", "environment"])
def test_a_bad_value_is_told_by_its_key_alone(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch, place: str, key: str, value: str
) -> None:
    if place == "file":
        (empty_folder / ".env").write_text(f"{key}={value}\n")
    else:
        monkeypatch.setenv(key, value)
    with pytest.raises(ConfigurationError, match=key) as error:
        read_settings()
    assert value not in str(error.value)


def test_an_unknown_key_in_the_file_is_told_by_its_name(empty_folder: Path) -> None:
    (empty_folder / ".env").write_text(f"TELEGRAM_TOKEN={TOKEN}\n")
    with pytest.raises(ConfigurationError, match=r"TELEGRAM_TOKEN, which stands in .env, is not a setting") as error:
        read_settings()
    assert TOKEN not in str(error.value)


def test_a_file_that_is_no_text_is_told(empty_folder: Path) -> None:
    (empty_folder / ".env").write_bytes(b"INDEX_DIR=\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"\.env cannot be read"):
        read_settings()


def test_the_token_stands_in_no_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    settings = read_settings()
    assert TOKEN not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.telegram_bot_token is not None
    assert settings.telegram_bot_token.get_secret_value() == TOKEN
