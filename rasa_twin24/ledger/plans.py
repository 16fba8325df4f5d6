"""Consent: a person says yes to one shown plan, once, before it expires."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from rasa_twin24.ledger import tasks
from rasa_twin24.ledger.schema import plans
from rasa_twin24.ledger.store import Store
from rasa_twin24.ledger.tasks import TaskState

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

    async def use(self, conversation: str, task_id: int, digest: str) -> bool:
        """Take the yes: true once, for the plan shown last, if it is unexpired and still what would be started.

        In the same transaction the task goes from filling to starting, so nothing can slip in between.
        """

        def work(connection: sa.engine.Connection) -> bool:
            used = connection.execute(
                sa.update(plans)
                .where(
                    plans.c.conversation == conversation,
                    plans.c.task_id == task_id,
                    plans.c.digest == digest,
                    plans.c.state == SHOWN,
                    plans.c.expires_at > self._clock(),
                )
                .values(state=USED)
            )
            if used.rowcount != 1:
                return False
            if tasks.move(connection, task_id, [TaskState.FILLING], TaskState.STARTING):
                return True
            raise _LostRace

        try:
            return await self._store.run(work)
        except _LostRace:  # rolled back: the consent was not used up
            return False


class _LostRace(Exception):
    """The task is not being filled any more."""


def _void(connection: sa.engine.Connection, conversation: str) -> None:
    connection.execute(
        sa.update(plans).where(plans.c.conversation == conversation, plans.c.state == SHOWN).values(state=VOID)
    )
