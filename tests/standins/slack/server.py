"""The HTTP side: methods, files, the calls that came, the trouble ordered for them, and the events that go out."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from typing_extensions import Self

from .methods import Refusal, check
from .people import Person

TOKEN = "xoxb-1111-2222-TestTest"
SIGNING_SECRET = "slack-signing-secret"
BOT = "U0BOT"


@dataclass(frozen=True)
class Call:
    method: str
    params: dict[str, Any]


@dataclass
class Fault:
    """The next `times` calls of a method fail: with a status, an error of Slack's, or a lost connection."""

    method: str
    status: int = 200
    error: str = ""
    retry_after: int | None = None
    drop: bool = False
    times: int = 1


@dataclass
class Message:
    """As it is shown now."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)

    @property
    def buttons(self) -> dict[str, str]:
        """Values by title."""
        rows = [block["elements"] for block in self.blocks if block["type"] == "actions"]
        return {button["text"]["text"]: button["value"] for row in rows for button in row}

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "type": "message",
            "bot_id": "B0BOT",
            "user": BOT,
            "text": self.text,
            "ts": self.ts,
            "blocks": self.blocks,
        }


class Slack:
    def __init__(self) -> None:
        self.token, self.signing_secret = TOKEN, SIGNING_SECRET
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.updates: list[dict[str, Any]] = []  # events, and payloads of presses
        self.faults: list[Fault] = []
        self.messages: list[Message] = []
        self.shared: list[tuple[str, str, bytes]] = []  # channel, name, content
        self.files: dict[str, bytes] = {}
        self.changed = asyncio.Event()
        self._uploads: dict[str, tuple[str, bytes]] = {}
        self._people: dict[str, Person] = {}
        self._numbers = itertools.count(1)
        self._bot_url = ""
        self._runner: web.AppRunner | None = None
        self.url = ""

    def route(self, bot_url: str) -> None:
        """Where the Request URL leads to."""
        self._bot_url = bot_url

    def person(self, person: str) -> Person:
        return self._people.setdefault(person, Person(self, person))

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=50_000_000)
        app.router.add_post("/api/{method}", self._answer)
        app.router.add_get("/api/{method}", self._answer)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files/{name}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def number(self) -> str:
        return f"{next(self._numbers):04}"

    def ts(self) -> str:
        return f"17600000{self.number()}.000100"

    def called(self, method: str) -> list[dict[str, Any]]:
        return [call.params for call in self.calls if call.method == method]

    # --- events go out --------------------------------------------------------------------------------------

    async def push_event(self, event: dict[str, Any], event_id: str | None = None) -> tuple[int, str]:
        """Deliver an event; returns the bot's status, and the event's id for a repetition."""
        event_id = event_id or f"Ev{self.number()}"
        body = {
            "token": "old",
            "team_id": "T0TEAM",
            "api_app_id": "A0APP",
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": 1760000000,
            "authorizations": [{"team_id": "T0TEAM", "user_id": BOT, "is_bot": True}],
        }
        self.updates.append(body)
        return await self.post(json.dumps(body).encode(), "application/json"), event_id

    async def push_press(self, payload: dict[str, Any]) -> int:
        self.updates.append(payload)
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return await self.post(body, "application/x-www-form-urlencoded")

    async def post(self, body: bytes, content_type: str, **headers: str) -> int:
        return (await self.answer(body, content_type, **headers))[0]

    async def answer(self, body: bytes, content_type: str, **headers: str) -> tuple[int, str]:
        when = str(int(time.time()))
        made = hmac.new(self.signing_secret.encode(), f"v0:{when}:".encode() + body, hashlib.sha256).hexdigest()
        signed = {"X-Slack-Request-Timestamp": when, "X-Slack-Signature": f"v0={made}", "Content-Type": content_type}
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self._bot_url}/webhooks/slack/webhook", data=body, headers={**signed, **more}) as answer,
        ):
            return answer.status, await answer.text()

    # --- calls come in --------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.content_type == "application/json":
            params = await request.json()
        else:
            params = {**request.query, **await request.post()}
        self.calls.append(Call(method, params))
        try:
            if request.headers.get("Authorization") != f"Bearer {self.token}":
                raise Refusal("invalid_auth", is_slip=False)
            fault = next((fault for fault in self.faults if fault.method == method), None)
            if fault is not None:
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return self._fail(request, fault)
            check(method, params)
            result = self._work(method, params)
        except Refusal as refusal:
            if refusal.is_slip:
                self.violations.append(f"{method}: {refusal.error}")
            return web.json_response({"ok": False, "error": refusal.error})
        finally:
            self.changed.set()
            self.changed = asyncio.Event()
        return web.json_response({"ok": True, **result})

    def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.drop and request.transport is not None:
            request.transport.close()
            return web.Response()
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        if fault.status >= 500:
            return web.Response(status=fault.status, text="<html>upstream</html>", content_type="text/html")
        return web.json_response({"ok": False, "error": fault.error}, status=fault.status, headers=headers)

    def _work(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "auth.test":
            return {"user": "callbot", "team": "Example", "user_id": BOT}
        if method == "conversations.open":
            return {"channel": {"id": self._direct(params["users"])}}
        if method == "chat.postMessage":
            message = Message(self._direct(params["channel"]), self.ts(), params["text"], params.get("blocks", []))
            self.messages.append(message)
            return {"channel": message.channel, "ts": message.ts, "message": message.as_json}
        if method == "chat.update":
            found = [m for m in self.messages if (m.channel, m.ts) == (params["channel"], params["ts"])]
            if not found:
                raise Refusal("message_not_found", is_slip=False)
            found[0].text = params["text"]
            found[0].blocks = params.get("blocks", found[0].blocks)
            return {"channel": params["channel"], "ts": params["ts"], "text": params["text"]}
        if method == "files.getUploadURLExternal":
            file = f"F{self.number()}"
            self._uploads[file] = (params["filename"], b"")
            return {"file_id": file, "upload_url": f"{self.url}/upload/{file}"}
        if not params["channel_id"].startswith("D"):  # files.completeUploadExternal
            raise Refusal("channel_not_found")
        files = params["files"]
        for described in json.loads(files) if isinstance(files, str) else files:
            self.shared.append((params["channel_id"], *self._uploads[described["id"]]))
        return {"files": [{"id": "F1"}]}

    def _direct(self, channel: str) -> str:
        """A person's id opens a direct message."""
        if channel.startswith("U") and channel not in self._people:
            raise Refusal("channel_not_found", is_slip=False)
        return f"D{channel[1:]}" if channel.startswith("U") else channel

    async def _upload(self, request: web.Request) -> web.Response:
        file = request.match_info["file"]
        self._uploads[file] = (self._uploads[file][0], await request.read())
        return web.Response(text="OK - 1")

    async def _download(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(text="<!DOCTYPE html><html>sign in</html>", content_type="text/html")
        return web.Response(body=self.files[request.match_info["name"]])
