"""A crowd over a server that fails in every way it can, and a bot that is killed in the middle."""

from __future__ import annotations

import re
import resource
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from bot_process import ANSWER, ENDLESS_MINUTE, LINUX, QUESTION, Bot, wait_until_kept
from telegram_server import Fault, Message, TelegramServer, User

from bot.telegram.state import State

Start = Callable[..., Bot]
USERS, ROUNDS = 50, 10
FACTS = {
    QUESTION: ANSWER,
    "Sebanyak berapa pedagang menempati kios baru?": "Sebanyak 312 pedagang menempati kios baru.",
    "How many concerts does the youth orchestra play on five islands?": (
        "The youth orchestra plays nine concerts on five islands."
    ),
    "Siapa yang memotong pita, wali kota Rudi Hartawan?": "Wali kota Rudi Hartawan memotong pita.",
}
APOLOGY = "Sorry, "


def resident(bot: Bot) -> int:
    """The kilobytes of memory that the process holds."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{bot.process.pid}/status").read_text())
    assert found
    return int(found[1])


def replies(server: TelegramServer, user: User) -> dict[int, list[str]]:
    """What came in reply to each message of the user."""
    found: dict[int, list[str]] = {}
    for message in server.messages(user):
        found.setdefault(message.reply_to_message_id or 0, []).append(message.text)
    return found


def ask_all(server: TelegramServer, crowd: Sequence[User], rounds: range) -> list[tuple[User, Message, str]]:
    asked = []
    for number in rounds:
        for place, user in enumerate(crowd):
            question = list(FACTS)[(number + place) % len(FACTS)]
            asked.append((user, server.say(user, f"{question} ({number}.{place})"), FACTS[question]))
    return asked


@LINUX
def test_every_question_of_a_crowd_ends_well_whatever_telegram_does(server: TelegramServer, start: Start) -> None:
    bot = start(QUESTIONS_PER_MINUTE="0", ANSWER_THRESHOLD="0.01")
    faults = {
        "429": server.inject("*", Fault.too_many(retry_after=1), probability=0.05),
        "502": server.inject("*", Fault.bad_gateway(), probability=0.02),
        "reset": server.inject("*", Fault.reset(), probability=0.02),
        "hang": server.inject("*", Fault.hang(), probability=0.01),
        "lost": server.inject("*", Fault.lost_answer(), probability=0.01),
    }
    crowd = [server.user(f"User {number}", language_code="en") for number in range(USERS)]
    asked = ask_all(server, crowd, range(2))
    server.wait_until(lambda: all(len(replies(server, user)) == 2 for user in crowd))
    before = resident(bot)
    asked += ask_all(server, crowd, range(2, ROUNDS))
    server.wait_until(lambda: all(len(replies(server, user)) == ROUNDS for user in crowd))
    unknowable = [call for call in server.calls("sendMessage") if call.fault == "lost_answer"]
    twice = 0
    for user, message, fact in asked:
        told = replies(server, user)[message.message_id]
        assert all(text.startswith((fact, APOLOGY)) for text in told), (message.text, told)
        twice += len(told) - 1
    assert twice <= len(unknowable)
    assert {name for name, fault in faults.items() if not fault.hits} == set()
    assert resident(bot) < before * 1.2
    assert "Traceback" not in bot.log
    server.heal()
    assert bot.stop() == 0


def test_a_kill_in_the_middle_loses_nothing_that_was_kept(server: TelegramServer, start: Start, tmp_path: Path) -> None:
    crowd = [server.user(f"User {number}", language_code="en") for number in range(20)]
    operator = crowd[0]
    settings = {
        "STATE_DB": str(tmp_path / "state.sqlite"), "QUESTIONS_PER_MINUTE": "8", "TELEGRAM_ALLOWED": "1",
        "TELEGRAM_ADMINS": str(operator.id),
    }  # fmt: skip
    state = State(Path(settings["STATE_DB"]))
    for user in crowd:
        assert state.redeem(state.invite(), user.id)
    state.close()
    bot = start(change=ENDLESS_MINUTE, **settings)
    first = {user: (server.say(user, QUESTION), server.wait_for_message(user))[1] for user in crowd}
    for user, answer in first.items():
        server.press(answer, "👎", by=user)
        server.wait_for_call("answerCallbackQuery")
        server.say(user, "/language")
        choices = server.wait_for_message(user)
        server.press(choices, "Bahasa Indonesia", by=user)
        server.wait_for_call("answerCallbackQuery")
    ask_all(server, crowd, range(ROUNDS))
    server.wait_until(lambda: len(server.calls("sendMessage")) >= 4 * len(crowd))
    bot.kill()
    state = State(Path(settings["STATE_DB"]))
    try:
        assert Counter(one.user for one in state.feedback()) == Counter(user.id for user in crowd)
        assert {state.language(user.id) for user in crowd} == {"id"}
        assert all(state.is_admitted(user.id) for user in crowd)
    finally:
        state.close()
    start(change=ENDLESS_MINUTE, **settings)
    stranger = server.user("Stranger", language_code="en")
    server.say(stranger, QUESTION)
    ask_all(server, crowd, range(ROUNDS, ROUNDS + 4))
    server.wait_until(lambda: server.pending == 0)
    server.say(operator, "/help")
    server.wait_until(lambda: "artikel berita" in server.messages(operator)[-1].text)
    assert server.messages(stranger) == []
    for user in crowd[1:]:  # a minute's eight, before and after the kill together, are a question, three taps, and four
        answers = [text for texts in replies(server, user).values() for text in texts if "·" in text]
        assert 1 <= len(answers) <= 5, answers


@LINUX
def test_a_full_disk_leaves_nobody_without_an_answer(server: TelegramServer, start: Start, tmp_path: Path) -> None:
    database = tmp_path / "state.sqlite"
    restless = "import bot.telegram.async_state; bot.telegram.async_state.REST_SECONDS = 0"
    bot = start(change=restless, STATE_DB=str(database))
    alice = server.user("Alice", language_code="en")

    def answered(text: str) -> Message:
        server.say(alice, text)
        return server.wait_for_message(alice)

    state = State(database)  # before the question: opening empties the log, and its size is the room that is left
    first = answered(QUESTION)
    wait_until_kept(state, first)
    log = Path(f"{database}-wal")
    _, most = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (log.stat().st_size, most))
    for number in range(5):
        assert answered(f"{QUESTION} ({number})").text.startswith(ANSWER)
    server.press(first, "👎", by=alice)
    assert str(server.wait_for_call("answerCallbackQuery").params["text"]).startswith(APOLOGY)
    assert "is its disk full" in bot.log
    resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (most, most))
    second = answered(f"{QUESTION} (again)")
    wait_until_kept(state, second)
    server.press(second, "👎", by=alice)
    server.wait_for_call("answerCallbackQuery")
    assert bot.stop() == 0
    assert [one.question for one in state.feedback()] == [f"{QUESTION} (again)"]
    state.close()
