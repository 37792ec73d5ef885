"""The passages of one snapshot on disk: FAISS for the vectors, SQLite for everything else.

Row n of the vectors is row n of the catalogue's chunks and of its keywords. A finished folder is never written again,
so any number of threads and processes may read it.
"""

from __future__ import annotations

import math
import re
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.store.schema import (
    ARTICLE,
    ARTICLES,
    BEFORE_THEM,
    INDEXED,
    LATER_COLUMNS,
    LINKS,
    Entry,
    Link,
    SourceFile,
    as_article,
    as_chunk,
    as_date,
    as_spans,
)
from index.store.words import MOST_VALUES, Vocabulary, fold
from index.types import EVERYTHING, Article, Chunk, Filter, LoadError, Passage, Vectors

CATALOGUE, VECTORS = "catalogue.sqlite", "vectors.faiss"
FILES = (CATALOGUE, VECTORS)
MANY_CHUNKS = 1000
MOST_WORDS = 64
"""Of a question; whoever pastes a book gets its beginning looked up."""
COMMON_SHARE = 10
"""In a large corpus a word that stands in more than one chunk of ten costs much and tells nothing."""
MOST_MATCHES = 30_000
"""Chunks to be ranked: the rarest words of a question that together stand in no more are looked up."""
BM25_K1 = 1.2
"""FTS5's constant: a word's share of the score approaches its weight times this plus one."""
DEEPER = 16
"""How many times further the keyword search looks when a filter let too few through."""

PASSAGES = """
SELECT row, number, id, title, published, url, path, language, start, "end", sentences
FROM chunks JOIN articles ON chunks.article = articles.number WHERE row IN ({marks})
"""


class Listed(NamedTuple):
    """An article as the catalogue lists it."""

    article: Article
    relative: str | None
    """The path of its file below the articles' folder."""
    chunks: int
    copy_of: str | None
    superseded_by: str | None
    similar_to: str | None


class Headline(NamedTuple):
    """What stands above an article."""

    article: str
    """Its id."""
    title: str
    published: date | None
    url: str | None


class _Facets(NamedTuple):
    """What filters ask of every article, in the order of their numbers, which is that of their rows."""

    published: NDArray[np.int32]
    """Days since the year 1; 0 without a date."""
    language: NDArray[np.str_]
    chunks: NDArray[np.int32]


