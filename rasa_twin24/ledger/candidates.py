"""The candidates of a task: who is to be called, under which numbers, and whether TWIN has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger.schema import candidates, tasks
from rasa_twin24.ledger.store import Store, among, bound, rows_bound
from rasa_twin24.ledger.tasks import TaskState


class CandidateState:
    PENDING = "pending"  # collected, not sent
    SENDING = "sending"  # sent, TWIN's answer is not known
    ADDED = "added"
    REFUSED = "refused"  # by TWIN
    DIALED = "dialed"  # handed over to the dialing by an earlier start


# Numbers that a further message need not bring again.
IN_TASK = (CandidateState.PENDING, CandidateState.SENDING, CandidateState.ADDED, CandidateState.DIALED)


# What `person_of` reads.
PERSON = (candidates.c.phone, candidates.c.more_phones, candidates.c.variables)


@dataclass(frozen=True, repr=False)
class Person:
    """One candidate: their numbers in E.164, the first one names them; `variables` go to the script.

    Whole numbers, hence no repr.
    """

    phones: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def phone(self) -> str:
        return self.phones[0]


def people_of(phones: Iterable[str]) -> list[Person]:
    """As many people as numbers."""
    return [Person((phone,)) for phone in phones]


@dataclass(frozen=True)
class Collected:
    """By their first numbers; whole ones, hence no repr. `already`: one of the person's numbers is on the list."""

    new: tuple[str, ...] = field(repr=False)
    already: tuple[str, ...] = field(repr=False)


class Candidates:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def collect(self, task_id: int, people: Iterable[Person]) -> Collected:
        """Put people on the list as pending, each once. One whom TWIN had refused may be tried again."""
        return await self._store.run(lambda c: collect(c, task_id, list(people), self._clock()))

    async def people(self, task_id: int, *states: str) -> list[Person]:
        """Those in these states, in the order in which they came."""
        return await self._store.run(lambda c: list_people(c, task_id, states))

    async def phones(self, task_id: int, *states: str) -> list[str]:
        """The first numbers of those in these states, in the order in which they came."""
        return await self._store.run(lambda c: list_phones(c, task_id, states))

    async def count(self, task_id: int, *states: str) -> int:
        """How many people are in these states."""

        def work(connection: sa.engine.Connection) -> int:
            found = sa.select(sa.func.count()).where(candidates.c.task_id == task_id, candidates.c.state.in_(states))
            return int(connection.scalar(found) or 0)

        return await self._store.run(work)

    async def numbers(self, task_id: int, *states: str) -> int:
        """How many numbers those in these states have together: each of them may be dialed."""

        def work(connection: sa.engine.Connection) -> int:
            rows = connection.execute(
                sa.select(candidates.c.more_phones).where(
                    candidates.c.task_id == task_id,
                    candidates.c.state.in_(states),
                    candidates.c.more_phones.is_not(None),
                )
            )
            further = sum(len(json.loads(row.more_phones)) for row in rows)
            found = sa.select(sa.func.count()).where(candidates.c.task_id == task_id, candidates.c.state.in_(states))
            return int(connection.scalar(found) or 0) + further

        return await self._store.run(work)

    async def mark(self, task_id: int, phones: Sequence[str], state: str) -> None:
        """Set the state of those whose first numbers are `phones`."""
        await self._store.run(lambda c: _mark(c, task_id, phones, state))

    async def mark_all(self, task_id: int, state: str, new_state: str) -> None:
        await self._store.run(lambda c: mark_all(c, task_id, state, new_state))

    async def drop_pending(self, task_id: int) -> int:
        """Take off the list whoever has not been sent to TWIN; returns how many."""

        def work(connection: sa.engine.Connection) -> int:
            waiting = sa.delete(candidates).where(
                candidates.c.task_id == task_id, candidates.c.state == CandidateState.PENDING
            )
            return int(connection.execute(waiting).rowcount)

        return await self._store.run(work)

    async def known(self, task_id: int | None, phones: Sequence[str], since: float) -> tuple[set[str], set[str]]:
        """Which of the numbers are first ones on this task's list, and which are so at TWIN in another task.

        That one was made after `since`. Further numbers of the people there: see `further`.
        """

        def work(connection: sa.engine.Connection) -> tuple[set[str], set[str]]:
            some = among(connection, candidates.c.phone, phones)
            found = sa.select(candidates.c.phone).where(some)
            here = connection.execute(found.where(_here(task_id))) if task_id is not None else ()
            elsewhere = connection.execute(found.where(_elsewhere(task_id, since)))
            return {row.phone for row in here}, {row.phone for row in elsewhere}

        return await self._store.run(work)

    async def further(self, task_id: int | None, since: float) -> tuple[set[str], set[str]]:
        """As `known`, of the people with several numbers: all of their further ones."""

        def work(connection: sa.engine.Connection) -> tuple[set[str], set[str]]:
            found = sa.select(candidates.c.more_phones).where(candidates.c.more_phones.is_not(None))
            here, elsewhere = (
                {phone for row in connection.execute(found.where(which)) for phone in json.loads(row.more_phones)}
                for which in (_here(task_id), _elsewhere(task_id, since))
            )
            return here, elsewhere

        return await self._store.run(work)


def mark_all(connection: sa.engine.Connection, task_id: int, state: str, new_state: str) -> None:
    """`Candidates.mark_all` inside somebody else's transaction."""
    connection.execute(
        sa.update(candidates)
        .where(candidates.c.task_id == task_id, candidates.c.state == state)
        .values(state=new_state)
    )


