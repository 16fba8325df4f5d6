"""What starts take of the day's limits: reserved before `play`, then spent or given back."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from rasa_twin24.ledger.linked import linked_to
from rasa_twin24.ledger.schema import reservations, tasks
from rasa_twin24.ledger.store import Store

# `spent` also when it is not known whether the calls run.
RESERVED, SPENT, RELEASED = "reserved", "spent", "released"


@dataclass(frozen=True)
class Used:
    """Of one day: what a person's starts took, and those of everybody together."""

    person_numbers: int
    person_tasks: int
    numbers: int
    tasks: int


class Reservations:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def used(self, person: str, day: str) -> Used:
        """`day` is YYYY-MM-DD in the company's time zone."""
        return await self._store.run(lambda c: used(c, person, day))

    async def counted(self, twin_id: str | None, day: str, left: int, before: int | None) -> int | None:
        """How many of those who are left in a paused task the day has counted already; None: it has no start of it.

        `before` is how many candidates the task has, called or not: who was added elsewhere has not been counted.
        """
        return await self._store.run(lambda c: counted(c, twin_id, day, left, before))


def counted(
    connection: sa.engine.Connection, twin_id: str | None, day: str, left: int, before: int | None
) -> int | None:
    """`Reservations.counted` inside somebody else's transaction."""
    of_today = (
        sa.select(reservations.c.at_twin)
        .select_from(reservations.join(tasks, tasks.c.id == reservations.c.task_id))
        .where(tasks.c.twin_id == twin_id, reservations.c.day == day, reservations.c.state != RELEASED)
    )
    at_twin = connection.scalar(of_today.order_by(reservations.c.id.desc()).limit(1))
    if left <= 0 or at_twin is None or before is None:
        return None
    return max(0, left - max(0, before - int(at_twin)))


def used(connection: sa.engine.Connection, person: str, day: str) -> Used:
    """`Reservations.used` inside somebody else's transaction."""
    counted = sa.select(sa.func.coalesce(sa.func.sum(reservations.c.numbers), 0), sa.func.count()).where(
        reservations.c.day == day, reservations.c.state != RELEASED
    )
    theirs = linked_to(connection, person) or [person]  # what each account took before it was linked counts too
    own = connection.execute(counted.where(reservations.c.person.in_(theirs))).one()
    everybody = connection.execute(counted).one()
    return Used(int(own[0]), int(own[1]), int(everybody[0]), int(everybody[1]))


def reserve(
    connection: sa.engine.Connection,
    task_id: int,
    person: str,
    numbers: int,
    day: str,
    now: float,
    at_twin: int | None = None,
) -> None:
    row = {"task_id": task_id, "person": person, "numbers": numbers, "day": day, "at": now, "state": RESERVED}
    connection.execute(sa.insert(reservations).values(**row, at_twin=at_twin))


def settle(connection: sa.engine.Connection, task_id: int, state: str) -> None:
    """What the task's last start has reserved is spent or released; nothing if it came to no reservation."""
    connection.execute(
        sa.update(reservations)
        .where(reservations.c.task_id == task_id, reservations.c.state == RESERVED)
        .values(state=state)
    )
