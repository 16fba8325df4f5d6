"""The people of a test: what they do in Slack, and what they see."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from .server import Message, Slack


class Person:
    """Each act returns the status that the bot answered with."""

    def __init__(self, slack: Slack, person: str) -> None:
        self._slack = slack
        self.id = person
        self.direct = f"D{person[1:]}"
        self._read = 0
        self._again: Callable[[], Awaitable[int]]

    @property
    def messages(self) -> list[Message]:
        return [message for message in self._slack.messages if message.channel == self.direct]

    async def expect(self, substring: str = "", timeout: float = PATIENCE) -> Message:
        """The first new message with this text; what it skips is not seen again."""
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            for index in range(self._read, len(self.messages)):
                if substring in self.messages[index].text:
                    self._read = index + 1
                    return self.messages[index]
            left = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._slack.changed.wait(), max(left, 0.01))
            except asyncio.TimeoutError:
                said = [message.text for message in self.messages]
                raise AssertionError(f"no new message with {substring!r}; there were {said}") from None

    async def expect_silence(self, seconds: float = 0.3) -> None:
        await asyncio.sleep(seconds)
        assert [message.text for message in self.messages[self._read :]] == []

    async def says(self, text: str, **more: Any) -> int:
        event = {"type": "message", "channel": self.direct, "channel_type": "im", "user": self.id, "text": text}
        return await self._push({**event, "ts": self._slack.ts(), **more})

    async def says_in(self, channel: str, text: str, **more: Any) -> int:
        event = {"type": "app_mention", "channel": channel, "user": self.id, "text": text, "ts": self._slack.ts()}
        return await self._push({**event, **more})

    async def repeats(self) -> int:
        """Slack delivers the last event or press once more."""
        return await self._again()

    async def edits(self, text: str) -> int:
        message = {
            "type": "message",
            "user": self.id,
            "text": text,
            "ts": "1.1",
            "edited": {"user": self.id, "ts": "2.0"},
        }
        event = {"type": "message", "subtype": "message_changed", "channel": self.direct, "channel_type": "im"}
        return await self._push({**event, "message": message, "previous_message": {"text": "before"}, "ts": "2.0"})

    async def sends_file(
        self, name: str, content: bytes, *, text: str = "", mimetype: str = "text/plain", **more: Any
    ) -> int:
        self._slack.files[name] = content
        address = f"{self._slack.url}/files/{name}"
        file = {"id": f"F{self._slack.number()}", "name": name, "mimetype": mimetype, "size": len(content)}
        described = {**file, "mode": "hosted", "url_private": address, **more}
        return await self.says(text, subtype="file_share", files=[described])

    async def presses(self, title: str, message: Message | None = None) -> int:
        """The newest button of this title; of a message, also one that it has no more."""
        for shown in [message] if message else reversed(self.messages):
            if title in shown.buttons:
                return await self.presses_value(shown.buttons[title], shown)
        raise AssertionError(f"no button {title!r} is shown")

    async def presses_value(self, value: str, shown: Message) -> int:
        action = {"type": "button", "action_id": "button_0", "value": value, "action_ts": self._slack.ts()}
        press = {
            "type": "block_actions",
            "user": {"id": self.id, "username": "anna", "team_id": "T0TEAM"},
            "container": {"type": "message", "message_ts": shown.ts, "channel_id": self.direct},
            "channel": {"id": self.direct, "name": "directmessage"},
            "message": shown.as_json,
            "response_url": "https://hooks.slack.com/actions/T0TEAM/1/x",
            "actions": [action],
        }
        self._again = partial(self._slack.push_press, press)
        return await self._again()

    async def _push(self, event: dict[str, Any]) -> int:
        status, event_id = await self._slack.push_event(event)
        self._last = (event, event_id)

        async def again() -> int:
            return (await self._slack.push_event(event, event_id))[0]

        self._again = again
        return status
