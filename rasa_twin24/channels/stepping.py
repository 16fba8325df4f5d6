"""Many turns on one event loop: one step of one of them at a time, the oldest turn first, and whoever knocks between.

A step is what a turn does between two waits. Rasa thinks in long ones, several milliseconds each. If all turns that are
ready took theirs in the same round of the loop, everything else would wait for all of them together: above all the
webhooks, which a messenger wants answered at once. And all turns would end late instead of one after the other.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Stepping:
    """`run` awaits a turn. Nobody waits for a turn that itself waits for something: only steps are counted."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        # Of the turns that are ready for their next step; the lowest number began first.
        self._ready: list[tuple[int, asyncio.Future[None]]] = []
        self._is_taken = False

    async def run(self, turn: Coroutine[Any, Any, T]) -> T:
        return await _InSteps(self, next(self._numbers), turn)

    def place(self, number: int) -> Generator[Any, None, None]:
        """Returns when the turn of this number may take a step, which it has to do at once."""
        loop = asyncio.get_running_loop()
        if not self._is_taken:
            self._is_taken = True
            loop.call_soon(self._next)
            return
        place: asyncio.Future[None] = loop.create_future()
        heapq.heappush(self._ready, (number, place))
        try:
            yield from place
        finally:
            if not place.done():  # the turn is given up
                place.cancel()
            elif not place.cancelled():
                loop.call_soon(self._next)

    def _next(self) -> None:
        """After a step, once the loop has seen to everything else."""
        while self._ready:
            _, place = heapq.heappop(self._ready)
            if not place.done():
                place.set_result(None)
                return
        self._is_taken = False


class _InSteps(Generic[T]):
    """What a task does with a coroutine, with a wait for its place before each step."""

    def __init__(self, stepping: Stepping, number: int, turn: Coroutine[Any, Any, T]) -> None:
        self._stepping = stepping
        self._number = number
        self._turn = turn

    def __await__(self) -> Generator[Any, Any, T]:
        error: BaseException | None = None
        while True:
            try:
                if error is None:
                    yield from self._stepping.place(self._number)
            except GeneratorExit:
                self._turn.close()
                raise
            except BaseException as thrown:  # a cancellation is for the turn to see
                error = thrown
            try:
                waited_for = self._turn.send(None) if error is None else self._turn.throw(error)
            except StopIteration as done:
                result: T = done.value
                return result
            error = None
            try:
                yield waited_for
            except GeneratorExit:
                self._turn.close()
                raise
            except BaseException as thrown:
                error = thrown
