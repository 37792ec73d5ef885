"""Any model of sentence-transformers, by its name or its folder."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xxhash

from index.embedding.hashing import ENCODING
from index.types import ModelError, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


E5_PROMPTS = {"query": "query: ", "document": "passage: "}


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, from a folder or by its name on the hub."""

    arithmetic = "as the model's file says, in torch"

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
