"""What must hold, whatever happened: right before TWIN plays, and when everything has come to rest."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from rasa_twin24.ledger import schema
from rasa_twin24.ledger.tasks import TaskState

if TYPE_CHECKING:
    from tests.history.world import World


def check_play(world: World, twin_id: str, *, late: bool) -> None:
    """Before TWIN plays. What was on its way when the owner spoke cannot be called back."""
    assert late or not world.stopped, "a play while everything is stopped"
    world.pausing.check_play(twin_id, late=late)
    people = {given.key.partition("/")[0] for given in world.given if given.twin_id == twin_id}
    assert late or people != {world.operator} or not world.removed, "a play for somebody who was removed"
    assert twin_id not in world.lists.left, "a play of a task that was left for ever"
    task = next((task for task in world.sandbox.tasks if task.id == twin_id), None)
    if task is None or task.status not in ("READY", "PAUSED", "DONE"):
        return
    left = task.candidates[len(task.calls) :]
    waiting = {f"+{phone}" for candidate in left for phone in candidate.phones}
    assert late or world.lists.banned.isdisjoint(waiting), "a play with a number that is never to be called"
    if not late:
        _check_list(world, twin_id)
    # Of one start: a task that is filled and started again may hold more in all.
    assert len(left) <= world.desk.settings.limits.task_numbers, "more numbers in a start than the limit"
    world.dialed[world.day(), twin_id].update(one.external_id for one in left)


def _check_list(world: World, twin_id: str) -> None:
    """What is played is what the plan showed."""
    task = next(task for task in world.sandbox.tasks if task.id == twin_id)
    listed = sorted(f"+{phone}" for candidate in task.candidates for phone in candidate.phones)
    agreed = [given for given in world.given if given.twin_id == twin_id]
    if len(world.opened[twin_id]) or task.plays:  # others are in it, or those of an earlier start
        assert listed in [sorted(given.phones) for given in agreed], "a play of another list than the plan showed"
        return
    assert listed in [sorted(given.own) for given in agreed], "a play of another list than the plan showed"
    assert agreed[-1].off.isdisjoint(listed), "a play with somebody who was taken off the list"


def check(world: World) -> None:
    _check_plays(world)
    _check_calls(world)
    _check_limits(world)
    world.run(_check_nothing_half_done(world))
    world.run(world.lists.check(world.ledger, [twin_id for twin_id, people in world.opened.items() if people]))


def _check_limits(world: World) -> None:
    days: Counter[str] = Counter()
    tasks: Counter[str] = Counter()
    limits = world.desk.settings.limits
    for (day, _), candidates in world.dialed.items():
        days[day] += len(candidates)
        tasks[day] += 1
    for day, count in days.items():
        assert count <= limits.day_numbers, "more numbers in a day than the limit"
        assert tasks[day] <= limits.day_tasks, "more tasks in a day than the limit"


def _check_plays(world: World) -> None:
    played = Counter(work.task_id for work in world.twin.worked if work.endpoint == "play")
    agreed = Counter(given.twin_id for given in world.given)
    for twin_id, plays in played.items():
        assert plays <= agreed[twin_id], f"{plays} plays of a task that got {agreed[twin_id]} yes"
    world.seen["plays"] += sum(played.values())


def _check_calls(world: World) -> None:
    """Nobody is called more often than somebody said yes to a list with their number."""
    agreed = Counter(phone for given in world.given for phone in set(given.phones))
    called = Counter(f"+{call.phone}" for call in world.sandbox.calls)
    for phone, calls in called.items():
        assert calls <= agreed[phone], f"{calls} calls to a number that is on {agreed[phone]} agreed lists"
    for task in world.sandbox.tasks:
        if task.plays:
            phones = [phone for candidate in task.candidates for phone in candidate.phones]
            assert len(phones) == len(set(phones)), "a number is twice in a task that was played"


async def _check_nothing_half_done(world: World) -> None:
    ledger = world.ledger
    halfway = [TaskState.CREATING, TaskState.STARTING]
    assert await ledger.tasks.in_states(halfway) == []
    for task in await ledger.tasks.in_states([TaskState.FILLING]):
        assert await ledger.portions.open(task.id) == []
        assert await ledger.candidates.count(task.id, "sending") == 0
    assert await ledger.leases.left_behind() == []
    assert await ledger.pauses.in_force() == [], "a pause that nobody carries out"
    used = sa.select(schema.plans.c.outcome).where(schema.plans.c.state == "used")
    endings = [row.outcome for row in await ledger._store.run(lambda c: c.execute(used).all())]
    assert set(endings) <= {"done", "refused", "not_started", "unclear"}, "a confirmation that has not ended"
    world.seen += Counter(f"confirmation {ending}" for ending in endings)
    if world.stopped:
        assert not any(task.status == "PROCESS" for task in world.sandbox.tasks), "calls go on in spite of the stop"
