"""Portions of candidates: what was sent to TWIN together, and what became of it. Written before the request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from rasa_twin24.ledger import abandoned, tasks
from rasa_twin24.ledger.candidates import PERSON, CandidateState, Person, list_people, person_of
from rasa_twin24.ledger.schema import candidates, portions
from rasa_twin24.ledger.schema import tasks as task_rows
from rasa_twin24.ledger.store import Store, among_bound, bound
from rasa_twin24.ledger.tasks import TaskState


class PortionState:
    SENT = "sent"  # the answer is not known
    UNCLEAR = "unclear"  # it is not known yet, and the person was told so
    ADDED = "added"
    ABSENT = "absent"  # TWIN said that it did not take it: its numbers wait again
    LOST = "lost"  # the answer was lost, and no look showed it at TWIN: its numbers wait again
    GIVEN_UP = "given_up"  # nobody will ever know; its task at TWIN is abandoned
    REFUSED = "refused"  # by TWIN, for what it holds


@dataclass(frozen=True)
class Portion:
    """`people` are those who are on their way with it; whole numbers, hence not in the repr."""

    id: int
    task_id: int
    twin_id: str
    size: int
    state: str
    people: tuple[Person, ...] = field(repr=False)


class Portions:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def begin(self, task_id: int, phones: Sequence[str], *, after: Portion | None = None) -> Portion | None:
        """Mark people, by their first numbers, as on their way: those of them who still wait.

        None when nobody does, or the task is not being filled any more. A person is on their way in one portion only.
        In the same transaction, and in any case, `after` is one that TWIN has taken.
        """

        def work(connection: sa.engine.Connection) -> Portion | None:
            if after is not None:
                _end(connection, after, PortionState.ADDED, CandidateState.ADDED, self._clock())
            # The change that changes nothing locks the row: a yes either comes first or sees the numbers on their way.
            if not tasks.move(connection, task_id, [TaskState.FILLING], TaskState.FILLING):
                return None
            prepared = _prepared(connection.dialect.name)
            waiting = {"of_task": task_id, "phones": bound(phones)}
            people = tuple(person_of(row) for row in connection.execute(prepared.waiting, waiting).all())
            if not people:
                return None
            twin_id = connection.scalar(prepared.twin_id, {"of_task": task_id}) or ""
            row = {
                "task_id": task_id,
                "twin_id": twin_id,
                "size": len(people),
                "state": PortionState.SENT,
                "sent_at": self._clock(),
            }
            number = connection.execute(prepared.begin, row).inserted_primary_key[0]
            connection.execute(prepared.send, {**waiting, "number": number})
            return Portion(number, task_id, twin_id, len(people), PortionState.SENT, people)

        return await self._store.run(work)

    async def end(self, portion: Portion, state: str, candidate_state: str) -> None:
        """What became of a portion, and of its numbers with it: both or neither."""
        await self._store.run(lambda c: _end(c, portion, state, candidate_state, self._clock()))

    async def unclear(self, portion: Portion) -> None:
        """The person has been told that nobody knows; it is looked up again later."""
        await self._store.run(
            lambda c: c.execute(
                sa.update(portions).where(portions.c.id == portion.id).values(state=PortionState.UNCLEAR)
            )
        )

    async def open(self, task_id: int) -> list[Portion]:
        """Those whose fate is not known, in the order in which they were sent."""

        def work(connection: sa.engine.Connection) -> list[Portion]:
            rows = connection.execute(
                sa.select(portions.c.id)
                .where(portions.c.task_id == task_id, portions.c.ended_at.is_(None))
                .order_by(portions.c.id)
            )
            return [_read(connection, row.id) for row in rows.all()]

        return await self._store.run(work)

    async def in_doubt(self, task_id: int) -> bool:
        """Whether TWIN has refused, or seems not to have got, a portion: some of it may be there all the same."""

        def work(connection: sa.engine.Connection) -> bool:
            task = tasks.read(connection, task_id)
            doubtful = sa.select(portions.c.id).where(
                portions.c.task_id == task_id,
                portions.c.twin_id == task.twin_id,
                portions.c.state.in_([PortionState.LOST, PortionState.REFUSED]),
            )
            return connection.execute(doubtful).first() is not None

        return await self._store.run(work)

    async def start_over(self, task_id: int) -> bool:
        """Leave the task at TWIN for ever and make another one for the same numbers, under a new mark."""

        return await self._store.run(lambda c: start_over(c, task_id, self._clock()))

    async def spoil(self, task_id: int) -> bool:
        """Leave somebody else's task for ever: it can be neither verified nor rebuilt."""

        def work(connection: sa.engine.Connection) -> bool:
            task = tasks.read(connection, task_id)
            if not tasks.move(connection, task_id, [TaskState.FILLING], TaskState.DROPPED, spoiled=True):
                return False
            _give_up(connection, task.twin_id or "", task_id, self._clock())
            return True

        return await self._store.run(work)


