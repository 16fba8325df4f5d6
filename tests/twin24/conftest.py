"""A client whose TWIN is a respx router, whose clock stands still and whose pauses take no time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
import respx

from rasa_twin24.twin24 import Settings, Twin24

IAM = "https://iam.twin24.ai/api/v1"
CIS = "https://cis.twin24.ai/api/v1"
PASSWORD = "correct-horse"
SETTINGS = Settings(email="manager@example.org", password=PASSWORD)
NOW = 1_783_680_000.0  # 2026-07-10 10:40 UTC
TASK_ID = "33333333-3333-4333-8333-333333333333"


@dataclass
class Clock:
    """Seconds since the epoch, moved by hand."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Pauses:
    """A sleep that remembers instead of waiting."""

    seconds: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    """Whatever a test announces here must be asked for, and nothing else may be."""
    router = respx.MockRouter(assert_all_called=False)
    yield router
    router.assert_all_called()


@pytest.fixture
def login(router: respx.MockRouter) -> respx.Route:
    return router.post(f"{IAM}/auth/login").respond(
        json={"token": "opaque-token", "refreshToken": "another", "news": 1}
    )


@pytest.fixture
async def twin(router: respx.MockRouter, clock: Clock, pauses: Pauses) -> AsyncIterator[Twin24]:
    transport = httpx.MockTransport(router.async_handler)
    async with Twin24(SETTINGS, transport, clock, pauses) as client:
        yield client
