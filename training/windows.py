"""Paragraphs cut into windows of whole sentences, and questions beside windows as numbers of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.embedding.unpacking import BEGIN, END, PAD, PASSAGE, QUERY
from index.text.sentences import sentences
from index.types import Span
from training.model import Page, no_trunk

MOST_QUESTION = 80
"""Tokens of a question; nobody asks more."""
OVERLAP = 50
"""Tokens of the sentence that two windows share at most."""
ROOM = 4
"""Tokens that a window has over its sentences: the prefix, and what a cut apart adds."""

Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a text: its tokens, and for each its place in the text (start and end, the same if it is none)."""

    tokens: Numbers
    offsets: Numbers

    @property
    def start(self) -> int:
        return int(self.offsets[:, 0].min(initial=1 << 30, where=self.stands))

    @property
    def end(self) -> int:
        return int(self.offsets[:, 1].max(initial=0))

    @property
    def stands(self) -> NDArray[np.bool_]:
        """For each token whether it stands in the text; those of the prefix do not."""
        return self.offsets[:, 1] > self.offsets[:, 0]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The first and the last token of text[start:end]; None unless the window holds all of it."""
        touched = np.flatnonzero((self.offsets[:, 1] > start) & (self.offsets[:, 0] < end) & self.stands)
        if not len(touched) or start < self.start or end > self.end:
            return None
        return int(touched[0]), int(touched[-1])

    def touches(self, start: int, end: int) -> bool:
        """Whether any of text[start:end] stands in the window."""
        return self.start < end and start < self.end


class Cutter:
    """Cuts with the tokenizer of the trunk."""

    def __init__(self, trunk: Path) -> None:
        try:
            self._tokenizer = Tokenizer.from_file(str(trunk / "tokenizer.json"))
        except Exception as exc:  # it raises nothing more special
            raise no_trunk(trunk, exc) from exc
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def questions(self, questions: Sequence[str]) -> list[Numbers]:
        """The tokens of each question."""
        found = self._tokenizer.encode_batch([QUERY + one for one in questions], add_special_tokens=False)
        return [np.array(one.ids[:MOST_QUESTION], np.int32) for one in found]

    def windows(self, text: str, language: str | None, most: int) -> list[Window]:
        """The whole text if it has at most `most` tokens, else overlapping parts of whole sentences."""
        whole = self.part(text)
        if len(whole.tokens) <= most:
            return [whole]
        spans = self._short(text, sentences(text, language), most - ROOM)
        sizes = self._counts([text[start:end] for start, end in spans])
        return [self._window(text, spans[first][0], spans[last][1]) for first, last in _joined(sizes, most - ROOM)]

    def part(self, text: str) -> Window:
        """The text as one window, however long it is."""
        return self._window(text, 0, len(text))

    def _window(self, text: str, start: int, end: int) -> Window:
        found = self._tokenizer.encode(PASSAGE + text[start:end], add_special_tokens=False)
        offsets = []
        for begin, stop in found.offsets:
            first, last = max(0, begin - len(PASSAGE)) + start, max(0, stop - len(PASSAGE)) + start
            while first < last and text[first].isspace():  # a word's first token holds the space before it
                first += 1
            offsets.append((first, last))
        return Window(np.array(found.ids, np.int32), np.array(offsets, np.int32).reshape(-1, 2))

    def _counts(self, texts: Sequence[str]) -> list[int]:
        return [len(one.ids) for one in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def _short(self, text: str, spans: Sequence[Span], most: int) -> list[Span]:
        """The sentences, those longer than a window in pieces."""
        short: list[Span] = []
        for (start, end), size in zip(spans, self._counts([text[start:end] for start, end in spans]), strict=True):
            pieces = -(-size // most) + (size > most)  # one more than needed, since words differ in tokens
            borders = [start]
            for number in range(1, pieces):
                at = text.find(" ", start + (end - start) * number // pieces, end)
                if at > borders[-1]:
                    borders.append(at)
            short += zip(borders, [*borders[1:], end], strict=True)
        return short


def _joined(sizes: Sequence[int], most: int) -> list[tuple[int, int]]:
    """First and last sentence of each window: as many as fit, beginning with the last one's last if that is short."""
    windows, first = [], 0
    while True:
        last, size = first, sizes[first]
        while last + 1 < len(sizes) and size + sizes[last + 1] <= most:
            last += 1
            size += sizes[last]
        windows.append((first, last))
        if last + 1 == len(sizes):
            return windows
        shares = last > first and sizes[last] <= OVERLAP and sizes[last] + sizes[last + 1] <= most
        first = last if shares else last + 1


def page(pairs: Sequence[tuple[Numbers, Window]]) -> Page:
    """Questions beside windows: `<s> question </s></s> window </s>`."""
    lengths = [len(question) + len(window.tokens) + 4 for question, window in pairs]
    shape = len(pairs), max(lengths)
    tokens = np.full(shape, PAD, np.int64)
    attended, allowed = np.zeros(shape, bool), np.zeros(shape, bool)
    for row, (question, window) in enumerate(pairs):
        tokens[row, : lengths[row]] = [BEGIN, *question, END, END, *window.tokens, END]
        attended[row, : lengths[row]] = True
        allowed[row, 0] = True
        allowed[row, passage_at(question) : lengths[row] - 1] = window.stands
    return Page(torch.from_numpy(tokens), torch.from_numpy(attended), torch.from_numpy(allowed))


def passage_at(question: Numbers) -> int:
    """How many tokens stand before the window's first."""
    return len(question) + 3
