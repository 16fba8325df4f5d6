"""Calls to VK. https://dev.vk.com/ru/api/api-requests

The token goes in the body of every call and VK repeats parameters in its refusals: errors carry VK's words only.
"""

from __future__ import annotations

import time
from typing import Any, TypeGuard

import httpx
import structlog

from rasa_twin24.channels.connection import READ_SECONDS, Connection, MessengerError

log = structlog.get_logger(__name__)

# The version that the shapes here are of. https://github.com/VKCOM/vk-api-schema
VERSION = "5.199"
LONG_POLL = "a_check"
UPLOAD = "upload"

# https://dev.vk.com/ru/reference/errors
UNKNOWN, TOO_OFTEN, FLOOD, INTERNAL, CAPTCHA, METHOD_LIMIT = 1, 6, 9, 10, 14, 29
BAD_TOKEN = (5, 27)
# Deleted; in the black list; not allowed to write; privacy; no such dialogue; the kind of message not allowed, its
# limit used up, the time for an answer over.
GONE = (18, 900, 901, 902, 936, 943, 944, 950)
# How long nothing is asked after such an error, seconds. VK names no time.
SECOND = 1.0
FLOOD_PAUSE = 60.0
METHOD_PAUSE = 600.0
CAPTCHA_PAUSE = 600.0
# Chats and methods that are let alone, remembered at once.
MOST_REMEMBERED = 1_000


class VkApi:
    """One community's interface."""

    def __init__(
        self,
        token: str,
        connection: Connection,
    ) -> None:
        self._token = token
        self._connection = connection
        self._not_before: dict[str, float] = {}

    async def close(self) -> None:
        await self._connection.close()

    async def call(self, method: str, **params: Any) -> Any:
        """A call that does no harm when it is carried out twice; a message with its `random_id` is one.

        Returns VK's `response`; raises `MessengerError`.
        """
        return await self._connection.repeat(lambda: self.once(method, **params))

    async def once(self, method: str, *, read_seconds: float = READ_SECONDS, **params: Any) -> Any:
        """A single try. Raises at once while VK wants this chat or this method let alone."""
        chat = str(params.get("peer_id", ""))
        self._check_pause(method, chat)
        await self._connection.ready(method)
        form = {**params, "access_token": self._token, "v": VERSION}
        response = await self._connection.request(
            method, "POST", f"method/{method}", read_seconds=read_seconds, data=form
        )
        answer = _object(response)
        if response.status_code == 200 and "response" in answer:
            return answer["response"]
        error = answer.get("error")
        if not isinstance(error, dict) or not is_number(error.get("error_code")):
            code = response.status_code if response.status_code != 200 else 502
            raise MessengerError(method, code, "not an answer of VK")
        raise self._refusal(method, chat, error["error_code"], str(error.get("error_msg") or ""))

    async def poll(self, server: str, key: str, ts: str, seconds: int) -> dict[str, Any]:
        """What came since `ts`, or `failed`; waits up to `seconds`.

        https://dev.vk.com/ru/api/bots-long-poll/getting-started. Raises `MessengerError`.
        """
        asked = {"act": LONG_POLL, "key": key, "ts": ts, "wait": str(seconds)}
        response = await self._connection.request(LONG_POLL, "GET", server, params=asked, read_seconds=seconds + 10)
        answer = _object(response)
        if response.status_code != 200 or not ("ts" in answer or "failed" in answer):
            code = response.status_code if response.status_code != 200 else 502
            raise MessengerError(LONG_POLL, code, "not an answer of VK")
        return answer

    async def upload(self, address: str, name: str, content: bytes) -> str:
        """Bring a file to an address that VK has named; returns what `docs.save` wants. Raises `MessengerError`."""

        async def once() -> str:
            response = await self._connection.request(UPLOAD, "POST", address, files={"file": (name, content)})
            kept = _object(response).get("file")
            if response.status_code != 200 or not isinstance(kept, str) or not kept:
                raise MessengerError(UPLOAD, response.status_code, "the file was not taken")
            return kept

        return await self._connection.repeat(once)

    async def download(self, address: str, most: int) -> bytes | None:
        """A file of somebody's message, None when it is longer than `most` bytes. Raises `MessengerError`."""
        return await self._connection.download(address, most)

    def _refusal(self, method: str, chat: str, code: int, description: str) -> MessengerError:
        wait: float | None = None
        if code == TOO_OFTEN:  # counted for the whole community
            wait = SECOND
            self._connection.hold(wait)
        elif code == FLOOD:
            self._pause(chat or method, FLOOD_PAUSE)
        elif code == METHOD_LIMIT:
            self._pause(method, METHOD_PAUSE)
        elif code == CAPTCHA:
            self._connection.hold(CAPTCHA_PAUSE)
        if code in (CAPTCHA, *BAD_TOKEN):  # nothing goes on without the administrator
            log.error("vk_needs_the_administrator", method=method, code=code)
        passing = code in (UNKNOWN, TOO_OFTEN, INTERNAL)
        return MessengerError(method, code, description, wait, passing=passing, gone=code in GONE)

    def _pause(self, what: str, seconds: float) -> None:
        if len(self._not_before) >= MOST_REMEMBERED:
            self._not_before.clear()
        self._not_before[what] = time.monotonic() + seconds

    def _check_pause(self, method: str, chat: str) -> None:
        for what, code in ((chat, FLOOD), (method, METHOD_LIMIT)):
            if what and time.monotonic() < self._not_before.get(what, 0.0):
                raise MessengerError(method, code, "not asked: told to wait", passing=False)


def is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _object(response: httpx.Response) -> dict[str, Any]:
    """The answer's object; an empty one when it is none."""
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
