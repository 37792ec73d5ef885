"""The line of questions: bounded, without double work, and with a memory that lives as long as the snapshot."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from patience import PATIENCE

from bot.answers.answerer import Answerer
from bot.answers.live import LiveAnswerer
from bot.answers.types import Answer
from bot.questions.conversation import Turn
from bot.telegram import queue as queue_module
from bot.telegram.queue import AnswerQueue, FullError
from index.types import Filter

pytestmark = pytest.mark.anyio
QUESTION = "When did the bakery on Mill Street open?"


class Counting:
    """Counts the questions that the answerer is asked, and holds them up while `gate` is closed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        ask = Answerer.ask

        def counted(answerer: Answerer, question: str, *others: object) -> Answer:
            self.asked.append(question)
            assert self.gate.wait(PATIENCE)
            return ask(answerer, question, *others)  # type: ignore[arg-type]

        monkeypatch.setattr(Answerer, "ask", counted)

    @contextmanager
    def closed(self) -> Iterator[None]:
        self.gate.clear()
        try:
            yield
        finally:
            self.gate.set()


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(monkeypatch)


async def started(*questions: asyncio.Task[Answer]) -> None:
    for _ in range(3):
        await asyncio.sleep(0)
    assert not any(question.done() for question in questions)


async def test_a_question_asked_twice_at_once_is_answered_once(live: LiveAnswerer, counting: Counting) -> None:
    queue = AnswerQueue(live)
    with counting.closed():
        twice = [asyncio.create_task(queue.ask(QUESTION)) for _ in range(5)]
        await started(*twice)
        assert queue.waiting == 1
        twice[0].cancel()  # who gives up takes nothing from the others
        await asyncio.sleep(0)
    answers = await asyncio.gather(*twice[1:])
    assert all(answer is answers[0] for answer in answers)
    assert (counting.asked, queue.waiting) == ([QUESTION], 0)


async def test_an_answer_is_kept_as_long_as_its_snapshot(
    live: LiveAnswerer, counting: Counting, add_bakery: Callable[[], str]
) -> None:
    queue = AnswerQueue(live)
    assert await queue.ask(QUESTION) is await queue.ask(QUESTION)
    assert (await queue.ask(QUESTION)).answer is None
    add_bakery()
    live.follow()
    assert (await queue.ask(QUESTION)).answer == "The bakery on Mill Street opened in May."
    assert counting.asked == [QUESTION] * 2


async def test_another_filter_or_another_conversation_is_another_question(
    live: LiveAnswerer, counting: Counting
) -> None:
    queue = AnswerQueue(live)
    await queue.ask(QUESTION)
    await queue.ask(QUESTION, Filter(articles=frozenset({"market"})))
    await queue.ask(QUESTION, context=(Turn("Who lives there?"),))
    assert len(counting.asked) == 3


async def test_more_than_anybody_would_wait_for_are_turned_away(live: LiveAnswerer, counting: Counting) -> None:
    queue = AnswerQueue(live, most_waiting=3)
    with counting.closed():
        waiting = [asyncio.create_task(queue.ask(f"{QUESTION} {number}")) for number in range(3)]
        await started(*waiting)
        with pytest.raises(FullError):
            await queue.ask("one more")
        again = asyncio.create_task(queue.ask(f"{QUESTION} 0"))  # what is in the line already takes no place
        await started(again)
    await asyncio.gather(*waiting, again)
    await queue.ask("one more")


async def test_an_error_is_everybodys_and_is_not_kept(live: LiveAnswerer, monkeypatch: pytest.MonkeyPatch) -> None:
    queue = AnswerQueue(live)
    with monkeypatch.context() as broken:
        broken.setattr(Answerer, "ask", lambda *_: 1 / 0)
        for result in await asyncio.gather(queue.ask(QUESTION), queue.ask(QUESTION), return_exceptions=True):
            assert isinstance(result, ZeroDivisionError)
    assert (await queue.ask(QUESTION)).sources


async def test_the_longest_unasked_answers_are_dropped_first(
    live: LiveAnswerer, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "MOST_KEPT", 3)
    queue = AnswerQueue(live)
    for question in ("one", "two", "three", "one", "four", "one", "two"):
        await queue.ask(question)
    assert counting.asked == ["one", "two", "three", "four", "two"]
