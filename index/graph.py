"""The bundled model's trunk as ONNX graphs, written node by node, so that preparing it needs no torch.

`light` is what Kabar runs: word embeddings in, token vectors out, linear maps in 8 bits. `standard` is what the ONNX
backend of sentence-transformers expects: token ids in, token vectors out, in float.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.types import Vectors
from index.weights import Shape, Weights, standard_name

if TYPE_CHECKING:
    import onnx

OPSET, IR_VERSION = 21, 10
"""Understood by ONNX Runtime since 1.18."""
CONTRIB = "com.microsoft"
LEVELS = 127
"""Of a weight or an activation on either side of zero."""
EVENING = 0.6
"""How much of a channel's range moves into its weights; measured, 0.5 to 0.7 are alike."""
GELU_LEAST = -0.17
"""GELU gives nothing below (its least is -0.16997)."""


def light(weights: Weights, ranges: Mapping[str, Vectors] | None = None) -> onnx.ModelProto:
    """A graph with the input `words`, float (batch, tokens, hidden), and the output `tokens` of that shape.

    There is no mask: the sequences of a batch have the same length. Without `ranges` the linear maps are in float. With
    them (see `norm_ranges`) they are in 8 bits, each token's activations quantised by a scale of their own, so that a
    vector does not depend on what else is in the batch.
    """
    from onnx import TensorProto

    trunk = _Light(weights) if ranges is None else _Quantised(weights, ranges)
    words = trunk.node("Add", ["words", trunk.positions("words")])
    trunk.layers(words, mask="")
    return trunk.model({"words": (TensorProto.FLOAT, ["batch", "tokens", weights.shape.hidden])})


def norm_ranges(weights: Weights, texts: Sequence[Sequence[int]]) -> dict[str, Vectors]:
    """How far each channel of each norm's output goes from zero over some texts, given as token ids."""
    import onnxruntime
    from onnx import TensorProto, helper

    model = light(weights)
    norms = [node.output[0] for node in model.graph.node if node.op_type == "LayerNormalization"]
    shape: list[str | int | None] = ["batch", "tokens", weights.shape.hidden]
    model.graph.output.extend(helper.make_tensor_value_info(norm, TensorProto.FLOAT, shape) for norm in norms)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    words = weights.tensors["emb.word"].reshape(-1, weights.shape.hidden)
    runs = [session.run(norms, {"words": words[list(text)][None]}) for text in texts]
    return {
        norm: np.max([np.abs(run[0]).max(axis=0) for run in together], axis=0)
        for norm, together in zip(norms, zip(*runs, strict=True), strict=True)
    }


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
    def __init__(self, weights: Weights, ranges: Mapping[str, Vectors]) -> None:
        super().__init__(weights)
        self._ranges = ranges

    def _product(self, x: str, name: str, matrix: Vectors) -> str:
        from onnx import TensorProto

        if x in self._ranges:
            # A few channels of a norm's output are thirty times the others and would take all the levels. So each is
            # divided by a number that its weights are multiplied with (SmoothQuant: Xiao et al. 2023, equation 4).
            evened = self._ranges[x] ** EVENING / np.abs(matrix).max(axis=0) ** (1 - EVENING)
            x = self.node("Mul", [x, self.constant(f"{name}.even", (1 / evened).astype(np.float32))])
            matrix = matrix * evened
        scale = np.abs(matrix).max(axis=1) / LEVELS
        whole = np.round(matrix / scale[:, None]).astype(np.int8)
        quantised, token_scale, zero = self._positive(x) if name.endswith(".fo") else self._centred(x)
        product = self.node("MatMulInteger", [quantised, self.constant(f"{name}.w", whole.T), zero])
        scaled = self.node("Mul", [self.node("Cast", [product], to=TensorProto.FLOAT), token_scale])
        result = self.node("Mul", [scaled, self.constant(f"{name}.s", scale.astype(np.float32))])
        if not name.endswith(".fo"):
            return result
        lifted = GELU_LEAST * whole.astype(np.float32).sum(axis=1) * scale  # what lifting the inputs above zero added
        return self.node("Add", [result, self.constant(f"{name}.lift", lifted.astype(np.float32))])

    def _centred(self, x: str) -> tuple[str, str, str]:
        """x in 8 bits around 128, each token's scale, and what stands for zero."""
        largest = self.node("ReduceMax", [self.node("Abs", [x]), self._last_axis()], keepdims=1)
        scale = self.node("Div", [largest, self.constant("levels", np.array(LEVELS, np.float32))])
        return self._rounded(self.node("Div", [x, scale]), 128), scale, self.constant("128", np.array(128, np.uint8))

    def _positive(self, x: str) -> tuple[str, str, str]:
        """The same for what GELU gives: lifted above zero, so that no bit is spent on a sign."""
        above = self.node("Sub", [x, self.constant("least", np.array(GELU_LEAST, np.float32))])
        largest = self.node("ReduceMax", [above, self._last_axis()], keepdims=1)
        scale = self.node("Div", [largest, self.constant("all_levels", np.array(2 * LEVELS + 1, np.float32))])
        return self._rounded(self.node("Div", [above, scale]), 0), scale, self.constant("0", np.array(0, np.uint8))

    def _last_axis(self) -> str:
        return self.constant("last_axis", np.array([-1], np.int64))

    def _rounded(self, x: str, zero: int) -> str:
        """x + zero as whole numbers; a cast cuts off what stands behind the point, so half a level more rounds."""
        from onnx import TensorProto

        half_more = self.constant(f"{zero}.5", np.array(zero + 0.5, np.float32))
        return self.node("Cast", [self.node("Add", [x, half_more])], to=TensorProto.UINT8)


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
