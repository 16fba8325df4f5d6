"""What goes on until it works: the network may come later than the bot, and go away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from rasa_twin24.channels.connection import MessengerError

log = structlog.get_logger(__name__)

# The first pause and the longest, seconds; doubled in between.
PAUSE_AFTER_ERROR = (1.0, 30.0)


class Pauses:
    """Between tries that fail, each twice as long as the one before. `bounds`: the first and the longest, seconds."""

    def __init__(self, channel: str, bounds: tuple[float, float] | None = None) -> None:
        self._channel = channel
        self._bounds = bounds
        self.begin_anew()

    @property
    def bounds(self) -> tuple[float, float]:
        return self._bounds or PAUSE_AFTER_ERROR

    def begin_anew(self) -> None:
        """A try has worked."""
        self.seconds = self.bounds[0]

    async def after(self, error: MessengerError) -> None:
        """Wait, and not shorter than the messenger asks."""
        log.warning(
            "messenger_failed",
            channel=self._channel,
            method=error.method,
            code=error.code,
            reason=error.description[:100],
        )
        await asyncio.sleep(max(error.retry_after or 0.0, self.seconds))
        self.seconds = min(self.seconds * 2, self.bounds[1])


async def until_registered(channel: str, register: Callable[[], Awaitable[object]]) -> None:
    """Try `register` again as long as it raises `MessengerError`."""
    pauses = Pauses(channel)
    while True:
        try:
            await register()
        except MessengerError as error:
            await pauses.after(error)
        else:
            log.info("webhook_registered", channel=channel)
            return
