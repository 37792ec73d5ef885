"""People, chats and messages, as a test sees them."""

from dataclasses import dataclass, field
from typing import Any

from telegram_server.html import Json, utf16_slice


def present(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


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
        return present(
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
        return present(id=self.id, type=self.type, username=self.username, is_forum=self.is_forum or None) | name


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
