"""A bot with the real web chat and a real ledger, whose understanding is a short script instead of Rasa's.

`python -m tests.channels.web_bot PORT FOLDER [--closed]` runs it until it is told to stop.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic
from sqlalchemy.exc import OperationalError

from rasa_twin24.channels.web import WebInput
from rasa_twin24.ledger import Ledger
from tests.sanic_server import listening

YES_NO = [{"title": "Да, запускай", "payload": "/affirm"}, {"title": "Нет", "payload": "/deny"}]


class ScriptedAgent:
    """Answers by the first word; what it heard stands in `heard`, the ids of files among it in `files`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.heard: list[str] = []
        self.files: list[str] = []
        self.languages: list[str | None] = []
        self.domain = self
        self.responses = {
            name: [{"text": text}]
            for name, text in {
                "utter_internal_error": "Что-то сломалось.",
                "utter_storage_away": "Памяти нет.",
                "utter_access_denied": "Доступ закрыт.",
            }.items()
        }
        self.forgetting: Callable[[], None] = lambda: None
        self.lock_store = self
        self.tracker_store = self

    @asynccontextmanager
    async def lock(self, _conversation: str) -> AsyncIterator[None]:
        yield

    async def retrieve(self, _conversation: str) -> None:
        return None

    async def handle_message(self, message: UserMessage) -> None:
        self.heard.append(message.text)
        entities = (message.parse_data or {}).get("entities") or []
        self.files += [found["value"] for found in entities if found["entity"] == "file"]
        word, _, rest = message.text.partition(" ")
        send = message.output_channel.send_response
        person = message.sender_id
        if word == "спроси":
            await send(person, {"text": "Запускать?", "buttons": YES_NO})
        elif word == "позже":
            await self._ledger.notices.add(person, "finished")
            await send(person, {"text": "Скажу, когда закончу."})
        elif word == "подумай":
            await asyncio.sleep(float(rest))
            await send(person, {"text": "Подумал."})
        elif word == "/notice":
            await send(person, {"text": "Обзвон закончен."})
        elif word == "забудь":  # the database goes away in the middle of a turn
            self.forgetting()
            raise OperationalError("INSERT INTO events", {"data": message.text}, Exception("server closed"))
        elif word == "много":
            for number in range(int(rest)):
                await send(person, {"text": f"строка {number}"})
        else:
            await send(person, {"text": f"Понял: {message.text}"})


class WebBot:
    """The bot of one test, on a free port of the loopback."""

    def __init__(self, folder: Path, *, port: int = 0, open_door: bool = True) -> None:
        self.channel = WebInput()
        self.channel.open_door = open_door
        self.ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}")
        self.agent = ScriptedAgent(self.ledger)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: Any = None

    async def start(self) -> None:
        await self.ledger.open()
        app = Sanic(f"web_bot_{uuid4().hex}", configure_logging=False)
        app.ctx.agent = self.agent
        app.ctx.ledger = self.ledger
        # As Rasa does it.
        register([self.channel], app, route="/webhooks/")
        self._server = await listening(app, self._socket)
        await self._server.before_start()
        await self._server.after_start()

    async def stop(self) -> float:
        """Stop as Sanic stops; returns how many seconds the open connections took."""
        await self._server.before_stop()
        began = time.monotonic()
        await self._server.close()
        for connection in self._server.connections:
            connection.close_if_idle()
        for _look in range(1000):
            if not self._server.connections:
                break
            await asyncio.sleep(0.02)
        took = time.monotonic() - began
        for connection in list(self._server.connections):
            connection.abort()
        await self._server.after_stop()
        await self.ledger.close()
        return took

    async def __aenter__(self) -> WebBot:
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()


async def _run(port: int, folder: Path, open_door: bool) -> None:
    bot = WebBot(folder, port=port, open_door=open_door)
    if open_door:
        bot.channel.sandbox_page = "http://127.0.0.1:9/sandbox?a=1&b=2"
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with bot:
        print(await bot.channel.address("127.0.0.1", bot.port), flush=True)
        await stop.wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--closed", action="store_true")
    given = arguments.parse_args()
    asyncio.run(_run(given.port, given.folder, not given.closed))
