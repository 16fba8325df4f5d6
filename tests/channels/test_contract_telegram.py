"""Telegram keeps what every messenger keeps."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from rasa_twin24.channels.telegram import TelegramInput
from tests.channels.bot import OWNER, PUBLIC_URL, STRANGER, ChannelBot
from tests.channels.contract import MessengerContract, Post, Shown, Stage
from tests.standins.telegram import Telegram, User

pytestmark = pytest.mark.rasa

SECRET = "w3bhook_Secret-1"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
PATH = "/webhooks/telegram/webhook"
TAKING_AWAY = ("answerCallbackQuery", "editMessageReplyMarkup")


class TelegramStage(Stage):
    """The stand-in knows no way to the bot: what its people do waits there, and the contract brings it."""

    owner, other, stranger = str(OWNER), "500200", str(STRANGER)
    most_text = 4096

    def __init__(self, tg: Telegram, bot: ChannelBot) -> None:
        self.tg = tg
        self.bot = bot
        self.secrets = (tg.token, SECRET)

    def genuine(self, body: bytes) -> Post:
        return Post(PATH, body, {HEADER: SECRET})

    def forged(self, post: Post) -> Sequence[Post]:
        others = [{}, {HEADER: ""}, {HEADER: SECRET[:-1]}, {HEADER: SECRET + "1"}, {HEADER: "None"}]
        return [Post(post.path, post.body, headers) for headers in others]

    async def says(self, person: str, text: str) -> Post:
        return self._made(await self._user(person).says(text))

    async def presses(self, person: str, token: str) -> Post:
        return self._made(await self._user(person).presses_data(token))

    async def unknown(self, person: str) -> Post:
        return self.genuine(json.dumps({"update_id": 5, "holographic_message": {"from": person}}).encode())

    async def contact(self, person: str, phone: str, name: str) -> Post:
        return self._made(await self._user(person).shares_contact(phone, name, own=False))

    async def file(self, person: str, name: str, content: bytes, announced: int | None = None) -> Post:
        return self._made(await self._user(person).sends_document(name, content, size=announced))

    async def voice(self, person: str) -> Post:
        return self._made(await self._user(person).sends_voice())

    async def says_in_group(self, person: str, text: str) -> Post:
        return self._made(await self._user(person).says_in(self.tg.group(-100200), text))

    async def blocks(self, person: str) -> Post:
        return self._made(await self._user(person).blocks_bot())

    async def unblocks(self, person: str) -> Post:
        return self._made(await self._user(person).unblocks_bot())

    def shown(self, person: str) -> Sequence[Shown]:
        return [
            Shown(message.text, tuple((button.label, button.data or "") for row in rows for button in row))
            for message in self._user(person).messages
            if message.document is None
            for rows in [message.keyboard.rows if message.keyboard else ()]
        ]

    def files_shown(self, person: str) -> Sequence[tuple[str, bytes]]:
        sent = [message.document for message in self._user(person).messages]
        return [(document.name, document.content) for document in sent if document is not None]

    def fails(self, status: int, *, retry_after: int | None = None, times: int = 1) -> None:
        description = "Bad Request: message text is odd" if status == 400 else None
        self.tg.fail_next("sendMessage", status=status, description=description, retry_after=retry_after, times=times)

    def _user(self, person: str) -> User:
        return self.tg.user(int(person))

    def _made(self, update: int) -> Post:
        return self.genuine(json.dumps(self.tg.updates[update]).encode())


class TestTelegram(MessengerContract):
    lacks = frozenset({"file address"})

    @pytest.fixture
    async def stage(self, tg: Telegram, tmp_path: Path) -> AsyncIterator[Stage]:
        block = {"token": tg.token, "api_url": tg.url, "webhook_url": PUBLIC_URL, "webhook_secret": SECRET}
        async with ChannelBot(TelegramInput.from_credentials(block), tmp_path) as bot:
            await tg.called("setWebhook")
            yield TelegramStage(tg, bot)
        # Of a press that is brought again, the button's spinner and keyboard are gone already.
        tg.violations[:] = [one for one in tg.violations if one.method not in TAKING_AWAY]
