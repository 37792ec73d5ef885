"""How well a reader reads: the figures of the -valid files.

    python -m training.evaluate TRUNK DATA CHECKPOINT

Each question is asked of its own paragraph. Prints, for each file, exact match and F1 of the best span of the
answerable questions, and where there are others too, the chance that an answerable one scores above one of these: by
the span's margin ("auc"), by the head for "it answers" ("auc_head"), and by both. Search and refusal as a user sees
them are measured by `kabar eval`, with the exported reader.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from bot.evaluation.cases import Case
from bot.evaluation.measures import PLACES, auc
from bot.evaluation.scoring import exact_match, f1
from bot.readers.types import LONGEST_ANSWER
from bot.readers.windows import Cutter, Numbers, Window, passage_at
from index.text.sentences import sentences
from training.cases import VALID, read_data
from training.checkpoints import learnt_in
from training.commands import parser, run
from training.crew import Crew
from training.model import Scores, Trunk, rank_of
from training.windows import cutter_of, page

AT_ONCE = 16
WINDOW = 150
"""Tokens of a passage."""
HEAD_WEIGHT = 2
"""Of the head's logit beside the span's margin."""

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Found:
    """The best span of a window, and how much better it is than "does not say"."""

    start: int
    end: int
    margin: float
    answers: float
    """The other head's logit of "it answers at all"."""


def all_readings(
    crew: Crew, learnt: Mapping[str, Tensor], cutter: Cutter, data: Path, window: int = WINDOW
) -> dict[str, Figures]:
    """The figures of every -valid file."""
    return {name: reading(crew, learnt, cutter, read_data(data, name), window) for name in VALID}


def reading(
    crew: Crew, learnt: Mapping[str, Tensor], cutter: Cutter, cases: Sequence[Case], window: int = WINDOW
) -> Figures:
    """Each case asked of its own paragraph: how right the best span is, and how well refusing would work."""
    pairs, owners = [], []
    for number, case in enumerate(cases):
        question = cutter.question(case.question)
        for one in cutter.windows(case.context, sentences(case.context, case.context_language), window):
            pairs.append((question, one))
            owners.append(number)
    best: dict[int, Found] = {}
    said = dict.fromkeys(range(len(cases)), -np.inf)
    for owner, found in zip(owners, read_pairs(crew, learnt, pairs), strict=True):
        said[owner] = max(said[owner], found.answers)
        if owner not in best or found.margin > best[owner].margin:
            best[owner] = found
    return _figures(cases, [best[number] for number in range(len(cases))], list(said.values()))


def read_pairs(crew: Crew, learnt: Mapping[str, Tensor], pairs: Sequence[tuple[Numbers, Window]]) -> list[Found]:
    """What is found in each window, in order."""
    order = sorted(range(len(pairs)), key=lambda number: len(pairs[number][0]) + len(pairs[number][1].tokens))
    parts = [order[start : start + AT_ONCE] for start in range(0, len(order), AT_ONCE)]
    pages = [page([pairs[number] for number in part]) for part in parts]
    found: dict[int, Found] = {}
    for part, scores in zip(parts, crew.scores(crew.merged(learnt), pages), strict=True):
        found |= zip(part, _best(scores, [pairs[number] for number in part]), strict=True)
    return [found[number] for number in range(len(pairs))]


def _best(scores: Scores, pairs: Sequence[tuple[Numbers, Window]]) -> list[Found]:
    starts, ends = scores.start.float(), scores.end.float()
    spans = starts[:, :, None] + ends[:, None, :]
    length = spans.shape[1]
    possible = torch.ones(length, length, dtype=torch.bool).triu().tril(LONGEST_ANSWER - 1)
    possible[0] = possible[:, 0] = False
    flat = spans.masked_fill(~possible, -1e9).flatten(1)
    best = []
    for row, (question, window) in enumerate(pairs):
        at = int(flat[row].argmax())
        first, last = (place - passage_at(question) for place in divmod(at, length))
        margin = float(flat[row, at] - starts[row, 0] - ends[row, 0])
        start, end = int(window.places[first, 0]), int(window.places[last, 1])
        best.append(Found(start, end, margin, float(scores.answers[row])))
    return best


def _figures(cases: Sequence[Case], best: Sequence[Found], said: Sequence[float]) -> Figures:
    """`said` is for each case the highest logit of "it answers" among its windows."""
    answerable = [(case, found) for case, found in zip(cases, best, strict=True) if case.answers]
    spans = [(case.context[found.start : found.end], case.answers) for case, found in answerable]
    figures = {
        "em": float(np.mean([exact_match(*one) for one in spans])),
        "f1": float(np.mean([f1(*one) for one in spans])),
    }
    has_answer = np.array([bool(case.answers) for case in cases])
    margins, heads = np.array([one.margin for one in best]), np.array(said)
    for name, values in (("auc", margins), ("auc_head", heads), ("auc_both", margins + HEAD_WEIGHT * heads)):
        separation = auc(values[has_answer].tolist(), values[~has_answer].tolist())
        if separation is not None:
            figures[name] = separation
    return {name: round(value, PLACES) for name, value in figures.items()}


def main() -> None:
    made = parser("evaluate", __doc__, "trunk", "data", "checkpoint")
    made.add_argument("--raw", action="store_true", help="the weights as they are, not their moving average")
    made.add_argument("--window", type=int, default=WINDOW, help="tokens of a passage (%(default)s)")
    made.add_argument("--fp32", action="store_true", help="full precision; slower")
    options = made.parse_args()
    learnt = learnt_in(options.checkpoint, raw=options.raw)
    trunk = Trunk(options.trunk, rank_of(learnt))
    crew, cutter = Crew(trunk, torch.float32 if options.fp32 else torch.bfloat16), cutter_of(options.trunk)
    figures = all_readings(crew, learnt, cutter, options.data, options.window)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    run(main)
