"""Windows in which an answer stands or not, and pages of questions beside windows, in the trunk's own tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from bot.readers.windows import Cutter, Numbers, Window, beside, passage_at
from index.embedding.unpacking import PAD
from index.types import Span
from training.model import Page, no_trunk


class TrunkTokenizer:
    """The tokenizer that the trunk's folder holds."""

    def __init__(self, trunk: Path) -> None:
        """Raises ModelError where the folder holds none."""
        try:
            self._tokenizer = Tokenizer.from_file(str(trunk / "tokenizer.json"))
        except Exception as exc:  # it raises nothing more special
            raise no_trunk(trunk, exc) from exc
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def cut(self, text: str) -> list[int]:
        tokens, _places = self.cut_in_place(text)
        return tokens

    def cut_in_place(self, text: str) -> tuple[list[int], list[Span]]:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return encoding.ids, encoding.offsets


def cutter_of(trunk: Path) -> Cutter:
    """What cuts for the trunk in this folder. Raises ModelError where there is none."""
    return Cutter(TrunkTokenizer(trunk))


def held(window: Window, span: Span) -> Span | None:
    """The first and the last of the window's tokens that a span of its text has; None unless it holds all of it."""
    (first, last), (start, end) = _extent(window), span
    tokens = np.flatnonzero((window.places[:, 1] > start) & (window.places[:, 0] < end) & window.stands)
    if not len(tokens) or start < first or end > last:
        return None
    return int(tokens[0]), int(tokens[-1])


def touches(window: Window, span: Span) -> bool:
    """Whether any of a span of its text stands in the window."""
    (first, last), (start, end) = _extent(window), span
    return first < end and start < last


def _extent(window: Window) -> Span:
    """Where in the text the window begins and ends."""
    start = window.places[:, 0].min(initial=1 << 30, where=window.stands)
    return int(start), int(window.places[:, 1].max(initial=0))


def page(pairs: Sequence[tuple[Numbers, Window]]) -> Page:
    """Questions beside windows, padded to one length."""
    rows = [beside(*pair) for pair in pairs]
    shape = len(rows), max(map(len, rows))
    tokens = np.full(shape, PAD, np.int64)
    attended, allowed = np.zeros(shape, bool), np.zeros(shape, bool)
    for row, (found, (question, window)) in enumerate(zip(rows, pairs, strict=True)):
        tokens[row, : len(found)] = found
        attended[row, : len(found)] = True
        allowed[row, 0] = True
        allowed[row, passage_at(question) : len(found) - 1] = window.stands
    return Page(torch.from_numpy(tokens), torch.from_numpy(attended), torch.from_numpy(allowed))
