"""Misleading passages do not answer."""

from __future__ import annotations

from pathlib import Path

from tiny_reader import learnable

from bot.evaluation.cases import Case
from index.embedding.hashing import HashEmbedder
from training import mining
from training.mined import read_mined


def test_misleading_passages_are_of_other_paragraphs_and_do_not_answer(data: Path, mined: Path) -> None:
    found, cases = read_mined(mined), learnable(data)
    assert set(found.near) == {one.id for one in cases if one.answers}
    assert all(found.near.values())
    for one in cases:
        passages = [found.passages[number] for number in found.near.get(one.id, [])]
        assert not any(answer.lower() in passage.lower() for answer in one.answers for passage in passages)
        assert one.context not in passages


def test_the_rest_of_its_own_paragraph_does_not_mislead() -> None:
    rest = " ".join(f"Kios nomor {number} di pasar itu dibuka pagi hari." for number in range(40))
    cases = [
        Case("Kapan kios dibuka?", ("1990",), context=f"Pasar Lowen dibuka 1990. {rest}", spans=((19, 23),), id="a"),
        Case("Siapa?", (), context="Kios di pasar Karang ramai.", id="b"),
    ]
    found = mining.mine(cases, HashEmbedder())
    assert len(found.passages) > 2
    assert [found.passages[number] for number in found.near["a"]] == [cases[1].context]
