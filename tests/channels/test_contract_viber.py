"""Viber keeps what every messenger keeps."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rasa_twin24.channels.viber import ViberInput
from tests.channels.bot import PUBLIC_URL, ChannelBot
from tests.channels.contract import MessengerContract, Post, Shown, Stage
from tests.standins.viber import Viber
from tests.waiting import until

pytestmark = pytest.mark.rasa

HEADER = "X-Viber-Content-Signature"
PATH = "/webhooks/viber/webhook"
# A press is a text that begins so.
PRESSED = "twin24-button:"
BAD_DATA = 3


class WaitingViber(Viber):
    """What its people do waits, and the contract brings it. Files it fetches at once, as Viber does."""

    update: dict[str, Any]

    def __post_init__(self) -> None:
        super().__post_init__()
        self.fetched: dict[str, bytes] = {}

    async def push(self, update: dict[str, Any]) -> tuple[int, bytes]:
        self.update = update
        return 200, b""

    async def _work(self, method: str, params: dict[str, Any], size: int) -> dict[str, Any]:
        result = await super()._work(method, params, size)
        if params.get("type") == "file":
            status, self.fetched[params["media"]] = await self.fetch(params["media"])
            assert status == 200
        return result


class ViberStage(Stage):
    owner, other, stranger = "vbUserIvan+/AAA==", "vbUserAnna+/BBB==", "vbUserStranger=="
    most_text = 7000

    def __init__(self, viber: WaitingViber, bot: ChannelBot) -> None:
        self.viber = viber
        self.bot = bot
        self.secrets = (viber.token,)

    def genuine(self, body: bytes) -> Post:
        return Post(PATH, body, {HEADER: self._signature(body)})

    def forged(self, post: Post) -> Sequence[Post]:
        signature = post.headers[HEADER]
        others = [{}, {HEADER: ""}, {HEADER: "0" * 64}, {HEADER: signature[:-1]}, {HEADER: "sha256=" + signature}]
        changed = post.body[:-3] + bytes([post.body[-3] ^ 1]) + post.body[-2:]
        return [*(Post(PATH, post.body, headers) for headers in others), Post(PATH, changed, post.headers)]

    async def says(self, person: str, text: str) -> Post:
        return await self._sends(person, {"type": "text", "text": text})

    async def presses(self, person: str, token: str) -> Post:
        return await self.says(person, PRESSED + token)

    async def unknown(self, person: str) -> Post:
        sender = self.viber.person(person).as_json
        update = {"event": "hologram", "timestamp": 1, "message_token": self.viber.next_token(), "sender": sender}
        return self.genuine(json.dumps(update).encode())

    async def contact(self, person: str, phone: str, name: str) -> Post:
        await self.viber.person(person).shares_contact(phone, name)
        return self._made()

    async def file(self, person: str, name: str, content: bytes, announced: int | None = None) -> Post:
        message = {"type": "file", "media": self.viber.keep_file(name, content), "file_name": name}
        return await self._sends(person, message if announced is None else {**message, "size": announced})

    async def file_at(self, person: str, address: str) -> Post:
        return await self._sends(person, {"type": "file", "media": address, "file_name": "a.csv", "size": 5})

    async def voice(self, person: str) -> Post:
        """Voice notes do not reach bots."""
        return await self._sends(person, {"type": "sticker", "sticker_id": 46105})

    async def says_in_group(self, person: str, text: str) -> Post:
        """A bot may be a member of a community, whose messages name it."""
        await self.says(person, text)
        self.viber.update["chat_id"] = "chat-1"
        return self._made()

    async def blocks(self, person: str) -> Post:
        await self.viber.person(person).unsubscribes()
        return self._made()

    async def unblocks(self, person: str) -> Post:
        await self.viber.person(person).subscribes()
        return self._made()

    def shown(self, person: str) -> Sequence[Shown]:
        """The keyboard is below the dialogue, and the newest message's."""
        messages = self.viber.person(person).messages
        return [
            Shown(seen.text, tuple((label, body.removeprefix(PRESSED)) for label, body in buttons))
            for seen in messages
            if seen.message["type"] != "file"
            for buttons in [seen.buttons if seen is messages[-1] else []]
        ]

    def files_shown(self, person: str) -> Sequence[tuple[str, bytes]]:
        sent = [seen.message for seen in self.viber.person(person).messages if seen.message["type"] == "file"]
        return [(message["file_name"], self.viber.fetched[message["media"]]) for message in sent]

    def fails(self, status: int, *, retry_after: int | None = None, times: int = 1) -> None:
        if status == 400:
            self.viber.fail_next("send_message", status=BAD_DATA, times=times)
        else:
            headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
            self.viber.fail_next("send_message", http=status, headers=headers, times=times)

    async def _sends(self, person: str, message: dict[str, Any]) -> Post:
        await self.viber.person(person).sends(message)
        return self._made()

    def _made(self) -> Post:
        return self.genuine(json.dumps(self.viber.update, ensure_ascii=False).encode())

    def _signature(self, body: bytes) -> str:
        return hmac.new(self.viber.token.encode(), body, hashlib.sha256).hexdigest()


class TestViber(MessengerContract):
    @pytest.fixture
    async def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
        monkeypatch.setenv("BOT_OWNERS", f"viber:{ViberStage.owner},viber:{ViberStage.other}")
        for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(proxy, raising=False)
        async with WaitingViber() as viber:
            block = {"token": viber.token, "api_url": viber.url, "webhook_url": PUBLIC_URL}
            bot = ChannelBot(ViberInput.from_credentials(block), tmp_path)
            viber.route(PUBLIC_URL, bot.url)
            async with bot:
                await until(lambda: bool(viber.webhook))
                yield ViberStage(viber, bot)
            assert viber.violations == []