def collect(connection: sa.engine.Connection, task_id: int, people: Sequence[Person], now: float) -> Collected:
    """`Candidates.collect` inside somebody else's transaction.

    Whom another conversation has put into the same task of TWIN's is there already: nobody must be called twice.
    """
    # Locked: what another process adds to the same list, or to the same task of TWIN's, comes before or after.
    twin_id = sa.select(tasks.c.twin_id).where(tasks.c.id == task_id).scalar_subquery()
    alike = sa.or_(tasks.c.id == task_id, tasks.c.twin_id == twin_id)
    locked = sa.select(tasks.c.id, tasks.c.state).where(alike).order_by(tasks.c.id).with_for_update()
    lists = {row.id: row.state for row in connection.execute(locked)}
    phones = [phone for person in people for phone in person.phones]
    taken: set[str] = set()
    rows: dict[str, int] = {}
    for row in _rows_with(connection, list(lists), phones):
        if row.task_id == task_id:
            rows[row.phone] = row.id
        # Whoever waits on a list that was left will not get there.
        never_sent = row.state == CandidateState.PENDING and lists[row.task_id] == TaskState.DROPPED
        if row.state in IN_TASK and not never_sent:
            taken.update(_all_phones(row))
    new: list[str] = []
    already: list[str] = []
    fresh: list[tuple[str, str | None, str | None]] = []
    for person in people:
        if not taken.isdisjoint(person.phones):
            already.append(person.phone)
            continue
        more_phones = json.dumps(person.phones[1:]) if len(person.phones) > 1 else None
        variables = json.dumps(dict(person.variables), ensure_ascii=False) if person.variables else None
        if person.phone in rows:
            values = {"state": CandidateState.PENDING, "more_phones": more_phones, "variables": variables}
            connection.execute(sa.update(candidates).where(candidates.c.id == rows[person.phone]).values(values))
        else:
            fresh.append((person.phone, more_phones, variables))
        taken.update(person.phones)
        new.append(person.phone)
    if fresh:
        row = {"of_task": task_id, "new_state": CandidateState.PENDING, "now": now}
        connection.execute(_insert(connection.dialect.name), {**row, "rows": bound(fresh)})
    return Collected(tuple(new), tuple(already))


@cache
def _insert(dialect: str) -> Any:
    """Parameters: of_task, new_state, now; rows with the columns of `PERSON` in their order, see `bound`."""
    columns, order = rows_bound(dialect, sa.bindparam("rows", type_=sa.Text), len(PERSON))
    same = [
        sa.bindparam("of_task", type_=sa.Integer),
        sa.bindparam("new_state", type_=sa.Text),
        sa.bindparam("now", type_=sa.Float),
    ]
    names = ["task_id", "state", "created_at", *(column.name for column in PERSON)]
    return sa.insert(candidates).from_select(names, sa.select(*same, *columns).order_by(order))


def list_phones(connection: sa.engine.Connection, task_id: int, states: Sequence[str]) -> list[str]:
    """`Candidates.phones` inside somebody else's transaction."""
    rows = connection.execute(
        sa.select(candidates.c.phone)
        .where(candidates.c.task_id == task_id, candidates.c.state.in_(states))
        .order_by(candidates.c.id)
    )
    return list(rows.scalars())


def list_people(
    connection: sa.engine.Connection, task_id: int, states: Sequence[str], portion_id: int | None = None
) -> list[Person]:
    """`Candidates.people` inside somebody else's transaction; of one portion only, if given."""
    rows = connection.execute(
        sa.select(*PERSON)
        .where(
            candidates.c.task_id == task_id,
            candidates.c.state.in_(states),
            *([candidates.c.portion_id == portion_id] if portion_id is not None else []),
        )
        .order_by(candidates.c.id)
    )
    return [person_of(row) for row in rows.all()]


def person_of(row: Any) -> Person:
    """`row`: with the columns of `PERSON`."""
    phone, more_phones, variables = row
    phones = (phone, *json.loads(more_phones)) if more_phones else (phone,)
    return Person(phones, json.loads(variables) if variables else {})


def _all_phones(row: Any) -> tuple[str, ...]:
    return (row.phone, *json.loads(row.more_phones)) if row.more_phones else (row.phone,)


def _rows_with(connection: sa.engine.Connection, lists: Sequence[int], phones: Sequence[str]) -> Iterable[Any]:
    """Rows whose first number is one of these, and all those of people with several: any may be one of these."""
    rows = sa.select(candidates).where(candidates.c.task_id.in_(lists))
    yield from connection.execute(rows.where(among(connection, candidates.c.phone, phones))).all()
    yield from connection.execute(rows.where(candidates.c.more_phones.is_not(None))).all()


def _here(task_id: int | None) -> Any:
    return sa.and_(candidates.c.task_id == task_id, candidates.c.state.in_(IN_TASK))


def _elsewhere(task_id: int | None, since: float) -> Any:
    """At TWIN in a task that was made after `since` and is not this one."""
    return sa.and_(
        candidates.c.task_id != (task_id or 0),
        candidates.c.state.in_([CandidateState.ADDED, CandidateState.DIALED]),
        candidates.c.created_at >= since,
    )


def _mark(connection: sa.engine.Connection, task_id: int, phones: Sequence[str], state: str) -> None:
    some = sa.and_(candidates.c.task_id == task_id, among(connection, candidates.c.phone, phones))
    connection.execute(sa.update(candidates).where(some).values(state=state))
