"""How a database is opened: what is waited for and how long, and which errors mean that it is away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

# Seconds that a transaction may wait for another process (a separate action server) to finish its own.
SQLITE_BUSY_SECONDS = 10
# PostgreSQL, seconds: for a connection; for a lock that another process holds; for a whole statement; until a server
# that has fallen silent is given up. A turn that meets one of them ends with a phrase instead of waiting for ever.
CONNECT_SECONDS = 3
LOCK_SECONDS = 4
STATEMENT_SECONDS = 8
SILENCE_SECONDS = 8


def sqlite_engine(url: str) -> sa.engine.Engine:
    """One connection, for one thread. A transaction is alone in the file from its first statement on."""
    Path(sa.engine.make_url(url).database).parent.mkdir(parents=True, exist_ok=True)
    # SQLAlchemy 1.4 would open the file anew for each transaction.
    engine = sa.create_engine(
        url,
        poolclass=sa.pool.StaticPool,
        connect_args={"timeout": SQLITE_BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,  # an error must not quote the row: it may hold a number
    )
    sa.event.listen(engine, "connect", _sqlite_connect)
    sa.event.listen(engine, "begin", _sqlite_begin)
    return engine


def postgres_engine(url: str, connections: int) -> sa.engine.Engine:
    """Connections that a restart of the server cut are noticed before they are used, and made anew."""
    # https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
    engine = sa.create_engine(
        url,
        pool_pre_ping=True,
        pool_size=connections,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "keepalives_idle": SILENCE_SECONDS // 2,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": SILENCE_SECONDS * 1000,
        },
    )
    sa.event.listen(engine, "connect", _postgres_connect)
    return engine


def is_away(error: BaseException) -> bool:
    """Whether the database could not be reached, or takes nothing for the time being: stopped, full, locked, read-only.

    In every other case of an error it has answered, and the fault is ours.
    """
    # PostgreSQL calls a server that only reads an internal error, SQLite calls its own an operational one.
    if isinstance(error, sa.exc.InternalError):
        return getattr(error.orig, "pgcode", None) == "25006"
    if isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)):
        return True
    return isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated


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


def _postgres_connect(connection: Any, _record: Any) -> None:
    # Not as start-up options, which connection poolers refuse. Outside a transaction, or a rollback would undo it.
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
    connection.autocommit = False
