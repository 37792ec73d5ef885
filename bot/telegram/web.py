"""The web side of the bot: where Telegram delivers updates, and the answer that tells how the bot is."""

from __future__ import annotations

import hmac
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from index.types import ConfigurationError

logger = logging.getLogger(__name__)

LARGEST_UPDATE = 1024 * 1024
"""Bytes."""
REMEMBERED = 10_000
"""Updates that are known again when they are delivered twice."""
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
        application = web.Application(client_max_size=LARGEST_UPDATE)
        application.router.add_get("/health", self._tell)
        if hook:
            application.router.add_post(hook.path, self._deliver)
        self._runner = web.AppRunner(application, access_log=None)

    async def start(self) -> None:
        """Listen. Raises ConfigurationError when the port is taken."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._listen, self._port).start()
        except OSError as exc:
            await self._runner.cleanup()
            raise ConfigurationError(
                f"WEBHOOK_PORT={self._port} at {self._listen} cannot be listened on ({exc.strerror}). Name a free one."
            ) from exc

    async def stop(self) -> None:
        """Listen no longer."""
        await self._runner.cleanup()

    async def _tell(self, _request: web.Request) -> web.Response:
        health = self._health()
        return web.json_response(health, status=200 if health.get("status") == "ok" else 503)

    async def _deliver(self, request: web.Request) -> web.Response:
        assert self._hook
        secret = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(secret.encode(), self._hook.secret.encode()):
            return web.Response(status=401)
        try:
            update = json.loads(await request.read())
            number = int(update["update_id"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return web.Response(status=400)
        if number not in self._seen:  # Telegram delivers again what it does not know to have arrived
            self._seen[number] = None
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            await self._hook.take(update)
        return web.Response()
