"""The HTTP side: addresses, tokens, the calls that came, and the trouble ordered for them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from .faults import Faults
from .files import MAX_UPLOAD_BYTES, Files
from .methods import Methods
from .parameters import FIELDS, check_arguments, read_arguments
from .refusals import Refusal

# What getting a file's content is called among the calls and the orders of trouble; it is no method.
DOWNLOAD = "download"

_TOKEN_SHAPE = re.compile(r"\d+:[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True)
class Call:
    """One call of the bot, refused or not; unpacks as `method, params`. `at` is `time.monotonic()`."""

    method: str
    params: dict[str, Any]
    at: float

    def __iter__(self) -> Iterator[Any]:
        yield self.method
        yield self.params


@dataclass(frozen=True)
class Violation:
    """One call that broke a rule."""

    method: str
    description: str
    params: dict[str, Any]


class HttpServer:
    """Listens on loopback and answers as api.telegram.org does."""

    def __init__(self, token: str, methods: Methods, files: Files, faults: Faults) -> None:
        self._token = token
        self._methods = methods
        self._files = files
        self._faults = faults
        self._runner: web.AppRunner | None = None
        self._called = asyncio.Event()
        self.port = 0
        self.calls: list[Call] = []
        self.violations: list[Violation] = []

    async def start(self) -> None:
        """Listen: on a free port first, on the same one later; raises `OSError` when it is taken."""
        app = web.Application(client_max_size=2 * MAX_UPLOAD_BYTES)
        for verb in ("GET", "POST"):
            app.router.add_route(verb, "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        app.router.add_route("*", "/{rest:.*}", self._answer_elsewhere)
        # A poll whose client is gone must end at once: it is not a second poller.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port and all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def called(self, method: str, times: int, timeout: float) -> list[dict[str, Any]]:
        """Wait for so many calls of a method; raises `asyncio.TimeoutError`."""
        until = time.monotonic() + timeout
        while len(found := [call.params for call in self.calls if call.method == method]) < times:
            await asyncio.wait_for(self._called.wait(), until - time.monotonic())
        return found

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        params: dict[str, Any] = {}
        try:
            self._check_token(request)
            params = await read_arguments(request)
            self._note_call(method, params)
            if method not in FIELDS:
                raise Refusal(404, "Not Found: method not found")
            return await self._work(request, method, params)
        except Refusal as refusal:
            if refusal.is_slip:
                self.violations.append(Violation(method, refusal.description, params))
            return web.json_response(refusal.body, status=refusal.code)

    async def _work(self, request: web.Request, method: str, params: dict[str, Any]) -> web.StreamResponse:
        fault = self._faults.take(method, _chat_of(params))
        if fault is not None and fault.drop == "before_work":
            return _hang_up(request)
        if fault is not None and fault.refusal is not None:
            await asyncio.sleep(fault.delay)
            raise fault.refusal
        result = await self._methods.call(method, check_arguments(method, params))
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.drop == "after_work":
                return _hang_up(request)
        return web.json_response({"ok": True, "result": result})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        content = self._files.content_at(path)
        try:
            self._check_token(request)
            self._note_call(DOWNLOAD, {"path": path})
            fault = self._faults.take(DOWNLOAD, None)
            if fault is not None and fault.drop:
                return _hang_up(request)
            await asyncio.sleep(fault.delay if fault is not None else 0)
            if fault is not None and fault.refusal is not None:
                raise fault.refusal
            if content is None:
                raise Refusal(404, "Not Found")
        except Refusal as refusal:
            if refusal.is_slip:
                self.violations.append(Violation(DOWNLOAD, refusal.description, {}))
            return web.json_response(refusal.body, status=refusal.code)
        return web.Response(body=content, content_type="application/octet-stream")

    async def _answer_elsewhere(self, request: web.Request) -> web.Response:
        refusal = Refusal(404, "Not Found")
        self.violations.append(Violation("?", f"{request.method} of an address the Bot API has not", {}))
        return web.json_response(refusal.body, status=refusal.code)

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if not _TOKEN_SHAPE.match(token):
            raise Refusal(404, "Not Found")
        if token != self._token:
            raise Refusal(401, "Unauthorized")

    def _note_call(self, method: str, params: dict[str, Any]) -> None:
        self.calls.append(Call(method, params, time.monotonic()))
        self._called.set()
        self._called = asyncio.Event()


def _chat_of(params: dict[str, Any]) -> int | None:
    chat_id = params.get("chat_id")
    try:
        return int(chat_id) if isinstance(chat_id, int | str) else None
    except ValueError:
        return None


def _hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection; what is returned finds nobody to read it."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()
