"""What is remembered of a conversation."""

from __future__ import annotations

import pytest

from bot.questions import conversation
from bot.questions.conversation import Memory, Turn


def turn(question: str) -> Turn:
    return Turn(question=question)


def test_each_asker_has_their_own_turns_and_only_the_last_ones() -> None:
    kept = Memory()
    for number in range(5):
        kept.add("alice", turn(f"a{number}"))
    kept.add("bob", turn("b"))
    assert [one.question for one in kept.before("alice")] == ["a2", "a3", "a4"]
    assert [one.question for one in kept.before("bob")] == ["b"]
    assert kept.before("carol") == ()


def test_a_conversation_is_over_after_a_while() -> None:
    now = 0.0
    kept = Memory(clock=lambda: now)
    kept.add("alice", turn("a"))
    now = conversation.SECONDS - 1
    assert kept.before("alice")
    now = conversation.SECONDS
    assert kept.before("alice") == ()
    kept.add("alice", turn("b"))
    assert [one.question for one in kept.before("alice")] == ["b"]


def test_those_who_asked_longest_ago_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "ASKERS", 2)
    kept = Memory()
    for asker in ("alice", "bob", "alice", "carol"):
        kept.add(asker, turn("q"))
    assert [asker for asker in ("alice", "bob", "carol") if kept.before(asker)] == ["alice", "carol"]
