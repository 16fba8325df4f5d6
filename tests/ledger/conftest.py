"""One database of each kind, two ledgers on it as two processes, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from rasa_twin24.ledger import Ledger


@dataclass
class Clock:
    """Seconds since the epoch."""

    now: float = 1_783_680_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ledger(url: str, clock: Clock) -> AsyncIterator[Ledger]:
    opened = Ledger(url, clock=clock)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def other(ledger: Ledger, url: str, clock: Clock) -> AsyncIterator[Ledger]:
    """A second process on the same database."""
    opened = Ledger(url, clock=clock)
    await opened.open()
    yield opened
    await opened.close()
