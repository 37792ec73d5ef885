"""What Telegram knows, and what people do in it."""

import itertools
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from telegram_server.faults import ApiError, FloodControl
from telegram_server.html import Json, find_entities, utf16_length, utf16_slice
from telegram_server.requests import Params, names
from telegram_server.types import Chat, Document, Message, User, present

TEST_TOKEN = "123456:local-test-token"

# Only a bot that names these in allowed_updates gets them.
OPT_IN_UPDATES = {"chat_member", "message_reaction", "message_reaction_count"}

_MEDIA = names("photo document audio video voice video_note animation sticker location contact poll dice venue")


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


class World:
    """People, chats, messages and the queue of updates, without a way to the bot."""

    def __init__(
        self,
        token: str = TEST_TOKEN,
        *,
        username: str = "kabar_test_bot",
        privacy: bool = True,
        flood_control: bool = False,
    ) -> None:
        """`privacy` is the mode of groups, on as for any new bot; `flood_control` holds the bot to its limits."""
        self.token = token
        self.bot = User(int(token.partition(":")[0]), "Kabar", username, is_bot=True)
        self.privacy = privacy
        self.flood_control = flood_control
        self.clock: Callable[[], float] = time.monotonic  # of floods and queries; a test may stop it
        self.query_lifetime = 15.0  # seconds within which a callback or inline query can be answered
        self.unhandled: list[str] = []

        self._changed = threading.Condition()
        self._users: dict[int, User] = {self.bot.id: self.bot}
        self._chats: dict[int, Chat] = {}
        self._members: dict[int, dict[int, str]] = defaultdict(dict)
        self._unreachable: dict[int, str] = {}
        self._messages: dict[int, dict[int, Message]] = defaultdict(dict)
        self._mine: set[tuple[int, int]] = set()  # chat and message ids of what the bot sent
        self._last_message_id: Counter[int] = Counter()
        self._outbox: dict[int, list[Message]] = defaultdict(list)
        self._drafts: dict[int, list[str]] = defaultdict(list)
        self._files: dict[str, StoredFile] = {}
        self._queries: dict[str, Query] = {}
        self._updates = Updates(first_id=100_000_001)
        self._flood = FloodControl()
        self._numbers = itertools.count(1)

    # --- People and chats -------------------------------------------------------------------------------

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

    # --- What people do ---------------------------------------------------------------------------------

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
            raw |= present(entities=find_entities(text) or None)
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
            if self._updates.put(update):
                self._announce()
            self._changed.notify_all()

    def _announce(self) -> None:
        """An update waits: for whoever delivers it."""

    @property
    def pending(self) -> int:
        """How many updates the bot has not confirmed."""
        return len(self._updates.pending)

    def _ask(self, kind: str, user: User, details: Json) -> str:
        identifier = str(4_000_000_000 + next(self._numbers))
        self._queries[identifier] = Query(kind, self.clock())
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

    # --- What the bot may reach -------------------------------------------------------------------------

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

    def _is_mine(self, message: Message) -> bool:
        return (message.chat_id, message.message_id) in self._mine

    # --- Messages as they are kept ----------------------------------------------------------------------

    def _raw(self, chat: Chat, user: User | None, reply_to: Message | None, fields: Json) -> Json:
        """A Message of the Bot API, with the next free id of its chat."""
        self._last_message_id[chat.id] += 1
        raw = present(
            message_id=self._last_message_id[chat.id],
            sender_chat=chat.json if user is None else None,
            chat=chat.json,
            date=int(time.time()),
            reply_to_message=without_reply(reply_to.raw) if reply_to else None,
        )
        if user:
            raw["from"] = user.json
        raw |= present(**fields)
        if reply_to and reply_to.message_thread_id:
            raw.setdefault("message_thread_id", reply_to.message_thread_id)
        if chat.is_forum and "message_thread_id" in raw:
            raw["is_topic_message"] = True
            opening = self._messages[chat.id].get(raw["message_thread_id"])
            if opening:  # Telegram shows what answers nothing else as an answer to the topic's opening
                raw.setdefault("reply_to_message", without_reply(opening.raw))
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
            sent_at=self.clock(),
            raw=raw,
        )
        self._messages[message.chat_id][message.message_id] = message
        return message


def without_reply(raw: Json) -> Json:
    """A message inside another one: Telegram shows no further answers there."""
    return {name: value for name, value in raw.items() if name != "reply_to_message"}
