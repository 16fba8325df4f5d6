"""How often a messenger may be asked for something, kept to before it refuses. In memory: a bot is one process."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

# Names remembered before those that may go at once are forgotten.
MOST_REMEMBERED = 1_000


class Spacing:
    """Lets `most` calls of one name go within any `seconds`; further ones wait, in the order they came."""

    def __init__(
        self,
        most: int,
        seconds: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._gone: dict[str, deque[float]] = {}

    async def turn(self, name: str) -> None:
        """Wait until one more may go; it counts as gone."""
        now = self._clock()
        if len(self._gone) >= MOST_REMEMBERED:
            self._gone = {known: gone for known, gone in self._gone.items() if now - gone[-1] < self._seconds}
        gone = self._gone.setdefault(name, deque(maxlen=self._most))
        at = now if len(gone) < self._most else max(now, gone[0] + self._seconds)
        gone.append(at)
        if at > now:
            await self._sleep(at - now)
