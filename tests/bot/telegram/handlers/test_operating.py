"""Operators add, remove and look from a private chat with the real bot process; to all others that does not exist."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from bot_process import ANSWER, QUESTION, Bot, Gate
from patience import wait_until
from telegram import Document
from telegram_server import Message, TelegramServer, User

from bot.telegram.handlers.adding import ARRIVALS, arrivals_folder, safe_name
from index.store import snapshots

Start = Callable[..., Bot]
STORY = b"New bakery\n\n5 May 2024\n\nThe bakery on Mill Street opened in May.\n"
BAKERY = "When did the bakery on Mill Street open in May?"


@pytest.fixture
def chief(server: TelegramServer) -> User:
    return server.user("Chief", language_code="en")


@pytest.fixture
def start(start: Start, chief: User, articles_dir: Path) -> Start:
    """Starts a bot with the chief as its operator, over the articles of the index."""

    def started(change: str = "", **settings: str) -> Bot:
        return start(change=change, TELEGRAM_ADMINS=str(chief.id), ARTICLES_DIR=str(articles_dir), **settings)

    return started


def last(server: TelegramServer, chat: User, beginning: str) -> Message:
    """The first message of the bot that comes to begin like this."""
    server.wait_until(lambda: any(m.text.startswith(beginning) for m in server.messages(chat)))
    return next(message for message in reversed(server.messages(chat)) if message.text.startswith(beginning))


def told(server: TelegramServer, user: User, text: str, **how: object) -> Message:
    server.say(user, text, **how)  # type: ignore[arg-type]
    return server.wait_for_message(user)


def test_a_file_becomes_an_article(server: TelegramServer, start: Start, chief: User, articles_dir: Path) -> None:
    bot = start()
    server.send_document(chief, STORY, "../../bakery story.txt")
    report = last(server, chief, "Added: ")
    assert report.text.startswith("Added: 1 news article, 1 passage, ")
    assert (articles_dir / "bakery story.txt").read_bytes() == STORY
    assert len(server.messages(chief)) == 1  # one message, edited in place
    bot.wait_for_log("Answering from snapshot")
    assert told_new(server, chief, BAKERY, "The bakery on Mill Street opened in May.")
    server.send_document(chief, STORY, "bakery story.txt")
    assert last(server, chief, "Nothing changed").text == "Nothing changed: the index has it already."


NO_ARTICLES = {"picture.jpg": b"\x00\x01\x02" * 100, "story.pdf": b"%PDF-1.4 broken", "empty.txt": b" "}


def test_what_is_no_article_is_refused_in_words(
    server: TelegramServer, start: Start, chief: User, articles_dir: Path
) -> None:
    start()
    before = sorted(articles_dir.iterdir())
    for name, data in NO_ARTICLES.items():
        server.send_document(chief, data, name)
        refusal = last(server, chief, f"That did not work: {name}").text
        assert "/tmp" not in refusal  # noqa: S108
    assert sorted(articles_dir.iterdir()) == before


def test_a_file_that_telegram_does_not_give_is_told_before(server: TelegramServer, start: Start, chief: User) -> None:
    start()
    server.send_document(chief, STORY, "huge.txt", size=30_000_000)
    assert "up to 20 MB" in server.wait_for_message(chief).text
    assert server.calls("getFile") == []


def test_files_and_commands_of_others_are_as_if_there_were_none(
    server: TelegramServer, start: Start, chief: User, articles_dir: Path
) -> None:
    start()
    alice = server.user("Alice", language_code="en")
    server.send_document(alice, STORY, "bakery.txt")
    assert "only read questions" in server.wait_for_message(alice).text
    for command in ("/status", "/remove harbour", "/rollback", "/feedback"):
        assert told(server, alice, command).text.startswith("I answer questions from 3 news articles")
    asked = told(server, chief, "/remove harbour")
    server.press(asked, "Yes", by=alice)
    assert told(server, chief, QUESTION).text.startswith(ANSWER)
    assert (articles_dir / "harbour.txt").exists()
    assert not (articles_dir / "bakery.txt").exists()


def test_an_article_is_removed_when_that_is_confirmed(
    server: TelegramServer, start: Start, chief: User, articles_dir: Path, index_dir: Path
) -> None:
    bot = start()
    answer = told(server, chief, QUESTION)
    asked = told(server, chief, "/remove", reply_to=answer)
    assert asked.text.startswith("Remove “Harbour of Lowen gets a second crane” (harbour)?")
    server.press(asked, "No", by=chief)
    last(server, chief, "Nothing was changed.")
    asked = told_new(server, chief, "/remove lowen crane", "Remove “")
    server.press(asked, "Yes", by=chief)
    server.press(asked, "Yes", by=chief)
    last(server, chief, "Removed: harbour.")
    assert not (articles_dir / "harbour.txt").exists()
    assert (index_dir / "removed" / "harbour.txt").exists()
    bot.wait_for_log("Answering from snapshot")
    last(server, chief, "Removed: harbour.")
    back = told_new(server, chief, "/rollback", "Go back to snapshot")
    server.press(back, "Yes", by=chief)
    last(server, chief, "Snapshot ")
    assert "live" in told_new(server, chief, "/history", "Snapshots").text


def told_new(server: TelegramServer, user: User, text: str, beginning: str) -> Message:
    """The new message that begins like this."""
    before = {message.message_id for message in server.messages(user)}
    server.say(user, text)

    def found() -> list[Message]:
        return [m for m in server.messages(user) if m.message_id not in before and m.text.startswith(beginning)]

    server.wait_until(found)
    return found()[0]


HELD_BUILD = """{held_up}
import sys
from bot.cli import app
from index.store import snapshots
publish = snapshots.publish
snapshots.publish = lambda *what: (held_up(), publish(*what))[1]
app(sys.argv[1:])
"""


@pytest.fixture
def holds_builds(gate: Gate) -> str:
    """The change that makes the bot's builds wait at the gate, when all is written and nothing published."""
    build = HELD_BUILD.format(held_up=gate.held_up)
    return f"""
import asyncio
create = asyncio.create_subprocess_exec
def held_up(python, _apart, _m, _cli, *words, **how): return create(python, "-c", {build!r}, *words, **how)
asyncio.create_subprocess_exec = held_up
"""


