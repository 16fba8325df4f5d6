"""Lines that change while something is under way: what each says now, and which version of it its person sees.

A line is told like news, until it has arrived, but only its newest version: what was said in between need not be seen.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from rasa_twin24.ledger.schema import progress
from rasa_twin24.ledger.store import Store


@dataclass(frozen=True)
class Keyboard:
    """The buttons under a line as (title, token), of the phrase `kind`."""

    kind: str
    buttons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Line:
    """`kind` names the phrase, `params` fills it in; both are free of whole phone numbers.

    `told` is the version that the person sees, 0 for none; `message` is the messenger's id of it, `account` the one in
    whose chat it stands.
    """

    key: str
    conversation: str
    kind: str
    params: dict[str, str]
    version: int
    told: int = 0
    message: str | None = None
    account: str | None = None
    over: bool = False
    keyboard: Keyboard | None = None


class Progress:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def show(self, key: str, conversation: str, kind: str, **params: str) -> None:
        """What the line of this key says now. A line that is over stays as it is: a new one begins below."""

        def work(connection: sa.engine.Connection) -> None:
            said = {"kind": kind, "params": _json(params)}
            was = connection.execute(sa.select(progress).where(progress.c.key == key).with_for_update()).first()
            if was is not None and was.over:
                # Aside, not away: its last version may still be on its way.
                connection.execute(
                    sa.update(progress).where(progress.c.key == key).values(key=f"{key[:40]}#{secrets.token_hex(8)}")
                )
                was = None
            if was is None and self._begin(connection, key, conversation=conversation, **said):
                return
            if was is None or (was.kind, was.params) != (kind, said["params"]):
                self._change(connection, key, **said)

        await self._store.run(work)

    async def over(self, key: str, kind: str | None = None, **params: str) -> None:
        """The last version, without buttons; without a `kind` it says what the one before said. Unknown: nothing."""

        def work(connection: sa.engine.Connection) -> None:
            was = connection.execute(sa.select(progress).where(progress.c.key == key).with_for_update()).first()
            if was is None:
                return
            said = {} if kind is None else {"kind": kind, "params": _json(params)}
            if was.over and all(was[name] == value for name, value in said.items()):
                return
            self._change(connection, key, over=True, **said)

        await self._store.run(work)

    async def get(self, key: str) -> Line | None:
        def work(connection: sa.engine.Connection) -> Line | None:
            row = connection.execute(sa.select(progress).where(progress.c.key == key)).first()
            return _line(row) if row else None

        return await self._store.run(work)

    async def open(self, beginning: str) -> list[Line]:
        """Lines that are not over, of the keys that begin so."""

        def work(connection: sa.engine.Connection) -> list[Line]:
            rows = connection.execute(
                sa.select(progress).where(progress.c.key.startswith(beginning, autoescape=True), ~progress.c.over)
            )
            return [_line(row) for row in rows]

        return await self._store.run(work)

    async def changed(self) -> list[Line]:
        """Lines whose person does not see the newest version yet, the longest unchanged first."""

        def work(connection: sa.engine.Connection) -> list[Line]:
            rows = connection.execute(
                sa.select(progress)
                .where(progress.c.told < progress.c.version)
                .order_by(progress.c.updated_at, progress.c.key)
            )
            return [_line(row) for row in rows]

        return await self._store.run(work)

    async def take(self, key: str, seconds: float) -> Line | None:
        """The line as it is now, for the caller to tell; None while another process does, or when it is told.

        It is the caller's until `told` or `let_go`, or until the seconds are over.
        """

        def work(connection: sa.engine.Connection) -> Line | None:
            now = self._clock()
            free = sa.or_(progress.c.taken_until.is_(None), progress.c.taken_until <= now)
            taken = connection.execute(
                sa.update(progress)
                .where(progress.c.key == key, progress.c.told < progress.c.version, free)
                .values(taken_until=now + seconds)
            )
            if not taken.rowcount:
                return None
            return _line(connection.execute(sa.select(progress).where(progress.c.key == key)).one())

        return await self._store.run(work)

    async def let_go(self, key: str) -> None:
        """It was not told: whoever can may tell it."""
        await self._store.run(
            lambda c: c.execute(sa.update(progress).where(progress.c.key == key).values(taken_until=None))
        )

    async def told(self, key: str, version: int, message: str | None, account: str | None) -> None:
        """The person sees this version of a line that was taken, in that message to that account."""
        await self._store.run(
            lambda c: c.execute(
                sa.update(progress)
                .where(progress.c.key == key, progress.c.taken_until.is_not(None))  # else a new line has begun
                .values(told=version, message=message, account=account, taken_until=None)
            )
        )

    async def keep_keyboard(self, key: str, kind: str, buttons: Sequence[tuple[str, str]]) -> None:
        """The buttons that this version has and the next ones of its kind keep."""
        kept = json.dumps({"kind": kind, "buttons": list(buttons)}, ensure_ascii=False)
        await self._store.run(
            lambda c: c.execute(sa.update(progress).where(progress.c.key == key).values(keyboard=kept))
        )

    async def forget(self, older_than: float) -> int:
        """Drop the lines that have not changed for so many seconds; returns how many."""

        def work(connection: sa.engine.Connection) -> int:
            old = progress.c.updated_at < self._clock() - older_than
            return int(connection.execute(sa.delete(progress).where(old)).rowcount)

        return await self._store.run(work)

    def _begin(self, connection: sa.engine.Connection, key: str, **values: object) -> bool:
        """Whether there was no such line yet."""
        row = {"key": key, "version": 1, "told": 0, "over": False, "updated_at": self._clock(), **values}
        try:
            with connection.begin_nested():
                connection.execute(sa.insert(progress).values(row))
        except sa.exc.IntegrityError:  # another process has just begun it
            return False
        return True

    def _change(self, connection: sa.engine.Connection, key: str, **values: object) -> None:
        connection.execute(
            sa.update(progress)
            .where(progress.c.key == key)
            .values(version=progress.c.version + 1, updated_at=self._clock(), **values)
        )


def _json(params: dict[str, str]) -> str:
    return json.dumps(params, ensure_ascii=False, sort_keys=True)


def _line(row: sa.engine.Row) -> Line:
    kept = json.loads(row.keyboard) if row.keyboard else None
    return Line(
        row.key,
        row.conversation,
        row.kind,
        json.loads(row.params),
        row.version,
        row.told,
        row.message,
        row.account,
        row.over,
        Keyboard(kept["kind"], tuple((title, token) for title, token in kept["buttons"])) if kept else None,
    )
