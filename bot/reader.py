"""Readers: a question and some passages become the places that may answer it, each with a confidence."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.types import Embedder, ModelError, Passage, Span, Vectors

Logits = NDArray[np.float64]

WINDOW_TOKENS, STRIDE_TOKENS = 384, 64
"""Question and passage together in one window, and how far the next window of a long passage overlaps."""
LONGEST_ANSWER = 40
"""Tokens; longer spans are no facts any more."""

READ_PASSAGES = 3
"""Whose sentences are embedded; each costs as much as a question."""
CONSTANT, NEARNESS, TENFOLD, FOREIGN = -5.08, 9.58, -0.419, 2.01
"""Logistic regression of "this passage answers the question", fitted on 935 questions over 6 to 7,575 Wikipedia
passages. Nearness counts for it; ten times as many passages count against it, because the best of many comes near by
chance; and a passage in another language is never as near. See benchmarks/abstention.py."""
UNRELATED = {
    "id": (
        "Hujan deras turun sejak pagi dan suhu udara menurun. Tim itu menang tipis setelah gol di menit terakhir.",
        "Bank sentral menahan suku bunga. Rumah sakit menambah dokter dan ruang rawat untuk pasien.",
        "Album baru penyanyi itu terjual di banyak negara. Jalan utama ditutup karena perbaikan jembatan.",
        "Pemilihan kepala daerah diikuti tiga pasangan calon. Gempa kecil terasa tanpa menimbulkan kerusakan.",
    ),
    "en": (
        "The weather stays dry and the temperature rises a little. The home side lost in the final minutes.",
        "Share prices fell slightly at the end of the day. The school opened a new library for its pupils.",
        "The recipe needs rice, coconut milk and a little sugar. Farmers expect a good harvest after the rain.",
        "The company showed a phone with a larger screen. Scientists describe a beetle found in the forest.",
    ),
}
"""Texts that have nothing to do with most questions, by language."""
SMALL_WORDS = {
    "id": """
        apa apakah siapa siapakah berapa berapakah kapan kapankah di dimana dimanakah mana manakah mengapa kenapa
        bagaimana bagaimanakah yang dan dari untuk dengan pada oleh dalam ke adalah ini itu ada tidak sebutkan
    """.split(),
    "en": """
        what who whom whose which when where why how the of in to is are was were did does do a an and for on by from
        that many much with at as it its
    """.split(),
}
"""Words that most questions have, by language. They name the language of 98 questions of 100 (IDK-MRC, FacQA, XQuAD),
nearly as many as a statistical model that takes half a second to load."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A place that may answer the question; never more than one sentence."""

    passage: int
    """Which of the passages that were given."""
    sentence: int
    """Which of that passage's sentences."""
    start: int
    end: int
    """Offsets into the sentence."""
    confidence: float
    """0..1, that this is the answer."""


class Reader(Protocol):
    """Finds in passages what answers a question."""

    name: str
    """As READER_MODEL names it."""

    def read(self, question: str, passages: Sequence[Passage], among: int) -> list[Reading]:
        """At most one reading for each sentence, in any order.

        `passages` come best first; `among` is how many there are in all, 1 or more.
        """
        ...


def load_reader(name: str, embedder: Embedder) -> Reader:
    """The reader that READER_MODEL names. Raises ModelError when there is no such model."""
    return SentenceReader(embedder) if name == SentenceReader.name else ExtractiveReader(name)


class SentenceReader:
    """The sentences nearest in meaning to the question; a sentence is its own answer.

    Nearness is how far question and sentence are on the way from "unrelated" (0) to "the same" (1). What the cosine
    of unrelated texts is, a few sentences about everyday news tell for each question: with E5 about 0.75.
    """

    name = "sentence"

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._unrelated = {language: embedder.embed_passages(texts) for language, texts in UNRELATED.items()}

    def read(self, question: str, passages: Sequence[Passage], among: int) -> list[Reading]:
        places = _sentences(passages[:READ_PASSAGES])
        if not places:
            return []
        asked = self._embedder.embed_question(question)
        cosines = self._embedder.embed_passages(list(places)) @ asked
        language = _language(question)
        unrelated = [self._unrelated_cosine(asked, passage.language) for passage in passages[:READ_PASSAGES]]
        readings = []
        for (text, (place, number)), cosine in zip(places.items(), cosines, strict=True):
            passage = passages[place]
            nearness = ((float(cosine) + passage.dense) / 2 - unrelated[place]) / (1 - unrelated[place])
            is_foreign = None not in {language, passage.language} and language != passage.language
            weighed = CONSTANT + NEARNESS * nearness + TENFOLD * math.log10(among) + FOREIGN * is_foreign
            readings.append(Reading(place, number, 0, len(text), _logistic(weighed)))
        return readings

    def _unrelated_cosine(self, asked: Vectors, language: str | None) -> float:
        """How near to the question texts of this language are that have nothing to do with it."""
        known = self._unrelated.get(language or "")
        return float(((np.concatenate(list(self._unrelated.values())) if known is None else known) @ asked).mean())


