"""Log lines on standard error, in which no secret can stand."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from index.text.characters import escaped

QUOTING = LookupError, ValueError
"""Errors whose words are often those of a question that was being read."""


class _Redacting(logging.Formatter):
    """Removes secrets from the finished line, so from tracebacks and foreign messages too."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        # Only the first line of a record begins at the margin, so that no other can be taken for one.
        return escaped(self._without_secrets(super().format(record))).replace("\n", "\n  ")

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return "\n".join(_told(ei[1]))

    def _without_secrets(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "<secret>")
        return line


class _Json(_Redacting):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        # Before it becomes JSON, in which a secret could be written with escapes.
        line = json.dumps({key: self._without_secrets(text) for key, text in facts.items()}, ensure_ascii=False)
        return escaped(line)


def _told(error: BaseException | None) -> Iterator[str]:
    """An error behind those that led to it, each with its calls, and with its words where they may be told."""
    if error is None:
        return
    yield from _told(error.__cause__ or (None if error.__suppress_context__ else error.__context__))
    yield f"Traceback (most recent call last):\n{''.join(traceback.format_tb(error.__traceback__)).rstrip()}"
    yield type(error).__qualname__ + ("" if isinstance(error, QUOTING) else f": {error}")


def configure_logging(level: str, *secrets: str, as_json: bool = False) -> None:
    """Send log lines of at least this level to standard error, without the secrets."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((_Json if as_json else _Redacting)(secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in ("bot", "index"):
        logging.getLogger(ours).setLevel(level.upper())
    # They write a traceback for every failed poll, for which the bot has one sentence of its own, and what came instead
    # of an answer, which may hold what people wrote.
    for library in ("telegram.ext.Updater", "telegram.request"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
