"""Answers as the tests need them: a fact in a sentence of an article, or a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.answers.types import Answer, Finding, Quote
from index.types import Passage

SENTENCE = "Sebanyak 312 pedagang <baru> & lama menempati kios."


def passage(text: str = SENTENCE, article: str = "market", **facts: object) -> Passage:
    known = {"title": "Pasar Melati", "published": date(2024, 1, 8), "url": "https://example.org/?a=1&b=2"} | facts
    return Passage(
        article=article, path=f"{article}.txt", language="id", start=0, end=len(text), text=text,
        sentences=((0, len(text)),), score=0.8, **known,  # type: ignore[arg-type]
    )  # fmt: skip


def answer(fact: str | None, quote: Quote | None, *sources: Passage) -> Answer:
    return Answer(
        question="q", understood="q", slips=(), answer=fact, gloss=None, confidence=0.9 if fact else 0.1, quote=quote,
        others=(), sources=sources, found=sources, candidates=(), threshold=0.5, snapshot="s", timings_ms={},
    )  # fmt: skip


def answered(fact: str = SENTENCE, text: str = SENTENCE, **facts: object) -> Answer:
    start = text.index(fact)
    quote = Quote("market", text, start, start + len(fact))
    return answer(fact, quote, passage(text, **facts))


def refused(*sources: Passage) -> Answer:
    return answer(None, None, *sources)


def differing() -> Answer:
    """An answer that another article contradicts."""
    said = "Menurut panitia hanya 300 pedagang yang kembali."
    other = Finding("300 pedagang", None, 0.7, Quote("later", said, 21, 33), 0.0, "id")
    later = passage(said, article="later", title="Hari kedua", published=date(2024, 1, 9), url=None)
    told = answered("312 pedagang")
    return replace(told, gloss="312 <traders>", others=(other,), sources=(*told.sources, later))
