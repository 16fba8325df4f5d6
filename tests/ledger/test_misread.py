"""What was not understood is kept for review: bounded, once each, and gone when its person or its time is."""

from __future__ import annotations

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.misread import MOST_A_DAY, MOST_A_DAY_OF_ONE, Why

ME, OTHER = "telegram:1", "telegram:2"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def kept(url: str, clock: Clock):  # type: ignore[no-untyped-def]
    opened = Ledger(url, clock=clock)
    await opened.open()
    yield opened
    await opened.close()


async def test_the_newest_first_and_the_same_text_once(kept: Ledger, clock: Clock) -> None:
    first = await kept.misread.note(ME, "чё как", "start", Why.UNCLEAR, ["greet", "task_status"])
    clock.now += 1
    await kept.misread.note(OTHER, "чё как", "none", Why.ASKED_AGAIN, [])
    clock.now += 1
    assert await kept.misread.note(ME, "чё как", "more", Why.UNCLEAR, ["deny"]) == first
    assert first is not None
    await kept.misread.chose(first, "task_status")
    mine, other = await kept.misread.waiting(5)
    assert (mine.id, mine.times, mine.step, mine.guesses, mine.chosen) == (
        first, 2, "start", ("greet", "task_status"), "task_status",
    )  # fmt: skip
    assert (other.conversation, other.times, other.chosen) == (OTHER, 1, None)
    assert await kept.misread.count() == 2


async def test_what_is_taught_or_dropped_waits_no_longer(kept: Ledger) -> None:
    for text in ("раз", "два", "три"):
        await kept.misread.note(ME, text, "none", Why.UNCLEAR, [])
    await kept.misread.note(OTHER, "раз", "none", Why.UNCLEAR, [])
    await kept.misread.taught("раз")
    dropped = next(one for one in await kept.misread.waiting(5) if one.text == "два")
    await kept.misread.drop(dropped.id)
    assert [one.text for one in await kept.misread.waiting(5)] == ["три"]
    assert await kept.misread.get(dropped.id) is None


async def test_a_day_has_an_end(kept: Ledger, clock: Clock) -> None:
    numbers = [
        await kept.misread.note(ME, f"слово {number}", "none", Why.UNCLEAR, [])
        for number in range(MOST_A_DAY_OF_ONE + 1)
    ]
    assert numbers[-1] is None
    assert None not in numbers[:-1]
    assert await kept.misread.note(OTHER, "другой", "none", Why.UNCLEAR, []) is not None
    for person in range(10, 15):
        for number in range(MOST_A_DAY_OF_ONE):
            await kept.misread.note(f"telegram:{person}", f"слово {number}", "none", Why.UNCLEAR, [])
    assert await kept.misread.count() == MOST_A_DAY
    clock.now += 24 * 3600 + 1
    assert await kept.misread.note(ME, "назавтра", "none", Why.UNCLEAR, []) is not None


async def test_it_goes_with_its_time(kept: Ledger, clock: Clock) -> None:
    await kept.misread.note(ME, "старое", "none", Why.UNCLEAR, [])
    clock.now += 100
    await kept.misread.note(ME, "новое", "none", Why.UNCLEAR, [])
    await kept.forgetting.drop_older(50)
    assert [one.text for one in await kept.misread.waiting(5)] == ["новое"]


async def test_it_goes_with_its_person(kept: Ledger, clock: Clock) -> None:
    await kept.misread.note(ME, "моё", "none", Why.UNCLEAR, [])
    await kept.misread.note(OTHER, "чужое", "none", Why.UNCLEAR, [])
    await kept.forgetting.ask(ME, ME)
    clock.now += 1
    await kept.misread.note(ME, "позже", "none", Why.UNCLEAR, [])
    [request] = await kept.forgetting.waiting()
    await kept.forgetting.clear(request.id)
    assert {one.text for one in await kept.misread.waiting(5)} == {"чужое", "позже"}
