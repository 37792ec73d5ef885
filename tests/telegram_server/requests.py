"""What the bot asks for: its requests with their parameters, and the methods that answer them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from telegram_server.faults import ApiError
from telegram_server.html import Json


def names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_OBJECTS = names(
    "allowed_updates button caption_entities commands entities link_preview_options reply_markup "
    "reply_parameters results scope"
)
_INTEGERS = names(
    "cache_time chat_id draft_id limit max_connections message_id message_thread_id offset "
    "reply_to_message_id timeout user_id"
)
_FLAGS = names(
    "allow_sending_without_reply disable_content_type_detection disable_notification "
    "disable_web_page_preview drop_pending_updates is_personal protect_content show_alert"
)


@dataclass
class Call:
    """A request of the bot's, with its parameters decoded."""

    method: str
    params: Json
    at: float
    error: str | None = None  # the description of the refusal
    fault: str | None = None  # the kind of the injected fault

    def has(self, params: Json) -> bool:
        return all(self.params.get(name) == value for name, value in params.items())


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
        return utf8("" if value is None else str(value))

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


def utf8(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ApiError.bad_request("strings must be encoded in UTF-8") from None
    return text


async def read(request: web.Request) -> Params:
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


Handler = Callable[[Any, Params], Any]  # a method of the server


@dataclass(frozen=True)
class Method:
    name: str
    parameters: frozenset[str]
    handler: Handler


METHODS: dict[str, Method] = {}  # by name in lower case: Telegram does not mind case


def api(name: str, parameters: str = "") -> Callable[[Handler], Handler]:
    """Makes a method of TelegramServer a method of the Bot API, with the parameters that it models."""

    def register(handler: Handler) -> Handler:
        METHODS[name.lower()] = Method(name, names(parameters), handler)
        return handler

    return register
