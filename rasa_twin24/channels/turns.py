"""One queue per conversation: quick messages of one person in order, different people side by side."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from rasa_twin24.channels.incoming import Incoming

log = structlog.get_logger(__name__)


class Turns:
    """`put` returns at once; `handle` is awaited for one update of a conversation after another."""

    def __init__(self, handle: Callable[[Incoming], Awaitable[None]]) -> None:
        self._handle = handle
        self._queues: dict[str, deque[Incoming]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._closed = False

    def put(self, incoming: Incoming) -> None:
        """After `close` it does nothing: what is begun then would be cut off in the middle."""
        if self._closed:
            return
        queue = self._queues.setdefault(incoming.conversation, deque())
        queue.append(incoming)
        if incoming.conversation not in self._workers:
            worker = asyncio.create_task(self._work(incoming.conversation, queue))
            self._workers[incoming.conversation] = worker

    async def close(self, seconds: float) -> None:
        """Let the turns that run come to their end; what waits is in the inbox and taken up at the next start."""
        self._closed = True
        for queue in self._queues.values():
            queue.clear()
        workers = list(self._workers.values())
        if workers:
            _, late = await asyncio.wait(workers, timeout=seconds)
            for worker in late:
                worker.cancel()

    async def _work(self, conversation: str, queue: deque[Incoming]) -> None:
        try:
            while queue:
                incoming = queue.popleft()
                try:
                    await self._handle(incoming)
                except Exception as error:  # the queue of a conversation must outlive any single turn
                    log.error("turn_failed", channel=incoming.channel, error=type(error).__name__)
        finally:
            # No await between the empty queue and these lines: a `put` either was seen or starts a new worker.
            del self._workers[conversation]
            del self._queues[conversation]
