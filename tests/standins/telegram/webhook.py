"""Webhook: what may be registered, and the posting of updates to it.

Rules: https://core.telegram.org/bots/api#setwebhook; order, repeats and time-out as the maintainers describe
them in https://github.com/tdlib/telegram-bot-api (issues 211, 341, 422).
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from .refusals import bad_request, stricter
from .update_queue import UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
PORTS = (80, 88, 443, 8443)
MAX_SECRET_LENGTH = 256
MAX_CONNECTIONS = 100
DEFAULT_CONNECTIONS = 40
ANSWER_SECONDS = 60.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")

_SECRET = re.compile(r"[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True)
class Webhook:
    """A registered address."""

    url: str
    secret_token: str = ""
    max_connections: int = DEFAULT_CONNECTIONS


@dataclass(frozen=True)
class Delivery:
    """One POST of an update; `status` is `None` when no answer came."""

    update_id: int | None
    status: int | None
    seconds: float

    @property
    def is_accepted(self) -> bool:
        """Whether the bot took the update."""
        return self.status is not None and 200 <= self.status < 300


def read_webhook(arguments: dict[str, Any]) -> Webhook:
    """Check what `setWebhook` was asked for; raises `Refusal`.

    The real server wants https; here plain http is taken too when the address is on loopback.
    """
    url: str = arguments["url"]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise bad_request("bad webhook: Wrong port number specified in the URL") from error
    if not parts.hostname:
        raise bad_request("bad webhook: URL host is empty")
    if parts.hostname not in LOOPBACK:
        if parts.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if port not in (None, *PORTS):
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    elif parts.scheme not in ("http", "https"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = arguments.get("secret_token", "")
    if len(secret) > MAX_SECRET_LENGTH:
        raise bad_request("secret token is too long")
    if "secret_token" in arguments and not _SECRET.match(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = arguments.get("max_connections", DEFAULT_CONNECTIONS)
    if not 1 <= connections <= MAX_CONNECTIONS:
        raise stricter(f"max_connections must be 1-{MAX_CONNECTIONS}")
    return Webhook(url, secret, connections)


class WebhookSender:
    """Posts waiting updates: chats in parallel, one update of a chat at a time, again until it is accepted.

    `routes` says where a public address is found on this machine, e.g.
    `{"https://bot.example.ru": "http://127.0.0.1:5005"}`; an address that is neither routed nor on loopback
    is never called, its updates wait.
    """

    def __init__(
        self,
        queue: UpdateQueue,
        *,
        routes: dict[str, str],
        answer_seconds: float,
        pauses: tuple[float, ...],
        report: Callable[[str], None],
    ) -> None:
        self._queue = queue
        self.routes = routes
        self._answer_seconds = answer_seconds
        self._pauses = pauses
        self._report = report
        self._session: aiohttp.ClientSession | None = None
        self._workers: dict[object, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(DEFAULT_CONNECTIONS)
        self.webhook: Webhook | None = None
        self.deliveries: list[Delivery] = []
        self.last_error: tuple[int, str] | None = None

    def register(self, webhook: Webhook | None) -> None:
        """Begin to post to this address; `None`: stop."""
        for worker in self._workers.values():
            worker.cancel()
        self._workers.clear()
        self.webhook = webhook
        self.last_error = None
        if webhook is not None:
            self._places = asyncio.Semaphore(webhook.max_connections)
            self.wake()

    def wake(self) -> None:
        """See that every chat with a waiting update has somebody who posts it."""
        address = self._address()
        if address is None:
            return
        for key in {waiting.chat_key for waiting in self._queue.waiting} - self._workers.keys():
            self._workers[key] = asyncio.create_task(self._drain(key, address))

    async def close(self) -> None:
        """Stop posting; the registration stays, as it does on the real server."""
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        self._workers.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(self, body: bytes, secret: str | None) -> int:
        """Post any bytes to the registered address and return the status; for forged and broken requests."""
        address = self._address()
        assert address is not None, "no webhook is registered, or its address has no route"
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers[SECRET_HEADER] = secret
        if self._session is None:
            self._session = aiohttp.ClientSession()
        limit = aiohttp.ClientTimeout(total=self._answer_seconds)
        async with self._session.post(address, data=body, headers=headers, timeout=limit) as answer:
            self._look_for_method_in(await answer.read())
            return answer.status

    def _address(self) -> str | None:
        if self.webhook is None:
            return None
        for public, local in self.routes.items():
            if self.webhook.url.startswith(public):
                return local + self.webhook.url.removeprefix(public)
        return self.webhook.url if urlsplit(self.webhook.url).hostname in LOOPBACK else None

    async def _drain(self, key: object, address: str) -> None:
        attempt = 0
        while waiting := next((item for item in self._queue.waiting if item.chat_key == key), None):
            if await self._deliver(waiting.update):
                self._queue.remove(waiting)
                attempt = 0
            else:
                await asyncio.sleep(self._pauses[min(attempt, len(self._pauses) - 1)])
                attempt += 1
        self._workers.pop(key, None)

    async def _deliver(self, update: dict[str, Any]) -> bool:
        assert self.webhook is not None
        begin = time.monotonic()
        status: int | None = None
        error = ""
        async with self._places:
            try:
                status = await self.post(json.dumps(update).encode(), self.webhook.secret_token or None)
            except asyncio.TimeoutError:
                error = "Read timeout expired"
            except aiohttp.ClientConnectorError:
                error = "Connection refused"
            except aiohttp.ClientError:
                error = "Connection closed"
        delivery = Delivery(update.get("update_id"), status, time.monotonic() - begin)
        self.deliveries.append(delivery)
        if not delivery.is_accepted:
            error = error or f"Wrong response from the webhook: {status}"
            self.last_error = (int(time.time()), error)
        return delivery.is_accepted

    def _look_for_method_in(self, body: bytes) -> None:
        try:
            answer = json.loads(body)
        except ValueError:
            return
        if isinstance(answer, dict) and "method" in answer:
            self._report("a method call in the answer to an update is not played here: its result is lost")
