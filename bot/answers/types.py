"""What an answer is made of: its proof, what else was found, and the passages behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.figures.finding import Figure, find_figures
from bot.questions.conversation import Turn
from bot.questions.understanding import Understood
from index.types import Passage


@dataclass(frozen=True, slots=True)
class Quote:
    """The sentence that proves an answer; the answer is `text[start:end]`."""

    article: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Finding:
    """An answer with its proof."""

    quote: Quote
    passage: Passage
    """That the quote stands in."""
    confidence: float
    """0..1, that the answer is right."""
    score: float
    """The reader's own, on a scale of its own."""
    gloss: str | None = None
    """Its figures in the asker's notation, where that tells more."""

    @property
    def answer(self) -> str:
        """The piece of the quote."""
        return self.quote.text[self.quote.start : self.quote.end]

    @property
    def language(self) -> str | None:
        """The article's."""
        return self.passage.language

    @cached_property
    def figures(self) -> list[Figure]:
        """The figures of the answer, in order."""
        return find_figures(self.answer, self.language)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question, or that they do not say."""

    understood: Understood
    best: Finding | None
    """None when the articles do not say."""
    confidence: float
    """0..1, that the answer is right; without an answer, of the best candidate."""
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
    def question(self) -> str:
        """As it was asked."""
        return self.understood.message

    @property
    def answer(self) -> str | None:
        """The short answer; None when the articles do not say."""
        return self.best.answer if self.best else None

    @property
    def gloss(self) -> str | None:
        """The answer's figures in the asker's notation, where that tells more."""
        return self.best.gloss if self.best else None

    @property
    def quote(self) -> Quote | None:
        """The sentence that proves the answer."""
        return self.best.quote if self.best else None

    @property
    def source(self) -> Passage | None:
        """The passage that the quote stands in."""
        return self.best.passage if self.best else None

    @property
    def turn(self) -> Turn:
        """What a follow-up may mean by it."""
        return Turn(
            question=self.understood.question,
            answer=self.answer,
            quote=self.quote.text if self.quote else None,
            article=self.source.article if self.source else None,
            title=self.source.title if self.source else None,
            topic=self.understood.topic,
        )
