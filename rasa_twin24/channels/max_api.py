"""Calls to the MAX Bot API. https://dev.max.ru/docs-api

The token goes in a header, to MAX's own host alone: files lie elsewhere, and are asked for without it.
"""

from __future__ import annotations

from typing import Any

import httpx

from rasa_twin24.channels.connection import READ_SECONDS, Connection, MessengerError
from rasa_twin24.channels.spacing import Spacing

# Of the whole bot. https://dev.max.ru/docs-api
MOST_CALLS, CALLS_SECONDS = 30, 1.0
# MAX does not say how long to wait after a 429: 1 s, doubled each time.
LONGEST_HOLD = 60.0
# Receiving goes on while MAX refuses to send.
RECEIVING = "getUpdates"
NOT_READY = "attachment.not.ready"
# Codes of a person who stopped the bot, or whose dialogue is no more; beside any 403.
GONE = ("chat.denied", "dialog.suspended", "dialog.not.found", "chat.not.found")


class MaxApi:
    """One bot's interface."""

    def __init__(
        self,
        token: str,
        connection: Connection,
    ) -> None:
        self._headers = {"Authorization": token}
        self._connection = connection
        self._calls = Spacing(MOST_CALLS, CALLS_SECONDS)
        self._refused = 0

    async def close(self) -> None:
        await self._connection.close()

    async def call(self, name: str, verb: str, path: str, **content: Any) -> dict[str, Any]:
        """A call that does no harm when it is carried out twice: repeated after 429, 5xx and lost connections.

        `content` is `params` of the address and `json`. Returns MAX's answer; raises `MessengerError`, whose
        description begins with MAX's own code.
        """
        return await self._connection.repeat(lambda: self.once(name, verb, path, **content))

    async def once(
        self, name: str, verb: str, path: str, *, read_seconds: float = READ_SECONDS, **content: Any
    ) -> dict[str, Any]:
        """A single try. `read_seconds` must be longer than a long poll's own `timeout`."""
        if name != RECEIVING:
            await self._connection.ready(name)
            await self._calls.turn("")
        response = await self._connection.request(
            name, verb, path, read_seconds=read_seconds, headers=self._headers, **content
        )
        answer = _json(response)
        if response.status_code == 200 and answer is not None and answer.get("success") is not False:
            self._refused = 0
            return answer
        refusal = _refusal(name, response.status_code, answer)
        if refusal.code == 429 and name != RECEIVING:
            self._connection.hold(min(2.0**self._refused, LONGEST_HOLD))
            self._refused = min(self._refused + 1, 6)
        raise refusal

    async def upload(self, name: str, content: bytes) -> str:
        """The token of a file that is now at MAX's. https://dev.max.ru/docs-api/methods/POST/uploads

        Raises `MessengerError`.
        """
        place = (await self.call("getUploadUrl", "POST", "uploads", params={"type": "file"})).get("url")
        if not isinstance(place, str) or not place.startswith(("https://", self._connection.base_url)):
            raise MessengerError("upload", 400, "no address to bring a file to")

        async def once() -> str:
            response = await self._connection.request("upload", "POST", place, files={"data": (name, content)})
            answer = _json(response)
            token = answer.get("token") if answer is not None else None
            if response.status_code != 200 or not isinstance(token, str):
                raise _refusal("upload", response.status_code, answer)
            return token

        return await self._connection.repeat(once)

    async def download(self, address: str, most: int) -> bytes | None:
        """The file at an address, None when it is longer than `most` bytes. Raises `MessengerError`."""
        return await self._connection.download(address, most)


def _json(response: httpx.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _refusal(name: str, status: int, answer: dict[str, Any] | None) -> MessengerError:
    """An error is `{"code": …, "message": …}`; a call that failed with HTTP 200 says `{"success": false, …}`."""
    if answer is None:
        return MessengerError(name, status, "not a Bot API answer", passing=status == 200 or None)
    code, message = str(answer.get("code") or ""), str(answer.get("message") or "")
    gone = status == 403 or code in GONE
    return MessengerError(name, 400 if status == 200 else status, f"{code} {message}".strip(), gone=gone)
