"""The Telegram stand-in and the owner's environment for the tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.standins.telegram import Telegram, User

# So that its assertions tell what they found, as a test module's do.
pytest.register_assert_rewrite("tests.channels.contract")

OWNER = 500100


@pytest.fixture
async def tg(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Telegram]:
    monkeypatch.setenv("BOT_OWNERS", f"telegram:{OWNER},telegram:500200")
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    async with Telegram() as tg:
        yield tg
        assert tg.violations == []


@pytest.fixture
def owner(tg: Telegram) -> User:
    return tg.user(OWNER)
