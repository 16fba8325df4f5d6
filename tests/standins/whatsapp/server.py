"""The HTTP side: calls of the bot, webhooks to it, and trouble on order."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiohttp import web
from typing_extensions import Self

from tests.loopback import client

from .people import Shown, User
from .rules import DOCUMENT_TYPES, Refusal, check_message, check_read, slip

VERSION = "v26.0"


@dataclass(frozen=True)
class Call:
    """`name`: messages, typing, upload, media, download, number."""

    name: str
    body: Any = None
    at: float = field(default_factory=time.monotonic)


@dataclass
class Fault:
    name: str
    times: int
    status: int
    code: int
    drop: str = ""


class WhatsApp:
    """One business number. `violations` are the calls that broke a rule."""

    def __init__(self) -> None:
        self.token = "EAAtest-token"
        self.phone_number_id = "2040"
        self.app_secret = "wa-app-secret"
        self.verify_token = "wa-verify-token"
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.updates: list[dict[str, Any]] = []
        self.groups: dict[str, list[str]] = {}
        self.users: list[User] = []
        self.media: dict[str, dict[str, Any]] = {}
        self._faults: list[Fault] = []
        self._bot = ""
        self._count = 0
        self._runner: web.AppRunner | None = None
        self._http: httpx.AsyncClient | None = None
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/{VERSION}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    async def start(self) -> None:
        app = web.Application(client_max_size=200 * 1024 * 1024)
        app.router.add_get("/download/{id}", self._download)
        app.router.add_route("*", f"/{VERSION}/{{path:.+}}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        self._http = client()

    async def stop(self) -> None:
        if self._http is not None:
            await self._http.aclose()
        if self._runner is not None:
            await self._runner.cleanup()

    def route(self, bot_url: str) -> None:
        """Where the bot listens."""
        self._bot = bot_url

    def user(self, phone: str | None, name: str = "Иван", scoped: str | None = None) -> User:
        user = User(phone, name, scoped, self.push)
        self.users.append(user)
        return user

    def named(self, name: str) -> list[Call]:
        return [call for call in self.calls if call.name == name]

    def fail(self, name: str, *, times: int = 1, status: int = 500, code: int = 131000, drop: str = "") -> None:
        """The next calls of this name are refused; `drop`: hang up instead, before_work or after_work."""
        self._faults.append(Fault(name, times, status, code, drop))

    def add_media(self, content: bytes, *, size: int | None = None, url: str | None = None) -> str:
        """A file that somebody sends; `size` and `url` are what is told of it instead of the truth."""
        self._count += 1
        media = str(3000 + self._count)
        here = f"http://127.0.0.1:{self._port}/download/{media}"
        self.media[media] = {"content": content, "size": len(content) if size is None else size, "url": url or here}
        return media

    # --- webhooks -------------------------------------------------------------------------------------------

    def wrapped(self, value: dict[str, Any]) -> dict[str, Any]:
        metadata = {"display_phone_number": "74950000000", "phone_number_id": self.phone_number_id}
        value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        return {
            "object": "whatsapp_business_account",
            "entry": [{"id": "1090", "changes": [{"field": "messages", "value": value}]}],
        }

    def signature(self, body: bytes) -> str:
        return "sha256=" + hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()

    async def push(self, value: dict[str, Any]) -> int:
        self.updates.append(self.wrapped(value))
        return await self.post(json.dumps(self.updates[-1]).encode())

    async def post(self, body: bytes, signature: str | None = "genuine") -> int:
        """Bring a body to the bot; `signature` None: without one."""
        headers = {"Content-Type": "application/json"}
        if signature is not None:
            headers["X-Hub-Signature-256"] = self.signature(body) if signature == "genuine" else signature
        assert self._http is not None
        answer = await self._http.post(f"{self._bot}/webhooks/whatsapp/webhook", content=body, headers=headers)
        return answer.status_code

    async def check_up(self, token: str, mode: str = "subscribe") -> httpx.Response:
        given = {"hub.mode": mode, "hub.verify_token": token, "hub.challenge": "1158201444"}
        assert self._http is not None
        return await self._http.get(f"{self._bot}/webhooks/whatsapp/webhook", params=given)

    # --- calls ----------------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request)
            path, own = request.match_info["path"], self.phone_number_id
            if request.method == "POST" and path == f"{own}/messages":
                body = await request.json()
                if "status" in body:
                    return await self._work(request, "typing", body, self._read)
                return await self._work(request, "messages", body, self._message)
            if request.method == "POST" and path == f"{own}/media":
                return await self._work(request, "upload", await self._form(request), self._upload)
            if request.method == "GET" and path == own:
                number = {"display_phone_number": "+7 495 000-00-00", "verified_name": "Ромашка", "id": own}
                return await self._work(request, "number", None, lambda _body: number)
            if request.method == "GET" and path in self.media:
                return await self._work(request, "media", path, self._describe)
            raise Refusal(404, 100, "Unsupported request: there is no such object")
        except Refusal as refusal:
            return self._refuse(refusal)

    async def _work(self, request: web.Request, name: str, body: Any, work: Any) -> web.StreamResponse:
        self.calls.append(Call(name, body))
        fault = self._take_fault(name)
        if fault is not None and fault.drop != "after_work":
            if fault.drop:
                return _hang_up(request)
            raise Refusal(fault.status, fault.code, "ordered", is_slip=False)
        answer = work(body)
        return _hang_up(request) if fault is not None else web.json_response(answer)

    def _message(self, body: Any) -> dict[str, Any]:
        check_message(body)
        self._count += 1
        identity = f"wamid.OUT{self._count}"
        if body.get("recipient_type") == "group":
            self.groups.setdefault(body["to"], []).append(body["text"]["body"])
            group = {"input": body["to"], "wa_id": body["to"]}
            return {"messaging_product": "whatsapp", "contacts": [group], "messages": [{"id": identity}]}
        user = self._find(body)
        if user.has_blocked:
            raise Refusal(400, 131026, "Message undeliverable", is_slip=False)
        if not user.window_is_open:
            raise Refusal(400, 131047, "Re-engagement message", is_slip=False)
        user.shows(self._shown(identity, body))
        return {
            "messaging_product": "whatsapp",
            "contacts": [{"input": body.get("to") or body["recipient"], "wa_id": user.phone, "user_id": user.scoped}],
            "messages": [{"id": identity}],
        }

    def _shown(self, identity: str, body: dict[str, Any]) -> Shown:
        if body["type"] == "text":
            return Shown(identity, body["text"]["body"])
        if body["type"] == "document":
            kept = self.media.get(body["document"]["id"])
            if kept is None:
                raise slip("document.id: there is no such media")
            return Shown(identity, "", file=(body["document"].get("filename", ""), kept["content"]))
        content = body["interactive"]
        text, action = content["body"]["text"], content["action"]
        if content["type"] == "button":
            return Shown(
                identity, text, tuple((each["reply"]["id"], each["reply"]["title"]) for each in action["buttons"])
            )
        rows = [row for section in action["sections"] for row in section["rows"]]
        return Shown(identity, text, tuple((row["id"], row["title"]) for row in rows), action["button"])

    def _read(self, body: Any) -> dict[str, Any]:
        check_read(body)
        for user in self.users:
            if user.last_id and body["message_id"].startswith(f"wamid.{user.phone or user.scoped}."):
                user.typing_for.append(body["message_id"])
                return {"success": True}
        raise slip("message_id: there is no such message", 131009)

    async def _form(self, request: web.Request) -> dict[str, Any]:
        form = await request.post()
        if set(form) != {"messaging_product", "type", "file"} or form["messaging_product"] != "whatsapp":
            raise slip("media: messaging_product, type and file are expected", 100)
        file = form["file"]
        if not isinstance(file, web.FileField) or form["type"] not in DOCUMENT_TYPES:
            raise slip(f"media type {form['type']} is not supported", 131053)
        if file.content_type != form["type"]:
            raise slip("the file is of another type than said", 131053)
        with file.file as kept:
            return {"name": file.filename, "content": kept.read()}

    def _upload(self, form: dict[str, Any]) -> dict[str, Any]:
        return {"id": self.add_media(form["content"])}

    def _describe(self, media: str) -> dict[str, Any]:
        kept = self.media[media]
        return {
            "messaging_product": "whatsapp",
            "url": kept["url"],
            "mime_type": "text/csv",
            "sha256": "q1w2",
            "file_size": kept["size"],
            "id": media,
        }

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request)
            self.calls.append(Call("download", request.match_info["id"]))
            fault = self._take_fault("download")
            if fault is not None:
                return _hang_up(request) if fault.drop else web.Response(status=fault.status)
        except Refusal as refusal:
            return self._refuse(refusal)
        return web.Response(body=self.media[request.match_info["id"]]["content"])

    def _find(self, body: dict[str, Any]) -> User:
        for user in self.users:
            if (body.get("to") or body.get("recipient")) in (user.phone, user.scoped):
                return user
        raise slip("recipient is nobody of this test", 131030)

    def _check_token(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise Refusal(401, 190, "Invalid OAuth access token - Cannot parse access token")

    def _take_fault(self, name: str) -> Fault | None:
        for fault in self._faults:
            if fault.name == name:
                fault.times -= 1
                if not fault.times:
                    self._faults.remove(fault)
                return fault
        return None

    def _refuse(self, refusal: Refusal) -> web.Response:
        if refusal.is_slip:
            self.violations.append(str(refusal))
        return web.json_response(refusal.body, status=refusal.status)


def _hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection; what is returned finds nobody to read it."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()
