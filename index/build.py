"""What stands in the folder becomes the next snapshot; what did not change is neither read nor embedded again."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
import xxhash

from index.articles import loading
from index.articles.finding import find_files
from index.articles.ids import article_ids
from index.articles.opening import shown
from index.store import snapshots
from index.store.schema import FILES, LINKS, Entry, Link, SourceFile
from index.store.snapshots import Manifest, Snapshot
from index.store.writer import StoreWriter
from index.text import chunking, duplicates
from index.types import (
    Article,
    BuildError,
    Chunk,
    ConfigurationError,
    Embedder,
    LoadError,
    Progress,
    UnusableError,
    Vectors,
)

BATCH = 64
"""Chunks given to the model at once: enough to keep every core busy, few enough to show progress every second."""
SHORT = 300
"""Characters. Of a text that is not longer, such as "Watch the video", only the headline says whose copy it is."""
READING, CUTTING = "Reading the articles", "Indexing the articles"


@dataclass(frozen=True, slots=True)
class Changes:
    """Article ids, against the snapshot before."""

    added: list[str]
    updated: list[str]
    removed: list[str]
    moved: list[tuple[str, str]]
    """Pairs of a removed and an added one with the same wording."""

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.removed)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, or would do."""

    snapshot: str
    """The live one."""
    changes: Changes
    articles: int
    skipped: list[LoadError]
    copies: list[tuple[str, str]]
    """Articles that are not indexed because they say the same in the same words as another, with that other."""
    similar: list[tuple[str, str]]
    """Articles that are nearly the same as another one, with that other; both are indexed."""
    chunks: int
    embedded: int
    """How many of the chunks the model was given; the vectors of the others were there."""
    seconds: float

    @property
    def unchanged(self) -> int:
        """How many articles are as they were."""
        return self.articles - len(self.changes.added) - len(self.changes.updated)


class _Source(NamedTuple):
    """Something that gives articles, and a file's checksum by which one can tell whether it gives others now."""

    file: SourceFile | None
    load: Callable[[], Iterator[Article | LoadError]]


@dataclass(slots=True)
class _Piece:
    """An article's chunks on their way into the snapshot."""

    number: int
    title: str
    chunks: list[Chunk]
    digests: list[bytes]
    vectors: Vectors
    missing: list[int]
    """Which of the vectors the model still has to make."""


def build(
    roots: Sequence[Path],
    index_dir: Path,
    embedder: Embedder,
    progress: Progress = lambda _step, _done, _total: None,
    *,
    full: bool = False,
    dry_run: bool = False,
) -> BuildReport:
    """Make the index hold exactly the articles under `roots`.

    The live index changes at the very end or not at all. With `full` nothing of the live index is used again; with
    `dry_run` nothing is embedded or published, and the report tells what would be. Raises ConfigurationError when there
    is nothing to index, BuildError when the build cannot be finished.
    """
    for root in roots:
        if not root.exists():
            raise ConfigurationError(f"There is no file or folder {root}. Name one that exists, or set ARTICLES_DIR.")
    with _building(index_dir, embedder, progress, full=full, dry_run=dry_run) as builder:
        report = builder.run(list(_sources(roots, index_dir, builder.skipped)))
        if not report.articles:
            raise _nothing_to_index(roots, report.skipped)
        return report


def build_from(
    articles: Iterable[Article],
    index_dir: Path,
    embedder: Embedder,
    progress: Progress = lambda _step, _done, _total: None,
) -> BuildReport:
    """Make the index hold exactly these articles; as `build`, for articles that are no files."""
    with _building(index_dir, embedder, progress, full=False, dry_run=False) as builder:
        return builder.run([_Source(None, lambda: iter(articles))])


def _nothing_to_index(roots: Sequence[Path], skipped: Sequence[LoadError]) -> ConfigurationError:
    places, kinds = ", ".join(str(root) for root in roots), " ".join(loading.FORMATS)
    reasons = "".join(f"\n  skipped {error}" for error in skipped)
    return ConfigurationError(f"There is no article in {places}. Put some there ({kinds}) and build again.{reasons}")


