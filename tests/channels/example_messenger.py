"""The smallest whole messenger, outside the package: JSON by webhook, a secret in a header, an outbox in memory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sanic import Blueprint, HTTPResponse, Request

from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.cards import card_line
from rasa_twin24.channels.connection import Connection, MessengerError
from rasa_twin24.channels.incoming import BUTTON, CONTACT, FILE, TEXT, Attached, Incoming, clean_file_name, clean_name
from rasa_twin24.channels.messenger import FileLost, FileTooLarge, Gone
from rasa_twin24.channels.reply import split_text
from rasa_twin24.channels.webhook import Malformed, Webhook, same_secret
from rasa_twin24.ledger.files import File

HEADER = "X-Example-Secret"
MAX_TEXT = 2000


@dataclass
class Platform:
    """The messenger's servers, were it a real one: messages by person, who blocked the bot, and refusals to come."""

    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    refusals: list[MessengerError] = field(default_factory=list)

    async def send(self, person: str, **message: Any) -> str:
        if person in self.blocked:
            raise MessengerError("send", 403, "blocked", gone=True)
        if self.refusals:
            raise self.refusals.pop(0)
        self.messages.setdefault(person, []).append(message)
        return str(len(self.messages[person]))


class ExampleInput(MessengerInput):
    needs = ("secret",)

    def __init__(self, secret: str, api_url: str) -> None:
        super().__init__()
        self._secret, self._api_url = secret, api_url
        self.platform = Platform()

    @classmethod
    def name(cls) -> str:
        return "example"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> ExampleInput:
        block = {"secret": "", "api_url": "", **(credentials or {})}
        if not block["secret"]:
            raise ValueError("EXAMPLE_SECRET is missing: make one up and give it to the messenger")
        return cls(block["secret"], block["api_url"] or "https://example.org")

    def routes(self, blueprint: Blueprint) -> None:
        def admits(request: Request) -> bool:
            return same_secret(request.headers.get(HEADER), self._secret)

        hook = Webhook("example", self._take, self.note_forgery, admits=admits, read=read_update)

        @blueprint.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await hook.answer(request)

    async def _take(self, incoming: Incoming | None) -> None:
        if incoming is not None:
            await self.reception.receive(incoming)

    def connect(self) -> None:
        self._connection = Connection(self._api_url)

    async def disconnect(self) -> None:
        await self._connection.close()

    async def deliver(
        self, person: str, text: str, keyboard: Sequence[tuple[str, str]], *, standing: bool = False
    ) -> str | None:
        parts = split_text(text, MAX_TEXT)
        for part in parts[:-1]:
            await self._send(person, text=part, buttons=())
        return await self._send(person, text=parts[-1], buttons=tuple(keyboard))

    async def deliver_file(self, person: str, file: File) -> None:
        await self._send(person, file=file)

    async def _send(self, person: str, **message: Any) -> str:
        try:
            return await self._connection.repeat(lambda: self.platform.send(person, **message))
        except MessengerError as error:
            if error.gone:
                raise Gone from None
            raise

    async def fetch(self, file: Attached, most: int) -> bytes:
        try:
            content = await self._connection.download(file.id, most)
        except MessengerError as error:
            raise FileLost(str(error)) from None
        if content is None:
            raise FileTooLarge
        return content


def read_update(body: bytes) -> Incoming | None:
    """None: it is nothing for the bot. Raises `Malformed` or another ValueError."""
    update = json.loads(body)
    if not isinstance(update, dict) or not all(isinstance(update.get(key), str) for key in ("id", "person", "kind")):
        raise Malformed
    kind, text, name = update["kind"], str(update.get("text", "")), update.get("name")
    if kind not in (TEXT, BUTTON, CONTACT, FILE) or update.get("group"):
        return None
    file = Attached(text, clean_file_name(name), update.get("size")) if kind == FILE else None
    said = {CONTACT: card_line(text, name), FILE: ""}.get(kind, text)
    return Incoming("example", update["id"], update["person"], kind, said, name=clean_name(name), file=file)
