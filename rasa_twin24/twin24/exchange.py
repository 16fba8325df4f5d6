"""One request over the wire and one answer back: limits of time, size and number, failures told apart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import httpx

from .errors import BadAnswer, TwinError, Unavailable, error_for, presentable
from .retry import Effect, retry_after
from .settings import Settings

LARGEST_BODY = 5 * 1024 * 1024
"""Bytes read of an answer; the largest page of a list has 1000 rows."""

REQUESTS_AT_ONCE = 4
"""TWIN documents no limit; this keeps a busy bot from being the one who finds it."""

# Not a byte of the request has left: no connection was made, or none was free.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """What to ask of TWIN; `path` has no leading slash and starts after the base address."""

    method: str
    path: str
    effect: Effect
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def changes(self) -> bool:
        """Whether TWIN's data are others afterwards."""
        return self.effect is not Effect.NONE


@dataclass(frozen=True)
class Answer:
    """A success: its 2xx status and whatever came with it."""

    status: int
    body: bytes = field(repr=False)


class Send(Protocol):
    """What a section of the API is given to reach TWIN with."""

    async def __call__(self, request: Request, read: Callable[[bytes], T]) -> T:
        """Send the request and read the body of its answer; `read` raises ValueError for an unusable one."""
        ...


@dataclass
class Progress:
    """How far one call of the client has come."""

    ends_at: float
    """When its time is over, in seconds of the event loop's clock."""

    tries: int = 0
    maybe_done: bool = False
    """Whether TWIN may have carried out what was sent so far."""


class Exchange:
    """The connections to TWIN, shared by everything that one client sends."""

    def __init__(
        self, settings: Settings, transport: httpx.AsyncBaseTransport | None, clock: Callable[[], float]
    ) -> None:
        self._password = settings.password
        self._clock = clock
        self._slots = asyncio.Semaphore(REQUESTS_AT_ONCE)
        self._client = httpx.AsyncClient(
            headers={"Accept": "application/json"},
            timeout=httpx.Timeout(
                connect=settings.connect_timeout,
                read=settings.read_timeout,
                write=settings.write_timeout,
                pool=settings.pool_timeout,
            ),
            limits=httpx.Limits(max_connections=REQUESTS_AT_ONCE, max_keepalive_connections=REQUESTS_AT_ONCE),
            # A redirect would carry the token, or the login, to whatever host it names.
            follow_redirects=False,
            transport=transport,
        )

    async def send(self, base_url: str, request: Request, token: str | None, progress: Progress) -> Answer:
        """Send the request once; raises TwinError for anything but a 2xx answer."""
        built = self._client.build_request(
            request.method,
            f"{base_url}/{request.path}",
            params=request.query or None,
            content=None if request.body is None else _encoded(request.body),
            headers=_headers(request, token),
        )
        done_before = progress.maybe_done
        async with self._slots:
            progress.tries += 1
            # True while the request is under way, for a deadline may end it at any moment.
            progress.maybe_done = done_before or request.changes
            try:
                return await self._transfer(built, request, token)
            except TwinError as error:
                error.maybe_done = progress.maybe_done = done_before or error.maybe_done
                raise

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _transfer(self, built: httpx.Request, request: Request, token: str | None) -> Answer:
        try:
            response = await self._client.send(built, stream=True)
        except _NOT_SENT as error:
            raise _unavailable(request, None, error, maybe_done=False) from error
        except httpx.HTTPError as error:
            raise _unavailable(request, None, error, maybe_done=request.changes) from error
        try:
            if response.is_success:
                return Answer(response.status_code, await _whole_body(response, request))
            raise error_for(
                request.method,
                request.path,
                response.status_code,
                await _body_if_any(response),
                changes=request.changes,
                retry_after=retry_after(response.headers, self._clock()),
                secrets=(self._password, token) if token else (self._password,),
            )
        finally:
            await response.aclose()


class _TooLong(Exception):
    """The answer is larger than `LARGEST_BODY`."""


def _encoded(body: Mapping[str, Any]) -> bytes:
    # Pure ASCII: a half of a surrogate pair, which a messenger may let through, has no UTF-8 form.
    return json.dumps(body, allow_nan=False).encode("ascii")


def _headers(request: Request, token: str | None) -> dict[str, str]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    return headers


async def _whole_body(response: httpx.Response, request: Request) -> bytes:
    status = response.status_code
    try:
        return await _read(response)
    except _TooLong:
        reason = f"the answer is larger than {LARGEST_BODY} bytes"
    except httpx.DecodingError:
        reason = "the answer is not compressed the way it says"
    except httpx.HTTPError as error:
        raise _unavailable(request, status, error, maybe_done=request.changes) from error
    raise BadAnswer(request.method, request.path, status, reason, maybe_done=request.changes)


async def _body_if_any(response: httpx.Response) -> bytes:
    # The status has told what happened; a body that cannot be read only leaves it unexplained.
    try:
        return await _read(response)
    except (_TooLong, httpx.HTTPError):
        return b""


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise _TooLong
    return bytes(body)


def _unavailable(request: Request, status: int | None, error: httpx.HTTPError, *, maybe_done: bool) -> Unavailable:
    reason = presentable(f"{type(error).__name__}: {error}".rstrip(": "))
    return Unavailable(request.method, request.path, status, reason, maybe_done=maybe_done)
