"""The best span is the best of all, and no longer than an answer."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_reader import MAYORS, TOWNS, WORDS

from bot.readers.types import LONGEST_ANSWER
from bot.readers.windows import Cutter, passage_at
from training import evaluate
from training.crew import Crew
from training.evaluate import read_pairs
from training.model import Scores, Tensors, Trunk
from training.windows import page


def best_by_trying(starts: list[float], ends: list[float], at: list[int]) -> tuple[tuple[int, int], float]:
    """First and last token of the best span, and its score, found by trying all."""
    spans = {(i, j): starts[i] + ends[j] for i in at for j in at if i <= j < i + LONGEST_ANSWER}
    return max(spans.items(), key=lambda item: item[1])


@pytest.mark.parametrize("seed", range(12))
def test_no_span_is_longer_than_an_answer(cutter: Cutter, seed: int) -> None:
    pair = cutter.question("Siapa?"), cutter.window(" ".join(2 * [*TOWNS, *MAYORS, *WORDS]))
    read, generator = page([pair]), torch.Generator().manual_seed(seed)
    starts, ends = torch.randn(2, *read.tokens.shape, generator=generator).masked_fill(~read.allowed, -1e4)
    (found,) = evaluate._best(Scores(starts, ends, torch.zeros(1)), [pair])
    at = [passage_at(pair[0]) + number for number in np.flatnonzero(pair[1].stands)]
    (first, last), _score = best_by_trying(starts[0].tolist(), ends[0].tolist(), at)
    places = pair[1].places[np.array([first, last]) - passage_at(pair[0])]
    assert (found.start, found.end) == (places[0, 0], places[1, 1])


def test_the_best_span_is_the_one_that_brute_force_finds(trunk: Trunk, learnt: Tensors, cutter: Cutter) -> None:
    crew = Crew(trunk, torch.float32, threads=2)
    asked = [cutter.question(question) for question in ("Siapa?", "Siapa wali kota Lowen?")]
    long = " ".join([*TOWNS, *MAYORS, *WORDS])
    pairs = [(question, cutter.window(text)) for question in asked for text in ("Ada.", long, "Wali kota adalah Ada.")]
    for (question, window), found in zip(pairs, read_pairs(crew, learnt, pairs), strict=True):
        (scores,) = crew.scores(crew.merged(learnt), [page([(question, window)])])
        starts, ends = scores.start[0].tolist(), scores.end[0].tolist()
        at = [passage_at(question) + number for number in np.flatnonzero(window.stands)]
        (first, last), score = best_by_trying(starts, ends, at)
        places = window.places[np.array([first, last]) - passage_at(question)]
        assert (found.start, found.end) == (places[0, 0], places[1, 1])
        assert found.margin == pytest.approx(score - starts[0] - ends[0], abs=1e-4)
        assert found.answers == pytest.approx(scores.answers.item(), abs=1e-4)
