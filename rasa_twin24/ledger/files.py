"""Files on their way to a person or from one: the content stays here, Rasa and its trackers carry the id only."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import sqlalchemy as sa

from rasa_twin24.ledger.schema import files
from rasa_twin24.ledger.store import Store

# 144 bits: whoever knows the id has seen the link.
ID_BYTES = 18
# How long a file may be fetched, seconds: it is made anew in a moment.
LIFE = 24 * 3600


@dataclass(frozen=True)
class File:
    id: str
    name: str
    content: bytes = field(repr=False)


class Files:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def add(self, conversation: str, name: str, content: bytes, update: str | None = None) -> str:
        """Keep a file for a day; returns its id. `update` is the key of the message that brought it."""
        file_id = secrets.token_urlsafe(ID_BYTES)
        now = self._clock()
        row = {
            "id": file_id,
            "conversation": conversation,
            "name": name,
            "content": content,
            "created_at": now,
            "expires_at": now + LIFE,
            "update_key": update,
        }
        await self._store.run(lambda c: c.execute(sa.insert(files).values(row)))
        return file_id

    async def get(self, conversation: str, file_id: str) -> File | None:
        """None when this conversation has no such file, or not any more."""

        def work(connection: sa.engine.Connection) -> File | None:
            row = connection.execute(
                sa.select(files).where(
                    files.c.id == file_id, files.c.conversation == conversation, files.c.expires_at > self._clock()
                )
            ).first()
            return File(row.id, row.name, bytes(row.content)) if row else None

        return await self._store.run(work)

    async def find(self, conversation: str, update: str) -> str | None:
        """The id of the file that this message has brought; None when it is not kept (yet, or any more)."""

        def work(connection: sa.engine.Connection) -> str | None:
            found = connection.scalar(
                sa.select(files.c.id).where(
                    files.c.conversation == conversation,
                    files.c.update_key == update,
                    files.c.expires_at > self._clock(),
                )
            )
            return None if found is None else str(found)

        return await self._store.run(work)

    async def forget(self) -> int:
        """Drop what has expired; returns how many."""

        def work(connection: sa.engine.Connection) -> int:
            old = files.c.expires_at <= self._clock()
            return int(connection.execute(sa.delete(files).where(old)).rowcount)

        return await self._store.run(work)
