"""Answers as the tests need them: a fact in a sentence of an article, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.answers.types import Answer, Finding, Quote
from bot.questions.understanding import Understood
from index.types import Passage

SENTENCE = "Sebanyak 312 pedagang <baru> & lama menempati kios."


def passage(text: str = SENTENCE, article: str = "market", **facts: object) -> Passage:
    known = {"title": "Pasar Melati", "published": date(2024, 1, 8), "url": "https://example.org/?a=1&b=2"} | facts
    return Passage(
        article=article, path=f"{article}.txt", language="id", start=0, end=len(text), text=text,
        sentences=((0, len(text)),), score=0.8, **known,  # type: ignore[arg-type]
    )  # fmt: skip


def asking(question: str) -> Understood:
    """What a question asks that was written plainly."""
    return Understood(question, question)


def finding(fact: str, language: str | None = "id", text: str | None = None, **facts: object) -> Finding:
    """That a passage says this, in a sentence that says nothing else unless one is given."""
    sentence = fact if text is None else text
    start = sentence.index(fact)
    source = replace(passage(sentence, **facts), language=language)
    return Finding(Quote(source.article, sentence, start, start + len(fact)), source, 0.9, 0.0)


def answer(best: Finding | None, *sources: Passage) -> Answer:
    return Answer(
        understood=asking("q"), best=best, confidence=best.confidence if best else 0.1, others=(),
        sources=sources, found=sources, candidates=(), threshold=0.5, snapshot="s", timings_ms={},
    )  # fmt: skip


def answered(fact: str = SENTENCE, text: str = SENTENCE, gloss: str | None = None, **facts: object) -> Answer:
    best = replace(finding(fact, text=text, **facts), gloss=gloss)
    return answer(best, best.passage)


def refused(*sources: Passage) -> Answer:
    return answer(None, *sources)


def differing() -> Answer:
    """An answer that another article contradicts."""
    other = finding(
        "300 pedagang", text="Menurut panitia hanya 300 pedagang yang kembali.", article="later", title="Hari kedua",
        published=date(2024, 1, 9), url=None,
    )  # fmt: skip
    best = answered("312 pedagang", gloss="312 <traders>")
    return replace(best, others=(replace(other, confidence=0.7),), sources=(*best.sources, other.passage))
