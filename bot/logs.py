"""Log lines on standard error, in which no secret can stand."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime


class _Redacting(logging.Formatter):
    """Removes secrets from the finished line, so from tracebacks and foreign messages too."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return self._without_secrets(super().format(record))

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
        return json.dumps({key: self._without_secrets(text) for key, text in facts.items()}, ensure_ascii=False)


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
