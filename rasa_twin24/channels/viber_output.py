"""What the bot sends to Viber, and the files that it fetches there.

https://developers.viber.com/docs/api/rest-bot-api/#send-message
"""

from __future__ import annotations

import html
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from rasa_twin24.channels.connection import MessengerError
from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.refusals import unless_gone, whole_file
from rasa_twin24.channels.reply import split_text, utf16_length
from rasa_twin24.channels.viber_api import NO_WEBHOOK, NOT_SHOWN, TOO_MANY, ViberApi
from rasa_twin24.channels.viber_updates import BUTTON_PREFIX
from rasa_twin24.ledger.files import File

log = structlog.get_logger(__name__)

MAX_TEXT = 7000
MAX_SENDER_NAME = 28
# Of a file by its address, bytes, and of its name.
MAX_FILE = 50 * 1024 * 1024
MAX_FILE_NAME = 256
# A keyboard has six columns. https://developers.viber.com/docs/tools/keyboards/
COLUMNS, ROWS = 6, 12
# Narrower ones cannot be read; what does not fit is named in the text and can be typed.
MOST_BUTTONS = 3 * ROWS
# Of a label, in UTF-16 units; on a telephone no longer one is seen.
MAX_LABEL = 60
# `Silent`: a press is not shown in the dialogue.
KEYBOARD_VERSION = 7
# So many messages go to somebody who does not answer; then Viber refuses them for the rest of an hour, seconds.
FULL_SECONDS = 3600.0
# People remembered; beyond, all are forgotten and Viber says it anew.
MOST_REMEMBERED = 1_000


class ViberOutput:
    """Raises as `Messenger` does. `register` sets the webhook again, without which Viber sends nothing."""

    def __init__(self, api: ViberApi, sender_name: str | None, register: Callable[[], Awaitable[None]]) -> None:
        self._api = api
        self._register = register
        # Who a message is from; None until Viber has told how the bot is called.
        self.sender_name = sender_name
        # By person, in the time of `time.monotonic`.
        self._full_until: dict[str, float] = {}
        # By person: the keyboard under the message before, which the next message takes away.
        self._shown: dict[str, dict[str, Any]] = {}

    def heard(self, person: str) -> None:
        """They wrote: Viber counts anew how much is sent to them, and what they saw is answered."""
        self._full_until.pop(person, None)
        self._shown.pop(person, None)

    async def learn_name(self, account: dict[str, Any] | None = None) -> str:
        """The sender's name, from the account unless it was configured."""
        if self.sender_name is None:
            account = account or await self._api.call("get_account_info")
            self.sender_name = str(account.get("name") or "").strip()[:MAX_SENDER_NAME].strip() or "bot"
        return self.sender_name

    async def deliver(self, person: str, text: str, keyboard: Sequence[tuple[str, str]]) -> str | None:
        shown, unshown = keyboard[:MOST_BUTTONS], keyboard[MOST_BUTTONS:]
        *before, last = split_text(_named(text, unshown), MAX_TEXT)
        self._shown.pop(person, None)
        for part in before:
            await self._send(person, {"type": "text", "text": part})
        if not shown:
            return await self._send(person, {"type": "text", "text": last})
        under_it = {"min_api_version": KEYBOARD_VERSION, "keyboard": _keyboard(shown)}
        try:
            sent = await self._send(person, {"type": "text", "text": last, **under_it})
        except MessengerError as error:
            if error.code not in NOT_SHOWN:
                raise
            log.warning("keyboard_not_shown", channel="viber", code=error.code)
            return await self.deliver(person, _named(last, shown), ())
        if len(self._shown) >= MOST_REMEMBERED:
            self._shown.clear()
        self._shown[person] = under_it
        return sent

    async def deliver_file(self, person: str, file: File, address: str) -> None:
        """`address` is where Viber fetches the file. The keyboard of its text stays."""
        size = len(file.content)
        if size > MAX_FILE:
            raise ValueError("a file too large for Viber")
        name = file.name[-MAX_FILE_NAME:]  # its ending tells what it is
        under_it = self._shown.pop(person, {})
        await self._send(person, {"type": "file", "media": address, "size": size, "file_name": name, **under_it})

    async def _send(self, person: str, content: dict[str, Any]) -> str | None:
        """Returns the message's id."""
        if time.monotonic() < self._full_until.get(person, 0.0):
            raise MessengerError("send_message", TOO_MANY, "not asked: too many messages without an answer")
        message = {"receiver": person, "sender": {"name": await self.learn_name()}, **content}
        try:
            answer = await unless_gone(self._send_with_webhook(message))
        except MessengerError as error:
            if error.code == TOO_MANY:
                self._note_full(person)
            raise
        token = answer.get("message_token")
        return None if token is None else str(token)

    async def _send_with_webhook(self, message: dict[str, Any]) -> dict[str, Any]:
        """Viber sends nothing of a bot whose webhook is not set."""
        try:
            return await self._api.call("send_message", **message)
        except MessengerError as error:
            if error.code != NO_WEBHOOK:
                raise
        await self._register()
        return await self._api.call("send_message", **message)

    def _note_full(self, person: str) -> None:
        if len(self._full_until) >= MOST_REMEMBERED:
            self._full_until.clear()
        self._full_until[person] = time.monotonic() + FULL_SECONDS

    async def fetch(self, file: Attached, most: int) -> bytes:
        return await whole_file(self._api.download(file.id, most))


def _keyboard(buttons: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """As few columns as the rows allow."""
    side_by_side = -(-len(buttons) // ROWS)
    return {
        "Type": "keyboard",
        "DefaultHeight": False,
        "Buttons": [
            {
                "Columns": COLUMNS // side_by_side,
                "Rows": 1,
                "ActionType": "reply",
                "ActionBody": BUTTON_PREFIX + token,
                "Text": _label(title),
                "Silent": True,
            }
            for title, token in buttons
        ],
    }


def _label(title: str) -> str:
    """Short enough, and without HTML of its own: Viber reads some in labels."""
    if utf16_length(title) > MAX_LABEL:
        title = title.encode("utf-16-le")[: 2 * (MAX_LABEL - 1)].decode("utf-16-le", errors="ignore").rstrip() + "…"
    return html.escape(title, quote=False)


def _named(text: str, buttons: Sequence[tuple[str, str]]) -> str:
    """The text with the titles of buttons that cannot be shown, to be typed."""
    return "\n".join((text, *(f"• {title}" for title, _ in buttons)))
