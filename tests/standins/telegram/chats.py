"""What Telegram remembers: chats, the bot's messages in them, and a journal of all that was said."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from .formatting import Formatted
from .keyboards import Button, Keyboard
from .parameters import Upload


@dataclass
class BotMessage:
    """A message of the bot as it is shown now."""

    message_id: int
    chat: Chat
    formatted: Formatted
    keyboard: Keyboard | None = None
    document: Upload | None = None
    document_id: str = ""
    reply_to: int | None = None
    date: int = field(default_factory=lambda: int(time.time()))
    edit_date: int | None = None
    is_deleted: bool = False
    past_keyboards: list[Keyboard] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text (of a file: its caption) without markup."""
        return self.formatted.text

    @property
    def buttons(self) -> list[list[str]]:
        """Rows of labels under the message; empty when there are none."""
        return self.keyboard.labels if self.keyboard is not None and self.keyboard.is_inline else []

    def button(self, label: str) -> Button | None:
        """The inline button shown with this label."""
        if self.keyboard is None or not self.keyboard.is_inline:
            return None
        return self.keyboard.button(label)

    def button_ever_shown(self, label: str) -> Button | None:
        """The latest inline button which this message has, or once had, with this label."""
        keyboards = [*self.past_keyboards, *([self.keyboard] if self.keyboard else [])]
        found = (keyboard.button(label) for keyboard in reversed(keyboards) if keyboard.is_inline)
        return next((button for button in found if button is not None), None)

    def as_json(self, bot: dict[str, Any]) -> dict[str, Any]:
        """The Message object of the Bot API."""
        shown: dict[str, Any] = {
            "message_id": self.message_id,
            "from": bot,
            "chat": self.chat.as_json,
            "date": self.date,
        }
        if self.edit_date is not None:
            shown["edit_date"] = self.edit_date
        if self.document is not None:
            shown["document"] = {
                "file_id": self.document_id,
                "file_unique_id": f"u{self.document_id}",
                "file_name": self.document.name,
                "mime_type": self.document.mime_type,
                "file_size": len(self.document.content),
            }
        text_field, entities_field = ("caption", "caption_entities") if self.document else ("text", "entities")
        if self.text:
            shown[text_field] = self.text
        if self.formatted.entities:
            shown[entities_field] = self.formatted.entities
        if self.keyboard is not None and self.keyboard.is_inline and self.keyboard.rows:
            shown["reply_markup"] = self.keyboard.markup
        return shown


@dataclass(frozen=True)
class Line:
    """One line of a chat's journal; of what the bot sent or changed also the message and its text then."""

    who: str
    what: str
    message: BotMessage | None = None
    text: str = ""


@dataclass
class Chat:
    """One chat with the bot, private or not."""

    chat_id: int
    kind: str
    names: dict[str, str]
    has_started: bool = False
    has_blocked: bool = False
    typing_count: int = 0
    input_keyboard: Keyboard | None = None
    input_keyboard_message: BotMessage | None = None
    sent: dict[int, BotMessage] = field(default_factory=dict)
    received: dict[int, dict[str, Any]] = field(default_factory=dict)
    journal: list[Line] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def is_private(self) -> bool:
        """Whether it is a talk of one person with the bot."""
        return self.kind == "private"

    @property
    def as_json(self) -> dict[str, Any]:
        """The Chat object of the Bot API."""
        return {"id": self.chat_id, "type": self.kind, **self.names}

    @property
    def messages(self) -> list[BotMessage]:
        """The bot's messages in order, without the deleted ones."""
        return [message for message in self.sent.values() if not message.is_deleted]

    @property
    def transcript(self) -> str:
        """The journal for a person who looks for a mistake."""
        return "\n".join(f"  {line.who}: {line.what}" for line in self.journal) or "  (nothing was said)"

    def heard(self, who: str, message: dict[str, Any]) -> None:
        """Note what a person did."""
        self.has_started = True
        self.received[message["message_id"]] = message
        kinds = [key for key in message if key not in ("message_id", "from", "chat", "date", "reply_to_message")]
        self.note(who, str(message.get("text") or f"({', '.join(kinds)})"))

    def sent_by_bot(self, message: BotMessage) -> None:
        """Note a new message of the bot, and the keyboard it may bring under the input line."""
        self.sent[message.message_id] = message
        keyboard = message.keyboard
        if keyboard is not None and not keyboard.is_inline:
            self.input_keyboard = keyboard if keyboard.kind == "keyboard" else None
            self.input_keyboard_message = message if keyboard.kind == "keyboard" else None
        self.note("bot", describe(message), message)

    def edited_by_bot(self, message: BotMessage) -> None:
        """Note that a message of the bot looks different now."""
        message.edit_date = int(time.time())
        self.note("bot", f"(edits {message.message_id}) {describe(message)}", message)

    def note(self, who: str, what: str, message: BotMessage | None = None) -> None:
        """Add a line and wake whoever waits for one."""
        self.journal.append(Line(who, what, message, message.text if message else ""))
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_for_line(self, seconds: float) -> None:
        """Wait for the next line, at most so long; raises `asyncio.TimeoutError`."""
        await asyncio.wait_for(self._changed.wait(), seconds)


def describe(message: BotMessage) -> str:
    """A message in one line: the text, the file and the labels."""
    parts = [message.text] if message.text else []
    if message.document is not None:
        parts.append(f"<{message.document.name}>")
    if message.keyboard is not None:
        labels = " ".join(f"[{label}]" for row in message.keyboard.labels for label in row)
        parts.append(labels or f"({message.keyboard.kind})")
    return " ".join(parts)
