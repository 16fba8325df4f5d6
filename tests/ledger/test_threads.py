"""What a messenger waits for goes before what others have asked of the database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from rasa_twin24.ledger.threads import Threads, urgently
from tests.loopback import PATIENCE


class Busy:
    """One thread that is at work until `go_on`."""

    def __init__(self) -> None:
        self.threads = Threads(1)
        self.done: list[str] = []
        self.go_on = threading.Event()
        self._has_begun = threading.Event()
        self.first = asyncio.create_task(self.threads.run(self._first))

    async def begun(self) -> None:
        await asyncio.to_thread(self._has_begun.wait, PATIENCE)

    def _first(self) -> None:
        self._has_begun.set()
        self.go_on.wait(PATIENCE)

    async def do(self, name: str) -> str:
        return await self.threads.run(lambda: self._note(name))

    def _note(self, name: str) -> str:
        self.done.append(name)
        return name


@pytest.fixture
async def busy() -> AsyncIterator[Busy]:
    one = Busy()
    await one.begun()
    yield one
    one.go_on.set()
    await one.first
    await asyncio.to_thread(one.threads.shutdown)


async def asked(busy: Busy, name: str) -> asyncio.Task[str]:
    asking = asyncio.create_task(busy.do(name))
    await asyncio.sleep(0)
    return asking


async def test_the_urgent_goes_first_and_the_rest_in_order(busy: Busy) -> None:
    waiting = [await asked(busy, name) for name in ("a", "b", "c")]
    with urgently():
        waiting += [await asked(busy, name) for name in ("urgent 1", "urgent 2")]
    waiting += [await asked(busy, "d")]
    busy.go_on.set()

    assert await asyncio.gather(*waiting) == ["a", "b", "c", "urgent 1", "urgent 2", "d"]
    assert busy.done == ["urgent 1", "urgent 2", "a", "b", "c", "d"]


async def test_urgent_is_only_what_is_asked_inside(busy: Busy) -> None:
    first = await asked(busy, "first")
    with urgently():
        pass
    second = await asked(busy, "second")
    busy.go_on.set()
    await asyncio.gather(first, second)

    assert busy.done == ["first", "second"]


async def test_what_nobody_waits_for_any_more_is_not_begun(busy: Busy) -> None:
    given_up, other = await asked(busy, "given up"), await asked(busy, "other")
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    busy.go_on.set()

    assert await other == "other"
    assert busy.done == ["other"]


async def test_what_has_begun_is_done_though_nobody_waits(busy: Busy) -> None:
    busy.first.cancel()
    await asyncio.gather(busy.first, return_exceptions=True)
    other = await asked(busy, "other")
    assert busy.done == []
    busy.go_on.set()

    assert await other == "other"
    busy.first = other


async def test_an_error_is_the_callers_and_the_thread_goes_on(busy: Busy) -> None:
    def fails() -> None:
        raise ValueError("of the work")

    busy.go_on.set()
    with pytest.raises(ValueError, match="of the work"):
        await busy.threads.run(fails)
    assert await busy.do("next") == "next"
