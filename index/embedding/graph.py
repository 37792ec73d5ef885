"""The bundled model's trunk as ONNX graphs, written node by node, so that preparing it needs no torch.

`light` is what Kabar runs: word embeddings in, token vectors out, linear maps in 8 bits. `standard` is what the ONNX
backend of sentence-transformers expects: token ids in, token vectors out, in float.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding import onnx_file
from index.embedding.onnx_file import CONTRIB, Stored
from index.embedding.weights import Shape, Weights, standard_name
from index.types import Vectors

LEVELS = 64
"""Of a weight on either side of zero. A processor without VNNI adds two products in 16 bits: with activations of up to
255 they fit in there, as they would not with weights of 8 bits. So every processor computes the same."""
LARGE_CHANNELS, LARGE_UNITS = 8, 1
"""Channels of the trunk, and units of a feed-forward layer, that are computed in float."""


def light(weights: Weights) -> bytes:
    """A graph with the input `words`, float (1, tokens, hidden), and the output `tokens` of that shape.

    There is no mask and no batch: all tokens of a text share their scales in 8 bits, so that a vector does not depend
    on what else is embedded.
    """
    return QuantisedTrunk(weights).from_words()


def in_float(weights: Weights) -> bytes:
    """The same without any rounding, to compare with."""
    return FloatTrunk(weights).from_words()


def standard(shape: Shape, stored: Mapping[str, Stored], file: str) -> bytes:
    """A graph with BERT's usual inputs and the output `last_hidden_state`, whose weights stand in `file` beside it.

    `stored` says where, under BertModel's names.
    """
    trunk = _Standard(shape, stored, file)
    inputs = ("input_ids", "attention_mask", "token_type_ids")
    words = trunk.node("Gather", [trunk.stored("embeddings.word_embeddings.weight"), "input_ids"])
    types = trunk.node("Gather", [trunk.stored("embeddings.token_type_embeddings.weight"), "token_type_ids"])
    embedded = trunk.node("Add", [trunk.node("Add", [words, types]), trunk.positions("input_ids")])
    mask = trunk.node("Cast", ["attention_mask"], to=onnx_file.TYPES["int32"])
    trunk.layers(embedded, mask)
    return trunk.model([onnx_file.described(name, "int64", ["batch", "tokens"]) for name in inputs])


class _Trunk(ABC):
    """Writes BERT's layers (Devlin et al. 2019); a subclass says how the weights come in."""

    output: str

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._nodes: list[bytes] = []
        self._constants: dict[str, bytes] = {}

    @abstractmethod
    def project(self, x: str, maps: Sequence[str]) -> list[str]:
        """Each of the linear maps, applied to x."""

    @abstractmethod
    def vector(self, name: str) -> str:
        """A bias or a norm's weight."""

    @abstractmethod
    def position_table(self) -> str:
        """The position embeddings, shape (positions, hidden)."""

    def layers(self, embedded: str, mask: str) -> None:
        """All layers, from the sum of the embeddings to the token vectors."""
        x = self.norm(embedded, "emb.ln")
        for layer in range(self.shape.layers):
            at = f"l{layer}."
            q, k, v = self.project(x, [at + "q", at + "k", at + "v"])
            heads = self.node("MultiHeadAttention", [q, k, v, "", mask], domain=CONTRIB, num_heads=self.shape.heads)
            (attended,) = self.project(heads, [at + "ao"])
            x = self.norm(self.node("Add", [x, attended]), at + "aln")
            (wide,) = self.project(x, [at + "fi"])
            (narrow,) = self.project(self.node("Gelu", [wide], domain=CONTRIB), [at + "fo"])
            x = self.norm(self.node("Add", [x, narrow]), at + "oln")
        self.node("Identity", [x], outputs=[self.output])

    def positions(self, like: str) -> str:
        """The embeddings of as many positions as the second axis of `like` has."""
        length = self.node("Shape", [like], start=1, end=2)
        zero = self.constant("zero", np.array([0], np.int64))
        return self.node("Slice", [self.position_table(), zero, length, zero])

    def norm(self, x: str, name: str) -> str:
        """Layer normalisation, whose output has the norm's name."""
        inputs = [x, self.vector(f"{name}.w"), self.vector(f"{name}.b")]
        return self.node("LayerNormalization", inputs, [name], axis=-1, epsilon=self.shape.epsilon)

    def node(
        self, kind: str, inputs: list[str], outputs: Sequence[str] = (), domain: str = "", **settings: int | float
    ) -> str:
        """Add a node; the name of its first output."""
        outputs = outputs or [f"{kind.lower()}_{len(self._nodes)}"]
        self._nodes.append(onnx_file.node(kind, inputs, outputs, domain, settings))
        return outputs[0]

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant unless it is there; its name."""
        if name not in self._constants:
            self._constants[name] = onnx_file.tensor(name, value)
        return name

    def model(self, inputs: Sequence[bytes]) -> bytes:
        """The finished graph."""
        result = onnx_file.described(self.output, "float32", ["batch", "tokens", self.shape.hidden])
        return onnx_file.model(self._nodes, self._constants.values(), inputs, [result])


class FloatTrunk(_Trunk):
    """From word embeddings to token vectors, in float."""

    output = "tokens"

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights.shape)
        self.tensors = weights.tensors

    def from_words(self) -> bytes:
        """The whole graph."""
        words = self.node("Add", ["words", self.positions("words")])
        self.layers(words, mask="")
        return self.model([onnx_file.described("words", "float32", ["batch", "tokens", self.shape.hidden])])

    def vector(self, name: str) -> str:
        return self.constant(name, self.tensors[name])

    def position_table(self) -> str:
        # Every token is of type 0, whose embedding may as well be part of its position's.
        tables = [self.tensors[name].reshape(-1, self.shape.hidden) for name in ("emb.pos", "emb.type")]
        return self.constant("positions", tables[0] + tables[1][0])

    def project(self, x: str, maps: Sequence[str]) -> list[str]:
        result = self.mapped(x, "+".join(maps), self._together(maps, "w"), self._together(maps, "b").ravel())
        if len(maps) == 1:
            return [result]
        parts = [f"{part}.out" for part in maps]
        self.node("Split", [result], outputs=parts, axis=-1, num_outputs=len(parts))
        return parts

    def mapped(self, x: str, name: str, matrix: Vectors, bias: Vectors) -> str:
        """x through a linear map of this name, whose matrix has the shape (outputs, inputs)."""
        product = self.node("MatMul", [x, self.constant(f"{name}.w", matrix.T)])
        return self.node("Add", [product, self.constant(f"{name}.b", bias)])

    def _together(self, maps: Sequence[str], kind: str) -> Vectors:
        """Several maps of one input as a single one: matrices of shape (outputs, inputs), or biases (outputs, 1)."""
        outputs = self.shape.intermediate if maps[0].endswith(".fi") else self.shape.hidden
        return np.concatenate([self.tensors[f"{name}.{kind}"].reshape(outputs, -1) for name in maps])


class QuantisedTrunk(FloatTrunk):
    """The same with linear maps in 8 bits, weights and inputs, but for the few inputs that are far larger than others.

    Those would take all the levels for themselves: in some tokens they are thirty times what the others are.
    """

    def mapped(self, x: str, name: str, matrix: Vectors, bias: Vectors) -> str:
        large = self._large(name, matrix)
        if not large.size:
            return self.in_8_bits(x, name, matrix, bias)
        others = np.ones(matrix.shape[1], np.float32)
        others[large] = 0
        masked = self.node("Mul", [x, self.constant(f"{len(others)} but {large}", others)])
        picked = self.node("Gather", [x, self.constant(f"{large}", large)], axis=-1)
        few = self.node("MatMul", [picked, self.constant(f"{name}.large", matrix.T[large])])
        return self.node("Add", [self.in_8_bits(masked, name, matrix * others, bias), few])

    def _large(self, name: str, matrix: Vectors) -> NDArray[np.int64]:
        """The inputs of a map that are computed in float, found without looking at any text.

        A channel of the trunk is large where norms make it so; a unit of a feed-forward layer is, when much is made
        of it.
        """
        if name.endswith(".ao"):  # a mean of values, none of which stands out
            return np.empty(0, np.int64)
        if name.endswith(".fo"):
            return _largest(np.linalg.norm(matrix, axis=0), LARGE_UNITS)
        norms = [np.abs(self.tensors[f"l{layer}.aln.w"]) for layer in range(self.shape.layers)]
        return _largest(np.sum(norms, axis=0), LARGE_CHANNELS)

    def in_8_bits(self, x: str, name: str, matrix: Vectors, bias: Vectors) -> str:
        """x through a map none of whose inputs is large."""
        scales = np.abs(matrix).max(axis=1) / LEVELS
        whole = np.round(matrix / scales[:, None]).astype(np.int8)
        constants = {"w": whole.T, "scales": scales, "zeros": np.zeros(len(whole), np.int8), "b": bias}
        factors = [self.constant(f"{name}.{kind}", value) for kind, value in constants.items()]
        return self.node("DynamicQuantizeMatMul", [x, *factors], domain=CONTRIB)


def _largest(values: Vectors, count: int) -> NDArray[np.int64]:
    return np.sort(np.argsort(-values)[:count])


class _Standard(_Trunk):
    output = "last_hidden_state"

    def __init__(self, shape: Shape, stored: Mapping[str, Stored], file: str) -> None:
        super().__init__(shape)
        self._stored = stored
        self._file = file

    def vector(self, name: str) -> str:
        return self.stored(standard_name(name))

    def position_table(self) -> str:
        return self.stored("embeddings.position_embeddings.weight")

    def project(self, x: str, maps: Sequence[str]) -> list[str]:
        return [self._map(x, name) for name in maps]

    def _map(self, x: str, name: str) -> str:
        turned = self.node("Transpose", [self.stored(standard_name(f"{name}.w"))])
        return self.node("Add", [self.node("MatMul", [x, turned]), self.vector(f"{name}.b")])

    def stored(self, name: str) -> str:
        """A tensor of the file outside; its name."""
        if name not in self._constants:
            self._constants[name] = onnx_file.tensor_outside(name, self._file, self._stored[name])
        return name
