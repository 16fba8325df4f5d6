"""Databases that are stopped, full, locked, read-only: an error that `is_away` knows, and then on as if nothing was."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from rasa_twin24.ledger import Ledger, engine
from rasa_twin24.ledger.engine import is_away
from rasa_twin24.ledger.store import Store
from tests.postgres import PostgresServer


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("a file system of its own takes the right to mount one")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


async def opened(url: str) -> Ledger:
    ledger = Ledger(url)
    await ledger.open()
    return ledger


async def goes_on(ledger: Ledger, before: int) -> None:
    """What was written before is there, and more can be written."""
    await ledger.check()
    assert len(await ledger.notices.waiting()) == before
    await ledger.notices.add("web:1", "finished")
    assert len(await ledger.notices.waiting()) == before + 1


async def test_a_full_disk(small_disk: Path) -> None:
    ledger = await opened(f"sqlite:///{small_disk / 'ledger.db'}")
    written = 0
    failed: Exception | None = None
    while failed is None:
        try:
            await ledger.notices.add("web:1", "finished", text="x" * 1000)
            written += 1
        except sa.exc.OperationalError as error:
            failed = error
    assert "full" in str(failed)
    assert is_away(failed)
    subprocess.run(["mount", "-o", "remount,size=4m", small_disk], check=True)
    await goes_on(ledger, written)
    await ledger.close()


async def test_a_disk_that_may_only_be_read(small_disk: Path) -> None:
    ledger = await opened(f"sqlite:///{small_disk / 'ledger.db'}")
    await ledger.notices.add("web:1", "finished")
    await ledger.close()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    ledger = Ledger(f"sqlite:///{small_disk / 'ledger.db'}")
    for _ in range(2):
        with pytest.raises(sa.exc.OperationalError) as error:
            await ledger.check()
        assert is_away(error.value)
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    await goes_on(ledger, 1)
    await ledger.close()


async def test_a_file_that_another_process_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "SQLITE_BUSY_SECONDS", 0.2)
    ledger = await opened(f"sqlite:///{tmp_path / 'ledger.db'}")
    await ledger.notices.add("web:1", "finished")
    other = sqlite3.connect(tmp_path / "ledger.db")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sa.exc.OperationalError, match="locked") as error:
        await ledger.notices.add("web:1", "finished")
    assert is_away(error.value)
    other.rollback()
    other.close()
    await goes_on(ledger, 1)
    await ledger.close()


@pytest.mark.postgres
async def test_a_server_that_dies_and_comes_back(mortal: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 60)
    ledger = await opened(mortal.create())
    await ledger.notices.add("web:1", "finished")
    for times in range(1, 3):
        mortal.stop()
        began = time.monotonic()
        with pytest.raises(sa.exc.OperationalError) as error:
            await ledger.check()
        assert is_away(error.value)
        assert time.monotonic() - began < 30
        mortal.start()
        await goes_on(ledger, times)
    await ledger.close()


@pytest.mark.postgres
async def test_a_server_that_dies_in_the_middle_of_a_transaction(mortal: PostgresServer) -> None:
    url = mortal.create()
    ledger = await opened(url)
    store = Store(url)

    def interrupted(connection: sa.engine.Connection) -> None:
        connection.execute(sa.text("INSERT INTO kept (key, value) VALUES ('half', 'done')"))
        connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(sa.exc.DBAPIError) as error:
        await store.run(interrupted)
    assert is_away(error.value)
    assert await ledger.kept.get_or_make("half", lambda: "nothing") == "nothing"
    await ledger.close()
    await store.close()


@pytest.mark.postgres
async def test_a_server_that_only_reads(mortal: PostgresServer) -> None:
    url = mortal.create()
    ledger = await opened(url)
    name = sa.engine.make_url(url).database
    mortal.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    reading = Ledger(url)
    with pytest.raises(sa.exc.DBAPIError) as error:
        await reading.check()
    assert is_away(error.value)
    mortal.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    reading._store.engine.dispose()
    await goes_on(reading, 0)
    await reading.close()
    await ledger.close()


@pytest.mark.postgres
async def test_a_row_that_another_process_holds(mortal: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LOCK_SECONDS", 1)
    url = mortal.create()
    ledger = await opened(url)
    assert await ledger.kept.get_or_make("k", lambda: "v") == "v"
    holder = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with holder.begin() as connection:
        connection.execute(sa.text("LOCK TABLE kept IN EXCLUSIVE MODE"))
        with pytest.raises(sa.exc.OperationalError, match="lock timeout") as error:
            await ledger.kept.get_or_make("other", lambda: "v")
        assert is_away(error.value)
    assert await ledger.kept.get_or_make("other", lambda: "v") == "v"
    await ledger.close()


@pytest.mark.postgres
async def test_a_statement_that_does_not_end(mortal: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "STATEMENT_SECONDS", 1)
    store = Store(mortal.create())
    with pytest.raises(sa.exc.OperationalError, match="statement timeout") as error:
        await store.run(lambda connection: connection.execute(sa.text("SELECT pg_sleep(30)")))
    assert is_away(error.value)
    await store.close()


@pytest.mark.postgres
async def test_a_server_that_falls_silent(mortal: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is refused and nothing answered, as behind a broken network."""
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 2)  # libpq knows no less
    ledger = Ledger(mortal.create())
    os.kill(mortal.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(sa.exc.OperationalError, match="timeout") as error:
            await ledger.check()
        assert is_away(error.value)
        assert time.monotonic() - began < 30
    finally:
        os.kill(mortal.pid, signal.SIGCONT)
    await ledger.open()
    await goes_on(ledger, 0)
    await ledger.close()


@pytest.mark.parametrize("statement", ["SELECT * FROM nowhere", "SELECT 1 / 0", "INSERT INTO kept (key) VALUES ('k')"])
@pytest.mark.postgres
async def test_our_own_faults_are_not_the_databases(mortal: PostgresServer, statement: str) -> None:
    store = Store(mortal.create())
    await store.migrate()
    with pytest.raises(sa.exc.DBAPIError) as error:
        await store.run(lambda connection: connection.execute(sa.text(statement)))
    assert not is_away(error.value)
    await store.close()
