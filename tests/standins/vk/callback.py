"""The two ways in which VK brings events: to Callback servers, and by Long Poll."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

PAUSES = (0.05, 0.1, 0.2)


@dataclass
class Server:
    id: int
    url: str
    title: str
    secret: str
    status: str = "unconfigured"
    settings: dict[str, Any] = field(default_factory=lambda: {"api_version": "5.80", "events": {"message_new": 0}})

    @property
    def as_json(self) -> dict[str, Any]:
        described = {"id": self.id, "title": self.title, "creator_id": 1, "url": self.url}
        return {**described, "secret_key": self.secret, "status": self.status}


@dataclass(frozen=True)
class Delivery:
    event: dict[str, Any]
    status: int
    answer: str


class Callback:
    """Posts until `ok` is answered, one event after the other."""

    def __init__(self, group_id: int, code: str) -> None:
        self._group_id = group_id
        self._code = code
        self.routes: dict[str, str] = {}
        self.servers: dict[int, Server] = {}
        self.deliveries: list[Delivery] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_by_one = asyncio.Lock()

    def add(self, url: str, title: str, secret: str) -> int:
        number = max(self.servers, default=0) + 1
        self.servers[number] = Server(number, url, title, secret)
        self._beside(self._confirm(self.servers[number]))
        return number

    def edit(self, number: int, url: str, title: str, secret: str) -> int:
        server = self.servers[number]
        server.url, server.title, server.secret, server.status = url, title, secret, "wait"
        self._beside(self._confirm(server))
        return 1

    def bring(self, event: dict[str, Any]) -> None:
        for server in self.servers.values():
            if server.settings["events"].get(event["type"]):
                self._beside(self._deliver(server, event))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _confirm(self, server: Server) -> None:
        event = {"type": "confirmation", "group_id": self._group_id, "secret": server.secret}
        delivery = await self._post(server, event)
        server.status = "ok" if delivery.status == 200 and delivery.answer == self._code else "failed"

    async def _deliver(self, server: Server, event: dict[str, Any]) -> None:
        async with self._one_by_one:
            for pause in (*PAUSES, *[PAUSES[-1]] * 50):
                delivery = await self._post(server, {**event, "secret": server.secret})
                if (delivery.status, delivery.answer) == (200, "ok"):
                    return
                await asyncio.sleep(pause)

    async def _post(self, server: Server, event: dict[str, Any]) -> Delivery:
        url = next((server.url.replace(far, near) for far, near in self.routes.items() if far in server.url), "")
        try:
            async with aiohttp.ClientSession() as http, http.post(url, json=event) as answer:
                delivery = Delivery(event, answer.status, await answer.text())
        except (aiohttp.ClientError, ValueError):
            delivery = Delivery(event, 0, "")
        self.deliveries.append(delivery)
        return delivery

    def _beside(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class LongPoll:
    """https://dev.vk.com/ru/api/bots-long-poll/getting-started"""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"is_enabled": False, "api_version": "5.80", "events": {"message_new": 0}}
        self.key = "key1"
        self.newest = 100
        self.oldest = 100
        self.asked: list[str] = []
        self._events: dict[int, dict[str, Any]] = {}
        self._news = asyncio.Event()

    def bring(self, event: dict[str, Any]) -> None:
        if self.settings["is_enabled"] and self.settings["events"].get(event["type"]):
            self.newest += 1
            self._events[self.newest] = event
            self._news.set()

    def renew_key(self) -> None:
        self.key += "+"
        self._news.set()

    def forget(self) -> None:
        """What came so far cannot be had any more."""
        self.oldest = self.newest
        self._events.clear()

    async def answer(self, key: str, ts: str, seconds: float) -> dict[str, Any]:
        self.asked.append(ts)
        if key != self.key:
            return {"failed": 2}
        if int(ts) < self.oldest:
            return {"failed": 1, "ts": self.newest}
        if int(ts) > self.newest:
            return {"failed": 3}
        if int(ts) == self.newest:
            self._news.clear()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._news.wait(), seconds)
        if key != self.key:
            return {"failed": 2}
        updates = [self._events[number] for number in range(int(ts) + 1, self.newest + 1)]
        return {"ts": str(self.newest), "updates": updates}