def test_a_killed_bot_leaves_no_litter_and_names_are_cut_in_bytes(tmp_path: Path) -> None:
    killed = tmp_path / ARRIVALS / "killed"
    killed.mkdir(parents=True)
    (killed / "half.txt").touch()
    name = safe_name(Document("id", "unique", file_name=f"{'ก' * 90}.txt"))
    with arrivals_folder(tmp_path) as one, arrivals_folder(tmp_path) as other:
        (one / name).write_bytes(STORY)
        assert {*(tmp_path / ARRIVALS).iterdir()} == {one, other}
    assert not any((tmp_path / ARRIVALS).iterdir())
    assert name == f"{'ก' * 66}.txt"


def builder(index_dir: Path) -> int:
    """The process that builds, once it has written something."""
    written = f"snapshots/{snapshots.LEFT_OVER}*/vectors.faiss"
    return int(wait_until(lambda: list(index_dir.glob(written)))[0].parent.name.removeprefix(snapshots.LEFT_OVER))


def test_a_build_that_is_killed_leaves_everything_whole(
    server: TelegramServer, start: Start, gate: Gate, holds_builds: str, chief: User, index_dir: Path
) -> None:
    bot = start(change=holds_builds)
    server.send_document(chief, STORY, "bakery.txt")
    os.kill(builder(index_dir), signal.SIGKILL)
    last(server, chief, "That did not work: It was killed. The live index is whole; try again.")
    assert told_new(server, chief, QUESTION, ANSWER)
    gate.open()
    server.send_document(chief, STORY, "bakery.txt")
    last(server, chief, "Added: ")
    bot.wait_for_log("Answering from snapshot")
    assert told_new(server, chief, BAKERY, "The bakery on Mill Street opened in May.")


def test_a_bot_that_is_stopped_tells_what_it_did_not_finish(
    server: TelegramServer, start: Start, holds_builds: str, chief: User, index_dir: Path
) -> None:
    bot = start(change=f"{holds_builds}\nimport bot.telegram.app\nbot.telegram.app.DRAIN_SECONDS = 0.1")
    server.send_document(chief, STORY, "bakery.txt")
    building = builder(index_dir)
    assert bot.stop() == 0
    last(server, chief, "I was stopped before bakery.txt was in the index.")
    with pytest.raises(ProcessLookupError):
        os.kill(building, 0)


def test_what_can_be_meant_is_offered(server: TelegramServer, start: Start, chief: User) -> None:
    start()
    assert told(server, chief, "/remove").text.startswith("Which article?")
    assert told(server, chief, "/remove volcano").text.startswith("No article has “volcano”")
    choice = told(server, chief, "/remove e")
    assert choice.buttons == [
        "Harbour of Lowen gets a second crane", "Pasar Melati dibuka kembali", "Youth orchestra tours the islands",
    ]  # fmt: skip
    server.press(choice, "Youth orchestra tours the islands", by=chief)
    last(server, chief, "Remove “Youth orchestra tours the islands”")


def test_how_the_bot_is_doing(server: TelegramServer, start: Start, chief: User) -> None:
    start(KEEP_GAPS="true")
    assert told(server, chief, "/gaps").text == "No question has gone unanswered yet."
    assert told(server, chief, "/feedback").text == "Nobody has said anything about an answer yet."
    answer = told(server, chief, QUESTION)
    told(server, chief, "who won the world cup?")
    told(server, chief, "/expect 4.2 million euros", reply_to=answer)
    status = told(server, chief, "/status").text
    assert "3 news articles, the newest of 3 March 2024, 3 passages" in status
    assert "Answered 1, refused 1, failed 0; 0 waiting." in status
    assert "• who won the world cup? (1×)" in told(server, chief, "/gaps").text
    assert f"{QUESTION} – {ANSWER} → 4.2 million euros" in told(server, chief, "/feedback").text


def test_many_links_without_blanks_are_looked_at_quickly(server: TelegramServer, start: Start, chief: User) -> None:
    start()
    glued = "https://a" * 440  # what takes twice as long with every further link never ends
    assert told(server, chief, f"{glued} what is that?").text.startswith("That is too long for a question")
    assert told(server, chief, f"{glued} {glued[:40]}").text.startswith("Adding https://a")


def test_a_link_to_a_place_that_is_not_public_is_refused(server: TelegramServer, start: Start, chief: User) -> None:
    start()
    report = told(server, chief, f"{server.url}/a-story")
    assert report.text == f"Adding {server.url}/a-story …"
    assert f"{server.url}/a-story" in last(server, chief, "That did not work:").text
    assert told_new(server, chief, f"{QUESTION} https://example.org/", "The ")  # a question with a link in it is one
