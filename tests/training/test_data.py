"""What is learnt from is right, and the same whenever it is asked for."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from tiny_reader import MAYORS, TOWNS, decoded

from bot.readers.windows import Cutter
from index.types import ConfigurationError
from training import data as data_module
from training.asking import names
from training.data import Batches, Material, batches
from training.mined import read_mined, write_mined


def test_a_pass_is_the_same_whenever_it_is_asked_for(data: Path, mined: Path, cutter: Cutter) -> None:
    def told(passed: Batches) -> list[Any]:
        return [
            [[(*one.question, *one.window.tokens, one.answer) for one in part] for part in b] for b in passed.batches
        ]

    material = Material(data, mined, cutter)
    first, second = told(batches(material, 7, 0, 4, 2)), told(batches(material, 7, 1, 4, 2))
    assert told(batches(Material(data, mined, cutter), 7, 1, 4, 2)) == second != first
    assert told(batches(material, 8, 1, 4, 2)) != second
    assert {len(part) for batch in first for part in batch} <= {1, 2, 3, 4}
    assert {len(batch) for batch in first} == {2}


def test_questions_are_also_asked_about_names_that_the_paragraph_lacks(
    data: Path, mined: Path, cutter: Cutter, monkeypatch: pytest.MonkeyPatch
) -> None:
    material = Material(data, mined, cutter)
    chance = random.Random(7)
    swapped = [(one.case, question) for one in material._cases if (question := material._swapped(one.case, chance))]
    assert len(swapped) > 10
    for case, question in swapped:
        assert question != case.question
        assert not any(name[0] in case.context for name in names(question))
    for share, least, most in ((0.0, 0, 0), (1.0, 10, 36)):
        monkeypatch.setattr(data_module, "SWAPPED", share)
        more = sum(one.answer is None for one in material.examples(random.Random(7)))
        monkeypatch.setattr(data_module, "SWAPPED", 0.0)
        assert least <= more - sum(one.answer is None for one in material.examples(random.Random(7))) <= most


def test_every_answer_that_is_learnt_is_one_of_the_data(data: Path, mined: Path, cutter: Cutter) -> None:
    kinds = {"answered": 0, "other languages": 0, "unanswered": 0}
    for example in Material(data, mined, cutter).examples(random.Random(7)):
        text = decoded(cutter, example.window.tokens)
        if example.answer is None:
            kinds["unanswered"] += 1
            continue
        first, last = example.answer
        answer = decoded(cutter, example.window.tokens[first : last + 1])
        assert answer == next(mayor for town, mayor in zip(TOWNS, MAYORS, strict=True) if town in text)
        asked = decoded(cutter, example.question).lower()
        kinds["other languages"] += "mayor" in asked and "wali" in text.lower()
        kinds["answered"] += 1
    assert kinds["answered"] == 12 + 2 * 4 + 4 + 4  # each once, and those of FacQA in both spacings
    assert kinds["unanswered"] >= 10
    assert kinds["other languages"] >= 1


def test_a_file_that_was_mined_of_other_questions_is_refused(
    data: Path, mined: Path, cutter: Cutter, tmp_path: Path
) -> None:
    write_mined(read_mined(mined)._replace(near={"somebody-elses": [0]}), tmp_path / "other.json.gz")
    with pytest.raises(ConfigurationError, match="made of other questions"):
        Material(data, tmp_path / "other.json.gz", cutter)
    with pytest.raises(ConfigurationError, match=r"is not what training\.mining writes"):
        Material(data, data / "idkmrc-train.jsonl.gz", cutter)