@contextmanager
def _building(
    index_dir: Path, embedder: Embedder, progress: Progress, *, full: bool, dry_run: bool
) -> Iterator[_Builder]:
    """A builder that holds the lock; what the disk and the database complain of becomes a BuildError."""
    try:
        with ExitStack() as stack:
            folder = stack.enter_context(snapshots.building(index_dir))
            parent = _parent(index_dir)
            if parent:
                stack.enter_context(parent)
            yield _Builder(folder, parent, embedder, progress, full=full, dry_run=dry_run)
    except (OSError, sqlite3.Error) as exc:
        raise BuildError(
            f"The index could not be built in {index_dir} ({exc}). The index before is untouched; "
            "see that there is room and permission to write, then build again."
        ) from exc


def _parent(index_dir: Path) -> Snapshot | None:
    """The live snapshot, if there is one that can be trusted."""
    try:
        return snapshots.open_current(index_dir)
    except UnusableError:
        return None


def _sources(roots: Sequence[Path], index_dir: Path, skipped: list[LoadError]) -> Iterator[_Source]:
    """Every file under the roots; one that is not even readable is added to `skipped`."""
    wanted_back = any(_within(root, index_dir) for root in roots)
    found = [file for file in find_files(roots) if wanted_back or not _within(file.path, index_dir)]
    names = article_ids(file.relative for file in found if file.path.suffix.lower() in loading.FORMATS)
    for file in found:
        name = names.get(file.relative)
        if name is None:
            skipped += [refusal for refusal in loading.load(file, "") if isinstance(refusal, LoadError)]
            continue
        try:
            checksum = loading.checksum(file.path)
        except LoadError as exc:
            skipped.append(exc)
            continue
        source = SourceFile(name, shown(file.path), shown(file.relative), checksum)
        yield _Source(source, partial(loading.load, file, name))


