"""Names, as capitals and the articles' own words show them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.questions.interrogatives import INTERROGATIVE
from bot.questions.language import SMALL_WORDS
from index.types import Span

_SMALL = frozenset(word for words in SMALL_WORDS.values() for word in words)
_BEFORE_NAMES = _SMALL | frozenset("menurut kata sebanyak sekitar sejumlah mr mrs its their his her".split())
"""Words that begin sentences; a name may follow them."""
_RUN = re.compile(r"[A-Z][\w'’-]*(?:\s+(?:(?:bin|binti|van|de|al|of the|of)\s+)?[A-Z][\w'’-]*)*")
_PERSON_AFTER = re.compile(
    r"\b(?:menurut|kata|ujar|tutur|ungkap|jelas|presiden|menteri|jenderal|gubernur|bupati|wali ?kota|ketua|direktur"
    r"|juru bicara|pelatih|said|says|president|minister|mayor|general|governor|spokes\w+|coach|according to)\s+$",
    re.IGNORECASE,
)


class Names:
    """The names in a question, told by its capitals or, where it has none, by how these texts write its words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._known = {word for text in texts for word in re.findall(r"(?<=[\w,]\s)[A-Z]\w+", text)}

    def spans(self, question: str) -> list[Span]:
        """Where names stand, in order."""
        return self._capitals(question) or self._small(question)

    @property
    def person(self) -> str | None:
        """Who speaks or holds an office, by the words before the name."""
        spans = ((text, *span) for text in self._texts for span in self._capitals(text))
        named = (text[start:end] for text, start, end in spans if _PERSON_AFTER.search(text, max(0, start - 40), start))
        return next(named, None)

    def _capitals(self, text: str) -> list[Span]:
        runs = ((found.start(), found[0]) for found in _RUN.finditer(text))
        cut = ((start, run) if start else self._cut(run) for start, run in runs)
        return [(start, start + len(run)) for start, run in cut if run and not INTERROGATIVE.fullmatch(run)]

    def _cut(self, run: str) -> tuple[int, str]:
        """The run of capitals that begins a text, from where it is a name: a sentence's first word may be none."""
        first, *rest = re.finditer(r"\S+", run)
        is_name = first[0] in self._known or (rest and not self._known.intersection(word[0] for word in rest))
        if is_name and first[0].casefold() not in _BEFORE_NAMES:
            return 0, run
        return (rest[0].start(), run[rest[0].start() :]) if rest else (0, "")

    def _small(self, question: str) -> list[Span]:
        known = {word.casefold() for word in self._known} - _SMALL
        spans: list[Span] = []
        for word in re.finditer(r"\w+", question):
            if word[0].casefold() not in known:
                continue
            if spans and question[spans[-1][1] : word.start()] == " ":
                spans[-1] = (spans[-1][0], word.end())
            else:
                spans.append(word.span())
        return spans


def name_of(answer: str | None) -> str | None:
    """The answer, if it is a name: with a capital and without figures."""
    text = (answer or "").strip(' .,;:"“”')
    return text if re.search(r"\b[A-Z]", text) and not re.search(r"\d", text) else None
