"""The people of a test: what they do in VK, and what they see."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.waiting import PATIENCE

from .keyboards import Button

FIRST_GROUP = 2_000_000_000
MODERN = {
    "button_actions": ["text", "vkpay", "open_app", "location", "open_link", "callback", "intent_subscribe"],
    "keyboard": True,
    "inline_keyboard": True,
    "carousel": True,
    "lang_id": 0,
}


@dataclass
class BotMessage:
    """A message of the community, as it is shown now."""

    id: int
    text: str
    buttons: list[list[Button]] = field(default_factory=list)
    attachment: str = ""

    @property
    def labels(self) -> list[list[str]]:
        return [[button.label for button in row] for row in self.buttons]


class Dialogue:
    """`journal` holds (message's id, its text) of all that was sent or edited."""

    def __init__(self, peer_id: int) -> None:
        self.peer_id = peer_id
        self.messages: list[BotMessage] = []
        self.journal: list[tuple[int, str]] = []
        self.typing_count = 0
        self._read = 0
        self._news = asyncio.Event()

    def shown(self, message: BotMessage) -> None:
        self.journal.append((message.id, message.text))
        self._news.set()

    async def expect(self, substring: str = "", timeout: float = PATIENCE) -> BotMessage:
        """The first message sent or edited since the last `expect` whose text then held `substring`."""
        until = time.monotonic() + timeout
        while True:
            for index in range(self._read, len(self.journal)):
                if substring in self.journal[index][1]:
                    self._read = index + 1
                    return next(each for each in self.messages if each.id == self.journal[index][0])
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), until - time.monotonic())
            except asyncio.TimeoutError:
                raise AssertionError(f"no new message with {substring!r}; the talk so far: {self.journal}") from None

    async def expect_silence(self, seconds: float = 0.3) -> None:
        await asyncio.sleep(seconds)
        assert self.journal[self._read :] == []


class Person(Dialogue):
    """Each act returns its event's id."""

    def __init__(
        self, id: int, first_name: str, last_name: str, push: Callable[[str, dict[str, Any]], str], url: str
    ) -> None:
        super().__init__(id)
        self.id = id
        self.first_name = first_name
        self.last_name = last_name
        self.client_info: dict[str, Any] = dict(MODERN)
        self.allows = False
        self.received: dict[int, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self._push = push
        self._url = url
        self._last_id = 500

    def says(self, text: str) -> str:
        return self._new({"text": text})

    def says_in(self, group: Dialogue, text: str) -> str:
        return self._new({"text": text, "peer_id": group.peer_id})

    def begins(self) -> str:
        """Press the button that begins every dialogue."""
        return self._new({"text": "Начать", "payload": '{"command":"start"}'})

    def forwards(self, *texts: str, own: str = "") -> str:
        quoted = {"from_id": 9, "date": 1, "peer_id": 9, "attachments": []}
        inside = [{**quoted, "conversation_message_id": number, "text": text} for number, text in enumerate(texts, 1)]
        return self._new({"text": own, "fwd_messages": inside})

    def edits(self, text: str) -> str:
        """Change the newest own message."""
        message = {**self.received[self._last_id], "text": text, "update_time": int(time.time())}
        return self._push("message_edit", message)

    def sends_file(
        self, name: str, content: bytes, text: str = "", *, size: int | None = None, url: str | None = None
    ) -> str:
        return self._new({"text": text, "attachments": [self.document(name, content, size=size, url=url)]})

    def sends_attachments(self, *attachments: dict[str, Any], text: str = "") -> str:
        return self._new({"text": text, "attachments": list(attachments)})

    def document(self, name: str, content: bytes, *, size: int | None = None, url: str | None = None) -> dict[str, Any]:
        number = str(len(self.files) + 91)
        self.files[number] = content
        described = {
            "id": int(number),
            "owner_id": self.id,
            "title": name,
            "size": len(content) if size is None else size,
            "ext": name.rpartition(".")[2],
            "date": int(time.time()),
            "type": 1,
            "url": url or f"{self._url}/doc{self.id}_{number}?hash=1",
            "access_key": "k1",
        }
        return {"type": "doc", "doc": described}

    def button(self, label: str) -> tuple[BotMessage, Button]:
        """The newest button shown with this label."""
        for message in reversed(self.messages):
            for row in message.buttons:
                for button in row:
                    if button.label == label:
                        return message, button
        raise AssertionError(f"no button {label!r} is shown; the talk so far: {self.journal}")

    def presses(self, label: str) -> str:
        """As the application does: a text button writes its label, a callback button tells its press."""
        message, button = self.button(label)
        if button.kind == "text":
            return self._new({"text": button.label, "payload": button.payload})
        return self.presses_payload(json.loads(button.payload), message.id)

    def presses_payload(self, payload: Any, message: int = 1) -> str:
        """Any payload, as a tampered application can."""
        press = {"user_id": self.id, "peer_id": self.id, "event_id": f"p{self._next():x}", "payload": payload}
        return self._push("message_event", {**press, "conversation_message_id": message})

    def denies(self) -> str:
        self.allows = False
        return self._push("message_deny", {"user_id": self.id})

    def permits(self) -> str:
        self.allows = True
        return self._push("message_allow", {"user_id": self.id, "key": ""})

    def _new(self, content: dict[str, Any]) -> str:
        number = self._next()
        message = {
            "id": number,
            "conversation_message_id": number,
            "date": int(time.time()),
            "peer_id": self.id,
            "from_id": self.id,
            "out": 0,
            "version": 10000 + number,
            "attachments": [],
            "fwd_messages": [],
            "random_id": 0,
            "important": False,
            "is_hidden": False,
            **content,
        }
        self.received[number] = message
        if message["peer_id"] == self.id:
            self.allows = True
        return self._push("message_new", {"message": message, "client_info": self.client_info})

    def _next(self) -> int:
        self._last_id += 1
        return self._last_id
