"""The HTTP side: calls of the bot, the webhook, the files, and trouble on order."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp import web
from typing_extensions import Self

from tests.waiting import until

from . import rules
from .people import Subscriber
from .rules import Refusal

ACCOUNT = "TWIN Обзвон"


@dataclass
class Fault:
    method: str
    times: int
    http: int | None
    status: int | None
    drop: bool
    headers: dict[str, str]


@dataclass
class Viber:
    """`async with Viber() as viber`. `violations` holds what the bot asked against the rules."""

    token: str = "4453b6ac12345678-e02c5f12174805f9-daec9cbb5448c51f"
    account: str = ACCOUNT
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    # Status of each answer to an update, None where no answer came.
    deliveries: list[int | None] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._people: dict[str, Subscriber] = {}
        self._faults: list[Fault] = []
        self._routes: dict[str, str] = {}
        self._files: dict[str, bytes] = {}
        self._tokens = count(4912661846655000001)
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/pa"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/pa/{method}", self._answer)
        app.router.add_get("/media/{name}", self._media)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def person(self, person_id: str, name: str = "Иван", language: str = "ru") -> Subscriber:
        return self._people.setdefault(person_id, Subscriber(self, person_id, name, language))

    def route(self, public: str, local: str) -> None:
        """Where a public address is found on this machine."""
        self._routes[public] = local

    def fail_next(
        self,
        method: str,
        *,
        times: int = 1,
        http: int | None = None,
        status: int | None = None,
        drop: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        """The next calls get this HTTP status, or this status of Viber's, or no answer."""
        self._faults.append(Fault(method, times, http, status, drop, headers or {}))

    def asked(self, method: str) -> list[dict[str, Any]]:
        return [params for name, params in self.calls if name == method]

    async def called(self, method: str, times: int = 1) -> list[dict[str, Any]]:
        await until(lambda: len(self.asked(method)) >= times)
        return self.asked(method)

    def keep_file(self, name: str, content: bytes) -> str:
        """The address of a file that somebody sends."""
        self._files[name] = content
        return f"http://127.0.0.1:{self._port}/media/{name}"

    def next_token(self) -> int:
        return next(self._tokens)

    def local(self, address: str) -> str:
        """A public address as it is found on this machine; raises `AssertionError` for one without a route."""
        for public, local in self._routes.items():
            if address.startswith(public):
                return local + address.removeprefix(public)
        raise AssertionError(f"{address} leads nowhere")

    async def fetch(self, address: str) -> tuple[int, bytes]:
        """As Viber fetches a file of the bot's."""
        async with self._session.get(self.local(address)) as answer:
            return answer.status, await answer.read()

    async def push(self, update: dict[str, Any]) -> tuple[int, bytes]:
        """Bring an update once, signed; returns what the bot answers."""
        assert self.webhook.get("url"), "no webhook is registered"
        return await self._push_to(self.webhook["url"], update)

    async def _push_to(self, url: str, update: dict[str, Any]) -> tuple[int, bytes]:
        self.updates.append(update)
        body = json.dumps(update, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Viber-Content-Signature": hmac.new(self.token.encode(), body, hashlib.sha256).hexdigest(),
        }
        async with self._session.post(self.local(url), data=body, headers=headers) as answer:
            self.deliveries.append(answer.status)
            return answer.status, await answer.read()

    # --- calls ----------------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method, body = request.match_info["method"], await request.read()
        try:
            if request.headers.get("X-Viber-Auth-Token") != self.token:
                raise Refusal(rules.INVALID_TOKEN, slip=False)
            params = json.loads(body)
            self.calls.append((method, params))
            fault = self._fault(method)
            if fault is not None:
                if fault.drop and request.transport is not None:
                    request.transport.close()
                    return web.Response()
                if fault.http is not None:
                    return web.Response(status=fault.http, text="<html>trouble</html>", headers=fault.headers)
                raise Refusal(fault.status or 8, slip=False)
            result = await self._work(method, params, len(body))
        except Refusal as refusal:
            if refusal.slip:
                self.violations.append(f"{method}: {refusal.words}")
            return web.json_response({"status": refusal.status, "status_message": refusal.words})
        return web.json_response({"status": 0, "status_message": "ok", **result})

    async def _work(self, method: str, params: dict[str, Any], size: int) -> dict[str, Any]:
        if method == "get_account_info":
            rules.check(params == {}, "unknown field")
            known = {"webhook": self.webhook["url"], "event_types": self.webhook["event_types"]} if self.webhook else {}
            return {"id": "pa:75346594275468546724", "name": self.account, "uri": "twin", "members": [], **known}
        if method == "set_webhook":
            rules.check_webhook(params)
            if not params["url"]:
                self.webhook = {}
                return {}
            event = {"event": "webhook", "timestamp": 1760000000000, "message_token": self.next_token()}
            status, _ = await self._push_to(params["url"], event)
            if status != 200:
                raise Refusal(rules.INVALID_URL, f"result:{status}", slip=False)
            self.webhook = params
            return {"event_types": params.get("event_types", sorted(rules.EVENTS))}
        if method != "send_message":
            raise Refusal(rules.BAD_DATA, "no such method")
        rules.check_message(params, size)
        if not self.webhook:
            raise Refusal(rules.NO_WEBHOOK, slip=False)
        person = self._people.get(params["receiver"])
        if person is None:
            raise Refusal(rules.NOT_REGISTERED, slip=False)
        if not person.subscribed:
            raise Refusal(rules.NOT_SUBSCRIBED, slip=False)
        token = self.next_token()
        person.sees(params)
        return {"message_token": token}

    def _fault(self, method: str) -> Fault | None:
        for fault in self._faults:
            if fault.method == method:
                fault.times -= 1
                if not fault.times:
                    self._faults.remove(fault)
                return fault
        return None

    async def _media(self, request: web.Request) -> web.StreamResponse:
        # The token is for the API alone.
        if "X-Viber-Auth-Token" in request.headers:
            self.violations.append("the token went along with a download")
        self.calls.append(("download", {"name": request.match_info["name"]}))
        content = self._files.get(request.match_info["name"])
        return web.Response(status=404) if content is None else web.Response(body=content)
