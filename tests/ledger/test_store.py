"""The database itself: migrations, transactions, files that two processes share."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import rasa_twin24.ledger as package
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.schema import kept, metadata
from rasa_twin24.ledger.store import Store

MIGRATIONS = Path(package.__file__).parent / "migrations"


def migrate(connection: sa.engine.Connection, step: Any, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    step(config, revision)


def shape(connection: sa.engine.Connection) -> dict[str, list[str]]:
    """Every table with its columns, defaults, indexes and constraints, as the database tells them."""
    inspector = sa.inspect(connection)
    found = {}
    for table in inspector.get_table_names():
        if table not in ("alembic_version", "sqlite_sequence"):
            parts = [
                *({**column, "type": str(column["type"])} for column in inspector.get_columns(table)),
                *inspector.get_indexes(table),
                *inspector.get_unique_constraints(table),
                *inspector.get_foreign_keys(table),
            ]
            found[table] = sorted(str(sorted(part.items())) for part in parts)
    return found


async def test_migrations_go_up_down_and_up_again_and_make_what_the_queries_are_written_in(empty_url: str) -> None:
    store = Store(empty_url)
    await store.run(metadata.create_all)
    meant = await store.run(shape)
    await store.run(metadata.drop_all)
    for _ in range(2):
        await store.migrate()
        assert await store.run(shape) == meant
        await store.alter(lambda connection: migrate(connection, command.downgrade, "base"))
        assert await store.run(shape) == {}
    await store.close()


async def test_four_ledgers_may_open_a_new_database_at_once(empty_url: str) -> None:
    ledgers = [Ledger(empty_url) for _ in range(4)]
    await asyncio.gather(*(ledger.open() for ledger in ledgers))
    await ledgers[0].notices.add("web:1", "finished")
    assert len(await ledgers[3].notices.waiting()) == 1
    for ledger in ledgers:
        await ledger.close()


async def test_opening_again_keeps_what_is_written(url: str) -> None:
    for expected in (0, 1):
        ledger = Ledger(url)
        await ledger.open()
        assert len(await ledger.notices.waiting()) == expected
        await ledger.notices.add("web:1", "finished")
        await ledger.close()


async def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger, url: str) -> None:
    store = Store(url)

    def half_done(connection: sa.engine.Connection) -> None:
        connection.execute(sa.insert(kept).values(key="half", value="done"))
        raise RuntimeError("killed here")

    with pytest.raises(RuntimeError, match="killed here"):
        await store.run(half_done)
    assert await ledger.kept.get_or_make("half", lambda: "nothing") == "nothing"
    await store.close()


async def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'new' / 'folder' / 'ledger.db'}")
    await ledger.open()
    await ledger.close()
    assert (tmp_path / "new" / "folder" / "ledger.db").exists()


async def test_a_database_out_of_reach_is_an_error_that_the_caller_can_name(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    ledger = Ledger(f"sqlite:///{tmp_path / 'folder.db'}")
    with pytest.raises(sa.exc.SQLAlchemyError):
        await ledger.open()
    await ledger.close()


def test_every_phrase_and_status_fits_into_its_column() -> None:
    """PostgreSQL refuses what is too long; SQLite would not."""
    assert metadata.tables["notices"].c.kind.type.length >= len("add_candidates_failed_unavailable")
    assert metadata.tables["tasks"].c.seen_status.type.length is None
