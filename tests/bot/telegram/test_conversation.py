"""Talking with the real bot process: questions, edits, replies, groups, topics, buttons, lists, feedback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bot_process import ANSWER, QUESTION, Bot, answered, pressed
from telegram_server import Fault, TelegramServer, User

MARKET_QUESTION = "Berapa pedagang yang menempati kios baru?"
MARKET_ANSWER = "Sebanyak 312 pedagang menempati kios baru."


@pytest.fixture
def server(shared_bot: tuple[TelegramServer, Bot]) -> Iterator[TelegramServer]:
    """One with a bot behind it, which these tests share."""
    server, bot = shared_bot
    yield server
    assert server.unhandled == []
    for secret_or_trouble in (server.token, QUESTION, "Traceback"):
        assert secret_or_trouble not in bot.log


# --- questions -------------------------------------------------------------------------------------------------


def test_a_question_is_answered_with_its_proof(server: TelegramServer, alice: User) -> None:
    asked = server.say(alice, QUESTION)
    answer = server.wait_for_message(alice)
    assert answer.text == f"{ANSWER}\n\nHarbour of Lowen gets a second crane · 3 March 2024"
    assert answer.entity_texts("bold") == answer.entity_texts("expandable_blockquote") == [ANSWER]
    assert answer.reply_to_message_id == asked.message_id
    assert answer.link_preview_options == {"is_disabled": True}


@pytest.mark.parametrize(
    ("language", "command", "knowledge"),
    [
        ("en", "/start", "3 news articles, the newest of 3 March 2024"),
        ("id", "/start", "3 artikel berita, yang terbaru bertanggal 3 Maret 2024"),
        ("id", "/help", "3 artikel berita, yang terbaru bertanggal 3 Maret 2024"),
        ("de", "/help", "3 Artikel, der neueste vom 3. März 2024"),
        ("it", "/help", "3 news articles, the newest of 3 March 2024"),
        ("en", "/unknown", "3 news articles, the newest of 3 March 2024"),
    ],
)
def test_the_bot_says_what_it_knows_in_the_users_language(
    server: TelegramServer, language: str, command: str, knowledge: str
) -> None:
    alice = server.user("Alice", language_code=language)
    server.say(alice, command)
    assert knowledge in server.wait_for_message(alice).text


def test_what_the_articles_do_not_say_is_said_to_be_so(server: TelegramServer) -> None:
    budi = server.user("Budi", language_code="id")
    server.say(budi, "siapa juara dunia 2022?")
    answer = server.wait_for_message(budi).text
    assert answer.startswith("Artikel-artikel ini tidak menyebutkannya.\n\nYang paling mendekati:\n• ")


@pytest.mark.parametrize(("said", "heard"), [("Halo!", "Silakan tanyakan"), ("makasih ya", "Sama-sama")])
def test_small_talk_is_met_with_a_friendly_line(server: TelegramServer, said: str, heard: str) -> None:
    budi = server.user("Budi", language_code="id")
    server.say(budi, said)
    assert heard in server.wait_for_message(budi).text
    assert server.calls("sendChatAction", chat_id=budi.id) == []


def test_in_groups_the_bot_answers_only_when_it_is_spoken_to(server: TelegramServer, alice: User) -> None:
    group = server.group("Newsroom", members=[alice], admins=[server.bot])  # so that it sees whatever is said
    overheard = server.say(alice, QUESTION, chat=group)
    spoken_to = [
        server.say(alice, f"/ask {QUESTION}", chat=group),
        server.say(alice, f"@{server.bot.username} {QUESTION}", chat=group),
        server.say(alice, "/ask", chat=group, reply_to=overheard),
    ]
    answers = [server.wait_for_message(group) for _ in spoken_to]
    assert {answer.reply_to_message_id for answer in answers} == {message.message_id for message in spoken_to}
    assert all(answer.text.startswith(ANSWER) for answer in answers)
    followed = server.say(alice, QUESTION, chat=group, reply_to=answers[0])
    assert server.wait_for_message(group).reply_to_message_id == followed.message_id
    server.say(alice, "/ask", chat=group)
    assert "Write it after the command" in server.wait_for_message(group).text
    server.say(alice, "/ask@another_bot what?", chat=group)
    server.edit(overheard, f"@{server.bot.username} {QUESTION}")
    server.say(alice, "/help", chat=group)
    assert "news articles" in server.wait_for_message(group).text
    assert len(server.messages(group)) == 6


def test_posts_of_channels_are_left_alone(server: TelegramServer, alice: User) -> None:
    channel = server.channel("News")
    server.post(channel, QUESTION)
    assert "news articles" in answered(server, alice, "/help").text
    assert server.calls(chat_id=channel.id) == []


def test_who_sends_no_text_is_told_what_is_read(server: TelegramServer, alice: User) -> None:
    server.push_message(alice, server.private(alice), dice={"emoji": "🎲", "value": 3})
    assert "only read questions" in server.wait_for_message(alice).text


@pytest.mark.parametrize(
    "fault", [Fault.too_many(retry_after=1), Fault.bad_gateway(), Fault.reset(), Fault.rubbish()], ids=repr
)
def test_a_reply_gets_through_what_telegram_and_the_network_do(
    server: TelegramServer, alice: User, fault: Fault
) -> None:
    trouble = server.inject("sendMessage", fault, times=2, chat_id=alice.id)
    server.say(alice, QUESTION)
    assert ANSWER in server.wait_for_message(alice).text
    assert trouble.hits == 2
    assert len(server.messages(alice)) == 1


def test_refused_formatting_falls_back_to_plain_text(server: TelegramServer, alice: User) -> None:
    refusal = Fault.refusal(400, "Bad Request: can't parse entities: for a test")
    server.inject("sendMessage", refusal, times=1, chat_id=alice.id)
    server.say(alice, QUESTION)
    answer = server.wait_for_message(alice)
    assert answer.text == f"{ANSWER}\n\nHarbour of Lowen gets a second crane · 3 March 2024"
    assert answer.entities == []


def test_many_users_at_once_are_all_answered(server: TelegramServer) -> None:
    crowd = [server.user(f"User {number}", language_code="en") for number in range(40)]
    for person in crowd:
        server.say(person, QUESTION)
    for person in crowd:
        assert ANSWER in server.wait_for_message(person).text
    assert [len(server.messages(person)) for person in crowd] == [1] * len(crowd)


def test_a_follow_up_means_what_its_asker_asked_before(server: TelegramServer) -> None:
    alice, budi = server.user("Alice", language_code="en"), server.user("Budi", language_code="en")
    server.say(alice, "Who bought a second crane for the harbour of Lowen for 4.2 million euros?")
    assert ANSWER in server.wait_for_message(alice).text
    server.say(budi, "and when?")
    assert "The articles do not say." in server.wait_for_message(budi).text
    server.say(alice, "and when?")
    assert ANSWER in server.wait_for_message(alice).text


# --- edits and replies ------------------------------------------------------------------------------------------


def test_an_edited_question_edits_its_answer(server: TelegramServer, alice: User) -> None:
    asked = server.say(alice, "When did the bakery on Mill Street open?")
    first = server.wait_for_message(alice)
    assert first.text.startswith("The articles do not say.")
    server.edit(asked, QUESTION)
    second = server.wait_for_message(alice)
    assert (second.message_id, second.edits) == (first.message_id, 1)
    assert second.text.startswith(ANSWER)
    assert [message.text for message in server.messages(alice)] == [second.text]


def test_an_edit_of_what_was_no_question_is_left_alone(server: TelegramServer, alice: User) -> None:
    group = server.group("Newsroom", admins=[server.bot])
    overheard = server.say(alice, "lunch?", chat=group)
    server.edit(overheard, f"{QUESTION}")
    assert answered(server, alice, "/help").text
    assert server.messages(group) == []


def test_a_reply_asks_within_the_article_first(server: TelegramServer, alice: User) -> None:
    harbour = answered(server, alice, QUESTION)
    inside = answered(server, alice, "Mayor Ada Brink opened what on Friday?", reply_to=harbour)
    assert inside.text.startswith("Mayor Ada Brink opened it on Friday.")
    elsewhere = answered(server, alice, MARKET_QUESTION, reply_to=harbour)
    title, _, rest = elsewhere.text.partition("\n\n")
    assert title == "“Harbour of Lowen gets a second crane” does not say; I found this elsewhere:"
    assert rest.startswith(MARKET_ANSWER)


def test_deleted_answers_are_sent_anew(server: TelegramServer, alice: User) -> None:
    asked = server.say(alice, MARKET_QUESTION)
    first = server.wait_for_message(alice)
    server.delete(first)
    server.edit(asked, QUESTION)
    assert server.wait_for_message(alice).text.startswith(ANSWER)


# --- groups and topics ------------------------------------------------------------------------------------------


def test_a_topic_is_answered_in_its_thread(server: TelegramServer, alice: User) -> None:
    forum = server.group("Forum", is_forum=True, members=[alice])
    thread = server.topic(forum, "Harbour", by=alice)
    message = answered(
        server, alice, f"@{server.bot.username} {QUESTION}", chat=forum, thread=thread, is_topic_message=True
    )
    assert message.message_thread_id == thread
    assert message.text.startswith(ANSWER)


def test_other_bots_are_not_answered(server: TelegramServer, alice: User) -> None:
    group = server.group("Newsroom", members=[alice])
    robot = User(777, "Robot", "other_bot", "en", is_bot=True)
    server.say(robot, f"@{server.bot.username} {QUESTION}", chat=group)
    answered(server, alice, f"/ask {QUESTION}", chat=group)
    assert len(server.messages(group)) == 1


def test_anonymous_admins_of_two_groups_are_two(server: TelegramServer, alice: User) -> None:
    anonymous = User(1087968824, "Group", "GroupAnonymousBot", is_bot=True)
    groups = [server.group(name, admins=[server.bot, alice]) for name in ("Newsroom", "Sports")]
    answers = [answered(server, anonymous, f"/ask {QUESTION}", chat=group, sender_chat=group.json) for group in groups]
    assert all(answer.text.startswith(ANSWER) for answer in answers)
    forgotten = answered(server, anonymous, "/forget", chat=groups[0], sender_chat=groups[0].json)
    assert forgotten.text.startswith("Done")
    assert "no longer remember" in pressed(server, answers[0], "Whole passage", alice)
    assert pressed(server, answers[1], "Whole passage", alice) == ""


# --- buttons ----------------------------------------------------------------------------------------------------


def test_passages_are_paged_in_place(server: TelegramServer, alice: User) -> None:
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


def test_a_refusal_offers_to_ask_within_the_closest_articles(server: TelegramServer, alice: User) -> None:
    refusal = answered(server, alice, "When did the bakery on Mill Street open?")
    assert refusal.text.startswith("The articles do not say.\n\nWhat comes closest:\n• ")
    headline = refusal.buttons[0]
    pressed(server, refusal, headline, alice)
    within = server.wait_for_message(alice)
    assert within.text.startswith("That article does not say.")
    assert headline in within.text


# --- languages, lists, feedback ---------------------------------------------------------------------------------


def test_articles_are_listed_newest_first(server: TelegramServer, alice: User) -> None:
    listed = answered(server, alice, "/sources").text.splitlines()
    assert listed[2:] == [
        "• Harbour of Lowen gets a second crane · 3 March 2024",
        "• Pasar Melati dibuka kembali · 8 January 2024",
        "• Youth orchestra tours the islands · 12 July 2023",
    ]
    assert "Harbour of Lowen" in answered(server, alice, "/latest").text


def test_what_was_right_is_noted_for_the_operator(server: TelegramServer, alice: User) -> None:
    answer = answered(server, alice, QUESTION)
    assert pressed(server, answer, "👍", alice) == "Thank you, I am glad it helped."
    assert "/expect" in pressed(server, answer, "👎", alice)
    assert answered(server, alice, "/expect 4.2 million euros", reply_to=answer).text.endswith("4.2 million euros")
    assert answered(server, alice, "/expect nothing to reply to").text.startswith("Reply to one of my answers")
