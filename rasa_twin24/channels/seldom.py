"""Things that are said or written down once in a while, however often somebody causes them."""

from __future__ import annotations

import time

# Names remembered; beyond, all are forgotten: a flood of made-up names must not fill the memory.
MOST_REMEMBERED = 10_000


class Seldom:
    """Lets something through at most once per name and `pause`, seconds."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._last: dict[str, float] = {}

    def lets(self, name: str) -> bool:
        """Whether it is due; asking counts as doing it."""
        now = time.monotonic()
        if now - self._last.get(name, -self._pause) < self._pause:
            return False
        if len(self._last) >= MOST_REMEMBERED:
            self._last.clear()
        self._last[name] = now
        return True
