"""The web chat: one page at /chat, messages in by POST, lines out by long polling."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from sanic import Blueprint, Sanic
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, json, raw, redirect, text

from rasa_twin24.channels import web_door, web_page
from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.incoming import TEXT, is_list
from rasa_twin24.channels.web_inbox import WebInbox
from rasa_twin24.channels.web_messages import (
    SHOWN_LINES,
    BadRequest,
    Question,
    SentFile,
    first_language,
    line_json,
    newest,
    read_question,
    read_sent,
    read_sent_file,
)
from rasa_twin24.ledger.files import File
from rasa_twin24.ledger.people import WEB_OWNER

log = structlog.get_logger(__name__)

# What a message may have besides its text, bytes.
BODY_MARGIN = 256 * 1024
# Of a list inside a message, bytes: reading the JSON of ten megabytes would hold everybody up for 60 ms. The chat's own
# page sends a long text as a file.
MAX_LIST = 4 * 1024 * 1024
# What is read of a longer one and thrown away, bytes: who is cut off while sending does not hear why.
MAX_DRAINED = 16 * 1024 * 1024
TOKEN_BYTES = 24
# A turn that takes longer shows the bot typing, seconds; most answers are there before.
TYPING_AFTER = 0.3

BOT = "bot"


class WebInput(MessengerInput):
    """One conversation, `web:owner`, in as many tabs and browsers as its owner opens.

    `open_door`: whoever sits at the bot's own machine gets in without the token; for the built-in sandbox only, where
    nothing costs money. `sandbox_page`: the address of the page that shows what the sandbox saw.
    """

    def __init__(self) -> None:
        self.open_door = False
        self.sandbox_page: str | None = None
        self._token = ""
        self._talk = ""
        self._typing = False
        self._closing = False
        # Set, and replaced by a new one, whenever there is something to tell: everybody who waits on it looks again.
        self._bell = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._inbox: WebInbox

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, _credentials: dict[str, Any] | None) -> WebInput:
        """Rasa's entry; there is nothing to configure."""
        return cls()

    def url_prefix(self) -> str:
        # Rasa joins this to "/webhooks/": the chat's own addresses start at the root.
        return "/"

    async def address(self, host: str, port: int) -> str:
        """Where the owner opens the chat of a bot that listens there. It holds the token unless the door is open."""
        return web_door.chat_address(host, port, None if self.open_door else await self._kept_token())

    async def open(self, app: Sanic) -> None:
        kept = self.reception.ledger.kept
        self._inbox = WebInbox(self.reception, self._ring)
        self._token = await self._kept_token()
        # A page that shows another ledger's lines must start anew, however the numbers compare.
        self._talk = await kept.get_or_make("web_talk", lambda: secrets.token_hex(8))

    async def begin_anew(self) -> None:
        """The talk was deleted: open pages forget what they show."""
        self._talk = secrets.token_hex(8)
        await self.reception.ledger.kept.put("web_talk", self._talk)
        self._ring()

    async def close(self) -> None:
        """Let go of the pages that wait, or the server would wait for them."""
        self._closing = True
        self._ring()

    def routes(self, blueprint: Blueprint) -> None:
        @blueprint.get("/chat")
        async def chat(request: Request) -> HTTPResponse:
            return self._chat(request)

        @blueprint.get("/chat/<name:str>")
        async def asset(_request: Request, name: str) -> HTTPResponse:
            return _asset(name)

        @blueprint.get("/chat/files/<file_id:str>")
        async def file(request: Request, file_id: str) -> HTTPResponse:
            return await self._file(request, file_id)

        # Streamed, so that the size of the body is bounded while it is read.
        @blueprint.post("/webhooks/web/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request)

        @blueprint.post("/webhooks/web/file", stream=True)
        async def sent_file(request: Request) -> HTTPResponse:
            return await self._sent_file(request)

        @blueprint.get("/webhooks/web/messages")
        async def messages(request: Request) -> HTTPResponse:
            return await self._messages(request)

    # --- the door -------------------------------------------------------------------------------------------

    def _chat(self, request: Request) -> HTTPResponse:
        if not self._token:
            return text("", status=503, headers={**web_page.HEADERS, "Refresh": "1"})
        given = request.args.get("token")
        if given and not self.open_door and web_door.same_secret(given, self._token):
            return self._let_in(request)
        if self._knows(request) and (self.open_door or not given):
            return _page(web_page.chat_page(self.sandbox_page, self._most_file_bytes), 200)
        log.warning("web_door_closed")
        page = _page(web_page.locked_page(), 403 if self.open_door else 401)
        if web_door.came_by_link(request.headers):
            # The cookie may be there and was only held back; a page of our own that asks again gets it sent along.
            page.headers["Refresh"] = "0; url=/chat"
        return page

    def _let_in(self, request: Request) -> HTTPResponse:
        """Swap the token in the address, which histories and shoulders see, for a cookie that scripts cannot read."""
        response = redirect("/chat", headers=dict(web_page.HEADERS), status=303)
        name = web_door.cookie_name(request.headers)
        response.cookies[name] = self._token
        response.cookies[name]["path"] = "/"
        response.cookies[name]["httponly"] = True
        response.cookies[name]["samesite"] = "Strict"
        response.cookies[name]["max-age"] = web_door.COOKIE_SECONDS
        if web_door.over_https(request.scheme, request.headers):
            response.cookies[name]["secure"] = True
        return response

    def _knows(self, request: Request) -> bool:
        if self.open_door:
            return web_door.at_this_machine(request.ip, request.headers)
        cookie = request.cookies.get(web_door.cookie_name(request.headers))
        return web_door.same_secret(cookie, self._token)

    def _refusal(self, request: Request) -> HTTPResponse | None:
        """What to answer a request that does not come from the owner's page; None when it does."""
        if not self._token or self._closing:
            return _not_ready(request)
        if not self._knows(request):
            return _json({"error": "door"}, 403 if self.open_door else 401)
        if not web_door.from_own_page(request.headers):
            log.warning("web_request_of_another_site")
            return _json({"error": "origin"}, 403)
        return None

    # --- coming in ------------------------------------------------------------------------------------------

    async def _webhook(self, request: Request) -> HTTPResponse:
        refusal = await self._refused_at_the_door(request)
        if refusal:
            return refusal
        if not web_door.is_json(request.headers):
            return _json({"error": "content_type"}, 415)
        try:
            sent = read_sent(await _bounded_body(request, min(self._most_file_bytes, MAX_LIST) + BODY_MARGIN))
        except PayloadTooLarge:
            return _json({"error": "too_long"}, 413)
        except BadRequest as error:
            return _json({"error": error.code}, 400)
        if sent.kind == TEXT and is_list(sent.text):
            content = sent.text.encode()
            if len(content) > self._most_file_bytes:
                return _json({"error": "too_long"}, 413)
            return await self._store(request, self._inbox.write_file_down, SentFile(sent.key, ""), content)
        return await self._store(request, self._inbox.write_down, sent)

    async def _sent_file(self, request: Request) -> HTTPResponse:
        refusal = await self._refused_at_the_door(request)
        if refusal:
            return refusal
        if not web_door.is_raw(request.headers):
            return _json({"error": "content_type"}, 415)
        try:
            sent = read_sent_file({name: request.args.get(name) for name in request.args})
            content = await _bounded_body(request, self._most_file_bytes)
        except PayloadTooLarge:
            return _json({"error": "too_long"}, 413)
        except BadRequest as error:
            return _json({"error": error.code}, 400)
        if not content:
            return _json({"error": "empty"}, 400)
        return await self._store(request, self._inbox.write_file_down, sent, content)

    async def _refused_at_the_door(self, request: Request) -> HTTPResponse | None:
        refusal = self._refusal(request)
        if refusal and refusal.status in (401, 403):
            await self.note_forgery()
        return refusal

    async def _store(
        self, request: Request, write_down: Callable[..., Awaitable[dict[str, object]]], *sent: object
    ) -> HTTPResponse:
        language = first_language(request.headers.get("accept-language", ""))
        try:
            async with self._one_at_a_time:  # two tabs may send one message; lines stand in the order of the turns
                return _json(await write_down(*sent, language))
        except Exception as error:  # not written down: the page keeps the message and sends it again
            log.error("web_message_not_stored", error=type(error).__name__)
            return _json({"error": "storage"}, 503)

    @property
    def _most_file_bytes(self) -> int:
        return self.reception.attachments.most_bytes

    # --- going out ------------------------------------------------------------------------------------------

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        conversation = f"{self.name()}:{person}"
        seq = await self.reception.ledger.transcript.add(conversation, BOT, text, keyboard, standing=standing)
        self._ring()
        return str(seq)

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        transcript = self.reception.ledger.transcript
        if not await transcript.change(f"{self.name()}:{person}", int(message), text, keyboard, standing=not last):
            return await self.deliver(person, text, keyboard, standing=not last)  # the talk was deleted meanwhile
        self._ring()
        return message

    async def deliver_file(self, person: str, file: File) -> None:
        await self.reception.ledger.transcript.add(f"{self.name()}:{person}", BOT, file.name, file=file.id)
        self._ring()

    async def _file(self, request: Request, file_id: str) -> HTTPResponse:
        refusal = self._refusal(request)
        if refusal:
            return refusal
        try:
            file = await self.reception.ledger.files.get(WEB_OWNER, file_id)
        except Exception as error:
            log.error("web_file_unreadable", error=type(error).__name__)
            return _json({"error": "storage"}, 503)
        if file is None:
            return text("", status=404, headers=web_page.HEADERS)
        headers = {**web_page.HEADERS, "Content-Disposition": web_page.attachment(file.name)}
        return raw(file.content, headers=headers, content_type="application/octet-stream")

    @asynccontextmanager
    async def typing(self, person: str) -> AsyncIterator[None]:
        # One conversation, whose turns come one after another: a yes or no is enough.
        begin = asyncio.get_running_loop().call_later(TYPING_AFTER, self._show_typing, True)
        try:
            yield
        finally:
            begin.cancel()
            self._show_typing(False)

    async def _messages(self, request: Request) -> HTTPResponse:
        refusal = self._refusal(request)
        if refusal:
            return refusal
        try:
            question = read_question({name: request.args.get(name) for name in request.args})
        except BadRequest as error:
            return _json({"error": error.code}, 400)
        loop = asyncio.get_running_loop()
        until = loop.time() + question.wait
        while True:
            bell = self._bell  # taken before looking: a line that comes in between has rung this one
            try:
                lines, reset = await self._news(question)
            except Exception as error:
                log.error("web_transcript_unreadable", error=type(error).__name__)
                return _json({"error": "storage"}, 503)
            left = until - loop.time()
            if lines or reset or self._typing != question.typing or left <= 0:
                return _json(self._answer(question, lines, reset))
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(bell.wait(), left)
            if self._closing:
                return _not_ready(request)

    async def _news(self, question: Question) -> tuple[list[dict[str, object]], bool]:
        """The lines that the page lacks, and whether it has to forget what it shows."""
        transcript = self.reception.ledger.transcript
        reset = question.talk not in ("", self._talk)
        after = 0 if reset else question.after
        found = await transcript.after(WEB_OWNER, after, SHOWN_LINES + 1)
        if after and not found:
            last = await transcript.after(WEB_OWNER, 0, 1)
            if not last or last[-1].seq < after:  # the ledger was wiped, or put back from a copy
                reset = True
                found = await transcript.after(WEB_OWNER, 0, SHOWN_LINES + 1)
        lines, gap = newest(found)
        return [line_json(line) for line in lines], reset or gap

    def _answer(self, question: Question, lines: list[dict[str, object]], reset: bool) -> dict[str, object]:
        latest = lines[-1]["seq"] if lines else 0 if reset else question.after
        return {"lines": lines, "latest": latest, "reset": reset, "typing": self._typing, "talk": self._talk}

    async def _kept_token(self) -> str:
        return await self.reception.ledger.kept.get_or_make("web_token", lambda: secrets.token_urlsafe(TOKEN_BYTES))

    def _show_typing(self, typing: bool) -> None:
        if self._typing != typing:
            self._typing = typing
            self._ring()

    def _ring(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()


def _asset(name: str) -> HTTPResponse:
    if name not in web_page.ASSETS:
        return text("", status=404, headers=web_page.HEADERS)
    return text(web_page.asset(name), headers=web_page.HEADERS, content_type=web_page.ASSETS[name])


async def _bounded_body(request: Request, most: int) -> bytes:
    """The body of a streamed request; raises `PayloadTooLarge` as soon as it is longer."""
    request.stream.request_max_size = most
    try:
        await request.receive_body()
    except PayloadTooLarge:
        request.stream.request_max_size = most + MAX_DRAINED
        raise
    body: bytes = request.body
    return body


def _not_ready(request: Request) -> HTTPResponse:
    # A connection kept alive would hold up the stop of the server.
    request.stream.keep_alive = False
    return _json({"error": "not_ready"}, 503)


def _page(page: str, status: int) -> HTTPResponse:
    return text(page, status=status, headers=dict(web_page.HEADERS), content_type="text/html; charset=utf-8")


def _json(body: dict[str, object], status: int = 200) -> HTTPResponse:
    return json(body, status=status, headers=web_page.HEADERS)
