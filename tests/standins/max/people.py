"""The people of a test: what they do in MAX, and what they see."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from .server import Max

BOT = {"user_id": 990, "first_name": "Обзвон", "is_bot": True, "last_activity_time": 1760000000000}


@dataclass
class Message:
    """One of the bot's, as it is shown now."""

    mid: str
    chat: int
    body: dict[str, Any]
    ever: list[dict[str, Any]] = field(default_factory=list)  # buttons it has or once had
    is_deleted: bool = False

    @property
    def text(self) -> str:
        return str(self.body.get("text") or "")

    @property
    def rows(self) -> list[list[dict[str, Any]]]:
        found = [one["payload"]["buttons"] for one in self.attachments if one["type"] == "inline_keyboard"]
        return found[0] if found else []

    @property
    def buttons(self) -> list[list[str]]:
        return [[button["text"] for button in row] for row in self.rows]

    @property
    def attachments(self) -> list[dict[str, Any]]:
        return self.body.get("attachments") or []

    def show(self, body: dict[str, Any]) -> None:
        """Let it say something else; attachments that are not named stay."""
        self.body = {**self.body, **{name: value for name, value in body.items() if value is not None}}
        self.ever += [button for row in self.rows for button in row]


class Talk:
    def __init__(self, mx: Max, chat: int) -> None:
        self.mx = mx
        self.chat_id = chat
        self.messages: list[Message] = []
        self.journal: list[tuple[str, Message]] = []
        self.typing_count = 0
        self._read = 0

    async def expect(self, substring: str = "", timeout: float = PATIENCE) -> Message:
        """The first message sent or edited since the last `expect` whose text then held `substring`."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            for index in range(self._read, len(self.journal)):
                text, message = self.journal[index]
                if substring in text:
                    self._read = index + 1
                    return message
            await asyncio.sleep(0.01)
        raise AssertionError(f"no new message with {substring!r}: {[text for text, _ in self.journal]}")

    async def expect_silence(self, seconds: float = 0.3) -> None:
        await asyncio.sleep(seconds)
        assert [text for text, _ in self.journal[self._read :]] == []


class Group(Talk):
    """A group with the bot in it."""


class User(Talk):
    """A person with a private dialogue; each act returns its update."""

    def __init__(self, mx: Max, id: int, first_name: str, locale: str) -> None:
        super().__init__(mx, 880000000 + id)
        self.id = id
        self.locale = locale
        self.has_stopped = False
        self.as_json = {
            **{"user_id": id, "first_name": first_name, "last_name": None, "is_bot": False},
            "last_activity_time": 1760000000000,
        }

    async def says(self, text: str) -> dict[str, Any]:
        return await self.sends({"text": text})

    async def says_in(self, group: Group, text: str) -> dict[str, Any]:
        recipient = {"chat_id": group.chat_id, "chat_type": "chat"}
        return await self._push("message_created", message=self._message({"text": text}, recipient))

    async def forwards(self, text: str, own: str = "") -> dict[str, Any]:
        link = {"type": "forward", "message": {"mid": self.mx.new_id("mid"), "seq": 1, "text": text}}
        message = {**self._message({"text": own}), "link": link}
        return await self._push("message_created", message=message)

    async def edits(self, update: dict[str, Any], text: str) -> dict[str, Any]:
        message = {**update["message"], "body": {**update["message"]["body"], "text": text}}
        return await self._push("message_edited", message=message)

    async def sends(self, body: dict[str, Any]) -> dict[str, Any]:
        return await self._push("message_created", message=self._message(body))

    async def presses(self, label: str) -> dict[str, Any]:
        """Press the newest button shown with this label."""
        for message in reversed(self.messages):
            for button in [button for row in message.rows for button in row]:
                if button["text"] == label:
                    return await self.presses_data(button["payload"], message)
        raise AssertionError(f"no button {label!r}")

    async def presses_stale(self, message: Message, label: str) -> dict[str, Any]:
        """Press a button which this message once had, as a screen not refreshed lets one do."""
        (found, *_) = [button for button in message.ever if button["text"] == label]
        return await self.presses_data(found["payload"], message)

    async def presses_data(self, payload: str, message: Message | None = None) -> dict[str, Any]:
        callback_id = self.mx.new_id("cb")
        shown = None
        if message is not None:
            self.mx.callbacks[callback_id] = (self, message)
            recipient = {"chat_id": self.chat_id, "chat_type": "dialog", "user_id": self.id}
            body = {"mid": message.mid, "seq": 1, "text": message.text, "attachments": message.attachments}
            shown = {"timestamp": self.mx.now(), "sender": BOT, "recipient": recipient, "body": body}
        callback = {"timestamp": self.mx.now(), "callback_id": callback_id, "payload": payload, "user": self.as_json}
        return await self._push("message_callback", callback=callback, message=shown)

    async def shares_contact(self, phone: str, name: str, own: bool = True) -> dict[str, Any]:
        card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:{phone}\r\nFN:{name}\r\nEND:VCARD\r\n"
        payload: dict[str, Any] = {"vcf_info": card, "max_info": self.as_json if own else None}
        if own:
            payload["hash"] = hmac.new(self.mx.token.encode(), card.encode(), hashlib.sha256).hexdigest()
        return await self.sends({"text": "", "attachments": [{"type": "contact", "payload": payload}]})

    async def sends_file(
        self, name: str, content: bytes = b"", *, text: str = "", size: int | None = None, url: str | None = None
    ) -> dict[str, Any]:
        """`size` announces another length than the content has, `url` another address than MAX's."""
        address = url or self.mx.keep_file(content)
        payload = {"url": address, "token": "f-token"}
        told = len(content) if size is None else size
        file = {"type": "file", "filename": name, "size": told, "payload": payload}
        return await self.sends({"text": text, "attachments": [file]})

    async def starts(self, payload: str | None = None) -> dict[str, Any]:
        self.has_stopped = False
        return await self._push("bot_started", chat_id=self.chat_id, user=self.as_json, payload=payload)

    async def stops(self) -> dict[str, Any]:
        self.has_stopped = True
        return await self._push("bot_stopped", chat_id=self.chat_id, user=self.as_json)

    def _message(self, body: dict[str, Any], recipient: dict[str, Any] | None = None) -> dict[str, Any]:
        private = {"chat_id": self.chat_id, "chat_type": "dialog", "user_id": BOT["user_id"]}
        whole = {"mid": self.mx.new_id("mid"), "seq": 1, "attachments": [], **body}
        return {
            **{"timestamp": self.mx.now(), "sender": self.as_json, "recipient": recipient or private},
            "body": whole,
        }

    async def _push(self, kind: str, **content: Any) -> dict[str, Any]:
        update = {"update_type": kind, "timestamp": self.mx.now(), **content}
        if kind != "message_edited":  # which tells no language
            update["user_locale"] = self.locale
        await self.mx.push(update)
        return update
