"""The people of a test: what they do in Telegram, and what they see."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.waiting import PATIENCE

from . import updates
from .chats import BotMessage, Chat
from .files import Files

PushUpdate = Callable[[dict[str, Any]], Awaitable[int]]


@dataclass(frozen=True)
class World:
    """What people need of the stand-in to act in it."""

    bot: dict[str, Any]
    files: Files
    push: PushUpdate
    next_message_id: Callable[[Chat], int]
    new_callback_id: Callable[[], str]
    commands_shown: Callable[[int, str], list[dict[str, str]]]


class Conversation:
    """A chat as its people see it."""

    def __init__(self, world: World, chat: Chat) -> None:
        self._world = world
        self.chat = chat
        self._read_lines = 0

    @property
    def messages(self) -> list[BotMessage]:
        """The bot's messages as they are shown now."""
        return self.chat.messages

    @property
    def typing_count(self) -> int:
        """How often the bot showed «typing»."""
        return self.chat.typing_count

    async def expect(self, substring: str = "", timeout: float = PATIENCE) -> BotMessage:
        """The first message sent or edited since the last `expect` whose text then held `substring`.

        What it skips is not seen again. Raises `AssertionError` with the whole talk after `timeout` seconds.
        """
        until = time.monotonic() + timeout
        while True:
            for index in range(self._read_lines, len(self.chat.journal)):
                line = self.chat.journal[index]
                if line.message is not None and substring in line.text:
                    self._read_lines = index + 1
                    return line.message
            try:
                await self.chat.wait_for_line(until - time.monotonic())
            except asyncio.TimeoutError:
                raise AssertionError(
                    f"no new message with {substring!r} within {timeout} s; the talk so far:\n" + self.chat.transcript
                ) from None

    async def expect_silence(self, seconds: float = 0.3) -> None:
        """Nothing new is sent or edited for so long; raises `AssertionError` with the whole talk."""
        await asyncio.sleep(seconds)
        news = [line for line in self.chat.journal[self._read_lines :] if line.message is not None]
        if news:
            raise AssertionError(f"the bot said {news[0].what!r}; the talk so far:\n{self.chat.transcript}")


class Group(Conversation):
    """A group the bot was added to."""


