"""What may be the answer: found in passages by a reader, weighed against each other, and chosen from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.answers.agreement import figures_stand_in, same_fact
from bot.answers.spans import cut
from bot.answers.types import Finding, Quote
from bot.questions.understanding import Understood
from bot.readers.types import Reading
from index.types import Passage

AGREEMENT = 0.5
"""How much of another article's confidence counts for the same fact; it may have been copied from there."""
LEAST_TO_AGREE = 0.1
DIFFERS_FROM = 0.5
"""How sure another article's answer has to be to be shown beside one that differs."""


def find(readings: Iterable[Reading], passages: Sequence[Passage], understood: Understood) -> list[Finding]:
    """What a reader read in the passages, each as people would cut it; whole sentences where yes or no is asked for."""
    return [_found(reading, passages[reading.passage], understood) for reading in readings]


def _found(reading: Reading, passage: Passage, understood: Understood) -> Finding:
    first, last = passage.sentences[reading.sentence]
    sentence = passage.text[first:last]
    start, end = (0, len(sentence)) if understood.asks_yes_or_no else cut(sentence, reading.start, reading.end)
    return Finding(Quote(passage.article, sentence, start, end), passage, reading.confidence, reading.score)


def weigh(findings: Iterable[Finding]) -> list[Finding]:
    """Each sentence once, best first, and surer for every other article that says the same."""
    best: dict[tuple[str, str], Finding] = {}
    for found in _surest_first(findings):
        best.setdefault((found.quote.article, found.quote.text), found)
    leading: dict[str, Finding] = {}
    for found in best.values():
        leading.setdefault(found.quote.article, found)
    return _surest_first(_agreed(found, leading.values()) for found in best.values())


def _agreed(found: Finding, leading: Iterable[Finding]) -> Finding:
    """The finding with what the best one of every other article adds to its confidence."""
    doubt = 1 - found.confidence
    for other in leading:
        is_other_article = other.quote.article != found.quote.article
        if is_other_article and other.confidence >= LEAST_TO_AGREE and same_fact(found, other):
            doubt *= 1 - AGREEMENT * other.confidence
    return replace(found, confidence=1 - doubt)


@dataclass(frozen=True, slots=True)
class Choice:
    """Candidates, best first, the confidence that is enough for one, and the best that has it."""

    candidates: list[Finding]
    threshold: float
    best: Finding | None

    @property
    def confidence(self) -> float:
        """Of the best candidate, sure enough or not."""
        return (self.best or self.candidates[0]).confidence if self.candidates else 0.0

    def or_else(self, other: Choice) -> Choice:
        """The other, if it has an answer, with the candidates of both."""
        if other.best is None:
            return self
        return replace(other, candidates=_surest_first([*self.candidates, *other.candidates]))


def choose(candidates: list[Finding], threshold: float) -> Choice:
    """The best candidate that is sure enough, if no figure of it is cut out of a larger one."""
    sure = (one for one in candidates if one.confidence >= threshold and _figures_stand(one))
    return Choice(candidates, threshold, next(sure, None))


def _figures_stand(found: Finding) -> bool:
    return figures_stand_in(found.answer, found.quote.text, found.language)


def differing(best: Finding, candidates: Sequence[Finding]) -> list[Finding]:
    """What the other articles say instead, surest first: one answer of each, and each answer once."""
    distinct = [best]
    for found in candidates:
        if found.confidence < DIFFERS_FROM:
            break
        if not any(found.quote.article == other.quote.article or same_fact(found, other) for other in distinct):
            distinct.append(found)
    return distinct[1:]


def reranked(passages: Sequence[Passage], candidates: Sequence[Finding]) -> list[Passage]:
    """The passages by the best candidate that stands in them, those without any last."""
    best: dict[int, float] = {}
    for found in candidates:
        best.setdefault(passages.index(found.passage), found.confidence)
    order = sorted(range(len(passages)), key=lambda place: -best.get(place, 0.0))
    return [passages[place] for place in order]


def _surest_first(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda found: found.confidence, reverse=True)
