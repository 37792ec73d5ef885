"""The real `kabar bot` process, over HTTP, against a strict Bot API server of our own."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from bot_process import ANSWER, QUESTION, Bot, Gate
from telegram_server import Fault, TelegramServer

from index.build import build
from index.embedding.hashing import HashEmbedder
from index.types import Embedder


def test_a_question_is_answered_with_its_proof(server: TelegramServer, start: Callable[..., Bot]) -> None:
    start()
    alice = server.user("Alice", language_code="en")
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
    server: TelegramServer, start: Callable[..., Bot], language: str, command: str, knowledge: str
) -> None:
    start()
    alice = server.user("Alice", language_code=language)
    server.say(alice, command)
    assert knowledge in server.wait_for_message(alice).text


def test_what_the_articles_do_not_say_is_said_to_be_so(server: TelegramServer, start: Callable[..., Bot]) -> None:
    start()
    budi = server.user("Budi", language_code="id")
    server.say(budi, "siapa juara dunia 2022?")
    answer = server.wait_for_message(budi).text
    assert answer.startswith("Artikel-artikel ini tidak menyebutkannya.\n\nYang paling mendekati:\n• ")


@pytest.mark.parametrize(("said", "heard"), [("Halo!", "Silakan tanyakan"), ("makasih ya", "Sama-sama")])
def test_small_talk_is_met_with_a_friendly_line(
    server: TelegramServer, start: Callable[..., Bot], said: str, heard: str
) -> None:
    start()
    budi = server.user("Budi", language_code="id")
    server.say(budi, said)
    assert heard in server.wait_for_message(budi).text
    assert server.calls("sendChatAction") == []


def test_in_groups_the_bot_answers_only_when_it_is_spoken_to(server: TelegramServer, start: Callable[..., Bot]) -> None:
    start()
    server.privacy = False
    alice = server.user("Alice", language_code="en")
    group = server.group("Newsroom", members=[alice])
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


def test_posts_of_channels_and_what_is_no_text_are_left_alone(
    server: TelegramServer, start: Callable[..., Bot]
) -> None:
    start()
    alice = server.user("Alice", language_code="en")
    server.post(server.channel("News"), QUESTION)
    server.push_message(alice, server.private(alice), dice={"emoji": "🎲", "value": 3})
    server.say(alice, "/help")
    server.wait_for_message(alice)
    assert len(server.calls("sendMessage")) == 1


def test_only_those_on_the_allow_list_are_answered(server: TelegramServer, start: Callable[..., Bot]) -> None:
    alice, budi, chief = server.user("Alice"), server.user("Budi"), server.user("Chief")
    group = server.group("Newsroom", members=[budi])
    bot = start(TELEGRAM_ALLOWED=f"{alice.id},{group.id}", TELEGRAM_ADMINS=str(chief.id))
    server.say(budi, QUESTION)
    server.say(budi, f"/ask {QUESTION}", chat=group)
    for person in (alice, chief):
        server.say(person, QUESTION)
        assert ANSWER in server.wait_for_message(person).text
    assert ANSWER in server.wait_for_message(group).text
    assert server.messages(budi) == []
    assert f"an update from [{budi.id}]" in bot.log


def test_hostile_texts_arrive_as_they_are(server: TelegramServer, start: Callable[..., Bot], tmp_path: Path) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    sentence = "The <b>tag</b> & the </blockquote> cost 5 < 6 & 7 > 4 coins."
    (folder / "a.txt").write_text(f"<i>Title</i> & more\n\n{sentence}\n")
    build([folder], tmp_path / "hostile-index", HashEmbedder())
    start(INDEX_DIR=str(tmp_path / "hostile-index"))
    alice = server.user("Alice", language_code="en")
    server.say(alice, "What did the <b>tag</b> & the </blockquote> cost? coins")
    answer = server.wait_for_message(alice)
    assert (answer.text, answer.entity_texts("bold")) == (f"{sentence}\n\n<i>Title</i> & more", [sentence])


@pytest.mark.parametrize("length", [1, 4096])
def test_a_question_may_be_anything(server: TelegramServer, start: Callable[..., Bot], length: int) -> None:
    start(LONGEST_QUESTION="4096")
    alice = server.user("Alice", language_code="en")
    server.say(alice, ("😀" * 2048 if length > 1 else "?"))
    assert server.wait_for_message(alice).text.startswith("The articles do not say.")


@pytest.mark.parametrize(
    "fault", [Fault.too_many(retry_after=1), Fault.bad_gateway(), Fault.reset(), Fault.rubbish()], ids=repr
)
def test_a_reply_gets_through_what_telegram_and_the_network_do(
    server: TelegramServer, start: Callable[..., Bot], fault: Fault
) -> None:
    start()
    trouble = server.inject("sendMessage", fault, times=2)
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    assert ANSWER in server.wait_for_message(alice).text
    assert trouble.hits == 2
    assert len(server.messages(alice)) == 1


def test_refused_formatting_falls_back_to_plain_text(server: TelegramServer, start: Callable[..., Bot]) -> None:
    start()
    server.inject("sendMessage", Fault.refusal(400, "Bad Request: can't parse entities: for a test"), times=1)
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    answer = server.wait_for_message(alice)
    assert answer.text == f"{ANSWER}\n\nHarbour of Lowen gets a second crane · 3 March 2024"
    assert answer.entities == []


def test_somebody_who_blocked_the_bot_is_no_error(
    server: TelegramServer, start: Callable[..., Bot], gate: Gate
) -> None:
    bot = start(change=gate.holds_answers)
    alice, budi = server.user("Alice", language_code="en"), server.user("Budi", language_code="en")
    server.say(alice, QUESTION)
    server.wait_for_call("sendChatAction")
    server.block(alice)
    gate.open()
    bot.wait_for_log("takes no messages from the bot any more")
    server.say(budi, QUESTION)
    assert ANSWER in server.wait_for_message(budi).text
    assert "Traceback" not in bot.log


def test_nobody_waits_for_another_and_typing_is_kept_alive(
    server: TelegramServer, start: Callable[..., Bot], gate: Gate
) -> None:
    start(change=gate.holds_answers)
    alice, budi = server.user("Alice", language_code="en"), server.user("Budi", language_code="en")
    server.say(alice, QUESTION)
    for _ in range(3):
        server.wait_for_call("sendChatAction", chat_id=alice.id)
    server.say(budi, "/help")
    server.wait_for_message(budi)
    assert server.messages(alice) == []
    gate.open()
    assert server.wait_for_message(alice).text.startswith(ANSWER)


def test_sigterm_finishes_what_is_being_answered(server: TelegramServer, start: Callable[..., Bot], gate: Gate) -> None:
    bot = start(change=gate.holds_answers)
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    server.wait_for_call("sendChatAction")
    bot.process.send_signal(signal.SIGTERM)
    bot.wait_for_log("Stopping; what is being answered is finished first")
    gate.open()
    assert bot.ended() == 0
    assert [message.text.startswith(ANSWER) for message in server.messages(alice)] == [True]
    assert "Traceback" not in bot.log


def test_a_failure_is_told_kindly_to_the_asker_and_usefully_to_the_operator(
    server: TelegramServer, start: Callable[..., Bot]
) -> None:
    bot = start(
        change="""
