"""WhatsApp keeps what every messenger keeps."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rasa_twin24.channels.whatsapp import WhatsAppInput
from tests.channels.bot import ChannelBot
from tests.channels.contract import MessengerContract, Post, Stage
from tests.channels.contract import Shown as Seen
from tests.standins.whatsapp import User, WhatsApp

pytestmark = pytest.mark.rasa

HEADER = "X-Hub-Signature-256"
PATH = "/webhooks/whatsapp/webhook"
UNDELIVERABLE = 131026
# The codes that come with an HTTP status.
CODES = {400: 131009, 429: 130429, 500: 131000}
# People by the ids that the bot knows them by, and their numbers.
PHONES = {"RU.13491208655302741918": "79161110000", "RU.500200": "79162220000", "RU.700700": "79163330000"}


class WaitingWhatsApp(WhatsApp):
    """What its people do waits, and the contract brings it."""

    update: bytes

    async def push(self, value: dict[str, Any]) -> int:
        self.update = json.dumps(self.wrapped(value)).encode()
        return 200


class WhatsAppStage(Stage):
    owner, other, stranger = PHONES
    most_text = 4096
    # https://developers.facebook.com/docs/whatsapp/cloud-api/guides/set-up-webhooks
    most_body = 3 * 1024 * 1024
    # Nothing can be escaped: what is between two * _ ~ or ` is shown bold, slanted, struck out or in a typewriter's
    # letters, whoever wrote it. https://faq.whatsapp.com/539178204879377
    markup = "Акция <b>50%</b> & \"скидка\" 'всем' * и _ и ~ и ` [a](b) &amp; <@U1> \\* #1"

    def __init__(self, wa: WaitingWhatsApp, bot: ChannelBot) -> None:
        self.wa = wa
        self.bot = bot
        self.secrets = (wa.token, wa.app_secret, wa.verify_token, *PHONES.values())
        self.users = {scoped: wa.user(phone, "Иван", scoped) for scoped, phone in PHONES.items()}

    def genuine(self, body: bytes) -> Post:
        return Post(PATH, body, {HEADER: self.wa.signature(body), "Content-Type": "application/json"})

    def forged(self, post: Post) -> Sequence[Post]:
        signature = post.headers[HEADER]
        bare = signature.removeprefix("sha256=")
        others = [{}, *({HEADER: each} for each in ("", "sha256=", "sha256=" + "0" * 64, signature[:-1], bare))]
        changed = post.body[:-3] + bytes([post.body[-3] ^ 1]) + post.body[-2:]
        return [*(Post(PATH, post.body, headers) for headers in others), Post(PATH, changed, post.headers)]

    async def says(self, person: str, text: str) -> Post:
        await self._user(person).says(text)
        return self._made()

    async def presses(self, person: str, token: str) -> Post:
        await self._user(person).presses_id(token)
        return self._made()

    async def unknown(self, person: str) -> Post:
        await self._user(person).sends("hologram", hologram={"id": "1"})
        return self._made()

    async def contact(self, person: str, phone: str, name: str) -> Post:
        await self._user(person).shares_contact(phone, name)
        return self._made()

    async def file(self, person: str, name: str, content: bytes, announced: int | None = None) -> Post:
        """WhatsApp always tells a size: here one that is not true, unless it is announced."""
        media = self.wa.add_media(content, size=1 if announced is None else announced)
        await self._user(person).sends_file(media, name)
        return self._made()

    async def file_at(self, person: str, address: str) -> Post:
        """The address stands in WhatsApp's answer and not in the update; it is looked at all the same."""
        await self._user(person).sends_file(self.wa.add_media(b"1", url=address), "a.csv")
        return self._made()

    async def voice(self, person: str) -> Post:
        await self._user(person).sends("audio", audio={"id": "3000", "voice": True, "mime_type": "audio/ogg"})
        return self._made()

    async def says_in_group(self, person: str, text: str) -> Post:
        await self._user(person).sends("text", text={"body": text}, group_id="G1")
        return self._made()

    async def blocks(self, person: str) -> Post:
        """Nothing tells of it but a message that was accepted before and did not arrive."""
        user = self._user(person)
        user.has_blocked = True
        await user.is_not_reached(user.messages[-1], UNDELIVERABLE)
        return self._made()

    async def unblocks(self, person: str) -> None:
        self._user(person).has_blocked = False

    def shown(self, person: str) -> Sequence[Seen]:
        return [
            Seen(as_seen(message.text), tuple((title, token) for token, title in message.buttons))
            for message in self._user(person).messages
            if message.file is None
        ]

    def files_shown(self, person: str) -> Sequence[tuple[str, bytes]]:
        return [message.file for message in self._user(person).messages if message.file is not None]

    def fails(self, status: int, *, retry_after: int | None = None, times: int = 1) -> None:
        """WhatsApp never tells how long to wait."""
        self.wa.fail("messages", status=status, code=CODES[status], times=times)

    def _user(self, person: str) -> User:
        return self.users[person]

    def _made(self) -> Post:
        return self.genuine(self.wa.update)


def as_seen(text: str) -> str:
    """Without the signs that only change how letters look."""
    return re.sub(r"(?<!\w)([*_~`])(\S|\S.*?\S)\1(?!\w)", r"\2", text)


class TestWhatsApp(MessengerContract):
    @pytest.fixture
    async def stage(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
        monkeypatch.setenv("BOT_OWNERS", f"whatsapp:{WhatsAppStage.owner},whatsapp:{WhatsAppStage.other}")
        for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.delenv(proxy, raising=False)
        async with WaitingWhatsApp() as wa:
            block = {
                "token": wa.token,
                "phone_number_id": wa.phone_number_id,
                "app_secret": wa.app_secret,
                "verify_token": wa.verify_token,
                "api_url": wa.url,
            }
            channel = WhatsAppInput.from_credentials(block)
            async with ChannelBot(channel, tmp_path) as bot:
                for person in (WhatsAppStage.owner, WhatsAppStage.other):
                    # Else it stands below their first answer; test_whatsapp.py looks at that.
                    await channel.people.told(person)
                yield WhatsAppStage(wa, bot)
            assert wa.violations == []
