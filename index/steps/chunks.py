"""The articles are cut into chunks, and each gets its vector: the one that is there already, or the model's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np
import xxhash

from index.steps.previous import Previous
from index.store.writer import StoreWriter
from index.text import chunking
from index.types import Article, Chunk, Embedder, Progress, Vectors

BATCH = 64
"""Chunks given to the model at once: enough to keep every core busy, few enough to show progress every second."""
CUTTING = "Indexing the articles"


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


def add_chunks(
    writer: StoreWriter,
    previous: Previous,
    embedder: Embedder,
    changed: Set[str],
    progress: Progress,
    *,
    embed: bool,
) -> int:
    """Add the chunks of all articles that are indexed; how many of them the model was given.

    Only articles whose ids are among the changed ones are cut anew. Without `embed` the model is given nothing, and
    counted is what it would be.
    """
    total, done, embedded = writer.count_indexed(), 0, 0
    pieces = (_piece(number, article, previous, embedder, changed) for number, article in writer.articles())
    for batch in _batches(pieces):
        embedded += sum(len(piece.missing) for piece in batch)
        if embed:
            _embed(batch, embedder)
        for piece in batch:
            writer.add_chunks(piece.number, piece.title, piece.chunks, piece.digests, piece.vectors)
        done += len(batch)
        progress(CUTTING, done, total)
    return embedded


def _piece(number: int, article: Article, previous: Previous, embedder: Embedder, changed: Set[str]) -> _Piece:
    known = None if article.id in changed else previous.cut(article)
    if known:
        return _Piece(number, article.title, *known, missing=[])
    chunks = chunking.chunk(article.text, embedder.count_tokens, article.language)
    digests = [xxhash.xxh3_128_digest(_model_text(article.title, chunk).encode()) for chunk in chunks]
    there = previous.vectors(digests)
    vectors = np.zeros((len(chunks), embedder.dimension), np.float32)
    for at, digest in enumerate(digests):
        vectors[at] = there.get(digest, 0)
    missing = [at for at, digest in enumerate(digests) if digest not in there]
    return _Piece(number, article.title, chunks, digests, vectors, missing)


def _embed(pieces: Sequence[_Piece], embedder: Embedder) -> None:
    """Let the model make the missing vectors."""
    texts = [_model_text(piece.title, piece.chunks[at]) for piece in pieces for at in piece.missing]
    if not texts:
        return
    vectors, start = embedder.embed_passages(texts), 0
    for piece in pieces:
        end = start + len(piece.missing)
        piece.vectors[piece.missing] = vectors[start:end]
        start = end


def _batches(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
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


def _model_text(title: str, chunk: Chunk) -> str:
    """What the model is given: a sentence seldom says what the whole story is about, the title does."""
    return f"{title}\n{chunk.text}".lstrip()
