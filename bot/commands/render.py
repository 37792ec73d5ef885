"""An answer in the terminal: rich text, and JSON. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.answers.showing import HEADLINES, articles, marked, read_as
from bot.answers.types import Answer, Finding
from bot.phrases import phrases
from bot.questions.understanding import Understood
from index.types import Passage

CANDIDATES = 8
"""That an explanation shows."""


def answer_json(answer: Answer) -> dict[str, object]:
    """An answer as `kabar ask --json` prints it."""
    return {
        "question": answer.question,
        "answer": answer.answer,
        "gloss": answer.gloss,
        "confidence": answer.confidence,
        "quote": asdict(answer.quote) if answer.quote else None,
        "others": [finding_json(other) for other in answer.others],
        "sources": [passage_json(passage) for passage in answer.sources],
        "snapshot": answer.snapshot,
        "timings_ms": answer.timings_ms,
    }


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding as JSON."""
    return {
        "answer": finding.answer,
        "gloss": finding.gloss,
        "confidence": finding.confidence,
        "quote": asdict(finding.quote),
    }


def explanation_json(answer: Answer) -> dict[str, object]:
    """Why an answer was given or refused, as `kabar ask --explain --json` prints it beside the answer."""
    return {
        "understood": answer.understood.question,
        "asks_source": answer.understood.asks_source,
        "threshold": answer.threshold,
        "verdict": verdict(answer),
        "candidates": [
            finding_json(candidate) | {"score": candidate.score, "language": candidate.language}
            for candidate in answer.candidates
        ],
    }


def verdict(answer: Answer) -> str:
    """Why an answer was given or refused, in a sentence."""
    if not answer.candidates:
        return "Refused: nothing was found that could answer it."
    compared = f"confidence {answer.confidence:.2f} and ANSWER_THRESHOLD {answer.threshold:.2f}"
    if answer.answer is None and answer.understood.asks_source:
        return "Refused: no sentence that is sure enough names who says so."
    if answer.answer is None:
        return f"Refused: the best candidate has too little ({compared})."
    return f"Answered: the best candidate is sure enough ({compared})."


def passage_json(passage: Passage) -> dict[str, object]:
    """A passage as JSON, with its scores."""
    facts = asdict(passage)
    del facts["sentences"]
    return facts | {"published": passage.published.isoformat() if passage.published else None}


def terminal(answer: Answer) -> RenderableType:
    """An answer for a terminal: set off, the quote with the answer marked, and the source."""
    return Group(*(Text(line, "dim") for line in read_as(answer, phrases(None))), _answer_text(answer))


def _answer_text(answer: Answer) -> RenderableType:
    if answer.quote is None or answer.source is None:
        closest = [_source_text(passage) for passage in articles(answer.sources)[:HEADLINES]]
        label = [Text(), Text("What comes closest:", "dim")] if closest else []
        return Group(Text("The articles do not say.", "bold yellow"), *label, *closest)
    before, fact, after = marked(answer.quote)
    opening, closing = ("", "") if before.startswith("“") else ("“", "”")  # a quotation brings its own
    sentence = Text.assemble(opening, before, (fact, "bold reverse"), after, closing)
    quote = [Text(), sentence] if before or after else []
    others = [line for other in answer.others for line in _other_lines(other)]
    if others:
        others = [Text(), Text("Other articles say otherwise:", "dim"), *others]
    return Group(_fact_text(fact, answer.gloss), *quote, Text(), _source_text(answer.source), *others)


def _fact_text(fact: str, told: str | None) -> Text:
    return Text.assemble((fact, "bold green"), f" ({told})" if told else "")


def _other_lines(other: Finding) -> list[Text]:
    return [Text(), _fact_text(other.answer, other.gloss), _source_text(other.passage)]


def explanation(answer: Answer) -> RenderableType:
    """Why an answer was given or refused: the passages, what was read in them, and the verdict."""
    passages = Table("passage", "meaning", "words", "search", "reader", title="Passages", title_justify="left")
    for place, passage in enumerate(answer.sources, 1):
        sure = [one.confidence for one in answer.candidates if one.passage is passage]
        scores = (f"{passage.dense:.3f}", f"{passage.keyword:.3f}", f"{passage.score:.3f}")
        name = f"{place}. {passage.article}[{passage.start}:{passage.end}]"
        passages.add_row(Text(name), *scores, f"{max(sure):.2f}" if sure else "not read")
    considered = Table("candidate", "confidence", "score", "sentence", title="Considered", title_justify="left")
    for one in answer.candidates[:CANDIDATES]:
        considered.add_row(Text(one.answer), f"{one.confidence:.2f}", f"{one.score:.2f}", Text(one.quote.text))
    return Group(*_understood_text(answer.understood), passages, considered, Text(verdict(answer), "bold"))


def _understood_text(understood: Understood) -> list[Text]:
    if understood.asks_source:
        return [Text(f"Understood as: who says so, of the answer to: {understood.question}")]
    return [Text(f"Understood as: {understood.question}")] if understood.question != understood.message else []


def _source_text(passage: Passage) -> Text:
    day = phrases(None).date(passage.published) if passage.published else "no date"
    return Text.assemble((passage.title, "bold"), f" · {day}\n", (passage.url or passage.path, "cyan"))


def passages_table(passages: Sequence[Passage]) -> RenderableType:
    """Passages with their scores, best first."""
    panels = [
        Panel(
            Text(passage.text),
            title=Text(f"{place}. {passage.title}"),
            title_align="left",
            subtitle=Text(
                f"score {passage.score:.3f} · meaning {passage.dense:.3f} · words {passage.keyword:.1f} · "
                f"{passage.article}[{passage.start}:{passage.end}]"
            ),
            subtitle_align="right",
        )
        for place, passage in enumerate(passages, 1)
    ]
    return Group(*panels)
