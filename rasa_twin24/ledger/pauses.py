"""Pauses of one task: written down before the request, in force until it is known what became of them.

While one is in force the gate lets no `play` of that task through, whoever said yes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger import audit, notices, plans, tasks
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import CandidateState, mark_all
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.endings import end_start
from rasa_twin24.ledger.plans import Ending
from rasa_twin24.ledger.schema import conversations, pauses
from rasa_twin24.ledger.schema import tasks as task_rows
from rasa_twin24.ledger.store import Store, one_at_a_time
from rasa_twin24.ledger.tasks import CallTask, TaskState

# How a pause has ended.
DONE, FAILED, WITHDRAWN = "done", "failed", "withdrawn"


@dataclass(frozen=True)
class Pause:
    """`reported`: who asked for it has heard that it does not work yet."""

    id: int
    task_id: int
    twin_id: str
    asked_by: str
    reported: bool


@dataclass(frozen=True)
class Asked:
    """`pause` is to be carried out at TWIN; None: nothing of this task runs. `withheld`: starts taken back in time."""

    pause: Pause | None
    withheld: tuple[CallTask, ...]


class Pauses:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def ask(self, task_id: int, person: str) -> Asked:
        """From now on nothing of this task starts at TWIN, in whatever conversation, until it is known to be paused.

        A start whose `play` was not let through yet is taken back here and now, and its plan is used up; whoever else
        agreed to it is told. A shown plan of the task may not be agreed to any more.
        """

        def work(connection: sa.engine.Connection) -> Asked:
            # A start that is being decided comes either before, and is paused, or after, and is refused.
            one_at_a_time(connection)
            now, twin_id = self._clock(), tasks.read(connection, task_id).twin_id or ""
            rows = _rows(connection, twin_id)
            withheld = [row for row in rows if row.state == TaskState.STARTING and row.started_at is None]
            for row in rows:
                plans.void_of_task(connection, row.id)
            for row in withheld:
                _withhold(connection, now, row, person)
            if not any(_may_run(row) for row in rows):
                return Asked(None, tuple(withheld))
            mine = sa.select(pauses).where(
                pauses.c.twin_id == twin_id, pauses.c.asked_by == person, pauses.c.ended_at.is_(None)
            )
            standing = connection.execute(mine).first()
            if standing is not None:  # said again, it is answered again
                connection.execute(sa.update(pauses).where(pauses.c.id == standing.id).values(reported_at=None))
                return Asked(Pause(standing.id, standing.task_id, twin_id, person, False), tuple(withheld))
            values = {"task_id": task_id, "twin_id": twin_id, "asked_by": person, "asked_at": now}
            made = connection.execute(sa.insert(pauses).values(values))
            return Asked(Pause(made.inserted_primary_key[0], task_id, twin_id, person, False), tuple(withheld))

        return await self._store.run(work)

    async def in_force(self) -> list[Pause]:
        """Those that are to be carried out, oldest first."""
        return await self._store.run(lambda c: _found(c, sa.true()))

    async def of(self, twin_id: str) -> list[Pause]:
        """Those of one task at TWIN that are to be carried out."""
        return await self._store.run(lambda c: _found(c, pauses.c.twin_id == twin_id))

    async def get(self, pause_id: int) -> Pause | None:
        """None when it has ended."""
        found = await self._store.run(lambda c: _found(c, pauses.c.id == pause_id))
        return found[0] if found else None

    async def play_is_out(self, twin_id: str) -> bool:
        """Whether a `play` of this task was let through and nobody knows yet what became of it."""

        def work(connection: sa.engine.Connection) -> bool:
            rows = _rows(connection, twin_id)
            return any(row.state == TaskState.STARTING and row.started_at is not None for row in rows)

        return await self._store.run(work)

    async def done(
        self,
        pause: Pause,
        status: str,
        kind: str,
        params: dict[str, Any],
        *,
        was_running: bool,
        look_at: float,
        told: str,
    ) -> bool:
        """TWIN dials nobody of this task, as its status says; false when that was written down before.

        `told` hears of it in another way; whoever asked, and the conversations whose task it is, hear it as news.
        """

        def work(connection: sa.engine.Connection) -> bool:
            one_at_a_time(connection)
            now = self._clock()
            if not _end(connection, now, pause.id, DONE):
                return False
            running = [row for row in _rows(connection, pause.twin_id) if row.state == TaskState.RUNNING]
            for row in running:
                values = {"seen_status": status, "looks": 0, "look_at": look_at}
                connection.execute(sa.update(task_rows).where(task_rows.c.id == row.id).values(**values))
                if was_running:  # though nobody may have seen it
                    mark_all(connection, row.id, CandidateState.ADDED, CandidateState.DIALED)
            if pause.asked_by != told:
                notices.put(connection, pause.asked_by, kind, params, now)
            for conversation in {row.conversation for row in running} - {told, pause.asked_by}:
                notices.put(connection, conversation, "pause_calls_by_other", params, now)
            _write(connection, now, pause, Result.DONE)
            return True

        return await self._store.run(work)

    async def failed(self, pause: Pause, reason: str) -> bool:
        """TWIN surely does not pause it; it is not tried again."""

        def work(connection: sa.engine.Connection) -> bool:
            if not _end(connection, self._clock(), pause.id, FAILED):
                return False
            _write(connection, self._clock(), pause, Result.FAILED, reason=reason)
            return True

        return await self._store.run(work)

    async def withdraw(self, twin_id: str, person: str, *, paused: bool) -> int:
        """The person wants the task to go on, so nobody goes on pausing it; how many pauses that ends.

        `paused`: TWIN shows that they have been carried out.
        """

        def work(connection: sa.engine.Connection) -> int:
            one_at_a_time(connection)
            standing = _found(connection, pauses.c.twin_id == twin_id)
            for pause in standing:
                _end(connection, self._clock(), pause.id, DONE if paused else WITHDRAWN)
                _write(connection, self._clock(), pause, Result.DONE if paused else Result.REFUSED, ended_by=person)
            return len(standing)

        return await self._store.run(work)

    async def over(self, task_id: int, state: str, kind: str, params: dict[str, Any], **values: Any) -> bool:
        """A paused task that was to go on from the talk went on, or ended, elsewhere, and its conversation hears of it.

        Its shown plan is void and the talk is about nothing. False while somebody works on it.
        """

        def work(connection: sa.engine.Connection) -> bool:
            now = self._clock()
            row = connection.execute(sa.select(task_rows).where(task_rows.c.id == task_id).with_for_update()).one()
            task = CallTask(**row._mapping)
            if not task.goes_on or task.state != TaskState.FILLING or (task.lease_until or 0) > now:
                return False
            tasks.move(connection, task_id, [TaskState.FILLING], state, **values)
            plans.void_of_task(connection, task_id)
            talk = sa.update(conversations).where(conversations.c.task_id == task_id)
            connection.execute(talk.values(task_id=None, step=None, updated_at=now))
            if state == TaskState.RUNNING:
                mark_all(connection, task_id, CandidateState.ADDED, CandidateState.DIALED)
            notices.put(connection, task.conversation, kind, params, now)
            return True

        return await self._store.run(work)

    async def reported(self, pause: Pause) -> None:
        """Who asked for it has heard that it does not work yet."""
        await self._store.run(
            lambda c: c.execute(sa.update(pauses).where(pauses.c.id == pause.id).values(reported_at=self._clock()))
        )


def is_in_force(connection: sa.engine.Connection, twin_id: str | None) -> bool:
    """Whether a task is to be paused and is not known to be so, inside somebody else's transaction."""
    found = sa.select(pauses.c.id).where(pauses.c.twin_id == twin_id, pauses.c.ended_at.is_(None))
    return connection.execute(found).first() is not None


