"""The passages of one snapshot on disk: FAISS for the vectors, SQLite for everything else.

Row n of the vectors is row n of the catalogue's chunks and of its keywords. A finished folder is never written again,
so any number of threads and processes may read it.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from index.types import Article, Chunk, Passage, Vectors

CATALOGUE, VECTORS = "catalogue.sqlite", "vectors.faiss"
FILES = (CATALOGUE, VECTORS)
MANY_CHUNKS = 1000
MOST_WORDS = 64
"""Of a question; whoever pastes a book gets its beginning looked up."""
COMMON_SHARE = 10
"""In a large corpus a word that stands in more than one chunk of ten costs much and tells nothing."""
BM25_K1 = 1.2
"""FTS5's constant: a word's share of the score approaches its weight times this plus one."""

SCHEMA = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, path TEXT NOT NULL,
    published TEXT, author TEXT, url TEXT, language TEXT, first_row INTEGER NOT NULL, chunks INTEGER NOT NULL
);
CREATE TABLE chunks (
    row INTEGER PRIMARY KEY, article INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    sentences TEXT NOT NULL
);
CREATE VIRTUAL TABLE keywords USING fts5 (title, text, content = '', tokenize = 'unicode61 remove_diacritics 2');
"""
ARTICLE_COLUMNS = "id, title, text, path, published, author, url, language"
PASSAGES = """
SELECT row, id, title, published, url, path, language, start, "end",
       substr(text, start + 1, "end" - start) AS passage, sentences
FROM chunks JOIN articles ON chunks.article = articles.number WHERE row IN ({marks})
"""


