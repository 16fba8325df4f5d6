"""Consent: a person says yes to one shown plan, once, before it expires."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger import audit, schema, tasks
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import CandidateState, Person, list_people, list_phones
from rasa_twin24.ledger.inbox import came_in
from rasa_twin24.ledger.schema import plans
from rasa_twin24.ledger.store import Store
from rasa_twin24.ledger.tasks import TaskState

SHOWN, USED, VOID = "shown", "used", "void"


class Ending:
    """What became of a confirmation; each ends once."""

    DONE = "done"
    REFUSED = "refused"  # by this bot: a right, a limit, the hours, a stop
    NOT_STARTED = "not_started"  # TWIN did not let it start, and nobody was called
    UNCLEAR = "unclear"  # TWIN did not tell whether it runs


class Plans:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def show(
        self,
        conversation: str,
        task_id: int,
        digest: str,
        seconds: float,
        count: int = 0,
        message: str | None = None,
        account: str | None = None,
    ) -> None:
        """A plan is put to the person and waits `seconds` for the answer; earlier ones of this talk are void.

        `count` is the number of candidates in it. `message` is the key of what it is shown in answer to: said again
        after a crash, when nobody may have seen the plan yet, that is no answer to it. `account` is where it is shown,
        if not in the conversation's own: nowhere else it takes a yes.
        """

        def work(connection: sa.engine.Connection) -> None:
            void(connection, conversation)
            connection.execute(
                sa.insert(plans).values(
                    task_id=task_id,
                    conversation=conversation,
                    digest=digest,
                    state=SHOWN,
                    created_at=self._clock(),
                    expires_at=self._clock() + seconds,
                    count=count,
                    shown_by=message,
                    shown_to=account,
                )
            )

        await self._store.run(work)

    async def void(self, conversation: str) -> None:
        """Whatever was shown may no longer be said yes to."""
        await self._store.run(lambda c: void(c, conversation))

    async def shown(self, conversation: str, message: str | None = None, account: str | None = None) -> int | None:
        """The count of the plan that waits for its answer in this account; None when there is none there.

        Nor is there one for the `message` that it answers.
        """

        def work(connection: sa.engine.Connection) -> int | None:
            count: int | None = connection.scalar(
                sa.select(plans.c.count).where(*self._waits(conversation), _shown_in(account), _answers_other(message))
            )
            return count

        return await self._store.run(work)

    async def shown_elsewhere(self, conversation: str, account: str | None = None) -> bool:
        """Whether a plan waits for its answer in another account of this conversation."""

        def work(connection: sa.engine.Connection) -> bool:
            waits = sa.select(plans.c.id).where(*self._waits(conversation), sa.not_(_shown_in(account)))
            return connection.execute(waits).first() is not None

        return await self._store.run(work)

    async def answers(self, conversation: str, message: str) -> bool:
        """Whether the plan that waits for its answer here was shown in answer to this message."""

        def work(connection: sa.engine.Connection) -> bool:
            shown = sa.select(plans.c.id).where(*self._waits(conversation), plans.c.shown_by == message)
            return connection.execute(shown).first() is not None

        return await self._store.run(work)

    def _waits(self, conversation: str) -> tuple[Any, ...]:
        """At most one row: showing a plan voids the earlier ones."""
        return plans.c.conversation == conversation, plans.c.state == SHOWN, plans.c.expires_at > self._clock()

    async def use(
        self,
        conversation: str,
        task_id: int,
        digest: Callable[[Sequence[Person]], str],
        count: int | None = None,
        message: str | None = None,
        account: str | None = None,
    ) -> bool:
        """Take the yes: true once, for the plan shown last, if it is unexpired and still what would be started.

        `digest` is that of the plan with the given people, `count` the one that it was shown with, `message` the key
        of the update that said yes: one that came in before the plan was shown was not said to it. `account` is where
        yes was said, if not in the conversation's own: it must be where the plan was shown. In the same
        transaction the task goes from filling to starting, so nothing can slip in between; while a number is on its
        way to TWIN there is no yes at all.
        """

        def work(connection: sa.engine.Connection) -> bool:
            _lock(connection, task_id)
            # First, for it locks the task: no number can be sent from here on.
            if not tasks.move(connection, task_id, [TaskState.FILLING], TaskState.STARTING, started_at=None):
                return False
            now = self._clock()
            added = list_people(connection, task_id, [CandidateState.ADDED])
            used = connection.execute(
                sa.update(plans)
                .where(
                    plans.c.conversation == conversation,
                    plans.c.task_id == task_id,
                    plans.c.digest == digest(added),
                    plans.c.state == SHOWN,
                    plans.c.expires_at > now,
                    *([plans.c.count == count] if count is not None else []),
                    *([plans.c.created_at <= came_in(conversation, message)] if message is not None else []),
                    _shown_in(account),
                    _answers_other(message),
                )
                # From the yes on it lives as long again; see `agreed`.
                .values(state=USED, expires_at=now + plans.c.expires_at - plans.c.created_at)
            )
            on_their_way = list_phones(connection, task_id, [CandidateState.SENDING])
            if used.rowcount != 1 or on_their_way or _starts_elsewhere(connection, task_id):
                raise _NotTaken
            _write(connection, now, conversation, task_id, Result.DONE)
            return True

        try:
            return await self._store.run(work)
        except _NotTaken:  # rolled back: the consent was not used up
            return False

    async def refuse(self, conversation: str, task_id: int, reason: str) -> bool:
        """The yes to the shown plan is refused, and the plan is over; false when none waited for an answer."""

        def work(connection: sa.engine.Connection) -> bool:
            now = self._clock()
            refused = connection.execute(
                sa.update(plans)
                .where(
                    plans.c.conversation == conversation,
                    plans.c.task_id == task_id,
                    plans.c.state == SHOWN,
                    plans.c.expires_at > now,
                )
                .values(state=VOID, outcome=Ending.REFUSED, ended_at=now)
            )
            if not refused.rowcount:
                return False
            _write(connection, now, conversation, task_id, Result.REFUSED, reason=reason)
            return True

        return await self._store.run(work)

    async def agreed(self, task_id: int) -> bool:
        """Whether the yes to this task is recent: a process that was down for hours must not dial at night."""
        return await self._store.run(lambda c: agreed(c, task_id, self._clock()))

    async def ending(self, task_id: int) -> str | None:
        """What became of the last confirmation of a task; None when there was none, or it has not ended."""

        def work(connection: sa.engine.Connection) -> str | None:
            last = sa.select(plans.c.outcome).where(plans.c.task_id == task_id, plans.c.state == USED)
            found = connection.scalar(last.order_by(plans.c.id.desc()))
            return None if found is None else str(found)

        return await self._store.run(work)

    async def asks(self, task_id: int) -> bool:
        """Whether a plan of this task waits for its answer: the list must not change under the question."""

        def work(connection: sa.engine.Connection) -> bool:
            waits = sa.select(plans.c.id).where(
                plans.c.task_id == task_id, plans.c.state == SHOWN, plans.c.expires_at > self._clock()
            )
            return connection.execute(waits).first() is not None

        return await self._store.run(work)


def _answers_other(message: str | None) -> Any:
    return sa.true() if message is None else plans.c.shown_by.is_distinct_from(message)


def _shown_in(account: str | None) -> Any:
    """Whoever writes from several messengers saw a plan in one of them."""
    own = plans.c.conversation
    return sa.func.coalesce(plans.c.shown_to, own) == (own if account is None else account)


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


def void(connection: sa.engine.Connection, conversation: str) -> None:
    connection.execute(
        sa.update(plans).where(plans.c.conversation == conversation, plans.c.state == SHOWN).values(state=VOID)
    )


def void_of_task(connection: sa.engine.Connection, task_id: int) -> None:
    """The list has changed: whoever was shown a plan of it may not say yes to that one any more."""
    connection.execute(sa.update(plans).where(plans.c.task_id == task_id, plans.c.state == SHOWN).values(state=VOID))


def agreed(connection: sa.engine.Connection, task_id: int, now: float) -> bool:
    """`Plans.agreed` inside somebody else's transaction: a yes that is recent, and unused for a `play`."""
    yes = sa.select(plans.c.id).where(*_open_yes(task_id), plans.c.played_at.is_(None), plans.c.expires_at > now)
    return connection.execute(yes).first() is not None


def take_play(connection: sa.engine.Connection, task_id: int, now: float) -> None:
    """The yes has been used for its one `play`."""
    connection.execute(sa.update(plans).where(*_open_yes(task_id)).values(played_at=now))


def end(connection: sa.engine.Connection, task_id: int, ending: str, now: float) -> int | None:
    """The confirmation under which the task was starting has ended; gives the count that it was for."""
    count: int | None = connection.scalar(sa.select(plans.c.count).where(*_open_yes(task_id)))
    connection.execute(sa.update(plans).where(*_open_yes(task_id)).values(outcome=ending, ended_at=now))
    return count


def _open_yes(task_id: int) -> tuple[Any, ...]:
    """At most one row: a task is starting under one yes, and stops starting only when that has ended."""
    return plans.c.task_id == task_id, plans.c.state == USED, plans.c.outcome.is_(None)


def _write(
    connection: sa.engine.Connection, now: float, conversation: str, task_id: int, result: str, **detail: Any
) -> None:
    task = tasks.read(connection, task_id)
    audit.put(connection, now, conversation, Act.CONFIRM_START, result, task=task.twin_id, name=task.name, **detail)
