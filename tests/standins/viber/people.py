"""The people of a test: what they do in Viber, and what they see."""

from __future__ import annotations

import asyncio
import html
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.waiting import PATIENCE

from . import rules

if TYPE_CHECKING:
    from .server import Viber


@dataclass(frozen=True)
class Seen:
    """A message of the bot's as it is shown; `buttons` are (label, ActionBody)."""

    text: str
    buttons: list[tuple[str, str]]
    message: dict[str, Any] = field(repr=False)


class Subscriber:
    def __init__(self, viber: Viber, person_id: str, name: str, language: str) -> None:
        self._viber = viber
        self.id = person_id
        self.name = name
        self.language = language
        self.subscribed = False
        self.messages: list[Seen] = []
        self._read = 0

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "avatar": "",
            "country": "RU",
            "language": self.language,
            "api_version": 10,
        }

    @property
    def keyboard(self) -> list[str]:
        """Labels below the dialogue: of the newest message alone."""
        return [label for label, _ in self.messages[-1].buttons] if self.messages else []

    async def says(self, text: str) -> dict[str, Any]:
        return await self.sends({"type": "text", "text": text})

    async def presses(self, label: str) -> dict[str, Any]:
        """Press a button that is shown now."""
        buttons = dict(self.messages[-1].buttons) if self.messages else {}
        assert label in buttons, f"[{label}] is not shown: {buttons}"
        return await self.says(buttons[label])

    async def shares_contact(self, phone: str, name: str) -> dict[str, Any]:
        return await self.sends({"type": "contact", "contact": {"name": name, "phone_number": phone}})

    async def sends_file(self, name: str, content: bytes, *, size: int | None = None) -> dict[str, Any]:
        """`size` announces another length than the content has."""
        address = self._viber.keep_file(name, content)
        told = len(content) if size is None else size
        return await self.sends({"type": "file", "media": address, "file_name": name, "size": told})

    async def sends(self, message: dict[str, Any]) -> dict[str, Any]:
        """Any message; returns its update. Who writes is subscribed by it."""
        self.subscribed = True
        update = {
            "event": "message",
            "timestamp": 1760000000000,
            "message_token": self._viber.next_token(),
            "silent": False,
            "sender": self.as_json,
            "message": message,
        }
        status, body = await self._viber.push(update)
        assert (status, body) == (200, b""), status
        return update

    async def opens(self) -> dict[str, Any] | None:
        """Open the dialogue; returns the welcome message."""
        update = {
            "event": "conversation_started",
            "timestamp": 1760000000000,
            "message_token": self._viber.next_token(),
            "type": "open",
            "subscribed": self.subscribed,
            "user": self.as_json,
        }
        status, body = await self._viber.push(update)
        assert status == 200
        if not body:
            return None
        welcome: dict[str, Any] = json.loads(body)
        rules.check_message(welcome, len(body), of_answer=True)
        return welcome

    async def unsubscribes(self) -> None:
        self.subscribed = False
        update = {"event": "unsubscribed", "timestamp": 1760000000000, "user_id": self.id}
        await self._viber.push({**update, "message_token": self._viber.next_token()})

    async def subscribes(self) -> None:
        self.subscribed = True
        update = {"event": "subscribed", "timestamp": 1760000000000, "user": self.as_json}
        await self._viber.push({**update, "message_token": self._viber.next_token()})

    def sees(self, message: dict[str, Any]) -> None:
        buttons = message.get("keyboard", {}).get("Buttons", [])
        shown = [(html.unescape(button["Text"]), button["ActionBody"]) for button in buttons]
        self.messages.append(Seen(message.get("text", ""), shown, message))

    async def expect(self, substring: str = "", timeout: float = PATIENCE) -> Seen:
        """The next message that holds this; what it skips is not seen again."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            for number in range(self._read, len(self.messages)):
                if substring in self.messages[number].text:
                    self._read = number + 1
                    return self.messages[number]
            await asyncio.sleep(0.02)
        raise AssertionError(f"no new message with {substring!r}: {self.messages}")

    async def expect_silence(self, seconds: float = 0.3) -> None:
        await asyncio.sleep(seconds)
        assert self.messages[self._read :] == []
