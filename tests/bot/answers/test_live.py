"""A running program follows the live snapshot and never loses the one that it answers from."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import wait_until

from bot.answers.live import LiveAnswerer
from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store.snapshots import roll_back

QUESTION = "When did the bakery on Mill Street open?"


def sources(live: LiveAnswerer) -> set[str]:
    with live.lend() as answerer:
        return {passage.article for passage in answerer.ask(QUESTION).sources}


def test_a_new_snapshot_answers_the_next_question(
    live: LiveAnswerer, index_dir: Path, add_bakery: Callable[[], str]
) -> None:
    live.follow()
    assert "bakery" not in sources(live)
    add_bakery()
    assert "bakery" not in sources(live)
    live.follow()
    assert "bakery" in sources(live)
    roll_back(index_dir)
    live.follow()
    assert "bakery" not in sources(live)


def test_a_question_ends_on_the_snapshot_that_it_began_on(live: LiveAnswerer, add_bakery: Callable[[], str]) -> None:
    with live.lend() as before:
        add_bakery()
        live.follow()
        assert before.ask(QUESTION).snapshot == before.snapshot.name
        with live.lend() as after:
            assert after.snapshot.name != before.snapshot.name
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):  # nobody holds it any more, so its files are let go
        before.ask(QUESTION)


def test_a_broken_snapshot_is_told_once_and_passed_by(
    live: LiveAnswerer, index_dir: Path, add_bakery: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    name = add_bakery()
    vectors = index_dir / "snapshots" / name / "vectors.faiss"
    content = vectors.read_bytes()
    vectors.write_bytes(content[:-1])
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            live.follow()
    assert [record.getMessage().count("damaged") for record in caplog.records] == [1]
    assert "bakery" not in sources(live)
    vectors.write_bytes(content)
    live.follow()
    assert "bakery" in sources(live)


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_a_pointer_that_vanished_changes_nothing(live: LiveAnswerer, index_dir: Path, content: bytes | None) -> None:
    pointer = index_dir / "CURRENT"
    if content is None:
        pointer.unlink()
    else:
        pointer.write_bytes(content)
    live.follow()
    assert sources(live)


def test_many_ask_while_snapshots_come_and_go(live: LiveAnswerer, articles_dir: Path, index_dir: Path) -> None:
    stop, right, wrong = threading.Event(), list[str](), list[object]()

    def ask() -> None:
        while not stop.is_set():
            try:
                with live.lend() as answerer:
                    answer = answerer.ask("For how many million euros was the second crane of the harbour bought?")
                    assert answer.snapshot == answerer.snapshot.name
                    assert answer.quote is not None
                    assert "4.2" in answer.quote.text
                    right.append(answer.snapshot)
            except Exception as exc:
                wrong.append(exc)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for number in range(12):
        (articles_dir / "changing.txt").write_text(f"A changing story\n\nIt says {number}.\n")
        build([articles_dir], index_dir, HashEmbedder())
        live.follow()
        wait_until(lambda: live.name in right or wrong)
    stop.set()
    for asker in askers:
        asker.join()
    assert wrong == []
