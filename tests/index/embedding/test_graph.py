"""The graph computes what the model computes, and the same on every processor."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from pathlib import Path

import numpy as np
import onnx
import pytest
from kabar_process import REPOSITORY
from numpy.typing import NDArray
from onnxruntime import InferenceSession

from index.embedding import graph, onnx_file
from index.embedding.bundled import BundledEmbedder, session_options
from index.embedding.weights import Weights, read_weights, weights_path
from index.types import Embedder, Vectors

TIE = 0.01
"""Of two scores; what is found first and second may change places within it."""


@pytest.fixture(scope="module")
def weights() -> Weights:
    return read_weights(weights_path())


@pytest.fixture(scope="module")
def in_float(bundled: Embedder, folder: Path, weights: Weights) -> BundledEmbedder:
    """The same embedder with a graph in float."""
    embedder = BundledEmbedder(folder)
    embedder._passage_trunk = embedder._question_trunk = InferenceSession(graph.in_float(weights))
    return embedder


def test_in_float_it_agrees_with_torch_to_rounding(
    in_float: BundledEmbedder, texts: list[str], reference: Vectors
) -> None:
    assert (reference[: len(texts)] * in_float.embed_passages(texts)).sum(axis=1).min() >= 0.999999


@pytest.mark.parametrize("rows", [1, 2, 5, 16, 150])
@pytest.mark.parametrize(("inputs", "outputs"), [(384, 1152), (384, 384), (384, 1536), (1536, 384)])
def test_the_largest_factors_of_8_bits_are_multiplied_exactly(rows: int, inputs: int, outputs: int) -> None:
    """On every processor that tests run on: in 16 bits two of these products fit, and no larger ones."""
    chance = np.random.default_rng(rows * inputs * outputs)
    ends = np.array([-graph.LEVELS, graph.LEVELS], np.int8)
    patterns = [np.full((inputs, outputs), end) for end in ends] + [chance.choice(ends, (inputs, outputs))]
    x = np.full((rows, inputs), 255, np.float32)
    x[:, ::7] = 0  # levels of one each, from 0
    for matrix in patterns:
        assert np.array_equal(multiplied(x, matrix), (x.astype(np.int64) @ matrix.astype(np.int64)).astype(np.float32))


def multiplied(x: Vectors, matrix: NDArray[np.int8]) -> Vectors:
    """The product as ONNX Runtime computes it in a trunk."""
    count = matrix.shape[1]
    constants = {"w": matrix, "scales": np.ones(count, np.float32), "zeros": np.zeros(count, np.int8)}
    session = InferenceSession(
        onnx_file.model(
            [onnx_file.node("DynamicQuantizeMatMul", ["x", *constants], ["y"], onnx_file.CONTRIB, {})],
            [onnx_file.tensor(name, value) for name, value in constants.items()],
            [onnx_file.described("x", "float32", ["rows", matrix.shape[0]])],
            [onnx_file.described("y", "float32", ["rows", count])],
        ),
        session_options(threads=2),
    )
    result: Vectors = session.run(None, {"x": x})[0]
    return result


def test_an_index_made_in_float_is_one_for_questions_in_8_bits_and_the_other_way_round(
    bundled: Embedder, in_float: BundledEmbedder
) -> None:
    passages = list(paragraphs())
    questions = [" ".join(passage.split()[3:12]) for passage in passages]
    indexed = [embedder.embed_passages(passages) for embedder in (in_float, bundled)]
    asked = [np.stack([embedder.embed_question(text) for text in questions]) for embedder in (in_float, bundled)]
    exact = indexed[0] @ asked[0].T
    for vectors, those_asked in product(indexed, asked):
        scores = vectors @ those_asked.T
        first = scores.argmax(axis=0)
        assert (exact[first, range(len(questions))] > exact.max(axis=0) - TIE).all()
        assert np.abs(scores - exact).max() < TIE


def paragraphs() -> Iterable[str]:
    """Of the sample articles, as they stand in their files."""
    for path in sorted((REPOSITORY / "articles").glob("*.*")):
        yield from (text for text in path.read_text("utf-8").split("\n\n") if 80 < len(text) < 800)


def test_the_file_is_one_that_the_onnx_library_finds_in_order(weights: Weights) -> None:
    made = onnx.load_from_string(graph.light(weights))
    onnx.checker.check_model(made)
    constants = {constant.name: onnx.numpy_helper.to_array(constant) for constant in made.graph.initializer}
    whole = constants["l3.ao.w"].T * constants["l3.ao.scales"][:, None]
    assert np.abs(whole - weights.tensors["l3.ao.w"].reshape(384, 384)).max() <= constants["l3.ao.scales"].max() / 2
    assert np.abs(constants["l3.ao.w"]).max() == graph.LEVELS
    norms = [node for node in made.graph.node if node.op_type == "LayerNormalization"]
    assert {onnx.helper.get_node_attr_value(node, "axis") for node in norms} == {-1}
    assert {onnx.helper.get_node_attr_value(node, "epsilon") for node in norms} == {np.float32(weights.shape.epsilon)}
