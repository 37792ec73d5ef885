"""A local Bot API server, strict where Telegram is: the real bot talks to it over HTTP, and a test watches.

    with TelegramServer() as server:
        alice = server.user("Alice", language_code="id")
        server.say(alice, "berapa tentara?")                  # an update for the bot
        answer = server.wait_for_message(alice)               # what it sent
        assert not server.unhandled                           # and nothing the server does not model

The bot gets `f"{server.url}/bot"` as base URL, `f"{server.url}/file/bot"` for files, and `server.token`. An
asyncio loop in a daemon thread serves HTTP; the methods here are for the test's own thread. All times are
`time.monotonic()`.
"""

import asyncio
import inspect
import itertools
import json
import math
import random
import re
import socket
import struct
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from telegram_html import (
    STYLES,
    Formatted,
    HtmlError,
    Json,
    clean,
    find_entities,
    finish,
    parse_html,
    utf16_length,
    utf16_slice,
)

T = TypeVar("T")


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


TEST_TOKEN = "123456:local-test-token"

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_DOWNLOAD = 20 * 2**20
MAX_UPLOAD = 50 * 2**20

# Only a bot that names these in allowed_updates gets them.
OPT_IN_UPDATES = {"chat_member", "message_reaction", "message_reaction_count"}

CHAT_ACTIONS = _names(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note"
)


# --- What a test sees -------------------------------------------------------------------------------


@dataclass(frozen=True)
class User:
    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False

    @property
    def name(self) -> str:
        return self.first_name

    @property
    def json(self) -> Json:
        return _present(
            id=self.id,
            is_bot=self.is_bot,
            first_name=self.first_name,
            username=self.username,
            language_code=self.language_code,
        )


@dataclass(frozen=True)
class Chat:
    id: int
    type: str  # private, group, supergroup or channel
    name: str
    username: str | None = None
    is_forum: bool = False

    @property
    def json(self) -> Json:
        name = {"first_name": self.name} if self.type == "private" else {"title": self.name}
        return _present(id=self.id, type=self.type, username=self.username, is_forum=self.is_forum or None) | name


@dataclass(frozen=True)
class Document:
    file_name: str
    mime_type: str
    data: bytes


@dataclass(frozen=True)
class Message:
    """A message of anyone's, as it stood when it was sent or last edited."""

    chat_id: int
    message_id: int
    text: str  # after entity parsing; the caption of a document
    html: str | None  # as the bot sent it, with parse_mode HTML
    entities: list[Json]
    reply_to_message_id: int | None
    quote: str | None
    message_thread_id: int | None
    reply_markup: Json | None
    link_preview_options: Json | None
    document: Document | None
    edits: int
    sent_at: float
    raw: Json = field(repr=False)  # as the Bot API shows it

    @property
    def buttons(self) -> list[str]:
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]

    def entity_texts(self, kind: str) -> list[str]:
        """What stands in the entities of one kind, say "bold"."""
        found = [e for e in self.entities if e["type"] == kind]
        return [utf16_slice(self.text, e["offset"], e["length"]) for e in found]


@dataclass
class Call:
    """A request of the bot's, with its parameters decoded."""

    method: str
    params: Json
    at: float
    error: str | None = None  # the description of the refusal
    fault: str | None = None  # the kind of the injected fault


