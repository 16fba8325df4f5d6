"""A bot with a real channel and a real ledger, whose understanding is a short script instead of Rasa's."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from rasa.core.channels.channel import UserMessage, register
from ruamel.yaml import YAML
from sanic import Sanic
from sqlalchemy.exc import OperationalError
from typing_extensions import Self

from rasa_twin24.channels.base import MessengerInput
from rasa_twin24.channels.reception import Reception
from rasa_twin24.channels.telegram import TelegramInput
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.people import owners_from_env
from tests.sanic_server import listening
from tests.standins.telegram import Telegram

OWNER, STRANGER = 500100, 700700
PUBLIC_URL = "https://bot.example.ru"
RESPONSES = YAML(typ="safe", pure=True).load(Path(__file__).parents[2] / "domain.yml")["responses"]
YES_NO = [{"title": "Да", "payload": "/affirm"}, {"title": "Нет", "payload": '/deny{"task_id": "7"}'}]


class ScriptedAgent:
    """Answers by the first word, with the phrases of the real domain; what it heard stands in `heard`."""

    def __init__(self) -> None:
        self.heard: list[UserMessage] = []
        self.domain = SimpleNamespace(responses=RESPONSES)
        self.lock_store = self
        self.tracker_store = self
        self.go_on = asyncio.Event()

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.heard]

    @asynccontextmanager
    async def lock(self, _conversation: str) -> AsyncIterator[None]:
        yield

    async def retrieve(self, _conversation: str) -> None:
        return None

    async def handle_message(self, message: UserMessage) -> None:
        self.heard.append(message)
        word, _, rest = message.text.partition(" ")
        send, person = message.output_channel.send_response, message.sender_id
        if word == "спроси":
            await send(person, {"text": "Запускать?", "buttons": YES_NO})
        elif word == "молчи":
            pass
        elif word == "сломайся":
            raise RuntimeError(f"текст разговора: {rest}")
        elif word == "начни":
            await send(person, {"text": "Начинаю."})
            raise RuntimeError
        elif word == "жди":
            await self.go_on.wait()
            await send(person, {"text": "Дождался."})
        elif word == "забудь":  # the tracker cannot be saved
            if rest:
                await send(person, {"text": rest})
            raise OperationalError("INSERT INTO events", {"data": message.text}, Exception("server closed"))
        elif word == "извинись":  # the action has noticed it first
            await send(person, {"text": "Памяти нет.", "utter_action": "utter_storage_away"})
            raise OperationalError("INSERT INTO events", {"data": message.text}, Exception("server closed"))
        elif word == "длинно":
            await send(person, {"text": "слово " * int(rest), "buttons": YES_NO})
        elif word == "кнопки":
            offered = [
                {"title": f"{number}. Обзвон водителей и курьеров", "payload": f'/inform{{"number": "{number}"}}'}
                for number in range(1, int(rest) + 1)
            ]
            await send(person, {"text": "Какую?", "buttons": offered})
        elif word == "/notice":
            await send(person, {"text": "Обзвон закончен."})
        else:
            await send(person, {"text": f"Понял: {message.text}"})


class ChannelBot:
    """The bot of one test with one messenger, on a free port of the loopback."""

    def __init__(self, channel: MessengerInput, folder: Path) -> None:
        self.channel = channel
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}", owners=owners_from_env(os.environ))
        self.agent = ScriptedAgent()
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server: Any = None

    @property
    def reception(self) -> Reception:
        return self.channel.reception

    async def start(self) -> None:
        await self.ledger.open()
        app = Sanic(f"channel_bot_{uuid4().hex}", configure_logging=False)
        app.ctx.agent = self.agent
        app.ctx.ledger = self.ledger
        # As Rasa does it.
        register([self.channel], app, route="/webhooks/")
        self._server = await listening(app, self._socket)
        await self._server.before_start()
        await self._server.after_start()

    async def stop(self) -> None:
        """Stop as Sanic stops."""
        await self._server.before_stop()
        await self._server.close()
        for connection in list(self._server.connections):
            connection.abort()
        await self._server.after_stop()
        await self.ledger.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    async def updates_kept(self) -> list[tuple[str, bool]]:
        """Keys of the inbox, and whether something is still to be worked off."""
        rows = await self.ledger._store.run(
            lambda connection: connection.exec_driver_sql("SELECT key, incoming FROM updates ORDER BY key").all()
        )
        return [(row.key, row.incoming is not None) for row in rows]

    async def has_kept(self, *expected: tuple[str, bool]) -> bool:
        return await self.updates_kept() == list(expected)

    async def conversations_kept(self) -> list[str]:
        rows = await self.ledger._store.run(
            lambda connection: connection.exec_driver_sql("SELECT id FROM conversations").all()
        )
        return [row.id for row in rows]


class TelegramBot(ChannelBot):
    """Polls unless it has a webhook."""

    channel: TelegramInput

    def __init__(self, tg: Telegram, folder: Path, *, webhook: bool = False, secret: str | None = None) -> None:
        block = {"token": tg.token, "api_url": tg.url}
        if webhook:
            block |= {"webhook_url": PUBLIC_URL, "webhook_secret": secret or ""}
        super().__init__(TelegramInput.from_credentials(block), folder)
        self.tg = tg
        tg.route(PUBLIC_URL, self.url)
