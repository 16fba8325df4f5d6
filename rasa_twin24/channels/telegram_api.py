"""Calls to the Bot API. https://core.telegram.org/bots/api#making-requests

The token is a part of every address: it must never reach a log, so errors carry Telegram's words only.
"""

from __future__ import annotations

import json
from typing import Any, TypeGuard
from urllib.parse import quote

from rasa_twin24.channels.connection import LONGEST_PAUSE, READ_SECONDS, Connection, MessengerError, Uploads

# Receiving goes on while Telegram refuses to send.
RECEIVING = "getUpdates"


class TelegramApi:
    """One bot's interface."""

    def __init__(
        self,
        token: str,
        connection: Connection,
    ) -> None:
        self._path = f"bot{token}/"
        self._files = f"file/bot{token}/"
        self._connection = connection

    async def close(self) -> None:
        await self._connection.close()

    async def call(self, method: str, *, files: Uploads | None = None, **params: Any) -> Any:
        """A call that does no harm when it is carried out twice: repeated after 429, 5xx and lost connections.

        `files` go along as multipart. Returns Telegram's `result`; raises `MessengerError`.
        """
        return await self._connection.repeat(lambda: self.once(method, files=files, **params))

    async def once(
        self, method: str, *, read_seconds: float = READ_SECONDS, files: Uploads | None = None, **params: Any
    ) -> Any:
        """A single try. `read_seconds` must be longer than a long poll's own `timeout`.

        While Telegram refuses everything, waits; raises at once when that is longer than a turn can bear.
        """
        if method != RECEIVING:
            await self._connection.ready(method)
        response = await self._connection.request(
            method, "POST", self._path + method, read_seconds=read_seconds, **_body(params, files)
        )
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise MessengerError(method, response.status_code, "not a Bot API answer") from None
        if answer.get("ok") is True:
            return answer.get("result")
        refusal = _refusal(method, response.status_code, answer)
        # After a 429 Telegram refuses everything of this bot for a while, not only that chat.
        if refusal.code == 429 and refusal.retry_after is not None and method != RECEIVING:
            self._connection.hold(refusal.retry_after)
        raise refusal

    async def download(self, path: str, most: int) -> bytes | None:
        """The file at a path that `getFile` told, None when it is longer than `most` bytes. Repeated as `call` is.

        https://core.telegram.org/bots/api#file. Raises `MessengerError`.
        """
        return await self._connection.download(self._files + quote(path), most)


def _body(params: dict[str, Any], files: Uploads | None) -> dict[str, Any]:
    """JSON, or with files a form, whose objects are JSON inside a text. https://core.telegram.org/bots/api#sending-files"""
    if not files:
        return {"json": params}
    return {"data": {name: v if isinstance(v, str) else json.dumps(v) for name, v in params.items()}, "files": files}


def _refusal(method: str, status: int, answer: dict[str, Any]) -> MessengerError:
    code, parameters = answer.get("error_code"), answer.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    code = code if _is_number(code) else status
    description = str(answer.get("description") or "")
    # Blocked, or there is no such chat.
    gone = code == 403 or (code == 400 and "chat not found" in description.lower())
    told = float(min(wait, LONGEST_PAUSE)) if _is_number(wait) and wait > 0 else None
    return MessengerError(method, code, description, told, gone=gone)


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
