"""The database behind the ledger: one engine, short transactions, never a blocked event loop.

Rasa 3.6 holds SQLAlchemy at 1.4. Its synchronous engine in a small thread pool serves SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from rasa_twin24.ledger.engine import postgres_engine, sqlite_engine
from rasa_twin24.ledger.threads import Threads

T = TypeVar("T")

# SQLite has one writer; a second thread would only wait for its lock.
SQLITE_THREADS = 1
POSTGRES_THREADS = 8


# Values bound in one query: SQLite before 3.32 takes at most 999.
IN_ONE_QUERY = 500


class Shape(Enum):
    """How the tables of a database compare with what this version of the bot needs."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    UNKNOWN = "unknown"
    """Made by another version, a newer one most likely."""


class Store:
    """An open database. `run(work)` is one transaction: all of it is committed, or nothing."""

    def __init__(self, url: str) -> None:
        """Connects to nothing yet. `url` is an SQLAlchemy address, `sqlite:///…` or `postgresql://…`."""
        self._sqlite = url.startswith("sqlite")
        self.engine = sqlite_engine(url) if self._sqlite else postgres_engine(url, POSTGRES_THREADS)
        sa.event.listen(self.engine, "before_cursor_execute", _clean_texts, retval=True)
        self._threads = Threads(SQLITE_THREADS if self._sqlite else POSTGRES_THREADS)

    async def run(self, work: Callable[[sa.engine.Connection], T]) -> T:
        """Run `work` in a transaction of its own; a cancelled caller does not stop what has begun.

        Raises `sqlalchemy.exc.SQLAlchemyError`. If the connection breaks while the transaction is being committed,
        nobody can tell whether it was: who repeats it must be able to bear both.
        """

        def transaction() -> T:
            with self.engine.begin() as connection:
                return work(connection)

        return await self._threads.run(transaction)

    async def check(self) -> None:
        """Raises `sqlalchemy.exc.SQLAlchemyError` unless the database answers and takes changes."""
        # Changes nothing, but a standby server or a file that may only be read refuses it.
        await self.run(lambda connection: connection.execute(sa.text("UPDATE kept SET value = value WHERE 1 = 0")))

    async def migrate(self) -> None:
        """Bring the tables to the newest shape; processes that start together do it one after another."""
        await self.alter(self.upgrade)

    async def shape(self) -> Shape:
        """Looks only."""
        revision = await self.run(lambda connection: MigrationContext.configure(connection).get_current_revision())
        if revision is None:
            return Shape.EMPTY
        known = [script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()]
        if revision not in known:
            return Shape.UNKNOWN
        return Shape.CURRENT if revision == known[0] else Shape.OLDER

    async def alter(self, work: Callable[[sa.engine.Connection], None]) -> None:
        """`run` for work that may make tables anew.

        SQLite cannot change a column: the table is copied and its first form dropped. To drop it deletes every row
        that refers to one of its own, unless foreign keys are off, which a transaction cannot do.
        """

        def transaction() -> None:
            with self.engine.connect() as connection:
                if self._sqlite:
                    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                try:
                    with connection.begin():
                        work(connection)
                        if self._sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                            raise RuntimeError(f"a row of {broken[0]} refers to nothing any more")
                finally:
                    if self._sqlite:
                        connection.exec_driver_sql("PRAGMA foreign_keys=ON")

        await self._threads.run(transaction)

    async def close(self) -> None:
        """Finish what runs and close the connections."""
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        self.engine.dispose()

    def upgrade(self, connection: sa.engine.Connection) -> None:
        """`migrate` inside somebody else's transaction."""
        if not self._sqlite:  # SQLite's BEGIN IMMEDIATE already lets only one in
            connection.execute(sa.text("SET LOCAL lock_timeout = 0"))  # a large table takes its time
            connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(24240001)"))
        config = _alembic()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def batches(items: Sequence[T], size: int = IN_ONE_QUERY) -> Iterator[Sequence[T]]:
    """So many of the items at a time; by default as many as one query may name."""
    return (items[start : start + size] for start in range(0, len(items), size))


def among(connection: sa.engine.Connection, column: Any, texts: Sequence[str]) -> Any:
    """The condition that a column holds one of these texts, however many: they are bound as one value.

    To bind a thousand values each by itself takes Python longer than the database takes to look them up.
    """
    return among_bound(connection.dialect.name, column, sa.literal(bound(texts), sa.Text))


def among_bound(dialect: str, column: Any, listed: Any) -> Any:
    """`among` for a statement that is made once and executed with `bound(texts)` as its parameter `listed`."""
    if dialect == "postgresql":
        return column.in_(sa.select(sa.func.json_array_elements_text(sa.cast(listed, sa.JSON), type_=sa.Text)))
    return column.in_(sa.select(sa.func.json_each(listed).table_valued("value").c.value))


def bound(texts: Sequence[Any]) -> str:
    return json.dumps(list(texts), ensure_ascii=False)


def rows_bound(dialect: str, listed: Any, width: int) -> tuple[list[Any], Any]:
    """Rows of texts that are bound as one value, `bound(rows)`: their columns, and what to order them by."""
    if dialect == "postgresql":
        function = sa.func.json_array_elements(sa.cast(listed, sa.JSON))
        each = function.table_valued("value", with_ordinality="key").render_derived()
        return [each.c.value.op("->>")(place) for place in range(width)], each.c.key
    each = sa.func.json_each(listed).table_valued("key", "value")
    return [sa.func.json_extract(each.c.value, f"$[{place}]") for place in range(width)], each.c.key


def one_at_a_time(connection: sa.engine.Connection) -> None:
    """From here on no other transaction that says so too, until this one ends: sums are read, then added to.

    SQLite's BEGIN IMMEDIATE has done so already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(24240002)"))


def _clean_texts(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool
) -> tuple[str, Any]:
    """Take out of texts what a database refuses: PostgreSQL a NUL, both of them half of a surrogate pair."""
    return statement, [_clean_row(row) for row in parameters] if executemany else _clean_row(parameters)


def _clean_row(row: Any) -> Any:
    if isinstance(row, dict):
        return {name: _clean(value) for name, value in row.items()}
    return tuple(_clean(value) for value in row)


def _clean(value: Any) -> Any:
    if not isinstance(value, str) or (value.isascii() and "\0" not in value):
        return value
    return value.replace("\0", "").encode(errors="replace").decode()
