"""Every article is put into the catalogue, and told from its copies, its versions and its likes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

import xxhash

from index.steps import versions
from index.steps.previous import Previous
from index.steps.sources import Source
from index.store.schema import Entry, SourceFile
from index.store.writer import StoreWriter
from index.text import duplicates
from index.types import Article, LoadError, Progress

SHORT = 300
"""Characters. Of a text that is not longer, such as "Watch the video", only the headline says whose copy it is."""
READING = "Reading the articles"


class Staging:
    """The articles of one source after the other, each under an id of its own."""

    def __init__(self, writer: StoreWriter, previous: Previous) -> None:
        self._writer, self._previous = writer, previous
        self._ids: set[str] = set()
        self.read: set[str] = set()
        """The ids of those that were read now, not taken from the snapshot before."""
        self.skipped: list[LoadError] = []

    def add_all(self, sources: Sequence[Source], progress: Progress) -> None:
        """Add the articles of all sources; what did not change is not read."""
        for done, source in enumerate(sources):
            progress(READING, done, len(sources))
            if not (source.file and self._keep(source.file)):
                self._read(source)
        progress(READING, len(sources), len(sources))

    def _keep(self, file: SourceFile) -> bool:
        """Take over what the snapshot before knows of a file, unless its articles would have other ids now."""
        if not self._previous.knows(file):
            return False
        entries = self._previous.entries(file)
        if any(entry.article.id in self._ids or _is_renamed(entry.article) for entry in entries):
            return False
        skipped = self._previous.skipped(file)
        self.skipped += skipped
        number = self._writer.add_file(file, skipped)
        for entry in entries:
            self._ids.add(entry.article.id)
            current = duplicates.is_current(entry.wording) and duplicates.is_current(entry.signature)
            self._writer.add_article(entry if current else _entry(entry.article), number)
        return True

    def _read(self, source: Source) -> None:
        number, errors = None, list[LoadError]()
        for item in source.load():
            if isinstance(item, LoadError):
                errors.append(item)
                continue
            if source.file and number is None:
                number = self._writer.add_file(source.file)
            article = self._with_own_id(item)
            self.read.add(article.id)
            self._writer.add_article(_entry(article), number)
        self.skipped += errors
        if number is not None:  # a file that gave nothing at all is tried again by the next build
            self._writer.add_skipped(number, errors)

    def _with_own_id(self, article: Article) -> Article:
        """The article under an id that no other has."""
        id_ = article.id
        while id_ in self._ids:
            id_ = f"{article.id}-{_mark(id_, article.path)}"
        self._ids.add(id_)
        return article if id_ == article.id else replace(article, id=id_)


def _mark(id_: str, path: str) -> str:
    """What tells an article from another of the same id."""
    return xxhash.xxh3_64_hexdigest((id_ + path).encode())[:8]


def _is_renamed(article: Article) -> bool:
    """Whether the article got its id because another one had it."""
    id_, _, mark = article.id.rpartition("-")
    return mark == _mark(id_, article.path)


def _entry(article: Article) -> Entry:
    compared = article.text if len(article.text) >= SHORT else f"{article.title}\n{article.text}"
    return Entry(article, duplicates.wording(compared), duplicates.signature(article.text))


def mark_links(writer: StoreWriter) -> None:
    """Note of all articles which are copies, older versions and likes of others."""
    writer.mark_copies(copies(writer.wordings()))
    likes = near(writer.signatures())
    superseded = versions.superseded([*versions.same_address(writer.addresses()), *_pairs(likes)], writer.entry)
    writer.mark_superseded(superseded)
    writer.mark_similar(similar(likes, {older for older, _ in superseded}))


def _pairs(likes: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    return ((id_, other) for id_, others in likes.items() for other in others)


def copies(wordings: Iterable[tuple[bytes, str]]) -> list[tuple[str, str]]:
    """Articles whose wording a newer one has too, each with the newest of them; see `StoreWriter.wordings`."""
    pairs = []
    for _wording, group in groupby(wordings, itemgetter(0)):
        newest, *others = [id_ for _, id_ in group]
        pairs += [(other, newest) for other in others]
    return pairs


def near(signatures: Iterable[tuple[str, bytes]]) -> dict[str, list[str]]:
    """Articles that are nearly the same as earlier ones, each with those, the most similar first."""
    earlier = duplicates.NearDuplicates()
    found = ((id_, earlier.add(id_, signature)) for id_, signature in signatures)
    return {id_: [each.key for each in likes] for id_, likes in found if likes}


def similar(likes: Mapping[str, Sequence[str]], superseded: Set[str]) -> list[tuple[str, str]]:
    """Articles that are nearly the same as an earlier one, each with the most similar, but for older versions."""
    pairs = []
    for id_, others in likes.items():
        nearest = next((other for other in others if other not in superseded), None)
        if nearest and id_ not in superseded:
            pairs.append((id_, nearest))
    return pairs
