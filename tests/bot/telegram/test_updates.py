"""A message of every kind that Telegram has is answered or left alone, and never an error."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from bot_process import ANSWER, QUESTION, Bot
from telegram_server import Chat, TelegramServer, User

FILE = {"file_id": "F", "file_unique_id": "U", "file_size": 10}
PICTURE = FILE | {"width": 10, "height": 10}
PLACE = {"latitude": 1.5, "longitude": 2.5}
KINDS: Mapping[str, dict[str, Any]] = {
    "photo": {"photo": [PICTURE]},
    "photo with a caption": {"photo": [PICTURE], "caption": QUESTION},
    "sticker": {"sticker": PICTURE | {"type": "regular", "is_animated": False, "is_video": False}},
    "voice": {"voice": FILE | {"duration": 3}},
    "audio": {"audio": FILE | {"duration": 3}},
    "video": {"video": PICTURE | {"duration": 3}},
    "round video": {"video_note": FILE | {"duration": 3, "length": 10}},
    "animation": {"animation": PICTURE | {"duration": 3}},
    "document": {"document": FILE | {"file_name": "a.pdf"}},
    "location": {"location": PLACE},
    "venue": {"venue": {"location": PLACE, "title": "Here", "address": "There"}, "location": PLACE},
    "contact": {"contact": {"phone_number": "+1", "first_name": "Ada"}},
    "dice": {"dice": {"emoji": "🎲", "value": 3}},
    "game": {"game": {"title": "G", "description": "D", "photo": [PICTURE]}},
    "poll": {
        "poll": {
            "id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
            "is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": False,
        }
    },
    "story": {"story": {"chat": {"id": 9, "type": "private", "first_name": "S"}, "id": 1}},
    "new member": {"new_chat_members": [{"id": 99, "is_bot": False, "first_name": "New"}]},
    "left member": {"left_chat_member": {"id": 99, "is_bot": False, "first_name": "Old"}},
    "new title": {"new_chat_title": "Title"},
    "pinned": {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}},
    "migration": {"migrate_to_chat_id": -1001},
    "poll of an older server": {"poll": {"id": "1", "question": "?"}},
    "nothing known": {"something_of_tomorrow": {"a": 1}},
}  # fmt: skip
TEXTS = {
    "4,096 emoji": "😀" * 2048,
    "right to left": "كم عدد الجنود الذين أرسلوا إلى كورسك؟",
    "looks like HTML": "<b>how many</b> <script>&lt; & </blockquote>",
    "looks like Markdown": "*how* _many_ [link](tg://user?id=1) `code` ||x||",
    "control characters": "how\u0000 many\u202e \ufeff\u200b?",
    "half a pair": "how many \ud83d?",
    "digits": "11000",
    "a lone command sign": "/",
    "a foreign command": "/unknown@another_bot x",
    "a link": "https://example.org/a",
}


@pytest.fixture
def checked(server: TelegramServer, start: Callable[..., Bot]) -> Callable[..., int]:
    """Does something, then asks a question to see that the bot is well; how many calls the bot made for the thing."""
    bot = start(QUESTIONS_PER_MINUTE="0", LONGEST_QUESTION="4096")
    bob = server.user("Bob", language_code="en")

    def checked(does: Callable[[], object]) -> int:
        before = said()
        does()
        server.say(bob, QUESTION)
        assert server.wait_for_message(bob).text.startswith(ANSWER)
        server.wait_until(lambda: server.pending == 0)
        assert "ERROR" not in bot.log
        assert "Traceback" not in bot.log
        return said() - before - 1

    def said() -> int:
        quiet = {"getUpdates", "setMyCommands"}
        return sum(call.method not in quiet for call in server.calls())

    return checked


def test_every_kind_is_answered_or_left_alone(server: TelegramServer, checked: Callable[..., int]) -> None:
    for number, (kind, fields) in enumerate(KINDS.items()):
        user = server.user(f"User {number}", language_code="en")
        group = server.group(f"Group {number}", members=[user], admins=[server.bot])
        assert checked(lambda f=fields, u=user: server.push_message(u, server.private(u), **f)) <= 1, kind
        assert checked(lambda f=fields, u=user, g=group: server.push_message(u, g, **f)) == 0, kind


def test_every_text_is_answered_or_left_alone(server: TelegramServer, checked: Callable[..., int]) -> None:
    for number, (kind, text) in enumerate(TEXTS.items()):
        user = server.user(f"User {number}", language_code="en")
        assert checked(lambda t=text, u=user: server.say(u, t)) <= 1, kind
        server.wait_until(lambda u=user: server.messages(u))


def test_every_way_of_coming_is_answered_or_left_alone(server: TelegramServer, checked: Callable[..., int]) -> None:
    alice = server.user("Alice", language_code="en")
    channel = server.channel("News")
    origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1}
    assert checked(lambda: server.say(alice, QUESTION, forward_origin=origin)) == 1
    assert checked(lambda: server.post(channel, QUESTION)) == 0
    assert checked(lambda: server.edit(server.post(channel, QUESTION), "x")) == 0
    assert checked(lambda: server.say(alice, QUESTION, via_bot=server.bot.json)) == 0
    assert checked(lambda: server.say(alice, QUESTION, business_connection_id="b")) <= 1
    for update in (
        {"message_reaction": reaction(server.private(alice), alice)},
        {"poll_answer": {"poll_id": "1", "user": alice.json, "option_ids": [0], "option_persistent_ids": []}},
        {"business_message": {"message_id": 5, "date": int(time.time()), "chat": server.private(alice).json}},
        {"unknown_kind_of_update": {"a": 1}},
    ):
        assert checked(lambda u=update: server.push(u)) == 0, update
    server.block(alice)
    server.unblock(alice)
    assert checked(lambda: server.say(alice, QUESTION)) == 1


def test_a_question_with_half_a_pair_is_asked(server: TelegramServer, start: Callable[..., Bot]) -> None:
    bot = start()
    alice = server.user("Ali\ud83dce", language_code="en")
    server.say(alice, f"{QUESTION} \udc00")
    assert server.wait_for_message(alice).text.startswith(ANSWER)
    server.say(alice, "who won \ud83d the cup?")
    server.wait_until(lambda: len(server.messages(alice)) == 2)
    assert bot.stop() == 0
    assert "Traceback" not in bot.log


@pytest.mark.parametrize("date", [10**12, 10**30, -(10**15), "soon"])
def test_an_impossible_date_is_passed_by(server: TelegramServer, start: Callable[..., Bot], date: object) -> None:
    bot = start()
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION, date=date)
    server.say(alice, QUESTION)
    assert server.wait_for_message(alice).text.startswith(ANSWER)
    assert "could not be read and is passed by" in bot.log
    assert len(server.messages(alice)) == 1


def test_endless_brackets_stop_nothing_behind_them(server: TelegramServer, start: Callable[..., Bot]) -> None:
    start()
    alice = server.user("Alice", language_code="en")
    for depth in (300, 600, 800):
        server.say(alice, "/latest", something=json.loads("[" * depth + "]" * depth))
    server.say(alice, QUESTION)
    server.wait_until(lambda: any(message.text.startswith(ANSWER) for message in server.messages(alice)))


def reaction(chat: Chat, user: User) -> dict[str, Any]:
    thumb = [{"type": "emoji", "emoji": "👍"}]
    return {
        "chat": chat.json, "message_id": 1, "user": user.json, "date": 1, "old_reaction": [], "new_reaction": thumb,
    }  # fmt: skip
