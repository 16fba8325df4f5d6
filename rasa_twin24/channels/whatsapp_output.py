"""What the bot sends to WhatsApp, and the files that it fetches there.

https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages
"""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.messenger import FileLost, FileTooLarge
from rasa_twin24.channels.refusals import unless_gone, whole_file
from rasa_twin24.channels.reply import shortened, split_text, utf16_length
from rasa_twin24.channels.typing_sign import typing_sign
from rasa_twin24.channels.whatsapp_api import WhatsAppApi
from rasa_twin24.channels.whatsapp_updates import is_scoped
from rasa_twin24.ledger.files import File

# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages#text-object
MAX_TEXT = 4096
# https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages#interactive-object
MAX_BODY = 1024
MAX_BUTTONS, MAX_TITLE = 3, 20
MAX_ROWS, MAX_ROW_TITLE, MAX_ROW_DESCRIPTION = 10, 24, 72
# Of a document. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
MAX_FILE = 100 * 1024 * 1024
# Of those that the bot makes; whatever else goes as plain text.
DOCUMENTS = ("application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
PLAIN = "text/plain"
# "typing" is shown for 25 seconds.
TYPING_SECONDS = 24.0


class WhatsAppOutput:
    """Raises as `Messenger` does."""

    def __init__(self, api: WhatsAppApi) -> None:
        self._api = api

    async def deliver(self, person: str, text: str, keyboard: Sequence[tuple[str, str]], opener: str) -> str | None:
        """`opener` is what the button says that opens a list, and what further lists are headed with."""
        sent: str | None = None
        for message in rendered(text, keyboard, opener):
            sent = await self._send({**_to(person), **message})
        return sent

    async def tell_group(self, group: str, text: str) -> None:
        """https://developers.facebook.com/docs/whatsapp/cloud-api/groups/groups-messaging. Raises `MessengerError`."""
        await self._api.send({"recipient_type": "group", "to": group, **_text(text)})

    async def deliver_file(self, person: str, file: File) -> None:
        kind = mimetypes.guess_type(file.name)[0]
        media = await unless_gone(self._api.upload(file.name, file.content, kind if kind in DOCUMENTS else PLAIN))
        document = {"id": media, "filename": file.name}
        await self._send({**_to(person), "type": "document", "document": document})

    async def _send(self, message: dict[str, Any]) -> str | None:
        return await unless_gone(self._api.send(message))

    def typing(self, message_id: str) -> AbstractAsyncContextManager[None]:
        """While the answer to this message is made."""
        return typing_sign(lambda: self._api.show_typing(message_id), TYPING_SECONDS)

    async def fetch(self, file: Attached, most: int) -> bytes:
        try:
            told = await self._api.media(file.id)
        except MessengerError as error:
            raise FileLost(str(error)) from None
        url, size = told.get("url"), told.get("file_size")
        if not isinstance(url, str):
            raise FileLost("no address was told")
        if str(size).isdigit() and int(str(size)) > most:
            raise FileTooLarge
        return await whole_file(self._api.download(url, most))


def rendered(text: str, keyboard: Sequence[tuple[str, str]], opener: str) -> list[dict[str, Any]]:
    """The messages of a text: its buttons under the last one, in as many lists as they take."""
    if not keyboard:
        return [_text(part) for part in split_text(text, MAX_TEXT)]
    *before, last = split_text(text, MAX_BODY)
    messages = [_text(part) for joined in ["\n\n".join(before)] if joined for part in split_text(joined, MAX_TEXT)]
    if len(keyboard) <= MAX_BUTTONS:
        return [*messages, _buttons(last, keyboard)]
    rows = [keyboard[start : start + MAX_ROWS] for start in range(0, len(keyboard), MAX_ROWS)]
    return [*messages, *(_list(last if index == 0 else opener, part, opener) for index, part in enumerate(rows))]


def fits(text: str, keyboard: Sequence[tuple[str, str]]) -> bool:
    """Whether it is one message."""
    return utf16_length(text) <= (MAX_BODY if keyboard else MAX_TEXT)


def _to(person: str) -> dict[str, Any]:
    """https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids"""
    return {"recipient_type": "individual", "recipient" if is_scoped(person) else "to": person}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text, "preview_url": False}}


def _buttons(text: str, keyboard: Sequence[tuple[str, str]]) -> dict[str, Any]:
    buttons = [
        {"type": "reply", "reply": {"id": token, "title": shortened(title, MAX_TITLE)}} for title, token in keyboard
    ]
    return _interactive({"type": "button", "body": {"text": text}, "action": {"buttons": buttons}})


def _list(text: str, keyboard: Sequence[tuple[str, str]], opener: str) -> dict[str, Any]:
    action = {"button": shortened(opener, MAX_TITLE), "sections": [{"rows": [_row(*each) for each in keyboard]}]}
    return _interactive({"type": "list", "body": {"text": text}, "action": action})


def _row(title: str, token: str) -> dict[str, str]:
    row = {"id": token, "title": shortened(title, MAX_ROW_TITLE)}
    return row if row["title"] == title else {**row, "description": shortened(title, MAX_ROW_DESCRIPTION)}


def _interactive(content: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": content}
