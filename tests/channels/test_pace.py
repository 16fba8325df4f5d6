from __future__ import annotations

from rasa_twin24.channels.pace import MOST_REMEMBERED, Pace
from tests.ledger.conftest import Clock


def test_so_many_in_any_minute_and_no_more() -> None:
    clock = Clock(1000.0)
    pace = Pace(3, clock)
    for _ in range(3):
        assert pace.wait("telegram:1") == 0
        clock.now += 10
    assert pace.wait("telegram:1") == 30
    assert pace.wait("telegram:2") == 0
    clock.now += 30
    assert pace.wait("telegram:1") == 0
    assert pace.wait("telegram:1") == 10


def test_what_is_refused_does_not_count() -> None:
    clock = Clock(1000.0)
    pace = Pace(1, clock)
    assert pace.wait("telegram:1") == 0
    for _ in range(5):
        clock.now += 10
        assert pace.wait("telegram:1") > 0
    clock.now += 10
    assert pace.wait("telegram:1") == 0


def test_the_quiet_are_forgotten() -> None:
    clock = Clock(1000.0)
    pace = Pace(1, clock)
    for number in range(MOST_REMEMBERED):
        pace.wait(f"telegram:{number}")
    clock.now += 60
    pace.wait("telegram:new")
    assert len(pace._taken) == 1
