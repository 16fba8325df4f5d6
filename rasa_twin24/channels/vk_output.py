"""What the bot sends to VK, and the files that it fetches there. https://dev.vk.com/ru/method/messages.send"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog

from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.refusals import unless_gone, whole_file
from rasa_twin24.channels.reply import split_text
from rasa_twin24.channels.typing_sign import typing_sign
from rasa_twin24.channels.vk_api import UPLOAD, VkApi, is_number
from rasa_twin24.channels.vk_keyboard import Client, in_words, keyboards
from rasa_twin24.ledger.files import File

log = structlog.get_logger(__name__)

# Of a message's text, in UTF-16 units. The schema says 9000, applications cut at this.
MAX_TEXT = 4096
# "typing" is shown for 5 to 10 seconds.
TYPING_SECONDS = 4.5
# VK refuses this keyboard, or all of them, as long as the community's "bot abilities" are off.
NO_KEYBOARD = (911, 912)
# A message that is gone, too old, or of a kind that cannot be edited.
LOST_MESSAGE = (15, 100, 909, 920)
# The text of a message that bears only the buttons for which the one before had no room: VK sends none without a text.
MORE_BUTTONS = "…"
_MOST_RANDOM = 2**31 - 1


class VkOutput:
    """Raises as `Messenger` does. `client` tells what a person's application shows."""

    def __init__(self, api: VkApi, client: Callable[[str], Client]) -> None:
        self._api = api
        self._client = client

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        shown = keyboards(keyboard, self._client(person))
        *before, last = split_text(text if shown else in_words(text, keyboard), MAX_TEXT)
        for part in before:
            await self._say(person, part)
        try:
            message = await self._say(person, last, shown[0] if shown else None)
        except MessengerError as error:
            if error.code not in NO_KEYBOARD or not shown:
                raise
            log.error("vk_keyboard_refused", code=error.code)
            *before, last = split_text(in_words(last, keyboard), MAX_TEXT)
            for part in before:
                await self._say(person, part)
            return await self._say(person, last)
        for more in shown[1:]:
            await self._say(person, MORE_BUTTONS, more)
        return message

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        shown = keyboards(keyboard, self._client(person))
        parts = split_text(text if shown else in_words(text, keyboard), MAX_TEXT)
        if len(parts) > 1 or len(shown) > 1:  # nothing that changes is so long; if it is, all of it is said
            return await self.deliver(person, text, keyboard)
        # Without a keyboard the message loses the one that it has.
        more = {"keyboard": shown[0]} if shown else {}
        try:
            await self._send("messages.edit", peer_id=int(person), message_id=int(message), message=parts[0], **more)
        except MessengerError as error:
            if error.code in (*LOST_MESSAGE, *NO_KEYBOARD):
                return await self.deliver(person, text, keyboard)
            raise
        return message

    async def deliver_file(self, person: str, file: File) -> None:
        """https://dev.vk.com/ru/api/upload/document-in-messages"""
        server = await self._send("docs.getMessagesUploadServer", type="doc", peer_id=int(person))
        address = server.get("upload_url") if isinstance(server, dict) else None
        if not isinstance(address, str):
            raise MessengerError(UPLOAD, 502, "VK named no address")
        uploaded = await self._api.upload(address, file.name, file.content)
        saved = await self._send("docs.save", file=uploaded, title=file.name)
        document = saved.get("doc") if isinstance(saved, dict) else None
        if not isinstance(document, dict) or not is_number(document.get("id")):
            raise MessengerError("docs.save", 502, "VK named no document")
        await self._message(person, attachment=f"doc{document.get('owner_id')}_{document['id']}")

    async def _say(self, person: str, text: str, keyboard: str | None = None) -> str | None:
        return await self._message(person, message=text, **({"keyboard": keyboard} if keyboard else {}))

    async def _message(self, person: str, **content: Any) -> str | None:
        # The number is made once and kept over all tries: VK sends a message of the same number only once.
        number = secrets.randbelow(_MOST_RANDOM) + 1
        sent = await self._send("messages.send", peer_id=int(person), random_id=number, **content)
        return str(sent) if is_number(sent) else None

    async def _send(self, method: str, **params: Any) -> Any:
        return await unless_gone(self._api.call(method, **params))

    def typing(self, person: str) -> AbstractAsyncContextManager[None]:
        return typing_sign(
            lambda: self._api.once("messages.setActivity", type="typing", peer_id=int(person)), TYPING_SECONDS
        )

    async def fetch(self, file: Attached, most: int) -> bytes:
        return await whole_file(self._api.download(file.id, most))
