"""A messenger's HTTP interface: one client, what is repeated, how long is waited, and files from addresses it gives.

Neither errors nor logs hold an address or a body: tokens and numbers stand in them.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import httpx
import structlog

from rasa_twin24.channels.outside import FAR_AWAY, address_outside

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
# A wait that a messenger asks for and a turn can bear.
LONGEST_WAIT = 60.0
# Longer than any pause that a messenger was seen to ask for; a bound against nonsense.
LONGEST_PAUSE = 24 * 3600
TRIES = 4
# What getting a file's content is called in errors and logs; it is no method.
DOWNLOAD = "download"
# A file comes in pieces; between two of them, seconds.
DOWNLOAD_SECONDS = 20.0
MOST_REDIRECTS = 3

# By the parameter's name: the file's name and content.
Uploads = dict[str, tuple[str, bytes]]
T = TypeVar("T")

# httpx logs every address it asks at INFO, a token with it.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class MessengerError(Exception):
    """A messenger refused a call, or could not be reached (`code` 0).

    `code` is HTTP's or the messenger's own. `passing`: trying again may help, after `retry_after` seconds if it says
    so. `gone`: nothing can be sent to this person.
    """

    def __init__(
        self,
        method: str,
        code: int,
        description: str,
        retry_after: float | None = None,
        *,
        passing: bool | None = None,
        gone: bool = False,
    ) -> None:
        super().__init__(f"{method}: {code} {description}"[:300])
        self.method = method
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.gone = gone
        self.passing = code in (0, 429) or 500 <= code < 600 if passing is None else passing


@dataclass(frozen=True)
class Network:
    """Where a messenger's interface is and the way there: `api_url`, `ca_bundle` and `proxy` of its block."""

    api_url: str
    ca_bundle: str | None = None
    proxy: str | None = None

    @classmethod
    def of(cls, block: Mapping[str, str], api_url: str) -> Network:
        """`api_url` is the messenger's own address, for a block that names no other."""
        return cls(block.get("api_url") or api_url, block.get("ca_bundle"), block.get("proxy"))

    def connection(self) -> Connection:
        """Raises as `check_network`."""
        return Connection(self.api_url, ca_bundle=self.ca_bundle, proxy=self.proxy)


