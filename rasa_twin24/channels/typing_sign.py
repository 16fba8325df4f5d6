"""The sign that the bot is at work, in messengers that show it for some seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from rasa_twin24.channels.connection import MessengerError

# A turn that takes longer shows the bot typing, seconds; most answers are there before.
TYPING_AFTER = 0.3


@asynccontextmanager
async def typing_sign(show: Callable[[], Awaitable[object]], seconds: float) -> AsyncIterator[None]:
    """Call `show` anew every so many seconds, as long as the turn takes. That it fails is not worth a failing turn."""

    async def keep_showing() -> None:
        await asyncio.sleep(TYPING_AFTER)
        while True:
            with suppress(MessengerError):
                await show()
            await asyncio.sleep(seconds)

    sign = asyncio.create_task(keep_showing())
    try:
        yield
    finally:
        sign.cancel()
