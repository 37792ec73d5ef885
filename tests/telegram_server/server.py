"""The server itself: HTTP for the bot, and a test's view of what the bot did."""

import asyncio
import inspect
import random
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from aiohttp import web
from patience import PATIENCE

from telegram_server.delivery import Delivery
from telegram_server.faults import ApiError, Fault, Injection
from telegram_server.html import Json
from telegram_server.methods import MAX_DOWNLOAD, Methods
from telegram_server.requests import METHODS, Call, Method, Params, read
from telegram_server.types import Chat, Message, User

T = TypeVar("T")

MAX_UPLOAD = 50 * 2**20


class TelegramServer(Methods, Delivery):
    def __init__(self, *arguments: Any, seed: int = 0, **options: Any) -> None:
        """`seed` decides what probable faults hit; the rest is for the World."""
        super().__init__(*arguments, **options)
        self._calls: list[Call] = []
        self._calls_read: Counter[str] = Counter()
        self._outbox_read: Counter[int] = Counter()
        self._injections: list[Injection] = []
        self._random = random.Random(seed)
        self._port = 0
        self._thread: threading.Thread | None = None
        self._runner: web.AppRunner | None = None

    # --- Life -------------------------------------------------------------------------------------------

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
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=PATIENCE)

    # --- What the bot did -------------------------------------------------------------------------------

    def wait_for_message(self, chat: Chat | User, timeout: float = PATIENCE) -> Message:
        """The next message that the bot sent or edited in `chat`, each of them once and in order."""

        def arrived() -> Message | None:
            box, position = self._outbox[chat.id], self._outbox_read[chat.id]
            return box[position] if position < len(box) else None

        message = self._wait(arrived, timeout, f"no message in the chat {chat.name!r}")
        self._outbox_read[chat.id] += 1
        return message

    def wait_for_call(self, method: str, timeout: float = PATIENCE, **params: Any) -> Call:
        """The next request of `method` with these parameters; earlier ones are passed over for good."""

        def arrived() -> Call | None:
            calls = self.calls(method)
            while self._calls_read[method] < len(calls):
                call = calls[self._calls_read[method]]
                self._calls_read[method] += 1
                if call.has(params):
                    return call
            return None

        return self._wait(arrived, timeout, f"no {method} with {params}" if params else f"no {method}")

    def wait_until(self, condition: Callable[[], object], timeout: float = PATIENCE) -> None:
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

    def calls(self, method: str | None = None, **params: Any) -> list[Call]:
        """Every request of the bot's, or those of one method and with these parameters, in order."""
        with self._changed:
            return [call for call in self._calls if method in (None, call.method) and call.has(params)]

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

    # --- Trouble ----------------------------------------------------------------------------------------

    def inject(
        self, method: str, fault: Fault, *, times: int | None = None, probability: float = 1.0, **params: Any
    ) -> Injection:
        """Strikes requests of `method` ("*": of any) with these parameters, `times` times or until `heal`."""
        injection = Injection(method, fault, params, times, probability)
        with self._changed:
            self._injections.append(injection)
        return injection

    def heal(self) -> None:
        with self._changed:
            self._injections.clear()

    def _draw_fault(self, method: str, params: Json) -> Fault | None:
        for injection in self._injections:
            if injection.concerns(method, params) and self._random.random() < injection.probability:
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

    # --- HTTP -------------------------------------------------------------------------------------------

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
        params = await read(request)
        call = Call(method.name, params.values, self.clock())
        with self._changed:
            fault = self._draw_fault(method.name, params.values)
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
