"""Writes the store of a new snapshot, as a stream: what was added is on disk, only the vectors stay in memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.store.disk import CATALOGUE, VECTORS
from index.store.schema import ARTICLE, ARTICLES, FINISH, SCHEMA, Entry, SourceFile, as_article
from index.types import Article, Chunk, LoadError, Vectors

CACHE_KILOBYTES = 64_000


class StoreWriter:
    """Fills an empty folder: first all articles, then, in their order, the chunks of those that are no copies."""

    def __init__(self, folder: Path, dimension: int) -> None:
        import faiss

        self._folder = folder
        self._vectors = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        self._catalogue = sqlite3.connect(folder / CATALOGUE, isolation_level=None)
        # Nobody reads the file before it is whole, and a build that dies throws it away.
        self._catalogue.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{CACHE_KILOBYTES};"
        )
        self._catalogue.executescript(SCHEMA)
        self._catalogue.execute("BEGIN")

    @property
    def chunks(self) -> int:
        """How many chunks were added."""
        return int(self._vectors.ntotal)

    def query(self, sql: str, values: Sequence[object] = ()) -> Iterator[Any]:
        """Records of what was written so far, one at a time."""
        return self._catalogue.execute(sql, values)

    def add_file(self, file: SourceFile, skipped: Iterable[LoadError] = ()) -> int:
        """Add a file, with what in it gave no article; its number."""
        cursor = self._catalogue.execute(
            "INSERT INTO files (name, path, relative, checksum) VALUES (?, ?, ?, ?)", tuple(file)
        )
        number = cursor.lastrowid
        assert number is not None
        self.add_skipped(number, skipped)
        return number

    def add_skipped(self, file: int, skipped: Iterable[LoadError]) -> None:
        """Add what in a file gave no article."""
        records = ((file, error.path, error.reason) for error in skipped)
        self._catalogue.executemany("INSERT INTO skipped VALUES (?, ?, ?)", records)

    def add_article(self, entry: Entry, file: int | None = None) -> None:
        """Add an article, still without chunks. Raises sqlite3.IntegrityError where its id is taken."""
        article = entry.article
        cursor = self._catalogue.execute(
            "INSERT INTO articles (id, title, path, published, author, url, language, file, wording, signature) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id,
                article.title,
                article.path,
                article.published.isoformat() if article.published else None,
                article.author,
                article.url,
                article.language,
                file,
                entry.wording,
                entry.signature,
            ),
        )
        self._catalogue.execute("INSERT INTO texts VALUES (?, ?)", (cursor.lastrowid, article.text))

    def mark(self, column: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Note of which article others are a `copy_of`, or whom they are `similar_to`: pairs of (article, other)."""
        records = ((other, article) for article, other in pairs)
        self._catalogue.executemany(f"UPDATE articles SET {column} = ? WHERE id = ?", records)

    def articles(self) -> Iterator[tuple[int, Article]]:
        """The articles that are no copies, each with its number, in their order."""
        for number, *values in self.query(
            f"SELECT number, {ARTICLE} FROM {ARTICLES} WHERE copy_of IS NULL ORDER BY number"
        ):
            yield number, as_article(values)

    def add_chunks(
        self, number: int, title: str, chunks: Sequence[Chunk], digests: Sequence[bytes], vectors: Vectors
    ) -> None:
        """Add the chunks of an article; vectors have shape (len(chunks), dimension)."""
        row = self.chunks
        self._catalogue.execute(
            "UPDATE articles SET first_row = ?, chunks = ? WHERE number = ?", (row, len(chunks), number)
        )
        self._catalogue.executemany(
            "INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?)",
            (
                (at, number, chunk.start, chunk.end, json.dumps(chunk.sentences, separators=(",", ":")), digest)
                for at, (chunk, digest) in enumerate(zip(chunks, digests, strict=True), row)
            ),
        )
        self._catalogue.executemany(
            "INSERT INTO keywords (rowid, title, text) VALUES (?, ?, ?)",
            ((at, title, chunk.text) for at, chunk in enumerate(chunks, row)),
        )
        if len(chunks):
            self._vectors.add(np.ascontiguousarray(vectors, np.float32))

    def close(self) -> None:
        """Finish both files, after which nothing can be added. Raises OSError or sqlite3.Error when they cannot be."""
        import faiss

        for statement in filter(None, map(str.strip, FINISH.split(";"))):
            self._catalogue.execute(statement)
        self._catalogue.execute("COMMIT")
        self._catalogue.close()
        try:
            faiss.write_index(self._vectors, str(self._folder / VECTORS))
        except RuntimeError as exc:
            raise OSError("the vectors cannot be written; is the disk full?") from exc

    def abandon(self) -> None:
        """Let go of the files without finishing them; harmless after `close`."""
        self._catalogue.close()
