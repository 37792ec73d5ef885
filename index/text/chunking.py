"""An article's text becomes chunks: whole sentences, some 100 tokens, each sharing one sentence with the next.

The borders are chosen for the whole text at once, so that no small rest is left over at its end: of all ways to cut
it, the one whose chunks are nearest to the target and most often begin where a paragraph does. Only the text, the
token counts and the language decide, so the same article always gives the same chunks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from index.text.sentences import paragraph_ends, sentences
from index.types import Chunk, Span

__all__ = ["VERSION", "chunk", "sentences"]

VERSION: int = 3
"""Stands in each snapshot's manifest. Raise it whenever the same text could give other chunks."""

TARGET = 100
"""Tokens. Three to five sentences of news, about one fact and what is said of it: with less, "he" and "there" lose
what they stand for; with more, the vector is a mixture of several facts and near to no question."""
LEAST = 60
MOST = 150
"""A longer sentence is cut. Title, question and the longest chunk together stay far below the model's 512 tokens."""
LIMIT = MOST + LEAST
"""A chunk may become this long only where otherwise one of less than LEAST would be left."""
LONGEST_OVERLAP = 50
"""A longer sentence is not repeated: it would fill half of the next chunk."""
SMALLEST_COUNT = 6
"""What a sentence counts at least, so that a table of single figures gives no chunk of a hundred lines."""

_TOO_SMALL = 20.0
"""More than any number of other costs that avoiding one small chunk may bring."""
_WITHIN_PARAGRAPH = 0.08
"""What it costs to begin there: as much as 28 tokens more or less than the target."""

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    tokens: int
    opens_paragraph: bool

    @property
    def is_too_long(self) -> bool:
        return self.tokens > MOST


def chunk(text: str, count_tokens: CountTokens, language: str | None = None) -> list[Chunk]:
    """The text's chunks in order; every character but white space is in one or two of them.

    `count_tokens` is called at most twice: for all sentences, and for the words of those that are too long.
    """
    parts = _measured_sentences(text, sentences(text, language), count_tokens)
    pieces = iter(_pieces(text, [(one.start, one.end) for one in parts if one.is_too_long], count_tokens))
    chunks: list[Chunk] = []
    for too_long, group in groupby(parts, key=lambda one: one.is_too_long):
        if too_long:
            chunks += [_chunk(text, [span]) for _sentence in group for span in next(pieces)]
        else:
            chunks += [_chunk(text, spans) for spans in _groups(list(group))]
    return chunks


def _chunk(text: str, spans: Sequence[Span]) -> Chunk:
    start, end = spans[0][0], spans[-1][1]
    return Chunk(start, end, text[start:end], tuple((first - start, last - start) for first, last in spans))


def _measured_sentences(text: str, spans: list[Span], count_tokens: CountTokens) -> list[_Sentence]:
    counts = count_tokens([text[start:end] for start, end in spans]) if spans else []
    parts: list[_Sentence] = []
    previous = 0
    for (start, end), tokens in zip(spans, counts, strict=True):
        opens = not parts or paragraph_ends(text, previous, start)
        parts.append(_Sentence(start, end, max(tokens, SMALLEST_COUNT), opens))
        previous = end
    return parts


# --- sentences joined to chunks -------------------------------------------------------------------------------


def _groups(run: list[_Sentence]) -> Iterator[list[Span]]:
    """The sentences of each chunk of a run in which none is too long."""
    start = 0
    for end in _best_ends(run):
        yield [(one.start, one.end) for one in run[_first(run, start) : end]]
        start = end


def _first(run: list[_Sentence], start: int) -> int:
    """The chunk's first sentence if the one before it ends at `start`: that one's last again, unless it is long."""
    return start - 1 if start and run[start - 1].tokens <= LONGEST_OVERLAP else start


def _best_ends(run: list[_Sentence]) -> list[int]:
    """Where the chunks end, as numbers of sentences, in the cheapest way to cut the run.

    cheapest[n] is the cost of the best way to cut the first n sentences, and came_from[n] where its last chunk
    begins. A chunk holds a bounded number of sentences, so the work grows with the text and not with its square.
    """
    so_far = [0, *accumulate(one.tokens for one in run)]
    cheapest, came_from = [0.0], [0]
    for end in range(1, len(run) + 1):
        best, best_start = float("inf"), end - 1
        for start in range(end - 1, -1, -1):
            first = _first(run, start)
            size = so_far[end] - so_far[first]
            if size > LIMIT and start < end - 1:
                break
            cost = cheapest[start] + _cost(size, run[first].opens_paragraph)
            if cost < best:
                best, best_start = cost, start
        cheapest.append(best)
        came_from.append(best_start)
    ends = [len(run)]
    while came_from[ends[-1]]:
        ends.append(came_from[ends[-1]])
    return ends[::-1]


def _cost(size: int, opens_paragraph: bool) -> float:
    away = ((size - TARGET) / TARGET) ** 2
    unfit = _TOO_SMALL if size < LEAST else float(size > MOST)
    return away + unfit + (0.0 if opens_paragraph else _WITHIN_PARAGRAPH)


# --- sentences that are too long ------------------------------------------------------------------------------

# A sentence is cut between words; a run of characters with no space in it (Thai, a data dump) is taken forty at a
# time, more than any word has, and marks that combine stay with their letter.
_WORD = re.compile(r"\S{1,40}[\u0300-\u036f\u200d\ufe0f\U0001f3fb-\U0001f3ff]{0,16}")
_CLAUSE_ENDS = frozenset(",;:—–)”….!?、，；。")
_EARLY = 0.6
"""A clause that ends after this share of a piece ends the piece."""


def _pieces(text: str, spans: list[Span], count_tokens: CountTokens) -> Iterator[list[Span]]:
    """For each of the sentences the pieces that it is cut into."""
    words = [[word.span() for word in _WORD.finditer(text, start, end)] for start, end in spans]
    counts = iter(count_tokens([text[start:end] for one in words for start, end in one]) if spans else [])
    for one in words:
        yield list(_cut(text, one, [max(1, next(counts)) for _word in one]))


def _cut(text: str, words: list[Span], tokens: list[int]) -> Iterator[Span]:
    """The words as pieces of about one size, none above MOST tokens unless a single word has more."""
    left, size, first = sum(tokens), 0, 0
    for index, count in enumerate(tokens):
        if size and size + count > MOST:
            yield words[first][0], words[index - 1][1]
            left, size, first = left - size, 0, index
        size += count
        share = left / -(-left // MOST)
        end = words[index][1]
        enough = _EARLY * share if text[end - 1] in _CLAUSE_ENDS else share
        if left > MOST and size >= enough:
            yield words[first][0], end
            left, size, first = left - size, 0, index + 1
    if size:
        yield words[first][0], words[-1][1]
