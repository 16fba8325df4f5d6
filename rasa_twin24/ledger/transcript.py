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

    `file` is the id of a file in the ledger, whose name `text` then is. `standing`: its buttons stay alive beside those
    of later lines, or it will change. With `changes` it is no further line: the one of that number looks like it now.
    """

    seq: int
    author: str
    text: str = field(repr=False)
    buttons: tuple[tuple[str, str], ...]
    client_key: str | None
    created_at: float
    file: str | None = None
    standing: bool = False
    changes: int | None = None


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
        standing: bool = False,
    ) -> int:
        """Append a line; returns its number, which only grows."""

        def work(connection: sa.engine.Connection) -> int:
            return self._append(
                connection,
                conversation=conversation,
                author=author,
                text=text,
                buttons=_json(buttons),
                client_key=client_key,
                file=file,
                standing=standing,
            )

        return await self._store.run(work)

    async def change(
        self, conversation: str, seq: int, text: str, buttons: Sequence[tuple[str, str]], *, standing: bool
    ) -> bool:
        """Let a line say something else; False when there is no such line.

        The change is a line of its own as well, so that "what came after?" tells of it; the newest one is enough.
        """
        look = {"text": text, "buttons": _json(buttons), "standing": standing}

        def work(connection: sa.engine.Connection) -> bool:
            line = sa.and_(transcript.c.seq == seq, transcript.c.conversation == conversation)
            row = connection.execute(sa.select(transcript).where(line).with_for_update()).first()
            if row is None:
                return False
            connection.execute(sa.update(transcript).where(line).values(look))
            connection.execute(sa.delete(transcript).where(transcript.c.changes == seq))
            self._append(connection, conversation=conversation, author=row.author, changes=seq, **look)
            return True

        return await self._store.run(work)

    async def with_button(self, conversation: str, token: str) -> Line | None:
        """The standing line under which this button is; None for buttons of any other line."""

        def work(connection: sa.engine.Connection) -> Line | None:
            rows = connection.execute(
                sa.select(transcript).where(
                    transcript.c.conversation == conversation, transcript.c.standing, transcript.c.changes.is_(None)
                )
            )
            lines = (_line(row) for row in rows)
            return next((line for line in lines if token in [own for _, own in line.buttons]), None)

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
            return [_line(row) for row in reversed(rows)]

        return await self._store.run(work)

    def _append(self, connection: sa.engine.Connection, **values: object) -> int:
        result = connection.execute(sa.insert(transcript).values(created_at=self._clock(), **values))
        return int(result.inserted_primary_key[0])


def _json(buttons: Sequence[tuple[str, str]]) -> str:
    return json.dumps(list(buttons), ensure_ascii=False)


def _line(row: sa.engine.Row) -> Line:
    return Line(
        row.seq,
        row.author,
        row.text,
        tuple((title, token) for title, token in json.loads(row.buttons)),
        row.client_key,
        row.created_at,
        row.file,
        bool(row.standing),
        row.changes,
    )
