from __future__ import annotations

import asyncio

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act
from rasa_twin24.ledger.tasks import TaskState
from tests.ledger.conftest import Clock

OWNER, ANOTHER = "telegram:1", "telegram:2"


async def test_a_stop_is_in_force_until_it_is_lifted(ledger: Ledger, other: Ledger, clock: Clock) -> None:
    assert await ledger.stops.in_force() is None
    assert await ledger.stops.lift(OWNER) is None
    made = await ledger.stops.make(OWNER)
    assert await other.stops.in_force() == made
    assert (made.made_by, made.made_at, made.reported) == (OWNER, clock.now, False)
    lifted = await other.stops.lift(ANOTHER)
    assert lifted is not None
    assert lifted.id == made.id
    assert await ledger.stops.in_force() is None
    assert [(entry.person, entry.act) for entry in await ledger.audit.since(0)] == [
        (OWNER, Act.STOP_ALL),
        (ANOTHER, Act.LIFT_STOP),
    ]


async def test_of_many_stops_at_once_there_is_one(ledger: Ledger, other: Ledger) -> None:
    made = await asyncio.gather(*(box.stops.make(OWNER) for box in (ledger, other) for _ in range(10)))
    assert len({stop.id for stop in made}) == 1
    assert await ledger.stops.lift(OWNER) is not None
    assert await ledger.stops.in_force() is None
    again = await ledger.stops.make(ANOTHER)
    assert again.id != made[0].id


async def test_no_plan_that_was_shown_can_be_agreed_to(ledger: Ledger) -> None:
    task = await ledger.tasks.new("web:1", twin_id="t-1", state=TaskState.FILLING)
    await ledger.plans.show("web:1", task.id, "plan", 900)
    await ledger.stops.make(OWNER)
    await ledger.stops.lift(OWNER)
    assert await ledger.plans.use("web:1", task.id, lambda _added: "plan") is False


async def test_a_report_is_remembered(ledger: Ledger) -> None:
    await ledger.stops.reported(await ledger.stops.make(OWNER))
    standing = await ledger.stops.in_force()
    assert standing is not None
    assert standing.reported


async def test_a_pause_is_told_to_everybody_but_who_made_the_stop(ledger: Ledger) -> None:
    await ledger.stops.make(OWNER)
    for person in (OWNER, ANOTHER):
        task = await ledger.tasks.new(person, twin_id="t-1", state=TaskState.RUNNING)
        await ledger.stops.paused(task, "PAUSED", "emergency_stop_yours", {"name": "Акция", "task_id": "t-1"})
        assert (await ledger.tasks.get(task.id)).seen_status == "PAUSED"
    assert [news.conversation for news in await ledger.notices.waiting()] == [ANOTHER]
