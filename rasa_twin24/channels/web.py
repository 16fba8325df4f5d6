"""The web chat: one page at /chat, messages in by POST, lines out by long polling."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
from sanic import Blueprint, Sanic
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse, raw, text

from rasa_twin24.channels import web_answers, web_door, web_page
from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.incoming import TEXT, is_list
from rasa_twin24.channels.web_answers import bounded_body, json_answer, let_in, not_ready, page_answer
from rasa_twin24.channels.web_inbox import WebInbox
from rasa_twin24.channels.web_messages import (
    BadRequest,
    SentFile,
    first_language,
    read_question,
    read_sent,
    read_sent_file,
)
from rasa_twin24.channels.web_talk import WebTalk
from rasa_twin24.finding import Finding
from rasa_twin24.ledger.files import File
from rasa_twin24.ledger.people import WEB_OWNER

log = structlog.get_logger(__name__)

# What a message may have besides its text, bytes.
BODY_MARGIN = 256 * 1024
# Of a list inside a message, bytes: reading the JSON of ten megabytes would hold everybody up for 60 ms. The chat's own
# page sends a long text as a file.
MAX_LIST = 4 * 1024 * 1024
TOKEN_BYTES = 24


class WebInput(MessengerInput):
    """One conversation, `web:owner`, in as many tabs and browsers as its owner opens.

    `open_door`: whoever sits at the bot's own machine gets in without the token; for the built-in sandbox only, where
    nothing costs money. `sandbox_page`: the address of the page that shows what the sandbox saw.
    """

    def __init__(self) -> None:
        super().__init__()
        self.open_door = False
        self.sandbox_page: str | None = None
        self._token = ""
        self._closing = False
        self._one_at_a_time = asyncio.Lock()
        self._inbox: WebInbox
        self._talk: WebTalk

    @classmethod
    def name(cls) -> str:
        return "web"

    async def examine(self) -> list[Finding]:
        return []

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
        await super().open(app)
        self._talk = WebTalk(self.reception.ledger)
        self._inbox = WebInbox(self.reception, self._talk.ring)
        self._token = await self._kept_token()
        await self._talk.open()

    async def begin_anew(self) -> None:
        """The talk was deleted: open pages forget what they show."""
        await self._talk.begin_anew()

    async def close(self) -> None:
        """Let go of the pages that wait, or the server would wait for them."""
        self._closing = True
        self._talk.close()
        await super().close()

    def routes(self, blueprint: Blueprint) -> None:
        @blueprint.get("/chat")
        async def chat(request: Request) -> HTTPResponse:
            return self._chat(request)

        @blueprint.get("/chat/<name:str>")
        async def asset(_request: Request, name: str) -> HTTPResponse:
            return web_answers.asset(name)

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
            return let_in(request, self._token)
        if self._knows(request) and (self.open_door or not given):
            return page_answer(web_page.chat_page(self.sandbox_page, self._most_file_bytes), 200)
        log.warning("web_door_closed")
        page = page_answer(web_page.locked_page(), 403 if self.open_door else 401)
        if web_door.came_by_link(request.headers):
            # The cookie may be there and was only held back; a page of our own that asks again gets it sent along.
            page.headers["Refresh"] = "0; url=/chat"
        return page

    def _knows(self, request: Request) -> bool:
        if self.open_door:
            return web_door.at_this_machine(request.ip, request.headers)
        cookie = request.cookies.get(web_door.cookie_name(request.headers))
        return web_door.same_secret(cookie, self._token)

    def _refusal(self, request: Request) -> HTTPResponse | None:
        """What to answer a request that does not come from the owner's page; None when it does."""
        if not self._token or self._closing:
            return not_ready(request)
        if not self._knows(request):
            return json_answer({"error": "door"}, 403 if self.open_door else 401)
        if not web_door.from_own_page(request.headers):
            log.warning("web_request_of_another_site")
            return json_answer({"error": "origin"}, 403)
        return None

    # --- coming in ------------------------------------------------------------------------------------------

    async def _webhook(self, request: Request) -> HTTPResponse:
        refusal = await self._refused_at_the_door(request)
        if refusal:
            return refusal
        if not web_door.is_json(request.headers):
            return json_answer({"error": "content_type"}, 415)
        try:
            sent = read_sent(await bounded_body(request, min(self._most_file_bytes, MAX_LIST) + BODY_MARGIN))
        except PayloadTooLarge:
            return json_answer({"error": "too_long"}, 413)
        except BadRequest as error:
            return json_answer({"error": error.code}, 400)
        if sent.kind == TEXT and is_list(sent.text):
            content = sent.text.encode()
            if len(content) > self._most_file_bytes:
                return json_answer({"error": "too_long"}, 413)
            return await self._store(request, self._inbox.write_file_down, SentFile(sent.key, ""), content)
        return await self._store(request, self._inbox.write_down, sent)

    async def _sent_file(self, request: Request) -> HTTPResponse:
        refusal = await self._refused_at_the_door(request)
        if refusal:
            return refusal
        if not web_door.is_raw(request.headers):
            return json_answer({"error": "content_type"}, 415)
        try:
            sent = read_sent_file({name: request.args.get(name) for name in request.args})
            content = await bounded_body(request, self._most_file_bytes)
        except PayloadTooLarge:
            return json_answer({"error": "too_long"}, 413)
        except BadRequest as error:
            return json_answer({"error": error.code}, 400)
        if not content:
            return json_answer({"error": "empty"}, 400)
        return await self._store(request, self._inbox.write_file_down, sent, content)

    async def _refused_at_the_door(self, request: Request) -> HTTPResponse | None:
        refusal = self._refusal(request)
        if refusal and refusal.status in (401, 403):
            self.note_forgery()
        return refusal

    async def _store(
        self, request: Request, write_down: Callable[..., Awaitable[dict[str, object]]], *sent: object
    ) -> HTTPResponse:
        language = first_language(request.headers.get("accept-language", ""))
        try:
            async with self._one_at_a_time:  # two tabs may send one message; lines stand in the order of the turns
                return json_answer(await write_down(*sent, language))
        except Exception as error:  # not written down: the page keeps the message and sends it again
            log.error("web_message_not_stored", error=type(error).__name__)
            return json_answer({"error": "storage"}, 503)

    @property
    def _most_file_bytes(self) -> int:
        return self.reception.attachments.most_bytes

    # --- going out ------------------------------------------------------------------------------------------

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        return await self._talk.add(f"{self.name()}:{person}", text, keyboard, standing=standing)

    async def edit(
        self, person: str, message: str, text: str, keyboard: Sequence[tuple[str, str]], *, last: bool
    ) -> str | None:
        if await self._talk.change(f"{self.name()}:{person}", message, text, keyboard, standing=not last):
            return message
        return await self.deliver(person, text, keyboard, standing=not last)  # the talk was deleted meanwhile

    async def deliver_file(self, person: str, file: File) -> None:
        await self._talk.add_file(f"{self.name()}:{person}", file)

    async def _file(self, request: Request, file_id: str) -> HTTPResponse:
        refusal = self._refusal(request)
        if refusal:
            return refusal
        try:
            file = await self.reception.ledger.files.get(WEB_OWNER, file_id)
        except Exception as error:
            log.error("web_file_unreadable", error=type(error).__name__)
            return json_answer({"error": "storage"}, 503)
        if file is None:
            return text("", status=404, headers=web_page.HEADERS)
        headers = {**web_page.HEADERS, "Content-Disposition": web_page.attachment(file.name)}
        return raw(file.content, headers=headers, content_type="application/octet-stream")

    def typing(self, person: str) -> AbstractAsyncContextManager[None]:
        return self._talk.typing()

    async def _messages(self, request: Request) -> HTTPResponse:
        refusal = self._refusal(request)
        if refusal:
            return refusal
        try:
            question = read_question({name: request.args.get(name) for name in request.args})
            news = await self._talk.wait(question)
        except BadRequest as error:
            return json_answer({"error": error.code}, 400)
        except Exception as error:
            log.error("web_transcript_unreadable", error=type(error).__name__)
            return json_answer({"error": "storage"}, 503)
        return not_ready(request) if news is None else json_answer(news)

    async def _kept_token(self) -> str:
        return await self.reception.ledger.kept.get_or_make("web_token", lambda: secrets.token_urlsafe(TOKEN_BYTES))
