"""Lines that change: versions that only grow, told once by one process, and never without their last version."""

from __future__ import annotations

import asyncio

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.progress import Keyboard, Line
from tests.ledger.conftest import Clock

ME = "telegram:1"


async def test_a_line_and_its_versions(ledger: Ledger, other: Ledger) -> None:
    await ledger.progress.show("fill:7", ME, "fill_progress", done="0", name="Акция «Весна»")
    first = Line("fill:7", ME, "fill_progress", {"done": "0", "name": "Акция «Весна»"}, 1)
    assert await other.progress.changed() == [first]
    assert await other.progress.get("fill:7") == first

    await other.progress.show("fill:7", ME, "fill_progress", done="100", name="Акция «Весна»")
    await ledger.progress.over("fill:7", "fill_done", count="100")
    last = Line("fill:7", ME, "fill_done", {"count": "100"}, 3, over=True)
    assert await ledger.progress.changed() == [last]
    assert await ledger.progress.get("fill:8") is None


async def test_what_says_the_same_is_no_new_version(ledger: Ledger) -> None:
    await ledger.progress.show("a", ME, "x", done="1", of="2")
    await ledger.progress.show("a", ME, "x", of="2", done="1")
    assert [line.version for line in await ledger.progress.changed()] == [1]
    await ledger.progress.over("a")
    await ledger.progress.over("a")
    await ledger.progress.over("a", "x", done="1", of="2")
    (line,) = await ledger.progress.changed()
    assert (line.version, line.kind, line.params, line.over) == (2, "x", {"done": "1", "of": "2"}, True)


async def test_the_end_of_what_never_began(ledger: Ledger) -> None:
    await ledger.progress.over("a", "x")
    assert await ledger.progress.changed() == []


async def test_what_is_told_waits_no_more_until_it_changes(ledger: Ledger) -> None:
    await ledger.progress.show("a", ME, "x", done="1")
    taken = await ledger.progress.take("a", 10)
    assert taken is not None
    await ledger.progress.show("a", ME, "x", done="2")  # while the first version is on its way
    await ledger.progress.told("a", taken.version, "42", ME)
    (line,) = await ledger.progress.changed()
    assert (line.version, line.told, line.message, line.params) == (2, 1, "42", {"done": "2"})
    assert await ledger.progress.take("a", 10) == line
    await ledger.progress.told("a", 2, "42", ME)
    assert await ledger.progress.changed() == []
    assert await ledger.progress.take("a", 10) is None


async def test_one_of_two_processes_tells_it(ledger: Ledger, other: Ledger, clock: Clock) -> None:
    await ledger.progress.show("a", ME, "x", done="1")
    taken = await asyncio.gather(*(each.progress.take("a", 10) for each in (ledger, other, ledger, other)))
    assert sum(line is not None for line in taken) == 1

    # It is killed, and when its time is over the other one tells the newest version.
    await ledger.progress.show("a", ME, "x", done="2")
    clock.now += 9.9
    assert await other.progress.take("a", 10) is None
    clock.now += 0.1
    later = await other.progress.take("a", 10)
    assert later is not None
    assert later.params == {"done": "2"}

    await other.progress.let_go("a")
    assert await ledger.progress.take("a", 10) is not None


async def test_a_new_line_begins_below_one_that_is_over(ledger: Ledger, clock: Clock) -> None:
    await ledger.progress.show("a", ME, "x", done="1")
    await ledger.progress.take("a", 10)
    await ledger.progress.told("a", 1, "42", ME)
    await ledger.progress.over("a", "ready")
    await ledger.progress.take("a", 10)  # the last version is on its way
    clock.now += 1
    await ledger.progress.show("a", ME, "x", done="0")
    await ledger.progress.told("a", 2, "42", ME)

    fresh = await ledger.progress.get("a")
    assert fresh == Line("a", ME, "x", {"done": "0"}, 1)
    old, new = await ledger.progress.changed()
    assert new == fresh
    assert (old.kind, old.over, old.message, old.told) == ("ready", True, "42", 1)
    assert old.key.startswith("a#")


async def test_a_keyboard_is_kept_with_its_line(ledger: Ledger, other: Ledger) -> None:
    await ledger.progress.show("a", ME, "x", done="1")
    await ledger.progress.keep_keyboard("a", "x", [("Отменить", "TOKEN")])
    line = await other.progress.get("a")
    assert line is not None
    assert line.keyboard == Keyboard("x", (("Отменить", "TOKEN"),))


async def test_two_processes_begin_and_count_at_once(ledger: Ledger, other: Ledger) -> None:
    shows = [
        each.progress.show("a", ME, "x", done=f"{number} of {name}")
        for number in range(10)
        for name, each in (("one", ledger), ("other", other))
    ]
    await asyncio.gather(*shows)
    (line,) = await ledger.progress.changed()
    assert line.version == 20


async def test_old_lines_are_forgotten(ledger: Ledger, clock: Clock) -> None:
    await ledger.progress.show("old", ME, "x")
    clock.now += 100
    await ledger.progress.show("new", ME, "x")
    clock.now += 1
    assert await ledger.progress.forget(100) == 1
    assert [line.key for line in await ledger.progress.changed()] == ["new"]


async def test_who_is_forgotten_has_no_lines(ledger: Ledger, clock: Clock) -> None:
    await ledger.progress.show("a", ME, "x", name="Иван")
    await ledger.progress.show("b", "telegram:2", "x")
    await ledger.forgetting.ask(ME, "telegram:2")
    clock.now += 1
    (request,) = await ledger.forgetting.waiting()
    await ledger.forgetting.clear(request.id)
    assert [line.key for line in await ledger.progress.changed()] == ["b"]


async def test_buttons_apart_are_alive_until_pressed_or_closed(ledger: Ledger) -> None:
    (token,) = await ledger.buttons.offer(ME, [("Отменить", "/cancel")], standing=True)
    await ledger.buttons.offer(ME, [("Да", "/affirm")])
    assert await ledger.buttons.alive(ME, [token])
    assert not await ledger.buttons.alive("telegram:2", [token])
    await ledger.buttons.press(ME, token, "u1")
    assert not await ledger.buttons.alive(ME, [token])

    (token,) = await ledger.buttons.offer(ME, [("Отменить", "/cancel")], standing=True)
    await ledger.buttons.close(ME, [token])
    assert await ledger.buttons.press(ME, token, "u2") is None
    assert await ledger.buttons.newest(ME) == ["/affirm"]


async def test_the_end_of_several_updates_is_written_at_once(ledger: Ledger) -> None:
    ledger.people.owners |= {ME}
    for key in ("1", "2", "3"):
        await ledger.inbox.claim("telegram", key, ME, "{}")
    await ledger.inbox.done("telegram", "1", "3")
    assert [waiting.key for waiting in await ledger.inbox.waiting()] == ["2"]


async def test_a_file_is_found_by_what_brought_it(ledger: Ledger, other: Ledger) -> None:
    file_id = await ledger.files.add(ME, "a.csv", b"1", "update 5")
    assert await other.files.find(ME, "update 5") == file_id
    assert await other.files.find("telegram:2", "update 5") is None
    assert await other.files.find(ME, "update 6") is None
