"""What the reader learns from: for every pass over the data another choice of questions, windows and other passages."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import torch

from bot.evaluation.cases import Case
from bot.readers.windows import Cutter, Numbers, Window, passage_at
from index.text.sentences import sentences
from index.types import ConfigurationError, Span
from training.asking import as_typed, names, normally_spaced
from training.cases import TRAIN, joint, read_data
from training.crew import Part
from training.dropout import Drop, Dropout
from training.glossary import in_english
from training.mined import read_mined
from training.windows import held, page, touches

WINDOW_SIZES = (150, 150, 100)
"""Tokens; each question is asked of windows of one of these sizes."""
OTHER_WINDOW = 0.25
"""How often a window that does not hold the answer is learnt from as well."""
MISLEADING = 0.75
"""How often an answerable question is also put to a passage that search finds and that does not answer it."""
UNANSWERABLE_KEPT = {"squad-id-train": 0.6}
"""By source; translated near misses are noisy, and there are too many of them."""
NEAREST_FIRST = 0.25
"""Each misleading passage is taken with this chance, else the next is looked at."""
OTHER_LANGUAGE, ENGLISH = 0.6, 0.4
"""How often an answerable question that is known in several languages is put in one of them, and how often of these in
English, whatever the others are."""
ENGLISH_WORDS = 0.2
"""How often an Indonesian question gets English words."""
SWAPPED = 0.1
"""How often an answerable question is also asked about a name that its paragraph does not have."""
ODDLY_SPACED = ("facqa-train",)
"""Tokens joined by spaces; they are learnt from twice, as they are and as a newspaper prints them."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question beside a window, and the first and last token of the answer in the window; None: it does not say."""

    question: Numbers
    window: Window
    answer: Span | None

    @property
    def length(self) -> int:
        return len(self.question) + len(self.window.tokens)


class Draft(NamedTuple):
    """The same before the question is cut into tokens."""

    question: str
    window: Window
    answer: Span | None


@dataclass(frozen=True, slots=True)
class Sourced:
    """A case and the name of the file it is from."""

    case: Case
    source: str


class Material:
    """All cases that one can learn from, cut once."""

    def __init__(self, folder: Path, mined: Path, cutter: Cutter) -> None:
        """Load the -train files of the folder, and what training.mining made of them."""
        self._cutter = cutter
        self._cases = [
            Sourced(case, source) for source in TRAIN for case in read_data(folder, source) if _is_usable(case)
        ]
        self._passages, self._near = read_mined(mined)
        if not any(one.case.id in self._near for one in self._cases):
            raise ConfigurationError(
                f"{mined} was made of other questions than {folder} holds. Run training.mining again."
            )
        self._languages = _by_language([one.case for one in self._cases])
        self._names = sorted({found[0] for one in self._cases for found in names(one.case.question)})
        self._windows: dict[tuple[str, int], list[Window]] = {}
        self._parts: dict[int, Window] = {}

    def examples(self, chance: random.Random) -> list[Example]:
        """One pass over the data, in any order."""
        drafts = [draft for one in self._cases for draft in self._drafts(one, chance)]
        return [Example(self._cutter.question(draft.question), draft.window, draft.answer) for draft in drafts]

    def _drafts(self, one: Sourced, chance: random.Random) -> list[Draft]:
        case = one.case
        if not case.answers and chance.random() > UNANSWERABLE_KEPT.get(one.source, 1.0):
            return []
        size = chance.choice(WINDOW_SIZES)  # drawn for every case, or all passes would come out otherwise than before
        if not case.answers:
            return [Draft(self._question(case, chance), chance.choice(self._cut(case, size)), None)]
        drafts = [draft for variant in _variants(one) for draft in self._answered(variant, chance)]
        near = self._near.get(case.id, [])
        if near and chance.random() < MISLEADING:
            drafts.append(Draft(self._question(case, chance), self._part(_early(near, chance)), None))
        if chance.random() < SWAPPED and (question := self._swapped(case, chance)):
            drafts.append(Draft(as_typed(question, case.question_language, chance), self._holding(case, chance), None))
        return drafts

    def _swapped(self, case: Case, chance: random.Random) -> str | None:
        """The question about a name that its paragraph does not have, in the place of one that it has; None without."""
        named = [found for found in names(case.question) if found[0] in case.context]
        if not named:
            return None
        found, other = chance.choice(named), chance.choice(self._names)
        if other in case.context:
            return None
        return case.question[: found.start()] + other + case.question[found.end() :]

    def _holding(self, case: Case, chance: random.Random) -> Window:
        """A window with the answer, where one holds it whole."""
        answer, windows = chance.choice(case.spans), self._cut(case, chance.choice(WINDOW_SIZES))
        holding = [window for window in windows if touches(window, answer)]
        return chance.choice(holding or windows)

    def _answered(self, case: Case, chance: random.Random) -> list[Draft]:
        """The case with a window that holds its answer, and now and then with one that does not."""
        answer = chance.choice(case.spans)
        windows = self._cut(case, chance.choice(WINDOW_SIZES))
        drafts = []
        holding = [(window, span) for window in windows if (span := held(window, answer)) is not None]
        if holding:
            drafts.append(Draft(self._question(case, chance), *chance.choice(holding)))
        others = [window for window in windows if not any(touches(window, one) for one in case.spans)]
        if others and chance.random() < OTHER_WINDOW:
            drafts.append(Draft(self._question(case, chance), chance.choice(others), None))
        return drafts

    def _question(self, case: Case, chance: random.Random) -> str:
        """As it was asked or, where the same is known in other languages, often in one of them."""
        known = self._languages.get(joint(case.id), {})
        language, question = case.question_language, case.question
        if case.answers and len(known) > 1 and chance.random() < OTHER_LANGUAGE:
            language = "en" if "en" in known and chance.random() < ENGLISH else chance.choice(sorted(known))
            question = known[language]
        if language == "id" and chance.random() < ENGLISH_WORDS:
            language, question = "en", in_english(question, chance.uniform(0.5, 1.0), chance)
        return as_typed(question, language, chance)

    def _cut(self, case: Case, most: int) -> list[Window]:
        key = case.context, most
        if key not in self._windows:
            self._windows[key] = self._cutter.windows(
                case.context, sentences(case.context, case.context_language), most
            )
        return self._windows[key]

    def _part(self, number: int) -> Window:
        if number not in self._parts:
            self._parts[number] = self._cutter.window(self._passages[number])
        return self._parts[number]


