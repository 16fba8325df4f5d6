"""Call tasks the bot works on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger import notices
from rasa_twin24.ledger.schema import conversations, tasks
from rasa_twin24.ledger.store import Store


class TaskState:
    """How far a task has come. Each change is a compare-and-set: of two that race, one wins."""

    NEW = "new"  # not at TWIN yet
    CREATING = "creating"  # the request is on its way
    FILLING = "filling"  # at TWIN, taking candidates, not started (again)
    STARTING = "starting"  # a clear yes was given
    RUNNING = "running"
    ENDED = "ended"
    DROPPED = "dropped"  # the person went away from it; it stays at TWIN as it is


@dataclass(frozen=True)
class CallTask:
    """A row of `tasks`; the columns are explained in the schema."""

    id: int
    conversation: str
    twin_id: str | None
    name: str
    ours: bool
    state: str
    was_done: bool
    there_before: int | None
    called_before: int | None
    created_at: float
    started_at: float | None
    ended_at: float | None
    seen_status: str | None
    look_at: float | None
    looks: int
    begun_by: str | None
    ordered_by: str | None
    mark: str | None
    sent_at: float | None
    spoiled: bool
    start_wanted: bool
    lease_owner: str | None
    lease_until: float | None

    @property
    def goes_on(self) -> bool:
        """Whether a start would continue what was paused."""
        return self.state in (TaskState.FILLING, TaskState.STARTING) and self.look_at is not None


class Tasks:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def new(self, conversation: str, **values: Any) -> CallTask:
        """Write a task down; unnamed and unknown to TWIN unless `values` says otherwise."""

        def work(connection: sa.engine.Connection) -> CallTask:
            row = {
                "conversation": conversation,
                "name": "",
                "ours": True,
                "state": TaskState.NEW,
                "created_at": self._clock(),
                **values,
            }
            task_id = connection.execute(sa.insert(tasks).values(row)).inserted_primary_key[0]
            return read(connection, task_id)

        return await self._store.run(work)

    async def get(self, task_id: int) -> CallTask:
        """Raises `LookupError` when there is no such row."""
        return await self._store.run(lambda c: read(c, task_id))

    async def talked_about(self, conversation: str) -> tuple[CallTask | None, str | None]:
        """The task a conversation is about and the step it waits at."""

        def work(connection: sa.engine.Connection) -> tuple[CallTask | None, str | None]:
            talk = connection.execute(sa.select(conversations).where(conversations.c.id == conversation)).first()
            if talk is None:
                return None, None
            return (read(connection, talk.task_id) if talk.task_id is not None else None), talk.step

        return await self._store.run(work)

    async def at_twin(self, twin_id: str) -> CallTask | None:
        """The newest row about this id of TWIN's."""

        def work(connection: sa.engine.Connection) -> CallTask | None:
            row = connection.execute(
                sa.select(tasks).where(tasks.c.twin_id == twin_id).order_by(tasks.c.id.desc())
            ).first()
            return CallTask(**row._mapping) if row else None

        return await self._store.run(work)

    async def all_at_twin(self, twin_id: str) -> list[CallTask]:
        """Every conversation's row about this id of TWIN's, newest first."""

        def work(connection: sa.engine.Connection) -> list[CallTask]:
            rows = connection.execute(sa.select(tasks).where(tasks.c.twin_id == twin_id).order_by(tasks.c.id.desc()))
            return [CallTask(**row._mapping) for row in rows]

        return await self._store.run(work)

    async def marked(self, shown: str) -> CallTask | None:
        """The task of ours whose mark begins so."""

        def work(connection: sa.engine.Connection) -> CallTask | None:
            row = connection.execute(sa.select(tasks).where(tasks.c.mark.startswith(shown, autoescape=True))).first()
            return CallTask(**row._mapping) if row else None

        return await self._store.run(work)

    async def latest(self, conversation: str, limit: int) -> list[CallTask]:
        """This conversation's tasks known to TWIN, newest first."""

        def work(connection: sa.engine.Connection) -> list[CallTask]:
            rows = connection.execute(
                sa.select(tasks)
                .where(tasks.c.conversation == conversation, tasks.c.twin_id.is_not(None))
                .order_by(tasks.c.id.desc())
                .limit(limit)
            )
            return [CallTask(**row._mapping) for row in rows]

        return await self._store.run(work)

    async def latest_made(self, limit: int) -> list[CallTask]:
        """The tasks that this bot made, in whatever conversation, newest first."""

        def work(connection: sa.engine.Connection) -> list[CallTask]:
            rows = connection.execute(
                sa.select(tasks)
                .where(tasks.c.ours, tasks.c.twin_id.is_not(None))
                .order_by(tasks.c.id.desc())
                .limit(limit)
            )
            return [CallTask(**row._mapping) for row in rows]

        return await self._store.run(work)

    async def was_made_here(self, twin_id: str) -> bool:
        """Whether this bot created the task, whoever has opened it since."""

        def work(connection: sa.engine.Connection) -> bool:
            made = sa.select(tasks.c.id).where(tasks.c.twin_id == twin_id, tasks.c.ours)
            return connection.execute(made).first() is not None

        return await self._store.run(work)

    async def in_states(self, states: Collection[str]) -> list[CallTask]:
        def work(connection: sa.engine.Connection) -> list[CallTask]:
            rows = connection.execute(sa.select(tasks).where(tasks.c.state.in_(states)).order_by(tasks.c.id))
            return [CallTask(**row._mapping) for row in rows]

        return await self._store.run(work)

    async def due(self) -> list[CallTask]:
        """Running tasks, and paused ones that are talked about, that TWIN should be asked about now."""

        def work(connection: sa.engine.Connection) -> list[CallTask]:
            rows = connection.execute(
                sa.select(tasks).where(
                    tasks.c.state.in_([TaskState.RUNNING, TaskState.FILLING]), tasks.c.look_at <= self._clock()
                )
            )
            return [CallTask(**row._mapping) for row in rows]

        return await self._store.run(work)

    async def move(self, task_id: int, expected: Collection[str], state: str, **values: Any) -> bool:
        """Set the state if it is one of `expected`; False when somebody else was first."""
        return await self._store.run(lambda c: move(c, task_id, expected, state, **values))

    async def about_to_create(self, task_id: int, mark: str) -> CallTask | None:
        """Write down that the request goes out, under the mark it has or gets now; None when it is not to be created.

        The mark stays until TWIN has answered: whatever carries it there is this task.
        """

        def work(connection: sa.engine.Connection) -> CallTask | None:
            if not move(connection, task_id, [TaskState.CREATING], TaskState.CREATING):
                return None
            task = read(connection, task_id)
            values = {"mark": task.mark or mark, "sent_at": task.sent_at or self._clock()}
            connection.execute(sa.update(tasks).where(tasks.c.id == task_id).values(**values))
            return read(connection, task_id)

        return await self._store.run(work)

    async def end(self, task_id: int, kind: str, params: dict[str, Any]) -> bool:
        """A running task has ended, and its conversation is to be told so: both or, when it does not run, neither."""

        def work(connection: sa.engine.Connection) -> bool:
            now = self._clock()
            if not move(connection, task_id, [TaskState.RUNNING], TaskState.ENDED, ended_at=now, look_at=None):
                return False
            notices.put(connection, read(connection, task_id).conversation, kind, params, now)
            return True

        return await self._store.run(work)

    async def looked(
        self, task: CallTask, status: str | None, look_at: float, news: tuple[str, dict[str, Any]] | None
    ) -> bool:
        """Write down what a look at TWIN has shown, and the news (kind and what fills it in) with it.

        False when the task was written to since `task` was read: what was seen may be older than that.
        """

        def work(connection: sa.engine.Connection) -> bool:
            unchanged = (
                tasks.c.id == task.id,
                tasks.c.state == task.state,
                tasks.c.looks == task.looks,
                tasks.c.look_at == task.look_at,
                tasks.c.seen_status.is_not_distinct_from(task.seen_status),
            )
            values = {"seen_status": status, "looks": task.looks + 1, "look_at": look_at}
            if not connection.execute(sa.update(tasks).where(*unchanged).values(**values)).rowcount:
                return False
            if news is not None:
                notices.put(connection, task.conversation, *news, self._clock())
            return True

        return await self._store.run(work)

    async def change(self, task_id: int, **values: Any) -> None:
        await self._store.run(lambda c: c.execute(sa.update(tasks).where(tasks.c.id == task_id).values(**values)))


def move(connection: sa.engine.Connection, task_id: int, expected: Collection[str], state: str, **values: Any) -> bool:
    """`Tasks.move` inside somebody else's transaction."""
    changed = connection.execute(
        sa.update(tasks).where(tasks.c.id == task_id, tasks.c.state.in_(expected)).values(state=state, **values)
    )
    return bool(changed.rowcount)


def read(connection: sa.engine.Connection, task_id: int) -> CallTask:
    """`Tasks.get` inside somebody else's transaction."""
    row = connection.execute(sa.select(tasks).where(tasks.c.id == task_id)).first()
    if row is None:
        raise LookupError(f"no task {task_id} in the ledger")
    return CallTask(**row._mapping)
