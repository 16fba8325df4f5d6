"""Calls to the Bot API over httpx. https://core.telegram.org/bots/api#making-requests

The token is a part of every address: it must never reach a log, so errors carry Telegram's words only.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeGuard
from urllib.parse import quote

import httpx
import structlog

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
# A wait that Telegram asks for and a turn can bear.
LONGEST_WAIT = 60.0
# Longer than any pause that Telegram was seen to ask for; a bound against nonsense.
LONGEST_PAUSE = 24 * 3600
# Receiving goes on while Telegram refuses to send.
RECEIVING = "getUpdates"
# What getting a file's content is called in errors and logs; it is no method.
DOWNLOAD = "download"
TRIES = 4
# A file comes in pieces; between two of them, seconds.
DOWNLOAD_SECONDS = 20.0

# By the parameter's name: the file's name and content.
Uploads = dict[str, tuple[str, bytes]]

# httpx logs every address it asks at INFO, the token with it.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class TelegramError(Exception):
    """Telegram refused a call, or could not be reached (`code` 0)."""

    def __init__(self, method: str, code: int, description: str, retry_after: float | None = None) -> None:
        super().__init__(f"{method}: {code} {description}"[:300])
        self.method = method
        self.code = code
        self.description = description
        self.retry_after = retry_after

    @property
    def gone(self) -> bool:
        """Nothing can be sent to this person: the bot is blocked, or there is no such chat."""
        if self.code == 403:
            return True
        return self.code == 400 and "chat not found" in self.description.lower()


class TelegramApi:
    """One bot's connection. `sleep` and `transport` are parameters for tests."""

    def __init__(
        self,
        token: str,
        base_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._prefix = f"{base_url.rstrip('/')}/bot{token}/"
        self._files = f"{base_url.rstrip('/')}/file/bot{token}/"
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS), transport=transport
        )
        self._sleep = sleep
        # After a 429 Telegram refuses everything of this bot for a while, not only that chat.
        self._not_before = 0.0

    async def close(self) -> None:
        await self._client.aclose()

    async def call(self, method: str, *, files: Uploads | None = None, **params: Any) -> Any:
        """A call that does no harm when it is carried out twice: repeated after 429, 5xx and lost connections.

        `files` go along as multipart. Returns Telegram's `result`; raises `TelegramError`.
        """
        for attempt in range(TRIES):
            try:
                return await self.once(method, files=files, **params)
            except TelegramError as error:
                wait = _pause(error, attempt)
                if wait is None or attempt == TRIES - 1:
                    raise
                log.info("telegram_retry", method=method, code=error.code, wait=wait)
                if error.code != 429 or error.retry_after is None:  # else `once` waits, whoever calls next
                    await self._sleep(wait)
        raise AssertionError("unreachable")

    async def once(
        self, method: str, *, read_seconds: float = READ_SECONDS, files: Uploads | None = None, **params: Any
    ) -> Any:
        """A single try. `read_seconds` must be longer than a long poll's own `timeout`.

        While Telegram refuses everything, waits; raises at once when that is longer than a turn can bear.
        """
        wait = self._not_before - time.monotonic()
        if wait > 0 and method != RECEIVING:
            if wait > LONGEST_WAIT:
                raise TelegramError(method, 429, "not asked: told to wait", wait)
            await self._sleep(wait)
        try:
            response = await self._client.post(
                self._prefix + method,
                **_body(params, files),
                timeout=httpx.Timeout(read_seconds, connect=CONNECT_SECONDS),
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # `from None`: the chained error's request holds the address, and so the token.
            raise TelegramError(method, 0, type(error).__name__) from None
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError(method, response.status_code, "not a Bot API answer") from None
        if answer.get("ok") is True:
            return answer.get("result")
        refusal = _refusal(method, response.status_code, answer)
        if refusal.code == 429 and refusal.retry_after is not None and method != RECEIVING:
            self._not_before = max(self._not_before, time.monotonic() + refusal.retry_after)
        raise refusal

    async def download(self, path: str, most: int) -> bytes | None:
        """The file at a path that `getFile` told, None when it is longer than `most` bytes. Repeated as `call` is.

        https://core.telegram.org/bots/api#file. Raises `TelegramError`.
        """
        for attempt in range(TRIES):
            try:
                return await self._download(path, most)
            except TelegramError as error:
                wait = _pause(error, attempt)
                if wait is None or attempt == TRIES - 1:
                    raise
                log.info("telegram_retry", method=DOWNLOAD, code=error.code, wait=wait)
                await self._sleep(wait)
        raise AssertionError("unreachable")

    async def _download(self, path: str, most: int) -> bytes | None:
        content = bytearray()
        try:
            # Asked for as it is: a compressed answer would be counted only after it has grown.
            async with self._client.stream(
                "GET",
                self._files + quote(path),
                headers={"Accept-Encoding": "identity"},
                timeout=httpx.Timeout(DOWNLOAD_SECONDS, connect=CONNECT_SECONDS),
            ) as response:
                if response.status_code != 200:
                    raise TelegramError(DOWNLOAD, response.status_code, "no file")
                async for piece in response.aiter_raw():
                    content += piece
                    if len(content) > most:
                        return None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TelegramError(DOWNLOAD, 0, type(error).__name__) from None
        return bytes(content)


def _body(params: dict[str, Any], files: Uploads | None) -> dict[str, Any]:
    """JSON, or with files a form, whose objects are JSON inside a text. https://core.telegram.org/bots/api#sending-files"""
    if not files:
        return {"json": params}
    return {"data": {name: v if isinstance(v, str) else json.dumps(v) for name, v in params.items()}, "files": files}


def _refusal(method: str, status: int, answer: dict[str, Any]) -> TelegramError:
    code, parameters = answer.get("error_code"), answer.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return TelegramError(
        method,
        code if _is_number(code) else status,
        str(answer.get("description") or ""),
        float(min(wait, LONGEST_PAUSE)) if _is_number(wait) and wait > 0 else None,
    )


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _pause(error: TelegramError, attempt: int) -> float | None:
    """Seconds until the next try; None: trying again cannot help."""
    if error.code == 429:
        wait = error.retry_after if error.retry_after is not None else 2.0**attempt
        return wait if wait <= LONGEST_WAIT else None
    if error.code == 0 or error.code >= 500:
        return 0.5 * 2.0**attempt
    return None