class _Prepared(NamedTuple):
    """Statements that are made once: there are some of them for each portion, and to make one is most of its cost."""

    waiting: Any
    twin_id: Any
    begin: Any
    send: Any
    end: Any
    arrive: Any


@cache
def _prepared(dialect: str) -> _Prepared:
    """Parameters: of_task, phones (see `bound`), number (of the portion), new_state, now."""
    new_state, number = sa.bindparam("new_state"), sa.bindparam("number")
    some = sa.and_(
        candidates.c.task_id == sa.bindparam("of_task"),
        among_bound(dialect, candidates.c.phone, sa.bindparam("phones", type_=sa.Text)),
    )
    waits = sa.and_(some, candidates.c.state == CandidateState.PENDING)
    on_their_way = sa.and_(some, candidates.c.portion_id == number, candidates.c.state == CandidateState.SENDING)
    return _Prepared(
        waiting=sa.select(*PERSON).where(waits).order_by(candidates.c.id).with_for_update(),
        twin_id=sa.select(task_rows.c.twin_id).where(task_rows.c.id == sa.bindparam("of_task")),
        begin=sa.insert(portions),
        send=sa.update(candidates).where(waits).values(state=CandidateState.SENDING, portion_id=number),
        end=sa.update(portions).where(portions.c.id == number).values(state=new_state, ended_at=sa.bindparam("now")),
        arrive=sa.update(candidates).where(on_their_way).values(state=new_state),
    )


def start_over(connection: sa.engine.Connection, task_id: int, now: float) -> bool:
    """`Portions.start_over` inside somebody else's transaction."""
    task = tasks.read(connection, task_id)
    fresh = {"twin_id": None, "mark": None, "sent_at": None, "was_done": False, "there_before": 0}
    fresh |= {"called_before": None, "look_at": None}
    if not tasks.move(connection, task_id, [TaskState.FILLING], TaskState.CREATING, **fresh):
        return False
    _give_up(connection, task.twin_id or "", task_id, now)
    again = [CandidateState.SENDING, CandidateState.ADDED]
    connection.execute(
        sa.update(candidates)
        .where(candidates.c.task_id == task_id, candidates.c.state.in_(again))
        .values(state=CandidateState.PENDING, portion_id=None)
    )
    return True


def _end(connection: sa.engine.Connection, portion: Portion, state: str, candidate_state: str, now: float) -> None:
    prepared = _prepared(connection.dialect.name)
    connection.execute(prepared.end, {"number": portion.id, "new_state": state, "now": now})
    phones = bound([person.phone for person in portion.people])
    people = {"of_task": portion.task_id, "phones": phones, "number": portion.id, "new_state": candidate_state}
    connection.execute(prepared.arrive, people)


def _give_up(connection: sa.engine.Connection, twin_id: str, task_id: int, now: float) -> None:
    abandoned.put(connection, twin_id, abandoned.UNVERIFIED, now)
    connection.execute(
        sa.update(portions)
        .where(portions.c.task_id == task_id, portions.c.ended_at.is_(None))
        .values(state=PortionState.GIVEN_UP, ended_at=now)
    )


def _read(connection: sa.engine.Connection, portion_id: int) -> Portion:
    row = connection.execute(sa.select(portions).where(portions.c.id == portion_id)).one()
    people = list_people(connection, row.task_id, [CandidateState.SENDING], portion_id)
    return Portion(row.id, row.task_id, row.twin_id, row.size, row.state, tuple(people))
