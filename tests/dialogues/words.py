"""A messenger without buttons: Rasa's own callback channel made safe as docs/stock-channels.md says; its people."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

from aiohttp import web
from rasa.core.channels.callback import CallbackInput
from rasa.utils.endpoints import EndpointConfig
from sanic.request import Request

from rasa_twin24.channels.stock import StockInput
from rasa_twin24.channels.webhook import same_secret
from tests.loopback import client

SECRET = "words-Secret_1"
CREDENTIALS = """
tests.dialogues.words.WordsInput:
  url: ${WORDS_URL}
"""


class WordsInput(StockInput):
    needs = ("url",)

    @classmethod
    def name(cls) -> str:
        return "callback"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WordsInput:
        return cls(CallbackInput(EndpointConfig(url=(credentials or {})["url"])))

    def genuine(self, request: Request, body: bytes) -> bool:
        return same_secret(request.headers.get("X-Secret"), SECRET)


class Person:
    def __init__(self, id: str, bot_url: str) -> None:
        self.id = id
        self._address = f"{bot_url}/webhooks/callback/webhook"
        self._numbers = itertools.count()
        self.texts: list[str] = []
        self._seen = 0

    async def says(self, *texts: str) -> None:
        async with client() as http:
            for text in texts:
                body = {"sender": self.id, "message": text, "id": next(self._numbers)}
                answer = await http.post(self._address, json=body, headers={"X-Secret": SECRET})
                assert answer.status_code == 200

    async def expect(self, substring: str, timeout: float = 30.0) -> str:
        """The first new message that holds `substring`; what it skips is not seen again."""
        until = asyncio.get_running_loop().time() + timeout
        while True:
            for place in range(self._seen, len(self.texts)):
                if substring in self.texts[place]:
                    self._seen = place + 1
                    return self.texts[place]
            if asyncio.get_running_loop().time() > until:
                raise AssertionError(f"no new message with {substring!r}; the bot said: {self.texts}")
            await asyncio.sleep(0.02)


class Words:
    """The platform: an address that takes what the bot says."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.url = ""

    async def __aenter__(self) -> Words:
        app = web.Application()
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/"
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._runner.cleanup()

    def person(self, id: str, bot_url: str) -> Person:
        return self.people.setdefault(id, Person(id, bot_url))

    async def _take(self, request: web.Request) -> web.Response:
        message = await request.json()
        self.people[message["recipient_id"]].texts.append(message["text"])
        return web.Response()
