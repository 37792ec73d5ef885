"""Writes the store of a new snapshot, as a stream: what was added is on disk, only the vectors stay in memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.store.disk import CATALOGUE, VECTORS
from index.store.schema import (
    ARTICLE,
    ARTICLES,
    FILES,
    FINISH,
    INDEXED,
    LINKS,
    SCHEMA,
    Entry,
    Link,
    SourceFile,
    as_article,
)
from index.types import Article, Chunk, LoadError, Vectors

CACHE_KILOBYTES = 64_000


class StoreWriter:
    """Fills an empty folder: first all articles, then, in their order, the chunks of those that are indexed.

    Without a folder it only tells what it would hold, and cannot be closed: nothing stays of it.
    """

    def __init__(self, folder: Path | None, dimension: int) -> None:
        import faiss

        self._folder = folder
        self._vectors = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        # A name of nothing is a file without a name, made only where the memory would not hold it.
        self._catalogue = sqlite3.connect(folder / CATALOGUE if folder else "", isolation_level=None)
        # Nobody reads the file before it is whole, and a build that dies throws it away.
        self._catalogue.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{CACHE_KILOBYTES};"
        )
        self._catalogue.executescript(SCHEMA)
        self._catalogue.execute("BEGIN")

    # --- articles -------------------------------------------------------------------------------------------

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
            "INSERT INTO articles "
            "(id, title, path, published, author, url, language, updated, outlet, file, wording, signature) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id,
                article.title,
                article.path,
                article.published.isoformat() if article.published else None,
                article.author,
                article.url,
                article.language,
                article.updated.isoformat() if article.updated else None,
                article.outlet,
                file,
                entry.wording,
                entry.signature,
            ),
        )
        self._catalogue.execute("INSERT INTO texts VALUES (?, ?)", (cursor.lastrowid, article.text))

    def mark_copies(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Note of articles that they are copies of others: pairs of ids."""
        self._mark("copy_of", pairs)

    def mark_superseded(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Note of articles that others are their newest versions: pairs of ids."""
        self._mark("superseded_by", pairs)

    def mark_similar(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Note of articles that they are nearly the same as others: pairs of ids."""
        self._mark("similar_to", pairs)

    def _mark(self, column: str, pairs: Iterable[tuple[str, str]]) -> None:
        records = ((other, article) for article, other in pairs)
        self._catalogue.executemany(f"UPDATE articles SET {column} = ? WHERE id = ?", records)

    # --- what was added -------------------------------------------------------------------------------------

    @property
    def chunks(self) -> int:
        """How many chunks were added."""
        return int(self._vectors.ntotal)

    def wordings(self) -> Iterator[tuple[bytes, str]]:
        """The wording and the id of each article whose wording others have too, one wording after the other; of each
        the newest article first, and undated ones last."""
        return self._query(
            "SELECT wording, id FROM articles "
            "WHERE wording IN (SELECT wording FROM articles GROUP BY wording HAVING count(*) > 1) "
            "ORDER BY wording, published IS NULL, published DESC, id"
        )

    def signatures(self) -> Iterator[tuple[str, bytes]]:
        """The id and the signature of every article that is no copy, in their order."""
        return self._query("SELECT id, signature FROM articles WHERE copy_of IS NULL ORDER BY number")

    def addresses(self) -> Iterator[tuple[str, str]]:
        """The id and the URL of every article that has one and is no copy."""
        return self._query("SELECT id, url FROM articles WHERE copy_of IS NULL AND url IS NOT NULL")

    def entry(self, article_id: str) -> Entry:
        """The article of this id; there has to be one."""
        query = f"SELECT {ARTICLE}, wording, signature FROM {ARTICLES} WHERE id = ?"
        (*values, wording, signature) = self._catalogue.execute(query, (article_id,)).fetchone()
        return Entry(as_article(values), wording, signature)

    def indexed(self) -> dict[str, bytes]:
        """The wording of every article that is indexed, by id, in their order."""
        return dict(self._query(f"SELECT id, wording FROM articles WHERE {INDEXED} ORDER BY number"))

    def articles(self) -> Iterator[tuple[int, Article]]:
        """The articles that are indexed, each with its number, in their order."""
        records = self._query(f"SELECT number, {ARTICLE} FROM {ARTICLES} WHERE {INDEXED} ORDER BY number")
        for number, *values in records:
            yield number, as_article(values)

    def count_indexed(self) -> int:
        """How many articles are indexed."""
        ((count,),) = self._query(f"SELECT count(*) FROM articles WHERE {INDEXED}")
        return int(count)

    def links(self) -> list[Link]:
        """What every article is told beside, by id."""
        return [Link(*record) for record in self._query(LINKS)]

    def files(self) -> set[SourceFile]:
        """Every file that articles were read from."""
        return {SourceFile(*values) for values in self._query(FILES)}

    def _query(self, sql: str) -> Iterator[Any]:
        """Records of what was written so far, one at a time."""
        return self._catalogue.execute(sql)

    # --- chunks ---------------------------------------------------------------------------------------------

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

        assert self._folder is not None
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