class DiskStore:
    """Reads what a StoreWriter wrote; implements `index.types.Store`."""

    def __init__(self, folder: Path) -> None:
        import faiss

        self._vectors = faiss.read_index(str(folder / VECTORS), faiss.IO_FLAG_MMAP_IFC)
        uri = f"{(folder / CATALOGUE).resolve().as_uri()}?mode=ro&immutable=1"
        self._catalogue = sqlite3.connect(uri, uri=True, check_same_thread=False)
        columns = {name for _, name, *_ in self._catalogue.execute("PRAGMA main.table_info(articles)")}
        if not columns.issuperset(LATER_COLUMNS):
            self._catalogue.execute(BEFORE_THEM)
        self._lock = threading.Lock()
        self.vocabulary = Vocabulary(self._catalogue, self._lock)

    def close(self) -> None:
        """Let go of the files."""
        self._catalogue.close()

    @property
    def chunks(self) -> int:
        """How many chunks the store holds."""
        return int(self._vectors.ntotal)

    def _query(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        with self._lock:
            return self._catalogue.execute(sql, values).fetchall()

    # --- searching ------------------------------------------------------------------------------------------

    def nearest(self, vector: Vectors, k: int, only: Filter = EVERYTHING) -> list[tuple[int, float]]:
        import faiss

        faiss.omp_set_num_threads(1)  # a second thread makes a single query slower
        allowed = self._allowed(only)
        if allowed is None:
            scores, rows = self._vectors.search(vector[None, :], min(k, self.chunks))
        else:
            wrapped: Any = faiss  # its stubs know the signatures of C++ only
            selector = wrapped.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
            count = min(k, int(allowed.sum())) or 1
            scores, rows = self._vectors.search(vector[None, :], count, params=wrapped.SearchParameters(sel=selector))
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def cosines(self, vector: Vectors, rows: Sequence[int]) -> list[float]:
        return [float(cosine) for cosine in self.vectors(rows) @ vector]

    def vectors(self, rows: Sequence[int]) -> Vectors:
        """The vectors of these rows, shape (len(rows), dimension)."""
        if not rows:
            return np.zeros((0, self._vectors.d), np.float32)
        found: Vectors = self._vectors.reconstruct_batch(np.asarray(rows, np.int64))
        return found

    def matching(self, question: str, k: int, only: Filter = EVERYTHING) -> list[tuple[int, float]]:
        weights = self._weights(list(dict.fromkeys(_words(question)))[:MOST_WORDS])
        if not weights:
            return []
        most = sum(weights.values()) * (BM25_K1 + 1)
        allowed = self._allowed(only)
        limit = k if allowed is None else k * DEEPER
        while True:
            found = self._ranked(weights, limit)
            passed = found if allowed is None else [record for record in found if allowed[record[0]]]
            if len(passed) >= k or len(found) < limit:
                return [(int(row), float(score) / most) for row, score in passed[:k]]
            limit *= DEEPER

    def _ranked(self, words: Iterable[str], limit: int) -> list[tuple[int, float]]:
        # Quoted, because MATCH has a language of its own: "NEAR", "*", "-", ":" would be commands.
        return self._query(
            "SELECT rowid, -rank FROM keywords WHERE keywords MATCH ? ORDER BY rank, rowid LIMIT ?",
            (" OR ".join(f'"{word}"' for word in words), limit),
        )

    def _weights(self, words: list[str]) -> dict[str, float]:
        """The inverse document frequency of the words, as FTS5 computes it, without those too common to look up."""
        counts = self.vocabulary.counts(words)
        if self.chunks > MANY_CHUNKS:
            words = [word for word in words if counts[word] * COMMON_SHARE <= self.chunks]
        words.sort(key=counts.__getitem__)
        together = accumulate(counts[word] for word in words)
        words = [
            word
            for at, (word, chunks) in enumerate(zip(words, together, strict=True))
            if not at or chunks <= MOST_MATCHES
        ]
        frequencies = {word: counts[word] + 0.5 for word in words}
        return {
            word: max(math.log((self.chunks + 1 - frequency) / frequency), 1e-6)
            for word, frequency in frequencies.items()
        }

    def _allowed(self, only: Filter) -> NDArray[np.bool_] | None:
        """Which rows pass, shape (chunks,); None for all."""
        if only == EVERYTHING:
            return None
        facets = self._facets
        passing = np.ones(len(facets.chunks), bool)
        if only.since or only.until:
            first, last = only.since or date.min, only.until or date.max
            passing &= (facets.published >= first.toordinal()) & (facets.published <= last.toordinal())
        if only.languages:
            passing &= np.isin(facets.language, sorted(only.languages))
        if only.articles:
            marks = ", ".join("?" * len(only.articles))
            numbers = self._query(f"SELECT number FROM articles WHERE id IN ({marks})", sorted(only.articles))
            passing &= np.isin(np.arange(1, len(passing) + 1), [number for (number,) in numbers])
        return np.repeat(passing, facets.chunks)

    @cached_property
    def _facets(self) -> _Facets:
        records = self._query("SELECT published, language, chunks FROM articles ORDER BY number")
        published, language, chunks = zip(*records, strict=True) if records else ((), (), ())
        days = [date.fromisoformat(day).toordinal() if day else 0 for day in published]
        return _Facets(
            np.array(days, np.int32), np.array([code or "" for code in language], str), np.array(chunks, np.int32)
        )

    # --- what is there --------------------------------------------------------------------------------------

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        records = self._query(PASSAGES.format(marks=", ".join("?" * len(rows))), list(rows))
        by_article: dict[int, list[Any]] = defaultdict(list)
        for record in records:
            by_article[record[1]].append(record)
        found: dict[int, Passage] = {}
        # One text at a time, and each once: a long one takes as long to read for a passage of it as for all.
        with self._lock:
            marks = ", ".join("?" * len(by_article))
            statement = f"SELECT article, text FROM texts WHERE article IN ({marks})"
            for article, text in self._catalogue.execute(statement, list(by_article)):
                found.update((row, _passage(text, *facts)) for row, _, *facts in by_article[article])
        return [found[row] for row in rows]

    def articles(self) -> Iterator[Listed]:
        """Every article that is in the folder, newest first, with copies and older versions; undated ones last."""
        records = self._query(
            f"SELECT {ARTICLE}, relative, chunks, copy_of, superseded_by, similar_to "
            f"FROM {ARTICLES} LEFT JOIN (SELECT number AS file, relative FROM files) USING (file) "
            "ORDER BY published IS NULL, published DESC, id"
        )
        for *values, relative, chunks, copy_of, superseded_by, similar_to in records:
            yield Listed(as_article(values), relative, chunks, copy_of, superseded_by, similar_to)

    def headlines(self, count: int, skip: int = 0) -> list[Headline]:
        """Some of the articles that are indexed, newest first; undated ones last."""
        records = self._query(
            f"SELECT id, title, published, url FROM articles WHERE {INDEXED} "
            "ORDER BY published IS NULL, published DESC, id LIMIT ? OFFSET ?",
            (count, skip),
        )
        return [Headline(id_, title, as_date(published), url) for id_, title, published, url in records]

    def newest(self) -> date | None:
        """The publication date of the newest article, if any has one."""
        return as_date(self._query("SELECT max(published) FROM articles")[0][0])

    # --- for the next build ---------------------------------------------------------------------------------

    def files(self) -> dict[SourceFile | None, int]:
        """Every file that articles were read from, with its number."""
        return {
            SourceFile(*values): number
            for *values, number in self._query("SELECT name, path, relative, checksum, number FROM files")
        }

    def entries(self, file: int) -> list[Entry]:
        """The articles of a file."""
        columns = f"{ARTICLE}, wording, signature"
        records = self._query(f"SELECT {columns} FROM {ARTICLES} WHERE file = ? ORDER BY number", (file,))
        return [Entry(as_article(values), wording, signature) for *values, wording, signature in records]

    def skipped(self, file: int | None = None) -> list[LoadError]:
        """What gave no article in a file of which other parts did; without a file, in all of them."""
        records = self._query("SELECT path, reason FROM skipped WHERE ?1 IS NULL OR file = ?1", (file,))
        return [LoadError(*record) for record in records]

    def links(self) -> list[Link]:
        """What every article is told beside, by id."""
        return [Link(*record) for record in self._query(LINKS)]

    def indexed(self) -> dict[str, bytes]:
        """The wording of every article that is indexed, by id."""
        return dict(self._query(f"SELECT id, wording FROM articles WHERE {INDEXED}"))

    def article(self, article_id: str) -> Article | None:
        """The article of this id, if it is indexed."""
        found = self._query(f"SELECT {ARTICLE} FROM {ARTICLES} WHERE id = ? AND {INDEXED}", (article_id,))
        return as_article(found[0]) if found else None

    def cut(self, article: Article) -> tuple[list[Chunk], list[bytes], Vectors]:
        """The chunks of an article, with their digests and vectors."""
        ((first, count),) = self._query("SELECT first_row, chunks FROM articles WHERE id = ?", (article.id,))
        records = self._query(
            'SELECT start, "end", sentences, digest FROM chunks WHERE row >= ? AND row < ? ORDER BY row',
            (first, first + count),
        )
        chunks = [as_chunk(article.text, *record[:3]) for record in records]
        return chunks, [record[3] for record in records], self._vectors.reconstruct_n(first, count)

    def rows_of(self, digests: Sequence[bytes]) -> dict[bytes, int]:
        """A row for each of these digests of a model's text that is there."""
        rows: dict[bytes, int] = {}
        for start in range(0, len(digests), MOST_VALUES):
            some = digests[start : start + MOST_VALUES]
            marks = ", ".join("?" * len(some))
            rows.update(self._query(f"SELECT digest, row FROM chunks WHERE digest IN ({marks})", some))
        return rows


def _words(text: str) -> list[str]:
    """The words as the catalogue's tokenizer folds them: without case and diacritics."""
    return re.findall(r"\w+", fold(text))


def _passage(
    article_text: str,
    article: str,
    title: str,
    published: str | None,
    url: str | None,
    path: str,
    language: str | None,
    start: int,
    end: int,
    sentences: str,
) -> Passage:
    text = article_text[start:end]
    return Passage(article, title, as_date(published), url, path, language, start, end, text, as_spans(sentences))
