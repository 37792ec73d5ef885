"""Talking with the real bot process: edits, replies, groups, topics, buttons, inline mode, languages, lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bot_process import ANSWER, ENDLESS_MINUTE, QUESTION, Bot, Gate, wait_until_kept
from telegram_server import Message, TelegramServer, User

from bot.phrases import languages
from bot.telegram.state import State
from index.build import build
from index.embedding.hashing import HashEmbedder

Start = Callable[..., Bot]
MARKET_QUESTION = "Berapa pedagang yang menempati kios baru?"
MARKET_ANSWER = "Sebanyak 312 pedagang menempati kios baru."


@pytest.fixture
def alice(server: TelegramServer) -> User:
    return server.user("Alice", language_code="en")


def answered(server: TelegramServer, user: User, text: str, **how: object) -> Message:
    """The bot's reply to what the user says."""
    server.say(user, text, **how)  # type: ignore[arg-type]
    return server.wait_for_message(how.get("chat") or user)  # type: ignore[arg-type]


def killed(bot: Bot, message: Message) -> None:
    """Kills the bot as soon as it has kept what it sent."""
    state = State(bot.folder / "var" / "state.sqlite")
    wait_until_kept(state, message)
    state.close()
    bot.kill()


# --- edits and replies ------------------------------------------------------------------------------------------