def _is_usable(case: Case) -> bool:
    """Whether one can learn from it: unanswerable, or with an answer that stands in the paragraph."""
    return not case.answers or bool(case.spans)


def _variants(one: Sourced) -> list[Case]:
    """The case, and the same as a newspaper would have spaced it where its tokens were joined by spaces."""
    if one.source not in ODDLY_SPACED:
        return [one.case]
    context, spans = normally_spaced(one.case.context, one.case.spans)
    return [one.case, replace(one.case, context=context, spans=spans)] if spans else [one.case]


def _by_language(cases: Sequence[Case]) -> dict[str, dict[str, str]]:
    """For each question its wording in every language that it is known in."""
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for case in cases:
        if case.answers:
            known[joint(case.id)][case.question_language] = case.question
    return known


def _early(numbers: Sequence[int], chance: random.Random) -> int:
    """One of the numbers, rather one of the first."""
    for number in numbers:
        if chance.random() < NEAREST_FIRST:
            return number
    return chance.choice(numbers)


@dataclass(frozen=True, slots=True)
class Batches:
    """One pass over the data as batches, each of parts with examples of about one length."""

    batches: list[list[list[Example]]]

    @classmethod
    def of(cls, examples: list[Example], part_size: int, parts: int, chance: random.Random) -> Batches:
        # Examples of one length stand together, so that little is padded; the noise mixes neighbours anew each time.
        ordered = sorted(examples, key=lambda one: one.length + chance.random() * 6)
        pieces = [ordered[start : start + part_size] for start in range(0, len(ordered), part_size)]
        chance.shuffle(pieces)
        return cls([pieces[start : start + parts] for start in range(0, len(pieces) - parts + 1, parts)])


def batches(material: Material, seed: int, epoch: int, part_size: int, parts: int) -> Batches:
    """The pass of this number; the same whenever it is asked for."""
    chance = random.Random(f"{seed}-{epoch}")
    return Batches.of(material.examples(chance), part_size, parts, chance)


def parts_of(batch: list[list[Example]], dropout: Dropout, seed: int) -> list[Part]:
    """What the crew is given, longest first, so that no thread is left with a long one at the end."""
    ordered = sorted(batch, key=lambda examples: -max(one.length for one in examples))
    return [
        _part(examples, dropout.drawn(torch.Generator().manual_seed(seed * 1000 + number)))
        for number, examples in enumerate(ordered)
    ]


def _part(examples: list[Example], drop: Drop) -> Part:
    spans = torch.tensor([_span(one) for one in examples])
    return Part(page([(one.question, one.window) for one in examples]), spans[:, 0], spans[:, 1], drop)


def _span(example: Example) -> tuple[int, int]:
    """First and last token of the answer on its page; the page's first token stands for "it does not say"."""
    if example.answer is None:
        return 0, 0
    before = passage_at(example.question)
    return before + example.answer[0], before + example.answer[1]