def _language(question: str) -> str | None:
    """The language that the question's small words are of; None where it has none that are known."""
    words = re.findall(r"\w+", question.casefold())
    known = {language: sum(word in small for word in words) for language, small in SMALL_WORDS.items()}
    likeliest = max(known, key=known.__getitem__)
    return likeliest if known[likeliest] else None


def _sentences(passages: Sequence[Passage]) -> dict[str, tuple[int, int]]:
    """Each sentence with the passage it stands in and its number there; the best passage where it stands in several."""
    places: dict[str, tuple[int, int]] = {}
    for place, passage in enumerate(passages):
        for number, (start, end) in enumerate(passage.sentences):
            places.setdefault(passage.text[start:end], (place, number))
    return places


class ExtractiveReader:
    """Any extractive question-answering model of transformers, from a folder or by its name on the hub.

    The score of a span is the sum of its first token's start logit and its last token's end logit; that of "the
    passage does not say" is the same sum at the first token of all (Devlin et al. 2019, section 4.3, for SQuAD 2.0).
    The confidence is the logistic function of their difference.
    """

    def __init__(self, name: str) -> None:
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self.name = name
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(name)
            self._model, report = AutoModelForQuestionAnswering.from_pretrained(name, output_loading_info=True)
        except Exception as exc:  # whatever a broken folder or an unreachable hub raises
            raise ModelError(
                name,
                f"The reader {name!r} cannot be loaded ({type(exc).__name__}). Set READER_MODEL to `sentence`, to the "
                "folder of a question-answering model, or to a name that the hub has while the network is up.",
            ) from exc
        if any(key.startswith("qa_outputs") for key in report["missing_keys"]):
            raise ModelError(
                name, f"{name!r} was not trained to answer questions. Set READER_MODEL to a model that was."
            )
        self._model.eval()
        self._window = min(WINDOW_TOKENS, self._model.config.max_position_embeddings, self._tokenizer.model_max_length)
        self._lock = threading.Lock()  # a fast tokenizer refuses two threads that pad at once

    def read(self, question: str, passages: Sequence[Passage], among: int) -> list[Reading]:  # noqa: ARG002
        if not passages:
            return []
        with self._lock:
            windows = self._windows(question, [passage.text for passage in passages])
        best: dict[tuple[int, int], Reading] = {}
        for window, (starts, ends) in enumerate(zip(*self._logits(windows), strict=True)):
            place = windows["overflow_to_sample_mapping"][window]
            # Only tokens of the passage have offsets into it; the question's have offsets of their own.
            offsets = [
                offset if part == 1 else (-1, -1)
                for offset, part in zip(windows["offset_mapping"][window], windows.sequence_ids(window), strict=True)
            ]
            for number, sentence in enumerate(passages[place].sentences):
                span = _best_span(starts, ends, offsets, sentence)
                if span is None:
                    continue
                start, end, score = span
                reading = Reading(place, number, start, end, _logistic(score))
                known = best.get((place, number))
                if known is None or reading.confidence > known.confidence:
                    best[place, number] = reading
        return list(best.values())

    def _windows(self, question: str, texts: Sequence[str]) -> Any:
        """Question and text side by side, a long text in several windows that overlap."""
        known = self._tokenizer(question, truncation=True, max_length=self._window // 2, return_offsets_mapping=True)
        question = question[: max(end for _start, end in known["offset_mapping"])]
        return self._tokenizer(
            [question] * len(texts),
            list(texts),
            truncation="only_second",
            max_length=self._window,
            stride=min(STRIDE_TOKENS, self._window // 4),
            padding=True,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )

    def _logits(self, windows: Any) -> tuple[Logits, Logits]:
        """Start and end logits, each of shape (windows, tokens)."""
        import torch

        known = [name for name in self._tokenizer.model_input_names if name in windows]
        with torch.inference_mode():
            output = self._model(**{name: torch.tensor(windows[name]) for name in known})
        return output.start_logits.double().numpy(), output.end_logits.double().numpy()


def _logistic(value: float) -> float:
    return (1 + math.tanh(value / 2)) / 2  # the same as 1 / (1 + exp(-value)), without its overflow


def _best_span(starts: Logits, ends: Logits, offsets: Sequence[Span], sentence: Span) -> tuple[int, int, float] | None:
    """Start and end of the sentence's best span, as offsets into the sentence, and its score less that of no answer.

    None when no token of the sentence lies in this window.
    """
    inside = [token for token, (start, end) in enumerate(offsets) if sentence[0] <= start < end <= sentence[1]]
    if not inside:
        return None
    scores = starts[inside][:, None] + ends[inside][None, :]
    lengths = np.subtract.outer(inside, inside).T  # last token less first token
    scores[(lengths < 0) | (lengths >= LONGEST_ANSWER)] = -np.inf
    first, last = np.unravel_index(int(scores.argmax()), scores.shape)
    start, end = offsets[inside[int(first)]][0], offsets[inside[int(last)]][1]
    return start - sentence[0], end - sentence[0], float(scores[first, last] - starts[0] - ends[0])
