"""What stands in the folder becomes the next snapshot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter

from index import chunking, loaders, snapshots
from index.snapshots import Manifest, Snapshot
from index.store import StoreWriter
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
"""Chunks given to the model at once: enough to sort by length, few enough to show progress every few seconds."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Article ids, against the snapshot before."""

    added: list[str]
    updated: list[str]
    removed: list[str]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    snapshot: str
    changes: Changes
    articles: int
    skipped: list[LoadError]
    chunks: int
    embedded: int
    """How many of the chunks the model was given; the vectors of the others were there."""
    seconds: float

    @property
    def unchanged(self) -> int:
        """How many articles are as they were."""
        return self.articles - len(self.changes.added) - len(self.changes.updated)


@dataclass(slots=True)
class _Piece:
    """An article on its way into the snapshot; without vectors until the model has seen it."""

    article: Article
    chunks: list[Chunk]
    vectors: Vectors | None = None


def build(
    roots: Sequence[Path], index_dir: Path, embedder: Embedder, progress: Progress = lambda _done, _total: None
) -> BuildReport:
    """Make the index hold exactly the articles under `roots`.

    The live index changes at the very end or not at all. `progress` is told how many articles are done. Raises
    ConfigurationError when there is nothing to index, BuildError when the build cannot be finished.
    """
    started = perf_counter()
    with _told_plainly(index_dir):
        articles, skipped = _read(roots)
    report = build_from(articles, index_dir, embedder, progress)
    return replace(report, skipped=skipped, seconds=perf_counter() - started)


def build_from(
    articles: Sequence[Article], index_dir: Path, embedder: Embedder, progress: Progress = lambda _done, _total: None
) -> BuildReport:
    """Make the index hold exactly these articles; as `build`, for articles that are no files."""
    started = perf_counter()
    with _told_plainly(index_dir), ExitStack() as stack:
        folder = stack.enter_context(snapshots.building(index_dir))
        parent = _parent(index_dir, embedder)
        if parent:
            stack.enter_context(parent)
        changes = _changes(parent, articles)
        if parent and changes == Changes([], [], []):
            name, chunks, embedded = parent.name, parent.store.chunks, 0
        else:
            chunks, embedded = _write(folder, articles, parent, embedder, progress)
            manifest = _manifest(parent, embedder, len(articles), chunks, changes)
            name = snapshots.publish(index_dir, folder, manifest)
    return BuildReport(name, changes, len(articles), [], chunks, embedded, perf_counter() - started)


@contextmanager
def _told_plainly(index_dir: Path) -> Iterator[None]:
    """Turn what the disk and the database complain of into a BuildError."""
    try:
        yield
    except (OSError, sqlite3.Error) as exc:
        raise BuildError(
            f"The index could not be built in {index_dir} ({exc}). The index before is untouched; "
            "see that there is room and permission to write, then build again."
        ) from exc


def _read(roots: Sequence[Path]) -> tuple[list[Article], list[LoadError]]:
    """Every article under the roots, and every file that gives none."""
    for root in roots:
        if not root.exists():
            raise ConfigurationError(f"There is no file or folder {root}. Name one that exists, or set ARTICLES_DIR.")
    files = list(loaders.find_files(roots))
    ids = loaders.article_ids(file.relative for file in files if file.path.suffix.lower() in loaders.SUFFIXES)
    articles, skipped = [], []
    for file in files:
        try:
            articles.append(loaders.load(file.path, file.relative, ids.get(file.relative)))
        except LoadError as exc:
            skipped.append(exc)
    if not articles:
        places = ", ".join(str(root) for root in roots)
        reasons = "".join(f"\n  skipped {error}" for error in skipped)
        raise ConfigurationError(
            f"There is no article in {places}. Put some there ({' '.join(loaders.SUFFIXES)}) and build again.{reasons}"
        )
    return articles, skipped


def _parent(index_dir: Path, embedder: Embedder) -> Snapshot | None:
    """The live snapshot, if its vectors can be used again."""
    try:
        snapshot = snapshots.open_current(index_dir)
    except UnusableError:
        return None
    try:
        snapshot.require(embedder)
    except UnusableError:
        snapshot.close()
        return None
    return snapshot


def _changes(parent: Snapshot | None, articles: Sequence[Article]) -> Changes:
    before = {article.id: article for article, _chunks in parent.store.articles()} if parent else {}
    after = {article.id: article for article in articles}
    return Changes(
        added=sorted(after.keys() - before.keys()),
        updated=sorted(id_ for id_ in after.keys() & before.keys() if after[id_] != before[id_]),
        removed=sorted(before.keys() - after.keys()),
    )


def _write(
    folder: Path, articles: Sequence[Article], parent: Snapshot | None, embedder: Embedder, progress: Progress
) -> tuple[int, int]:
    """Write the snapshot's files; how many chunks they hold, and how many of them the model was given."""
    writer = StoreWriter(folder, embedder.dimension)
    embedded = done = 0
    progress(0, len(articles))
    try:
        for batch in _batches(_piece(article, parent, embedder) for article in articles):
            embedded += _embed([piece for piece in batch if piece.vectors is None], embedder)
            for piece in batch:
                assert piece.vectors is not None
                writer.add(piece.article, piece.chunks, piece.vectors)
            done += len(batch)
            progress(done, len(articles))
        writer.close()
    finally:
        writer.abandon()
    return writer.chunks, embedded


def _piece(article: Article, parent: Snapshot | None, embedder: Embedder) -> _Piece:
    kept = parent.store.article_vectors(article.id) if parent else None
    if kept:
        before, chunks, vectors = kept
        if (before.title, before.text, before.language) == (article.title, article.text, article.language):
            return _Piece(article, chunks, vectors)
    return _Piece(article, chunking.chunk(article.text, embedder.count_tokens, article.language))


def _batches(pieces: Iterator[_Piece]) -> Iterator[list[_Piece]]:
    batch: list[_Piece] = []
    waiting = 0
    for piece in pieces:
        batch.append(piece)
        waiting += len(piece.chunks) if piece.vectors is None else 0
        if waiting >= BATCH or len(batch) >= BATCH:
            yield batch
            batch, waiting = [], 0
    if batch:
        yield batch


def _embed(pieces: Sequence[_Piece], embedder: Embedder) -> int:
    """Give the pieces their vectors; how many chunks that were."""
    texts = [_model_text(piece.article, chunk) for piece in pieces for chunk in piece.chunks]
    vectors = embedder.embed_passages(texts)
    start = 0
    for piece in pieces:
        end = start + len(piece.chunks)
        piece.vectors = vectors[start:end]
        start = end
    return len(texts)


def _model_text(article: Article, chunk: Chunk) -> str:
    """What the model is given: a sentence seldom says what the whole story is about, the title does."""
    return f"{article.title}\n{chunk.text}".lstrip()


def _manifest(parent: Snapshot | None, embedder: Embedder, articles: int, chunks: int, changes: Changes) -> Manifest:
    return Manifest(
        created=snapshots.now(),
        parent=parent.name if parent else None,
        model=embedder.name,
        fingerprint=embedder.fingerprint,
        dimension=embedder.dimension,
        chunker=chunking.VERSION,
        articles=articles,
        chunks=chunks,
        **asdict(changes),
    )
