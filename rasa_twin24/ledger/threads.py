"""The threads that carry out transactions: what is urgent first, the rest in the order it came."""

from __future__ import annotations

import asyncio
import itertools
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")

_is_urgent: ContextVar[bool] = ContextVar("urgent", default=False)


@contextmanager
def urgently() -> Iterator[None]:
    """What is asked of the ledger inside does not wait behind what others have asked before.

    Only for what a messenger waits for: turns end later by it. A task that is begun inside is urgent to its end.
    """
    token = _is_urgent.set(True)
    try:
        yield
    finally:
        _is_urgent.reset(token)


class Threads:
    def __init__(self, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="ledger")
        self._numbers = itertools.count()
        self._waiting: queue.PriorityQueue[tuple[bool, int, Callable[[], Any], Future[Any]]] = queue.PriorityQueue()

    async def run(self, work: Callable[[], T]) -> T:
        """A caller that is cancelled does not stop what has begun."""
        done: Future[T] = Future()
        self._waiting.put((not _is_urgent.get(), next(self._numbers), work, done))
        self._pool.submit(self._carry_out_one)
        return await asyncio.wrap_future(done)

    def shutdown(self) -> None:
        """Waits for all that was asked."""
        self._pool.shutdown()

    def _carry_out_one(self) -> None:
        _, _, work, done = self._waiting.get()
        if not done.set_running_or_notify_cancel():
            return
        try:
            done.set_result(work())
        except BaseException as error:  # it is the caller's
            done.set_exception(error)
