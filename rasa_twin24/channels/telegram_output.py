"""What the bot sends to Telegram, and the files that it fetches there. https://core.telegram.org/bots/api"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from rasa_twin24.channels.connection import MessengerError, Uploads
from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.messenger import FileLost, FileTooLarge
from rasa_twin24.channels.refusals import unless_gone, whole_file
from rasa_twin24.channels.reply import split_text
from rasa_twin24.channels.telegram_api import TelegramApi
from rasa_twin24.channels.typing_sign import typing_sign
from rasa_twin24.ledger.files import File

# Of a message's text, in UTF-16 units. https://core.telegram.org/bots/api#sendmessage
MAX_TEXT = 4096
# Of a file that a bot may fetch. https://core.telegram.org/bots/api#getfile
MAX_FILE = 20 * 1024 * 1024
# "typing" is shown for 5 seconds.
TYPING_SECONDS = 4.5
# What Telegram says of a message that cannot be edited any more, and of one that says so already.
LOST_MESSAGES = ("message to edit not found", "message can't be edited", "message_id_invalid")
UNCHANGED = "message is not modified"


class TelegramOutput:
    """Raises as `Messenger` does."""

    def __init__(self, api: TelegramApi) -> None:
        self._api = api

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        parts = split_text(text, MAX_TEXT)
        sent: Any = None
        for index, part in enumerate(parts, 1):
            sent = await self._send("sendMessage", _message(person, part, keyboard if index == len(parts) else ()))
        return str(sent["message_id"]) if isinstance(sent, dict) and "message_id" in sent else None

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        parts = split_text(text, MAX_TEXT)
        if len(parts) > 1:  # nothing that changes is so long; if it is, all of it is said
            return await self.deliver(person, text, keyboard)
        try:
            await self._send("editMessageText", {**_message(person, parts[0], keyboard), "message_id": int(message)})
        except MessengerError as error:
            refusal = error.description.lower() if error.code == 400 else ""
            if any(reason in refusal for reason in LOST_MESSAGES):
                return await self.deliver(person, text, keyboard)
            if UNCHANGED not in refusal:
                raise
        return message

    async def deliver_file(self, person: str, file: File) -> None:
        await self._send("sendDocument", {"chat_id": int(person)}, files={"document": (file.name, file.content)})

    async def _send(self, method: str, params: dict[str, Any], files: Uploads | None = None) -> Any:
        return await unless_gone(self._api.call(method, files=files, **params))

    def typing(self, person: str) -> AbstractAsyncContextManager[None]:
        return typing_sign(
            lambda: self._api.once("sendChatAction", chat_id=int(person), action="typing"), TYPING_SECONDS
        )

    async def fetch(self, file: Attached, most: int) -> bytes:
        try:
            described = await self._api.call("getFile", file_id=file.id)
        except MessengerError as error:
            if error.code == 400 and "file is too big" in error.description:
                raise FileTooLarge from None
            raise FileLost(str(error)) from None
        path = described.get("file_path") if isinstance(described, dict) else None
        if not isinstance(path, str):
            raise FileLost("getFile told no path")
        return await whole_file(self._api.download(path, most))


def _message(person: str, text: str, keyboard: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """No parse_mode: nothing in a plain text needs escaping, whatever a task is called."""
    message: dict[str, Any] = {"chat_id": int(person), "text": text}
    if keyboard:
        rows = [[{"text": title, "callback_data": token}] for title, token in keyboard]
        message["reply_markup"] = {"inline_keyboard": rows}
    return message
