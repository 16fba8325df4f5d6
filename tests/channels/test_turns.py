"""One queue per conversation: order within, nobody waiting for somebody else, and an end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

from rasa_twin24.channels.incoming import CONTACT, TEXT, Incoming
from rasa_twin24.channels.turns import CARD_PAUSE, MOST_CARDS, Turns
from tests.waiting import until


def message(person: str, text: str) -> Incoming:
    return Incoming("telegram", text, person, TEXT, text)


def card(person: str, text: str, *, again: bool = False) -> Incoming:
    return Incoming("telegram", f"key {text}", person, CONTACT, text, again=again)


class Handler:
    """Remembers what began and ended; waits until it is let on."""

    def __init__(self) -> None:
        self.began: list[str] = []
        self.ended: list[str] = []
        self.go_on = asyncio.Event()

    async def __call__(self, incoming: Incoming) -> None:
        self.began.append(incoming.text)
        await self.go_on.wait()
        self.ended.append(incoming.text)


async def settle() -> None:
    for _ in range(500):  # a hundred turns take their steps one after another
        await asyncio.sleep(0)


async def test_one_after_another_in_a_conversation_side_by_side_across() -> None:
    handler = Handler()
    turns = Turns(handler)

    for text in ("a1", "a2", "a3"):
        turns.put(message("a", text))
    turns.put(message("b", "b1"))
    await settle()

    assert handler.began == ["a1", "b1"]
    handler.go_on.set()
    await settle()
    assert sorted(handler.ended) == ["a1", "a2", "a3", "b1"]
    assert [text for text in handler.ended if text.startswith("a")] == ["a1", "a2", "a3"]


async def test_order_of_many() -> None:
    heard: dict[str, list[int]] = {}
    running: set[str] = set()

    async def handle(incoming: Incoming) -> None:
        assert incoming.person not in running, "two turns of one conversation at once"
        running.add(incoming.person)
        await asyncio.sleep(random.uniform(0, 0.002))
        running.discard(incoming.person)
        heard.setdefault(incoming.person, []).append(int(incoming.text))

    turns = Turns(handle)
    for number in range(50):
        for person in "abcd":
            turns.put(message(person, str(number)))
        if number % 10 == 0:
            await asyncio.sleep(0.005)
    await until(lambda: sum(map(len, heard.values())) == 200)

    assert heard == {person: list(range(50)) for person in "abcd"}


async def test_a_failing_turn_does_not_stop_the_queue() -> None:
    heard: list[str] = []

    async def handle(incoming: Incoming) -> None:
        heard.append(incoming.text)
        if incoming.text != "3":
            raise RuntimeError("79991234567")

    turns = Turns(handle)
    for text in "123":
        turns.put(message("a", text))
    await settle()
    turns.put(message("a", "4"))
    await settle()

    assert heard == ["1", "2", "3", "4"]


async def test_nothing_is_kept_of_a_conversation_that_is_over() -> None:
    handler = Handler()
    handler.go_on.set()
    turns = Turns(handler)

    for person in range(100):
        turns.put(message(str(person), f"{person}"))
    await settle()

    assert len(handler.ended) == 100
    assert (turns._queues, turns._workers) == ({}, {})


class Clock:
    """The time of the event loop, which passes only when it is told to."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.now = loop.time()
        loop.time = lambda: self.now  # type: ignore[method-assign]

    async def passes(self, seconds: float) -> None:
        self.now += seconds
        await settle()


def held(test: Callable[[Clock], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """A test in a loop of its own: the clock of uvloop, which Sanic brings, cannot be held."""

    def run() -> None:
        loop = asyncio.SelectorEventLoop()
        try:
            loop.run_until_complete(test(Clock(loop)))
        finally:
            loop.close()

    return run


@held
async def test_closing_lets_the_running_turn_end_and_begins_no_other(clock: Clock) -> None:
    handler = Handler()
    turns = Turns(handler)
    turns.put(message("a", "a1"))
    turns.put(message("a", "a2"))
    await settle()

    closing = asyncio.create_task(turns.close(seconds=5))
    await settle()
    turns.put(message("a", "a3"))
    turns.put(message("b", "b1"))
    handler.go_on.set()
    await closing
    await settle()

    assert (handler.began, handler.ended) == (["a1"], ["a1"])


@held
async def test_closing_does_not_wait_for_ever(clock: Clock) -> None:
    handler = Handler()
    turns = Turns(handler)
    turns.put(message("a", "a1"))
    await settle()

    closing = asyncio.create_task(turns.close(seconds=5))
    await settle()
    await clock.passes(4.9)
    assert not closing.done()
    await clock.passes(0.2)

    assert closing.done()
    assert (handler.ended, turns._workers) == ([], {})


@held
async def test_closing_when_nothing_runs(clock: Clock) -> None:
    await Turns(Handler()).close(seconds=5)


class Cards:
    """Remembers the turns as (key, further keys, text, again)."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, tuple[str, ...], str, bool]] = []

    async def __call__(self, incoming: Incoming) -> None:
        self.turns.append((incoming.key, incoming.also, incoming.text, incoming.again))


@held
async def test_cards_that_follow_each_other_are_one_turn(clock: Clock) -> None:
    cards = Cards()
    turns = Turns(cards)
    for text in ("a1", "a2"):
        turns.put(card("a", text))
    turns.put(card("b", "b1"))
    for text in ("a3", "a4"):
        await clock.passes(0.6 * CARD_PAUSE)
        turns.put(card("a", text, again=text == "a4"))
        await settle()
    await clock.passes(1.1 * CARD_PAUSE)
    turns.put(card("a", "a5"))
    await settle()
    await clock.passes(1.1 * CARD_PAUSE)

    assert sorted(cards.turns) == [
        ("key a1", ("key a2", "key a3", "key a4"), "a1\na2\na3\na4", True),
        ("key a5", (), "a5", False),
        ("key b1", (), "b1", False),
    ]
    assert (turns._queues, turns._workers, turns._arrivals) == ({}, {}, {})


async def test_another_message_ends_the_row_at_once() -> None:
    cards = Cards()
    turns = Turns(cards)
    turns.put(card("a", "a1"))
    turns.put(card("a", "a2"))
    turns.put(message("a", "нет"))
    turns.put(card("a", "a3"))
    turns.put(message("a", "да"))
    await settle()

    assert [(key, also) for key, also, _, _ in cards.turns] == [
        ("key a1", ("key a2",)),
        ("нет", ()),
        ("key a3", ()),
        ("да", ()),
    ]


async def test_a_message_that_comes_while_a_card_waits_does_not_wait() -> None:
    cards = Cards()
    turns = Turns(cards)
    turns.put(card("a", "a1"))
    await settle()
    assert cards.turns == []
    turns.put(message("a", "да"))
    await settle()

    assert [key for key, *_ in cards.turns] == ["key a1", "да"]


@held
async def test_a_row_of_cards_is_bounded(clock: Clock) -> None:
    cards = Cards()
    turns = Turns(cards)
    for number in range(MOST_CARDS + 1):
        turns.put(card("a", str(number)))
    await settle()
    await clock.passes(1.1 * CARD_PAUSE)

    assert [len(also) + 1 for _, also, _, _ in cards.turns] == [MOST_CARDS, 1]


@held
async def test_cards_that_wait_are_left_to_the_next_start(clock: Clock) -> None:
    cards = Cards()
    turns = Turns(cards)
    turns.put(card("a", "a1"))
    await settle()
    await turns.close(seconds=5)

    assert cards.turns == []
