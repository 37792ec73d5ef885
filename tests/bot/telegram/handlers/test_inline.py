"""Inline mode: the answer and the best passages, as cards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot_process import ANSWER, QUESTION, Bot
from telegram_server import TelegramServer, User

from index.build import build
from index.embedding.hashing import HashEmbedder

Start = Callable[..., Bot]


def offered(server: TelegramServer, user: User, query: str, offset: str = "") -> dict[str, object]:
    identifier = server.ask_inline(user, query, offset=offset)
    return server.wait_for_call("answerInlineQuery", inline_query_id=identifier).params


def test_inline_offers_the_answer_and_the_best_passages(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    offer = offered(server, alice, QUESTION)
    cards: list[dict[str, object]] = offer["results"]  # type: ignore[assignment]
    assert cards[0]["title"] == ANSWER[:59].rstrip() + "…"
    assert QUESTION in cards[0]["input_message_content"]["message_text"]  # type: ignore[index]
    assert len(cards) > 1
    assert int(str(offer["cache_time"])) > 0
    assert str(offer["is_personal"]).lower() == "true"
    assert offered(server, alice, "").get("results") == []


TYPES_ON = """
import asyncio, types
import bot.telegram.handlers.inline
typed = []
async def pause(seconds):
    typed.append(seconds)
    while len(typed) < 3:
        await asyncio.sleep(0.01)
bot.telegram.handlers.inline.asyncio = types.SimpleNamespace(sleep=pause)
"""
"""The change that makes the pause in typing end when three questions were typed."""


def test_only_the_last_of_what_somebody_types_is_answered(server: TelegramServer, start: Start, alice: User) -> None:
    start(change=TYPES_ON)
    typed = [server.ask_inline(alice, QUESTION[:length]) for length in (20, 40, len(QUESTION))]
    server.wait_for_call("answerInlineQuery", inline_query_id=typed[-1])
    assert len(server.calls("answerInlineQuery")) == 1


def test_inline_answers_come_in_pages(
    server: TelegramServer, start: Start, alice: User, articles_dir: Path, index_dir: Path
) -> None:
    for number in range(30):
        (articles_dir / f"crane-{number}.txt").write_text(
            f"Crane {number}\n\nHarbour {number} bought crane {number}.\n"
        )
    build([articles_dir], index_dir, HashEmbedder())
    start()
    first = offered(server, alice, "Who bought a crane for the harbour?")
    cards: list[dict[str, object]] = first["results"]  # type: ignore[assignment]
    assert (len(cards), first["next_offset"]) == (11, "10")
    second = offered(server, alice, "Who bought a crane for the harbour?", offset="10")
    more: list[dict[str, object]] = second["results"]  # type: ignore[assignment]
    assert (len(more), second["next_offset"]) == (10, "20")
    assert {card["id"] for card in cards} & {card["id"] for card in more} == set()
    assert {card["title"] for card in cards[1:]} & {card["title"] for card in more} == set()
