"""What every messenger gets from its base."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from rasa_twin24.channels.telegram import TelegramInput
from tests.waiting import PATIENCE

pytestmark = pytest.mark.rasa


async def test_stopping_does_not_wait_for_work_whose_cancellation_got_lost() -> None:
    channel = TelegramInput.from_credentials({"token": "123456:TEST-TOKEN"})
    channel.connect()

    async def deaf_once() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(10 * PATIENCE)
        await asyncio.sleep(10 * PATIENCE)

    channel.beside(deaf_once())
    await asyncio.sleep(0)

    await asyncio.wait_for(channel.close(), PATIENCE)
    assert channel._background == set()
