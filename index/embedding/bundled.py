"""The embedded default model, multilingual-e5-small (MIT; Wang et al. 2024, arXiv:2402.05672), on ONNX Runtime.

A question needs neither torch nor transformers: sentencepiece cuts it, its words' embeddings are unpacked from the
wheel's own file, which is mapped into memory, and a graph of 23 MB does the rest.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import onnxruntime
import sentencepiece

from index.embedding.processor import multiplies_with
from index.embedding.unpacking import BEGIN, END, FACTS, FINGERPRINT, GRAPH, PASSAGE, PIECES, QUERY
from index.embedding.weights import BLOCK_WEIGHTS, NAME, Q4_BLOCK, dequantised, weights_path
from index.types import Span, Vectors

QUESTION_THREADS = 2
"""A question is waited for, so two cores share it. Passages come in numbers: one on each core is a fifth quicker."""


class Vocabulary:
    """The model's words: how a text is cut into pieces, and the pieces' embeddings.

    The table of pieces takes half a second to load, beside whatever else is done until the first text is cut.
    """

    def __init__(self, folder: Path) -> None:
        facts = json.loads((folder / FACTS).read_text())
        self.dimension: int = facts["hidden"]
        self.positions: int = facts["positions"]
        """How many tokens the model takes."""
        blocks = facts["vocabulary"], facts["hidden"] // BLOCK_WEIGHTS
        self._words = np.memmap(weights_path(), Q4_BLOCK, "r", facts["words_at"], blocks)
        loader = ThreadPoolExecutor(1, thread_name_prefix="pieces")
        self._loading = loader.submit(sentencepiece.SentencePieceProcessor, model_file=str(folder / PIECES))
        loader.shutdown(wait=False)

    def cut(self, text: str) -> list[int]:
        """The numbers of the text's pieces."""
        # The model's table of characters knows no pairs, so accents are composed before it is asked; and it takes no
        # half of a surrogate pair.
        whole = text.encode("utf-8", "replace").decode()
        pieces: list[int] = self._loading.result().encode(unicodedata.normalize("NFC", whole))
        return pieces

    def cut_in_place(self, text: str) -> tuple[list[int], list[Span]]:
        """The same, and where in the text each piece stands; a piece holds the white space before it."""
        whole = text.encode("utf-8", "replace").decode()  # as long as the text
        found = self._loading.result().encode(whole, return_type="offset_mapping")
        return found["ids"], found["offsets"]

    def embedded(self, pieces: Sequence[int]) -> Vectors:
        """The embeddings of pieces, shape (1, len(pieces), dimension), as a trunk takes them."""
        return dequantised(self._words[pieces]).reshape(1, -1, self.dimension)


load_vocabulary = cache(Vocabulary)
"""A process needs the vocabulary of a folder once, whoever reads with it."""


def load_trunk(graph: Path, threads: int) -> onnxruntime.InferenceSession:
    """A trunk that `graph.light` wrote, to be run by so many threads."""
    return onnxruntime.InferenceSession(str(graph), session_options(threads), ["CPUExecutionProvider"])


def session_options(threads: int) -> onnxruntime.SessionOptions:
    """How every trunk is run.

    Threads wait for each other by spinning, without which two are no quicker than one; but only while a text is in
    hand, so that they do not keep the cores from whatever runs next, such as the reader.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # On ARM64 with SME this library rounds inputs in a way of its own, and does not always give the same result.
    options.add_session_config_entry("mlas.disable_kleidiai", "1")
    return options


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class BundledEmbedder:
    """Embeds one text at a time; a vector does not depend on what else is embedded."""

    name = NAME
    fingerprint = FINGERPRINT
    arithmetic = f"8 bits with {multiplies_with()}, exact on every processor"

    def __init__(self, folder: Path) -> None:
        """Map and load what `prepare` wrote into the folder."""
        self._vocabulary = load_vocabulary(folder)
        self.dimension = self._vocabulary.dimension
        self._graph = folder / GRAPH
        self._question_trunk = load_trunk(self._graph, min(QUESTION_THREADS, cores()))
        self._workers = ThreadPoolExecutor(cores(), thread_name_prefix="embed")

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        trunk = self._passage_trunk
        vectors = list(self._workers.map(lambda text: self._embed(PASSAGE + text, trunk), texts))
        return np.stack(vectors) if vectors else np.zeros((0, self.dimension), np.float32)

    def embed_question(self, text: str) -> Vectors:
        return self._embed(QUERY + text, self._question_trunk)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(self._vocabulary.cut(text)) for text in texts]

    @cached_property
    def _passage_trunk(self) -> onnxruntime.InferenceSession:
        return load_trunk(self._graph, 1)  # who only asks never needs it

    def _embed(self, text: str, trunk: onnxruntime.InferenceSession) -> Vectors:
        pieces = self._vocabulary.cut(text)[: self._vocabulary.positions - 2]
        (tokens,) = trunk.run(None, {"words": self._vocabulary.embedded([BEGIN, *pieces, END])})
        mean: Vectors = tokens[0].mean(axis=0)
        return mean / np.linalg.norm(mean)
