"""What can go wrong: refusals in the Bot API's words, trouble that a test injects, and the limits of a flood."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any, Self

from telegram_server.html import Json
from telegram_server.types import Chat


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
    params: Json
    times: int | None
    probability: float
    hits: int = 0

    def concerns(self, method: str, params: Json) -> bool:
        if self.method not in ("*", method) or self.hits == self.times:
            return False
        return all(params.get(name) == value for name, value in self.params.items())


class FloodControl:
    """The limits that Telegram advises: a message a second to a chat, 20 a minute to a group, 30 a second."""

    def __init__(self) -> None:
        self._sent: dict[object, deque[float]] = defaultdict(deque)

    def check(self, chat: Chat, now: float, *, is_edit: bool) -> None:
        """Raises 429 where a window is full. Edits count too, except as messages of their second."""
        windows: list[tuple[object, int, float]] = [("all", 30, 1.0)]
        if not is_edit:
            windows.append((("second", chat.id), 1, 1.0))
        if chat.type != "private":
            windows.append((("minute", chat.id), 20, 60.0))
        for key, size, seconds in windows:
            sent = self._sent[key]
            while sent and sent[0] <= now - seconds:
                sent.popleft()
            if len(sent) >= size:
                raise ApiError.too_many(math.ceil(sent[0] + seconds - now))
        for key, _, _ in windows:
            self._sent[key].append(now)
