"""A message becomes what is asked."""

from __future__ import annotations

from bot.questions.sources import question_of


def _looked_for(question: str) -> str:
    """The question itself; of "who says so?" the one that it is asked of, whose sentence names the source."""
    return question_of(question) or question
