"""The list of a task as its person sees it: who is on it, and taking people off it before the start."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger import audit, plans, portions, tasks
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.portions import PortionState
from rasa_twin24.ledger.schema import candidates
from rasa_twin24.ledger.schema import portions as portion_rows
from rasa_twin24.ledger.schema import tasks as task_rows
from rasa_twin24.ledger.store import Store, batches
from rasa_twin24.ledger.tasks import CallTask, TaskState

# On the list and not called yet. What TWIN refused is not on it any more.
WAITING = (CandidateState.PENDING, CandidateState.SENDING, CandidateState.ADDED)


@dataclass(frozen=True)
class Listed:
    """One candidate; `phones` are all of the person's, the first as in the task. Whole numbers, hence no repr.

    `task_id` is the ledger's: several conversations may have put people into one task of TWIN's.
    """

    id: int
    task_id: int
    phones: tuple[str, ...] = field(repr=False)
    variables: Mapping[str, str] = field(repr=False)
    state: str


class Taken(Enum):
    """What became of taking people off a list."""

    DONE = "done"  # they were not at TWIN
    REBUILDING = "rebuilding"  # the task at TWIN is left for ever, another one is to be made without them
    BUSY = "busy"  # numbers are on their way, or may be
    STARTED = "started"  # or about to start, or over
    FOREIGN = "foreign"  # they are at TWIN in a task that holds other people than this list


class ListEdits:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def people(self, task_id: int, *states: str, limit: int | None = None) -> list[Listed]:
        """The people in these states (all who wait, when none is given), in the order in which they came."""

        def work(connection: sa.engine.Connection) -> list[Listed]:
            wanted = sa.select(candidates).where(
                candidates.c.task_id == task_id, candidates.c.state.in_(states or WAITING)
            )
            return [_person(row) for row in connection.execute(wanted.order_by(candidates.c.id).limit(limit))]

        return await self._store.run(work)

    async def people_at_twin(self, twin_id: str, *states: str) -> list[Listed]:
        """The people in these states in a task of TWIN's, whichever conversation has put them there."""

        def work(connection: sa.engine.Connection) -> list[Listed]:
            of_twin = sa.select(task_rows.c.id).where(task_rows.c.twin_id == twin_id)
            wanted = sa.select(candidates).where(candidates.c.task_id.in_(of_twin), candidates.c.state.in_(states))
            return [_person(row) for row in connection.execute(wanted.order_by(candidates.c.id))]

        return await self._store.run(work)

    async def take_off(
        self,
        task_id: int,
        people: Collection[int],
        may_be_rebuilt: Callable[[CallTask], bool],
        *,
        by_work: bool = False,
    ) -> Taken:
        """Delete people (by their ids) from the list, all of them or none; any plan of the task is void then.

        TWIN has no request to take somebody out of a task. So if one of them is there, or may be, the task at TWIN is
        left for ever and the rest waits to be put into another one: `portions.start_over`, in this same transaction.
        `by_work`: asked by the work on the task itself, which holds its lease.
        """

        def work(connection: sa.engine.Connection) -> Taken:
            task = _locked(connection, task_id)
            now = self._clock()
            if task is None or task.state not in (TaskState.NEW, TaskState.CREATING, TaskState.FILLING):
                return Taken.STARTED
            if (_at_work(task, now) and not by_work) or _on_their_way(connection, task_id):
                return Taken.BUSY
            at_twin = task.twin_id is not None and any(
                connection.execute(_at_twin(task, batch).limit(1)).first() for batch in batches(list(people))
            )
            if at_twin and (not may_be_rebuilt(task) or _shared(connection, task)):
                return Taken.FOREIGN
            taken = 0
            for batch in batches(list(people)):
                gone = sa.delete(candidates).where(candidates.c.task_id == task_id, candidates.c.id.in_(batch))
                taken += connection.execute(gone).rowcount
            plans.void_of_task(connection, task_id)
            if at_twin:
                portions.start_over(connection, task_id, now)
            detail: dict[str, Any] = {"name": task.name, "task_id": task.twin_id or "", "count": taken}
            audit.put(connection, now, task.conversation, Act.REMOVE_CANDIDATES, Result.DONE, **detail)
            return Taken.REBUILDING if at_twin else Taken.DONE

        return await self._store.run(work)

    async def rename(self, task_id: int, name: str, may_be_rebuilt: Callable[[CallTask], bool]) -> Taken:
        """Give the task another name before its start; any plan of it is void then.

        TWIN has no request for it either: a task that is there is left for ever, as when somebody is taken off.
        """

        def work(connection: sa.engine.Connection) -> Taken:
            task = _locked(connection, task_id)
            now = self._clock()
            if task is None or task.state not in (TaskState.NEW, TaskState.CREATING, TaskState.FILLING):
                return Taken.STARTED
            if task.state == TaskState.CREATING or _at_work(task, now) or _on_their_way(connection, task_id):
                return Taken.BUSY
            at_twin = task.twin_id is not None
            if at_twin and (not may_be_rebuilt(task) or _shared(connection, task)):
                return Taken.FOREIGN
            plans.void_of_task(connection, task_id)
            if at_twin:
                portions.start_over(connection, task_id, now)
            connection.execute(sa.update(task_rows).where(task_rows.c.id == task_id).values(name=name))
            detail: dict[str, Any] = {"name": name, "task_id": task.twin_id or ""}
            audit.put(connection, now, task.conversation, Act.RENAME_TASK, Result.DONE, **detail)
            return Taken.REBUILDING if at_twin else Taken.DONE

        return await self._store.run(work)


