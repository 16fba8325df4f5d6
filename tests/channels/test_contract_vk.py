"""VK keeps what every messenger keeps."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.channels.bot import OWNER, STRANGER, ChannelBot
from tests.channels.contract import MessengerContract, Post, Shown, Stage
from tests.channels.vk_bot import VkBot
from tests.standins.vk import Vk
from tests.waiting import until

pytestmark = pytest.mark.rasa

SECRET = "cb-secret"
PATH = "/webhooks/vk/webhook"
# What VK answers, always with status 200, where others answer with a status.
CODES = {400: 100, 429: 6, 500: 10}


class VkStage(Stage):
    """The stand-in brings nothing by itself: what its people do waits there, and the contract brings it."""

    owner, other, stranger = str(OWNER), "500200", str(STRANGER)
    most_text = 4096

    def __init__(self, vk: Vk, bot: ChannelBot) -> None:
        self.vk = vk
        self.bot = bot
        self.secrets = (vk.token, SECRET)

    def genuine(self, body: bytes) -> Post:
        """The secret stands in the body, where that is an object."""
        if not (body.startswith(b"{") and body.endswith(b"}")):
            return Post(PATH, body)
        proof = json.dumps({"group_id": self.vk.group_id, "secret": SECRET}).encode()
        return Post(PATH, proof[:-1] + (b"" if body == b"{}" else b", ") + body[1:])

    def forged(self, post: Post) -> Sequence[Post]:
        event = json.loads(post.body)
        without = {key: value for key, value in event.items() if key != "secret"}
        secrets = ["", SECRET[:-1], SECRET + "1", "None", None, True, [SECRET], {"secret": SECRET}]
        others = [without, *({**event, "secret": secret} for secret in secrets), {**event, "group_id": 1}]
        return [Post(post.path, json.dumps(other).encode(), post.headers) for other in others]

    async def says(self, person: str, text: str) -> Post:
        return self._made(self.vk.person(int(person)).says(text))

    async def presses(self, person: str, token: str) -> Post:
        return self._made(self.vk.person(int(person)).presses_payload({"b": token}))

    async def unknown(self, person: str) -> Post:
        event = {"type": "hologram_new", "event_id": "e0", "v": "5.199", "object": {"user_id": int(person)}}
        return self.genuine(json.dumps(event).encode())

    async def file(self, person: str, name: str, content: bytes, announced: int | None = None) -> Post:
        return self._made(self.vk.person(int(person)).sends_file(name, content, size=announced))

    async def file_at(self, person: str, address: str) -> Post:
        return self._made(self.vk.person(int(person)).sends_file("a.csv", b"", url=address))

    async def voice(self, person: str) -> Post:
        note: dict[str, Any] = {"id": 5, "owner_id": int(person), "duration": 3, "link_ogg": "https://psv4.vk.me/1.ogg"}
        return self._made(
            self.vk.person(int(person)).sends_attachments({"type": "audio_message", "audio_message": note})
        )

    async def says_in_group(self, person: str, text: str) -> Post:
        return self._made(self.vk.person(int(person)).says_in(self.vk.group(), text))

    async def blocks(self, person: str) -> Post:
        return self._made(self.vk.person(int(person)).denies())

    async def unblocks(self, person: str) -> Post:
        return self._made(self.vk.person(int(person)).permits())

    def shown(self, person: str) -> Sequence[Shown]:
        return [
            Shown(
                message.text,
                tuple((button.label, json.loads(button.payload)["b"]) for row in message.buttons for button in row),
            )
            for message in self.vk.person(int(person)).messages
            if not message.attachment
        ]

    def files_shown(self, person: str) -> Sequence[tuple[str, bytes]]:
        sent = [message.attachment for message in self.vk.person(int(person)).messages]
        return [self.vk.saved[attachment] for attachment in sent if attachment]

    def fails(self, status: int, *, retry_after: int | None = None, times: int = 1) -> None:
        """VK names no time to wait."""
        self.vk.fail_next("messages.send", code=CODES[status], times=times)

    def _made(self, event_id: str) -> Post:
        return Post(PATH, json.dumps({**self.vk.events[event_id], "secret": SECRET}).encode())


class TestVk(MessengerContract):
    lacks = frozenset({"contact"})

    @pytest.fixture
    async def stage(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Stage]:
        monkeypatch.setenv("BOT_OWNERS", f"vk:{OWNER},vk:500200")
        for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(proxy, raising=False)
        async with Vk() as vk:
            async with VkBot(vk, tmp_path, webhook=True, webhook_secret=SECRET) as bot:
                await until(
                    lambda: any(server.settings["events"]["message_new"] for server in vk.callback.servers.values())
                )
                vk.callback.servers.clear()
                yield VkStage(vk, bot)
            assert vk.violations == []
