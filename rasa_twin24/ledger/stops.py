"""Emergency stops: while one is in force, no `play` is let through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger import audit, notices
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.plans import SHOWN, VOID
from rasa_twin24.ledger.schema import plans, stops, tasks
from rasa_twin24.ledger.store import Store, one_at_a_time
from rasa_twin24.ledger.tasks import CallTask


@dataclass(frozen=True)
class Stop:
    """`made_at` in seconds since the epoch; `reported`: its maker was told what has been paused."""

    id: int
    made_by: str
    made_at: float
    reported: bool = False


class Stops:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def in_force(self) -> Stop | None:
        return await self._store.run(in_force)

    async def make(self, person: str) -> Stop:
        """Stop everything from now on; the stop in force already, if there is one, to be reported about anew.

        No plan that was shown can be agreed to.
        """

        def work(connection: sa.engine.Connection) -> Stop:
            # A start that is being decided comes either before, and is paused, or after, and is refused.
            one_at_a_time(connection)
            connection.execute(sa.update(plans).where(plans.c.state == SHOWN).values(state=VOID))
            audit.put(connection, self._clock(), person, Act.STOP_ALL, Result.DONE)
            standing = in_force(connection)
            if standing is not None:
                connection.execute(sa.update(stops).where(stops.c.id == standing.id).values(reported_at=None))
                return replace(standing, reported=False)
            now = self._clock()
            made = connection.execute(sa.insert(stops).values(made_by=person, made_at=now))
            return Stop(made.inserted_primary_key[0], person, now)

        return await self._store.run(work)

    async def lift(self, person: str) -> Stop | None:
        """Let starts through again; returns what was lifted, None when no stop was in force."""

        def work(connection: sa.engine.Connection) -> Stop | None:
            one_at_a_time(connection)
            standing = in_force(connection)
            if standing is None:
                return None
            connection.execute(
                sa.update(stops).where(stops.c.lifted_at.is_(None)).values(lifted_by=person, lifted_at=self._clock())
            )
            audit.put(connection, self._clock(), person, Act.LIFT_STOP, Result.DONE, made_by=standing.made_by)
            return standing

        return await self._store.run(work)

    async def reported(self, stop: Stop) -> None:
        await self._store.run(
            lambda c: c.execute(sa.update(stops).where(stops.c.id == stop.id).values(reported_at=self._clock()))
        )

    async def paused(self, task: CallTask, status: str, kind: str, params: dict[str, Any]) -> None:
        """A running task is paused now; its conversation is told so, the maker of the stop by a report instead."""

        def work(connection: sa.engine.Connection) -> None:
            connection.execute(sa.update(tasks).where(tasks.c.id == task.id).values(seen_status=status))
            standing = in_force(connection)
            if standing is None or standing.made_by != task.conversation:
                notices.put(connection, task.conversation, kind, params, self._clock())

        await self._store.run(work)


def in_force(connection: sa.engine.Connection) -> Stop | None:
    """`Stops.in_force` inside somebody else's transaction."""
    row = connection.execute(sa.select(stops).where(stops.c.lifted_at.is_(None)).order_by(stops.c.id)).first()
    return Stop(row.id, row.made_by, row.made_at, row.reported_at is not None) if row else None
