from __future__ import annotations

import asyncio

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.buttons import Pressed
from tests.ledger.conftest import Clock

YES_NO = [("Да", "/confirm_start"), ("Нет", "/deny")]


async def test_a_button_is_used_up_together_with_its_neighbours(ledger: Ledger) -> None:
    yes, no = await ledger.buttons.offer("web:1", YES_NO)
    assert await ledger.buttons.press("web:1", yes) == Pressed("Да", "/confirm_start")
    assert await ledger.buttons.press("web:1", yes) is None
    assert await ledger.buttons.press("web:1", no) is None


async def test_of_presses_at_once_one_counts(ledger: Ledger, other: Ledger) -> None:
    tokens = await ledger.buttons.offer("web:1", YES_NO)
    presses = [box.buttons.press("web:1", token) for box in (ledger, other) for token in tokens * 5]
    assert len([pressed for pressed in await asyncio.gather(*presses) if pressed]) == 1


async def test_only_the_newest_keyboard_is_alive(ledger: Ledger) -> None:
    old = await ledger.buttons.offer("web:1", YES_NO)
    new = await ledger.buttons.offer("web:1", YES_NO)
    assert [await ledger.buttons.press("web:1", token) for token in old] == [None, None]
    assert await ledger.buttons.press("web:1", new[1]) == Pressed("Нет", "/deny")


async def test_a_keyboard_of_another_conversation_stays_alive_and_out_of_reach(ledger: Ledger) -> None:
    mine, _ = await ledger.buttons.offer("web:1", YES_NO)
    await ledger.buttons.offer("web:2", YES_NO)
    assert await ledger.buttons.press("web:2", mine) is None
    assert await ledger.buttons.title("web:2", mine) is None
    assert await ledger.buttons.press("web:1", mine) is not None


async def test_a_message_without_buttons_only_closes_the_earlier_ones(ledger: Ledger) -> None:
    yes, _ = await ledger.buttons.offer("web:1", YES_NO)
    assert await ledger.buttons.offer("web:1", []) == []
    assert await ledger.buttons.press("web:1", yes) is None


async def test_tokens_differ_and_fit_into_a_telegram_button(ledger: Ledger) -> None:
    tokens = await ledger.buttons.offer("web:1", YES_NO * 50)
    assert len(set(tokens)) == 100
    assert max(len(token) for token in tokens) <= 64


async def test_a_title_is_known_until_it_is_forgotten(ledger: Ledger, clock: Clock) -> None:
    yes, _ = await ledger.buttons.offer("web:1", YES_NO)
    await ledger.buttons.press("web:1", yes)
    assert await ledger.buttons.title("web:1", yes) == "Да"
    clock.now += 11
    assert await ledger.buttons.forget(10) == 2
    assert await ledger.buttons.title("web:1", yes) is None


async def test_a_standing_keyboard_neither_closes_others_nor_is_closed(ledger: Ledger) -> None:
    yes, no = await ledger.buttons.offer("web:1", YES_NO)
    first = await ledger.buttons.offer("web:1", [("Пустить", "/a"), ("Отказать", "/b")], standing=True)
    second = await ledger.buttons.offer("web:1", [("Пустить", "/c")], standing=True)
    assert await ledger.buttons.press("web:1", first[1]) == Pressed("Отказать", "/b")
    assert await ledger.buttons.press("web:1", first[0]) is None
    assert await ledger.buttons.press("web:1", yes) == Pressed("Да", "/confirm_start")
    assert await ledger.buttons.press("web:1", no) is None
    await ledger.buttons.offer("web:1", YES_NO)
    assert await ledger.buttons.press("web:1", second[0]) == Pressed("Пустить", "/c")


async def test_the_update_that_used_a_button_up_may_do_so_again(ledger: Ledger) -> None:
    """It is taken up anew after a crash; nothing else is."""
    yes, no = await ledger.buttons.offer("web:1", YES_NO)
    assert await ledger.buttons.press("web:1", yes, "update 1") == Pressed("Да", "/confirm_start")
    await ledger.buttons.offer("web:1", YES_NO)
    assert await ledger.buttons.press("web:1", yes, "update 1") == Pressed("Да", "/confirm_start")
    assert await ledger.buttons.press("web:1", yes, "update 2") is None
    assert await ledger.buttons.press("web:1", no, "update 1") is None
    assert await ledger.buttons.press("web:2", yes, "update 1") is None


async def test_the_newest_keyboard_is_known_until_it_is_used(ledger: Ledger) -> None:
    await ledger.buttons.offer("web:1", [("Отмена", "/cancel")])
    yes, _ = await ledger.buttons.offer("web:1", YES_NO)
    await ledger.buttons.offer("web:1", [("Пустить", "/a")], standing=True)
    assert sorted(await ledger.buttons.newest("web:1")) == ["/confirm_start", "/deny"]
    assert await ledger.buttons.newest("web:2") == []
    await ledger.buttons.press("web:1", yes)
    assert await ledger.buttons.newest("web:1") == []
