"""A sandbox with a clock of its own, served on loopback, and a client that is logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from rasa_twin24.sandbox import Sandbox, SandboxServer
from tests.loopback import client
from tests.sandbox.twin_over_http import FakeClock, TwinOverHttp


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sandbox(clock: FakeClock) -> Sandbox:
    """One line and calls of two seconds, so that the moments in the tests can be worked out by hand."""
    return Sandbox(clock=clock, ready_after=0.5, call_seconds=2.0, lines=1)


@pytest.fixture
async def server(sandbox: Sandbox) -> AsyncIterator[SandboxServer]:
    async with SandboxServer(sandbox) as running:
        yield running


@pytest.fixture
async def twin(server: SandboxServer) -> AsyncIterator[TwinOverHttp]:
    async with client() as http:
        logged_in = TwinOverHttp(server, http)
        await logged_in.log_in()
        yield logged_in


@pytest.fixture
async def task_id(twin: TwinOverHttp, clock: FakeClock) -> str:
    """An empty task that is ready to take candidates."""
    identity = await twin.created()
    clock.pass_time(0.5)
    return identity
