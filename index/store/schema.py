"""The catalogue of a snapshot: what its SQLite file holds, written once by a StoreWriter and read by a DiskStore.

files      where articles come from, by checksum, so that a build reads only what changed
articles   every story, its text apart; a true copy of another, or an older version of it, names it and has no chunks
chunks     row n belongs to row n of the vectors and of the keywords
keywords   FTS5, without content of its own
frequent   in how many chunks a word stands, for words of which counting that would take long
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from index.types import Article, Chunk, Span

SCHEMA = """
CREATE TABLE files (
    number INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL, path TEXT NOT NULL, relative TEXT NOT NULL,
    checksum TEXT NOT NULL
);
CREATE TABLE skipped (file INTEGER NOT NULL, path TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, title TEXT NOT NULL, path TEXT NOT NULL, published TEXT,
    author TEXT, url TEXT, language TEXT, first_row INTEGER NOT NULL DEFAULT 0, chunks INTEGER NOT NULL DEFAULT 0,
    copy_of TEXT, similar_to TEXT, file INTEGER, wording BLOB NOT NULL, signature BLOB NOT NULL,
    updated TEXT, outlet TEXT, superseded_by TEXT
);
CREATE INDEX articles_by_file ON articles (file);
CREATE TABLE texts (article INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE chunks (
    row INTEGER PRIMARY KEY, article INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    sentences TEXT NOT NULL, digest BLOB NOT NULL
);
CREATE VIRTUAL TABLE keywords USING fts5 (title, text, content = '', tokenize = 'unicode61 remove_diacritics 2');
"""
FREQUENT = 1000
"""Chunks; a word that stands in so many is counted when the index is made."""
FINISH = f"""
CREATE INDEX chunks_by_digest ON chunks (digest);
INSERT INTO keywords (keywords) VALUES ('optimize');
CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, keywords, row);
CREATE TABLE frequent AS SELECT term, doc FROM temp.vocabulary WHERE doc >= {FREQUENT};
CREATE UNIQUE INDEX frequent_by_term ON frequent (term);
"""
LATER_COLUMNS = ("updated", "outlet", "superseded_by")
"""Of articles; catalogues that were written before lack them."""
BEFORE_THEM = f"""
CREATE TEMP VIEW articles AS SELECT *, {", ".join(f"NULL AS {column}" for column in LATER_COLUMNS)} FROM main.articles
"""
ARTICLE = "id, title, path, published, author, url, language, updated, outlet, text"
FILES = "SELECT name, path, relative, checksum FROM files"
LINKS = "SELECT id, copy_of, superseded_by, similar_to FROM articles ORDER BY id"
ARTICLES = "articles JOIN texts ON texts.article = articles.number"
INDEXED = "copy_of IS NULL AND superseded_by IS NULL"


class Link(NamedTuple):
    """An article's id, and the ids of those that it is told beside."""

    article: str
    copy_of: str | None
    """One that says the same in the same words."""
    superseded_by: str | None
    """Its newest version."""
    similar_to: str | None
    """One that is nearly the same; both are indexed."""

    @property
    def stand_in(self) -> str | None:
        """The article that stands in its place; None where it is indexed itself."""
        return self.copy_of or self.superseded_by


def stand_ins(links: Iterable[Link]) -> dict[str, str]:
    """For every article that is not indexed, the one that is: of a copy of an older version, the newest."""
    places = {link.article: link.stand_in for link in links if link.stand_in}
    return {article: places.get(place, place) for article, place in places.items()}


class SourceFile(NamedTuple):
    """A file that articles were read from."""

    name: str
    """The article's id, or what the ids of its articles begin with."""
    path: str
    relative: str
    """Its path below the articles' folder."""
    checksum: str


class Entry(NamedTuple):
    """An article on its way into a catalogue, with what tells its copies and its likes."""

    article: Article
    wording: bytes
    signature: bytes


def as_article(values: Sequence[Any]) -> Article:
    """The article in the columns of ARTICLE."""
    id_, title, path, published, author, url, language, updated, outlet, text = values
    return Article(id_, title, text, path, as_date(published), author, url, language, _as_moment(updated), outlet)


def as_chunk(text: str, start: int, end: int, sentences: str) -> Chunk:
    """A chunk of an article's text."""
    return Chunk(start, end, text[start:end], as_spans(sentences))


def as_date(stored: str | None) -> date | None:
    """A date from its ISO form."""
    return date.fromisoformat(stored) if stored else None


def _as_moment(stored: str | None) -> date | None:
    return datetime.fromisoformat(stored) if stored and "T" in stored else as_date(stored)


def as_spans(stored: str) -> tuple[Span, ...]:
    """Offsets from their JSON form."""
    return tuple((start, end) for start, end in json.loads(stored))
