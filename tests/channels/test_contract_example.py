"""A messenger from outside the package keeps the contract, and is turned on by naming it in credentials.yml."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web

from rasa_twin24 import messengers
from rasa_twin24.channels.connection import MessengerError
from tests.channels.bot import ChannelBot
from tests.channels.contract import MessengerContract, Post, Shown, Stage
from tests.channels.example_messenger import HEADER, MAX_TEXT, ExampleInput

pytestmark = pytest.mark.rasa

SECRET = "example-Secret_1"
PATH = "/webhooks/example/webhook"
CREDENTIALS = """\
tests.channels.example_messenger.ExampleInput:
  secret: ${EXAMPLE_SECRET}
  api_url: ${EXAMPLE_API_URL}
"""


class ExampleStage(Stage):
    owner, other, stranger = "anna", "boris", "eve"
    secrets = (SECRET,)
    most_text = MAX_TEXT

    def __init__(self, bot: ChannelBot, files: dict[str, bytes]) -> None:
        self.bot = bot
        self.files = files

    @property
    def channel(self) -> ExampleInput:
        assert isinstance(self.bot.channel, ExampleInput)
        return self.bot.channel

    def genuine(self, body: bytes) -> Post:
        return Post(PATH, body, {HEADER: SECRET})

    def forged(self, post: Post) -> Sequence[Post]:
        return [Post(PATH, post.body, headers) for headers in ({}, {HEADER: ""}, {HEADER: SECRET[:-1]})]

    async def says(self, person: str, text: str) -> Post:
        return self._update(person, "text", text)

    async def presses(self, person: str, token: str) -> Post:
        return self._update(person, "button", token)

    async def unknown(self, person: str) -> Post:
        return self._update(person, "hologram", "да")

    async def contact(self, person: str, phone: str, name: str) -> Post:
        return self._update(person, "contact", phone, name=name)

    async def file(self, person: str, name: str, content: bytes, announced: int | None = None) -> Post:
        self.files["f1"] = content
        return self._update(person, "file", "files/f1", name=name, size=announced)

    async def file_at(self, person: str, address: str) -> Post:
        return self._update(person, "file", address, name="a.csv")

    async def says_in_group(self, person: str, text: str) -> Post:
        return self._update(person, "text", text, group="sales")

    async def blocks(self, person: str) -> None:
        self.channel.platform.blocked.add(person)

    async def unblocks(self, person: str) -> None:
        self.channel.platform.blocked.discard(person)

    def shown(self, person: str) -> Sequence[Shown]:
        messages = self.channel.platform.messages.get(person, [])
        return [Shown(message["text"], message["buttons"]) for message in messages if "text" in message]

    def files_shown(self, person: str) -> Sequence[tuple[str, bytes]]:
        files = [message["file"] for message in self.channel.platform.messages.get(person, []) if "file" in message]
        return [(file.name, file.content) for file in files]

    def fails(self, status: int, *, retry_after: int | None = None, times: int = 1) -> None:
        self.channel.platform.refusals += [MessengerError("send", status, "no", retry_after) for _ in range(times)]

    def _update(self, person: str, kind: str, text: str, **more: Any) -> Post:
        update = {"id": uuid4().hex, "person": person, "kind": kind, "text": text, **more}
        return self.genuine(json.dumps(update).encode())


@pytest.fixture
async def files(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, bytes]]:
    """The platform's files by name; its address stands in the environment, as the secret and the owners do."""
    content: dict[str, bytes] = {}

    async def give(request: web.Request) -> web.Response:
        return web.Response(body=content[request.match_info["name"]])

    app = web.Application()
    app.router.add_get("/files/{name}", give)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    monkeypatch.setenv("BOT_OWNERS", "example:anna,example:boris")
    monkeypatch.setenv("EXAMPLE_SECRET", SECRET)
    monkeypatch.setenv("EXAMPLE_API_URL", f"http://127.0.0.1:{port}")
    yield content
    await runner.cleanup()


class TestExample(MessengerContract):
    lacks = frozenset({"voice", "leaving"})

    @pytest.fixture
    async def stage(self, files: dict[str, bytes], tmp_path: Path) -> AsyncIterator[Stage]:
        """As `rasa-twin24 run` makes it: of what credentials.yml and the environment say, and of nothing else."""
        credentials = tmp_path / "credentials.yml"
        credentials.write_text(CREDENTIALS)
        (channel,) = messengers.make(messengers.read_blocks(os.environ, credentials))
        assert isinstance(channel, ExampleInput)
        async with ChannelBot(channel, tmp_path) as bot:
            yield ExampleStage(bot, files)
