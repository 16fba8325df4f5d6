"""How tests wait: for what they wait for, and not for a time in which it should have come."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable

# Seconds. No test is about how fast this machine is: a busy one may hold anything back for long. Only a test that
# fails waits so long.
PATIENCE = 60.0


async def until(seen: Callable[[], bool | Awaitable[bool]], seconds: float = PATIENCE) -> None:
    """Wait until `seen()`, or what it awaits to, is true."""
    end = time.monotonic() + seconds
    while True:
        is_last = time.monotonic() > end
        result = seen()
        if await result if inspect.isawaitable(result) else result:
            return
        assert not is_last, f"it did not come to that in {seconds:g} s"
        await asyncio.sleep(0.02)
