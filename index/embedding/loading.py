"""Embedders by name: `bundled`, `hash`, or any sentence-transformers model."""

from __future__ import annotations

from pathlib import Path

from index.embedding.hashing import HashEmbedder
from index.embedding.huggingface import SentenceTransformerEmbedder
from index.embedding.unpacking import Say, prepare
from index.embedding.weights import NAME as BUNDLED
from index.types import Embedder


def load_embedder(name: str, cache: Path, say: Say = lambda _text: None) -> Embedder:
    """The embedder that EMBEDDING_MODEL names.

    `cache` is where the embedded model is unpacked once; `say` is told while that happens. Raises ModelError when there
    is no such model.
    """
    if name == HashEmbedder.name:
        return HashEmbedder()
    if name == BUNDLED:
        from index.embedding.bundled import BundledEmbedder

        return BundledEmbedder(prepare(cache, say=say))
    return SentenceTransformerEmbedder(name, name)
