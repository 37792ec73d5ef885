"""The words of a snapshot: how many chunks each stands in, which are near to it, and how articles write it."""

from __future__ import annotations

import re
import sqlite3
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from string import ascii_lowercase
from typing import Any

MOST_VALUES = 500
"""Of one SQL statement."""
LONG_WORD = 8
"""Letters; a word of so many is told by the others when any one of them is wrong."""
LONGEST_WORD = 40
LOOKED_AT = 20
"""Chunks, to see how a word is written."""

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SOUND_ALIKE = "ck kq iy jy ou ei ae fv fp sz cs vw dt bp gk".split()
_AFTER_A_STOP = re.compile(r"(?:^|[.!?:•\n]|[.!?][\"”’)])[\s\"“‘(]*$")


class Vocabulary:
    """The words that stand in a catalogue's chunks and titles. Safe to use from several threads."""

    def __init__(self, catalogue: sqlite3.Connection, lock: threading.Lock) -> None:
        self._catalogue = catalogue
        self._lock = lock
        self._query("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, keywords, row)")

    def _query(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock:
            return self._catalogue.execute(sql, values).fetchall()

    def counts(self, words: Iterable[str]) -> dict[str, int]:
        """In how many chunks each word stands, in itself or in the title; 0 where in none."""
        folded = {word: fold(word) for word in words}
        sought = list(dict.fromkeys(folded.values()))
        # Counting the chunks of a frequent word takes long, so that was done when the index was made.
        known = self._counted("frequent", sought)
        known |= self._counted("vocabulary", [word for word in sought if word not in known])
        return {word: known.get(form, 0) for word, form in folded.items()}

    def _counted(self, table: str, words: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for start in range(0, len(words), MOST_VALUES):
            some = words[start : start + MOST_VALUES]
            marks = ", ".join("?" * len(some))
            found |= self._query(f"SELECT term, doc FROM {table} WHERE term IN ({marks})", some)
        return found

    def near(self, word: str) -> dict[str, int]:
        """The words that this one may be a slip of, with their counts, the most frequent first.

        A slip is a letter too much, a letter too few, two that changed places, or one in place of another that lies
        beside it on the keyboard or sounds like it; in a long word, in place of any. The first letter is right, or
        changed places with the second. Looking up all that this allows takes 1 to 2 ms, at a million chunks too; to
        scan the words that begin alike would take 50.
        """
        word = fold(word)
        if not 1 < len(word) <= LONGEST_WORD:
            return {}
        found = self.counts(_one_slip_away(word)).items()
        return dict(
            sorted(((other, chunks) for other, chunks in found if chunks), key=lambda item: (-item[1], item[0]))
        )

    def written(self, word: str) -> str | None:
        """The word as articles mostly write it within a sentence; None where it stands in none.

        Where it only ever begins a sentence, as it stands there; where only titles have it, as it stands in those.
        """
        word = fold(word)
        if not re.fullmatch(r"\w+", word):
            return None
        records = self._query(
            'SELECT substr(text, start + 1, "end" - start), title FROM chunks '
            "JOIN articles ON chunks.article = articles.number JOIN texts USING (article) "
            "WHERE row IN (SELECT rowid FROM keywords WHERE keywords MATCH ? LIMIT ?)",
            (f'"{word}"', LOOKED_AT),
        )
        within, others = Counter[str](), Counter[str]()
        for text, title in records:
            for found in re.finditer(r"\w+", text):
                if fold(found[0]) == word:
                    first = _AFTER_A_STOP.search(text, max(found.start() - 4, 0), found.start())
                    (others if first else within)[found[0]] += 1
            if not within and not others:
                others.update(form for form in re.findall(r"\w+", title) if fold(form) == word)
        return next((form for form, _ in (within or others).most_common(1)), None)


def fold(text: str) -> str:
    """The text as the catalogue's tokenizer folds it: without case and diacritics."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _one_slip_away(word: str) -> list[str]:
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    inner = cuts[1:]
    dropped = {before + after[1:] for before, after in inner if after}
    swapped = {before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1}
    changed = {before + other + after[1:] for before, after in inner if after for other in _instead_of(after[0], word)}
    added = {before + letter + after for before, after in inner for letter in ascii_lowercase}
    return sorted((dropped | swapped | changed | added) - {word})


def _instead_of(letter: str, word: str) -> str:
    return ascii_lowercase if len(word) >= LONG_WORD else _alike().get(letter, "")


@cache
def _alike() -> dict[str, str]:
    """For each letter those beside it on the keyboard, and those that sound like it in Indonesian or English names."""
    pairs = list(_SOUND_ALIKE)
    for upper, lower in pairwise(_KEYS):
        pairs += map("".join, [*zip(upper, lower, strict=False), *zip(upper[1:], lower, strict=False)])
    pairs += ("".join(keys) for row in _KEYS for keys in pairwise(row))
    return {
        letter: "".join(sorted({other for pair in pairs if letter in pair for other in pair} - {letter}))
        for letter in ascii_lowercase
    }
