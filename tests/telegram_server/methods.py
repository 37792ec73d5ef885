"""The other methods of the Bot API: of the bot itself, of queries, files and chats."""

import json
import re
from typing import Any

from telegram_server.faults import ApiError
from telegram_server.html import Json, utf16_length
from telegram_server.messages import MAX_TEXT, Messages, check_keyboard
from telegram_server.requests import Params, api, names, utf8
from telegram_server.types import User

MAX_DOWNLOAD = 20 * 2**20

_COMMAND_SCOPES = names(
    "default all_private_chats all_group_chats all_chat_administrators chat chat_administrators chat_member"
)
_GIFTS = names("unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels")
_ADMIN_RIGHTS = names(
    "delete_messages manage_video_chats restrict_members promote_members change_info invite_users "
    "manage_chat post_stories edit_stories delete_stories"
)


class Methods(Messages):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._commands: dict[tuple[str, str], list[Json]] = {}
        self._profile: dict[tuple[str, str], str] = {("name", ""): self.bot.first_name}
        self._logged_out = False

    # --- The bot itself ---------------------------------------------------------------------------------

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

    # --- Queries, files and chats -----------------------------------------------------------------------

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
        self._format(utf8(content["message_text"]), content.get("parse_mode") or "", marks, MAX_TEXT)
        check_keyboard(result.get("reply_markup") or {})

    def _answer_query(self, kind: str, identifier: str) -> bool:
        query = self._queries.get(identifier)
        if not query or query.kind != kind or self.clock() - query.asked_at > self.query_lifetime:
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


def _language(p: Params) -> str:
    code = p.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", code):
        raise ApiError.bad_request("invalid language code specified")
    return code


def _member(user: User, status: str) -> Json:
    member: Json = {"user": user.json, "status": status}
    if status == "administrator":
        member |= {f"can_{right}": True for right in _ADMIN_RIGHTS}
        member |= {"can_be_edited": False, "is_anonymous": False}
    return member
