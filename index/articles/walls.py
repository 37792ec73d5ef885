"""Pages that stand before an article and are none: demands for consent, checks for robots, refusals of a server."""

from __future__ import annotations

from typing import Any


def refuse_walls(page: Any, title: str | None) -> None:
    """Raise RefusedError where the page is a wall."""
