"""In which arithmetic does the embedded model run quickest on this processor, and how far is it from float?

    python benchmarks/arithmetic.py [--rounds N]

Each variant embeds one question, embeds PASSAGES passages, and reads four passages, on all cores that there are. They
take turns, and the least of the rounds counts, so that other work on the machine harms all alike. The largest cosine
distance from float is over the paragraphs of the sample articles. Variants whose distance is far above the others' are
wrong on this processor.
"""

from __future__ import annotations

import argparse
import platform
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from platformdirs import user_cache_path

from index.embedding.bundled import QUESTION_THREADS, Vocabulary, cores, session_options
from index.embedding.graph import CONTRIB, FloatTrunk, QuantisedTrunk
from index.embedding.onnx_file import TYPES
from index.embedding.processor import INSTRUCTIONS
from index.embedding.unpacking import BEGIN, END, PASSAGE, prepare
from index.embedding.weights import BLOCK_WEIGHTS, read_weights, weights_path
from index.types import Vectors

ARTICLES = Path(__file__).parent.parent / "articles"
PASSAGES, READ = 16, 4
QUESTION_TOKENS, PASSAGE_TOKENS, READ_TOKENS = 16, 120, 170
"""With the special ones; a passage is read together with the question."""
SIGNED_LEVELS = 127
ZERO = 128


class UnsignedWeights(QuantisedTrunk):
    """Weights of 8 bits around ZERO: kernels for two unsigned factors add in 32 bits everywhere."""

    def in_8_bits(self, x: str, name: str, matrix: Vectors, bias: Vectors) -> str:
        scales = np.abs(matrix).max(axis=1) / SIGNED_LEVELS
        whole = (np.round(matrix / scales[:, None]) + ZERO).astype(np.uint8)
        zeros = np.full(len(whole), ZERO, np.uint8)
        return _dynamic(self, x, name, {"w": whole.T, "scales": scales, "zeros": zeros, "b": bias})


class SignedWeights(QuantisedTrunk):
    """Weights of 8 bits, whose products overflow in 16 bits without VNNI."""

    def in_8_bits(self, x: str, name: str, matrix: Vectors, bias: Vectors) -> str:
        scales = np.abs(matrix).max(axis=1) / SIGNED_LEVELS
        whole = np.round(matrix / scales[:, None]).astype(np.int8)
        return _dynamic(
            self, x, name, {"w": whole.T, "scales": scales, "zeros": np.zeros(len(whole), np.int8), "b": bias}
        )


def _dynamic(trunk: FloatTrunk, x: str, name: str, constants: dict[str, Vectors]) -> str:
    factors = [trunk.constant(f"{name}.{kind}", value) for kind, value in constants.items()]
    return trunk.node("DynamicQuantizeMatMul", [x, *factors], domain=CONTRIB)


class ScaleOfEachToken(FloatTrunk):
    """Unsigned weights, and inputs with a scale for each token instead of large inputs in float."""

    def mapped(self, x: str, name: str, matrix: Vectors, bias: Vectors) -> str:
        scales = np.abs(matrix).max(axis=1) / SIGNED_LEVELS
        whole = (np.round(matrix / scales[:, None]) + ZERO).astype(np.uint8)
        axis = self.constant("axis", np.array([-1], np.int64))
        largest = self.node("ReduceMax", [self.node("Abs", [x]), axis], keepdims=1)
        scale = self.node("Div", [largest, self.constant("levels", np.array(SIGNED_LEVELS, np.float32))])
        lifted = self.node(
            "Add", [self.node("Div", [x, scale]), self.constant("half", np.array(ZERO + 0.5, np.float32))]
        )
        levels = self.node("Cast", [lifted], to=TYPES["uint8"])
        zero = self.constant("zero_level", np.array(ZERO, np.uint8))
        integers = self.node("MatMulInteger", [levels, self.constant(f"{name}.w", whole.T), zero, zero])
        product = self.node("Mul", [self.node("Cast", [integers], to=TYPES["float32"]), scale])
        scaled = self.node("Mul", [product, self.constant(f"{name}.scales", scales)])
        return self.node("Add", [scaled, self.constant(f"{name}.b", bias)])


class Blocks(FloatTrunk):
    """The wheel's own 4 bits in blocks of 32, nothing lost; multiplied in float, or with inputs of 8 bits."""

    bits, accuracy = 4, 1

    def mapped(self, x: str, name: str, matrix: Vectors, bias: Vectors) -> str:
        outputs, inputs = matrix.shape
        blocks = matrix.reshape(outputs, -1, BLOCK_WEIGHTS)
        scales, packed = self.packed(blocks)
        factors = [x, self.constant(f"{name}.w", packed), self.constant(f"{name}.scales", scales.astype(np.float32))]
        sizes = {"K": inputs, "N": outputs, "bits": self.bits, "block_size": BLOCK_WEIGHTS}
        product = self.node("MatMulNBits", factors, domain=CONTRIB, accuracy_level=self.accuracy, **sizes)
        return self.node("Add", [product, self.constant(f"{name}.b", bias)])

    def packed(self, blocks: Vectors) -> tuple[Vectors, np.ndarray]:
        """The scale of each block, and its weights two in a byte."""
        peaks = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=-1, keepdims=True), axis=-1)
        scales = np.where(peaks == 0, 1, -peaks / 8)  # the largest of a Q4_0 block is -8 times its scale
        whole = (np.round(blocks / scales) + 8).clip(0, 15).astype(np.uint8)
        return scales[..., 0], whole[..., 0::2] | whole[..., 1::2] << 4


