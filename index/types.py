"""The nouns that the rest is made of, the protocols between its parts, and the errors.

KabarError                  says in one plain sentence what is wrong and what to do
├── UnusableError           nothing can start like this (the command line exits with 2)
│   ├── ConfigurationError  a setting or an option has a value that cannot be used
│   ├── ModelError          a model cannot be loaded or its weights cannot be trusted
│   ├── MissingIndexError   no index has been built yet
│   └── BrokenIndexError    an index that cannot be trusted, or was made with another model
├── BuildError              a build could not be finished; the live index is as it was
└── LoadError               a file that gives no article; a build skips it and says so
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Span = tuple[int, int]
"""Start and end of a piece of text, in characters; the end is exclusive."""


@dataclass(frozen=True, slots=True)
class Article:
    """One story, cleaned of everything that is not the story."""

    id: str
    title: str
    text: str
    path: str
    published: date | None = None
    author: str | None = None
    url: str | None = None
    language: str | None = None
    """ISO 639-1 code, where the text tells it."""
    updated: date | None = None
    """When this version appeared, a datetime where the source tells the time; None where it tells only `published`."""
    outlet: str | None = None
    """The name of the outlet, where the source declares it."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some sentences of an article that follow each other: `article.text[start:end] == text`."""

    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    """Offsets into `text`, in order; what lies between two sentences is white space."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that a search found, with what is known of its article."""

    article: str
    title: str
    published: date | None
    url: str | None
    path: str
    language: str | None
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    score: float = 0.0
    """How well the passage fits the question, by meaning and by words; at most 1, higher is better."""
    dense: float = 0.0
    """Cosine of question and passage, -1..1."""
    keyword: float = 0.0
    """BM25 as a share of the most that the question's words can score, 0..1; 0 where none of them stands in it."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles a search looks into; whatever is left empty lets all pass."""

    since: date | None = None
    """The first day of publication; an article without a date does not pass."""
    until: date | None = None
    """The last one."""
    articles: frozenset[str] = frozenset()
    """Their ids."""
    languages: frozenset[str] = frozenset()
    """ISO 639-1 codes."""


EVERYTHING = Filter()


class Embedder(Protocol):
    """Turns texts into vectors whose inner product says how near their meanings are."""

    name: str
    """As EMBEDDING_MODEL names it."""
    fingerprint: str
    """Differs whenever the same text could get another vector."""
    dimension: int
    arithmetic: str
    """How it computes, in a few words."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), dimension)."""
        ...

    def embed_question(self, text: str) -> Vectors:
        """A unit vector, shape (dimension,)."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens the model sees in each text, without its special ones."""
        ...


class Store(Protocol):
    """The passages of one snapshot, found by vector or by word. Safe to use from several threads."""

    def nearest(self, vector: Vectors, k: int, only: Filter = EVERYTHING) -> list[tuple[int, float]]:
        """The k rows with the highest cosine, best first."""
        ...

    def matching(self, question: str, k: int, only: Filter = EVERYTHING) -> list[tuple[int, float]]:
        """At most k rows that share words with the question, best first, with their share of the most that its words
        can score in BM25, 0..1."""
        ...

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """The passages of these rows, in their order, still without scores."""
        ...

    def cosines(self, vector: Vectors, rows: Sequence[int]) -> list[float]:
        """Cosine of the vector with each of these rows."""
        ...


Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done and how many there are."""


class KabarError(Exception):
    """Something went wrong in a way that one plain sentence can tell."""


class UnusableError(KabarError):
    """Nothing can start like this: wrong usage or configuration, no index, or one not to be trusted."""


class ConfigurationError(UnusableError):
    """A setting or an option has a value that cannot be used."""


class ModelError(UnusableError):
    """A model cannot be loaded, or its weights cannot be trusted."""

    def __init__(self, model: str, message: str) -> None:
        super().__init__(message)
        self.model = model


class MissingIndexError(UnusableError):
    """No index has been built yet."""


class BrokenIndexError(UnusableError):
    """An index that cannot be trusted, or that was made with another model or chunker."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path


class BuildError(KabarError):
    """A build could not be finished; the live index is as it was."""


class LoadError(KabarError):
    """A file that gives no article; `reason` says why in a few words."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class RefusedError(ValueError):
    """What a file holds gives no article; says why in a few words."""
