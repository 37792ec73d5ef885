"""Readers by name: `bundled`, `sentence`, or any extractive question-answering model of transformers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from bot.questions.understanding import Understood
from bot.readers.types import Logits, Reading, best_span, logistic
from index.types import ModelError, Passage

WINDOW_TOKENS, STRIDE_TOKENS = 384, 64
"""Question and passage together in one window, and how far the next window of a long passage overlaps."""


class ExtractiveReader:
    """Any extractive question-answering model of transformers, from a folder or by its name on the hub.

    The score of a span is the sum of its first token's start logit and its last token's end logit; that of "the
    passage does not say" is the same sum at the first token of all (Devlin et al. 2019, section 4.3, for SQuAD 2.0).
    The confidence is the logistic function of their difference.
    """

    threshold = 0.5

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

    def read(self, understood: Understood, passages: Sequence[Passage], among: int) -> list[Reading]:  # noqa: ARG002
        if not passages:
            return []
        with self._lock:
            windows = self._windows(understood.question, [passage.text for passage in passages])
        best: dict[tuple[int, int], Reading] = {}
        for window, (starts, ends) in enumerate(zip(*self._logits(windows), strict=True)):
            place = windows["overflow_to_sample_mapping"][window]
            # Only tokens of the passage have offsets into it; the question's have offsets of their own.
            offsets = [
                offset if part == 1 else (-1, -1)
                for offset, part in zip(windows["offset_mapping"][window], windows.sequence_ids(window), strict=True)
            ]
            for number, sentence in enumerate(passages[place].sentences):
                span = best_span(starts, ends, offsets, sentence)
                if span is None:
                    continue
                start, end, score = span
                score -= float(starts[0] + ends[0])
                reading = Reading(place, number, start, end, logistic(score), score)
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
