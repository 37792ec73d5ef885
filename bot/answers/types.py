"""What an answer is made of: its proof, what else was found, and the passages behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.questions.conversation import Turn
from index.types import Passage


@dataclass(frozen=True, slots=True)
class Quote:
    """The sentence that proves an answer; the answer is `text[start:end]`."""

    article: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer with its proof."""

    answer: str
    gloss: str | None
    """Its figures in the asker's notation, where that tells more."""
    confidence: float
    """0..1, that the answer is right."""
    quote: Quote
    score: float
    """The reader's own, on a scale of its own."""
    language: str | None
    """The article's."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question; `answer` is None when they do not say."""

    question: str
    understood: str
    """The question as search and reader were given it."""
    slips: tuple[tuple[str, str], ...]
    """Names that no article has, each with that of the articles as which it was read."""
    answer: str | None
    gloss: str | None
    confidence: float
    """0..1, that the answer is right; without an answer, of the best candidate."""
    quote: Quote | None
    others: tuple[Finding, ...]
    """What other articles say instead, newest first."""
    sources: tuple[Passage, ...]
    """The passages that were found, best first, when refused too."""
    found: tuple[Passage, ...]
    """The same as the search ordered them, before they were read."""
    candidates: tuple[Finding, ...]
    """All that was considered, best first, in the reader's own cut."""
    threshold: float
    """The confidence from which on an answer is given."""
    snapshot: str
    timings_ms: Mapping[str, float]

    @property
    def source(self) -> Passage | None:
        """The passage that the quote stands in."""
        return self.source_of(self.quote) if self.quote else None

    @property
    def turn(self) -> Turn:
        """What a follow-up may mean by it."""
        source = self.source
        return Turn(
            question=self.understood,
            answer=self.answer,
            quote=self.quote.text if self.quote else None,
            article=source.article if source else None,
            title=source.title if source else None,
        )

    def source_of(self, quote: Quote) -> Passage:
        """The passage that a candidate's quote stands in."""
        return next(one for one in self.sources if _stands_in(quote, one))


def _stands_in(quote: Quote, passage: Passage) -> bool:
    return quote.article == passage.article and quote.text in passage.text
