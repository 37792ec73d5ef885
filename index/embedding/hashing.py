"""A small embedder without a model, whose vectors can be worked out by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import xxhash

from index.types import Vectors

WORD = re.compile(r"\w+")
ENCODING = {"normalize_embeddings": True, "show_progress_bar": False, "convert_to_numpy": True}


class HashEmbedder:
    """A bag of words, hashed: for tests and first tries.

    Each word, case folded, adds one to the component that its XXH32 modulo the dimension names; then the vector is
    scaled to length 1. It knows nothing of meaning, and nothing of other languages.
    """

    name = "hash"
    fingerprint = "hash-1"
    dimension = 512
    arithmetic = "whole numbers"

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
