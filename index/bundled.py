"""The embedded default model, multilingual-e5-small (MIT; Wang et al. 2024, arXiv:2402.05672), on ONNX Runtime.

A question needs neither torch nor transformers: sentencepiece cuts it, its words' embeddings are unpacked from the
wheel's own file, which is mapped into memory, and a graph of 22 MB does the rest.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
import sentencepiece

from index.types import Vectors
from index.unpacking import BEGIN, END, FACTS, FINGERPRINT, GRAPH, PASSAGE, PIECES, QUERY
from index.weights import BLOCK_WEIGHTS, NAME, Q4_BLOCK, dequantised, weights_path

QUESTION_THREADS = 2
"""A question is waited for, so two cores share it. Passages come in numbers: one on each core is a fifth quicker."""


class BundledEmbedder:
    """Embeds one text at a time; a vector does not depend on what else is embedded."""

    name = NAME
    fingerprint = FINGERPRINT

    def __init__(self, folder: Path) -> None:
        """Map and load what `prepare` wrote into the folder."""
        facts = json.loads((folder / FACTS).read_text())
        self.dimension: int = facts["hidden"]
        self._most_pieces = facts["positions"] - 2
        blocks = facts["vocabulary"], facts["hidden"] // BLOCK_WEIGHTS
        self._words = np.memmap(weights_path(), Q4_BLOCK, "r", facts["words_at"], blocks)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._workers = ThreadPoolExecutor(cores, thread_name_prefix="embed")
        pieces = self._workers.submit(sentencepiece.SentencePieceProcessor, model_file=str(folder / PIECES))
        self._graph = str(folder / GRAPH)
        self._question_trunk = self._load_trunk(min(QUESTION_THREADS, cores))
        self._pieces = pieces.result()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        trunk = self._passage_trunk
        vectors = list(self._workers.map(lambda text: self._embed(PASSAGE + text, trunk), texts))
        return np.stack(vectors) if vectors else np.zeros((0, self.dimension), np.float32)

    def embed_question(self, text: str) -> Vectors:
        return self._embed(QUERY + text, self._question_trunk)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(self._cut(text)) for text in texts]

    def _cut(self, text: str) -> list[int]:
        # The model's table of characters knows no pairs, so accents are composed before it is asked.
        pieces: list[int] = self._pieces.encode(unicodedata.normalize("NFC", text))
        return pieces

    @cached_property
    def _passage_trunk(self) -> onnxruntime.InferenceSession:
        return self._load_trunk(1)  # who only asks never needs it

    def _load_trunk(self, threads: int) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        return onnxruntime.InferenceSession(self._graph, options, ["CPUExecutionProvider"])

    def _embed(self, text: str, trunk: onnxruntime.InferenceSession) -> Vectors:
        pieces = self._cut(text)[: self._most_pieces]
        words = dequantised(self._words[[BEGIN, *pieces, END]]).reshape(1, -1, self.dimension)
        (tokens,) = trunk.run(None, {"words": words})
        mean: Vectors = tokens[0].mean(axis=0)
        return mean / np.linalg.norm(mean)
