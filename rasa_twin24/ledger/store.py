"""The database behind the ledger: one engine, short transactions, never a blocked event loop.

Rasa 3.6 holds SQLAlchemy at 1.4. Its synchronous engine in a small thread pool serves SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

T = TypeVar("T")

# SQLite has one writer; a second thread would only wait for its lock.
SQLITE_THREADS = 1
POSTGRES_THREADS = 8
# Seconds that a transaction may wait for another process (a separate action server) to finish its own.
SQLITE_BUSY_SECONDS = 10


class Store:
    """An open database. `run(work)` is one transaction: all of it is committed, or nothing."""

    def __init__(self, url: str) -> None:
        """Connects to nothing yet. `url` is an SQLAlchemy address, `sqlite:///…` or `postgresql://…`."""
        self._sqlite = url.startswith("sqlite")
        if self._sqlite:
            Path(sa.engine.make_url(url).database).parent.mkdir(parents=True, exist_ok=True)
            # SQLAlchemy 1.4 would open the file anew for each transaction; the one thread needs one connection.
            self.engine = sa.create_engine(
                url,
                poolclass=sa.pool.StaticPool,
                connect_args={"timeout": SQLITE_BUSY_SECONDS, "check_same_thread": False},
                hide_parameters=True,  # an error must not quote the row: it may hold a number
            )
            sa.event.listen(self.engine, "connect", _sqlite_connect)
            sa.event.listen(self.engine, "begin", _sqlite_begin)
        else:
            self.engine = sa.create_engine(url, pool_pre_ping=True, pool_size=POSTGRES_THREADS, hide_parameters=True)
        threads = SQLITE_THREADS if self._sqlite else POSTGRES_THREADS
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="ledger")

    async def run(self, work: Callable[[sa.engine.Connection], T]) -> T:
        """Run `work` in a transaction of its own; a cancelled caller does not stop what has begun."""

        def transaction() -> T:
            with self.engine.begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, transaction)

    async def migrate(self) -> None:
        """Bring the tables to the newest shape; processes that start together do it one after another."""
        await self.run(self._upgrade)

    async def close(self) -> None:
        """Finish what runs and close the connections."""
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)
        self.engine.dispose()

    def _upgrade(self, connection: sa.engine.Connection) -> None:
        if not self._sqlite:  # SQLite's BEGIN IMMEDIATE already lets only one in
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(24240001)"))
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def one_at_a_time(connection: sa.engine.Connection) -> None:
    """From here on no other transaction that says so too, until this one ends: sums are read, then added to.

    SQLite's BEGIN IMMEDIATE has done so already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(24240002)"))


def _sqlite_connect(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes too late (before the first write); ours is issued in `_sqlite_begin`.
    connection.isolation_level = None
    cursor = connection.cursor()
    # WAL: readers do not wait for the writer. NORMAL: a killed process loses nothing, a power cut at most the last
    # transactions, without damage to the file.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: sa.engine.Connection) -> None:
    # IMMEDIATE takes the writer's lock at once: "read, decide, write" cannot be overtaken by another process.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
