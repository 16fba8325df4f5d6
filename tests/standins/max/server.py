"""Listens on loopback and answers as platform-api2.max.ru does."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from .people import BOT, Group, Message, Talk, User
from .rules import ACTIONS, UPDATE_TYPES, Refusal, check_body, check_subscription, only

# MAX says 2 a second; a little less here, since calls do not arrive as evenly as they are sent.
# Less than MAX's second: what was sent a second apart may arrive closer on a busy machine.
MOST_MESSAGES, WINDOW = 2, 0.5
REPEAT_PAUSE = 0.1


class Max:
    def __init__(self, token: str = "max-test-token") -> None:
        self.token = token
        self.url = ""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.violations: list[str] = []
        self.deliveries: list[int] = []
        self.subscribed: dict[str, dict[str, Any]] = {}
        self.callbacks: dict[str, tuple[User, Message]] = {}
        self.answered: list[str] = []
        self.uploaded: dict[str, tuple[str, bytes]] = {}
        self.not_ready = 0  # so many tries to send a file fail
        self.floods = 0
        self.only_news = False  # who polls without a marker gets what comes from then on
        self._people: dict[int, User] = {}
        self._groups: dict[int, Group] = {}
        self._files: list[bytes] = []
        self.updates: list[dict[str, Any]] = []
        self._confirmed = 0
        self._routes: dict[str, str] = {}
        self._faults: list[tuple[str, int | None, str, bool]] = []
        self._sent_at: dict[int, deque[float]] = {}
        self._last_id = 0
        self._sending: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Max:
        app = web.Application(client_max_size=50_000_000)
        routes: dict[str, Callable[[web.Request], Awaitable[dict[str, Any]]]] = {
            "GET /me": self._me,
            "GET /subscriptions": self._subscriptions,
            "POST /subscriptions": self._subscribe,
            "DELETE /subscriptions": self._unsubscribe,
            "GET /updates": self._get_updates,
            "POST /messages": self._send,
            "PUT /messages": self._edit,
            "POST /answers": self._answer_press,
            "POST /chats/{chat}/actions": self._action,
            "POST /uploads": self._upload_place,
        }
        for name, work in routes.items():
            verb, path = name.split()
            app.router.add_route(verb, path, self._route(name, work))
        app.router.add_post("/upload-host/{id}", self._upload)
        app.router.add_get("/file-host/{id}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._sending = asyncio.create_task(self._deliver())
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._sending is not None
        assert self._runner is not None
        self._sending.cancel()
        await asyncio.gather(self._sending, return_exceptions=True)
        await self._runner.cleanup()

    # --- for tests ------------------------------------------------------------------------------------------

    def user(self, id: int, first_name: str = "Иван", locale: str = "ru") -> User:
        return self._people.setdefault(id, User(self, id, first_name, locale))

    def group(self, id: int) -> Group:
        assert id < 0, "ids of groups are negative"
        return self._groups.setdefault(id, Group(self, id))

    def route(self, public: str, local: str) -> None:
        """Let a public https address lead to one on loopback."""
        self._routes[public] = local

    def fail_next(
        self, name: str, status: int | None = None, code: str = "", *, times: int = 1, done: bool = False
    ) -> None:
        """The next calls of e.g. `POST /messages` fail, without a status by a drop; `done`: after the work."""
        self._faults += [(name, status, code, done)] * times

    def called(self, name: str) -> list[dict[str, Any]]:
        return [content for called, content in self.calls if called == name]

    def keep_file(self, content: bytes) -> str:
        self._files.append(content)
        return f"{self.url}/file-host/{len(self._files) - 1}"

    def new_id(self, kind: str) -> str:
        self._last_id += 1
        return f"{kind}.{self._last_id:04}"

    def now(self) -> int:
        self._last_id += 1
        return 1760000000000 + self._last_id

    async def push(self, update: dict[str, Any]) -> None:
        self.updates.append(update)

    # --- the way out ----------------------------------------------------------------------------------------

    async def _deliver(self) -> None:
        """To the first subscription, in order, until it answers 200."""
        async with aiohttp.ClientSession() as http:
            while True:
                await asyncio.sleep(0.01)
                if not self.subscribed or self._confirmed >= len(self.updates):
                    continue
                hook, update = next(iter(self.subscribed.values())), self.updates[self._confirmed]
                if update["update_type"] not in hook["update_types"]:
                    self._confirmed += 1
                    continue
                parts = urlsplit(hook["url"])
                local = self._routes.get(f"{parts.scheme}://{parts.netloc}")
                status = 0
                if local:
                    headers = {"X-Max-Bot-Api-Secret": hook["secret"], "Content-Type": "application/json"}
                    with suppress(aiohttp.ClientError):
                        async with http.post(local + parts.path, data=json.dumps(update), headers=headers) as answer:
                            status = answer.status
                self.deliveries.append(status)
                if status == 200:
                    self._confirmed += 1
                else:
                    await asyncio.sleep(REPEAT_PAUSE)

    # --- calls ----------------------------------------------------------------------------------------------

    def _route(
        self, name: str, work: Callable[[web.Request], Awaitable[dict[str, Any]]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                if request.headers.get("Authorization") != self.token or "access_token" in request.query:
                    raise Refusal(401, "Invalid access_token")
                body = await request.json() if request.can_read_body else None
                self.calls.append((name, {**request.query, "body": body}))
                fault = next((one for one in self._faults if one[0] == name), None)
                if fault is not None:
                    self._faults.remove(fault)
                    _name, status, code, done = fault
                    if done:
                        await work(request)
                    if status is None:
                        assert request.transport is not None
                        request.transport.close()
                        return web.Response()
                    if status == 200:
                        return web.json_response({"success": False, "message": code})
                    raise Refusal(status, "on order", code or None, is_slip=False)
                return web.json_response(await work(request))
            except Refusal as refusal:
                if refusal.is_slip:
                    self.violations.append(f"{name}: {refusal}")
                return web.json_response(refusal.body, status=refusal.status)

        return answer

    async def _me(self, _request: web.Request) -> dict[str, Any]:
        return {**BOT, "username": "calls_bot"}

    async def _subscriptions(self, _request: web.Request) -> dict[str, Any]:
        rows = [{name: row[name] for name in ("url", "update_types")} for row in self.subscribed.values()]
        return {"subscriptions": [{**row, "time": 1760000000000} for row in rows]}

    async def _subscribe(self, request: web.Request) -> dict[str, Any]:
        asked = check_subscription(await request.json())
        if asked["url"] in self.subscribed:
            raise Refusal(400, "subscribed already")
        self.subscribed[asked["url"]] = asked
        return {"success": True}

    async def _unsubscribe(self, request: web.Request) -> dict[str, Any]:
        if self.subscribed.pop(request.query.get("url", ""), None) is None:
            raise Refusal(404, "no such subscription")
        return {"success": True}

    async def _get_updates(self, request: web.Request) -> dict[str, Any]:
        only(dict(request.query), {"limit", "timeout", "marker", "types"}, "query")
        types = set(request.query["types"].split(","))
        if not types <= UPDATE_TYPES or not 0 <= int(request.query["timeout"]) <= 90:
            raise Refusal(400, "types or timeout")
        if self.subscribed:
            return {"updates": [], "marker": None}
        marker = int(request.query.get("marker", len(self.updates) if self.only_news else self._confirmed))
        if marker > len(self.updates):
            raise Refusal(400, "marker", is_slip=False)
        self._confirmed = marker
        until = time.monotonic() + int(request.query["timeout"])
        while len(self.updates) <= marker and time.monotonic() < until:
            await asyncio.sleep(0.01)
        found = self.updates[marker : marker + int(request.query.get("limit", 100))]
        return {"updates": [one for one in found if one["update_type"] in types], "marker": marker + len(found)}

    async def _send(self, request: web.Request) -> dict[str, Any]:
        only(dict(request.query), {"user_id", "chat_id", "disable_link_preview"}, "query")
        body = check_body(await request.json())
        talk: Talk | None = self._groups.get(int(request.query.get("chat_id", 0)))
        if "user_id" in request.query:
            talk = self._people.get(int(request.query["user_id"]))
        if talk is None:
            raise Refusal(404, "no such dialogue", "dialog.not.found", is_slip=False)
        if isinstance(talk, User) and talk.has_stopped:
            raise Refusal(403, "stopped by the user", "dialog.suspended", is_slip=False)
        self._flood(talk)
        for one in body.get("attachments") or []:
            if one["type"] == "file" and one["payload"]["token"] not in self.uploaded:
                raise Refusal(400, "no such file")
            if one["type"] == "file" and self.not_ready:
                self.not_ready -= 1
                raise Refusal(400, "file is processed", "attachment.not.ready", is_slip=False)
        message = Message(self.new_id("mid"), talk.chat_id, {})
        message.show(body)
        talk.messages.append(message)
        talk.journal.append((message.text, message))
        shown = {"mid": message.mid, "seq": 1, "text": message.text}
        kind = {"chat_type": "dialog", "user_id": talk.id} if isinstance(talk, User) else {"chat_type": "chat"}
        recipient = {"chat_id": talk.chat_id, **kind}
        return {"message": {"timestamp": self.now(), "sender": BOT, "recipient": recipient, "body": shown}}

    async def _edit(self, request: web.Request) -> dict[str, Any]:
        only(dict(request.query), {"message_id"}, "query")
        body = check_body(await request.json())
        for talk in self._people.values():
            for message in talk.messages:
                if message.mid == request.query["message_id"] and not message.is_deleted:
                    self._flood(talk)
                    message.show(body)
                    talk.journal.append((message.text, message))
                    return {"success": True}
        raise Refusal(404, "no such message", is_slip=False)

    async def _answer_press(self, request: web.Request) -> dict[str, Any]:
        only(dict(request.query), {"callback_id"}, "query")
        answer = only(await request.json(), {"message", "notification"}, "answer")
        if not answer:
            raise Refusal(400, "message or notification")
        callback_id = request.query["callback_id"]
        if callback_id not in self.callbacks:
            raise Refusal(404, "no such callback")
        user, message = self.callbacks[callback_id]
        self._flood(user)
        if answer.get("message") is not None:
            message.show(check_body(answer["message"]))
        self.answered.append(callback_id)
        return {"success": True}

    async def _action(self, request: web.Request) -> dict[str, Any]:
        if only(await request.json(), {"action"}, "action").get("action") not in ACTIONS:
            raise Refusal(400, "action")
        for user in self._people.values():
            if str(user.chat_id) == request.match_info["chat"]:
                user.typing_count += 1
                return {"success": True}
        raise Refusal(404, "no such chat")

    def _flood(self, talk: Talk) -> None:
        sent = self._sent_at.setdefault(talk.chat_id, deque(maxlen=MOST_MESSAGES))
        if len(sent) == MOST_MESSAGES and time.monotonic() - sent[0] < WINDOW:
            self.floods += 1
            raise Refusal(429, "too many", is_slip=False)
        sent.append(time.monotonic())

    # --- files ----------------------------------------------------------------------------------------------

    async def _upload_place(self, request: web.Request) -> dict[str, Any]:
        if dict(request.query) != {"type": "file"}:
            raise Refusal(400, "type")
        return {"url": f"{self.url}/upload-host/{self.new_id('u')}"}

    async def _upload(self, request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            self.violations.append("the token was given to another host")
        form = await request.post()
        part = form.get("data")
        if set(form) != {"data"} or not isinstance(part, web.FileField):
            self.violations.append("an upload is one field, data")
            return web.Response(status=400)
        token = f"token-{request.match_info['id']}"
        with part.file:
            self.uploaded[token] = (part.filename, part.file.read())
        return web.json_response({"token": token})

    async def _download(self, request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            self.violations.append("the token was given to another host")
        self.calls.append(("download", {}))
        return web.Response(body=self._files[int(request.match_info["id"])])