class ApiError(Exception):
    """A refusal, as the Bot API words it."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    @classmethod
    def bad_request(cls, reason: str) -> Self:
        return cls(400, f"Bad Request: {reason}")

    @classmethod
    def too_many(cls, retry_after: int) -> Self:
        return cls(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


@dataclass(frozen=True)
class Fault:
    """Trouble to inject; made with one of the constructors below."""

    kind: str
    error: ApiError | None = None
    body: str = ""

    @classmethod
    def too_many(cls, retry_after: int = 1) -> Self:
        return cls("too_many", ApiError.too_many(retry_after))

    @classmethod
    def refusal(cls, code: int, description: str, **parameters: Any) -> Self:
        return cls("refusal", ApiError(code, description, **parameters))

    @classmethod
    def bad_gateway(cls) -> Self:
        """502 with a page of HTML, as a gateway in front of the API gives."""
        return cls("bad_gateway")

    @classmethod
    def reset(cls) -> Self:
        """The connection is reset before anything happened."""
        return cls("reset")

    @classmethod
    def hang(cls) -> Self:
        """No answer, ever."""
        return cls("hang")

    @classmethod
    def rubbish(cls, body: str = '{"ok":true,"result":') -> Self:
        """200 with a body that is no answer; by itself no JSON."""
        return cls("rubbish", body=body)

    @classmethod
    def lost_answer(cls) -> Self:
        """The request is carried out, and then the connection drops before the answer."""
        return cls("lost_answer")


@dataclass
class Injection:
    """A fault under way; `hits` counts the requests it struck."""

    method: str
    fault: Fault
    times: int | None
    probability: float
    hits: int = 0


# --- Parts ------------------------------------------------------------------------------------------


_OBJECTS = _names(
    "allowed_updates button caption_entities commands entities link_preview_options reply_markup "
    "reply_parameters results scope"
)
_INTEGERS = _names(
    "cache_time chat_id draft_id limit max_connections message_id message_thread_id offset "
    "reply_to_message_id timeout user_id"
)
_FLAGS = _names(
    "allow_sending_without_reply disable_content_type_detection disable_notification "
    "disable_web_page_preview drop_pending_updates is_personal protect_content show_alert"
)


@dataclass(frozen=True)
class Upload:
    name: str
    mime_type: str
    data: bytes


class Params:
    """The parameters of a request, the same whether they came as JSON, as a form or in the query."""

    def __init__(self, values: Json, uploads: dict[str, Upload]) -> None:
        self.values = {name: self._decode(name, value) for name, value in values.items()}
        self.uploads = uploads

    @staticmethod
    def _decode(name: str, value: Any) -> Any:
        if name in _FLAGS:
            return str(value).lower() in ("true", "yes", "1")
        if not isinstance(value, str):
            return value
        if name in _INTEGERS and re.fullmatch(r"[+-]?\d+", value.strip()):
            return int(value)
        if name in _OBJECTS and value:
            try:
                return json.loads(value)
            except ValueError:
                raise ApiError.bad_request(f"can't parse {name.replace('_', ' ')} JSON object") from None
        return value

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return _utf8("" if value is None else str(value))

    def integer(self, name: str, default: int = 0) -> int:
        value = self.values.get(name)
        return value if isinstance(value, int) else default

    def flag(self, name: str) -> bool:
        return bool(self.values.get(name))

    def object(self, name: str) -> Json:
        """A JSON object, {} where there is none."""
        value = self.values.get(name) or {}
        if not isinstance(value, dict):
            raise ApiError.bad_request(f"object expected as {name.replace('_', ' ')}")
        return value

    def array(self, name: str) -> list[Any]:
        value = self.values.get(name) or []
        if not isinstance(value, list):
            raise ApiError.bad_request(f"expected an Array of {name.replace('_', ' ')}")
        return value


class Updates:
    """The queue of updates: kept until confirmed, filtered as they come in."""

    def __init__(self, first_id: int) -> None:
        self.pending: list[Json] = []
        self.allowed: list[str] = []
        self._next_id = first_id

    def put(self, update: Json) -> bool:
        """Whether the bot wants updates of this kind; the others are not even counted."""
        kind = next(name for name in update if name != "update_id")
        if not (kind in self.allowed if self.allowed else kind not in OPT_IN_UPDATES):
            return False
        self.pending.append({"update_id": self._next_id} | update)
        self._next_id = self.pending[-1]["update_id"] + 1
        return True

    def confirm(self, offset: int) -> None:
        """Forget the updates before `offset`; a negative one counts from the end of the queue."""
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset:
            self.pending = [update for update in self.pending if update["update_id"] >= offset]


class FloodControl:
    """The limits that Telegram advises: a message a second to a chat, 20 a minute to a group, 30 a second."""

    def __init__(self) -> None:
        self._sent: dict[object, deque[float]] = defaultdict(deque)

    def check(self, chat: Chat, is_edit: bool) -> None:
        """Raises 429 where a window is full. Edits count too, except as messages of their second."""
        windows: list[tuple[object, int, float]] = [("all", 30, 1.0)]
        if not is_edit:
            windows.append((("second", chat.id), 1, 1.0))
        if chat.type != "private":
            windows.append((("minute", chat.id), 20, 60.0))
        now = time.monotonic()
        for key, size, seconds in windows:
            sent = self._sent[key]
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= size:
                raise ApiError.too_many(math.ceil(sent[0] + seconds - now))
        for key, _, _ in windows:
            self._sent[key].append(now)


@dataclass
class Webhook:
    url: str
    secret: str
    max_connections: int
    task: asyncio.Task[None] | None = None
    last_error: Json = field(default_factory=dict)


@dataclass(frozen=True)
class StoredFile:
    path: str
    data: bytes
    size: int
    json: Json


@dataclass(frozen=True)
class Query:
    """A callback or inline query that waits for its answer."""

    kind: str
    asked_at: float


Handler = Callable[["TelegramServer", Params], Any]


@dataclass(frozen=True)
class Method:
    name: str
    parameters: frozenset[str]
    handler: Handler


METHODS: dict[str, Method] = {}  # by name in lower case: Telegram does not mind case


def api(name: str, parameters: str = "") -> Callable[[Handler], Handler]:
    """Makes a method of TelegramServer a method of the Bot API, with the parameters that it models."""

    def register(handler: Handler) -> Handler:
        METHODS[name.lower()] = Method(name, _names(parameters), handler)
        return handler

    return register


_SENDING = "chat_id message_thread_id reply_parameters reply_to_message_id allow_sending_without_reply"
_SENDING += " reply_markup disable_notification protect_content"
_EDITING = "chat_id message_id reply_markup"
_TEXT = "text parse_mode entities link_preview_options disable_web_page_preview"


# --- The server -------------------------------------------------------------------------------------


class TelegramServer:
    def __init__(
        self,
        token: str = TEST_TOKEN,
        *,
        username: str = "kabar_test_bot",
        privacy: bool = True,
        flood_control: bool = False,
        seed: int = 0,
    ) -> None:
        """`privacy` is the mode of groups, on as for any new bot; `seed` decides what probable faults hit."""
        self.token = token
        self.bot = User(int(token.partition(":")[0]), "Kabar", username, is_bot=True)
        self.privacy = privacy
        self.flood_control = flood_control
        self.query_lifetime = 15.0  # seconds within which a callback or inline query can be answered
        self.redelivery_delay = 0.1  # seconds until a webhook that failed is tried again
        self.unhandled: list[str] = []

        self._changed = threading.Condition()
        self._random = random.Random(seed)
        self._users: dict[int, User] = {self.bot.id: self.bot}
        self._chats: dict[int, Chat] = {}
        self._members: dict[int, dict[int, str]] = defaultdict(dict)
        self._unreachable: dict[int, str] = {}
        self._messages: dict[int, dict[int, Message]] = defaultdict(dict)
        self._mine: set[tuple[int, int]] = set()  # chat and message ids of what the bot sent
        self._last_message_id: Counter[int] = Counter()
        self._outbox: dict[int, list[Message]] = defaultdict(list)
        self._outbox_read: Counter[int] = Counter()
        self._drafts: dict[int, list[str]] = defaultdict(list)
        self._calls: list[Call] = []
        self._calls_read: Counter[str] = Counter()
        self._files: dict[str, StoredFile] = {}
        self._queries: dict[str, Query] = {}
        self._commands: dict[tuple[str, str], list[Json]] = {}
        self._profile: dict[tuple[str, str], str] = {("name", ""): self.bot.first_name}
        self._updates = Updates(first_id=100_000_001)
        self._flood = FloodControl()
        self._injections: list[Injection] = []
        self._routes: dict[str, str] = {}
        self._webhook: Webhook | None = None
        self._logged_out = False
        self._numbers = itertools.count(1)

        self._port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._runner: web.AppRunner | None = None
        self._poll: asyncio.Future[None] | None = None
        self._news = asyncio.Event()

    # --- Life ---------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="telegram-server", daemon=True)
        self._thread.start()
        self._in_loop(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop
        assert self._thread
        self._in_loop(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Nothing listens at `url` meanwhile; what the server knows stays."""
        self._in_loop(self._close_http())
        try:
            yield
        finally:
            self._in_loop(self._open())

    async def _open(self) -> None:
        app = web.Application(client_max_size=MAX_UPLOAD + 2**20)
        app.router.add_route("*", "/{path:.*}", self._handle)
        # A request whose client has gone is cancelled, so a hang or a long poll ends with its client.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        await self._end_webhook()
        await self._close_http()

    async def _close_http(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        assert self._loop, "the server is not running: use it in a with statement"
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    # --- People and chats ---------------------------------------------------------------------------

    def user(self, name: str, *, username: str | None = None, language_code: str | None = None) -> User:
        """Someone new, with whom the bot has no chat until they write to it or `private` opens one."""
        user = User(1000 + next(self._numbers), name, username, language_code)
        self._users[user.id] = user
        return user

    def private(self, user: User) -> Chat:
        """The chat of `user` with the bot, opened if it was not: until then the bot cannot write to them."""
        return self._add_chat(Chat(user.id, "private", user.first_name, user.username), {user: "member"})

    def group(
        self,
        title: str,
        *,
        kind: str = "supergroup",
        is_forum: bool = False,
        username: str | None = None,
        members: Iterable[User] = (),
        admins: Iterable[User] = (),
    ) -> Chat:
        """A group with the bot in it; people who speak there become members by themselves."""
        base = 0 if kind == "group" else -1_001_000_000_000
        roles = dict.fromkeys([self.bot, *members], "member") | dict.fromkeys(admins, "administrator")
        return self._add_chat(Chat(base - next(self._numbers), kind, title, username, is_forum), roles)

    def channel(self, title: str, *, username: str | None = None) -> Chat:
        chat = Chat(-1_002_000_000_000 - next(self._numbers), "channel", title, username)
        return self._add_chat(chat, {self.bot: "administrator"})

    def topic(self, forum: Chat, name: str, *, by: User) -> int:
        """The message_thread_id of a new topic."""
        assert forum.is_forum, f"{forum.name} is no forum"
        created = {"name": name, "icon_color": 7322096}
        fields: Json = {"forum_topic_created": created, "is_topic_message": True}
        number = self._last_message_id[forum.id] + 1
        return self.push_message(by, forum, message_thread_id=number, **fields).message_id

    def block(self, user: User) -> None:
        """`user` blocks the bot: it is told so, and every message to them is refused with 403."""
        self._unreachable[user.id] = "bot was blocked by the user"
        self._tell_status(user, old="member", new="kicked")

    def unblock(self, user: User) -> None:
        self._unreachable.pop(user.id, None)
        self._tell_status(user, old="kicked", new="member")

    def kick_bot(self, group: Chat) -> None:
        self._unreachable[group.id] = f"bot was kicked from the {group.type} chat"

    def _tell_status(self, user: User, *, old: str, new: str) -> None:
        before, after = ({"user": self.bot.json, "status": status, "until_date": 0} for status in (old, new))
        who = {"chat": self.private(user).json, "from": user.json, "date": int(time.time())}
        self.push({"my_chat_member": who | {"old_chat_member": before, "new_chat_member": after}})

    def _add_chat(self, chat: Chat, roles: dict[User, str]) -> Chat:
        with self._changed:
            known = self._chats.setdefault(chat.id, chat)
            for user, role in roles.items():
                self._members[chat.id].setdefault(user.id, role)
            return known

    # --- What people do -----------------------------------------------------------------------------

    def say(
        self,
        user: User,
        text: str,
        *,
        chat: Chat | None = None,
        reply_to: Message | None = None,
        quote: str | None = None,
        thread: int | None = None,
        **fields: Any,
    ) -> Message:
        """A text message, in private unless `chat` is given, with commands and mentions marked."""
        fields = {"text": text, "entities": find_entities(text) or None} | fields
        if quote is not None:
            assert reply_to, "a quote needs the message that it is from"
            position = utf16_length(reply_to.text[: reply_to.text.index(quote)])
            fields["quote"] = {"text": quote, "position": position, "is_manual": True}
        where = chat or self.private(user)
        return self.push_message(user, where, reply_to=reply_to, message_thread_id=thread, **fields)

    def push_message(self, user: User, chat: Chat, *, reply_to: Message | None = None, **fields: Any) -> Message:
        """A message of any kind, with the given fields of the Bot API's Message."""
        with self._changed:
            self._add_chat(chat, {user: "member"})
            raw = self._raw(chat, user, reply_to, fields)
            message = self._store(raw)
            if self._bot_sees(chat, raw):
                self.push({"message": raw})
            return message

    def post(self, channel: Chat, text: str, **fields: Any) -> Message:
        """A post in a channel, which comes from the channel and not from a person."""
        fields = {"text": text, "entities": find_entities(text) or None} | fields
        with self._changed:
            raw = self._raw(channel, None, None, fields)
            self.push({"channel_post": raw})
            return self._store(raw)

    def send_document(
        self,
        user: User,
        data: bytes,
        file_name: str,
        *,
        chat: Chat | None = None,
        mime_type: str = "application/octet-stream",
        size: int | None = None,
        **fields: Any,
    ) -> Message:
        """A file for the bot; a `size` of one's own stands in for the bytes of a huge one."""
        document = self.file(data, file_name, size=size) | {"file_name": file_name, "mime_type": mime_type}
        return self.push_message(user, chat or self.private(user), document=document, **fields)

    def file(self, data: bytes, name: str, *, size: int | None = None) -> Json:
        """A stored file as any media object refers to it: file_id, file_unique_id and file_size."""
        with self._changed:
            number = next(self._numbers)
            fields: Json = {
                "file_id": f"BQACAgUAA{number}",
                "file_unique_id": f"AgAD{number}",
                "file_size": len(data) if size is None else size,
            }
            path = f"documents/file_{number}.{name.rpartition('.')[2]}"
            self._files[fields["file_id"]] = StoredFile(path, data, fields["file_size"], fields)
            return dict(fields)

    def edit(self, message: Message, text: str) -> Message:
        with self._changed:
            raw = self._messages[message.chat_id][message.message_id].raw | {
                "text": text,
                "edit_date": int(time.time()),
            }
            raw.pop("entities", None)
            raw |= _present(entities=find_entities(text) or None)
            chat = self._chats[message.chat_id]
            if chat.type == "channel":
                self.push({"edited_channel_post": raw})
            elif self._bot_sees(chat, raw):
                self.push({"edited_message": raw})
            return self._store(raw, edits=message.edits + 1)

    def delete(self, message: Message) -> None:
        """The message goes, and the bot is not told: Telegram tells bots of no deletion."""
        with self._changed:
            del self._messages[message.chat_id][message.message_id]

    def press(self, message: Message, button: str, *, by: User) -> str:
        """Presses a callback button of the message as it stands now; returns the callback query's id."""
        with self._changed:
            now = self._messages[message.chat_id].get(message.message_id)
            assert now, f"message {message.message_id} is gone"
            rows = (now.reply_markup or {}).get("inline_keyboard", [])
            found = [b for row in rows for b in row if b["text"] == button]
            assert found, f"no button {button!r}; there are {now.buttons}"
            assert "callback_data" in found[0], f"{button!r} sends nothing to the bot: {found[0]}"
            details = {"message": now.raw, "chat_instance": "1", "data": found[0]["callback_data"]}
            return self._ask("callback_query", by, details)

    def ask_inline(self, user: User, query: str, *, offset: str = "") -> str:
        """Types `@bot query` in some chat; returns the inline query's id."""
        with self._changed:
            return self._ask("inline_query", user, {"query": query, "offset": offset, "chat_type": "sender"})

    def push(self, update: Json) -> None:
        """Queues an update as it is; it gets an update_id if it has none."""
        with self._changed:
            if self._updates.put(update) and self._loop:
                self._loop.call_soon_threadsafe(self._wake)
            self._changed.notify_all()

    def _ask(self, kind: str, user: User, details: Json) -> str:
        identifier = str(4_000_000_000 + next(self._numbers))
        self._queries[identifier] = Query(kind, time.monotonic())
        self.push({kind: {"id": identifier, "from": user.json, **details}})
        return identifier

    def _bot_sees(self, chat: Chat, raw: Json) -> bool:
        """Privacy mode; a bare /command goes to the bot that spoke last, which here is always ours."""
        if chat.id in self._unreachable:
            return False
        is_admin = self._members[chat.id].get(self.bot.id) == "administrator"
        if not self.privacy or is_admin or chat.type == "private":
            return True
        if not {"text", "caption"} & raw.keys() and not _MEDIA & raw.keys():
            return True  # service messages go to everyone
        if raw.get("reply_to_message", {}).get("from", {}).get("id") == self.bot.id:
            return True
        if raw.get("via_bot", {}).get("id") == self.bot.id:
            return True
        text = raw.get("text") or raw.get("caption") or ""
        marked = [
            (e["type"], utf16_slice(text, e["offset"], e["length"]).lower())
            for e in raw.get("entities") or raw.get("caption_entities") or []
        ]
        mention = f"@{self.bot.username}".lower()
        return any(
            (kind == "mention" and part == mention)
            or (kind == "bot_command" and ("@" not in part or part.endswith(mention)))
            for kind, part in marked
        )

    # --- What the bot did ---------------------------------------------------------------------------

    def wait_for_message(self, chat: Chat | User, timeout: float = 10) -> Message:
        """The next message that the bot sent or edited in `chat`, each of them once and in order."""

        def arrived() -> Message | None:
            box, position = self._outbox[chat.id], self._outbox_read[chat.id]
            return box[position] if position < len(box) else None

        message = self._wait(arrived, timeout, f"no message in the chat {chat.name!r}")
        self._outbox_read[chat.id] += 1
        return message

    def wait_for_call(self, method: str, timeout: float = 10, **params: Any) -> Call:
        """The next request of `method` with these parameters; earlier ones are passed over for good."""

        def arrived() -> Call | None:
            calls = self.calls(method)
            while self._calls_read[method] < len(calls):
                call = calls[self._calls_read[method]]
                self._calls_read[method] += 1
                if all(call.params.get(name) == value for name, value in params.items()):
                    return call
            return None

        return self._wait(arrived, timeout, f"no {method} with {params}" if params else f"no {method}")

    def wait_until(self, condition: Callable[[], object], timeout: float = 10) -> None:
        """Returns as soon as `condition`, asked again after each thing that happens here, is true."""
        self._wait(lambda: condition() or None, timeout, "the condition did not come true")

    def messages(self, chat: Chat | User) -> list[Message]:
        """The bot's messages in `chat` as they stand now, without deleted ones."""
        with self._changed:
            mine = [m for m in self._messages[chat.id].values() if self._is_mine(m)]
            return sorted(mine, key=lambda m: m.message_id)

    def drafts(self, user: User) -> list[str]:
        """The texts that the bot streamed to `user`, after entity parsing."""
        return list(self._drafts[user.id])

    def calls(self, method: str | None = None) -> list[Call]:
        """Every request of the bot's, or those of one method, in order."""
        with self._changed:
            return [call for call in self._calls if method in (None, call.method)]

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._updates.pending)

    def _wait(self, arrived: Callable[[], T | None], timeout: float, complaint: str) -> T:
        deadline = time.monotonic() + timeout
        with self._changed:
            while (result := arrived()) is None:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise AssertionError(f"{complaint} within {timeout:g} s; {self._what_arrived()}")
                self._changed.wait(remaining)
            return result

    def _what_arrived(self) -> str:
        calls = Counter(call.method for call in self._calls)
        lines = ["requests: " + (", ".join(f"{name} x{n}" for name, n in calls.items()) or "none")]
        lines += [f"unconfirmed updates: {self.pending}"] if self.pending else []
        lines += [f"refused {c.method}: {c.error}" for c in self._calls[-20:] if c.error]
        lines += [f"fault at {c.method}: {c.fault}" for c in self._calls[-20:] if c.fault]
        for chat_id, box in self._outbox.items():
            lines += [f"in {self._chats[chat_id].name!r}: {message.text!r}" for message in box[-5:]]
        lines += [f"not modelled: {what}" for what in self.unhandled]
        return "; ".join(lines)

    def _is_mine(self, message: Message) -> bool:
        return (message.chat_id, message.message_id) in self._mine

    # --- Trouble ------------------------------------------------------------------------------------

    def inject(self, method: str, fault: Fault, *, times: int | None = None, probability: float = 1.0) -> Injection:
        """Strikes requests of `method` ("*": of any) with `fault`, `times` times or until `heal`."""
        injection = Injection(method, fault, times, probability)
        with self._changed:
            self._injections.append(injection)
        return injection

    def heal(self) -> None:
        with self._changed:
            self._injections.clear()

    def route(self, public: str, local: str) -> None:
        """Plays the proxy before a webhook: what goes to the https origin `public` is posted to `local`."""
        self._routes[public.rstrip("/")] = local.rstrip("/")

    def _draw_fault(self, method: str) -> Fault | None:
        for injection in self._injections:
            if injection.method not in ("*", method) or injection.hits == injection.times:
                continue
            if self._random.random() < injection.probability:
                injection.hits += 1
                return injection.fault
        return None

    async def _suffer(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        match fault.kind:
            case "bad_gateway":
                page = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
                return web.Response(status=502, text=page, content_type="text/html")
            case "rubbish":
                return web.Response(text=fault.body, content_type="application/json")
            case "hang":
                await asyncio.Event().wait()
        return _drop(request, reset=fault.kind == "reset")

    # --- HTTP ---------------------------------------------------------------------------------------

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if found := re.fullmatch(r"/file/bot([^/]+)/(.+)", request.path):
            return self._download(*found.groups())
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", request.path)
        try:
            if not found:
                raise ApiError(404, "Not Found")
            return await self._handle_method(request, *found.groups())
        except ApiError as error:
            return _refusal(error)

    async def _handle_method(self, request: web.Request, token: str, name: str) -> web.StreamResponse:
        if not re.fullmatch(r"\d+:[\w-]+", token):
            raise ApiError(404, "Not Found")
        if token != self.token:
            raise ApiError(401, "Unauthorized")
        method = METHODS.get(name.lower())
        if method is None:
            self.unhandled.append(f"method {name}")
            raise ApiError(404, "Not Found")
        params = await _read(request)
        call = Call(method.name, params.values, time.monotonic())
        with self._changed:
            fault = self._draw_fault(method.name)
            call.fault = fault.kind if fault else None
            self._calls.append(call)
            self._changed.notify_all()
        try:
            if fault and fault.error:
                raise fault.error
            if fault and fault.kind != "lost_answer":
                return await self._suffer(fault, request)
            result = await self._carry_out(method, params)
        except ApiError as error:
            call.error = error.description
            raise
        if fault:
            return await self._suffer(fault, request)
        return web.json_response({"ok": True, "result": result})

    async def _carry_out(self, method: Method, params: Params) -> Any:
        if self._logged_out:
            raise ApiError(400, "Logged out")
        unknown = params.values.keys() - method.parameters
        self.unhandled += [f"parameter {name} of {method.name}" for name in sorted(unknown)]
        try:
            with self._changed:
                result = method.handler(self, params)
                self._changed.notify_all()
            return await result if inspect.isawaitable(result) else result
        except ApiError:
            raise
        except Exception as error:
            self.unhandled.append(f"{method.name} broke the server: {error!r}")
            raise ApiError(500, "Internal Server Error") from error

    def _download(self, token: str, path: str) -> web.Response:
        stored = next((file for file in self._files.values() if file.path == path), None)
        if token != self.token:
            return _refusal(ApiError(401, "Unauthorized"))
        if stored is None or stored.size > MAX_DOWNLOAD:
            return _refusal(ApiError(404, "Not Found"))
        return web.Response(body=stored.data, content_type="application/octet-stream")

    def _wake(self) -> None:
        """Runs in the loop when an update has come."""
        self._news.set()
        if self._poll and not self._poll.done():
            self._poll.set_result(None)

    # --- Bot API: updates ---------------------------------------------------------------------------

    @api("getUpdates", "offset limit timeout allowed_updates")
    async def _get_updates(self, p: Params) -> list[Json]:
        if self._webhook:
            reason = "can't use getUpdates method while webhook is active"
            raise ApiError(409, f"Conflict: {reason}; use deleteWebhook to delete the webhook first")
        self._end_poll("other getUpdates request; make sure that only one bot instance is running")
        with self._changed:
            if "allowed_updates" in p.values:
                self._updates.allowed = p.array("allowed_updates")
            self._updates.confirm(p.integer("offset"))
            self._changed.notify_all()
        limit = min(max(p.integer("limit", 100), 1), 100)
        deadline = time.monotonic() + min(max(p.integer("timeout"), 0), 50)
        while not self._updates.pending and (remaining := deadline - time.monotonic()) > 0:
            self._poll = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait_for(self._poll, remaining)
            except TimeoutError:
                break
        return self._updates.pending[:limit]

    def _end_poll(self, reason: str) -> None:
        if self._poll and not self._poll.done():
            self._poll.set_exception(ApiError(409, f"Conflict: terminated by {reason}"))

    @api("setWebhook", "url secret_token max_connections allowed_updates drop_pending_updates")
    async def _set_webhook(self, p: Params) -> bool:
        url = urlsplit(p.text("url"))
        if not p.text("url"):
            await self._end_webhook()
            return True
        if url.scheme != "https":
            raise ApiError.bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if (url.port or 443) not in (443, 80, 88, 8443):
            raise ApiError.bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", p.text("secret_token")):
            raise ApiError.bad_request("secret token contains unallowed characters")
        await self._end_webhook()
        self._end_poll("setWebhook request")
        with self._changed:
            if "allowed_updates" in p.values:
                self._updates.allowed = p.array("allowed_updates")
            if p.flag("drop_pending_updates"):
                self._updates.pending.clear()
            webhook = Webhook(p.text("url"), p.text("secret_token"), p.integer("max_connections", 40))
            webhook.task = asyncio.create_task(self._deliver(webhook))
            self._webhook = webhook
            self._changed.notify_all()
        return True

    @api("deleteWebhook", "drop_pending_updates")
    async def _delete_webhook(self, p: Params) -> bool:
        await self._end_webhook()
        with self._changed:
            if p.flag("drop_pending_updates"):
                self._updates.pending.clear()
            self._changed.notify_all()
        return True

    @api("getWebhookInfo")
    def _get_webhook_info(self, _: Params) -> Json:
        webhook = self._webhook or Webhook("", "", 0)
        return _present(
            url=webhook.url,
            has_custom_certificate=False,
            pending_update_count=self.pending,
            max_connections=webhook.max_connections or None,
            allowed_updates=self._updates.allowed or None,
            **webhook.last_error,
        )

    async def _deliver(self, webhook: Webhook) -> None:
        """Posts the updates one after another, each again and again until it is taken with 2xx."""
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(webhook.url))
        target = self._routes.get(origin, origin) + webhook.url.removeprefix(origin)
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10), headers=headers) as session:
            while True:
                self._news.clear()
                if not self._updates.pending:
                    await self._news.wait()
                    continue
                update = self._updates.pending[0]
                try:
                    async with session.post(target, json=update, allow_redirects=False) as response:
                        taken = 200 <= response.status < 300
                        failure = "" if taken else f"Wrong response from the webhook: {response.status}"
                except (aiohttp.ClientError, TimeoutError):
                    failure = "Connection failed"
                with self._changed:
                    if not failure:
                        self._updates.pending.remove(update)
                    else:
                        now = int(time.time())
                        webhook.last_error = {"last_error_date": now, "last_error_message": failure}
                    self._changed.notify_all()
                if failure:
                    await asyncio.sleep(self.redelivery_delay)

    async def _end_webhook(self) -> None:
        if self._webhook and self._webhook.task:
            self._webhook.task.cancel()
            await asyncio.gather(self._webhook.task, return_exceptions=True)
        self._webhook = None

    # --- Bot API: the bot itself --------------------------------------------------------------------

    @api("getMe")
    def _get_me(self, _: Params) -> Json:
        return self.bot.json | {
            "can_join_groups": True,
            "can_read_all_group_messages": not self.privacy,
            "supports_inline_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    @api("logOut")
    def _log_out(self, _: Params) -> bool:
        self._logged_out = True
        return True

    @api("close")
    def _close_bot(self, _: Params) -> bool:
        return True

    @api("setMyCommands", "commands scope language_code")
    def _set_my_commands(self, p: Params) -> bool:
        commands = p.array("commands")
        if len(commands) > 100:
            raise ApiError.bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "").removeprefix("/")):
                raise ApiError.bad_request("BOT_COMMAND_INVALID")
            if not 1 <= utf16_length(command.get("description", "")) <= 256:
                raise ApiError.bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self._commands[self._commands_key(p)] = commands
        return True

    @api("getMyCommands", "scope language_code")
    def _get_my_commands(self, p: Params) -> list[Json]:
        return self._commands.get(self._commands_key(p), [])

    @api("deleteMyCommands", "scope language_code")
    def _delete_my_commands(self, p: Params) -> bool:
        self._commands.pop(self._commands_key(p), None)
        return True

    def _commands_key(self, p: Params) -> tuple[str, str]:
        scope = p.object("scope") or {"type": "default"}
        if scope.get("type") not in _COMMAND_SCOPES:
            raise ApiError.bad_request("can't parse BotCommandScope: unsupported type specified")
        return json.dumps(scope, sort_keys=True), _language(p)

    @api("setMyName", "name language_code")
    def _set_my_name(self, p: Params) -> bool:
        return self._set_profile("name", 64, p)

    @api("getMyName", "language_code")
    def _get_my_name(self, p: Params) -> Json:
        return self._get_profile("name", p)

    @api("setMyDescription", "description language_code")
    def _set_my_description(self, p: Params) -> bool:
        return self._set_profile("description", 512, p)

    @api("getMyDescription", "language_code")
    def _get_my_description(self, p: Params) -> Json:
        return self._get_profile("description", p)

    @api("setMyShortDescription", "short_description language_code")
    def _set_my_short_description(self, p: Params) -> bool:
        return self._set_profile("short_description", 120, p)

    @api("getMyShortDescription", "language_code")
    def _get_my_short_description(self, p: Params) -> Json:
        return self._get_profile("short_description", p)

    def _set_profile(self, what: str, limit: int, p: Params) -> bool:
        if utf16_length(p.text(what)) > limit:
            raise ApiError.bad_request(f"{what.replace('_', ' ')} is too long")
        self._profile[what, _language(p)] = p.text(what)
        return True

    def _get_profile(self, what: str, p: Params) -> Json:
        own = self._profile.get((what, _language(p)))
        return {what: own or self._profile.get((what, ""), "")}

    # --- Bot API: messages --------------------------------------------------------------------------

    @api("sendMessage", f"{_SENDING} {_TEXT}")
    def _send_message(self, p: Params) -> Json:
        chat = self._target(p)
        formatted = self._formatted(p, "text", "entities", MAX_TEXT)
        fields = self._outgoing(chat, p) | {"text": formatted.text, "entities": formatted.entities or None}
        fields["link_preview_options"] = _link_preview(p)
        return self._send(chat, fields, html=_html(p, "text"))

    @api(
        "sendDocument",
        f"{_SENDING} document caption parse_mode caption_entities disable_content_type_detection",
    )
    def _send_document(self, p: Params) -> Json:
        chat = self._target(p)
        name = p.text("document").removeprefix("attach://") or "document"
        fields = self._outgoing(chat, p)
        if p.text("caption"):
            formatted = self._formatted(p, "caption", "caption_entities", MAX_CAPTION)
            fields |= {"caption": formatted.text, "caption_entities": formatted.entities or None}
        if upload := p.uploads.get(name):
            if not upload.data:
                raise ApiError.bad_request("file must be non-empty")
            stored = self.file(upload.data, upload.name)
            fields["document"] = stored | {"file_name": upload.name, "mime_type": upload.mime_type}
        elif known := self._files.get(p.text("document")):
            fields["document"] = known.json | {"file_name": known.path.rpartition("/")[2]}
        elif p.text("document"):
            raise ApiError.bad_request("wrong file identifier/HTTP URL specified")
        else:
            raise ApiError.bad_request("there is no document in the request")
        return self._send(chat, fields, html=_html(p, "caption"))

    @api("sendMessageDraft", "chat_id message_thread_id draft_id text parse_mode entities")
    def _send_message_draft(self, p: Params) -> bool:
        """The wording of its refusals is not Telegram's, which is not known."""
        chat = self._target(p)
        if chat.type != "private":
            raise ApiError.bad_request("message drafts can be sent only to private chats")
        if p.integer("draft_id") == 0:
            raise ApiError.bad_request("draft_id must be non-zero")
        text = self._formatted(p, "text", "entities", MAX_TEXT).text if p.text("text") else ""
        self._drafts[chat.id].append(text)
        return True

    @api("editMessageText", f"{_EDITING} {_TEXT}")
    def _edit_message_text(self, p: Params) -> Json:
        message = self._to_edit(p)
        formatted = self._formatted(p, "text", "entities", MAX_TEXT)
        if "text" not in message.raw:
            raise ApiError.bad_request("there is no text in the message to edit")
        changes: Json = {"text": formatted.text, "entities": formatted.entities or None}
        changes["reply_markup"] = _reply_markup(p, inline_only=True)
        changes["link_preview_options"] = _link_preview(p)
        return self._edit(message, changes, html=_html(p, "text"))

    @api("editMessageReplyMarkup", _EDITING)
    def _edit_message_reply_markup(self, p: Params) -> Json:
        message = self._to_edit(p)
        return self._edit(message, {"reply_markup": _reply_markup(p, inline_only=True)}, html=message.html)

    @api("deleteMessage", "chat_id message_id")
    def _delete_message(self, p: Params) -> bool:
        chat = self._target(p)
        message = self._messages[chat.id].get(p.integer("message_id"))
        if message is None:
            raise ApiError.bad_request("message to delete not found")
        is_admin = self._members[chat.id].get(self.bot.id) == "administrator"
        if not (chat.type == "private" or self._is_mine(message) or is_admin):
            raise ApiError.bad_request("message can't be deleted")
        del self._messages[chat.id][message.message_id]
        return True

    @api("sendChatAction", "chat_id message_thread_id action")
    def _send_chat_action(self, p: Params) -> bool:
        chat = self._target(p)
        self._thread_of(chat, p)
        if p.text("action") not in CHAT_ACTIONS:
            raise ApiError.bad_request("wrong parameter action in request")
        return True

    def _formatted(self, p: Params, name: str, entities: str, limit: int) -> Formatted:
        """The text of a parameter after entity parsing, within `limit` UTF-16 units."""
        if not p.text(name):
            raise ApiError.bad_request("message text is empty")
        return self._format(p.text(name), p.text("parse_mode"), p.array(entities), limit)

    def _format(self, text: str, parse_mode: str, entities: list[Json], limit: int) -> Formatted:
        text = clean(text)
        match parse_mode.lower():
            case "html":
                try:
                    parsed = parse_html(text)
                except HtmlError as error:
                    raise ApiError.bad_request(f"can't parse entities: {error}") from error
            case "":
                parsed = Formatted(text, entities)
            case "markdown" | "markdownv2":
                self.unhandled.append(f"parse_mode {parse_mode}")
                raise ApiError.bad_request("this server does not model Markdown")
            case _:
                raise ApiError.bad_request("unsupported parse_mode")
        formatted = finish(Formatted(parsed.text, self._known_mentions(parsed.entities)))
        if not formatted.text:
            raise ApiError.bad_request("text must be non-empty")
        if utf16_length(formatted.text) > limit:
            kind = "message is too long" if limit == MAX_TEXT else "message caption is too long"
            raise ApiError.bad_request(kind)
        return formatted

    def _known_mentions(self, entities: list[Json]) -> list[Json]:
        """Mentions of people by id, with their names; Telegram drops those of strangers."""
        kept = []
        for entity in entities:
            user = self._users.get(entity["user"]["id"]) if "user" in entity else None
            if user:
                kept.append(entity | {"user": user.json})
            elif "user" not in entity:
                kept.append(entity)
        return kept

    def _outgoing(self, chat: Chat, p: Params) -> Json:
        """The fields that all sending methods share."""
        fields = self._reply_fields(chat, p)
        thread = self._thread_of(chat, p)
        answered = fields.get("reply_to_message", {})
        if thread is None and answered.get("is_topic_message"):
            thread = answered["message_thread_id"]  # an answer stays in its topic
        if thread is not None:
            fields |= {"message_thread_id": thread, "is_topic_message": True}
        fields["reply_markup"] = _reply_markup(p)
        fields["has_protected_content"] = p.flag("protect_content") or None
        return fields

    def _thread_of(self, chat: Chat, p: Params) -> int | None:
        thread = p.integer("message_thread_id") or None
        opening = self._messages[chat.id].get(thread or 0)
        if thread is not None and (opening is None or "forum_topic_created" not in opening.raw):
            raise ApiError.bad_request("message thread not found")
        return thread

    def _reply_fields(self, chat: Chat, p: Params) -> Json:
        reply = p.object("reply_parameters")
        legacy = p.integer("reply_to_message_id")
        if not reply and legacy:
            tolerant = p.flag("allow_sending_without_reply")
            reply = {"message_id": legacy, "allow_sending_without_reply": tolerant}
        if not reply:
            return {}
        unknown = reply.keys() - _REPLY_PARAMETERS
        self.unhandled += [f"{name} of reply_parameters" for name in sorted(unknown)]
        answered = self._messages[chat.id].get(int(reply.get("message_id", 0)))
        if answered is None:
            if reply.get("allow_sending_without_reply"):
                return {}
            raise ApiError.bad_request("message to be replied not found")
        fields: Json = {"reply_to_message": _without_reply(answered.raw)}
        if reply.get("quote"):
            mode, marks = reply.get("quote_parse_mode") or "", reply.get("quote_entities") or []
            quote = self._format(_utf8(reply["quote"]), mode, marks, MAX_CAPTION)
            fields["quote"] = _find_quote(quote, answered)
        return fields

    def _send(self, chat: Chat, fields: Json, html: str | None) -> Json:
        if self.flood_control:
            self._flood.check(chat, is_edit=False)
        raw = self._raw(chat, None if chat.type == "channel" else self.bot, None, fields)
        self._mine.add((chat.id, raw["message_id"]))
        self._outbox[chat.id].append(self._store(raw, html=html))
        return raw

    def _to_edit(self, p: Params) -> Message:
        chat = self._target(p)
        message = self._messages[chat.id].get(p.integer("message_id"))
        if message is None:
            raise ApiError.bad_request("message to edit not found")
        if not self._is_mine(message):
            raise ApiError.bad_request("message can't be edited")
        return message

    def _edit(self, message: Message, changes: Json, html: str | None) -> Json:
        chat = self._chats[message.chat_id]
        if all(message.raw.get(name) == value for name, value in changes.items()):
            raise ApiError.bad_request(_NOT_MODIFIED)
        if self.flood_control:
            self._flood.check(chat, is_edit=True)
        raw = _present(**(message.raw | changes | {"edit_date": int(time.time())}))
        edited = self._store(raw, html=html, edits=message.edits + 1)
        self._outbox[chat.id].append(edited)
        return raw

    # --- Bot API: queries, files, chats -------------------------------------------------------------

    @api("answerCallbackQuery", "callback_query_id text show_alert url cache_time")
    def _answer_callback_query(self, p: Params) -> bool:
        if utf16_length(p.text("text")) > 200:
            raise ApiError.bad_request("MESSAGE_TOO_LONG")
        return self._answer_query("callback_query", p.text("callback_query_id"))

    @api("answerInlineQuery", "inline_query_id results cache_time is_personal next_offset button")
    def _answer_inline_query(self, p: Params) -> bool:
        results = p.array("results")
        if len(results) > 50:
            raise ApiError.bad_request("RESULTS_TOO_MUCH")
        identifiers = [str(result.get("id", "")) for result in results]
        if len(set(identifiers)) < len(identifiers):
            raise ApiError.bad_request("RESULT_ID_DUPLICATE")
        if not all(1 <= len(identifier.encode()) <= 64 for identifier in identifiers):
            raise ApiError.bad_request("RESULT_ID_INVALID")
        if len(p.text("next_offset").encode()) > 64:
            raise ApiError.bad_request("NEXT_OFFSET_INVALID")
        for result in results:
            self._check_inline_result(result)
        return self._answer_query("inline_query", p.text("inline_query_id"))

    def _check_inline_result(self, result: Json) -> None:
        if result.get("type") != "article":
            self.unhandled.append(f"inline result of type {result.get('type')}")
            return
        content = result.get("input_message_content") or {}
        if not result.get("title"):
            raise ApiError.bad_request("can't parse inline query result: Can't find field \"title\"")
        if not content.get("message_text"):
            raise ApiError.bad_request("message text is empty")
        marks = content.get("entities") or []
        self._format(_utf8(content["message_text"]), content.get("parse_mode") or "", marks, MAX_TEXT)
        _check_keyboard(result.get("reply_markup") or {})

    def _answer_query(self, kind: str, identifier: str) -> bool:
        query = self._queries.get(identifier)
        if not query or query.kind != kind or time.monotonic() - query.asked_at > self.query_lifetime:
            reason = "query is too old and response timeout expired or query ID is invalid"
            raise ApiError.bad_request(reason)
        return True

    @api("getFile", "file_id")
    def _get_file(self, p: Params) -> Json:
        stored = self._files.get(p.text("file_id"))
        if stored is None:
            raise ApiError.bad_request("invalid file_id")
        if stored.size > MAX_DOWNLOAD:
            raise ApiError.bad_request("file is too big")
        return stored.json | {"file_path": stored.path}

    @api("getChat", "chat_id")
    def _get_chat(self, p: Params) -> Json:
        return self._target(p).json | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(_GIFTS, True),
        }

    @api("getChatMember", "chat_id user_id")
    def _get_chat_member(self, p: Params) -> Json:
        chat = self._target(p)
        user = self._users.get(p.integer("user_id"))
        if user is None:
            raise ApiError.bad_request("invalid user_id specified")
        return _member(user, self._members[chat.id].get(user.id, "left"))

    @api("getChatAdministrators", "chat_id")
    def _get_chat_administrators(self, p: Params) -> list[Json]:
        chat = self._target(p)
        if chat.type == "private":
            raise ApiError.bad_request("there are no administrators in the private chat")
        roles = self._members[chat.id].items()
        return [_member(self._users[u], role) for u, role in roles if role == "administrator"]

    @api("leaveChat", "chat_id")
    def _leave_chat(self, p: Params) -> bool:
        chat = self._target(p)
        if chat.type == "private":
            raise ApiError.bad_request("chat member status can't be changed in private chats")
        self._members[chat.id][self.bot.id] = "left"
        self._unreachable[chat.id] = f"bot is not a member of the {chat.type} chat"
        return True

    def _target(self, p: Params) -> Chat:
        """The chat of a request, if the bot may write there."""
        name = p.text("chat_id")
        if not name:
            raise ApiError.bad_request("chat_id is empty")
        chat = self._chats.get(p.integer("chat_id"))
        if name.startswith("@"):  # people's usernames do not work, only those of groups and channels
            public = [c for c in self._chats.values() if c.type != "private" and c.username]
            chat = next((c for c in public if f"@{c.username}".lower() == name.lower()), None)
        if chat is None and p.integer("chat_id") in self._users:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        if chat is None:
            raise ApiError.bad_request("chat not found")
        if reason := self._unreachable.get(chat.id):
            raise ApiError(403, f"Forbidden: {reason}")
        return chat

    # --- Messages as they are kept ------------------------------------------------------------------

    def _raw(self, chat: Chat, user: User | None, reply_to: Message | None, fields: Json) -> Json:
        """A Message of the Bot API, with the next free id of its chat."""
        self._last_message_id[chat.id] += 1
        raw = _present(
            message_id=self._last_message_id[chat.id],
            sender_chat=chat.json if user is None else None,
            chat=chat.json,
            date=int(time.time()),
            reply_to_message=_without_reply(reply_to.raw) if reply_to else None,
        )
        if user:
            raw["from"] = user.json
        raw |= _present(**fields)
        if reply_to and reply_to.message_thread_id:
            raw.setdefault("message_thread_id", reply_to.message_thread_id)
        if chat.is_forum and "message_thread_id" in raw:
            raw["is_topic_message"] = True
            opening = self._messages[chat.id].get(raw["message_thread_id"])
            if opening:  # Telegram shows what answers nothing else as an answer to the topic's opening
                raw.setdefault("reply_to_message", _without_reply(opening.raw))
        return raw

    def _store(self, raw: Json, *, html: str | None = None, edits: int = 0) -> Message:
        document = raw.get("document")
        stored = self._files.get(document["file_id"]) if document else None
        message = Message(
            chat_id=raw["chat"]["id"],
            message_id=raw["message_id"],
            text=raw.get("text") or raw.get("caption") or "",
            html=html,
            entities=raw.get("entities") or raw.get("caption_entities") or [],
            reply_to_message_id=raw.get("reply_to_message", {}).get("message_id"),
            quote=raw.get("quote", {}).get("text"),
            message_thread_id=raw.get("message_thread_id"),
            reply_markup=raw.get("reply_markup"),
            link_preview_options=raw.get("link_preview_options"),
            document=Document(document["file_name"], document.get("mime_type", ""), stored.data)
            if document and stored
            else None,
            edits=edits,
            sent_at=time.monotonic(),
            raw=raw,
        )
        self._messages[message.chat_id][message.message_id] = message
        return message


