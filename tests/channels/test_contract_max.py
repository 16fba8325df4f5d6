"""MAX keeps what every messenger keeps."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rasa_twin24.channels.max import MaxInput
from tests.channels.bot import OWNER, PUBLIC_URL, STRANGER, ChannelBot
from tests.channels.contract import MessengerContract, Post, Shown, Stage
from tests.standins.max import Max, User
from tests.waiting import until

pytestmark = pytest.mark.rasa

SECRET = "w3bhook_Secret-1"
HEADER = "X-Max-Bot-Api-Secret"
PATH = "/webhooks/max/webhook"


class MaxStage(Stage):
    """The stand-in knows no way to the bot: what its people do waits there, and the contract brings it."""

    owner, other, stranger = str(OWNER), "500200", str(STRANGER)
    most_text = 4000

    def __init__(self, mx: Max, bot: ChannelBot) -> None:
        self.mx = mx
        self.bot = bot
        self.secrets = (mx.token, SECRET)

    def genuine(self, body: bytes) -> Post:
        return Post(PATH, body, {HEADER: SECRET})

    def forged(self, post: Post) -> Sequence[Post]:
        others = [{}, {HEADER: ""}, {HEADER: SECRET[:-1]}, {HEADER: SECRET + "1"}, {HEADER: "None"}]
        return [Post(post.path, post.body, headers) for headers in others]

    async def says(self, person: str, text: str) -> Post:
        return self._made(await self._user(person).says(text))

    async def presses(self, person: str, token: str) -> Post:
        user = self._user(person)
        shown = [message for message in user.messages if token in [button["payload"] for button in message.ever]]
        return self._made(await user.presses_data(token, shown[0] if shown else None))

    async def unknown(self, person: str) -> Post:
        return self._made({"update_type": "hologram_created", "timestamp": 1760000000000, "user_id": int(person)})

    async def contact(self, person: str, phone: str, name: str) -> Post:
        return self._made(await self._user(person).shares_contact(phone, name, own=False))

    async def file(self, person: str, name: str, content: bytes, announced: int | None = None) -> Post:
        return self._made(await self._user(person).sends_file(name, content, size=announced))

    async def file_at(self, person: str, address: str) -> Post:
        return self._made(await self._user(person).sends_file("a.csv", url=address))

    async def voice(self, person: str) -> Post:
        note = {"type": "audio", "payload": {"url": "https://a.oneme.ru/1", "token": "v-token"}, "transcription": None}
        return self._made(await self._user(person).sends({"text": None, "attachments": [note]}))

    async def says_in_group(self, person: str, text: str) -> Post:
        return self._made(await self._user(person).says_in(self.mx.group(-100200), text))

    async def blocks(self, person: str) -> Post:
        return self._made(await self._user(person).stops())

    async def unblocks(self, person: str) -> Post:
        return self._made(await self._user(person).starts())

    def shown(self, person: str) -> Sequence[Shown]:
        return [
            Shown(message.text, tuple((button["text"], button["payload"]) for row in message.rows for button in row))
            for message in self._user(person).messages
            if not self._files(message.attachments)
        ]

    def files_shown(self, person: str) -> Sequence[tuple[str, bytes]]:
        return [file for message in self._user(person).messages for file in self._files(message.attachments)]

    def fails(self, status: int, *, retry_after: int | None = None, times: int = 1) -> None:
        """MAX names no time to wait."""
        self.mx.fail_next("POST /messages", status, times=times)

    def _user(self, person: str) -> User:
        return self.mx.user(int(person))

    def _files(self, attachments: Sequence[dict[str, Any]]) -> list[tuple[str, bytes]]:
        return [self.mx.uploaded[one["payload"]["token"]] for one in attachments if one["type"] == "file"]

    def _made(self, update: dict[str, Any]) -> Post:
        return self.genuine(json.dumps(update).encode())


class TestMax(MessengerContract):
    @pytest.fixture
    async def stage(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Stage]:
        monkeypatch.setenv("BOT_OWNERS", f"max:{OWNER},max:500200")
        for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(proxy, raising=False)
        async with Max() as mx:
            block = {"token": mx.token, "api_url": mx.url, "webhook_url": PUBLIC_URL, "webhook_secret": SECRET}
            async with ChannelBot(MaxInput.from_credentials(block), tmp_path) as bot:
                await until(lambda: bool(mx.subscribed))
                yield MaxStage(mx, bot)
            assert mx.violations == []
