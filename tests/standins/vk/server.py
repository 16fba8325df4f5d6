"""A strict stand-in of VK on loopback. It shares no code with the bot's own channel.

What it cannot play it refuses, never pretends.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.waiting import PATIENCE

from .callback import Callback, LongPoll
from .methods import VERSION, Methods
from .people import FIRST_GROUP, Dialogue, Person
from .refusals import Refusal

CONFIRMATION_CODE = "c0nf1rm"


@dataclass(frozen=True)
class Call:
    method: str
    params: dict[str, str]


@dataclass
class Fault:
    method: str
    times: int
    code: int | None
    status: int | None
    drop: str


class Vk:
    """`await start()`, point the bot at `url`, let people act, read what they saw."""

    def __init__(self, token: str = "vk1.a.TEST", group_id: int = 200300) -> None:
        self.token = token
        self.group_id = group_id
        self.confirmation_code = CONFIRMATION_CODE
        self.bot_abilities = True
        self.people: dict[int, Person] = {}
        self.groups: dict[int, Dialogue] = {}
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.spinning: set[str] = set()
        self.uploaded: dict[str, tuple[str, bytes]] = {}
        self.saved: dict[str, tuple[str, bytes]] = {}
        self.downloads: list[str] = []
        self.events: dict[str, dict[str, Any]] = {}
        self.callback = Callback(group_id, CONFIRMATION_CODE)
        self.long_poll = LongPoll()
        self._faults: list[Fault] = []
        self._methods = Methods(self)
        self._runner: web.AppRunner | None = None
        self._called = asyncio.Event()
        self.url = ""

    async def __aenter__(self) -> Vk:
        app = web.Application()
        app.router.add_post("/method/{method}", self._answer)
        app.router.add_get(f"/wh{self.group_id}", self._poll)
        app.router.add_post("/upload.php", self._upload)
        app.router.add_get("/doc{owner:[0-9]+}_{number:[0-9]+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.callback.close()
        if self._runner:
            await self._runner.cleanup()

    def person(self, id: int, first_name: str = "Иван", last_name: str = "Петров") -> Person:
        """The same id gives the same person."""
        if id not in self.people:
            self.people[id] = Person(id, first_name, last_name, self._push, self.url)
        return self.people[id]

    def group(self, number: int = 1) -> Dialogue:
        return self.groups.setdefault(FIRST_GROUP + number, Dialogue(FIRST_GROUP + number))

    def repeat(self, event_id: str) -> None:
        """Bring an event again, as after an answer that got lost."""
        self._bring(self.events[event_id])

    def fail_next(
        self, method: str, *, code: int | None = None, status: int | None = None, drop: str = "", times: int = 1
    ) -> None:
        """Trouble for the next calls: an error of VK, a status, or a connection closed `before` or `after` the work."""
        self._faults.append(Fault(method, times, code, status, drop))

    async def called(self, method: str, times: int = 1, timeout: float = PATIENCE) -> list[dict[str, str]]:
        """Wait until `method` was called so often; returns the arguments."""
        until = time.monotonic() + timeout
        while len(found := [call.params for call in self.calls if call.method == method]) < times:
            self._called.clear()
            await asyncio.wait_for(self._called.wait(), until - time.monotonic())
        return found

    def _push(self, kind: str, content: dict[str, Any]) -> str:
        event_id = f"e{len(self.events) + 1:06x}"
        event = {"type": kind, "group_id": self.group_id, "event_id": event_id, "v": VERSION, "object": content}
        self.events[event_id] = event
        if kind == "message_event":
            self.spinning.add(content["event_id"])
        self._bring(event)
        return event_id

    def _bring(self, event: dict[str, Any]) -> None:
        self.callback.bring(event)
        self.long_poll.bring(event)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params = {key: str(value) for key, value in (await request.post()).items()}
        token, version = params.pop("access_token", ""), params.pop("v", "")
        try:
            if request.query_string or version != VERSION:
                raise Refusal(8, "Invalid request: versions below 5.81 are deprecated")
            if token != self.token:
                raise Refusal(5, is_slip=False)
            self.calls.append(Call(method, params))
            self._called.set()
            fault = self._take_fault(method)
            if fault and fault.code:
                raise Refusal(fault.code, is_slip=False)
            if fault and fault.status:
                return web.Response(status=fault.status, text="<html>nginx</html>")
            if fault and fault.drop == "before":
                return _hang_up(request)
            result = await self._methods.call(method, params)
            if fault and fault.drop == "after":
                return _hang_up(request)
            return web.json_response({"response": result})
        except Refusal as refusal:
            if refusal.is_slip:
                self.violations.append(f"{method}: {refusal}")
            return web.json_response(refusal.body(params))

    def _take_fault(self, method: str) -> Fault | None:
        for fault in self._faults:
            if fault.method == method:
                fault.times -= 1
                if not fault.times:
                    self._faults.remove(fault)
                return fault
        return None

    async def _poll(self, request: web.Request) -> web.Response:
        asked = request.query
        if set(asked) != {"act", "key", "ts", "wait"} or asked["act"] != "a_check" or int(asked["wait"]) > 90:
            self.violations.append(f"long poll: {sorted(asked)}")
        fault = self._take_fault("a_check")
        if fault and fault.status:
            return web.Response(status=fault.status)
        return web.json_response(await self.long_poll.answer(asked["key"], asked["ts"], float(asked["wait"])))

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form.get("file")
        if set(form) != {"file"} or not isinstance(file, web.FileField):
            self.violations.append("upload: a form with a file is expected")
            return web.json_response({"error": "wrong form"})
        with file.file:
            content = file.file.read()
        if self._take_fault("upload"):
            return web.json_response({"error": "unsupported file"})
        key = f"{len(self.uploaded)}|file"
        self.uploaded[key] = (file.filename, content)
        return web.json_response({"file": key})

    async def _download(self, request: web.Request) -> web.Response:
        self.downloads.append(request.path)
        person = self.people[int(request.match_info["owner"])]
        return web.Response(body=person.files[request.match_info["number"]])


def _hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    return web.Response()
