"""What is deleted: by age, and of one conversation when a person asks for it.

The audit is append-only and stays, without numbers. Reservations stay as well until they are old: who asks to be
forgotten must not get the day's limits anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from rasa_twin24.ledger import audit
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.kept import drop_about
from rasa_twin24.ledger.linked import drop, together
from rasa_twin24.ledger.people import People
from rasa_twin24.ledger.schema import (
    abandoned,
    access_requests,
    buttons,
    candidates,
    conversations,
    files,
    forgettings,
    imports,
    invite_tries,
    invites,
    link_codes,
    misread,
    notices,
    pauses,
    progress,
    reservations,
    tasks,
    transcript,
)
from rasa_twin24.ledger.store import Store
from rasa_twin24.ledger.tasks import TaskState

# A task in one of these has work or calls under way: it is kept until they end.
UNDER_WAY = (TaskState.CREATING, TaskState.STARTING, TaskState.RUNNING)


@dataclass(frozen=True)
class Request:
    """Somebody asked for a conversation's data to be deleted; `cleared`: only tasks under way are left of it."""

    id: int
    conversation: str
    cleared: bool


class Forgetting:
    def __init__(self, store: Store, people: People, clock: Callable[[], float]) -> None:
        self._store = store
        self._people = people
        self._clock = clock

    async def ask(self, conversation: str, asked_by: str) -> list[str]:
        """Write down that this person's data is to go; returns the names of the tasks that are under way.

        Of all accounts of theirs, whichever is named: what was said in one before it was linked is theirs as well. The
        links end at once.
        """

        def work(connection: sa.engine.Connection) -> list[str]:
            now = self._clock()
            everywhere = together(connection, conversation)
            for one in everywhere:
                connection.execute(
                    sa.insert(forgettings).values(
                        conversation=one,
                        asked_by=asked_by,
                        asked_at=now,
                        last_task=connection.scalar(
                            sa.select(sa.func.max(tasks.c.id)).where(tasks.c.conversation == one)
                        )
                        or 0,
                    )
                )
            drop(connection, everywhere)
            audit.put(connection, now, asked_by, Act.FORGET_PERSON, Result.DONE, whose=conversation)
            theirs = tasks.c.conversation.in_(everywhere)
            under_way = sa.select(tasks.c.name).where(theirs, tasks.c.state.in_(UNDER_WAY)).order_by(tasks.c.id)
            return [row.name for row in connection.execute(under_way)]

        return await self._store.run(work)

    async def waiting(self) -> list[Request]:
        """What is not done yet, oldest first."""

        def work(connection: sa.engine.Connection) -> list[Request]:
            rows = connection.execute(
                sa.select(forgettings).where(forgettings.c.done_at.is_(None)).order_by(forgettings.c.id)
            )
            return [Request(row.id, row.conversation, row.cleared_at is not None) for row in rows]

        return await self._store.run(work)

    async def clear(self, request_id: int) -> bool:
        """Delete what was there when it was asked; true once no task under way is left of it either."""

        def work(connection: sa.engine.Connection) -> bool:
            now = self._clock()
            asked = connection.execute(sa.select(forgettings).where(forgettings.c.id == request_id)).first()
            if asked is None:
                return True
            theirs = sa.and_(tasks.c.conversation == asked.conversation, tasks.c.id <= asked.last_task)
            _delete_tasks(connection, now, theirs)
            if asked.cleared_at is None:
                _delete_talk(connection, asked.conversation, asked.asked_at)
                if self._people.role_in(connection, asked.conversation) is None:  # else it is part of their access
                    drop_about(connection, asked.conversation)
            left = connection.scalar(sa.select(sa.func.count()).select_from(tasks).where(theirs))
            connection.execute(
                sa.update(forgettings)
                .where(forgettings.c.id == request_id)
                .values(cleared_at=asked.cleared_at or now, done_at=None if left else now)
            )
            return not left

        return await self._store.run(work)

    async def drop_older(self, seconds: float) -> None:
        """Delete what is older than `seconds`, but nothing that is under way or still talked about."""

        def work(connection: sa.engine.Connection) -> None:
            now = self._clock()
            cut = now - seconds
            connection.execute(sa.delete(conversations).where(_is_silent(cut), conversations.c.task_id.is_(None)))
            _delete_tasks(connection, now, _is_old(cut))
            for old in (
                sa.delete(transcript).where(transcript.c.created_at < cut),
                sa.delete(notices).where(notices.c.told_at < cut),
                sa.delete(buttons).where(buttons.c.created_at < cut),
                sa.delete(progress).where(progress.c.updated_at < cut),
                sa.delete(misread).where(misread.c.at < cut),
                sa.delete(access_requests).where(access_requests.c.asked_at < cut),
                sa.delete(pauses).where(pauses.c.ended_at < cut),
                sa.delete(invite_tries).where(invite_tries.c.at < cut),
                sa.delete(link_codes).where(link_codes.c.expires_at < cut),
                sa.delete(invites).where(sa.or_(invites.c.used_at < cut, invites.c.expires_at < cut)),
                sa.delete(files).where(files.c.expires_at <= now),
                sa.delete(imports).where(imports.c.created_at < cut),
                sa.delete(reservations).where(reservations.c.at < cut, reservations.c.state != "reserved"),
                sa.delete(forgettings).where(forgettings.c.done_at < cut),
            ):
                connection.execute(old)

        await self._store.run(work)


