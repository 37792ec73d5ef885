"""Question-answering data as the benchmarks read it: gzipped JSON Lines of questions with their paragraphs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import xxhash

from index.types import Article


@dataclass(frozen=True, slots=True)
class Case:
    """A question over a paragraph; without answers, the paragraph does not say."""

    question: str
    context: str
    answers: tuple[str, ...]
    language: str
    """Of the question."""


def read(path: Path) -> list[Case]:
    """The cases of a file, one JSON object a line: "question", "question_lang", "context", "answers" with "text"."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = map(json.loads, lines)
        return [
            Case(
                row["question"],
                row["context"],
                tuple(answer["text"] for answer in row["answers"]),
                row["question_lang"],
            )
            for row in rows
        ]


def article_id(context: str) -> str:
    """The id under which a paragraph is indexed."""
    return xxhash.xxh3_64_hexdigest(context.encode())


def as_articles(cases: Iterable[Case], language: str = "id") -> Sequence[Article]:
    """Each distinct paragraph as an article without a title."""
    contexts = dict.fromkeys(case.context for case in cases)
    return [Article(article_id(context), "", context, "", language=language) for context in contexts]
