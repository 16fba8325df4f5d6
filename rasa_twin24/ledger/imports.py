"""Files and long texts with people to be called, from the reading until their person has decided.

What was read waits in chunks of some thousand people, so that nobody ever has to hold a whole list in memory.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger import candidates
from rasa_twin24.ledger.candidates import Person
from rasa_twin24.ledger.schema import import_chunks, imports
from rasa_twin24.ledger.store import Store

# Of a chunk that is unpacked. A thousand people with long variables are a tenth of it; a process that a hostile file
# has got hold of might say more.
MOST_BYTES = 16 << 20


class Purpose:
    CANDIDATES = "candidates"
    DO_NOT_CALL = "do_not_call"
    DOUBTFUL = "doubtful"  # of a message: no numbering plan knows them, their person may
    DOUBTFUL_ROWS = "doubtful_rows"  # the same of a list, asked about once that is decided
    OWN_CONTACT = "own_contact"  # who shared their own card: they may have meant themselves, or may not


class ImportState:
    READING = "reading"  # being read, or to be read anew after a crash
    CHOOSING = "choosing"  # the person is asked which column holds the numbers
    READY = "ready"  # reported, waits for the person's decision
    TAKEN = "taken"  # its people are on their way to the list
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"  # it could not be read, and its person was told why


@dataclass(frozen=True)
class Import:
    """A row of `imports`; the columns are explained in the schema. `report` holds what the reading found."""

    id: int
    conversation: str
    file_id: str
    file_name: str
    purpose: str
    state: str
    number_column: int | None
    report: dict[str, Any]
    task_id: int | None
    only_new: bool
    message: str | None


@dataclass(frozen=True, repr=False)
class Read:
    """Somebody who was read; `elsewhere`: called, or to be called, by another task not long ago. No repr: numbers."""

    phones: tuple[str, ...]
    variables: dict[str, str] = field(default_factory=dict)
    elsewhere: bool = False


@dataclass(frozen=True, repr=False)
class Left:
    """A row that is not taken, and why; `of_row`: the one that it repeats. As written, hence no repr."""

    row: int
    shown: str
    reason: str
    of_row: int | None = None


class Imports:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def begin(
        self, conversation: str, file_id: str, file_name: str, purpose: str, message: str | None = None
    ) -> Import:
        """A file is to be read; the same message, said again after a crash, finds what it has begun."""

        def work(connection: sa.engine.Connection) -> Import:
            if message is not None:
                begun = sa.select(imports).where(
                    imports.c.conversation == conversation, imports.c.message == message, imports.c.file_id == file_id
                )
                if row := connection.execute(begun).first():
                    return _import(row)
            values = {
                "conversation": conversation,
                "file_id": file_id,
                "file_name": file_name,
                "purpose": purpose,
                "state": ImportState.READING,
                "created_at": self._clock(),
                "message": message,
            }
            number = connection.execute(sa.insert(imports).values(values)).inserted_primary_key[0]
            return _read(connection, number)

        return await self._store.run(work)

    async def get(self, import_id: int) -> Import:
        """Raises `LookupError` when there is no such row."""
        return await self._store.run(lambda c: _read(c, import_id))

    async def of(self, conversation: str, import_id: int) -> Import | None:
        """None when this conversation has no such import."""

        def work(connection: sa.engine.Connection) -> Import | None:
            row = connection.execute(
                sa.select(imports).where(imports.c.id == import_id, imports.c.conversation == conversation)
            ).first()
            return _import(row) if row else None

        return await self._store.run(work)

    async def waiting(
        self, conversation: str, purposes: Collection[str], state: str = ImportState.READY
    ) -> Import | None:
        """This conversation's newest import of one of these purposes that waits for a decision."""

        def work(connection: sa.engine.Connection) -> Import | None:
            row = connection.execute(
                sa.select(imports)
                .where(
                    imports.c.conversation == conversation,
                    imports.c.state == state,
                    imports.c.purpose.in_(purposes),
                )
                .order_by(imports.c.id.desc())
            ).first()
            return _import(row) if row else None

        return await self._store.run(work)

    async def ask_about(
        self, conversation: str, people: Sequence[Read], report: dict[str, Any], purpose: str = Purpose.DOUBTFUL
    ) -> Import:
        """Keep people of a message until their person has said whether they are meant.

        Earlier ones of this purpose are forgotten.
        """

        def work(connection: sa.engine.Connection) -> Import:
            _forget_asked(connection, conversation, purpose)
            row = {
                "conversation": conversation,
                "file_id": "",
                "file_name": "",
                "purpose": purpose,
                "state": ImportState.READY,
                "report": json.dumps(report),
                "created_at": self._clock(),
            }
            number = connection.execute(sa.insert(imports).values(row)).inserted_primary_key[0]
            chunk = {"import_id": number, "seq": 0, "content": packed_people(people)}
            connection.execute(sa.insert(import_chunks).values(chunk))
            return _read(connection, number)

        return await self._store.run(work)

    async def beside(self, found: Import) -> int:
        """The id of the import that keeps the doubtful rows of this list; read again after a crash, the same one."""

        def work(connection: sa.engine.Connection) -> int:
            values = {
                "conversation": found.conversation,
                "purpose": Purpose.DOUBTFUL_ROWS,
                "message": f"rows:{found.id}",
            }
            kept = connection.scalar(sa.select(imports.c.id).filter_by(**values))
            if kept is None:
                row = {
                    **values,
                    "file_id": "",
                    "file_name": "",
                    "state": ImportState.READY,
                    "created_at": self._clock(),
                }
                kept = connection.execute(sa.insert(imports).values(row)).inserted_primary_key[0]
            return int(kept)

        return await self._store.run(work)

    async def in_state(self, state: str, task_id: int | None = None) -> list[Import]:
        """Oldest first; of one task only, if given."""

        def work(connection: sa.engine.Connection) -> list[Import]:
            of_task = [imports.c.task_id == task_id] if task_id is not None else []
            rows = connection.execute(
                sa.select(imports).where(imports.c.state == state, *of_task).order_by(imports.c.id)
            )
            return [_import(row) for row in rows]

        return await self._store.run(work)

    async def move(self, import_id: int, expected: Collection[str], state: str, **values: Any) -> bool:
        """Set the state if it is one of `expected`; False when somebody else was first. `report` is a plain dict."""
        if "report" in values:
            values["report"] = json.dumps(values["report"], ensure_ascii=False)

        def work(connection: sa.engine.Connection) -> bool:
            changed = connection.execute(
                sa.update(imports)
                .where(imports.c.id == import_id, imports.c.state.in_(expected))
                .values(state=state, **values)
            )
            if changed.rowcount and state in (ImportState.CANCELLED, ImportState.FAILED, ImportState.DONE):
                connection.execute(sa.delete(import_chunks).where(import_chunks.c.import_id == import_id))
            return bool(changed.rowcount)

        return await self._store.run(work)

    async def cancel_of(self, task_id: int) -> int:
        """People who are on their way to this task's list stay where they are; returns how many imports it was."""

        def work(connection: sa.engine.Connection) -> int:
            theirs = sa.and_(imports.c.task_id == task_id, imports.c.state == ImportState.TAKEN)
            ids = [row.id for row in connection.execute(sa.select(imports.c.id).where(theirs).with_for_update())]
            connection.execute(sa.delete(import_chunks).where(import_chunks.c.import_id.in_(ids)))
            connection.execute(sa.update(imports).where(imports.c.id.in_(ids)).values(state=ImportState.CANCELLED))
            return len(ids)

        return await self._store.run(work)

    async def follow(self, task_id: int, other_task_id: int) -> None:
        """What was taken for one task goes to another."""
        theirs = sa.and_(imports.c.task_id == task_id, imports.c.state == ImportState.TAKEN)
        await self._store.run(lambda c: c.execute(sa.update(imports).where(theirs).values(task_id=other_task_id)))

    # --- what was read --------------------------------------------------------------------------------------

    async def put(
        self, import_id: int, seq: int, packed: bytes, out: Collection[int] = (), elsewhere: Collection[int] = ()
    ) -> None:
        """Keep a chunk, as `packed_people` gives it; read again after a crash it replaces what was kept before.

        `out` and `elsewhere` are places in it, from 0: of those who are not taken, and see `Read`.
        """
        marks = _packed([list(out), list(elsewhere)]) if out or elsewhere else b""

        def work(connection: sa.engine.Connection) -> None:
            here = sa.and_(import_chunks.c.import_id == import_id, import_chunks.c.seq == seq)
            connection.execute(sa.delete(import_chunks).where(here))
            connection.execute(sa.insert(import_chunks).values(import_id=import_id, seq=seq, content=packed + marks))

        await self._store.run(work)

    async def put_left(self, import_id: int, rows: bytes) -> None:
        """Keep the rows that are not taken: a JSON list with [row, shown, reason, of_row] of each."""
        content = await asyncio.to_thread(zlib.compress, rows)
        await self._store.run(
            lambda c: c.execute(sa.update(imports).where(imports.c.id == import_id).values(rejected=content))
        )

    async def left(self, import_id: int) -> list[Left]:
        def work(connection: sa.engine.Connection) -> list[Left]:
            content = connection.scalar(sa.select(imports.c.rejected).where(imports.c.id == import_id))
            return [Left(*row) for row in json.loads(zlib.decompress(content))] if content else []

        return await self._store.run(work)

    async def first_chunk(self, import_id: int) -> tuple[int, list[Read]] | None:
        """The number and the people of the first chunk that is still kept."""
        return await self._store.run(lambda c: _first_chunk(c, import_id))

    async def drop_chunk(self, import_id: int, seq: int) -> None:
        await self._store.run(lambda c: _drop_chunk(c, import_id, seq))

    async def pour_chunk(self, import_id: int) -> bool:
        """Put the people of the next chunk on the list of the task that the import was taken for; False: none is left.

        Whoever is on the list already is left out, and of `only_new` whoever is in another task. The chunk is gone in
        the same transaction, so nobody is lost or asked for twice by a crash.
        """

        def work(connection: sa.engine.Connection) -> bool:
            taken = connection.execute(sa.select(imports).where(imports.c.id == import_id).with_for_update()).first()
            if taken is None or taken.state != ImportState.TAKEN:
                return False
            chunk = _first_chunk(connection, import_id)
            if chunk is None:
                return False
            seq, people = chunk
            wanted = [Person(one.phones, one.variables) for one in people if not (taken.only_new and one.elsewhere)]
            candidates.collect(connection, taken.task_id, wanted, self._clock())
            _drop_chunk(connection, import_id, seq)
            return True

        return await self._store.run(work)


