"""The least a bot can be: calls of the Bot API over HTTP, for the tests of the stand-in itself."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any

import httpx

from tests.standins.telegram import Telegram
from tests.waiting import PATIENCE


class Caller:
    """Calls methods of one stand-in and returns the body of the answer."""

    def __init__(self, tg: Telegram) -> None:
        self._tg = tg
        self._http = httpx.AsyncClient(timeout=PATIENCE)

    async def __aenter__(self) -> Caller:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        url = f"{self._tg.url}/bot{self._tg.token}/{method}"
        # httpx would refuse half a surrogate pair itself.
        body = json.dumps(params).encode()
        answer = await self._http.post(url, content=body, headers={"Content-Type": "application/json"})
        return self._checked(answer)

    async def send_form(
        self, method: str, fields: dict[str, str], files: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """A form, or multipart when there are files."""
        url = f"{self._tg.url}/bot{self._tg.token}/{method}"
        return self._checked(await self._http.post(url, data=fields, files=files))

    async def get(self, path: str) -> httpx.Response:
        """Any address of the stand-in."""
        return await self._http.get(self._tg.url + path)

    async def updates(self, offset: int = 0, timeout: int = 0, **params: Any) -> list[dict[str, Any]]:
        """One `getUpdates` that must succeed."""
        body = await self("getUpdates", offset=offset, timeout=timeout, **params)
        assert body["ok"], body
        result: list[dict[str, Any]] = body["result"]
        return result

    @staticmethod
    def _checked(answer: httpx.Response) -> dict[str, Any]:
        """The status is always told twice; a stand-in that tells two stories is broken."""
        body: dict[str, Any] = answer.json()
        assert body["ok"] is (answer.status_code == 200), body
        assert body["ok"] or body["error_code"] == answer.status_code, body
        return body
