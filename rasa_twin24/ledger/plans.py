"""Consent: a person says yes to one shown plan, once, before it expires."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from rasa_twin24.ledger import schema, tasks
from rasa_twin24.ledger.schema import plans
from rasa_twin24.ledger.store import Store
from rasa_twin24.ledger.tasks import CandidateState, TaskState

SHOWN, USED, VOID = "shown", "used", "void"


class Plans:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def show(self, conversation: str, task_id: int, digest: str, seconds: float) -> None:
        """A plan is put to the person and waits `seconds` for the answer; earlier ones of this talk are void."""

        def work(connection: sa.engine.Connection) -> None:
            _void(connection, conversation)
            connection.execute(
                sa.insert(plans).values(
                    task_id=task_id,
                    conversation=conversation,
                    digest=digest,
                    state=SHOWN,
                    created_at=self._clock(),
                    expires_at=self._clock() + seconds,
                )
            )

        await self._store.run(work)

    async def void(self, conversation: str) -> None:
        """Whatever was shown may no longer be said yes to."""
        await self._store.run(lambda c: _void(c, conversation))

    async def use(self, conversation: str, task_id: int, digest: Callable[[Sequence[str]], str]) -> bool:
        """Take the yes: true once, for the plan shown last, if it is unexpired and still what would be started.

        `digest` is that of the plan with the given numbers. In the same transaction the task goes from filling to
        starting, so nothing can slip in between; while a number is on its way to TWIN there is no yes at all.
        """

        def work(connection: sa.engine.Connection) -> bool:
            _lock(connection, task_id)
            # First, for it locks the task: no number can be sent from here on.
            if not tasks.move(connection, task_id, [TaskState.FILLING], TaskState.STARTING, started_at=None):
                return False
            now = self._clock()
            added = tasks.list_phones(connection, task_id, [CandidateState.ADDED])
            used = connection.execute(
                sa.update(plans)
                .where(
                    plans.c.conversation == conversation,
                    plans.c.task_id == task_id,
                    plans.c.digest == digest(added),
                    plans.c.state == SHOWN,
                    plans.c.expires_at > now,
                )
                # From the yes on it lives as long again; see `alive`.
                .values(state=USED, expires_at=now + plans.c.expires_at - plans.c.created_at)
            )
            on_their_way = tasks.list_phones(connection, task_id, [CandidateState.SENDING])
            if used.rowcount != 1 or on_their_way or _starts_elsewhere(connection, task_id):
                raise _NotTaken
            return True

        try:
            return await self._store.run(work)
        except _NotTaken:  # rolled back: the consent was not used up
            return False

    async def agreed(self, task_id: int) -> bool:
        """Whether the yes to this task is recent: a process that was down for hours must not dial at night."""
        return await self._store.run(lambda c: self._unexpired(c, task_id, USED))

    async def asks(self, task_id: int) -> bool:
        """Whether a plan of this task waits for its answer: the list must not change under the question."""
        return await self._store.run(lambda c: self._unexpired(c, task_id, SHOWN))

    def _unexpired(self, connection: sa.engine.Connection, task_id: int, state: str) -> bool:
        expires_at = connection.scalar(
            sa.select(sa.func.max(plans.c.expires_at)).where(plans.c.task_id == task_id, plans.c.state == state)
        )
        return expires_at is not None and expires_at > self._clock()


class _NotTaken(Exception):
    """The yes was not to this list, came too late or too early."""


def _lock(connection: sa.engine.Connection, task_id: int) -> None:
    """Let nobody else say yes to the same task of TWIN's until this transaction ends, whatever row it is in."""
    rows = schema.tasks
    twin_id = sa.select(rows.c.twin_id).where(rows.c.id == task_id).scalar_subquery()
    connection.execute(sa.select(rows.c.id).where(rows.c.twin_id == twin_id).order_by(rows.c.id).with_for_update())


def _starts_elsewhere(connection: sa.engine.Connection, task_id: int) -> bool:
    """Whether another conversation is just starting the same task of TWIN's."""
    rows = schema.tasks
    twin_id = sa.select(rows.c.twin_id).where(rows.c.id == task_id).scalar_subquery()
    others = sa.select(rows.c.id).where(
        rows.c.twin_id == twin_id, rows.c.id != task_id, rows.c.state == TaskState.STARTING
    )
    return connection.execute(others).first() is not None


def _void(connection: sa.engine.Connection, conversation: str) -> None:
    connection.execute(
        sa.update(plans).where(plans.c.conversation == conversation, plans.c.state == SHOWN).values(state=VOID)
    )
