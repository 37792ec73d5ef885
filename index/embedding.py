"""Embedders by name: `bundled`, `hash`, or any sentence-transformers model."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xxhash

from index.types import Embedder, ModelError, Vectors
from index.unpacking import Say, prepare
from index.weights import NAME as BUNDLED

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

WORD = re.compile(r"\w+")
ENCODING = {"normalize_embeddings": True, "show_progress_bar": False, "convert_to_numpy": True}
E5_PROMPTS = {"query": "query: ", "document": "passage: "}


def load_embedder(name: str, cache: Path, say: Say = lambda _text: None) -> Embedder:
    """The embedder that EMBEDDING_MODEL names.

    `cache` is where the embedded model is unpacked once; `say` is told while that happens. Raises ModelError when there
    is no such model.
    """
    if name == HashEmbedder.name:
        return HashEmbedder()
    if name == BUNDLED:
        from index.bundled import BundledEmbedder

        return BundledEmbedder(prepare(cache, say=say))
    return SentenceTransformerEmbedder(name, name)


class HashEmbedder:
    """A bag of words, hashed: for tests and first tries.

    Each word, case folded, adds one to the component that its XXH32 modulo the dimension names; then the vector is
    scaled to length 1. It knows nothing of meaning, and nothing of other languages.
    """

    name = "hash"
    fingerprint = "hash-1"
    dimension = 512

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in WORD.findall(text.casefold()):
                vectors[row, xxhash.xxh32_intdigest(word.encode(errors="replace")) % self.dimension] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors

    def embed_question(self, text: str) -> Vectors:
        vector: Vectors = self.embed_passages([text])[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(WORD.findall(text)) for text in texts]


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, from a folder or by its name on the hub."""

    def __init__(self, name: str, location: str) -> None:
        self.name = name
        self._model = _load(name, location)
        self._lock = threading.Lock()  # a fast tokenizer refuses two threads that pad at once
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = _fingerprint(self._model)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with self._lock:
            vectors: Vectors = self._model.encode_document(list(texts), **ENCODING)
        return vectors

    def embed_question(self, text: str) -> Vectors:
        with self._lock:
            vector: Vectors = self._model.encode_query(text, **ENCODING)
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        with self._lock:
            encoded = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False)
        return [len(ids) for ids in encoded["input_ids"]]


def _load(name: str, location: str) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        model = SentenceTransformer(location, device="cpu")
    except Exception as exc:  # whatever a broken folder or an unreachable hub raises
        raise ModelError(
            name,
            f"The embedding model {name!r} cannot be loaded ({type(exc).__name__}). Set EMBEDDING_MODEL to `bundled`, "
            "to a sentence-transformers folder, or to a name that the hub has while the network is up.",
        ) from exc
    if not model.prompts.get("query") and re.search(r"\be5\b", location, re.IGNORECASE):
        model.prompts |= E5_PROMPTS  # E5 was trained with them, its older model cards leave them to the caller
    return model


def _fingerprint(model: SentenceTransformer) -> str:
    digest = xxhash.xxh3_128(repr((sorted(model.prompts.items()), model.max_seq_length)).encode())
    for name, parameter in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(parameter.cpu().contiguous().view(-1).float().numpy())
    return digest.hexdigest()
