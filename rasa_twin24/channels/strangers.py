"""Who is not known is told so, and how to get in: rarely, slowly, and never at the expense of those who are known."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import structlog

from rasa_twin24.channels.incoming import Incoming

if TYPE_CHECKING:
    from rasa_twin24.channels.base import MessengerInput

log = structlog.get_logger(__name__)

# A stranger's message is answered at most this often, seconds: the line is always the same.
STRANGER_PAUSE = 20.0
# Between lines to any strangers, seconds: a messenger's limit for the whole bot must be left to its owners.
LINE_PAUSE = 0.2
# Lines that wait to be sent; beyond it strangers get none. Their flood must not fill the memory.
MOST_WAITING = 50
MOST_REMEMBERED = 10_000


class Strangers:
    def __init__(self) -> None:
        self._answered: dict[str, float] = {}
        self._lines: set[asyncio.Task[None]] = set()
        self._one_by_one = asyncio.Lock()

    def may_be_told(self, conversation: str) -> bool:
        """Whether a line is due; asking counts as being told."""
        now = time.monotonic()
        if now - self._answered.get(conversation, -STRANGER_PAUSE) < STRANGER_PAUSE:
            return False
        if len(self._lines) >= MOST_WAITING:
            return False
        if len(self._answered) >= MOST_REMEMBERED:
            self._answered.clear()
        self._answered[conversation] = now
        return True

    def tell(self, channel: MessengerInput, incoming: Incoming, text: str) -> None:
        """Send the line beside everything else; nothing of it is kept."""
        line = asyncio.create_task(self._tell(channel, incoming, text))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)

    def close(self) -> None:
        for line in self._lines:
            line.cancel()

    async def _tell(self, channel: MessengerInput, incoming: Incoming, text: str) -> None:
        async with self._one_by_one:
            try:
                await channel.deliver(incoming.person, text, ())
            except Exception as error:  # gone already, or the messenger is: no matter
                log.info("stranger_not_told", channel=incoming.channel, error=type(error).__name__)
            await asyncio.sleep(LINE_PAUSE)