class User(Conversation):
    """A person with a private chat; each act returns the id of its update."""

    def __init__(self, world: World, chat: Chat, language_code: str | None) -> None:
        super().__init__(world, chat)
        self.id = chat.chat_id
        self.language_code = language_code
        self.last_message_id = 0

    @property
    def as_json(self) -> dict[str, Any]:
        """The User object of the Bot API."""
        person: dict[str, Any] = {"id": self.id, "is_bot": False, **self.chat.names}
        if self.language_code is not None:
            person["language_code"] = self.language_code
        return person

    @property
    def keyboard(self) -> list[list[str]]:
        """Rows of labels under the input line."""
        keyboard = self.chat.input_keyboard
        return keyboard.labels if keyboard is not None else []

    @property
    def commands(self) -> list[str]:
        """Names of the commands in this person's menu."""
        shown = self._world.commands_shown(self.id, self.language_code or "")
        return [command["command"] for command in shown]

    async def says(self, text: str) -> int:
        """Write a text."""
        return await self._send(self.chat, text=text)

    async def says_in(self, group: Group, text: str) -> int:
        """Write a text in a group."""
        return await self._send(group.chat, text=text)

    async def forwards(self, text: str) -> int:
        """Pass on what somebody wrote who hides their account."""
        origin = {"type": "hidden_user", "sender_user_name": "Пётр", "date": int(time.time())}
        return await self._send(self.chat, text=text, forward_origin=origin)

    async def edits(self, message_id: int, text: str) -> int:
        """Change an own message."""
        message = {**self.chat.received[message_id], "text": text, "edit_date": int(time.time())}
        self.chat.received[message_id] = message
        self.chat.note(self._name, f"(edits {message_id}) {text}")
        return await self._world.push({"edited_message": message})

    def deletes(self, message_id: int) -> None:
        """Delete a message of the bot for both; the bot is not told."""
        self.chat.sent[message_id].is_deleted = True
        self.chat.note(self._name, f"(deletes {message_id})")

    async def presses(self, label: str, message_id: int | None = None) -> int:
        """Press the newest button shown with this label; raises `AssertionError` when there is none."""
        for message in reversed(self.messages):
            button = message.button(label)
            if button is not None and button.data is not None and message_id in (None, message.message_id):
                return await self._press(message.as_json(self._world.bot), button.data, label)
        raise AssertionError(f"no button {label!r} is shown; the talk so far:\n{self.chat.transcript}")

    async def presses_stale(self, message_id: int, label: str) -> int:
        """Press a button which this message has or once had, as a screen not refreshed lets one do."""
        message = self.chat.sent[message_id]
        button = message.button_ever_shown(label)
        if button is None or button.data is None:
            raise AssertionError(f"message {message_id} never had a button {label!r}")
        shown = message.as_json(self._world.bot)
        if message.is_deleted:
            shown = updates.inaccessible(self.chat.as_json, message_id)
        return await self._press(shown, button.data, label)

    async def presses_data(self, data: str, message_id: int | None = None, *, is_inaccessible: bool = False) -> int:
        """Send any callback data, as a tampered application can; under the newest message unless told."""
        newest = self.chat.sent[message_id] if message_id is not None else next(reversed(self.messages), None)
        if is_inaccessible or newest is None:
            shown = updates.inaccessible(self.chat.as_json, newest.message_id if newest else 1)
        else:
            shown = newest.as_json(self._world.bot)
        return await self._press(shown, data, data)

    async def shares_contact(
        self,
        phone: str,
        name: str,
        own: bool = True,
        user_id: int | None = None,
        *,
        last_name: str | None = None,
        vcard: str | None = None,
    ) -> int:
        """Send a card; `own`: the person's own, else of `user_id` or of somebody without Telegram."""
        card = updates.contact(phone, name, self.id if own else user_id, last_name, vcard)
        extra: dict[str, Any] = {}
        asked_by = self.chat.input_keyboard_message
        if own and asked_by is not None:
            extra["reply_to_message"] = asked_by.as_json(self._world.bot)
        return await self._send(self.chat, contact=card, **extra)

    async def sends_document(
        self,
        name: str,
        content: bytes = b"",
        mime_type: str | None = None,
        *,
        caption: str | None = None,
        size: int | None = None,
        album: str | None = None,
    ) -> int:
        """Send a file; `size` announces another length than the content has, `album` goes along with others."""
        stored = self._world.files.add("documents", "", content, size)
        more = {"caption": caption, "media_group_id": album}
        extra = {name: value for name, value in more.items() if value is not None}
        described = updates.document(stored.file_id, name, mime_type, stored.announced_size)
        return await self._send(self.chat, document=described, **extra)

    async def sends_photo(self, content: bytes = b"\xff\xd8photo", caption: str | None = None) -> int:
        """Send a photo."""
        stored = self._world.files.add("photos", ".jpg", content)
        extra = {} if caption is None else {"caption": caption}
        return await self._send(self.chat, photo=updates.photo(stored.file_id, len(content)), **extra)

    async def sends_voice(self, seconds: int = 3, content: bytes = b"OggS") -> int:
        """Send a voice note."""
        stored = self._world.files.add("voice", ".oga", content)
        return await self._send(self.chat, voice=updates.voice(stored.file_id, seconds, len(content)))

    async def sends_sticker(self, emoji: str = "👍") -> int:
        """Send a sticker."""
        stored = self._world.files.add("stickers", ".webp", b"RIFF")
        return await self._send(self.chat, sticker=updates.sticker(stored.file_id, emoji))

    async def blocks_bot(self) -> int:
        """From now on the bot cannot write here."""
        self.chat.has_blocked = True
        return await self._change_membership(blocked=True)

    async def unblocks_bot(self) -> int:
        """The bot may write again."""
        self.chat.has_blocked = False
        return await self._change_membership(blocked=False)

    @property
    def _name(self) -> str:
        return self.chat.names.get("first_name", str(self.id))

    async def _send(self, chat: Chat, **content: Any) -> int:
        if chat.has_blocked:
            raise AssertionError("a person who blocked the bot cannot write to it: unblock first")
        message_id = self._world.next_message_id(chat)
        message = updates.message(message_id, self.as_json, chat.as_json, **content)
        chat.heard(self._name, message)
        self.last_message_id = message_id
        keyboard = chat.input_keyboard
        if keyboard is not None and keyboard.markup.get("one_time_keyboard"):
            chat.input_keyboard = chat.input_keyboard_message = None
        return await self._world.push({"message": message})

    async def _press(self, shown: dict[str, Any], data: str, label: str) -> int:
        self.chat.has_started = True
        self.chat.note(self._name, f"(presses [{label}])")
        query = updates.callback_query(self._world.new_callback_id(), self.as_json, shown, data, f"-3100000{self.id}")
        return await self._world.push({"callback_query": query})

    async def _change_membership(self, *, blocked: bool) -> int:
        self.chat.note(self._name, "(blocks the bot)" if blocked else "(unblocks the bot)")
        change = updates.my_chat_member(self.as_json, self.chat.as_json, self._world.bot, blocked=blocked)
        return await self._world.push({"my_chat_member": change})
