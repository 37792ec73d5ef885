"""The answer as people would say it, or who says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from bot.answers.attribution import NAMED_RIGHTLY, named_source
from bot.answers.spans import widen
from bot.answers.types import Finding
from bot.figures.gloss import gloss
from bot.questions.understanding import Understood
from index.articles.pages.entries import entry_day, has_entries


def tell(found: Finding, understood: Understood) -> Finding:
    """The finding as people would say it, and its figures in the notation of the one who asked."""
    quote = found.quote
    start, end = quote.start, quote.end
    if (start, end) != (0, len(quote.text)):
        start, end = widen(quote.text, start, end, question=understood.question, language=found.language)
    whole = replace(found, quote=replace(quote, start=start, end=end))
    in_asker_notation = gloss(
        whole.answer,
        whole.figures,
        article_language=whole.language,
        asker_language=understood.language,
        published=_day_told_from(whole),
        sentence=quote.text,
    )
    return replace(whole, gloss=in_asker_notation)


def _day_told_from(found: Finding) -> date | None:
    """The day from which its weekdays count: the article's, or in a live blog that of the entry, if it is known."""
    passage = found.passage
    if has_entries(passage.text):
        return entry_day(passage.text, passage.text.find(found.quote.text))
    return passage.published


def newest_first(findings: Iterable[Finding]) -> list[Finding]:
    """In the order of their articles' days, those without one last."""
    return sorted(findings, key=lambda found: found.passage.published or date.min, reverse=True)


def name_source(found: Finding) -> Finding | None:
    """Who says what was found, as its sentence names them; None where it names nobody."""
    span = named_source(found.quote.text)
    if span is None:
        return None
    quote = replace(found.quote, start=span[0], end=span[1])
    return replace(found, quote=quote, confidence=found.confidence * NAMED_RIGHTLY)
