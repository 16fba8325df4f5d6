"""What was said in the web chat, numbered, so that a page that was away gets exactly what it missed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from rasa_twin24.ledger.schema import transcript
from rasa_twin24.ledger.store import Store


@dataclass(frozen=True)
class Line:
    """`buttons` are (title, token) pairs; `client_key` is the key the page gave to its own message.

    `file` is the id of a file in the ledger, whose name `text` then is.
    """

    seq: int
    author: str
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...]
    client_key: str | None
    created_at: float
    file: str | None = None


class Transcript:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def add(
        self,
        conversation: str,
        author: str,
        text: str,
        buttons: Sequence[tuple[str, str]] = (),
        client_key: str | None = None,
        file: str | None = None,
    ) -> int:
        """Append a line; returns its number, which only grows."""

        def work(connection: sa.engine.Connection) -> int:
            result = connection.execute(
                sa.insert(transcript).values(
                    conversation=conversation,
                    author=author,
                    text=text,
                    buttons=json.dumps(list(buttons), ensure_ascii=False),
                    client_key=client_key,
                    created_at=self._clock(),
                    file=file,
                )
            )
            return int(result.inserted_primary_key[0])

        return await self._store.run(work)

    async def find(self, conversation: str, client_key: str) -> int | None:
        """The number of the line that the page sent under this key; None when there is none yet."""

        def work(connection: sa.engine.Connection) -> int | None:
            seq = connection.scalar(
                sa.select(transcript.c.seq).where(
                    transcript.c.conversation == conversation, transcript.c.client_key == client_key
                )
            )
            return None if seq is None else int(seq)

        return await self._store.run(work)

    async def after(self, conversation: str, seq: int, limit: int) -> list[Line]:
        """The `limit` newest lines above `seq`, in order."""

        def work(connection: sa.engine.Connection) -> list[Line]:
            rows = connection.execute(
                sa.select(transcript)
                .where(transcript.c.conversation == conversation, transcript.c.seq > seq)
                .order_by(transcript.c.seq.desc())
                .limit(limit)
            ).all()
            return [
                Line(
                    row.seq,
                    row.author,
                    row.text,
                    tuple((title, token) for title, token in json.loads(row.buttons)),
                    row.client_key,
                    row.created_at,
                    row.file,
                )
                for row in reversed(rows)
            ]

        return await self._store.run(work)
