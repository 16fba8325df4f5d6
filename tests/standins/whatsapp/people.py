"""The people of a test: what they do in WhatsApp, and what they see."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.waiting import PATIENCE


@dataclass(frozen=True)
class Shown:
    """A message of the bot; `buttons` are (id, title), of replies or of a list's rows."""

    id: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    opener: str | None = None
    file: tuple[str, bytes] | None = None


class User:
    """`names_scoped`, `names_phone`: whether events name the person so; `has_blocked`: nothing reaches them."""

    def __init__(
        self, phone: str | None, name: str, scoped: str | None, push: Callable[[dict[str, Any]], Awaitable[int]]
    ) -> None:
        self.phone = phone
        self.name = name
        self.scoped = scoped
        self.names_scoped = True
        self.names_phone = True
        self.has_blocked = False
        self.window_is_open = True
        self.messages: list[Shown] = []
        self.typing_for: list[str] = []
        self.last_id = ""
        self._push = push
        self._last: dict[str, Any] = {}
        self._seen = 0
        self._count = 0
        self._news = asyncio.Event()

    def shows(self, message: Shown) -> None:
        self.messages.append(message)
        self._news.set()

    async def expect(self, substring: str = "", timeout: float = PATIENCE) -> Shown:
        """The first message since the last `expect` that holds `substring`; what it skips is not seen again."""
        until = time.monotonic() + timeout
        while True:
            for index in range(self._seen, len(self.messages)):
                if substring in self.messages[index].text:
                    self._seen = index + 1
                    return self.messages[index]
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), until - time.monotonic())
            except asyncio.TimeoutError:
                talk = "\n".join(message.text for message in self.messages)
                raise AssertionError(f"no new message with {substring!r}; the talk so far:\n{talk}") from None

    async def expect_silence(self, seconds: float = 0.3) -> None:
        await asyncio.sleep(seconds)
        assert [message.text for message in self.messages[self._seen :]] == []

    async def says(self, text: str, **more: Any) -> int:
        """Write a text; returns how the bot answered the webhook, as every act does."""
        return await self.sends("text", text={"body": text}, **more)

    async def forwards(self, text: str) -> int:
        return await self.sends("text", text={"body": text}, context={"forwarded": True})

    async def presses(self, title: str) -> int:
        """Press the newest button of this title."""
        for message in reversed(self.messages):
            for identity, shown in message.buttons:
                if shown == title:
                    return await self.presses_id(identity, title, message)
        raise AssertionError(f"no button {title!r} is shown")

    async def presses_id(self, identity: str, title: str = "?", message: Shown | None = None) -> int:
        kind = "list_reply" if message and message.opener else "button_reply"
        pressed = {"type": kind, kind: {"id": identity, "title": title}}
        # The number of the business is not known here, and its value means nothing.
        context = {"from": "74950000000", "id": message.id if message else "wamid.OUT0"}
        return await self.sends("interactive", context=context, interactive=pressed)

    async def shares_contact(self, phone: str, name: str) -> int:
        card = {
            "name": {"first_name": name, "formatted_name": name},
            "phones": [{"phone": phone, "type": "CELL", "wa_id": "".join(filter(str.isdigit, phone))}],
        }
        return await self.sends("contacts", contacts=[card])

    async def sends_file(self, media: str, name: str, caption: str | None = None) -> int:
        """Send what the stand-in's `add_media` keeps."""
        document = {"id": media, "filename": name, "mime_type": "text/csv", "sha256": "q1w2"}
        return await self.sends("document", document={**document, **({"caption": caption} if caption else {})})

    async def sends(self, kind: str, *, at: float | None = None, identity: str | None = None, **content: Any) -> int:
        """Send a message of any kind; `at`: when, seconds; `identity`: its id, which a repetition shares."""
        self._count += 1
        self.last_id = identity or f"wamid.{self.phone or self.scoped}.{self._count}"
        message = {"id": self.last_id, "timestamp": str(int(at or time.time())), "type": kind, **content}
        if self.phone and self.names_phone:
            message["from"] = self.phone
        if self.scoped and self.names_scoped:
            message["from_user_id"] = self.scoped
        if at is None:
            self.window_is_open = True
        self._last = {"contacts": [self._contact()], "messages": [message]}
        return await self._push(self._last)

    async def repeats(self) -> int:
        """WhatsApp brings the last message once more."""
        return await self._push(self._last)

    async def is_not_reached(self, message: Shown, code: int, at: float | None = None) -> int:
        """WhatsApp tells later that a message failed."""
        status: dict[str, Any] = {"id": message.id, "status": "failed", "timestamp": str(int(at or time.time()))}
        status["errors"] = [{"code": code, "title": "failed", "message": "failed", "error_data": {"details": "-"}}]
        if self.phone and self.names_phone:
            status["recipient_id"] = self.phone
        if self.scoped and self.names_scoped:
            status["recipient_user_id"] = self.scoped
        return await self._push({"contacts": [self._contact()], "statuses": [status]})

    def _contact(self) -> dict[str, Any]:
        """Who an event is about."""
        contact: dict[str, Any] = {"profile": {"name": self.name}}
        if self.phone and self.names_phone:
            contact["wa_id"] = self.phone
        if self.scoped and self.names_scoped:
            contact["user_id"] = self.scoped
        return contact
