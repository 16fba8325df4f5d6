"""How many messages of one person are read in a minute. In memory: a bot is one process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

MINUTE = 60.0
# Conversations remembered before those that have been quiet for a minute are forgotten.
MOST_REMEMBERED = 1_000


class Pace:
    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`most` messages, presses of buttons among them, in any minute."""
        self._most = most
        self._clock = clock
        self._taken: dict[str, deque[float]] = {}

    def wait(self, conversation: str) -> float:
        """0 when one more message is read, and then it is counted; else how many seconds until the next one is."""
        now = self._clock()
        taken = self._taken.get(conversation)
        if taken is None:
            self._forget_quiet(now)
            taken = self._taken[conversation] = deque()
        while taken and now - taken[0] >= MINUTE:
            taken.popleft()
        if len(taken) >= self._most:
            return taken[0] + MINUTE - now
        taken.append(now)
        return 0.0

    def _forget_quiet(self, now: float) -> None:
        if len(self._taken) >= MOST_REMEMBERED:
            self._taken = {name: taken for name, taken in self._taken.items() if taken and now - taken[-1] < MINUTE}
