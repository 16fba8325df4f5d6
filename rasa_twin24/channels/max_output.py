"""What the bot sends to MAX, and the files that it fetches there. https://dev.max.ru/docs-api"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.max_api import NOT_READY, MaxApi
from rasa_twin24.channels.refusals import unless_gone, whole_file
from rasa_twin24.channels.reply import shortened, split_text
from rasa_twin24.channels.spacing import Spacing
from rasa_twin24.channels.typing_sign import typing_sign
from rasa_twin24.ledger.files import File

# Of a message's text. https://dev.max.ru/docs-api/methods/POST/messages
MAX_TEXT = 4000
# Of a keyboard, and of a button's title. https://dev.max.ru/docs-api/use-cases/sending-messages/keyboard/
MOST_ROWS, MOST_IN_ROW, MAX_TITLE = 30, 7, 128
# In one chat, answers to presses among them. https://dev.max.ru/docs-api
MOST_MESSAGES, MESSAGES_SECONDS = 2, 1.0
# A file that was just brought may not be ready yet; so long is waited between tries, seconds.
READY_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
# How long "typing" is shown is not documented.
TYPING_SECONDS = 5.0
# Dialogues remembered; beyond, all are forgotten: "typing" is shown again once their people have written.
MOST_DIALOGUES = 10_000
# The words over buttons that did not fit under the message before.
MORE = "…"


class MaxOutput:
    """Raises as `Messenger` does."""

    def __init__(self, api: MaxApi) -> None:
        self._api = api
        self._pace = Spacing(MOST_MESSAGES, MESSAGES_SECONDS)
        self._dialogues: dict[str, int] = {}

    def learn_dialogue(self, person: str, chat: int) -> None:
        """Keep where a person's dialogue is: messages go to the person, "typing" to the dialogue."""
        if len(self._dialogues) >= MOST_DIALOGUES:
            self._dialogues.clear()
        self._dialogues[person] = chat

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        fitting = MOST_ROWS * MOST_IN_ROW
        parts = split_text(text, MAX_TEXT)
        keyboards = [keyboard[at : at + fitting] for at in range(0, len(keyboard), fitting)] or [keyboard]
        bodies = [_message(part, ()) for part in parts[:-1]]
        bodies += [_message(MORE if index else parts[-1], some) for index, some in enumerate(keyboards)]
        sent: dict[str, Any] = {}
        for body in bodies:
            sent = await self._send(person, body)
        mid = _dict(_dict(sent, "message"), "body").get("mid")
        return mid if isinstance(mid, str) else None

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        if len(split_text(text, MAX_TEXT)) > 1 or len(keyboard) > MOST_ROWS * MOST_IN_ROW:
            return await self.deliver(person, text, keyboard)  # nothing that changes is so long; if it is, all is said
        body = _message(text, keyboard)
        body.setdefault("attachments", [])  # else the buttons of before would stay
        await self._pace.turn(person)
        try:
            await unless_gone(
                self._api.call("editMessage", "PUT", "messages", params={"message_id": message}, json=body)
            )
        except MessengerError as error:
            if error.code in (400, 404):  # deleted, or too old to be changed
                return await self.deliver(person, text, keyboard)
            raise
        return message

    async def deliver_file(self, person: str, file: File) -> None:
        token = await self._api.upload(file.name, file.content)
        body = {"attachments": [{"type": "file", "payload": {"token": token}}]}
        for pause in (*READY_PAUSES, None):
            try:
                await self._send(person, body)
                return
            except MessengerError as error:
                if pause is None or not error.description.startswith(NOT_READY):
                    raise
                await asyncio.sleep(pause)

    async def take_button_away(self, person: str, callback_id: str, text: str) -> None:
        """Answer a press: the message is shown again, without its buttons."""
        await self._pace.turn(person)
        answer = {"message": {"text": text, "attachments": []}}
        await self._api.call("answerCallback", "POST", "answers", params={"callback_id": callback_id}, json=answer)

    async def say_in_group(self, chat: int, text: str) -> None:
        await self._api.call("sendMessage", "POST", "messages", params={"chat_id": chat}, json={"text": text})

    async def _send(self, person: str, body: dict[str, Any]) -> dict[str, Any]:
        await self._pace.turn(person)
        call = self._api.call("sendMessage", "POST", "messages", params={"user_id": person}, json=body)
        return await unless_gone(call)

    def typing(self, person: str) -> AbstractAsyncContextManager[None]:
        chat = self._dialogues.get(person)
        if chat is None:
            return nullcontext()
        action, body = f"chats/{chat}/actions", {"action": "typing_on"}
        return typing_sign(lambda: self._api.once("sendAction", "POST", action, json=body), TYPING_SECONDS)

    async def fetch(self, file: Attached, most: int) -> bytes:
        return await whole_file(self._api.download(file.id, most))


def _message(text: str, keyboard: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """No format: nothing in a plain text needs escaping, whatever a task is called."""
    if not keyboard:
        return {"text": text}
    buttons = [{"type": "callback", "text": shortened(title, MAX_TITLE), "payload": token} for title, token in keyboard]
    in_row = -(-len(buttons) // MOST_ROWS)
    rows = [buttons[at : at + in_row] for at in range(0, len(buttons), in_row)]
    return {"text": text, "attachments": [{"type": "inline_keyboard", "payload": {"buttons": rows}}]}


def _dict(parent: dict[str, Any], field: str) -> dict[str, Any]:
    value = parent.get(field)
    return value if isinstance(value, dict) else {}