from bot.answers.answerer import Answerer
def ask(self, *asked, **how):
    raise RuntimeError("the model fell over, near token " + __import__("os").environ["TELEGRAM_BOT_TOKEN"])
Answerer.ask = ask
"""
    )
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    assert server.wait_for_message(alice).text.startswith("Sorry, something went wrong on my side.")
    assert "RuntimeError: the model fell over, near token <secret>" in bot.log
    assert QUESTION not in bot.log


def test_the_bot_needs_no_training_library_and_little_memory(
    server: TelegramServer, start: Callable[..., Bot], model_cache: Path, bundled: Embedder, tmp_path: Path
) -> None:
    build([tmp_path / "articles"], tmp_path / "real-index", bundled)
    bot = start(
        EMBEDDING_MODEL="bundled", MODEL_CACHE=str(model_cache), INDEX_DIR=str(tmp_path / "real-index"),
        PYTHONPROFILEIMPORTTIME="1",
    )  # fmt: skip
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    assert ANSWER in server.wait_for_message(alice).text
    status = Path(f"/proc/{bot.process.pid}/status")
    if status.exists():  # on Linux: what is mapped counts too
        assert int(re.search(r"VmRSS:\s+(\d+)", status.read_text())[1]) < 350_000  # type: ignore[index]
    for library in ("torch", "transformers", "sentence_transformers", "tokenizers"):
        assert not re.search(rf"\| +{library}$", bot.log, re.MULTILINE)
    assert re.search(r"\| +onnxruntime$", bot.log, re.MULTILINE)


def test_many_users_at_once_are_all_answered(server: TelegramServer, start: Callable[..., Bot]) -> None:
    bot = start()
    crowd = [server.user(f"User {number}", language_code="en") for number in range(40)]
    for person in crowd:
        server.say(person, QUESTION)
    for person in crowd:
        assert ANSWER in server.wait_for_message(person).text
    assert len(server.calls("sendMessage")) == len(crowd)
    assert "Traceback" not in bot.log
    assert QUESTION not in bot.log


def test_a_wrong_token_is_told_at_once(server: TelegramServer, start: Callable[..., Bot]) -> None:
    bot = start(wait=False, TELEGRAM_BOT_TOKEN="654321:wrong-token-of-somebody-else-00000000")
    assert bot.ended() == 2
    assert "does not know the token in TELEGRAM_BOT_TOKEN" in bot.log
    assert "wrong-token" not in bot.log
    assert len(bot.log.strip().splitlines()) == 1


def test_an_unreachable_server_is_told_and_waited_for(server: TelegramServer, start: Callable[..., Bot]) -> None:
    with server.down():
        bot = start(wait=False)
        bot.wait_for_log("cannot be reached.*trying again in .* s. Is the network up, and TELEGRAM_API_BASE right")
    bot.wait_for_log("Answering as @")
    alice = server.user("Alice", language_code="en")
    server.say(alice, QUESTION)
    assert ANSWER in server.wait_for_message(alice).text


def test_a_password_in_the_address_of_the_server_is_told_nobody(
    server: TelegramServer, start: Callable[..., Bot]
) -> None:
    address = server.url.replace("://", "://kabar:hush%2Dhush@")
    with server.down():
        bot = start(wait=False, TELEGRAM_API_BASE=address)
        bot.wait_for_log(f"{server.url} cannot be reached")
        assert bot.stop() == 0
    wrong = start(wait=False, TELEGRAM_API_BASE=address, TELEGRAM_BOT_TOKEN="654321:wrong-token")
    assert wrong.process.wait(timeout=60) == 2
    assert f"The server {server.url} does not know the token" in wrong.log
    for log in (bot.log, wrong.log):
        assert "hush" not in log


def test_waiting_for_the_server_can_be_stopped(server: TelegramServer, start: Callable[..., Bot]) -> None:
    with server.down():
        bot = start(wait=False)
        bot.wait_for_log("cannot be reached")
        assert bot.stop() == 0


def test_a_network_that_goes_and_comes_loses_no_question(server: TelegramServer, start: Callable[..., Bot]) -> None:
    bot = start()
    alice = server.user("Alice", language_code="en")
    with server.down():
        bot.wait_for_log("Telegram cannot be reached")
        server.say(alice, QUESTION)
    assert ANSWER in server.wait_for_message(alice).text
    assert "Traceback" not in bot.log


def test_a_second_bot_with_the_same_token_is_told(server: TelegramServer, start: Callable[..., Bot]) -> None:
    first = start()
    start()
    first.wait_for_log("Another program fetches this bot's messages with the same token")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"INDEX_DIR": "nowhere"}, "There is no index in nowhere yet. Run: kabar index build"),
        ({"TELEGRAM_BOT_TOKEN": ""}, "TELEGRAM_BOT_TOKEN is not set. Get a token from @BotFather"),
        ({"EMBEDDING_MODEL": "/no/such/model"}, "The embedding model '/no/such/model' cannot be loaded"),
        ({"TELEGRAM_ALLOWED": "everyone"}, "TELEGRAM_ALLOWED: "),
        ({"STATE_DB": "index/CURRENT"}, "STATE_DB=index/CURRENT cannot be used (file is not a database)"),
    ],
)
def test_what_is_missing_is_told_in_one_sentence(
    start: Callable[..., Bot], settings: dict[str, str], sentence: str
) -> None:
    bot = start(wait=False, **settings)
    assert bot.ended() == 2
    assert sentence in bot.log
    assert "Traceback" not in bot.log


def test_a_new_snapshot_answers_without_a_restart(
    server: TelegramServer, start: Callable[..., Bot], articles_dir: Path, index_dir: Path
) -> None:
    bot = start()
    alice = server.user("Alice", language_code="en")
    (articles_dir / "bakery.txt").write_text("New bakery\n\nThe bakery on Mill Street opened in May.\n")
    name = build([articles_dir], index_dir, HashEmbedder()).snapshot
    bot.wait_for_log(f"Answering from snapshot {name} now")
    server.say(alice, "When did the bakery on Mill Street open?")
    assert "The bakery on Mill Street opened in May." in server.wait_for_message(alice).text


def test_a_broken_snapshot_is_told_and_the_old_one_answers(
    server: TelegramServer, start: Callable[..., Bot], articles_dir: Path, index_dir: Path
) -> None:
    bot = start()
    alice = server.user("Alice", language_code="en")
    (index_dir / "CURRENT").write_text("20300101T000000.000000Z-0123456789abcdef\n")
    bot.wait_for_log(r"Still answering from snapshot .*Run: kabar index build")
    server.say(alice, QUESTION)
    assert ANSWER in server.wait_for_message(alice).text
    assert bot.stop() == 0


def test_a_follow_up_means_what_its_asker_asked_before(server: TelegramServer, start: Callable[..., Bot]) -> None:
    start()
    alice, budi = server.user("Alice", language_code="en"), server.user("Budi", language_code="en")
    server.say(alice, "Who bought a second crane for the harbour of Lowen for 4.2 million euros?")
    assert ANSWER in server.wait_for_message(alice).text
    server.say(budi, "and when?")
    assert "The articles do not say." in server.wait_for_message(budi).text
    server.say(alice, "and when?")
    assert ANSWER in server.wait_for_message(alice).text
