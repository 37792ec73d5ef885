"""The methods of the Bot API that send, edit and delete messages."""

import re
import time

from telegram_server.faults import ApiError
from telegram_server.html import STYLES, Formatted, HtmlError, Json, clean, finish, parse_html, utf16_length
from telegram_server.requests import Params, api, names, utf8
from telegram_server.types import Chat, Message, present
from telegram_server.world import World, without_reply

MAX_TEXT = 4096
MAX_CAPTION = 1024

CHAT_ACTIONS = names(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note"
)

_SENDING = "chat_id message_thread_id reply_parameters reply_to_message_id allow_sending_without_reply"
_SENDING += " reply_markup disable_notification protect_content"
_EDITING = "chat_id message_id reply_markup"
_TEXT = "text parse_mode entities link_preview_options disable_web_page_preview"
_REPLY_PARAMETERS = names("message_id allow_sending_without_reply quote quote_parse_mode quote_entities quote_position")
_BUTTON_ACTIONS = names("url callback_data copy_text switch_inline_query switch_inline_query_current_chat")
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)


class Messages(World):
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
        fields: Json = {"reply_to_message": without_reply(answered.raw)}
        if reply.get("quote"):
            mode, marks = reply.get("quote_parse_mode") or "", reply.get("quote_entities") or []
            quote = self._format(utf8(reply["quote"]), mode, marks, MAX_CAPTION)
            fields["quote"] = _find_quote(quote, answered)
        return fields

    def _send(self, chat: Chat, fields: Json, html: str | None) -> Json:
        if self.flood_control:
            self._flood.check(chat, self.clock(), is_edit=False)
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
            self._flood.check(chat, self.clock(), is_edit=True)
        raw = present(**(message.raw | changes | {"edit_date": int(time.time())}))
        edited = self._store(raw, html=html, edits=message.edits + 1)
        self._outbox[chat.id].append(edited)
        return raw


def _html(p: Params, name: str) -> str | None:
    return p.text(name) if p.text("parse_mode").lower() == "html" else None


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
        check_keyboard(markup)
        return markup if any(markup["inline_keyboard"]) else None
    if inline_only:
        raise ApiError.bad_request("inline keyboard expected")
    if not markup.keys() & {"keyboard", "remove_keyboard", "force_reply"}:
        raise ApiError.bad_request("object expected as reply markup")
    return None


def check_keyboard(markup: Json) -> None:
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