def _first_chunk(connection: sa.engine.Connection, import_id: int) -> tuple[int, list[Read]] | None:
    row = connection.execute(
        sa.select(import_chunks).where(import_chunks.c.import_id == import_id).order_by(import_chunks.c.seq)
    ).first()
    if row is None:
        return None
    return row.seq, _people(row.content)


def _drop_chunk(connection: sa.engine.Connection, import_id: int, seq: int) -> None:
    connection.execute(
        sa.delete(import_chunks).where(import_chunks.c.import_id == import_id, import_chunks.c.seq == seq)
    )


def _forget_asked(connection: sa.engine.Connection, conversation: str, purpose: str) -> None:
    """Nobody can be asked about two messages with one pair of buttons."""
    asked = sa.and_(
        imports.c.conversation == conversation,
        imports.c.purpose == purpose,
        imports.c.state == ImportState.READY,
    )
    ids = [row.id for row in connection.execute(sa.select(imports.c.id).where(asked).with_for_update())]
    connection.execute(sa.delete(import_chunks).where(import_chunks.c.import_id.in_(ids)))
    connection.execute(sa.update(imports).where(imports.c.id.in_(ids)).values(state=ImportState.CANCELLED))


def packed_people(people: Sequence[Read]) -> bytes:
    """zlib of a JSON list with [numbers, variables] of each, as lists that were read come packed."""
    return _packed([[list(one.phones), one.variables] for one in people])


def _people(content: bytes) -> list[Read]:
    """Those of a chunk who are taken. What is known of them, if anything, stands behind them."""
    unpacking = zlib.decompressobj()
    people = json.loads(unpacking.decompress(content, MOST_BYTES))  # cut off, it is no JSON
    marks = json.loads(zlib.decompress(unpacking.unused_data)) if unpacking.unused_data else ((), ())
    out, elsewhere = map(frozenset, marks)
    return [
        Read(tuple(phones), variables, place in elsewhere)
        for place, (phones, variables) in enumerate(people)
        if place not in out
    ]


def _packed(rows: list[Any]) -> bytes:
    return zlib.compress(json.dumps(rows, ensure_ascii=False).encode())


def _read(connection: sa.engine.Connection, import_id: int) -> Import:
    row = connection.execute(sa.select(imports).where(imports.c.id == import_id)).first()
    if row is None:
        raise LookupError(f"no import {import_id} in the ledger")
    return _import(row)


def _import(row: Any) -> Import:
    return Import(
        row.id,
        row.conversation,
        row.file_id,
        row.file_name,
        row.purpose,
        row.state,
        row.number_column,
        json.loads(row.report) if row.report else {},
        row.task_id,
        bool(row.only_new),
        row.message,
    )
