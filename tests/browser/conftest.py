"""A browser for the session and, for each test, a bot of its own on a port of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from tests.browser.chromium import Chromium, require_chromium
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from tests.channels.web_bot import WebBot

T = TypeVar("T")


class RunningBot:
    """A bot in a thread of its own; stopped and started again it has the same address and the same ledger."""

    def __init__(self, folder: Path, *, open_door: bool = True) -> None:
        self._folder = folder
        self._open_door = open_door
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._bot: WebBot | None = None
        self._heard: list[str] = []
        self.start()

    @property
    def bot(self) -> WebBot:
        assert self._bot is not None, "the bot is stopped"
        return self._bot

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def heard(self) -> list[str]:
        """What the understanding has got since the first start."""
        return self._heard + (self._bot.agent.heard if self._bot else [])

    def start(self) -> None:
        self._bot = self.run(self._started())
        self.port = self._bot.port

    def stop(self) -> None:
        bot, self._heard, self._bot = self.bot, self.heard, None
        self.run(bot.stop())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def close(self) -> None:
        if self._bot:
            self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _started(self) -> WebBot:
        from tests.channels.web_bot import WebBot  # takes seconds: only once a browser is there to use it

        bot = WebBot(self._folder, port=getattr(self, "port", 0), open_door=self._open_door)
        if self._open_door:
            bot.channel.sandbox_page = "http://127.0.0.1:9/"
        await bot.start()
        return bot


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    require_chromium()
    browser = Chromium(tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium: Chromium) -> Iterator[Chromium]:
    """One tab, a desktop's screen; at the end no page may have complained of itself."""
    chromium.open("about:blank")
    chromium.screen(1280, 800)
    chromium.console()
    yield chromium
    own = [line for line in chromium.console() if "net::ERR_" not in line and "Failed to load resource" not in line]
    assert own == []


@pytest.fixture
def bot(browser: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningBot]:
    monkeypatch.setenv("BOT_MAX_FILE_MB", "1")
    running = RunningBot(tmp_path)
    yield running
    browser.open("about:blank")
    running.close()


@pytest.fixture
def closed_bot(browser: Chromium, tmp_path: Path) -> Iterator[RunningBot]:
    """A bot whose chat opens with the token only."""
    running = RunningBot(tmp_path, open_door=False)
    yield running
    browser.open("about:blank")
    running.close()