def _person(row: Any) -> Listed:
    variables: dict[str, str] = json.loads(row.variables) if row.variables else {}
    more: list[str] = json.loads(row.more_phones) if row.more_phones else []
    return Listed(row.id, row.task_id, (row.phone, *more), variables, row.state)


def _locked(connection: sa.engine.Connection, task_id: int) -> CallTask | None:
    """No number is sent and no yes is taken until this transaction ends."""
    row = connection.execute(sa.select(task_rows).where(task_rows.c.id == task_id).with_for_update()).first()
    return None if row is None else tasks.read(connection, task_id)


def _at_work(task: CallTask, now: float) -> bool:
    """Whether somebody works on the task: a list that it has read already would be sent whole."""
    return task.lease_owner is not None and (task.lease_until or 0) > now


def _on_their_way(connection: sa.engine.Connection, task_id: int) -> bool:
    sending = sa.select(candidates.c.id).where(
        candidates.c.task_id == task_id, candidates.c.state == CandidateState.SENDING
    )
    open_portion = sa.select(portion_rows.c.id).where(
        portion_rows.c.task_id == task_id, portion_rows.c.ended_at.is_(None)
    )
    return any(connection.execute(found.limit(1)).first() is not None for found in (sending, open_portion))


def _at_twin(task: CallTask, people: Sequence[int]) -> Any:
    """Those of the people who are at TWIN, or may be: it may have taken what it refused or did not answer."""
    doubtful = sa.select(portion_rows.c.id).where(
        portion_rows.c.task_id == task.id,
        portion_rows.c.twin_id == task.twin_id,
        portion_rows.c.state.in_([PortionState.LOST, PortionState.REFUSED]),
    )
    return sa.select(candidates.c.id).where(
        candidates.c.task_id == task.id,
        candidates.c.id.in_(people),
        sa.or_(
            candidates.c.state.in_([CandidateState.ADDED, CandidateState.DIALED]), candidates.c.portion_id.in_(doubtful)
        ),
    )


def _shared(connection: sa.engine.Connection, task: CallTask) -> bool:
    """Whether another conversation has put people into the same task at TWIN: they would be lost with it."""
    others = (
        sa.select(candidates.c.id)
        .select_from(candidates.join(task_rows, task_rows.c.id == candidates.c.task_id))
        .where(task_rows.c.twin_id == task.twin_id, task_rows.c.id != task.id, candidates.c.state.in_(WAITING))
    )
    return connection.execute(others.limit(1)).first() is not None
