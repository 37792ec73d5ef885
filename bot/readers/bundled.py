"""The reader that ships with Kabar, as training/ made it: see bot/models/README.md.

It is the embedded model's own trunk with small changes to its linear maps. The trunk is given the question beside a
passage, as windows.py puts them; three heads on its token vectors say where an answer starts, where it ends, and
whether there is one at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bot.questions.language import is_foreign
from bot.questions.understanding import Understood
from bot.readers.types import Reading, best_span, logistic
from bot.readers.windows import Cutter, Numbers, Window, beside, passage_at
from index.atomic import file_checksum
from index.embedding import graph
from index.embedding.bundled import cores, load_trunk, load_vocabulary
from index.embedding.cache import made_folder
from index.embedding.unpacking import Say, prepare
from index.embedding.weights import NAME, Weights, read_weights, weights_path
from index.types import ModelError, Passage, Span, Vectors

CHANGES = Path(__file__).parent.parent / "models" / "reader.safetensors"
FORMAT = "kabar-reader-1"
LAYOUT = 3
"""Of the folder that is made of it; another number makes it again."""
GRAPH = "trunk"

LONGEST_WINDOW = 256
"""Tokens of a passage that are read at once. Those that a search finds are shorter."""
WEIGHTS = np.array([-0.96, 0.069, 0.519, 107.3, 0.839])
"""Of `features`, in a logistic regression of "the best span of this passage is the answer". See
benchmarks/confidence.py."""
FARTHEST_BEHIND = -0.05
"""Other embedders' scores lie farther apart than E5's, by which the weight was found."""


class Heads(NamedTuple):
    """Linear maps on token vectors: weights of shape (outputs, hidden) and biases (outputs,)."""

    span: Vectors
    span_bias: Vectors
    answers: Vectors
    answers_bias: Vectors


class Scores(NamedTuple):
    """What the heads say of a window: of each of its tokens, shape (tokens,), and of the whole."""

    starts: Vectors
    ends: Vectors
    no_answer: float
    """The score of the span that stands for "it does not say"."""
    answers: float
    """The logit of "it answers"."""


class Found(NamedTuple):
    """The best span of a sentence, as offsets into it."""

    passage: int
    sentence: int
    start: int
    end: int
    margin: float
    """How much better than "it does not say"."""
    answers: float


class BundledReader:
    """Reads each passage beside the question. Safe to use from several threads."""

    name = NAME
    threshold = 0.3

    def __init__(self, cache: Path, say: Say = lambda _text: None, changes: Path = CHANGES) -> None:
        """Load the reader, made of the embedded model and `changes` below `cache` at the first call."""
        self._vocabulary = load_vocabulary(prepare(cache, say=say))
        self._cutter = Cutter(self._vocabulary)
        tensors = _read_changes(changes)
        self._heads = Heads(*(tensors[name] for name in ("span.w", "span.b", "answers.w", "answers.b")))
        self._trunk = load_trunk(_prepared(cache, changes, say) / GRAPH, threads=1)
        self._workers = ThreadPoolExecutor(cores(), thread_name_prefix="read")

    def read(self, understood: Understood, passages: Sequence[Passage], among: int) -> list[Reading]:  # noqa: ARG002
        found = self.found(understood.question, passages)
        leading = best_of_each(found)
        confidences = logistic(features(understood.language, passages, leading) @ WEIGHTS)
        best = {one.passage: (one.margin, float(sure)) for one, sure in zip(leading, confidences, strict=True)}
        # A passage's other spans are as likely beside its best one as their margins say.
        return [
            Reading(*one[:4], best[one.passage][1] * math.exp(one.margin - best[one.passage][0]), one.margin)
            for one in found
        ]

    def found(self, question: str, passages: Sequence[Passage]) -> list[Found]:
        """The best span of each sentence of each passage."""
        asked = self._cutter.question(question)
        windows = [(number, window) for number, passage in enumerate(passages) for window in self._windows(passage)]
        scored = self._workers.map(lambda one: self._scores(asked, one[1]), windows)
        best: dict[tuple[int, int], Found] = {}
        for (number, window), scores in zip(windows, scored, strict=True):
            for one in _best_spans(number, window, scores, passages[number].sentences):
                known = best.get((one.passage, one.sentence))
                if known is None or one.margin > known.margin:
                    best[one.passage, one.sentence] = one
        return list(best.values())

    def _windows(self, passage: Passage) -> Iterator[Window]:
        for window in self._cutter.windows(passage.text, passage.sentences, LONGEST_WINDOW):
            # More than one part only where hundreds of letters have no blank between them.
            for start in range(0, len(window.tokens), LONGEST_WINDOW):
                part = slice(start, start + LONGEST_WINDOW)
                yield Window(window.tokens[part], window.places[part])

    def _scores(self, asked: Numbers, window: Window) -> Scores:
        (tokens,) = self._trunk.run(None, {"words": self._vocabulary.embedded(beside(asked, window))})
        spans = tokens[0] @ self._heads.span.T + self._heads.span_bias
        answers = tokens[0, 0] @ self._heads.answers.T + self._heads.answers_bias
        of_passage = slice(passage_at(asked), -1)
        return Scores(spans[of_passage, 0], spans[of_passage, 1], float(spans[0].sum()), float(answers[0]))


def best_of_each(found: Iterable[Found]) -> list[Found]:
    """The best span of each passage, in the order of the passages."""
    best = {one.passage: one for one in sorted(found, key=lambda one: one.margin)}
    return [best[passage] for passage in sorted(best)]


def features(language: str | None, passages: Sequence[Passage], found: Sequence[Found]) -> Vectors:
    """What the confidence of spans is made of, shape (spans, 5), for a question in this language.

    One; the span's margin over "it does not say"; the logit of "it answers"; how far the span's passage is behind the
    best one in the search; and whether question and passage differ in language, when the reader is less sure.
    """
    best = max((passage.score for passage in passages), default=0.0)
    rows = []
    for one in found:
        passage = passages[one.passage]
        behind = max(passage.score - best, FARTHEST_BEHIND)
        rows.append((1.0, one.margin, one.answers, behind, is_foreign(language, passage.language)))
    return np.array(rows, np.float32).reshape(-1, len(WEIGHTS))


def _best_spans(passage: int, window: Window, scores: Scores, sentences: Sequence[Span]) -> Iterator[Found]:
    places = window.places.tolist()
    for number, sentence in enumerate(sentences):
        span = best_span(scores.starts, scores.ends, places, sentence)
        if span is not None:
            start, end, score = span
            yield Found(passage, number, start, end, score - scores.no_answer, scores.answers)


def _prepared(cache: Path, changes: Path, say: Say) -> Path:
    """The folder with the reader's trunk."""

    def write(folder: Path) -> None:
        say("Preparing the reader, this once …")
        weights = _changed(read_weights(weights_path()), _read_changes(changes))
        (folder / GRAPH).write_bytes(graph.light(weights))

    return made_folder(NAME, cache / f"reader-{file_checksum(changes)[:12]}-{LAYOUT}", changes, write)


def _read_changes(file: Path) -> dict[str, Vectors]:
    """What the reader's trunk has learnt, and its heads, in float32."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "np") as content:
            if (content.metadata() or {}).get("format") != FORMAT:
                raise ModelError(NAME, f"{file} is no reader of this Kabar.")
            return {name: content.get_tensor(name).astype(np.float32) for name in content.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as exc:
        raise ModelError(
            NAME, f"The reader's weights cannot be read from {file} ({exc}). Install Kabar again."
        ) from exc


def _changed(weights: Weights, changes: Mapping[str, Vectors]) -> Weights:
    """The trunk's weights with the changes: what is low-rank is added, what is whole takes their place."""
    tensors = dict(weights.tensors)
    for name, change in changes.items():
        layer, _, kind = name.rpartition(".")
        if kind == "up":
            tensors[f"{layer}.w"] = tensors[f"{layer}.w"] + (change @ changes[f"{layer}.down"]).ravel()
        elif name in tensors:
            tensors[name] = change.ravel()
    return replace(weights, tensors=tensors)
