"""What a reader on the embedding model's trunk is given: a question beside a window of a text.

    <s> query: … </s></s> passage: … </s>

A short text is one window; a long one becomes windows of whole sentences. The bundled reader reads with this, and
training/ learns with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedding.unpacking import BEGIN, END, PASSAGE, QUERY
from index.types import Span

LONGEST_QUESTION = 80
"""Tokens; nobody asks more."""
LONGEST_SHARED = 50
"""Tokens of a sentence that two windows share."""
ROOM = 4
"""Tokens that a window has over its sentences: the prefix, and what a cut apart adds."""

Numbers = NDArray[np.int32]


class Tokenizer(Protocol):
    """Cuts a text into the tokens of the trunk."""

    def cut(self, text: str) -> Sequence[int]:
        """The numbers of the tokens."""
        ...

    def cut_in_place(self, text: str) -> tuple[Sequence[int], Sequence[Span]]:
        """The same, and where in the text each token stands; it may hold the white space before it."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a text."""

    tokens: Numbers
    places: Numbers
    """Where in the text each token stands, shape (tokens, 2): start and end, the same for those of the prefix."""

    @property
    def stands(self) -> NDArray[np.bool_]:
        """For each token whether it stands in the text."""
        return self.places[:, 1] > self.places[:, 0]


class Cutter:
    """Cuts questions and texts with a tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def question(self, question: str) -> Numbers:
        """The tokens of a question."""
        return np.array(self._tokenizer.cut(QUERY + question)[:LONGEST_QUESTION], np.int32)

    def window(self, text: str, start: int = 0, end: int | None = None) -> Window:
        """text[start:end] as one window, however long it is; places are those in the whole text."""
        tokens, places = self._tokenizer.cut_in_place(PASSAGE + text[start:end])
        ahead = start - len(PASSAGE)
        trimmed = [_without_blanks(text, max(first + ahead, start), max(last + ahead, start)) for first, last in places]
        return Window(np.array(tokens, np.int32), np.array(trimmed, np.int32).reshape(-1, 2))

    def windows(self, text: str, sentences: Sequence[Span], most: int) -> list[Window]:
        """The whole text if it has at most `most` tokens, else overlapping parts of whole sentences."""
        whole = self.window(text)
        if len(whole.tokens) <= most:
            return [whole]
        spans = self._short(text, sentences, most - ROOM)
        sizes = self._sizes(text, spans)
        return [self.window(text, spans[first][0], spans[last][1]) for first, last in _joined(sizes, most - ROOM)]

    def _short(self, text: str, sentences: Sequence[Span], most: int) -> list[Span]:
        """The sentences, those longer than a window in pieces."""
        short: list[Span] = []
        for (start, end), size in zip(sentences, self._sizes(text, sentences), strict=True):
            pieces = -(-size // most) + (size > most)  # one more than needed, since words differ in tokens
            borders = [start]
            for number in range(1, pieces):
                at = text.find(" ", start + (end - start) * number // pieces, end)
                if at > borders[-1]:
                    borders.append(at)
            short += zip(borders, [*borders[1:], end], strict=True)
        return short

    def _sizes(self, text: str, spans: Sequence[Span]) -> list[int]:
        return [len(self._tokenizer.cut(text[start:end])) for start, end in spans]


def _without_blanks(text: str, start: int, end: int) -> Span:
    """A token's place without the white space before it."""
    while start < end and text[start].isspace():
        start += 1
    return start, end


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
        shares = last > first and sizes[last] <= LONGEST_SHARED and sizes[last] + sizes[last + 1] <= most
        first = last if shares else last + 1


def beside(question: Numbers, window: Window) -> list[int]:
    """The tokens of a question and a window, side by side."""
    return [BEGIN, *question.tolist(), END, END, *window.tokens.tolist(), END]


def passage_at(question: Numbers) -> int:
    """How many tokens stand before the window's first."""
    return len(question) + 3