class StoreWriter:
    """Writes a new store into an empty folder, article by article."""

    def __init__(self, folder: Path, dimension: int) -> None:
        import faiss

        self._folder = folder
        self._vectors = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        self._catalogue = sqlite3.connect(folder / CATALOGUE, isolation_level=None)
        # Nobody reads the file before it is whole, and a build that dies throws it away.
        self._catalogue.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        self._catalogue.executescript(SCHEMA)
        self._catalogue.execute("BEGIN")
        self.articles = 0

    @property
    def chunks(self) -> int:
        """How many chunks were added."""
        return int(self._vectors.ntotal)

    def add(self, article: Article, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Add an article with its chunks and their vectors, shape (len(chunks), dimension)."""
        row = self.chunks
        self.articles += 1
        published = article.published.isoformat() if article.published else None
        self._catalogue.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.articles,
                article.id,
                article.title,
                article.text,
                article.path,
                published,
                article.author,
                article.url,
                article.language,
                row,
                len(chunks),
            ),
        )
        self._catalogue.executemany(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?)",
            (
                (number, self.articles, chunk.start, chunk.end, json.dumps(chunk.sentences))
                for number, chunk in enumerate(chunks, row)
            ),
        )
        self._catalogue.executemany(
            "INSERT INTO keywords (rowid, title, text) VALUES (?, ?, ?)",
            ((number, article.title, chunk.text) for number, chunk in enumerate(chunks, row)),
        )
        if len(chunks):
            self._vectors.add(np.ascontiguousarray(vectors, np.float32))

    def close(self) -> None:
        """Finish both files, after which nothing can be added. Raises OSError or sqlite3.Error when they cannot be."""
        import faiss

        self._catalogue.execute("INSERT INTO keywords (keywords) VALUES ('optimize')")
        self._catalogue.execute("COMMIT")
        self._catalogue.close()
        try:
            faiss.write_index(self._vectors, str(self._folder / VECTORS))
        except RuntimeError as exc:
            raise OSError("the vectors cannot be written; is the disk full?") from exc

    def abandon(self) -> None:
        """Let go of the files without finishing them; harmless after `close`."""
        self._catalogue.close()


class DiskStore:
    """Reads what a StoreWriter wrote; implements `index.types.Store`."""

    def __init__(self, folder: Path) -> None:
        import faiss

        self._vectors = faiss.read_index(str(folder / VECTORS), faiss.IO_FLAG_MMAP_IFC)
        uri = f"{(folder / CATALOGUE).resolve().as_uri()}?mode=ro&immutable=1"
        self._catalogue = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self._query("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, keywords, row)")

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

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        import faiss

        faiss.omp_set_num_threads(1)  # a second thread makes a single query slower
        scores, rows = self._vectors.search(vector[None, :], min(k, self.chunks))
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def cosines(self, vector: Vectors, rows: Sequence[int]) -> list[float]:
        if not rows:
            return []
        stored = self._vectors.reconstruct_batch(np.asarray(rows, np.int64))
        return [float(cosine) for cosine in stored @ vector]

    def matching(self, question: str, k: int) -> list[tuple[int, float]]:
        weights = self._weights(list(dict.fromkeys(_words(question)))[:MOST_WORDS])
        if not weights:
            return []
        most = sum(weights.values()) * (BM25_K1 + 1)
        # Quoted, because MATCH has a language of its own: "NEAR", "*", "-", ":" would be commands.
        found = self._query(
            "SELECT rowid, -rank FROM keywords WHERE keywords MATCH ? ORDER BY rank, rowid LIMIT ?",
            (" OR ".join(f'"{word}"' for word in weights), k),
        )
        return [(int(row), float(score) / most) for row, score in found]

    def _weights(self, words: list[str]) -> dict[str, float]:
        """The inverse document frequency of the words, as FTS5 computes it, without those too common to look up."""
        marks = ", ".join("?" * len(words))
        counts = dict(self._query(f"SELECT term, doc FROM vocabulary WHERE term IN ({marks})", words))
        if self.chunks > MANY_CHUNKS:
            words = [word for word in words if counts.get(word, 0) * COMMON_SHARE <= self.chunks]
        frequencies = {word: counts.get(word, 0) + 0.5 for word in words}
        return {
            word: max(math.log((self.chunks + 1 - frequency) / frequency), 1e-6)
            for word, frequency in frequencies.items()
        }

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        marks = ", ".join("?" * len(rows))
        found = {record[0]: record[1:] for record in self._query(PASSAGES.format(marks=marks), list(rows))}
        return [_passage(*found[row]) for row in rows]

    def articles(self) -> Iterator[tuple[Article, int]]:
        """Every article with the number of its chunks, newest first; undated ones last."""
        for *fields, chunks in self._query(
            f"SELECT {ARTICLE_COLUMNS}, chunks FROM articles ORDER BY published IS NULL, published DESC, id"
        ):
            yield _article(*fields), chunks

    def newest(self) -> date | None:
        """The publication date of the newest article, if any has one."""
        return _date(self._query("SELECT max(published) FROM articles")[0][0])

    def article_vectors(self, article_id: str) -> tuple[Article, list[Chunk], Vectors] | None:
        """An article with its chunks and their vectors, for a build that reuses them."""
        record = self._query(f"SELECT {ARTICLE_COLUMNS}, first_row, chunks FROM articles WHERE id = ?", (article_id,))
        if not record:
            return None
        *fields, first_row, count = record[0]
        article = _article(*fields)
        rows = self._query(
            'SELECT start, "end", sentences FROM chunks WHERE row >= ? AND row < ? ORDER BY row',
            (first_row, first_row + count),
        )
        chunks = [Chunk(start, end, article.text[start:end], _spans(spans)) for start, end, spans in rows]
        return article, chunks, self._vectors.reconstruct_n(first_row, count)


def _words(text: str) -> list[str]:
    """The words as the catalogue's tokenizer folds them: without case and diacritics."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return re.findall(r"\w+", "".join(letter for letter in letters if not unicodedata.combining(letter)))


def _article(
    id_: str,
    title: str,
    text: str,
    path: str,
    published: str | None,
    author: str | None,
    url: str | None,
    language: str | None,
) -> Article:
    return Article(id_, title, text, path, _date(published), author, url, language)


def _passage(
    article: str,
    title: str,
    published: str | None,
    url: str | None,
    path: str,
    language: str | None,
    start: int,
    end: int,
    text: str,
    sentences: str,
) -> Passage:
    return Passage(article, title, _date(published), url, path, language, start, end, text, _spans(sentences))


def _date(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None


def _spans(stored: str) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in json.loads(stored))
