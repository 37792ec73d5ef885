"""A message becomes what is asked: plainly written, whole, and without typos in names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.questions.conversation import Turn
from bot.questions.followups import Resolved, recent, resolve
from bot.questions.language import asks_for_statement, asks_yes_or_no, question_language
from bot.questions.sources import asks_for_source
from bot.questions.spelling import plain_question
from bot.questions.typos import Correction, TypoCorrector, Words


@dataclass(frozen=True)
class Understood:
    """What is asked; made once of a message, and handed on."""

    message: str
    """As it was typed."""
    question: str
    """As search and reader are given it."""
    corrections: tuple[Correction, ...] = ()
    """Names that no article has, and as which they were read."""
    asks_source: bool = False
    """Whether not the answer to the question is wanted, but who says so."""
    topic: str | None = None
    """What a follow-up was given beside it to be about, where it named nothing itself."""

    @cached_property
    def language(self) -> str | None:
        """The language of the question's small words; None where it has none that are known."""
        return question_language(self.question)

    @cached_property
    def asks_yes_or_no(self) -> bool:
        """Whether "yes" or "no" would be an answer."""
        return asks_yes_or_no(self.question)

    @cached_property
    def asks_for_statement(self) -> bool:
        """Whether a whole sentence may be the answer: to why, how, and yes or no."""
        return asks_for_statement(self.question)


class Interpreter:
    """Understands messages by what the articles say. Safe to use from several threads if its words are."""

    def __init__(self, words: Words, count_tokens: Callable[[Sequence[str]], Sequence[int]]) -> None:
        self._words = words
        self._typos = TypoCorrector(words, count_tokens)

    def understand(self, message: str, context: Sequence[Turn] = ()) -> Understood:
        """What a message asks, after what was asked and answered before, the latest last."""
        plain, before = plain_question(message, self._words.written), recent(context)
        asks_source = bool(before) and asks_for_source(plain)
        whole, topic = Resolved(before[-1].question, before[-1].topic) if asks_source else resolve(plain, before)
        question, corrections = self._typos.corrected(whole)
        return Understood(message, question, corrections, asks_source, topic)
