"""The web side of the bot: where Telegram delivers updates, and the answer that tells how the bot is."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.telegram.updates import has_number
from index.types import ConfigurationError

logger = logging.getLogger(__name__)

LARGEST_UPDATE = 1024 * 1024
"""Bytes."""
REMEMBERED = 10_000
"""Updates that are known again when they are delivered twice."""
LONGEST_SECONDS = 60.0
"""For which a request may take to arrive, and a connection may be idle."""
MOST_CONNECTIONS = 128
"""At once; Telegram opens 40."""
ACCEPT_AGAIN_SECONDS = 5.0
"""After a connection that could not be taken."""
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Hook:
    """Where updates are delivered, what proves that Telegram sends them, and who takes them."""

    path: str
    secret: str
    take: Callable[[dict[str, Any]], Awaitable[None]]


class WebServer:
    """Answers GET /health, and takes updates where there is a hook."""

    def __init__(
        self, listen: str, port: int, health: Callable[[], Mapping[str, object]], hook: Hook | None = None
    ) -> None:
        self._listen, self._port = listen, port
        self._health = health
        self._hook = hook
        self._seen: OrderedDict[int, None] = OrderedDict()
        logging.getLogger("aiohttp.server").addFilter(_is_our_fault)
        application = web.Application(client_max_size=LARGEST_UPDATE)
        application.router.add_get("/health", self._tell)
        if hook:
            application.router.add_post(hook.path, self._deliver)
        self._runner = web.AppRunner(application, access_log=None, keepalive_timeout=LONGEST_SECONDS)
        self._accepting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen. Raises ConfigurationError when the port is taken."""
        await self._runner.setup()
        family = socket.AF_INET6 if ":" in self._listen else socket.AF_INET
        try:
            listener = socket.create_server((self._listen, self._port), family=family, backlog=MOST_CONNECTIONS)
        except OSError as exc:
            await self._runner.cleanup()
            raise ConfigurationError(
                f"WEBHOOK_PORT={self._port} at {self._listen} cannot be listened on ({exc.strerror}). Name a free one."
            ) from exc
        listener.setblocking(False)
        self._accepting = asyncio.create_task(self._accept(listener))

    async def stop(self) -> None:
        """Listen no longer."""
        if self._accepting:
            self._accepting.cancel()
        await self._runner.cleanup()

    async def _accept(self, listener: socket.socket) -> None:
        """Take connections. asyncio's own way writes thousands of lines a second where descriptors are short."""
        loop, server = asyncio.get_running_loop(), self._runner.server
        assert server
        is_short = False
        with listener:
            while True:
                try:
                    connection, _ = await loop.sock_accept(listener)
                    if len(server.connections) < MOST_CONNECTIONS:
                        await loop.connect_accepted_socket(server, connection)
                    else:
                        connection.close()
                    is_short = False
                except OSError as exc:
                    if not is_short:
                        logger.error("No connection can be taken (%s). Is ulimit -n large enough?", exc.strerror)
                    is_short = True
                    await asyncio.sleep(ACCEPT_AGAIN_SECONDS)

    async def _tell(self, _request: web.Request) -> web.Response:
        health = self._health()
        return web.json_response(health, status=200 if health.get("status") == "ok" else 503)

    async def _deliver(self, request: web.Request) -> web.Response:
        assert self._hook
        secret = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(secret.encode("utf-8", "surrogateescape"), self._hook.secret.encode()):
            return web.Response(status=401)
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                update = json.loads(await request.read())
        except TimeoutError:
            return web.Response(status=408)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        if not has_number(update):
            return web.Response(status=400)
        number = update["update_id"]
        if number not in self._seen:  # Telegram delivers again what it does not know to have arrived
            self._seen[number] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            await self._hook.take(update)
        return web.Response()


def _is_our_fault(record: logging.LogRecord) -> bool:
    """Whether a line is no request that makes no sense: anybody can send those, and fill the log with their bytes."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
