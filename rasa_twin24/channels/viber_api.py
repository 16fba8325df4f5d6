"""Calls to Viber's REST API. https://developers.viber.com/docs/api/rest-bot-api/

The token goes along as a header of each call, never of the connection: files are fetched from addresses of others.
"""

from __future__ import annotations

import json
from typing import Any

import httpx

from rasa_twin24.channels.connection import LONGEST_PAUSE, Connection, MessengerError

TOKEN_HEADER = "X-Viber-Auth-Token"  # noqa: S105
# Viber's own statuses. https://developers.viber.com/docs/api/rest-bot-api/#error-codes
BAD_TOKEN = 2
NO_RECEIVER, NOT_SUBSCRIBED = 5, 6
NO_WEBHOOK = 10
TOO_MANY = 12
# A keyboard that was refused, or that the person's application cannot show: the text alone may be fine.
NOT_SHOWN = (3, 4, 11, 13, 14)


class ViberApi:
    """One bot's interface."""

    def __init__(
        self,
        token: str,
        connection: Connection,
    ) -> None:
        self._headers = {TOKEN_HEADER: token, "Content-Type": "application/json"}
        self._connection = connection

    async def close(self) -> None:
        await self._connection.close()

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A call that does no harm when it is carried out twice: repeated after 429, 5xx and lost connections.

        Returns Viber's answer; raises `MessengerError`, whose `code` is Viber's status, or HTTP's.
        """
        return await self._connection.repeat(lambda: self._once(method, params))

    async def _once(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        await self._connection.ready(method)
        # As UTF-8: escaped, a Russian text would be three times as long, and a message has 30 KB.
        body = json.dumps(params, ensure_ascii=False).encode(errors="replace")
        response = await self._connection.request(method, "POST", method, content=body, headers=self._headers)
        if response.status_code != 200:
            raise self._refused(method, response)
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        status = answer.get("status") if isinstance(answer, dict) else None
        if not isinstance(answer, dict) or not isinstance(status, int) or isinstance(status, bool):
            raise MessengerError(method, response.status_code, "not an answer of Viber's")
        if status == 0:
            return answer
        gone = status in (NO_RECEIVER, NOT_SUBSCRIBED)
        raise MessengerError(method, status, str(answer.get("status_message") or ""), passing=False, gone=gone)

    def _refused(self, method: str, response: httpx.Response) -> MessengerError:
        """What stands before Viber answers so; Viber itself always says 200."""
        told = response.headers.get("Retry-After", "")[:9]
        wait = float(min(int(told), LONGEST_PAUSE)) if told.isascii() and told.isdigit() else None
        if response.status_code == 429 and wait is not None:
            self._connection.hold(wait)
        return MessengerError(method, response.status_code, "not an answer of Viber's", wait)

    async def download(self, address: str, most: int) -> bytes | None:
        """The file at an address that Viber told, None when it is longer than `most` bytes. Raises `MessengerError`."""
        return await self._connection.download(address, most)
