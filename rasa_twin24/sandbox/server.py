"""The sandbox on a port: bytes in, bytes out, and the faults that only a connection can have."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
from types import TracebackType
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from rasa_twin24.sandbox.endpoints import (
    CIS_PATH,
    IAM_PATH,
    MAX_BODY_BYTES,
    Answer,
    Request,
    answer,
    failed_answer,
    refuse,
    remember,
    target_of,
)
from rasa_twin24.sandbox.faults import Fault
from rasa_twin24.sandbox.page import page_data, page_headers, page_html
from rasa_twin24.sandbox.refusal import Refusal
from rasa_twin24.sandbox.sandbox import Sandbox

# How long a stop waits for requests under way before it cancels them; the bot as a whole has ten seconds.
SHUTDOWN_SECONDS = 0.5


class SandboxServer:
    """Serves one sandbox over HTTP, on loopback only.

    With port 0 the system picks a free one; `port`, the addresses and the page exist once `start` has
    returned. May be used as `async with`. Raises ValueError for a host that is not loopback.
    """

    def __init__(self, sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0) -> None:
        if not is_loopback(host):
            raise ValueError("the sandbox listens on loopback only")
        self.sandbox = sandbox
        self.host = host
        self.port = port
        self._runner: web.AppRunner | None = None

    @property
    def iam_url(self) -> str:
        return f"{self._origin}{IAM_PATH}"

    @property
    def cis_url(self) -> str:
        return f"{self._origin}{CIS_PATH}"

    @property
    def page_url(self) -> str:
        return f"{self._origin}/"

    async def start(self) -> None:
        """Listen; raises OSError when the port is taken."""
        app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_fence])
        app.router.add_get("/", self._page, allow_head=False)
        app.router.add_get("/tasks.json", self._page_data, allow_head=False)
        app.router.add_route("*", "/{path:.*}", self._api)
        # No access log: its lines would hold the ids of tasks.
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.port = runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening, end the requests under way, write the state; harmless when not started."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
            self.sandbox.save()

    async def __aenter__(self) -> SandboxServer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def _origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    async def _page(self, request: web.Request) -> web.Response:
        nonce = secrets.token_urlsafe(16)
        return web.Response(text=page_html(nonce), content_type="text/html", headers=page_headers(nonce))

    async def _page_data(self, request: web.Request) -> web.Response:
        return web.json_response(
            page_data(self.sandbox),
            headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        )

    async def _api(self, http: web.Request) -> web.Response:
        try:
            body = await http.read()
        except web.HTTPRequestEntityTooLarge:
            limit = f"must be at most {MAX_BODY_BYTES} bytes"
            return _response(refuse(Refusal(413, "The body is too large.", {"body": limit})))
        request = Request(
            method=http.method,
            path=http.path,
            query=http.rel_url.raw_query_string,
            authorization=http.headers.get("Authorization"),
            content_type=http.headers.get("Content-Type", ""),
            body=body,
        )
        remember(self.sandbox, request)
        fault = self.sandbox.take_fault(*target_of(request))
        if fault is None:
            return _response(answer(self.sandbox, request))
        return await self._fail(http, request, fault)

    async def _fail(self, http: web.Request, request: Request, fault: Fault) -> web.Response:
        worked = answer(self.sandbox, request) if fault.does_work else None
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.meanwhile:
            await fault.meanwhile()
        if fault.drop and http.transport is not None:
            http.transport.close()
        if fault.replaces_answer or worked is None:
            worked = failed_answer(fault)
        return _response(worked)


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@web.middleware
async def _fence(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests for another host name.

    A web page anywhere may let its own name point to this machine, and would then be allowed to read the
    answers.
    """
    if not is_loopback(_host_name(request.headers.get("Host", ""))):
        return _response(refuse(Refusal(403, "This address serves this machine only.")))
    return await handler(request)


def _host_name(header: str) -> str:
    """The name in a `Host` header without its port; empty when there is none."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _response(written: Answer) -> web.Response:
    return web.Response(status=written.status, body=written.body, headers=written.headers)
