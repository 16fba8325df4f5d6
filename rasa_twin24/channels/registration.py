"""A webhook is registered until it works: the network may come later than the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from rasa_twin24.channels.connection import MessengerError

log = structlog.get_logger(__name__)

# The first pause and the longest, seconds; doubled in between.
PAUSE_AFTER_ERROR = (1.0, 30.0)


async def until_registered(channel: str, register: Callable[[], Awaitable[None]]) -> None:
    """Try `register` again as long as it raises `MessengerError`, after the pause that the messenger asks for."""
    pause, longest = PAUSE_AFTER_ERROR
    while True:
        try:
            await register()
        except MessengerError as error:
            log.warning("webhook_not_registered", channel=channel, code=error.code, reason=error.description[:100])
            await asyncio.sleep(max(error.retry_after or 0.0, pause))
            pause = min(pause * 2, longest)
        else:
            log.info("webhook_registered", channel=channel)
            return
