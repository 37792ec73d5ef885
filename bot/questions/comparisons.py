"""The question before, asked of something else: "what about Japan?", "kalau di Jepang?", "in 2023?"."""

from __future__ import annotations

import re

from bot.questions.interrogatives import (
    AUXILIARY,
    INTERROGATIVE,
    PREPOSITIONS,
    preposition_before,
    sentence,
    take_apart,
    without_connective,
)
from bot.questions.names import Names
from index.types import Span

LONGEST_TOPIC = 4
"""Words after "what about"."""

_ABOUT = re.compile(
    r"^(?:(?:what|how) about|how is it with|bagaimana (?:dengan|kalau|jika|di)|gimana (?:dengan|kalau|di)|kalau|kalo"
    r"|jika|(?:and|dan|terus|lalu|also)(?= \S))\s+(?P<topic>.+?)(?:\s+(?:bagaimana|gimana|juga|too|as well|then))?$",
    re.IGNORECASE,
)
_PREPOSED = re.compile(rf"^(?P<preposition>{'|'.join(PREPOSITIONS)})\s+(?P<thing>.+)$", re.IGNORECASE)
_YEAR = re.compile(r"(?:(?:pada |di )?tahun |pada |di |in )?\b((?:1[5-9]|20)\d\d)\b", re.IGNORECASE)


def topic_of(question: str) -> str | None:
    """What the question before is to be asked of; None where this is no such question."""
    text = question.strip().rstrip("?!. ")
    about = _ABOUT.match(text) or _ABOUT.match(without_connective(text))
    topic = about["topic"] if about else text if _PREPOSED.match(text) or _YEAR.fullmatch(text) else None
    if topic is None or len(topic.split()) > LONGEST_TOPIC or INTERROGATIVE.search(topic) or AUXILIARY.search(topic):
        return None
    return topic


def asked_of(topic: str, asked: str, before: str, names: Names) -> str:
    """The question before, asked of another topic; of one it is compared with, or only in another place or year."""
    question = before.strip().rstrip("?!. ")
    year = _YEAR.fullmatch(topic)
    if year:
        years = _YEAR.findall(question)
        if len(years) == 1:
            return sentence(question.replace(years[0], year[1]))
        english = take_apart(question).english
        return sentence(question, "in" if english else "pada tahun", year[1])
    preposed = _PREPOSED.match(topic)
    compared = topic != asked.strip().rstrip("?!. ")
    thing = preposed["thing"] if preposed else topic
    place = _place(question, PREPOSITIONS[preposed["preposition"].lower()] if preposed else None, compared, names)
    if place is None:
        return sentence(question, topic) if preposed else sentence(f"{question},", topic)
    return sentence(question[: place[0]] + thing + question[place[1] :])


def _place(question: str, preposition: str | None, compared: bool, names: Names) -> Span | None:
    """Where in the question that stands which another is to take the place of; None where that is not plain."""
    spans = names.spans(question)
    if not spans:
        return _last_object(question, preposition)
    kinds = [preposition_before(question, start) for start, _ in spans]
    same = [span for span, kind in zip(spans, kinds, strict=True) if kind == preposition]
    if len(same) == 1:
        return same[0]
    return spans[0] if len(spans) == 1 and (compared or kinds[0] is not None) else None


def _last_object(question: str, preposition: str | None) -> Span | None:
    """The words after the last preposition, in a question that is written without capitals."""
    objects = list(re.finditer(rf"\b({'|'.join(PREPOSITIONS)})\s+(\w[\w-]*(?:\s+\w[\w-]*)?)$", question, re.IGNORECASE))
    fitting = [found for found in objects if preposition in {None, PREPOSITIONS[found[1].lower()]}]
    return fitting[-1].span(2) if fitting else None
