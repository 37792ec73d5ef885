"""The real `kabar bot` process, over HTTP, against a strict Bot API server of our own."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from bot_process import ANSWER, QUESTION, Bot, Gate
from telegram_server import TelegramServer

from index.build import build
from index.embedding.hashing import HashEmbedder
from index.types import Embedder


def test_only_those_on_the_allow_list_are_answered(server: TelegramServer, start: Callable[..., Bot]) -> None:
    alice, budi, chief = server.user("Alice"), server.user("Budi"), server.user("Chief")
    group = server.group("Newsroom", members=[budi])
    bot = start(TELEGRAM_ALLOWED=f"{alice.id},{group.id}", TELEGRAM_ADMINS=str(chief.id))
    for _ in range(3):
        server.say(budi, QUESTION)
    server.say(budi, f"/ask {QUESTION}", chat=group)
    for person in (alice, chief):
        server.say(person, QUESTION)
        assert ANSWER in server.wait_for_message(person).text
    assert ANSWER in server.wait_for_message(group).text
    assert server.messages(budi) == []
    assert bot.log.count(f"an update from [{budi.id}]") == 1


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
    assert wrong.ended() == 2
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
