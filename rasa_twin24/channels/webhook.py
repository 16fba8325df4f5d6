"""A webhook of any messenger: who it is from is asked first, the body is bounded, nothing is confirmed too early."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, empty

log = structlog.get_logger(__name__)

# An update is a few kilobytes; this is a bound, not an expectation.
MAX_BODY = 1_000_000


class Malformed(ValueError):
    """What came is no update of this messenger."""


@dataclass(frozen=True)
class Webhook:
    """What a messenger's module says of its updates; the rest is the same for all.

    `admits` looks at the headers alone, before the body is read; `genuine` at the whole body as it came. At least one
    of them says who sent it. `read` makes of a body what `take` takes; it raises `Malformed` or another ValueError.
    What `take` returns is the answer, None a plain 200; what it raises means that the update is not kept, and that the
    messenger shall bring it again.
    """

    channel: str
    take: Callable[[Any], Awaitable[HTTPResponse | None]]
    note_forgery: Callable[[], None]
    admits: Callable[[Request], bool] = lambda _request: True
    genuine: Callable[[Request, bytes], bool] = lambda _request, _body: True
    read: Callable[[bytes], Any] = json.loads
    most_bytes: int = MAX_BODY

    async def answer(self, request: Request) -> HTTPResponse:
        """Never raises. The route has to be a streamed one."""
        if not self.admits(request):
            return self._forged()
        request.stream.request_max_size = self.most_bytes
        try:
            await request.receive_body()
        except PayloadTooLarge:
            log.warning("oversize_webhook", channel=self.channel)
            return empty(413)
        body = request.body or b""
        if not self.genuine(request, body):
            return self._forged()
        try:
            update = self.read(body)
        except (ValueError, RecursionError):
            log.warning("malformed_webhook", channel=self.channel)
            return empty(400)
        try:
            return await self.take(update) or empty(200)
        except Malformed:
            log.warning("malformed_webhook", channel=self.channel)
            return empty(400)
        except Exception as error:
            # Not written down: the messenger shall bring it again.
            log.error("update_not_stored", channel=self.channel, error=type(error).__name__)
            return empty(503)

    def _forged(self) -> HTTPResponse:
        log.warning("forged_webhook", channel=self.channel)
        self.note_forgery()
        return empty(403)


def same_secret(given: str | None, secret: str | None) -> bool:
    """Whether a secret is the right one, in constant time; none is right where none is set."""
    return bool(secret) and hmac.compare_digest((given or "").encode(errors="replace"), (secret or "").encode())


def same_signature(given: str | None, secret: str | None, signed: bytes, *, prefix: str = "") -> bool:
    """Whether `given` is the prefix and the hex HMAC-SHA256 of what was signed; without a secret nothing is."""
    if not secret:
        return False
    made = prefix + hmac.new(secret.encode(), signed, "sha256").hexdigest()
    return hmac.compare_digest((given or "").encode(errors="replace"), made.encode())
