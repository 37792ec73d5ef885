"""What goes out gets through Telegram's moods: a real telegram.Bot against a strict Bot API server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from patience import PATIENCE
from telegram import Bot, InlineKeyboardButton
from telegram.error import TelegramError
from telegram.request import HTTPXRequest
from telegram_server import Fault, TelegramServer

from bot.telegram import sending
from bot.telegram.metrics import Metrics
from bot.telegram.sending import Sender

pytestmark = pytest.mark.anyio
BUTTONS = [[InlineKeyboardButton("one", callback_data="1")]]


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server
        assert server.unhandled == []


@pytest.fixture(autouse=True)
def without_deprecation(monkeypatch: pytest.MonkeyPatch) -> None:
    """As bot.telegram.app does it for the process."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def bot(server: TelegramServer, seconds: float) -> Bot:
    """One that gives a server up that does not answer for so long."""
    request = HTTPXRequest(connection_pool_size=16, read_timeout=seconds)
    return Bot(server.token, f"{server.url}/bot", f"{server.url}/file/bot", request=request)


@pytest.fixture
async def sender(server: TelegramServer, metrics: Metrics) -> AsyncIterator[Sender]:
    async with bot(server, PATIENCE) as patient:
        yield Sender(patient, metrics)


@pytest.mark.parametrize(
    "fault", [Fault.too_many(retry_after=1), Fault.bad_gateway(), Fault.reset(), Fault.rubbish()], ids=repr
)
async def test_a_message_gets_through_once(
    server: TelegramServer, sender: Sender, metrics: Metrics, fault: Fault
) -> None:
    alice = server.user("Alice")
    server.private(alice)
    server.inject("sendMessage", fault, times=2)
    sent = await sender.send(alice.id, "<b>hello</b>", buttons=BUTTONS)
    [message] = server.messages(alice)
    assert (message.message_id, message.text, message.buttons) == (sent, "hello", ["one"])
    assert metrics.counts()["retries"] == 2


async def test_a_server_that_hangs_is_asked_again(server: TelegramServer, metrics: Metrics) -> None:
    alice = server.user("Alice")
    server.private(alice)
    trouble = server.inject("sendMessage", Fault.hang(), times=2)
    async with bot(server, 0.5) as impatient:
        sent = await Sender(impatient, metrics).send(alice.id, "hello")
    assert trouble.hits == 2
    assert server.messages(alice)[-1].message_id == sent
    assert metrics.counts()["retries"] >= 2  # a machine may be too slow for so little patience


async def test_where_an_answer_got_lost_it_is_sent_once_more_and_edits_do_no_harm(
    server: TelegramServer, sender: Sender
) -> None:
    alice = server.user("Alice")
    server.private(alice)
    server.inject("sendMessage", Fault.lost_answer(), times=1)
    sent = await sender.send(alice.id, "hello")
    assert len(server.messages(alice)) == 2
    assert sent
    server.inject("editMessageText", Fault.lost_answer(), times=1)
    assert await sender.edit(alice.id, sent, "there")
    assert server.messages(alice)[-1].edits == 1


async def test_a_flood_in_one_chat_stops_no_other_and_keeps_the_order(server: TelegramServer, sender: Sender) -> None:
    alice, budi = server.user("Alice"), server.user("Budi")
    server.private(alice)
    server.private(budi)
    flood = server.inject("sendMessage", Fault.too_many(retry_after=1), chat_id=alice.id)
    flooded = [asyncio.create_task(sender.send(alice.id, f"{number}")) for number in range(3)]
    await asyncio.to_thread(server.wait_until, lambda: flood.hits)
    assert await sender.send(budi.id, "at once")
    server.heal()
    await asyncio.gather(*flooded)
    tried = [call for call in server.calls("sendMessage") if call.params["chat_id"] == alice.id]
    *refused, first, second, third = tried
    assert {call.params["text"] for call in refused} == {"0"}
    assert [call.params["text"] for call in (first, second, third)] == ["0", "1", "2"]
    assert first.at - refused[-1].at >= 1


async def test_refused_html_is_sent_as_text(server: TelegramServer, sender: Sender, metrics: Metrics) -> None:
    alice = server.user("Alice")
    server.private(alice)
    await sender.send(alice.id, "<b>5 &lt; 6</i> & more")
    assert server.messages(alice)[0].text == "5 < 6 & more"
    assert metrics.counts()["plain_text"] == 1


async def test_a_long_message_comes_in_parts_with_the_buttons_at_the_last(
    server: TelegramServer, sender: Sender
) -> None:
    alice = server.user("Alice")
    asked = server.say(alice, "?")
    sent = await sender.send(alice.id, f"<b>{'A sentence. ' * 800}</b>", reply_to=asked.message_id, buttons=BUTTONS)
    messages = server.messages(alice)
    assert len(messages) == 3
    assert all(message.entity_texts("bold") == [message.text] for message in messages)
    assert [message.buttons for message in messages] == [[], [], ["one"]]
    assert [message.reply_to_message_id for message in messages] == [asked.message_id, None, None]
    assert sent == messages[-1].message_id


async def test_who_takes_no_messages_is_no_error(server: TelegramServer, sender: Sender) -> None:
    alice = server.user("Alice")
    group = server.group("Group", members=[alice])
    sent = await sender.send(group.id, "hello")
    assert sent
    server.block(alice)
    server.kick_bot(group)
    assert await sender.send(alice.id, "hello") is None
    assert await sender.send(group.id, "hello") is None
    assert await sender.edit(group.id, sent, "there")  # it is not gone: a new one would not get there either
    assert await sender.send(123456789, "nobody ever wrote from there") is None
    forum = server.group("Forum", is_forum=True, members=[alice])
    assert await sender.send(forum.id, "hello", thread=4711) is None


async def test_what_is_gone_or_late_is_no_error(server: TelegramServer, sender: Sender) -> None:
    alice = server.user("Alice")
    asked = server.say(alice, "?")
    server.delete(asked)
    sent = await sender.send(alice.id, "hello", reply_to=asked.message_id, buttons=BUTTONS)
    assert sent
    assert await sender.edit(alice.id, sent, "hello", BUTTONS)  # nothing changes
    server.query_lifetime = 0
    await sender.acknowledge(server.press(server.messages(alice)[0], "one", by=alice), "x" * 300)
    await sender.offer(server.ask_inline(alice, "x"), [], cache_seconds=1)
    server.delete(server.messages(alice)[0])
    assert not await sender.edit(alice.id, sent, "there")


async def test_who_cannot_be_reached_at_all_is_given_up(
    server: TelegramServer, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE_SECONDS", 0.5)
    alice = server.user("Alice")
    server.private(alice)
    server.inject("sendMessage", Fault.bad_gateway())
    with pytest.raises(TelegramError):
        await sender.send(alice.id, "hello")


async def test_typing_is_shown_as_long_as_it_takes(
    server: TelegramServer, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "TYPING_SECONDS", 0.05)
    alice = server.user("Alice")
    server.private(alice)
    server.inject("sendChatAction", Fault.bad_gateway(), times=1)
    before = asyncio.all_tasks()
    async with sender.typing(alice.id, None):
        [showing] = asyncio.all_tasks() - before
        await asyncio.to_thread(server.wait_until, lambda: len(server.calls("sendChatAction")) >= 3)
    await asyncio.wait({showing}, timeout=PATIENCE)
    assert showing.cancelled()
