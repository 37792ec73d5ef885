"""A name that no article has, but that is a typo of one that articles do have, is read as that one.

Names of which a bot has never heard are no typos: correcting "Slovenia" to "Slovakia" would answer another question.
What keeps them apart, measured on questions over articles that lack their names: the model's tokenizer has whole pieces
for the names that the world knows, and typos fall into many. See benchmarks/typos.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

from bot.questions.language import SMALL_WORDS

SHORTEST = 5
"""Letters; among shorter words everything is near to everything."""
MANY_PIECES = 3
"""Of the model's tokenizer; ordinary words of any language have one or two."""
FAMILIAR_SHARE = 0.8
"""Of a question's content words that articles have: one in the articles' own language."""
CLEAR_LEAD = 3
"""How many times more often the likeliest word must stand in the articles than the next."""
MOST_WORDS = 64
"""Of a question; whoever pastes a book gets its beginning looked at."""
MOST_LOOKED_UP = 6
"""Unknown words of one question."""

_WORD = re.compile(r"[^\W\d_]+")
_ROMAN = re.compile(r"[ivxlcdm]+", re.IGNORECASE)
_SMALL = frozenset(word for words in SMALL_WORDS.values() for word in words)


class Words(Protocol):
    """What is to be known of the articles' words; `index.store.words.Vocabulary` knows it."""

    def counts(self, words: Sequence[str]) -> dict[str, int]:
        """In how many chunks each word stands."""
        ...

    def near(self, word: str) -> dict[str, int]:
        """The words that this one may be a typo of, with their counts, the most frequent first."""
        ...

    def written(self, word: str) -> str | None:
        """The word as articles write it."""
        ...


class Correction(NamedTuple):
    """A word as it was asked, and as articles write it."""

    asked: str
    read: str


class TypoCorrector:
    """Corrects typos in names by the articles' words. Safe to use from several threads if they are."""

    def __init__(self, known: Words, count_tokens: Callable[[Sequence[str]], Sequence[int]]) -> None:
        self._known = known
        self._count_tokens = count_tokens

    def corrected(self, question: str) -> tuple[str, tuple[Correction, ...]]:
        """The question with the names that articles have, and what was corrected; as it was, where no typo is plain."""
        words = list(islice(_WORD.finditer(question), MOST_WORDS))
        counts = self._known.counts([word[0] for word in words])
        unknown = [word for word in words if not counts[word[0]] and self._may_be_typo(word[0])]
        suspects = self._suspects(unknown, words, counts)[:MOST_LOOKED_UP]
        names = {word: name for word in suspects if (name := self._name(word[0]))}
        written, at = "", 0
        for word, name in names.items():
            written, at = written + question[at : word.start()] + name, word.end()
        return written + question[at:], tuple(Correction(word[0], name) for word, name in names.items())

    def _may_be_typo(self, word: str) -> bool:
        is_acronym = word.isupper()  # one letter makes another institution
        return len(word) >= SHORTEST and not is_acronym and not _ROMAN.fullmatch(word) and self._pieces(word) > 1

    def _suspects(
        self, unknown: list[re.Match[str]], words: list[re.Match[str]], counts: dict[str, int]
    ) -> list[re.Match[str]]:
        """Those of the unknown words that are no words of another language."""
        if any(word[0][0].isupper() for word in words[1:]):  # who writes capitals writes them where names are
            return [word for word in unknown if word is not words[0] and word[0][0].isupper()]
        content = [word[0] for word in words if len(word[0]) > 2 and word[0].casefold() not in _SMALL]
        familiar = sum(counts[word] > 0 for word in content)
        if familiar >= FAMILIAR_SHARE * (len(content) - 1):
            return unknown
        return [word for word in unknown if self._pieces(word[0]) >= MANY_PIECES]

    def _pieces(self, word: str) -> int:
        """Of how many pieces the word is at least, in whatever case."""
        return min(self._count_tokens([word, word.lower(), word.capitalize()]))

    def _name(self, word: str) -> str | None:
        """The name that this word is a typo of; None where that is not plain, or no name."""
        near = list(self._known.near(word).items())[:2]
        if not near or (len(near) > 1 and near[0][1] < CLEAR_LEAD * near[1][1]):
            return None
        written = self._known.written(near[0][0])
        return written if written and written[0].isupper() else None