def _rows(connection: sa.engine.Connection, twin_id: str) -> list[CallTask]:
    rows = connection.execute(
        sa.select(task_rows).where(task_rows.c.twin_id == twin_id).order_by(task_rows.c.id).with_for_update()
    )
    return [CallTask(**row._mapping) for row in rows]


def _may_run(row: CallTask) -> bool:
    return row.state == TaskState.RUNNING or (row.state == TaskState.STARTING and row.started_at is not None)


def _withhold(connection: sa.engine.Connection, now: float, row: CallTask, person: str) -> None:
    end_start(connection, now, row.id, Ending.REFUSED, TaskState.FILLING, "pause_calls_withheld", started_at=None)
    at_the_plan = sa.update(conversations).where(
        conversations.c.id == row.conversation, conversations.c.task_id == row.id
    )
    connection.execute(at_the_plan.values(step=Step.START, updated_at=now))
    if row.conversation != person:
        params = {"name": row.name, "task_id": row.twin_id or ""}
        notices.put(connection, row.conversation, "pause_calls_withheld_by_other", params, now)


def _end(connection: sa.engine.Connection, now: float, pause_id: int, outcome: str) -> bool:
    ended = sa.update(pauses).where(pauses.c.id == pause_id, pauses.c.ended_at.is_(None))
    return bool(connection.execute(ended.values(ended_at=now, outcome=outcome)).rowcount)


def _write(connection: sa.engine.Connection, now: float, pause: Pause, result: str, **detail: Any) -> None:
    name = connection.scalar(sa.select(task_rows.c.name).where(task_rows.c.id == pause.task_id))
    about = {"task_id": pause.twin_id, "name": name, **detail}
    audit.put(connection, now, pause.asked_by, Act.PAUSE_CALLS, result, **about)


def _found(connection: sa.engine.Connection, which: Any) -> list[Pause]:
    rows = connection.execute(sa.select(pauses).where(which, pauses.c.ended_at.is_(None)).order_by(pauses.c.id))
    return [Pause(row.id, row.task_id, row.twin_id, row.asked_by, row.reported_at is not None) for row in rows]
