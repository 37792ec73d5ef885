"""The settings, read once from the environment and from .env; what stands in the environment wins.

`.env.example` explains each. Errors name the key and never the value, which may be a secret.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from platformdirs import user_cache_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from index.types import ConfigurationError

PROGRESS_LINES = "KABAR_PROGRESS_LINES"
"""Not a setting: the environment variable by which the bot asks its index processes for lines of progress."""


def _token(secret: SecretStr) -> SecretStr:
    if re.search(r"[\s/]", secret.get_secret_value()):
        raise ValueError("not a token: copy it again from @BotFather, without blanks")
    return secret


def _webhook_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[\w-]{1,256}", secret.get_secret_value(), re.ASCII):
        raise ValueError("has to be 1 to 256 letters, digits, _ and -")
    return secret


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise ValueError("has to begin with https:// or http://")
    urlsplit(value)  # raises ValueError
    return value.rstrip("/")


def _listed(value: object) -> object:
    """People part the ids by commas or by blanks."""
    return re.findall(r"[^\s,]+", value) if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Ids = Annotated[frozenset[int], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """Every setting with its default."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    telegram_bot_token: Annotated[SecretStr, AfterValidator(_token)] | None = None
    telegram_api_base: Annotated[str, AfterValidator(_web_address)] = "https://api.telegram.org"
    telegram_admins: Ids = frozenset()
    telegram_allowed: Ids = frozenset()
    articles_dir: Path = Path("articles")
    index_dir: Path = Path("var/index")
    model_cache: Path = Field(default_factory=lambda: user_cache_path("kabar"))
    embedding_model: str = "bundled"
    reader_model: str = "bundled"
    answer_threshold: Annotated[float, Field(ge=0, le=1)] | None = None
    state_db: Path = Path("var/state.sqlite")
    questions_per_minute: Annotated[int, Field(ge=0)] = 20
    chat_questions_per_minute: Annotated[int, Field(ge=0)] = 60
    longest_question: Annotated[int, Field(ge=1, le=4096)] = 500
    keep_gaps: bool = False
    webhook_url: Annotated[str, AfterValidator(_web_address)] | None = None
    webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = None
    webhook_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    webhook_listen: str = "127.0.0.1"
    log_format: Annotated[Literal["text", "json"], BeforeValidator(_lower)] = "text"
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"

    @property
    def telegram_server(self) -> str:
        """TELEGRAM_API_BASE for people to read, without the name and the password that may stand in it."""
        parts = urlsplit(self.telegram_api_base)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @property
    def secrets(self) -> frozenset[str]:
        """What may stand in no log line."""
        kept = [one.get_secret_value() for one in (self.telegram_bot_token, self.webhook_secret) if one]
        password = urlsplit(self.telegram_api_base).password
        return frozenset([*kept, password, unquote(password)] if password else kept)


def read_settings() -> Settings:
    """The settings in force. Raises ConfigurationError, naming every key that cannot be used."""
    try:
        return _whole(Settings())
    except ValidationError as exc:
        problems = dict.fromkeys(_problem(error) for error in exc.errors(include_input=False))
        raise ConfigurationError(f"{'. '.join(problems)}. See .env.example.") from None
    except (SettingsError, OSError, UnicodeDecodeError) as exc:
        raise ConfigurationError(f"The file .env cannot be read ({type(exc).__name__}).") from None


def _whole(settings: Settings) -> Settings:
    """The settings, if they fit together."""
    if settings.webhook_url and not settings.webhook_secret:
        raise ConfigurationError(
            "WEBHOOK_URL needs WEBHOOK_SECRET, so that nobody but Telegram can send updates. Make one with: "
            'python -c "import secrets; print(secrets.token_urlsafe(32))"'
        )
    return settings


def _problem(error: ErrorDetails) -> str:
    key = str(error["loc"][0]).upper()
    if error["type"] == "extra_forbidden":
        return f"{key}, which stands in .env, is not a setting of Kabar"
    return f"{key}: {error['msg'].removeprefix('Value error, ')}"
