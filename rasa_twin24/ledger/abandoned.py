"""Tasks at TWIN that this bot must never play, whoever asks and wherever their id comes from."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from rasa_twin24.ledger.schema import abandoned
from rasa_twin24.ledger.store import Store

# Why: a second task made by the same order; a list of candidates that nobody can be sure of.
DUPLICATE, UNVERIFIED = "duplicate", "unverified"


class Abandoned:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def add(self, twin_id: str, reason: str) -> None:
        await self._store.run(lambda c: put(c, twin_id, reason, self._clock()))

    async def reason(self, twin_id: str) -> str | None:
        """None: the task may be played."""

        def work(connection: sa.engine.Connection) -> str | None:
            found = connection.scalar(sa.select(abandoned.c.reason).where(abandoned.c.twin_id == twin_id))
            return None if found is None else str(found)

        return await self._store.run(work)


def put(connection: sa.engine.Connection, twin_id: str, reason: str, now: float) -> None:
    """`Abandoned.add` inside somebody else's transaction; the first reason stays."""
    try:
        with connection.begin_nested():
            connection.execute(sa.insert(abandoned).values(twin_id=twin_id, reason=reason, at=now))
    except sa.exc.IntegrityError:  # known already
        return