def _within(path: Path, folder: Path) -> bool:
    """Whether the path lies in a folder; the index may lie below the articles, with those that were removed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


class _Builder:
    """Writes one snapshot: first all articles, of which copies are told apart, then the chunks of the others."""

    def __init__(
        self,
        folder: Path,
        parent: Snapshot | None,
        embedder: Embedder,
        progress: Progress,
        *,
        full: bool,
        dry_run: bool,
    ) -> None:
        self._started = perf_counter()
        self._folder = folder
        self._parent = parent
        self._vectors_fit = bool(parent and not full and parent.manifest.fingerprint == embedder.fingerprint)
        self._chunks_fit = bool(self._vectors_fit and parent and parent.manifest.chunker == chunking.VERSION)
        self._embedder = embedder
        self._progress = progress
        self._full, self._dry_run = full, dry_run
        self._writer = StoreWriter(folder, embedder.dimension)
        self._ids: set[str] = set()
        self._loaded: set[str] = set()
        """Articles that were read now, not taken from the parent."""
        self.skipped: list[LoadError] = []
        self._embedded = 0

    def run(self, sources: list[_Source]) -> BuildReport:
        try:
            return self._run(sources)
        finally:
            self._writer.abandon()

    def _run(self, sources: list[_Source]) -> BuildReport:
        known = self._known()
        if self._parent and self._chunks_fit and known and {source.file for source in sources} == set(known):
            return self._unchanged(self._parent)
        self._stage(sources, known)
        self._writer.mark("copy_of", self._copies())
        self._writer.mark("similar_to", self._similar())
        changes = self._changes()
        if self._parent and self._chunks_fit and not changes and self._is_known_to(self._parent):
            return self._unchanged(self._parent)
        self._add_chunks(changes)
        return self._published(changes)

    # --- the articles -----------------------------------------------------------------------------------------

    def _known(self) -> dict[SourceFile | None, int]:
        """The files whose articles the parent knows, with their numbers there."""
        parent = self._parent
        if parent is None or self._full or parent.manifest.loader != loading.VERSION:
            return {}
        return parent.store.files()

    def _stage(self, sources: list[_Source], known: dict[SourceFile | None, int]) -> None:
        """Put every article into the catalogue."""
        for done, source in enumerate(sources):
            self._progress(READING, done, len(sources))
            if not (source.file and source.file in known and self._keep(known[source.file], source.file)):
                self._read(source)
        self._progress(READING, len(sources), len(sources))

    def _keep(self, number: int, file: SourceFile) -> bool:
        """Take over what the parent knows of a file, unless it would have other ids now."""
        assert self._parent is not None
        store = self._parent.store
        entries = store.entries(number)
        if any(entry.article.id in self._ids or _is_renamed(entry.article) for entry in entries):
            return False
        skipped = store.skipped(number)
        self.skipped += skipped
        own = self._writer.add_file(file, skipped)
        for entry in entries:
            self._ids.add(entry.article.id)
            current = duplicates.is_current(entry.wording) and duplicates.is_current(entry.signature)
            self._writer.add_article(entry if current else _entry(entry.article), own)
        return True

    def _read(self, source: _Source) -> None:
        number, errors = None, []
        for item in source.load():
            if isinstance(item, LoadError):
                errors.append(item)
                continue
            if source.file and number is None:
                number = self._writer.add_file(source.file)
            article = self._named(item)
            self._loaded.add(article.id)
            self._writer.add_article(_entry(article), number)
        self.skipped += errors
        if number is not None:  # a file that gave nothing at all is tried again by the next build
            self._writer.add_skipped(number, errors)

    def _named(self, article: Article) -> Article:
        """The article under an id that no other has."""
        id_ = article.id
        while id_ in self._ids:
            id_ = f"{article.id}-{_mark(id_, article.path)}"
        self._ids.add(id_)
        return article if id_ == article.id else replace(article, id=id_)

    def _copies(self) -> list[tuple[str, str]]:
        """Articles whose wording a newer one has too, each with the newest of them."""
        alike = self._writer.query(
            "SELECT wording, id FROM articles "
            "WHERE wording IN (SELECT wording FROM articles GROUP BY wording HAVING count(*) > 1) "
            "ORDER BY wording, published IS NULL, published DESC, id"
        )
        copies = []
        for _wording, group in groupby(alike, itemgetter(0)):
            newest, *others = [id_ for _, id_ in group]
            copies += [(other, newest) for other in others]
        return copies

    def _similar(self) -> list[tuple[str, str]]:
        """Articles that are nearly the same as an earlier one, each with that one."""
        similar, seen = [], duplicates.NearDuplicates()
        for id_, signature in self._writer.query(
            "SELECT id, signature FROM articles WHERE copy_of IS NULL ORDER BY number"
        ):
            nearest = seen.add(id_, signature)
            if nearest:
                similar.append((id_, nearest.key))
        return similar

    def _changes(self) -> Changes:
        before = self._parent.store.indexed() if self._parent else {}
        after: dict[str, bytes] = dict(
            self._writer.query("SELECT id, wording FROM articles WHERE copy_of IS NULL ORDER BY number")
        )
        removed, added = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
        places = {after[id_]: id_ for id_ in added}
        return Changes(
            added=added,
            updated=sorted(self._updated()),
            removed=removed,
            moved=[(id_, places[before[id_]]) for id_ in removed if before[id_] in places],
        )

    def _updated(self) -> Iterator[str]:
        if self._parent:
            for _number, article in self._writer.articles():
                if article.id in self._loaded and self._parent.store.article(article.id) not in {None, article}:
                    yield article.id

    # --- their chunks -----------------------------------------------------------------------------------------

    def _add_chunks(self, changes: Changes) -> None:
        changed = {*changes.added, *changes.updated}
        ((total,),) = self._writer.query("SELECT count(*) FROM articles WHERE copy_of IS NULL")
        done = 0
        for batch in _batches(self._piece(number, article, changed) for number, article in self._writer.articles()):
            self._embed(batch)
            for piece in batch:
                self._writer.add_chunks(piece.number, piece.title, piece.chunks, piece.digests, piece.vectors)
            done += len(batch)
            self._progress(CUTTING, done, total)

    def _piece(self, number: int, article: Article, changed: set[str]) -> _Piece:
        if self._parent and self._chunks_fit and article.id not in changed:
            return _Piece(number, article.title, *self._parent.store.cut(article), missing=[])
        chunks = chunking.chunk(article.text, self._embedder.count_tokens, article.language)
        digests = [xxhash.xxh3_128_digest(_model_text(article.title, chunk).encode()) for chunk in chunks]
        rows = self._parent.store.rows_of(digests) if self._parent and self._vectors_fit else {}
        vectors = np.zeros((len(chunks), self._embedder.dimension), np.float32)
        there = [at for at, digest in enumerate(digests) if digest in rows]
        if self._parent and there:
            vectors[there] = self._parent.store.vectors([rows[digests[at]] for at in there])
        missing = [at for at, digest in enumerate(digests) if digest not in rows]
        return _Piece(number, article.title, chunks, digests, vectors, missing)

    def _embed(self, pieces: Sequence[_Piece]) -> None:
        """Let the model make the missing vectors."""
        texts = [_model_text(piece.title, piece.chunks[at]) for piece in pieces for at in piece.missing]
        self._embedded += len(texts)
        if self._dry_run or not texts:
            return
        vectors, start = self._embedder.embed_passages(texts), 0
        for piece in pieces:
            end = start + len(piece.missing)
            piece.vectors[piece.missing] = vectors[start:end]
            start = end

    # --- the report -------------------------------------------------------------------------------------------

    def _unchanged(self, parent: Snapshot) -> BuildReport:
        if not self._ids:  # nothing was staged, so what single lines of files lack is not told yet
            self.skipped += parent.store.skipped()
        unchanged = Changes([], [], [], [])
        return self._report(parent.name, unchanged, parent.manifest.articles, parent.store.chunks, parent.store.links())

    def _published(self, changes: Changes) -> BuildReport:
        links = self._links()
        articles = sum(copy_of is None for _, copy_of, _ in links)
        chunks = self._writer.chunks
        name = self._parent.name if self._parent else ""
        if not self._dry_run and articles:
            self._writer.close()
            name = snapshots.publish(self._folder.parent.parent, self._folder, self._manifest(articles, changes))
        return self._report(name, changes, articles, chunks, links)

    def _is_known_to(self, parent: Snapshot) -> bool:
        """Whether the parent has the same links and files; with others, every build would read those files again."""
        read_alike = parent.manifest.loader == loading.VERSION
        files = {SourceFile(*values) for values in self._writer.query(FILES)}
        return read_alike and self._links() == parent.store.links() and files == parent.store.files().keys()

    def _links(self) -> list[Link]:
        return list(self._writer.query(LINKS))

    def _report(
        self,
        snapshot: str,
        changes: Changes,
        articles: int,
        chunks: int,
        links: list[Link],
    ) -> BuildReport:
        return BuildReport(
            snapshot=snapshot,
            changes=changes,
            articles=articles,
            skipped=self.skipped,
            copies=[(id_, copy_of) for id_, copy_of, _ in links if copy_of],
            similar=[(id_, similar_to) for id_, _, similar_to in links if similar_to],
            chunks=chunks,
            embedded=self._embedded,
            seconds=perf_counter() - self._started,
        )

    def _manifest(self, articles: int, changes: Changes) -> Manifest:
        return Manifest(
            created=snapshots.now(),
            parent=self._parent.name if self._parent else None,
            model=self._embedder.name,
            fingerprint=self._embedder.fingerprint,
            dimension=self._embedder.dimension,
            chunker=chunking.VERSION,
            loader=loading.VERSION,
            articles=articles,
            chunks=self._writer.chunks,
            **asdict(changes),
        )


def _batches(pieces: Iterator[_Piece]) -> Iterator[list[_Piece]]:
    batch: list[_Piece] = []
    waiting = 0
    for piece in pieces:
        batch.append(piece)
        waiting += len(piece.missing)
        if waiting >= BATCH or len(batch) >= BATCH:
            yield batch
            batch, waiting = [], 0
    if batch:
        yield batch


def _mark(id_: str, path: str) -> str:
    """What tells an article from another of the same id."""
    return xxhash.xxh3_64_hexdigest((id_ + path).encode())[:8]


def _is_renamed(article: Article) -> bool:
    """Whether the article got its id because another one had it."""
    id_, _, mark = article.id.rpartition("-")
    return mark == _mark(id_, article.path)


def _entry(article: Article) -> Entry:
    told = article.text if len(article.text) >= SHORT else f"{article.title}\n{article.text}"
    return Entry(article, duplicates.wording(told), duplicates.signature(article.text))


def _model_text(title: str, chunk: Chunk) -> str:
    """What the model is given: a sentence seldom says what the whole story is about, the title does."""
    return f"{title}\n{chunk.text}".lstrip()
