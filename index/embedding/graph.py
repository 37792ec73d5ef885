"""The bundled model's trunk as ONNX graphs, written node by node, so that preparing it needs no torch.

`light` is what Kabar runs: word embeddings in, token vectors out, linear maps in 8 bits. `standard` is what the ONNX
backend of sentence-transformers expects: token ids in, token vectors out, in float.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.embedding.weights import Shape, Weights, standard_name
from index.types import Vectors

if TYPE_CHECKING:
    import onnx

OPSET, IR_VERSION = 21, 10
"""Understood by ONNX Runtime since 1.18."""
CONTRIB = "com.microsoft"
LEVELS = 127
"""Of a weight or an activation on either side of zero."""
ZERO = 128
"""What stands for zero in an activation of 8 bits."""
STEPS = 2 * LEVELS
"""Of the low half of an activation between two levels of the high one."""


def light(weights: Weights, input_bits: Literal[8, 16, 32]) -> onnx.ModelProto:
    """A graph with the input `words`, float (batch, tokens, hidden), and the output `tokens` of that shape.

    There is no mask: the sequences of a batch have the same length. With inputs of 8 or 16 bits the linear maps are in
    8 bits, and each token of their inputs has a scale of its own, so that a vector does not depend on what else is in
    the batch; with 32 all is float. 16 keep vectors as they are, 8 are enough for a reader and twice as quick.
    """
    from onnx import TensorProto

    trunk = {8: _Quantised, 16: _Halved, 32: _Light}[input_bits](weights)
    words = trunk.node("Add", ["words", trunk.positions("words")])
    trunk.layers(words, mask="")
    return trunk.model({"words": (TensorProto.FLOAT, ["batch", "tokens", weights.shape.hidden])})


def multiplies_exactly() -> bool:
    """Whether this processor multiplies 8-bit matrices without error.

    Some older ones add two products in 16 bits, where 2 * 255 * 127 does not fit.
    """
    import onnxruntime
    from onnx import TensorProto, helper

    size = 64
    describe = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["c"])],
        "product",
        [describe("a", TensorProto.UINT8, [size, size]), describe("b", TensorProto.INT8, [size, size])],
        [describe("c", TensorProto.INT32, [size, size])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    largest = {"a": np.full((size, size), 255, np.uint8), "b": np.full((size, size), 127, np.int8)}
    return bool((session.run(None, largest)[0] == 255 * 127 * size).all())


class Stored(NamedTuple):
    """Where a float32 tensor stands in a file."""

    shape: list[int]
    offset: int
    size: int
    """Both in bytes."""


def standard(shape: Shape, stored: Mapping[str, Stored], file: str) -> onnx.ModelProto:
    """A graph with BERT's usual inputs and the output `last_hidden_state`, whose weights stand in `file` beside it.

    `stored` says where, under BertModel's names.
    """
    from onnx import TensorProto

    trunk = _Standard(shape, stored, file)
    inputs = ("input_ids", "attention_mask", "token_type_ids")
    words = trunk.node("Gather", [trunk.stored("embeddings.word_embeddings.weight"), "input_ids"])
    types = trunk.node("Gather", [trunk.stored("embeddings.token_type_embeddings.weight"), "token_type_ids"])
    embedded = trunk.node("Add", [trunk.node("Add", [words, types]), trunk.positions("input_ids")])
    mask = trunk.node("Cast", ["attention_mask"], to=TensorProto.INT32)
    trunk.layers(embedded, mask)
    return trunk.model({name: (TensorProto.INT64, ["batch", "tokens"]) for name in inputs})


class _Trunk(ABC):
    """Writes BERT's layers (Devlin et al. 2019); a subclass says how the weights come in."""

    output: str

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

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

    def node(self, kind: str, inputs: list[str], outputs: Sequence[str] = (), domain: str = "", **settings: Any) -> str:
        """Add a node; the name of its first output."""
        from onnx import helper

        outputs = outputs or [f"{kind.lower()}_{len(self._nodes)}"]
        self._nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **settings))
        return outputs[0]

    def constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant unless it is there; its name."""
        from onnx import numpy_helper

        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def model(self, inputs: Mapping[str, tuple[int, list[Any]]]) -> onnx.ModelProto:
        """The finished graph."""
        from onnx import TensorProto, helper

        described = [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()]
        result = helper.make_tensor_value_info(self.output, TensorProto.FLOAT, ["batch", "tokens", self.shape.hidden])
        graph = helper.make_graph(self._nodes, "trunk", described, [result], list(self._constants.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


class _Light(_Trunk):
    output = "tokens"

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights.shape)
        self._tensors = weights.tensors

    def vector(self, name: str) -> str:
        return self.constant(name, self._tensors[name])

    def position_table(self) -> str:
        # Every token is of type 0, whose embedding may as well be part of its position's.
        tables = [self._tensors[name].reshape(-1, self.shape.hidden) for name in ("emb.pos", "emb.type")]
        return self.constant("positions", tables[0] + tables[1][0])

    def project(self, x: str, maps: Sequence[str]) -> list[str]:
        matrix, bias = self._together(maps, "w"), self._together(maps, "b")
        name = "+".join(maps)
        product = self._product(x, name, matrix)
        result = self.node("Add", [product, self.constant(f"{name}.b", bias.ravel())])
        if len(maps) == 1:
            return [result]
        parts = [f"{part}.out" for part in maps]
        self.node("Split", [result], outputs=parts, axis=-1, num_outputs=len(parts))
        return parts

    def _together(self, maps: Sequence[str], kind: str) -> Vectors:
        """Several maps of one input as a single one: matrices of shape (outputs, inputs), or biases (outputs, 1)."""
        outputs = self.shape.intermediate if maps[0].endswith(".fi") else self.shape.hidden
        return np.concatenate([self._tensors[f"{name}.{kind}"].reshape(outputs, -1) for name in maps])

    def _product(self, x: str, name: str, matrix: Vectors) -> str:
        return self.node("MatMul", [x, self.constant(f"{name}.w", matrix.T)])


class _Quantised(_Light):
    """Linear maps in 8 bits, and their inputs too."""

    def _product(self, x: str, name: str, matrix: Vectors) -> str:
        scale = np.abs(matrix).max(axis=1) / LEVELS
        whole = np.round(matrix / scale[:, None]).astype(np.int8)
        lifted, token_scale = self._lifted(x)
        product = self._whole_product(lifted, name, whole)
        scaled = self.node("Mul", [product, token_scale])
        return self.node("Mul", [scaled, self.constant(f"{name}.s", scale.astype(np.float32))])

    def _lifted(self, x: str) -> tuple[str, str]:
        """x in levels around ZERO, and each token's scale; a cast to 8 bits rounds it, as half a level is added."""
        last_axis = self.constant("last_axis", np.array([-1], np.int64))
        largest = self.node("ReduceMax", [self.node("Abs", [x]), last_axis], keepdims=1)
        scale = self.node("Div", [largest, self._constant(LEVELS)])
        return self.node("Add", [self.node("Div", [x, scale]), self._constant(ZERO + 0.5)]), scale

    def _whole_product(self, lifted: str, name: str, whole: NDArray[np.int8]) -> str:
        from onnx import TensorProto

        return self._integer_product(self.node("Cast", [lifted], to=TensorProto.UINT8), name, whole)

    def _integer_product(self, inputs: str, name: str, whole: NDArray[np.int8]) -> str:
        from onnx import TensorProto

        factors = [inputs, self.constant(f"{name}.w", whole.T), self._constant(ZERO, np.uint8)]
        return self.node("Cast", [self.node("MatMulInteger", factors)], to=TensorProto.FLOAT)

    def _constant(self, value: float, dtype: type = np.float32) -> str:
        return self.constant(f"{dtype.__name__} {value:g}", np.array(value, dtype))


