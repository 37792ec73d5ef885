"""Log lines on standard error, in which no secret can stand."""

from __future__ import annotations

import logging
import sys


class _Redacting(logging.Formatter):
    """Removes secrets from the finished line, so from tracebacks and foreign messages too."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "<secret>")
        return line


def configure_logging(level: str, *secrets: str) -> None:
    """Send log lines of at least this level to standard error, without the secrets."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacting(secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in ("bot", "index"):
        logging.getLogger(ours).setLevel(level.upper())
    # Its network loop writes a traceback for every failed poll, for which the bot has one sentence of its own.
    logging.getLogger("telegram.ext.Updater").setLevel(logging.CRITICAL)
