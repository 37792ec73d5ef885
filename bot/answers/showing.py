"""What of an answer is shown, in the terminal as in a message."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.types import Answer, Quote
from bot.phrases import Phrases
from index.types import Passage

LONGEST_QUOTE, LONGEST_TITLE, LONGEST_LINK = 550, 200, 500
"""Characters. An answer, its quote and what others say stay below the 4,096 that Telegram takes in one message."""


HEADLINES = 3


def read_as(answer: Answer, phrases: Phrases) -> list[str]:
    """Which names of the question were read as others."""
    return [phrases.read_as.format(asked=asked, read=read) for asked, read in answer.understood.corrections]


def articles(passages: Sequence[Passage]) -> list[Passage]:
    """The best passage of each article, in the order of the passages."""
    best: dict[str, Passage] = {}
    for passage in passages:
        best.setdefault(passage.article, passage)
    return list(best.values())


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def marked(quote: Quote) -> tuple[str, str, str]:
    """What stands before the answer, the answer, and what stands behind; shortened from the outside."""
    fact = quote.text[quote.start : quote.end]
    room = max(LONGEST_QUOTE - len(fact), 0) // 2
    before, after = quote.text[: quote.start], quote.text[quote.end :]
    if len(before) > room:
        before = "…" + before[len(before) - room :].lstrip()
    return before, shortened(fact, LONGEST_QUOTE), shortened(after, room) if room else ""
