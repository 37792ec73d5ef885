"""How updates get to the bot: by long polling, or by a webhook."""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from patience import PATIENCE

from telegram_server.faults import ApiError
from telegram_server.html import Json
from telegram_server.requests import Params, api
from telegram_server.types import present
from telegram_server.world import World


@dataclass
class Webhook:
    url: str
    secret: str
    max_connections: int
    task: asyncio.Task[None] | None = None
    last_error: Json = field(default_factory=dict)


class Delivery(World):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.redelivery_delay = 0.1  # seconds until a webhook that failed is tried again
        self._loop: asyncio.AbstractEventLoop | None = None
        self._routes: dict[str, str] = {}
        self._webhook: Webhook | None = None
        self._poll: asyncio.Future[None] | None = None
        self._news = asyncio.Event()

    def route(self, public: str, local: str) -> None:
        """Plays the proxy before a webhook: what goes to the https origin `public` is posted to `local`."""
        self._routes[public.rstrip("/")] = local.rstrip("/")

    def _announce(self) -> None:
        if self._loop:
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        """Runs in the loop when an update has come."""
        self._news.set()
        if self._poll and not self._poll.done():
            self._poll.set_result(None)

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
        return present(
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
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE), headers=headers) as session:
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