class _Halved(_Quantised):
    """The same with inputs in 16 bits: high + low / STEPS, both in 8 bits around ZERO.

    A few channels are thirty times the others and take all the levels; the low half is for the others.
    """

    def _whole_product(self, lifted: str, name: str, whole: NDArray[np.int8]) -> str:
        # One product for both halves: the weights, which are most of what has to be fetched, are fetched once.
        both = self.node("Concat", list(self._halves(lifted)), axis=0)
        halves = [f"{name}.high", f"{name}.low"]
        self.node("Split", [self._integer_product(both, name, whole)], halves, axis=0, num_outputs=2)
        return self.node("Add", [halves[0], self.node("Mul", [halves[1], self._constant(1 / STEPS)])])

    def _halves(self, lifted: str) -> tuple[str, str]:
        from onnx import TensorProto

        high = self.node("Cast", [lifted], to=TensorProto.UINT8)
        rest = self.node("Sub", [lifted, self.node("Cast", [high], to=TensorProto.FLOAT)])  # 0..1, and 0.5 for none
        steps = self.node("Add", [self.node("Mul", [rest, self._constant(STEPS)]), self._constant(ZERO - LEVELS + 0.5)])
        return high, self.node("Cast", [steps], to=TensorProto.UINT8)


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
        turned = self.node("Transpose", [self.stored(standard_name(f"{name}.w"))], perm=[1, 0])
        return self.node("Add", [self.node("MatMul", [x, turned]), self.vector(f"{name}.b")])

    def stored(self, name: str) -> str:
        """A tensor of the file outside; its name."""
        from onnx import StringStringEntryProto, TensorProto

        if name not in self._constants:
            place = self._stored[name]
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=place.shape)
            tensor.data_location = TensorProto.EXTERNAL
            facts = {"location": self._file, "offset": str(place.offset), "length": str(place.size)}
            tensor.external_data.extend(StringStringEntryProto(key=key, value=value) for key, value in facts.items())
            self._constants[name] = tensor
        return name
