"""Updates of the messengers: each is worked off once, however often it is delivered.

A messenger delivers *at least* once. The key is claimed durably before the update is answered; what it said is kept
until its turn is over, so that a killed process takes it up again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from rasa_twin24.ledger.schema import updates
from rasa_twin24.ledger.store import Store


@dataclass(frozen=True)
class Waiting:
    """An update that was claimed and never finished; `incoming` is the JSON given with the claim."""

    channel: str
    key: str
    incoming: str = field(repr=False)
    received_at: float


class Inbox:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def claim(self, channel: str, key: str, incoming: str | None, conversation: str | None = None) -> bool:
        """True exactly once per (channel, key). `incoming` None: nothing to take up again after a crash."""

        def work(connection: sa.engine.Connection) -> bool:
            row = {
                "channel": channel,
                "key": key[:255],
                "incoming": incoming,
                "received_at": self._clock(),
                "conversation": conversation if incoming is not None else None,
            }
            try:
                with connection.begin_nested():
                    connection.execute(sa.insert(updates).values(row))
            except sa.exc.IntegrityError:
                return False
            return True

        return await self._store.run(work)

    async def done(self, channel: str, key: str) -> None:
        """The turn is over: keep the key against repetitions, forget the content."""
        await self._store.run(
            lambda connection: connection.execute(
                sa.update(updates)
                .where(updates.c.channel == channel, updates.c.key == key[:255])
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
