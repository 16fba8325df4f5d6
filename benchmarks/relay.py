"""Stands between the messengers and the bot: takes the time of every webhook request, and brings some updates twice."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from typing_extensions import Self

# One update in so many is brought twice: at the same time, right behind the answer, or a little later.
REPEATED = 5
LATER = 2.0
# Of a request between two servers; what belongs to the update goes along as it came, or no signature would be right.
HOP_HEADERS = ("host", "content-length", "connection", "accept-encoding", "user-agent", "transfer-encoding")
WEBHOOK = "/webhooks/{messenger}/webhook"


@dataclass(frozen=True)
class Request:
    """A webhook request: `seconds` from sending to answer, `working` the conversations that were at work meanwhile."""

    messenger: str
    seconds: float
    status: int
    working: int


class Relay:
    """`async with Relay(bot_url) as relay`: what is sent to `relay.url` goes on to the bot.

    `working`: how many conversations are at work, told by whoever knows. `repeats`: whether updates are brought twice.
    """

    def __init__(self, bot_url: str) -> None:
        self._bot_url = bot_url
        self.url = ""
        self.requests: list[Request] = []
        self.refused: list[Request] = []
        self.repeated = 0
        self.working = 0
        self.repeats = False
        self._count = 0
        self._repeating: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", WEBHOOK, self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), auto_decompress=False)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await asyncio.gather(*self._repeating, return_exceptions=True)
        await self._http.close()
        await self._runner.cleanup()

    async def settled(self) -> None:
        """All that was to be brought again has been."""
        await asyncio.gather(*self._repeating)

    async def _pass_on(self, asked: web.Request) -> web.Response:
        body = await asked.read()
        self._count += 1
        number, way = divmod(self._count, REPEATED)
        if way or not self.repeats:
            return await self._bring(asked, body)
        self.repeated += 1
        if number % 3 == 0:
            self._repeat(asked, body, 0.0)
        answer = await self._bring(asked, body)
        if number % 3:
            self._repeat(asked, body, LATER if number % 3 == 2 else 0.0)
        return answer

    def _repeat(self, asked: web.Request, body: bytes, pause: float) -> None:
        """Beside whatever the messenger does next."""
        repeating = asyncio.create_task(self._bring_again(asked, body, pause))
        self._repeating.add(repeating)
        repeating.add_done_callback(self._repeating.discard)

    async def _bring_again(self, asked: web.Request, body: bytes, pause: float) -> None:
        await asyncio.sleep(pause)
        await self._bring(asked, body)

    async def _bring(self, asked: web.Request, body: bytes) -> web.Response:
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in HOP_HEADERS}
        messenger, working = asked.match_info["messenger"], self.working
        began, status, content = time.perf_counter(), 0, b""
        with suppress(aiohttp.ClientError):  # without an answer: 0
            asking = self._http.request(asked.method, self._bot_url + asked.path_qs, data=body, headers=headers)
            async with asking as answer:
                status, content = answer.status, await answer.read()
        done = Request(messenger, time.perf_counter() - began, status, working)
        self.requests.append(done)
        if status != 200:
            self.refused.append(done)
        return web.Response(status=status or 502, body=content)