class Connection:
    """`ca_bundle` is a file of certificates beside the usual ones, `proxy` an address. The rest is for tests."""

    def __init__(
        self,
        base_url: str,
        *,
        ca_bundle: str | None = None,
        proxy: str | None = None,
        headers: dict[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Raises as `check_network`."""
        self.base_url = base_url.rstrip("/")
        self._proxy = _proxy(proxy)
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            verify=trusting(ca_bundle),
            proxy=self._proxy,
            headers=headers,
            transport=transport,
        )
        self._sleep = sleep
        self._not_before = 0.0

    async def close(self) -> None:
        await self._client.aclose()

    async def request(
        self, name: str, verb: str, address: str, *, read_seconds: float = READ_SECONDS, **content: Any
    ) -> httpx.Response:
        """One try. `address` is a path below the base or a whole address; `name` is what errors call it.

        Raises `MessengerError` when no answer came.
        """
        url = address if "://" in address else f"{self.base_url}/{address.lstrip('/')}"
        try:
            timeout = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS)
            return await self._client.request(verb, url, timeout=timeout, **content)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # `from None`: the chained error's request holds the address, and so a token.
            raise MessengerError(name, 0, type(error).__name__) from None

    async def repeat(self, once: Callable[[], Awaitable[T]]) -> T:
        """A call that does no harm when it is carried out twice: again while its `MessengerError` is `passing`."""
        for attempt in range(TRIES):
            try:
                return await once()
            except MessengerError as error:
                wait = _pause(error, attempt)
                if wait is None or attempt == TRIES - 1:
                    raise
                log.info("messenger_retry", method=error.method, code=error.code, wait=wait)
                if time.monotonic() >= self._not_before:  # else `ready` waits, whoever calls next
                    await self._sleep(wait)
        raise AssertionError("unreachable")

    def hold(self, seconds: float) -> None:
        """The messenger refuses everything of this bot for a while."""
        self._not_before = max(self._not_before, time.monotonic() + min(seconds, LONGEST_PAUSE))

    async def ready(self, name: str) -> None:
        """Wait while the messenger refuses everything; raises at once when that is longer than a turn can bear."""
        wait = self._not_before - time.monotonic()
        if wait > LONGEST_WAIT:
            raise MessengerError(name, 429, "not asked: told to wait", wait)
        if wait > 0:
            await self._sleep(wait)

    async def download(self, address: str, most: int, *, headers: dict[str, str] | None = None) -> bytes | None:
        """The file at an address, None when it is longer than `most` bytes; repeated as `repeat` does.

        An address below the base is trusted as the configuration is. Any other, and wherever it leads on to, has to be
        https and public: whoever can write to the bot can choose it. Raises `MessengerError`.
        """
        return await self.repeat(lambda: self._download(address, most, headers))

    async def _download(self, address: str, most: int, headers: dict[str, str] | None) -> bytes | None:
        content = bytearray()
        try:
            url = httpx.URL(address if "://" in address else f"{self.base_url}/{address.lstrip('/')}")
            for _ in range(MOST_REDIRECTS + 1):
                request = await self._file_request(url, headers)
                response = await self._client.send(request, stream=True)
                try:
                    if response.has_redirect_location:
                        url, headers = url.join(response.headers["location"]), None
                        continue
                    if response.status_code != 200:
                        raise MessengerError(DOWNLOAD, response.status_code, "no file")
                    async for piece in response.aiter_raw():
                        content += piece
                        if len(content) > most:
                            return None
                    return bytes(content)
                finally:
                    await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise MessengerError(DOWNLOAD, 0, type(error).__name__) from None
        raise MessengerError(DOWNLOAD, 400, "led from one address to the next")

    async def _file_request(self, url: httpx.URL, headers: dict[str, str] | None) -> httpx.Request:
        # Asked for as it is: a compressed answer would be counted only after it has grown.
        asked = {"Accept-Encoding": "identity", **(headers or {})}
        timeout = httpx.Timeout(DOWNLOAD_SECONDS, connect=CONNECT_SECONDS)
        base = httpx.URL(self.base_url)
        if (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port):
            return self._client.build_request("GET", url, headers=asked, timeout=timeout)
        try:
            address = await address_outside(url)
        except OSError:
            raise MessengerError(DOWNLOAD, 0, "unknown host") from None
        except ValueError:
            raise MessengerError(DOWNLOAD, 403, FAR_AWAY) from None
        if self._proxy:  # which asks for the address itself
            return self._client.build_request("GET", url, headers=asked, timeout=timeout)
        # The very address that was looked at: a name may lead elsewhere the next time it is asked for.
        # And a connection of its own: one that was opened to this address under another name proved that name only.
        request = self._client.build_request(
            "GET",
            url.copy_with(host=address),
            headers={**asked, "Host": url.netloc.decode(), "Connection": "close"},
            timeout=timeout,
        )
        request.extensions["sni_hostname"] = url.raw_host.decode()
        return request


def check_network(ca_bundle: str | None, proxy: str | None) -> None:
    """Raises ValueError for a file that holds no certificates, and for a proxy that is none; tells no password."""
    trusting(ca_bundle)
    _proxy(proxy)


def trusting(ca_bundle: str | None) -> ssl.SSLContext | Literal[True]:
    """The usual certificates and those of a file; raises ValueError for one that holds none."""
    if not ca_bundle:
        return True
    context = httpx.create_ssl_context()
    try:
        context.load_verify_locations(ca_bundle)
    except OSError:
        raise ValueError(f"{ca_bundle} holds no certificates: a file in PEM is expected") from None
    return context


def _proxy(address: str | None) -> str | None:
    if not address:
        return None
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("a proxy is written http://host:port, or http://user:password@host:port")
    return address


def _pause(error: MessengerError, attempt: int) -> float | None:
    """Seconds until the next try; None: trying again cannot help."""
    if error.retry_after is not None:
        return error.retry_after if error.passing and error.retry_after <= LONGEST_WAIT else None
    if error.code == 429:
        return 2.0**attempt
    return 0.5 * 2.0**attempt if error.passing else None