def test_an_edited_question_edits_its_answer(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    asked = server.say(alice, "When did the bakery on Mill Street open?")
    first = server.wait_for_message(alice)
    assert first.text.startswith("The articles do not say.")
    server.edit(asked, QUESTION)
    second = server.wait_for_message(alice)
    assert (second.message_id, second.edits) == (first.message_id, 1)
    assert second.text.startswith(ANSWER)
    assert [message.text for message in server.messages(alice)] == [second.text]


def test_a_question_edited_while_it_is_answered_ends_with_the_answer_to_the_last(
    server: TelegramServer, start: Start, gate: Gate, alice: User
) -> None:
    start(change=gate.holds_answers)
    asked = server.say(alice, "When did the bakery on Mill Street open?")
    server.wait_for_call("sendChatAction")
    server.edit(asked, QUESTION)
    server.wait_until(lambda: server.pending == 0)
    gate.open()
    server.wait_until(lambda: [m.text.startswith(ANSWER) for m in server.messages(alice)] == [True])


def test_an_edit_after_a_restart_finds_its_answer(server: TelegramServer, start: Start, alice: User) -> None:
    bot = start()
    asked = server.say(alice, "When did the bakery on Mill Street open?")
    first = server.wait_for_message(alice)
    killed(bot, first)
    start()
    server.edit(asked, QUESTION)
    assert server.wait_for_message(alice).message_id == first.message_id


def test_an_edit_of_what_was_no_question_is_left_alone(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    group = server.group("Newsroom", admins=[server.bot])
    overheard = server.say(alice, "lunch?", chat=group)
    server.edit(overheard, f"{QUESTION}")
    assert answered(server, alice, "/help").text
    assert server.messages(group) == []


def test_a_reply_asks_within_the_article_first(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    harbour = answered(server, alice, QUESTION)
    inside = answered(server, alice, "Mayor Ada Brink opened what on Friday?", reply_to=harbour)
    assert inside.text.startswith("Mayor Ada Brink opened it on Friday.")
    elsewhere = answered(server, alice, MARKET_QUESTION, reply_to=harbour)
    title, _, rest = elsewhere.text.partition("\n\n")
    assert title == "“Harbour of Lowen gets a second crane” does not say; I found this elsewhere:"
    assert rest.startswith(MARKET_ANSWER)


def test_deleted_answers_are_sent_anew(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    asked = server.say(alice, MARKET_QUESTION)
    first = server.wait_for_message(alice)
    server.delete(first)
    server.edit(asked, QUESTION)
    assert server.wait_for_message(alice).text.startswith(ANSWER)


# --- groups and topics ------------------------------------------------------------------------------------------


def test_a_topic_is_answered_in_its_thread(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    forum = server.group("Forum", is_forum=True, members=[alice])
    thread = server.topic(forum, "Harbour", by=alice)
    message = answered(
        server, alice, f"@{server.bot.username} {QUESTION}", chat=forum, thread=thread, is_topic_message=True
    )
    assert message.message_thread_id == thread
    assert message.text.startswith(ANSWER)


def test_a_slow_answer_in_a_group_takes_the_place_of_its_placeholder(
    server: TelegramServer, start: Start, gate: Gate, alice: User
) -> None:
    start(change=gate.holds_answers)
    group = server.group("Newsroom", members=[alice])
    placeholder = answered(server, alice, f"/ask {QUESTION}", chat=group)
    assert placeholder.text == "Looking it up …"
    gate.open()
    answer = server.wait_for_message(group)
    assert (answer.message_id, answer.edits) == (placeholder.message_id, 1)
    assert answer.text.startswith(ANSWER)
    assert len(server.calls("sendMessage")) == 1


def test_other_bots_are_not_answered(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    group = server.group("Newsroom", members=[alice])
    robot = User(777, "Robot", "other_bot", "en", is_bot=True)
    server.say(robot, f"@{server.bot.username} {QUESTION}", chat=group)
    answered(server, alice, f"/ask {QUESTION}", chat=group)
    assert len(server.messages(group)) == 1


def test_anonymous_admins_of_two_groups_are_two(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    anonymous = User(1087968824, "Group", "GroupAnonymousBot", is_bot=True)
    groups = [server.group(name, admins=[server.bot, alice]) for name in ("Newsroom", "Sports")]
    answers = [answered(server, anonymous, f"/ask {QUESTION}", chat=group, sender_chat=group.json) for group in groups]
    assert all(answer.text.startswith(ANSWER) for answer in answers)
    forgotten = answered(server, anonymous, "/forget", chat=groups[0], sender_chat=groups[0].json)
    assert forgotten.text.startswith("Done")
    assert "no longer remember" in pressed(server, answers[0], "Whole passage", alice)
    assert pressed(server, answers[1], "Whole passage", alice) == ""


# --- buttons ----------------------------------------------------------------------------------------------------


def pressed(server: TelegramServer, message: Message, button: str, by: User) -> str:
    """What is told to the one who presses a button."""
    query = server.press(message, button, by=by)
    return str(server.wait_for_call("answerCallbackQuery", callback_query_id=query).params.get("text") or "")


def test_passages_are_paged_in_place(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    answer = answered(server, alice, QUESTION)
    assert answer.buttons == ["More passages", "Whole passage", "👍", "👎"]
    assert pressed(server, answer, "Whole passage", alice) == ""
    whole = server.wait_for_message(alice)
    assert whole.message_id == answer.message_id
    assert whole.text.startswith("Passage 1 of ")
    assert whole.entity_texts("bold") == [ANSWER]
    assert "Mayor Ada Brink opened it" in whole.text
    pressed(server, whole, "Next ›", alice)
    following = server.wait_for_message(alice)
    assert following.text.startswith("Passage 2 of ")
    pressed(server, following, "Back to the answer", alice)
    assert server.wait_for_message(alice).text == answer.text
    assert len(server.messages(alice)) == 1


def test_a_refusal_offers_to_ask_within_the_closest_articles(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    refusal = answered(server, alice, "When did the bakery on Mill Street open?")
    assert refusal.text.startswith("The articles do not say.\n\nWhat comes closest:\n• ")
    headline = refusal.buttons[0]
    pressed(server, refusal, headline, alice)
    within = server.wait_for_message(alice)
    assert within.text.startswith("That article does not say.")
    assert headline in within.text


def test_buttons_work_after_a_restart_and_old_ones_say_so(server: TelegramServer, start: Start, alice: User) -> None:
    bot = start()
    answer = answered(server, alice, QUESTION)
    killed(bot, answer)
    bot = start()
    assert pressed(server, answer, "👍", alice) == "Thank you, I am glad it helped."
    assert pressed(server, answer, "Whole passage", alice) == ""
    server.say(alice, "/forget")
    server.wait_until(lambda: any(message.text.startswith("Done") for message in server.messages(alice)))
    assert "no longer remember" in pressed(server, answer, "Back to the answer", alice)
    assert "Traceback" not in bot.log


# --- inline mode ------------------------------------------------------------------------------------------------


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


# --- languages, lists, feedback ---------------------------------------------------------------------------------


def test_a_chosen_language_stays(server: TelegramServer, start: Start, alice: User) -> None:
    bot = start()
    choices = answered(server, alice, "/language")
    assert {"English", "Bahasa Indonesia", "Deutsch"} <= set(choices.buttons)
    pressed(server, choices, "Bahasa Indonesia", alice)
    assert server.wait_for_message(alice).text == "Mulai sekarang saya berbahasa Indonesia dengan Anda."
    bot.kill()
    start()
    assert "artikel berita" in answered(server, alice, "/help").text
    server.say(alice, "/forget")
    server.wait_for_message(alice)
    assert "news articles" in answered(server, alice, "/help").text


def test_articles_are_listed_newest_first(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    listed = answered(server, alice, "/sources").text.splitlines()
    assert listed[2:] == [
        "• Harbour of Lowen gets a second crane · 3 March 2024",
        "• Pasar Melati dibuka kembali · 8 January 2024",
        "• Youth orchestra tours the islands · 12 July 2023",
    ]
    assert "Harbour of Lowen" in answered(server, alice, "/latest").text


def test_what_was_right_is_noted_for_the_operator(server: TelegramServer, start: Start, alice: User) -> None:
    start()
    answer = answered(server, alice, QUESTION)
    assert pressed(server, answer, "👍", alice) == "Thank you, I am glad it helped."
    assert "/expect" in pressed(server, answer, "👎", alice)
    assert answered(server, alice, "/expect 4.2 million euros", reply_to=answer).text.endswith("4.2 million euros")
    assert answered(server, alice, "/expect nothing to reply to").text.startswith("Reply to one of my answers")


# --- limits -----------------------------------------------------------------------------------------------------


def test_who_asks_too_much_is_told_once(server: TelegramServer, start: Start, alice: User) -> None:
    start(QUESTIONS_PER_MINUTE="3", change=ENDLESS_MINUTE)
    budi = server.user("Budi", language_code="en")
    for _ in range(6):
        server.say(alice, QUESTION)
    assert answered(server, budi, QUESTION).text.startswith(ANSWER)
    server.wait_until(lambda: len(server.messages(alice)) == 4)
    texts = [message.text for message in server.messages(alice)]
    assert [text.startswith(ANSWER) for text in texts] == [True, True, True, False]
    assert texts[-1].startswith("That is a lot of questions at once.")


def test_a_question_that_is_too_long_is_not_looked_up(server: TelegramServer, start: Start, alice: User) -> None:
    start(LONGEST_QUESTION="50")
    assert answered(server, alice, "x" * 51).text == (
        "That is too long for a question: please write at most 50 characters."
    )


def test_updates_from_hours_ago_get_one_kind_line(server: TelegramServer, start: Start, alice: User) -> None:
    old = int((datetime.now(UTC) - timedelta(hours=5)).timestamp())
    for _ in range(3):
        server.say(alice, QUESTION, date=old)
    server.say(alice, QUESTION)
    start()
    server.wait_until(lambda: len(server.messages(alice)) == 2)
    texts = sorted(message.text for message in server.messages(alice))
    assert texts[0].startswith("Sorry, I was away when you wrote this")
    assert texts[1].startswith(ANSWER)


def test_the_menu_is_there_for_each_place_and_language(server: TelegramServer, start: Start, alice: User) -> None:
    start(TELEGRAM_ADMINS=str(alice.id))
    server.private(alice)
    expected = 3 * len(languages())
    server.wait_until(lambda: len(server.calls("setMyCommands")) >= expected)
    menus = {
        (str(call.params["scope"]["type"]), str(call.params.get("language_code") or "")): [
            command["command"] for command in call.params["commands"]
        ]
        for call in server.calls("setMyCommands")
    }
    assert {scope for scope, _ in menus} == {"all_private_chats", "all_group_chats", "chat"}
    assert {code for _, code in menus} == {"", *languages()} - {"en"}
    assert "status" in menus["chat", "id"]
    assert "status" not in menus["all_private_chats", "id"]
    assert "forget" not in menus["all_group_chats", ""]


def test_a_flood_of_anything_is_told_once(server: TelegramServer, start: Start, alice: User) -> None:
    start(QUESTIONS_PER_MINUTE="4", change=ENDLESS_MINUTE)
    answer = answered(server, alice, QUESTION)
    for _ in range(3):
        assert pressed(server, answer, "👍", alice) == "Thank you, I am glad it helped."
    assert pressed(server, answer, "👍", alice).startswith("That is a lot of questions")
    for _ in range(5):
        server.say(alice, "/help")
        server.edit(server.say(alice, "one"), QUESTION)
    budi = server.user("Budi", language_code="en")
    answered(server, budi, QUESTION)
    server.wait_until(lambda: server.pending == 0)
    assert len(server.messages(alice)) <= 2


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
