"""Signing in: one token for everybody, asked for once at a time and renewed before it ends."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
from collections.abc import Callable

import structlog

from .answers import json_object
from .delivery import Delivery, readable
from .errors import Refused, SignInFailed
from .exchange import Exchange, Progress, Request
from .retry import Effect
from .settings import Settings

RENEWED_BEFORE_END = 60.0
"""Seconds of life a token must have left to be used."""

# What fits into a header: RFC 6750, section 2.1, https://www.rfc-editor.org/rfc/rfc6750#section-2.1
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")

_log = structlog.get_logger(__name__)


def expires_at(token: str) -> float | None:
    """Read the end of a token's life from its `exp` claim, in seconds since the epoch.

    None for an opaque token, which only a 401 ends. The signature is not verified: whoever could forge the
    token could as well refuse it.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = json.loads(payload)
    except (binascii.Error, ValueError, RecursionError):
        return None
    end = claims.get("exp") if isinstance(claims, dict) else None
    return end if isinstance(end, (int, float)) and not isinstance(end, bool) else None


class Auth:
    """The token of one login, shared by all callers."""

    def __init__(self, exchange: Exchange, delivery: Delivery, settings: Settings, clock: Callable[[], float]) -> None:
        self._exchange = exchange
        self._delivery = delivery
        self._base_url = settings.iam_url
        self._request = Request(
            "POST",
            "auth/login",
            Effect.NONE,
            body={"email": settings.email, "password": settings.password, "ttl": settings.token_ttl},
        )
        self._clock = clock
        self._token: str | None = None
        self._signing_in: asyncio.Task[str] | None = None

    async def sign_in(self) -> None:
        """Log in anew, or wait for the login that is under way.

        Raises SignInFailed if TWIN refuses the login, Unavailable if it cannot be reached, BadAnswer if
        something else than TWIN seems to answer.
        """
        await self._new_token()

    async def token(self) -> str:
        """Give a token with more than 60 s to live, logging in if need be; raises as `sign_in` does."""
        if self._token is not None:
            end = expires_at(self._token)
            if end is None or self._clock() < end - RENEWED_BEFORE_END:
                return self._token
        return await self._new_token()

    async def token_instead_of(self, refused: str) -> str:
        """Give another token than the one TWIN refused; raises as `sign_in` does."""
        if self._token is not None and self._token != refused:
            return self._token
        return await self._new_token()

    async def aclose(self) -> None:
        """End a login that is under way."""
        if self._signing_in is not None:
            self._signing_in.cancel()
            await asyncio.gather(self._signing_in, return_exceptions=True)

    async def _new_token(self) -> str:
        if self._signing_in is None:
            self._signing_in = asyncio.create_task(self._log_in())
            self._signing_in.add_done_callback(self._signed_in)
        # A caller who gives up must not take the login away from the others.
        return await asyncio.shield(self._signing_in)

    def _signed_in(self, task: asyncio.Task[str]) -> None:
        self._signing_in = None
        if not task.cancelled() and task.exception() is None:
            self._token = task.result()

    async def _log_in(self) -> str:
        async def attempt(progress: Progress) -> str:
            answer = await self._delivery.with_retries(
                self._request,
                lambda: self._exchange.send(self._base_url, self._request, None, progress),
                progress,
            )
            return readable(self._request, answer, _token_in)

        try:
            token = await self._delivery.within_deadline(self._request, attempt)
        except Refused as error:
            raise SignInFailed(error.method, error.path, error.status, error.reason) from error
        _log.info("twin_signed_in")
        return token


def _token_in(body: bytes) -> str:
    token = json_object(body).get("token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise ValueError("the answer holds no token")
    return token
