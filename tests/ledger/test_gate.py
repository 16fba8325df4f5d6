"""The money gate: who is let through, once, and what is written down about it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import CandidateState, people_of
from rasa_twin24.ledger.gate import Refusal, Verdict
from rasa_twin24.ledger.people import WEB_OWNER
from rasa_twin24.ledger.plans import Ending
from rasa_twin24.ledger.reservations import Used
from rasa_twin24.ledger.schema import abandoned, people, plans, reservations
from rasa_twin24.ledger.tasks import CallTask, TaskState
from tests.ledger.conftest import Clock

ANNA = "+79161234501"
OPERATOR = "telegram:1"
DAY = "2026-07-10"
LIFE = 900.0


async def write(ledger: Ledger, statement: Any) -> None:
    await ledger._store.run(lambda c: c.execute(statement))


async def rows(ledger: Ledger, table: sa.Table) -> list[Any]:
    return await ledger._store.run(lambda c: c.execute(sa.select(table).order_by(table.c.id)).all())


async def operator(ledger: Ledger, role: str = "operator") -> None:
    await write(ledger, sa.insert(people).values(id=OPERATOR, role=role, added_by=WEB_OWNER, added_at=0))


async def agreed(ledger: Ledger, twin_id: str = "t-1", person: str = OPERATOR) -> CallTask:
    """A task with one number whose plan was said yes to."""
    task = await ledger.tasks.new(person, name="Акция", twin_id=twin_id, state=TaskState.FILLING)
    await ledger.candidates.collect(task.id, people_of([ANNA]))
    await ledger.candidates.mark(task.id, [ANNA], CandidateState.ADDED)
    await ledger.plans.show(person, task.id, "plan", LIFE, 1)
    assert await ledger.plans.use(person, task.id, lambda _added: "plan")
    return task


async def enter(ledger: Ledger, task: CallTask, limit: int = 10, numbers: int = 1) -> Verdict:
    return await ledger.gate.enter(task.id, numbers, DAY, lambda used, _counted: used.numbers + numbers <= limit)


@pytest.fixture
async def task(ledger: Ledger) -> CallTask:
    await operator(ledger)
    return await agreed(ledger)


async def test_a_yes_lets_one_play_through_whoever_asks(
    ledger: Ledger, other: Ledger, task: CallTask, clock: Clock
) -> None:
    verdicts = await asyncio.gather(*(enter(box, task) for box in (ledger, other) for _ in range(10)))
    assert [verdict.refusal for verdict in verdicts].count(None) == 1
    assert {verdict.refusal for verdict in verdicts} == {None, Refusal.DECIDED}
    assert (await ledger.tasks.get(task.id)).started_at == clock.now
    assert [(row.numbers, row.person, row.day, row.state) for row in await rows(ledger, reservations)] == [
        (1, OPERATOR, DAY, "reserved")
    ]
    assert [row.played_at for row in await rows(ledger, plans)] == [clock.now]


async def remove(ledger: Ledger, _task: CallTask, _clock: Clock) -> None:
    await write(ledger, sa.delete(people))


async def lower(ledger: Ledger, _task: CallTask, _clock: Clock) -> None:
    await write(ledger, sa.update(people).values(role="viewer"))


async def stop(ledger: Ledger, _task: CallTask, _clock: Clock) -> None:
    await ledger.stops.make(WEB_OWNER)


async def spoil(ledger: Ledger, task: CallTask, _clock: Clock) -> None:
    await ledger.tasks.change(task.id, spoiled=True)


async def abandon(ledger: Ledger, task: CallTask, clock: Clock) -> None:
    await write(ledger, sa.insert(abandoned).values(twin_id=task.twin_id, reason="duplicate", at=clock.now))


async def wait(_ledger: Ledger, _task: CallTask, clock: Clock) -> None:
    clock.now += LIFE


async def leave_filling(ledger: Ledger, task: CallTask, _clock: Clock) -> None:
    await ledger.tasks.change(task.id, state=TaskState.FILLING)


async def forge_the_state(ledger: Ledger, task: CallTask, _clock: Clock) -> None:
    """STARTING once more, under a yes that has ended."""
    await ledger.gate.leave(task.id, Ending.NOT_STARTED, TaskState.FILLING, "any", started_at=None)
    await ledger.tasks.change(task.id, state=TaskState.STARTING)


async def play_and_forget(ledger: Ledger, task: CallTask, _clock: Clock) -> None:
    """A start that was let through, and whose mark on the task got lost."""
    assert (await enter(ledger, task)).refusal is None
    await ledger.tasks.change(task.id, started_at=None)


Change = Callable[[Ledger, CallTask, Clock], Awaitable[None]]
REFUSED: dict[str, tuple[Change, Refusal]] = {
    "removed": (remove, Refusal.NO_RIGHT),
    "a viewer now": (lower, Refusal.NO_RIGHT),
    "stopped": (stop, Refusal.STOPPED),
    "spoiled": (spoil, Refusal.SPOILED),
    "a duplicate": (abandon, Refusal.SPOILED),
    "too late": (wait, Refusal.NO_CONSENT),
    "not starting": (leave_filling, Refusal.DECIDED),
    "the yes has ended": (forge_the_state, Refusal.NO_CONSENT),
    "the yes was played": (play_and_forget, Refusal.NO_CONSENT),
}


@pytest.mark.parametrize(("change", "refusal"), REFUSED.values(), ids=REFUSED)
async def test_what_came_between_the_yes_and_the_play(
    ledger: Ledger, task: CallTask, clock: Clock, change: Change, refusal: Refusal
) -> None:
    await change(ledger, task, clock)
    reserved = len(await rows(ledger, reservations))
    verdict = await enter(ledger, task)
    assert verdict.refusal is refusal
    assert (verdict.stop is not None) is (refusal is Refusal.STOPPED)
    assert (await ledger.tasks.get(task.id)).started_at is None
    assert len(await rows(ledger, reservations)) == reserved


async def test_owners_need_no_row(ledger: Ledger) -> None:
    assert (await enter(ledger, await agreed(ledger, person=WEB_OWNER))).refusal is None


async def test_of_starts_at_once_as_many_pass_as_the_limit_allows(ledger: Ledger, other: Ledger) -> None:
    await operator(ledger)
    tasks = [await agreed(ledger, f"t-{number}") for number in range(8)]
    verdicts = await asyncio.gather(*(enter((ledger, other)[task.id % 2], task, limit=3) for task in tasks))
    assert [verdict.refusal for verdict in verdicts].count(None) == 3
    assert {verdict.refusal for verdict in verdicts} == {None, Refusal.LIMIT}
    assert next(verdict.used for verdict in verdicts if verdict.refusal) == Used(3, 3, 3, 3)


@pytest.mark.parametrize(
    ("ending", "state", "result", "reservation", "candidates"),
    [
        (Ending.DONE, TaskState.RUNNING, Result.DONE, "spent", CandidateState.DIALED),
        (Ending.UNCLEAR, TaskState.RUNNING, Result.UNCLEAR, "spent", CandidateState.ADDED),
        (Ending.REFUSED, TaskState.RUNNING, Result.REFUSED, "released", CandidateState.DIALED),
        (Ending.REFUSED, TaskState.FILLING, Result.REFUSED, "released", CandidateState.ADDED),
        (Ending.NOT_STARTED, TaskState.FILLING, Result.FAILED, "released", CandidateState.ADDED),
    ],
)
async def test_an_ending_is_written_once_and_everywhere(
    ledger: Ledger,
    other: Ledger,
    task: CallTask,
    clock: Clock,
    ending: str,
    state: str,
    result: str,
    reservation: str,
    candidates: str,
) -> None:
    await enter(ledger, task)
    left = [box.gate.leave(task.id, ending, state, "why") for box in (ledger, other) for _ in range(3)]
    assert (await asyncio.gather(*left)).count(True) == 1
    assert (await ledger.tasks.get(task.id)).state == state
    assert [(plan.outcome, plan.ended_at) for plan in await rows(ledger, plans)] == [(ending, clock.now)]
    assert [row.state for row in await rows(ledger, reservations)] == [reservation]
    assert await ledger.candidates.phones(task.id, candidates) == [ANNA]
    written = [(entry.act, entry.outcome) for entry in await ledger.audit.since(0)]
    assert written == [(Act.CONFIRM_START, Result.DONE), (Act.START_CALLS, result)]
    entry = (await ledger.audit.since(0))[-1]
    assert (entry.person, entry.detail) == (
        OPERATOR,
        {"task": "t-1", "name": "Акция", "count": 1, "reason": "why"},
    )


async def test_a_released_start_leaves_the_day_as_it_was(ledger: Ledger, task: CallTask) -> None:
    await enter(ledger, task, numbers=7)
    assert await ledger.reservations.used(OPERATOR, DAY) == Used(7, 1, 7, 1)
    assert await ledger.reservations.used("telegram:2", DAY) == Used(0, 0, 7, 1)
    assert await ledger.reservations.used(OPERATOR, "2026-07-11") == Used(0, 0, 0, 0)
    await ledger.gate.leave(task.id, Ending.NOT_STARTED, TaskState.FILLING, "any")
    assert await ledger.reservations.used(OPERATOR, DAY) == Used(0, 0, 0, 0)


async def test_a_refused_yes_is_over_and_audited(ledger: Ledger) -> None:
    task = await ledger.tasks.new(OPERATOR, name="Акция", twin_id="t-1", state=TaskState.FILLING)
    assert await ledger.plans.refuse(OPERATOR, task.id, "why") is False  # nothing was shown
    await ledger.plans.show(OPERATOR, task.id, "plan", LIFE, 250)
    assert await ledger.plans.shown(OPERATOR) == 250
    assert await ledger.plans.refuse(OPERATOR, task.id, "why") is True
    assert await ledger.plans.shown(OPERATOR) is None
    assert await ledger.plans.use(OPERATOR, task.id, lambda _added: "plan") is False
    assert [(plan.state, plan.outcome) for plan in await rows(ledger, plans)] == [("void", Ending.REFUSED)]
    [entry] = await ledger.audit.since(0)
    assert (entry.act, entry.outcome, entry.detail["reason"]) == (Act.CONFIRM_START, Result.REFUSED, "why")
