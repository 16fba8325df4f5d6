"""Calls are let go as often as a messenger bears them."""

from __future__ import annotations

import pytest

from rasa_twin24.channels import spacing
from rasa_twin24.channels.spacing import Spacing


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))

    def spacing(self, most: int, seconds: float) -> Spacing:
        return Spacing(most, seconds, clock=lambda: self.now, sleep=self.sleep)


async def test_what_is_too_quick_waits_in_order() -> None:
    clock = Clock()
    pace = clock.spacing(2, 1.0)
    for _ in range(5):
        await pace.turn("500100")

    assert clock.waits == [1.0, 1.0, 2.0]


async def test_names_do_not_wait_for_each_other_and_time_heals() -> None:
    clock = Clock()
    pace = clock.spacing(1, 1.0)
    await pace.turn("500100")
    await pace.turn("500200")
    clock.now += 0.4
    await pace.turn("500100")
    clock.now += 5
    await pace.turn("500100")

    assert clock.waits == [0.6]


async def test_quiet_names_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spacing, "MOST_REMEMBERED", 2)
    clock = Clock()
    pace = clock.spacing(1, 1.0)
    await pace.turn("500100")
    clock.now += 0.9
    await pace.turn("500200")
    clock.now += 0.5
    await pace.turn("500300")
    await pace.turn("500200")

    assert set(pace._gone) == {"500200", "500300"}
    assert clock.waits == [0.5]
