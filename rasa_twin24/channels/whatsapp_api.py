"""Calls to the WhatsApp Cloud API. https://developers.facebook.com/docs/whatsapp/cloud-api/reference

The token goes in a header of each call and never to where a download is led on to. Errors carry Meta's words only,
without numbers: those of people stand in some.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from rasa_twin24.channels.connection import LONGEST_WAIT, Connection, MessengerError

# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
UNDELIVERABLE = 131026
WINDOW_CLOSED = 131047
# Nothing reaches this person until they write.
GONE = (UNDELIVERABLE, WINDOW_CLOSED)
# Too much in all: of the app, of the account, of the number.
TOO_MUCH = (4, 80007, 130429)
# Too many messages to one person, who may be sent about one in so many seconds.
TOO_MANY_TO_ONE = 131056
SECONDS_TO_ONE = 6.0
# Meta's own trouble.
PASSING = (2, 131000, 131016)
# Meta names no pause; the first one, seconds. Each further refusal doubles it.
FIRST_PAUSE = 2.0
_LONG_NUMBER = re.compile(r"\d{7,}")


class WhatsAppApi:
    """One business number's interface."""

    def __init__(
        self,
        token: str,
        phone_number_id: str,
        connection: Connection,
    ) -> None:
        self._own = phone_number_id
        self._headers = {"Authorization": f"Bearer {token}"}
        self._connection = connection
        self._pause = FIRST_PAUSE

    async def close(self) -> None:
        await self._connection.close()

    async def send(self, message: dict[str, Any]) -> str | None:
        """Send a message, again after lost connections and refusals that pass; returns its id.

        https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages. Raises `MessengerError`, as all do.
        """
        body = {"messaging_product": "whatsapp", **message}
        answer = await self._call("messages", "POST", f"{self._own}/messages", json=body)
        sent = answer.get("messages")
        return _text(sent[0].get("id")) if isinstance(sent, list) and sent and isinstance(sent[0], dict) else None

    async def show_typing(self, message_id: str) -> None:
        """Mark a message as read, and with it all before; "typing" is shown for 25 seconds or until an answer comes.

        https://developers.facebook.com/docs/whatsapp/cloud-api/typing-indicators. A single try.
        """
        body = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message_id,
            "typing_indicator": {"type": "text"},
        }
        await self._once("typing", "POST", f"{self._own}/messages", json=body)

    async def upload(self, name: str, content: bytes, kind: str) -> str:
        """Give a file to WhatsApp; returns its id. `kind` is its MIME type.

        https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#upload-media
        """
        form = {"messaging_product": "whatsapp", "type": kind}
        files = {"file": (name, content, kind)}
        answer = await self._call("media", "POST", f"{self._own}/media", data=form, files=files)
        media = _text(answer.get("id"))
        if media is None:
            raise MessengerError("media", 0, "no id of the upload", passing=False)
        return media

    async def media(self, media_id: str) -> dict[str, Any]:
        """What WhatsApp tells of a file: `url`, which lives five minutes, `file_size`, bytes.

        https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#get-media-url
        """
        return await self._call("media", "GET", quote(media_id, safe=""), params={"phone_number_id": self._own})

    async def download(self, url: str, most: int) -> bytes | None:
        """The file at a URL that `media` told, None when it is longer than `most` bytes."""
        return await self._connection.download(url, most, headers=self._headers)

    async def number(self) -> dict[str, Any]:
        """What WhatsApp tells of the bot's own number: `display_phone_number`, `verified_name`."""
        return await self._call("number", "GET", self._own, params={"fields": "display_phone_number,verified_name"})

    async def _call(self, name: str, verb: str, path: str, **content: Any) -> dict[str, Any]:
        return await self._connection.repeat(lambda: self._once(name, verb, path, **content))

    async def _once(self, name: str, verb: str, path: str, **content: Any) -> dict[str, Any]:
        await self._connection.ready(name)
        response = await self._connection.request(name, verb, path, headers=self._headers, **content)
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict) and response.is_success and "error" not in answer:
            self._pause = FIRST_PAUSE
            return answer
        raise self._refusal(name, response.status_code, answer)

    def _refusal(self, name: str, status: int, answer: Any) -> MessengerError:
        error = answer.get("error") if isinstance(answer, dict) else None
        error = error if isinstance(error, dict) else {}
        code = error.get("code")
        code = code if isinstance(code, int) and not isinstance(code, bool) else status
        words = _LONG_NUMBER.sub("…", _text(error.get("message")) or "not an answer of the Cloud API")
        if code in TOO_MUCH or status == 429:
            self._connection.hold(self._pause)
            refusal = MessengerError(name, code, words, self._pause, passing=True)
            self._pause = min(self._pause * 2, LONGEST_WAIT)
            return refusal
        if code == TOO_MANY_TO_ONE:
            return MessengerError(name, code, words, SECONDS_TO_ONE, passing=True)
        return MessengerError(name, code, words, passing=code in PASSING or status >= 500, gone=code in GONE)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
