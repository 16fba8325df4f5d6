"""Steps of many turns: one in a round of the loop, the oldest turn first, and every end that a coroutine can have."""

from __future__ import annotations

import asyncio
import gc

import pytest

from rasa_twin24.channels.stepping import Stepping

TURNS = 20
STEPS = 5


class Rounds:
    """Counts the rounds of the loop."""

    def __init__(self) -> None:
        self.now = 0
        self._counting = asyncio.create_task(self._count())

    async def _count(self) -> None:
        while True:
            self.now += 1
            await asyncio.sleep(0)

    def stop(self) -> None:
        self._counting.cancel()


async def test_the_loop_goes_round_between_any_two_steps() -> None:
    """Whoever knocks in between is seen to after one step, however many turns are ready for theirs."""
    rounds, stepping, taken = Rounds(), Stepping(), []

    async def turn() -> None:
        for _ in range(STEPS):
            taken.append(rounds.now)
            await asyncio.sleep(0)

    await asyncio.gather(*(stepping.run(turn()) for _ in range(TURNS)))
    rounds.stop()

    assert len(taken) == TURNS * STEPS
    assert len(set(taken)) == len(taken)


async def test_the_oldest_turn_goes_first() -> None:
    stepping, ended, heard = Stepping(), [], []

    async def turn(number: int) -> None:
        for _ in range(STEPS):
            heard.append(number)
            await asyncio.sleep(0)
        ended.append(number)

    await asyncio.gather(*(stepping.run(turn(number)) for number in range(TURNS)))

    assert ended == list(range(TURNS))
    # Taking turns would let the last one begin before the first one ends.
    assert heard.index(TURNS - 1) > max(place for place, number in enumerate(heard) if number == 0)


async def test_a_turn_that_waits_holds_up_nobody() -> None:
    stepping, answer = Stepping(), asyncio.get_running_loop().create_future()

    async def waits() -> str:
        return await answer

    async def quick() -> str:
        await asyncio.sleep(0)
        return "quick"

    waiting = asyncio.create_task(stepping.run(waits()))
    await asyncio.sleep(0)
    assert await asyncio.gather(*(stepping.run(quick()) for _ in range(TURNS))) == ["quick"] * TURNS
    assert not waiting.done()
    answer.set_result("slow")
    assert await waiting == "slow"


async def test_what_a_turn_raises_is_raised_and_the_next_one_goes_on() -> None:
    stepping = Stepping()

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ValueError("of the turn")

    async def goes_on() -> str:
        await asyncio.sleep(0)
        return "on"

    failed, went = await asyncio.gather(stepping.run(fails()), stepping.run(goes_on()), return_exceptions=True)

    assert isinstance(failed, ValueError)
    assert went == "on"


async def test_what_a_turn_waits_for_may_fail() -> None:
    async def asks() -> str:
        try:
            await asyncio.wait_for(asyncio.Event().wait(), 0.01)
        except asyncio.TimeoutError:
            return "timed out"
        return "never"

    assert await Stepping().run(asks()) == "timed out"


@pytest.mark.parametrize("rounds", range(1, 12))
async def test_a_cancelled_turn_sees_it_and_leaves_its_place_to_the_others(rounds: int) -> None:
    """Wherever it is: not begun, waiting for its place, called to it, or waiting for something of its own."""
    stepping, seen = Stepping(), []

    async def turn(name: str) -> str:
        try:
            for _ in range(STEPS):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            seen.append(name)
            raise
        return name

    tasks = [asyncio.create_task(stepping.run(turn(name))) for name in "abc"]
    for _ in range(rounds):
        await asyncio.sleep(0)
    tasks[1].cancel()
    ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)

    assert (ended[0], ended[2]) == ("a", "c")
    assert isinstance(ended[1], asyncio.CancelledError)
    assert seen in (["b"], [])  # nothing of a turn is run only to tell it that it does not begin
    assert await asyncio.wait_for(stepping.run(turn("d")), 10) == "d"


@pytest.mark.parametrize("waits", [True, False], ids=["for its place", "for something"])
async def test_a_turn_that_is_given_up_is_closed(waits: bool) -> None:
    """As a loop that ends does with what it has left."""
    stepping, closed = Stepping(), []

    async def turn() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            closed.append(True)

    if waits:
        stepping._is_taken = True
    given_up = stepping.run(turn())
    given_up.send(None)
    given_up.close()
    assert closed == ([] if waits else [True])
    if waits:
        stepping._next()

    async def another() -> str:
        await asyncio.sleep(0)
        return "on"

    assert await asyncio.wait_for(stepping.run(another()), 10) == "on"
    gc.collect()


async def test_alone_a_turn_waits_for_nobody() -> None:
    """The first step is taken at once, in the very call."""
    began: list[bool] = []

    async def turn() -> None:
        began.append(True)

    running = Stepping().run(turn())
    with pytest.raises(StopIteration):
        running.send(None)
    assert began == [True]
