"""News for a conversation that no message of the person asked for: kept until they are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger.schema import notices
from rasa_twin24.ledger.store import Store


@dataclass(frozen=True)
class Notice:
    """`kind` names the news, `params` fills its phrase in; both are free of whole phone numbers.

    `account` is where it is to be told, of several accounts of a person; None: where they wrote last.
    """

    id: int
    conversation: str
    kind: str
    params: dict[str, Any]
    account: str | None = None


class Notices:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def add(self, conversation: str, kind: str, **params: Any) -> None:
        await self._store.run(lambda c: put(c, conversation, kind, params, self._clock()))

    async def waiting(self) -> list[Notice]:
        """Not told yet, oldest first."""

        def work(connection: sa.engine.Connection) -> list[Notice]:
            rows = connection.execute(sa.select(notices).where(notices.c.told_at.is_(None)).order_by(notices.c.id))
            return [_notice(row) for row in rows]

        return await self._store.run(work)

    async def get(self, notice_id: int) -> Notice | None:
        def work(connection: sa.engine.Connection) -> Notice | None:
            row = connection.execute(sa.select(notices).where(notices.c.id == notice_id)).first()
            return _notice(row) if row else None

        return await self._store.run(work)

    async def take(self, notice_id: int, seconds: float) -> bool:
        """Whether the caller is the one to tell it: true once, then again when `seconds` are over or it is let go."""

        def work(connection: sa.engine.Connection) -> bool:
            free = sa.or_(notices.c.taken_until.is_(None), notices.c.taken_until <= self._clock())
            taken = connection.execute(
                sa.update(notices)
                .where(notices.c.id == notice_id, notices.c.told_at.is_(None), free)
                .values(taken_until=self._clock() + seconds)
            )
            return bool(taken.rowcount)

        return await self._store.run(work)

    async def let_go(self, notice_id: int) -> None:
        """It was not told: whoever can may tell it."""
        await self._store.run(
            lambda c: c.execute(sa.update(notices).where(notices.c.id == notice_id).values(taken_until=None))
        )

    async def told(self, notice_id: int) -> None:
        await self._store.run(
            lambda c: c.execute(sa.update(notices).where(notices.c.id == notice_id).values(told_at=self._clock()))
        )


def put(
    connection: sa.engine.Connection,
    conversation: str,
    kind: str,
    params: dict[str, Any],
    now: float,
    account: str | None = None,
) -> None:
    """`Notices.add` inside somebody else's transaction."""
    connection.execute(
        sa.insert(notices).values(
            conversation=conversation,
            kind=kind,
            params=json.dumps(params, ensure_ascii=False),
            created_at=now,
            account=account,
        )
    )


def _notice(row: Any) -> Notice:
    return Notice(row.id, row.conversation, row.kind, json.loads(row.params), row.account)
