"""Updates of the messengers: each is worked off once, however often it is delivered.

A messenger delivers *at least* once. The key is claimed durably before the update is answered; what it said is kept
until its turn is over, so that a killed process takes it up again. Of a stranger's update only the key is kept.

Every message passes here, so whatever is asked at one moment is asked in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger.message_id import update_of
from rasa_twin24.ledger.people import People, Role
from rasa_twin24.ledger.schema import updates
from rasa_twin24.ledger.store import Store


@dataclass(frozen=True)
class Waiting:
    """An update that was claimed and never finished; `incoming` is the JSON given with the claim."""

    channel: str
    key: str
    incoming: str = field(repr=False)
    received_at: float


@dataclass(frozen=True)
class Claim:
    """`first` is true exactly once per (channel, key); `role` None: a stranger."""

    first: bool
    role: Role | None


class Inbox:
    def __init__(self, store: Store, people: People, clock: Callable[[], float]) -> None:
        self._store = store
        self._people = people
        self._clock = clock

    async def claim(self, channel: str, key: str, person: str, incoming: str) -> Claim:
        """Take an update in, and with it what it said unless `person` is a stranger."""

        def work(connection: sa.engine.Connection) -> Claim:
            role = self._people.role_in(connection, person)
            row = {
                "channel": channel,
                "key": key[:255],
                "incoming": None if role is None else incoming,
                "received_at": self._clock(),
                "conversation": None if role is None else person,
            }
            try:
                with connection.begin_nested():
                    connection.execute(sa.insert(updates).values(row))
            except sa.exc.IntegrityError:
                return Claim(False, role)
            return Claim(True, role)

        return await self._store.run(work)

    async def has(self, channel: str, key: str) -> bool:
        """Whether this update was claimed."""
        seen = sa.select(updates.c.key).where(updates.c.channel == channel, updates.c.key == key[:255])
        return await self._store.run(lambda c: c.scalar(seen) is not None)

    async def done(self, channel: str, *keys: str) -> None:
        """The turn is over: keep the keys of its updates against repetitions, forget the content, of all or of none."""
        await self._store.run(
            lambda connection: connection.execute(
                sa.update(updates)
                .where(updates.c.channel == channel, updates.c.key.in_([key[:255] for key in keys]))
                .values(incoming=None, conversation=None)
            )
        )

    async def waiting(self) -> list[Waiting]:
        """What a killed process left undone, oldest first."""

        def work(connection: sa.engine.Connection) -> list[Waiting]:
            rows = connection.execute(
                sa.select(updates).where(updates.c.incoming.is_not(None)).order_by(updates.c.received_at)
            )
            return [Waiting(row.channel, row.key, row.incoming, row.received_at) for row in rows]

        return await self._store.run(work)

    async def conversations(self) -> set[str]:
        """Those of which an update is worked off now, or was when a process was killed."""

        def work(connection: sa.engine.Connection) -> set[str]:
            rows = connection.execute(sa.select(updates.c.conversation).where(updates.c.incoming.is_not(None)))
            return {row.conversation for row in rows if row.conversation is not None}

        return await self._store.run(work)

    async def forget(self, seconds: float) -> int:
        """Drop the keys older than `seconds`; returns how many."""

        def work(connection: sa.engine.Connection) -> int:
            old = updates.c.received_at < self._clock() - seconds
            return int(connection.execute(sa.delete(updates).where(old)).rowcount)

        return await self._store.run(work)


def came_in(conversation: str, message: str) -> Any:
    """When an update was taken in; NULL, to which no time compares, for one that never was."""
    channel, key = update_of(conversation, message)
    wanted = sa.select(updates.c.received_at).where(updates.c.channel == channel, updates.c.key == key[:255])
    return wanted.scalar_subquery()
