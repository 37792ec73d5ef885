"""The local Bot API server keeps Telegram's rules, over plain HTTP and for a real python-telegram-bot."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from patience import PATIENCE
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters
from telegram_server import Fault, Message, TelegramServer, User
from telegram_server.html import HtmlError, finish, parse_html

get = partial(httpx.get, timeout=PATIENCE)
post = partial(httpx.post, timeout=PATIENCE)
LONG_POLL = 50  # seconds, the most that Telegram grants
OTHER_POLLER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer() as running:
        yield running
    assert not running.unhandled


@pytest.fixture
def alice(server: TelegramServer) -> User:
    someone = server.user("Alice", username="alice", language_code="id")
    server.private(someone)
    return someone


def call(server: TelegramServer, method: str, **params: Any) -> Any:
    """The result of a method, or the description of its refusal."""
    answer = post(f"{server.url}/bot{server.token}/{method}", json=params).json()
    return answer["result"] if answer["ok"] else answer["description"]


def send(server: TelegramServer, chat: Any, text: str, **params: Any) -> Any:
    return call(server, "sendMessage", chat_id=chat.id, text=text, **params)


def updates(server: TelegramServer, **params: Any) -> list[Any]:
    """What a poll brings, as (kind, text) where there is a text."""
    found = call(server, "getUpdates", **params)
    assert isinstance(found, list), found
    kinds = [next(key for key in update if key != "update_id") for update in found]
    return [(kind, update[kind].get("text")) for kind, update in zip(kinds, found, strict=True)]


def in_background(work: Callable[..., Any], *args: Any, **params: Any) -> Future[Any]:
    pool = ThreadPoolExecutor(1)
    future = pool.submit(work, *args, **params)
    pool.shutdown(wait=False)
    return future


# --- Requests ---------------------------------------------------------------------------------------


def test_a_method_answers_however_its_parameters_come(server: TelegramServer, alice: User) -> None:
    url = f"{server.url}/bot{server.token}/sendMessage"
    params = {"chat_id": str(alice.id), "text": "halo", "link_preview_options": '{"is_disabled": true}'}
    for answer in (
        get(url, params=params),
        post(url, data=params),
        post(url, files={name: (None, value) for name, value in params.items()}),
        post(url, json={"chat_id": alice.id, "text": "halo", "link_preview_options": {"is_disabled": True}}),
        post(url.replace("sendMessage", "SENDMESSAGE"), data=params),
    ):
        assert answer.json()["result"]["text"] == "halo"
        message = server.wait_for_message(alice)
        assert message.link_preview_options == {"is_disabled": True}
    assert len(server.calls("sendMessage")) == 5


def test_unknown_methods_tokens_and_parameters(alice: User, server: TelegramServer) -> None:
    def answer(path: str) -> tuple[int, str]:
        response = get(f"{server.url}{path}")
        return response.status_code, response.json()["description"]

    assert answer(f"/bot{server.token}/sendTelepathy") == (404, "Not Found")
    assert answer("/bot123456:another/getMe") == (401, "Unauthorized")
    assert answer("/botnonsense/getMe") == (404, "Not Found")
    assert answer("/getMe") == (404, "Not Found")
    assert send(server, alice, "halo", message_effect_id="5")["text"] == "halo"
    assert server.unhandled == ["method sendTelepathy", "parameter message_effect_id of sendMessage"]
    server.unhandled.clear()


def test_a_body_that_is_no_json_object_is_refused(server: TelegramServer) -> None:
    for body in (b"{", b"[]"):
        headers = {"Content-Type": "application/json"}
        answer = post(f"{server.url}/bot{server.token}/getMe", content=body, headers=headers)
        assert answer.status_code == 400


# --- Updates ----------------------------------------------------------------------------------------


def test_an_offset_confirms_what_is_before_it(server: TelegramServer, alice: User) -> None:
    for text in "abc":
        server.say(alice, text)
    first = call(server, "getUpdates", limit=1)[0]["update_id"]
    assert updates(server) == [("message", "a"), ("message", "b"), ("message", "c")]
    assert updates(server, offset=first + 1) == [("message", "b"), ("message", "c")]
    assert server.pending == 2
    assert updates(server, offset=-1) == [("message", "c")]
    assert updates(server) == [("message", "c")]
    assert updates(server, offset=first + 3) == []


def test_a_long_poll_ends_as_soon_as_there_is_something(server: TelegramServer, alice: User) -> None:
    poll = in_background(updates, server, timeout=LONG_POLL)
    server.wait_for_call("getUpdates")
    server.say(alice, "akhirnya")
    assert poll.result(timeout=PATIENCE) == [("message", "akhirnya")]


def test_allowed_updates_last_and_filter_what_comes_afterwards(server: TelegramServer, alice: User) -> None:
    message = server.say(alice, "a")
    assert updates(server, allowed_updates=["edited_message"]) == [("message", "a")]
    server.say(alice, "b")
    server.edit(message, "a!")
    assert updates(server) == [("message", "a"), ("edited_message", "a!")]
    assert updates(server, allowed_updates=[], offset=-1) == [("edited_message", "a!")]
    server.push({"chat_member": {}})  # which only a bot that asks for it gets
    server.say(alice, "c")
    assert updates(server) == [("edited_message", "a!"), ("message", "c")]


def test_the_older_of_two_pollers_is_told_of_the_conflict(server: TelegramServer, alice: User) -> None:
    older = in_background(call, server, "getUpdates", timeout=LONG_POLL)
    server.wait_for_call("getUpdates")
    newer = in_background(updates, server, timeout=LONG_POLL)
    assert older.result(timeout=PATIENCE) == OTHER_POLLER
    server.say(alice, "halo")
    assert newer.result(timeout=PATIENCE) == [("message", "halo")]


def test_updates_of_every_kind(server: TelegramServer, alice: User) -> None:
    channel = server.channel("Warta")
    post = server.post(channel, "Berita")
    server.edit(post, "Berita!")
    server.push_message(alice, server.private(alice), sticker=server.file(b"-", "s.webp"))
    server.ask_inline(alice, "kursk")
    server.block(alice)
    found = call(server, "getUpdates")
    assert [list(update)[1] for update in found] == [
        "channel_post",
        "edited_channel_post",
        "message",
        "inline_query",
        "my_chat_member",
    ]
    assert "from" not in found[0]["channel_post"]
    assert found[4]["my_chat_member"]["new_chat_member"]["status"] == "kicked"


def test_privacy_mode_hides_what_is_not_for_the_bot(server: TelegramServer, alice: User) -> None:
    group = server.group("Newsroom")
    mine = send(server, group, "Tanyakan apa saja")
    answered = server.wait_for_message(group)
    assert mine["message_id"] == answered.message_id
    for text in ("halo semua", "/start", "/start@kabar_test_bot", "/start@other_bot", "hei @Kabar_Test_Bot"):
        server.say(alice, text, chat=group)
    server.say(alice, "benar?", chat=group, reply_to=answered)
    seen = ["/start", "/start@kabar_test_bot", "hei @Kabar_Test_Bot", "benar?"]
    assert updates(server) == [("message", text) for text in seen]
    server.privacy = False
    server.say(alice, "halo semua", chat=group)
    assert updates(server, offset=-1) == [("message", "halo semua")]


def test_commands_and_mentions_are_marked_in_utf16(server: TelegramServer, alice: User) -> None:
    message = server.say(alice, "🇮🇩 /tanya@kabar_test_bot 10/11 @budi")
    assert message.entities == [
        {"type": "bot_command", "offset": 5, "length": 21},
        {"type": "mention", "offset": 33, "length": 5},
    ]
    assert message.entity_texts("bot_command") == ["/tanya@kabar_test_bot"]


def test_topics_hold_answers_together(server: TelegramServer, alice: User) -> None:
    forum = server.group("Redaksi", is_forum=True)
    thread = server.topic(forum, "Perang", by=alice)
    question = server.say(alice, "/tanya", chat=forum, thread=thread)
    assert question.raw["is_topic_message"]
    assert question.reply_to_message_id == thread
    send(server, forum, "jawab", reply_parameters={"message_id": question.message_id})
    assert server.wait_for_message(forum).message_thread_id == thread
    assert send(server, forum, "x", message_thread_id=999) == "Bad Request: message thread not found"


# --- Text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("<b>a</b> <i>b</i>", "a b", [("bold", 0, 1), ("italic", 2, 1)]),
        ("<STRONG>a</strong><em>b</em>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [("strikethrough", n, 1) for n in range(3)]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", 0, 1)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", 0, 1)]),
        ("<code>a</code><pre>b</pre>", "ab", [("code", 0, 1), ("pre", 1, 1)]),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("🇮🇩 <b>é</b>", "🇮🇩 é", [("bold", 5, 1)]),
        ("&lt;b&gt; &amp;&quot; &#8220;&#x1f600;", '<b> &" “😀', []),
        ("&nbsp; &hellip; & &#0;", "&nbsp; &hellip; & &#0;", []),
        ("<b>a<b>b</b></b>", "ab", [("bold", 0, 2)]),
        ("<b>a <code>b</code> c</b>", "a b c", [("bold", 0, 2), ("code", 2, 1), ("bold", 3, 2)]),
        ("<b>a <i>b</i></b>", "a b", [("bold", 0, 3), ("italic", 2, 1)]),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", [("blockquote", 0, 2)]),
        ("  <b> </b> a <i></i>\n", "a", []),
        ("<b>a</>", "a", [("bold", 0, 1)]),
        ("a https://kabar.id/x. b@c.id #kabar", "a https://kabar.id/x. b@c.id #kabar", None),
    ],
)
def test_html_becomes_text_and_entities(html: str, text: str, entities: list[Any] | None) -> None:
    found = finish(parse_html(html))
    assert found.text == text
    shown = [(e["type"], e["offset"], e["length"]) for e in found.entities]
    assert shown == ([("url", 2, 18), ("email", 22, 6), ("hashtag", 29, 6)] if entities is None else entities)


@pytest.mark.parametrize(
    ("html", "fields"),
    [
        ('<a href="https://kabar.id">a</a>', {"type": "text_link", "url": "https://kabar.id/"}),
        ("<a href='https://kabar.id/?a=1&amp;b=2'>a</a>", {"url": "https://kabar.id/?a=1&b=2"}),
        ('<a href="tg://user?id=7">a</a>', {"type": "text_mention", "user": {"id": 7}}),
        ('<pre><code class="language-python">a</code></pre>', {"type": "pre", "language": "python"}),
        ('<code class="language-python"><pre>a</pre></code>', {"type": "pre", "language": "python"}),
        ('<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>', {"type": "custom_emoji"}),
    ],
)
def test_entities_carry_what_their_tag_says(html: str, fields: dict[str, Any]) -> None:
    (entity,) = finish(parse_html(html)).entities
    assert fields.items() <= entity.items()


def test_a_link_to_nowhere_leaves_only_its_text() -> None:
    assert finish(parse_html('<a href="javascript:alert(1)">a</a> <a href="/x">b</a>')).entities == []


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("é <x>a</x>", 'Unsupported start tag "x" at byte offset 3'),
        ("a<br/>b", 'Unsupported start tag "br/" at byte offset 1'),
        ("1 < 2 > 0", 'Unsupported start tag "" at byte offset 2'),
        ("1 <2", "Unclosed start tag at byte offset 2"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<b><i>a</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a href=x"y>a</a>', "Unexpected end of name token at byte offset 8"),
        ('<a ="x">a</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ('<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"),
    ],
)
def test_malformed_html_is_refused_in_telegrams_words(html: str, error: str) -> None:
    with pytest.raises(HtmlError) as refusal:
        parse_html(html)
    assert str(refusal.value) == error


def test_limits_of_text(server: TelegramServer, alice: User) -> None:
    assert send(server, alice, "") == "Bad Request: message text is empty"
    assert send(server, alice, "<b> </b>", parse_mode="HTML") == "Bad Request: text must be non-empty"
    assert send(server, alice, "a" * 4097) == "Bad Request: message is too long"
    assert send(server, alice, "😀" * 2049) == "Bad Request: message is too long"
    tagged = "".join(f"<b>{n % 10}</b> " for n in range(2048))
    assert len(send(server, alice, tagged, parse_mode="HTML")["entities"]) == 100
    assert send(server, alice, "a", parse_mode="BBCode") == "Bad Request: unsupported parse_mode"
    lone = post(
        f"{server.url}/bot{server.token}/sendMessage",
        content=json.dumps({"chat_id": alice.id, "text": "\ud83d"}),
        headers={"Content-Type": "application/json"},
    )
    assert lone.json()["description"] == "Bad Request: strings must be encoded in UTF-8"


def test_what_a_message_shows(server: TelegramServer, alice: User) -> None:
    html = f'<b>sekitar 11.000</b> kata <a href="tg://user?id={alice.id}">Alice</a>, <a href="tg://user?id=1">x</a>'
    send(server, alice, html, parse_mode="HTML")
    message = server.wait_for_message(alice)
    assert (message.html, message.text) == (html, "sekitar 11.000 kata Alice, x")
    assert message.entity_texts("bold") == ["sekitar 11.000"]
    assert message.entity_texts("text_mention") == ["Alice"]  # nobody has the id 1


# --- Sending and editing ----------------------------------------------------------------------------


def test_who_can_be_written_to(server: TelegramServer, alice: User) -> None:
    assert send(server, server.user("Budi"), "a") == "Forbidden: bot can't initiate conversation with a user"
    assert call(server, "sendMessage", chat_id=5, text="a") == "Bad Request: chat not found"
    assert call(server, "sendMessage", text="a") == "Bad Request: chat_id is empty"
    assert call(server, "sendMessage", chat_id="@alice", text="a") == "Bad Request: chat not found"
    server.block(alice)
    assert send(server, alice, "a") == "Forbidden: bot was blocked by the user"
    server.unblock(alice)
    assert send(server, alice, "a")["text"] == "a"
    group = server.group("Newsroom", username="newsroom")
    assert call(server, "sendMessage", chat_id="@Newsroom", text="a")["chat"]["id"] == group.id
    assert call(server, "leaveChat", chat_id=group.id) is True
    assert send(server, group, "a") == "Forbidden: bot is not a member of the supergroup chat"


def test_replies_and_quotes(server: TelegramServer, alice: User) -> None:
    question = server.say(alice, "berapa tentara, berapa tank?")
    reply: dict[str, Any] = {"message_id": question.message_id}
    answer = send(server, alice, "a", reply_parameters=reply | {"quote": "berapa tank?"})
    assert answer["quote"] == {"text": "berapa tank?", "position": 16, "is_manual": True}
    message = server.wait_for_message(alice)
    assert (message.reply_to_message_id, message.quote) == (question.message_id, "berapa tank?")
    wrong = send(server, alice, "a", reply_parameters=reply | {"quote": "berapa kapal?"})
    assert wrong == "Bad Request: QUOTE_TEXT_INVALID"
    styled = reply | {"quote": "<b>berapa</b>", "quote_parse_mode": "HTML"}
    assert send(server, alice, "a", reply_parameters=styled) == "Bad Request: QUOTE_TEXT_INVALID"
    server.delete(question)
    assert send(server, alice, "a", reply_parameters=reply) == "Bad Request: message to be replied not found"
    tolerant = reply | {"allow_sending_without_reply": True}
    assert "reply_to_message" not in send(server, alice, "a", reply_parameters=tolerant)


def test_editing(server: TelegramServer, alice: User) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Ya", "callback_data": "y"}]]}
    sent = send(server, alice, "…", reply_markup=keyboard)

    def edit(text: str, message_id: int = sent["message_id"], **params: Any) -> Any:
        return call(server, "editMessageText", chat_id=alice.id, message_id=message_id, text=text, **params)

    assert edit("…", reply_markup=keyboard).startswith("Bad Request: message is not modified: specified new")
    assert edit("<b>11.000</b>", parse_mode="HTML")["edit_date"]
    assert edit("a", message_id=99) == "Bad Request: message to edit not found"
    said = server.say(alice, "halo")
    assert edit("a", message_id=said.message_id) == "Bad Request: message can't be edited"
    first, edited = server.wait_for_message(alice), server.wait_for_message(alice)
    assert (first.text, first.edits, first.buttons) == ("…", 0, ["Ya"])
    assert (edited.text, edited.edits, edited.buttons) == ("11.000", 1, [])  # no markup takes it away
    markup = {"chat_id": alice.id, "message_id": sent["message_id"], "reply_markup": keyboard}
    assert call(server, "editMessageReplyMarkup", **markup)["text"] == "11.000"
    assert [message.buttons for message in server.messages(alice)] == [["Ya"]]
    where = {"chat_id": alice.id, "message_id": sent["message_id"]}
    assert call(server, "deleteMessage", **where) is True
    assert call(server, "deleteMessage", **where) == "Bad Request: message to delete not found"
    assert server.messages(alice) == []


@pytest.mark.parametrize(
    ("button", "error"),
    [
        ({"text": "a", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "a", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "a"}, "text buttons are unallowed in the inline keyboard"),
        ({"text": "a", "url": "x"}, "inline keyboard button URL 'x' is invalid: Wrong HTTP URL"),
    ],
)
def test_buttons_that_are_refused(server: TelegramServer, alice: User, button: dict[str, str], error: str) -> None:
    assert send(server, alice, "a", reply_markup={"inline_keyboard": [[button]]}) == f"Bad Request: {error}"


def test_a_press_is_answered_in_time_or_not_at_all(server: TelegramServer, alice: User) -> None:
    keyboard = {"inline_keyboard": [[{"text": "👍", "callback_data": "up"}, {"text": "Situs", "url": "https://k.id"}]]}
    send(server, alice, "a", reply_markup=keyboard)
    message = server.wait_for_message(alice)
    query = server.press(message, "👍", by=alice)
    assert call(server, "getUpdates")[0]["callback_query"]["data"] == "up"
    assert call(server, "answerCallbackQuery", callback_query_id=query, text="Terima kasih") is True
    assert server.wait_for_call("answerCallbackQuery", callback_query_id=query).params["text"] == "Terima kasih"
    with pytest.raises(AssertionError, match="sends nothing"):
        server.press(message, "Situs", by=alice)
    server.query_lifetime = 0
    late = call(server, "answerCallbackQuery", callback_query_id=server.press(message, "👍", by=alice))
    assert late == "Bad Request: query is too old and response timeout expired or query ID is invalid"


def test_inline_answers(server: TelegramServer, alice: User) -> None:
    query = server.ask_inline(alice, "kursk")

    def answer(*results: dict[str, Any]) -> Any:
        return call(server, "answerInlineQuery", inline_query_id=query, results=list(results))

    def article(number: int, text: str = "a") -> dict[str, Any]:
        content = {"message_text": text, "parse_mode": "HTML"}
        return {"type": "article", "id": str(number), "title": "A", "input_message_content": content}

    assert answer(*map(article, range(50))) is True
    assert answer(*map(article, range(51))) == "Bad Request: RESULTS_TOO_MUCH"
    assert answer(article(1), article(1)) == "Bad Request: RESULT_ID_DUPLICATE"
    assert answer(article(1, "<x>")).startswith("Bad Request: can't parse entities: Unsupported start tag")


def test_chat_actions_and_drafts(server: TelegramServer, alice: User) -> None:
    assert call(server, "sendChatAction", chat_id=alice.id, action="typing") is True
    wrong = call(server, "sendChatAction", chat_id=alice.id, action="thinking")
    assert wrong == "Bad Request: wrong parameter action in request"
    for text in ("<b>11</b>", "<b>11.000</b>"):
        draft = {"draft_id": 1, "text": text, "parse_mode": "HTML"}
        assert call(server, "sendMessageDraft", chat_id=alice.id, **draft) is True
    assert server.drafts(alice) == ["11", "11.000"]
    group = server.group("Newsroom")
    assert "private" in call(server, "sendMessageDraft", chat_id=group.id, draft_id=1, text="a")


def test_files_come_and_go(server: TelegramServer, alice: User) -> None:
    def download(message: Message) -> httpx.Response | str:
        found = call(server, "getFile", file_id=message.raw["document"]["file_id"])
        if isinstance(found, str):
            return found
        return get(f"{server.url}/file/bot{server.token}/{found['file_path']}")

    arrived = download(server.send_document(alice, b"isi", "berita.txt", mime_type="text/plain"))
    assert isinstance(arrived, httpx.Response)
    assert arrived.content == b"isi"
    huge = server.send_document(alice, b"", "arsip.zip", size=20 * 2**20 + 1)
    assert download(huge) == "Bad Request: file is too big"
    assert call(server, "getFile", file_id="x") == "Bad Request: invalid file_id"
    url = f"{server.url}/bot{server.token}/sendDocument"
    upload = {"document": ("masukan.csv", b"a,b", "text/csv")}
    assert post(url, data={"chat_id": str(alice.id), "caption": "Ini"}, files=upload).is_success
    message = server.wait_for_message(alice)
    assert message.text == "Ini"
    assert message.document
    assert (message.document.file_name, message.document.data) == ("masukan.csv", b"a,b")
    nothing = call(server, "sendDocument", chat_id=alice.id)
    assert nothing == "Bad Request: there is no document in the request"


def test_the_bots_own_texts_by_scope_and_language(server: TelegramServer) -> None:
    commands = [{"command": "tanya", "description": "Tanyakan sesuatu"}]
    assert call(server, "setMyCommands", commands=commands, language_code="id") is True
    assert call(server, "getMyCommands", language_code="id") == commands
    assert call(server, "getMyCommands") == []
    assert call(server, "deleteMyCommands", language_code="id") is True
    assert call(server, "getMyCommands", language_code="id") == []
    wrong = [{"command": "Tanya", "description": "a"}]
    assert call(server, "setMyCommands", commands=wrong) == "Bad Request: BOT_COMMAND_INVALID"
    call(server, "setMyDescription", description="Berita")
    assert call(server, "getMyDescription", language_code="en") == {"description": "Berita"}


# --- Webhooks ---------------------------------------------------------------------------------------


class Receiver(ThreadingHTTPServer):
    """A webhook that gives the answers it was told to, and then 200."""

    def __init__(self, *answers: int) -> None:
        super().__init__(("127.0.0.1", 0), Receiver.Handler)
        self.answers = list(answers)
        self.received: list[tuple[str, str | None, str]] = []

    class Handler(BaseHTTPRequestHandler):
        server: "Receiver"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            secret = self.headers["X-Telegram-Bot-Api-Secret-Token"]
            self.server.received.append((self.path, secret, body["message"]["text"]))
            self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass


def test_a_webhook_gets_each_update_until_it_takes_it(server: TelegramServer, alice: User) -> None:
    with Receiver(500, 302) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.redelivery_delay = 0.01
        server.route("https://kabar.example", f"http://127.0.0.1:{receiver.server_port}")
        server.say(alice, "a")
        assert call(server, "setWebhook", url="https://kabar.example/hook", secret_token="rahasia") is True
        server.wait_until(lambda: server.pending == 0)
        server.say(alice, "b")
        server.wait_until(lambda: server.pending == 0)
        receiver.shutdown()
        thread.join()
    assert receiver.received == [("/hook", "rahasia", text) for text in "aaab"]
    conflict = call(server, "getUpdates")
    assert conflict.startswith("Conflict: can't use getUpdates method while webhook is active")
    info = call(server, "getWebhookInfo")
    assert info["last_error_message"] == "Wrong response from the webhook: 302"
    server.say(alice, "c")  # which nobody takes any more
    assert call(server, "deleteWebhook", drop_pending_updates=True) is True
    assert updates(server) == []


def test_webhooks_that_are_refused(server: TelegramServer) -> None:
    assert "An HTTPS URL must be provided" in call(server, "setWebhook", url="http://kabar.example/")
    assert "ports 80, 88, 443 or 8443" in call(server, "setWebhook", url="https://kabar.example:8080/")
    unallowed = call(server, "setWebhook", url="https://kabar.example/", secret_token="ra hasia")
    assert unallowed == "Bad Request: secret token contains unallowed characters"


def test_a_webhook_ends_a_running_poll(server: TelegramServer) -> None:
    poll = in_background(call, server, "getUpdates", timeout=LONG_POLL)
    server.wait_for_call("getUpdates")
    call(server, "setWebhook", url="https://kabar.example/")
    assert poll.result(timeout=PATIENCE) == "Conflict: terminated by setWebhook request"


# --- Trouble ----------------------------------------------------------------------------------------


def test_faults_strike_as_often_as_they_are_told_to(server: TelegramServer, alice: User) -> None:
    url = f"{server.url}/bot{server.token}/sendMessage"
    params = {"chat_id": alice.id, "text": "a"}
    server.inject("sendMessage", Fault.too_many(retry_after=3), times=1)
    server.inject("sendMessage", Fault.bad_gateway(), times=1)
    server.inject("*", Fault.rubbish(), times=1)
    answers = [post(url, json=params) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 502, 200, 200]
    assert answers[0].json()["parameters"] == {"retry_after": 3}
    assert answers[1].text.startswith("<html>")
    with pytest.raises(ValueError, match="Expecting value"):
        answers[2].json()
    assert len(server.messages(alice)) == 1  # only the last of them was carried out


def test_connections_that_break(server: TelegramServer, alice: User) -> None:
    url = f"{server.url}/bot{server.token}/sendMessage"
    for fault, error, stored in (
        (Fault.reset(), httpx.NetworkError, 0),
        (Fault.lost_answer(), httpx.RemoteProtocolError, 1),
    ):
        server.inject("sendMessage", fault, times=1)
        with pytest.raises(error):
            post(url, json={"chat_id": alice.id, "text": fault.kind})
        assert len(server.messages(alice)) == stored
    assert [call.fault for call in server.calls("sendMessage")] == ["reset", "lost_answer"]


def test_a_hang_is_no_answer_ever(server: TelegramServer, alice: User) -> None:
    server.inject("sendMessage", Fault.hang(), times=1)
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as connection:
        request = f"GET /bot{server.token}/sendMessage?chat_id={alice.id}&text=a HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.sendall(request.encode())
        assert server.wait_for_call("sendMessage").fault == "hang"
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    assert server.messages(alice) == []


def test_probable_faults_are_the_same_for_the_same_seed() -> None:
    def struck(seed: int) -> list[bool]:
        with TelegramServer(seed=seed) as server, httpx.Client() as client:
            server.inject("getMe", Fault.refusal(500, "Internal Server Error"), probability=0.5)
            url = f"{server.url}/bot{server.token}/getMe"
            return [client.get(url).status_code == 500 for _ in range(20)]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 0 < sum(struck(1)) < 20


def test_flood_control_holds_when_it_is_asked_for(alice: User, server: TelegramServer) -> None:
    assert [send(server, alice, text)["text"] for text in "ab"] == ["a", "b"]
    now = [1000.0]
    server.clock, server.flood_control = (lambda: now[0]), True
    sent = send(server, alice, "c")
    assert send(server, alice, "d") == "Too Many Requests: retry after 1"
    edit = {"chat_id": alice.id, "message_id": sent["message_id"]}
    assert call(server, "editMessageText", text="e", **edit)["text"] == "e"  # no message of its own
    group = server.group("Newsroom")
    edit = {"chat_id": group.id, "message_id": send(server, group, "0")["message_id"]}
    edits = [call(server, "editMessageText", text=str(n), **edit) for n in range(1, 21)]
    assert all(isinstance(edited, dict) for edited in edits[:19])
    assert edits[19] == "Too Many Requests: retry after 60"  # the 21st in this minute
    now[0] += 1
    assert send(server, alice, "d")["text"] == "d"
    assert send(server, group, "d") == "Too Many Requests: retry after 59"


def test_a_server_that_is_down_comes_back_as_it_was(server: TelegramServer, alice: User) -> None:
    server.say(alice, "a")
    with server.down(), pytest.raises(httpx.ConnectError):
        get(f"{server.url}/bot{server.token}/getMe")
    assert updates(server) == [("message", "a")]


def test_waiting_in_vain_names_what_did_arrive(server: TelegramServer, alice: User) -> None:
    send(server, alice, "<b>a", parse_mode="HTML")
    send(server, server.group("Newsroom"), "ke sini")
    with pytest.raises(AssertionError) as failure:
        server.wait_for_message(alice, timeout=0.01)
    assert "no message in the chat 'Alice' within 0.01 s; requests: sendMessage x2" in str(failure.value)
    assert "refused sendMessage: Bad Request: can't parse entities" in str(failure.value)
    assert "in 'Newsroom': 'ke sini'" in str(failure.value)


# --- A real bot -------------------------------------------------------------------------------------


def bot_of(server: TelegramServer, token: str | None = None) -> Bot:
    return Bot(token or server.token, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot")


def application(server: TelegramServer) -> Application[Any, Any, Any, Any, Any, Any]:
    """An application that answers every message with itself in bold, as a reply."""

    async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message
        await update.message.reply_html(f"<b>{update.message.text}</b>", do_quote=True)

    app = ApplicationBuilder().bot(bot_of(server)).build()
    app.add_handler(MessageHandler(filters.TEXT & filters.UpdateType.MESSAGE, echo))
    return app


def test_a_polling_application_answers(server: TelegramServer, alice: User) -> None:
    async def run() -> Message:
        app = application(server)
        assert app.updater
        async with app:
            await app.start()
            await app.updater.start_polling()
            question = server.say(alice, "berapa tentara?")
            answer = await asyncio.to_thread(server.wait_for_message, alice)
            assert answer.reply_to_message_id == question.message_id
            await asyncio.to_thread(server.wait_until, lambda: server.pending == 0)
            await app.updater.stop()
            await app.stop()
            return answer

    answer = asyncio.run(run())
    assert (answer.html, answer.entity_texts("bold")) == ("<b>berapa tentara?</b>", ["berapa tentara?"])


def test_two_polling_bots_conflict(server: TelegramServer) -> None:
    async def run() -> str:
        async with bot_of(server) as one, bot_of(server) as other:
            older = asyncio.create_task(one.get_updates(timeout=LONG_POLL))
            await asyncio.to_thread(server.wait_for_call, "getUpdates")
            await other.get_updates(timeout=0)
            with pytest.raises(Conflict) as conflict:
                await older
            return conflict.value.message

    assert asyncio.run(run()) == OTHER_POLLER


def test_errors_reach_a_real_bot_as_its_own_kinds(
    server: TelegramServer, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # without it the library warns at every RetryAfter

    async def run() -> None:
        async with bot_of(server) as bot:
            with pytest.raises(BadRequest, match='can\'t find end tag corresponding to start tag "b"'):
                await bot.send_message(alice.id, "<b>a", parse_mode=ParseMode.HTML)
            server.inject("sendMessage", Fault.too_many(retry_after=2), times=1)
            with pytest.raises(RetryAfter) as flood:
                await bot.send_message(alice.id, "a")
            assert flood.value.retry_after == timedelta(seconds=2)
            server.inject("sendMessage", Fault.lost_answer(), times=1)
            with pytest.raises(NetworkError):
                await bot.send_message(alice.id, "a")
            server.block(alice)
            with pytest.raises(Forbidden):
                await bot.send_message(alice.id, "a")
        stranger = bot_of(server, "123456:another")
        with pytest.raises(InvalidToken):
            await stranger.initialize()
        await stranger.shutdown()

    asyncio.run(run())
    assert [message.text for message in server.messages(alice)] == ["a"]  # the answer was lost, not it


def test_a_real_bot_understands_what_it_is_given(server: TelegramServer, alice: User) -> None:
    async def run() -> None:
        group = server.group("Newsroom", admins=[alice])
        async with bot_of(server) as bot:
            assert (await bot.get_chat(group.id)).title == "Newsroom"
            assert (await bot.get_chat_member(group.id, alice.id)).status == "administrator"
            question = server.say(alice, "berapa tentara?")
            keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Ya", callback_data="y")]])
            quoting = ReplyParameters(question.message_id, quote="tentara")
            sent = await bot.send_message(alice.id, "a", reply_parameters=quoting, reply_markup=keyboard)
            assert sent.quote
            assert sent.quote.position == 7
            server.press(server.wait_for_message(alice), "Ya", by=alice)
            file = server.send_document(alice, b"isi", "berita.txt")
            found = await bot.get_updates()
            assert found[1].callback_query
            assert found[1].callback_query.data == "y"
            stored = await bot.get_file(file.raw["document"]["file_id"])
            assert bytes(await stored.download_as_bytearray()) == b"isi"
            await bot.send_document(alice.id, b"a,b", filename="masukan.csv", caption="Ini")
            await bot.send_message_draft(alice.id, 1, "Sebentar")
            await bot.set_my_commands([("tanya", "Tanyakan sesuatu")], language_code="id")
            assert (await bot.get_my_commands(language_code="id"))[0].command == "tanya"
        document = server.wait_for_message(alice).document
        assert document
        assert (document.file_name, document.mime_type, document.data) == ("masukan.csv", "text/csv", b"a,b")

    asyncio.run(run())


def test_times_are_on_the_tests_own_clock(server: TelegramServer, alice: User) -> None:
    before = time.monotonic()
    send(server, alice, "a")
    assert before <= server.calls("sendMessage")[0].at <= server.wait_for_message(alice).sent_at <= time.monotonic()
