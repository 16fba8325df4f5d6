"""Small values that must outlive a restart: generated secrets, a messenger's place in its stream, what of a person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from rasa_twin24.ledger.schema import kept
from rasa_twin24.ledger.store import Store


class Kept:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_or_make(self, key: str, make: Callable[[], str]) -> str:
        """The value kept under `key`; the first caller's `make()` decides it for good."""

        def work(connection: sa.engine.Connection) -> str:
            present = sa.select(kept.c.value).where(kept.c.key == key)
            value = connection.scalar(present)
            if value is not None:
                return str(value)
            made = make()
            try:
                with connection.begin_nested():
                    connection.execute(sa.insert(kept).values(key=key, value=made))
            except sa.exc.IntegrityError:  # another process was first
                return str(connection.scalar(present))
            return made

        return await self._store.run(work)

    async def get(self, key: str) -> str | None:
        return await self._store.run(lambda c: c.scalar(sa.select(kept.c.value).where(kept.c.key == key)))

    async def get_all(self, keys: Sequence[str]) -> dict[str, str]:
        """Those of the few keys under which something is kept."""

        def work(connection: sa.engine.Connection) -> dict[str, str]:
            rows = connection.execute(sa.select(kept.c.key, kept.c.value).where(kept.c.key.in_(keys)))
            return {row.key: row.value for row in rows}

        return await self._store.run(work)

    async def put(self, key: str, value: str) -> None:
        """Keep `value` from now on, whatever was kept before."""

        def work(connection: sa.engine.Connection) -> None:
            change = sa.update(kept).where(kept.c.key == key).values(value=value)
            if connection.execute(change).rowcount:
                return
            try:
                with connection.begin_nested():
                    connection.execute(sa.insert(kept).values(key=key, value=value))
            except sa.exc.IntegrityError:  # another process has just made it
                connection.execute(change)

        await self._store.run(work)


def key_about(account: str, what: str) -> str:
    """Of a value about a person, given as `<messenger>:<id>`: hashed, since an id may be longer than a key."""
    messenger, _, person = account.partition(":")
    return f"{messenger}_{what}:{hashlib.sha256(person.encode()).hexdigest()[:40]}"


def drop_about(connection: sa.engine.Connection, account: str) -> None:
    """Delete what is kept about a person, and whatever leads from another id of theirs to this one, kept as `is`."""
    messenger, _, person = account.partition(":")
    theirs = kept.c.key.endswith(key_about(account, "").removeprefix(f"{messenger}_"), autoescape=True)
    leads = kept.c.key.startswith(f"{messenger}_is:", autoescape=True)
    to_them = sa.or_(kept.c.value == person, kept.c.value.startswith(f"{person} ", autoescape=True))
    here = kept.c.key.startswith(f"{messenger}_", autoescape=True)
    connection.execute(sa.delete(kept).where(here, sa.or_(theirs, sa.and_(leads, to_them))))