def _is_silent(cut: float) -> sa.sql.ColumnElement:
    """Nothing was said in the conversation since; who blocked the bot may have news waiting."""
    return sa.and_(conversations.c.updated_at < cut, conversations.c.gone_at.is_(None))


def _is_old(cut: float) -> sa.sql.ColumnElement:
    """Neither the task nor any of its numbers came since, and nobody has talked about it."""
    in_talk = sa.select(conversations.c.task_id).where(
        conversations.c.task_id == tasks.c.id, conversations.c.updated_at >= cut
    )
    newer = sa.select(candidates.c.id).where(candidates.c.task_id == tasks.c.id, candidates.c.created_at >= cut)
    return sa.and_(
        tasks.c.created_at < cut,
        sa.func.coalesce(tasks.c.started_at, 0.0) < cut,
        sa.func.coalesce(tasks.c.ended_at, 0.0) < cut,
        ~in_talk.exists(),
        ~newer.exists(),
    )


def _delete_tasks(connection: sa.engine.Connection, now: float, which: sa.sql.ColumnElement) -> None:
    """Delete tasks that nothing is under way for; their candidates, portions and plans go along (CASCADE)."""
    idle = sa.and_(which, tasks.c.state.not_in(UNDER_WAY), sa.func.coalesce(tasks.c.lease_until, 0.0) < now)
    # Locked, or a yes could be taken in between.
    going = connection.execute(sa.select(tasks.c.id, tasks.c.twin_id, tasks.c.spoiled).where(idle).with_for_update())
    for task in going.all():
        if task.spoiled and task.twin_id:  # must not be played when somebody opens it by its id
            known = connection.scalar(sa.select(abandoned.c.twin_id).where(abandoned.c.twin_id == task.twin_id))
            if known is None:
                connection.execute(sa.insert(abandoned).values(twin_id=task.twin_id, reason="unverified", at=now))
        connection.execute(
            sa.update(conversations).where(conversations.c.task_id == task.id).values(task_id=None, step=None)
        )
        connection.execute(sa.delete(tasks).where(tasks.c.id == task.id))


def _delete_talk(connection: sa.engine.Connection, conversation: str, until: float) -> None:
    """All of a conversation but its tasks, up to a moment; what came later is a new talk."""
    for gone in (
        sa.delete(transcript).where(transcript.c.conversation == conversation, transcript.c.created_at <= until),
        sa.delete(notices).where(notices.c.conversation == conversation, notices.c.created_at <= until),
        sa.delete(buttons).where(buttons.c.conversation == conversation, buttons.c.created_at <= until),
        sa.delete(files).where(files.c.conversation == conversation, files.c.created_at <= until),
        sa.delete(imports).where(imports.c.conversation == conversation, imports.c.created_at <= until),
        sa.delete(progress).where(progress.c.conversation == conversation, progress.c.updated_at <= until),
        sa.delete(misread).where(misread.c.conversation == conversation, misread.c.at <= until),
        sa.delete(access_requests).where(access_requests.c.person == conversation, access_requests.c.asked_at <= until),
        sa.delete(pauses).where(
            pauses.c.asked_by == conversation, pauses.c.asked_at <= until, pauses.c.ended_at.is_not(None)
        ),
        sa.delete(invite_tries).where(invite_tries.c.person == conversation, invite_tries.c.at <= until),
        sa.delete(invites).where(invites.c.used_by == conversation, invites.c.used_at <= until),
        sa.delete(link_codes).where(
            sa.or_(link_codes.c.conversation == conversation, link_codes.c.used_by == conversation),
            link_codes.c.made_at <= until,
        ),
        sa.delete(conversations).where(
            conversations.c.id == conversation,
            conversations.c.task_id.is_(None),
        ),
    ):
        connection.execute(gone)