# --- Helpers ----------------------------------------------------------------------------------------


_MEDIA = _names("photo document audio video voice video_note animation sticker location contact poll dice venue")
_COMMAND_SCOPES = _names(
    "default all_private_chats all_group_chats all_chat_administrators chat chat_administrators chat_member"
)
_REPLY_PARAMETERS = _names(
    "message_id allow_sending_without_reply quote quote_parse_mode quote_entities quote_position"
)
_BUTTON_ACTIONS = _names("url callback_data copy_text switch_inline_query switch_inline_query_current_chat")

_GIFTS = _names("unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels")
_ADMIN_RIGHTS = _names(
    "delete_messages manage_video_chats restrict_members promote_members change_info invite_users "
    "manage_chat post_stories edit_stories delete_stories"
)
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)


def _present(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def _without_reply(raw: Json) -> Json:
    """A message inside another one: Telegram shows no further answers there."""
    return {name: value for name, value in raw.items() if name != "reply_to_message"}


def _utf8(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ApiError.bad_request("strings must be encoded in UTF-8") from None
    return text


def _html(p: Params, name: str) -> str | None:
    return p.text(name) if p.text("parse_mode").lower() == "html" else None


def _language(p: Params) -> str:
    code = p.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", code):
        raise ApiError.bad_request("invalid language code specified")
    return code


def _link_preview(p: Params) -> Json | None:
    if p.flag("disable_web_page_preview"):
        return {"is_disabled": True}
    return p.object("link_preview_options") or None


def _reply_markup(p: Params, *, inline_only: bool = False) -> Json | None:
    """The inline keyboard of a message; other kinds are checked and, as in Telegram, not kept with it."""
    markup = p.object("reply_markup")
    if not markup:
        return None
    if "inline_keyboard" in markup:
        _check_keyboard(markup)
        return markup if any(markup["inline_keyboard"]) else None
    if inline_only:
        raise ApiError.bad_request("inline keyboard expected")
    if not markup.keys() & {"keyboard", "remove_keyboard", "force_reply"}:
        raise ApiError.bad_request("object expected as reply markup")
    return None


def _check_keyboard(markup: Json) -> None:
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    if len(buttons) > 100:
        raise ApiError.bad_request("reply markup is too long")
    for button in buttons:
        if not button.get("text"):
            raise ApiError.bad_request("text buttons are unallowed in the inline keyboard")
        if len(button.keys() & _BUTTON_ACTIONS) != 1:
            raise ApiError.bad_request("text buttons are unallowed in the inline keyboard")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise ApiError.bad_request("BUTTON_DATA_INVALID")
        if "url" in button and not re.match(r"(https?|tg)://\S+$|[\w.-]+\.\w+", button["url"]):
            address = button["url"]
            raise ApiError.bad_request(f"inline keyboard button URL '{address}' is invalid: Wrong HTTP URL")
        if "copy_text" in button and not 1 <= utf16_length(button["copy_text"].get("text", "")) <= 256:
            raise ApiError.bad_request("BUTTON_COPY_TEXT_INVALID")


def _find_quote(quote: Formatted, answered: Message) -> Json:
    """The quote's place in the message it is from, where text and styles must agree."""
    wanted = _styles(quote.entities, 0, utf16_length(quote.text))
    index = answered.text.find(quote.text)
    while index >= 0:
        position = utf16_length(answered.text[:index])
        if _styles(answered.entities, position, utf16_length(quote.text)) == wanted:
            shown = [e for e in quote.entities if e["type"] in STYLES]
            return {"text": quote.text, "position": position, "is_manual": True} | (
                {"entities": shown} if shown else {}
            )
        index = answered.text.find(quote.text, index + 1)
    raise ApiError.bad_request("QUOTE_TEXT_INVALID")


def _styles(entities: list[Json], offset: int, length: int) -> set[tuple[str, int, int]]:
    """The styles over a stretch of text, cut to it and counted from its start."""
    found = set()
    for entity in entities:
        start = max(entity["offset"], offset)
        end = min(entity["offset"] + entity["length"], offset + length)
        if entity["type"] in STYLES and start < end:
            found.add((entity["type"], start - offset, end - offset))
    return found


def _member(user: User, status: str) -> Json:
    member: Json = {"user": user.json, "status": status}
    if status == "administrator":
        member |= {f"can_{right}": True for right in _ADMIN_RIGHTS}
        member |= {"can_be_edited": False, "is_anonymous": False}
    return member


async def _read(request: web.Request) -> Params:
    values: Json = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise ApiError.bad_request("can't parse request JSON object")
        values |= body
    elif request.method == "POST":
        try:
            form = await request.post()
        except web.HTTPRequestEntityTooLarge:
            raise ApiError(413, "Request Entity Too Large") from None
        for name, value in form.items():
            if isinstance(value, web.FileField):
                with value.file:
                    uploads[name] = Upload(value.filename, value.content_type, value.file.read())
            else:
                values[name] = value
    return Params(values, uploads)


def _refusal(error: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.code)


def _drop(request: web.Request, *, reset: bool) -> web.Response:
    """Ends the connection without an answer, with RST where `reset` is true."""
    if request.transport:
        if reset:
            connection = request.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return web.Response()