class BlocksIn8Bits(Blocks):
    accuracy = 4


class WideBlocksIn8Bits(BlocksIn8Bits):
    """Weights of 8 bits in blocks."""

    bits = 8

    def packed(self, blocks: Vectors) -> tuple[Vectors, np.ndarray]:
        scales = np.abs(blocks).max(axis=-1, keepdims=True) / SIGNED_LEVELS
        return scales[..., 0], (np.round(blocks / scales) + ZERO).astype(np.uint8)


VARIANTS: dict[str, type[FloatTrunk]] = {
    "float": FloatTrunk,
    "7-bit weights (what Kabar runs)": QuantisedTrunk,
    "8-bit signed weights": SignedWeights,
    "8-bit unsigned weights": UnsignedWeights,
    "the same, a scale for each token": ScaleOfEachToken,
    "4-bit blocks, products in float": Blocks,
    "4-bit blocks, products in 8 bits": BlocksIn8Bits,
    "8-bit blocks, products in 8 bits": WideBlocksIn8Bits,
}


class Variant:
    """A trunk in one arithmetic, for a question and for many texts."""

    def __init__(self, kind: type[FloatTrunk]) -> None:
        graph = kind(read_weights(weights_path())).from_words()
        self._question, self._passage = (
            onnxruntime.InferenceSession(graph, session_options(threads), ["CPUExecutionProvider"])
            for threads in (min(QUESTION_THREADS, cores()), 1)
        )
        self._workers = ThreadPoolExecutor(cores())

    def question(self, words: Vectors) -> None:
        """One text on all cores."""
        self._question.run(None, {"words": words})

    def all_of(self, texts: list[Vectors]) -> list[Vectors]:
        """A text on each core; their unit vectors."""
        return list(self._workers.map(self._vector, texts))

    def _vector(self, words: Vectors) -> Vectors:
        mean = self._passage.run(None, {"words": words})[0][0].mean(axis=0)
        return mean / np.linalg.norm(mean)


def processor() -> str:
    """Its name, and those of its instructions that matter here."""
    told = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    name = re.search(r"^model name\s*: (.+)", told, re.MULTILINE)
    flags = set(re.findall(r"\w+", told))
    has = [one for one in INSTRUCTIONS if one in flags] or ["instructions unknown"]
    return f"{name[1] if name else platform.processor() or platform.machine()} ({', '.join(has)}), {cores()} cores"


def sample_texts(vocabulary: Vocabulary) -> list[Vectors]:
    """The paragraphs of the sample articles, as a trunk takes them."""
    paragraphs = [part for path in sorted(ARTICLES.glob("*.*")) for part in path.read_text("utf-8").split("\n\n")]
    return [
        vocabulary.embedded([BEGIN, *vocabulary.cut(PASSAGE + text)[: vocabulary.positions - 2], END])
        for text in paragraphs
        if len(text) > 80
    ]


def seconds(what: Callable[[], object]) -> float:
    """How long something takes."""
    begun = time.perf_counter()
    what()
    return time.perf_counter() - begun


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    vocabulary = Vocabulary(prepare(user_cache_path("kabar")))
    texts = sample_texts(vocabulary)
    tokens = np.concatenate(texts, axis=1)
    question, passage, read = (tokens[:, :length] for length in (QUESTION_TOKENS, PASSAGE_TOKENS, READ_TOKENS))
    variants = {name: Variant(kind) for name, kind in VARIANTS.items()}
    vectors = {name: np.stack(variant.all_of(texts)) for name, variant in variants.items()}
    least: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(rounds):
        for name, variant in variants.items():
            taken = [
                min(seconds(lambda: variant.question(question)) for _ in range(5)),  # noqa: B023
                seconds(lambda: variant.all_of([passage] * PASSAGES)),  # noqa: B023
                seconds(lambda: variant.all_of([read] * READ)),  # noqa: B023
            ]
            least[name] = [min(pair) for pair in zip(least[name] or taken, taken, strict=True)]
    print(f"{processor()}; ONNX Runtime {onnxruntime.__version__}")
    print(f"{'':34}{'question':>10}{f'{PASSAGES} passages':>13}{f'reading {READ}':>11}{'farthest from float':>22}")
    for name, (asked, embedded, reading) in least.items():
        distance = 1 - (vectors["float"] * vectors[name]).sum(axis=1).min()
        print(f"{name:34}{asked * 1e3:8.1f}ms{embedded * 1e3:11.0f}ms{reading * 1e3:9.0f}ms{distance:22.5f}")


if __name__ == "__main__":
    main()
