"""News with questions, one article a line, as cases: see training/README.md for the fields.

Every question gives a case as it was asked beside the article, and one as it would be asked out of the blue, where that
is known. Their ids are the article's, the question's number in it, and `q` or `qs`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.evaluation.cases import Asked, Case, rows
from index.text.sentences import sentences
from index.types import ConfigurationError, Span

HELD_OUT = 9
"""One story in so many is learnt by no reader; what follows reading is fitted on these."""
TITLE = "TITLE"
"""Where a question says that its answer stands: in the headline."""

Question = Mapping[str, Any]


def news_cases(file: Path) -> list[Case]:
    """The cases of all articles of a file. Raises ConfigurationError, naming the line of what is none."""
    return [case for line, article in rows(file) for case in _explained(file, line, article)]


def is_held_out(case: Case) -> bool:
    """Whether a case of news-train is kept from all that learns to read; with it all of its story."""
    return zlib.crc32(story_of(case.id).encode()) % HELD_OUT == 0


def _explained(file: Path, line: int, article: Mapping[str, Any]) -> list[Case]:
    try:
        return list(cases_of(article))
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as exc:
        raise ConfigurationError(f"{file}, line {line}: it is no article with questions ({exc!r}).") from exc


def cases_of(article: Mapping[str, Any]) -> Iterator[Case]:
    """The cases of an article's questions."""
    for number, question in enumerate(article["qa"]):
        for wording in ("q", "qs"):
            if wording in question:
                yield _case(article, number, question, wording)


def _case(article: Mapping[str, Any], number: int, question: Question, wording: str) -> Case:
    answer, is_verdict = question["a"], question["k"] == "yn"
    span = _span(article, question) if answer is not None else None
    text = article["title"] if question.get("s") == TITLE else article["text"]
    return Case(
        question=question[wording],
        answers=(text[slice(*span)],) if span else (),
        article=article["id"],
        context=article["text"],
        spans=(span,) if span and question["s"] != TITLE else (),
        title_spans=(span,) if span and question["s"] == TITLE else (),
        id=f"{article.get('story') or article['id']}/{article['id']}/{number}-{wording}",
        question_language=question["l"],
        context_language=article["lang"],
        title=article["title"],
        published=date.fromisoformat(article["date"]),
        before=asked_before(question, article["qa"]),
        verdict=answer if is_verdict and answer else "",
        kind=question["k"],
    )


def _span(article: Mapping[str, Any], question: Question) -> Span:
    """Where the answer stands in the title or the text; that of yes or no is the whole sentence that decides it."""
    if question["s"] == TITLE:
        whole: str = article["title"]
        start = 0 if question["k"] == "yn" else whole.index(question["a"])
        return start, len(whole) if question["k"] == "yn" else start + len(question["a"])
    at = article["text"].index(question["s"])
    if question["k"] == "yn":
        return next(span for span in sentences(article["text"], article["lang"]) if span[0] <= at < span[1])
    start = article["text"].index(question["a"], at)
    return start, start + len(question["a"])


def asked_before(question: Question, others: Sequence[Question]) -> tuple[Asked, ...]:
    """What was asked before a follow-up, as it would be asked out of the blue where that is known, and its answers."""
    if "prev" not in question:
        return ()
    previous = others[question["prev"]]
    return (*asked_before(previous, others), Asked(previous.get("qs") or previous["q"], previous["a"] or ""))


def story_of(case_id: str) -> str:
    """The story that a case is about: articles of one story tell of the same events."""
    return case_id.split("/", 1)[0]


def is_out_of_the_blue(case: Case) -> bool:
    """Whether the question about a piece of news names what it is about."""
    return case.id.endswith("-qs")
