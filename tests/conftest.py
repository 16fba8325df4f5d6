"""What holds for all tests, and the databases of those that keep something."""

from __future__ import annotations

import asyncio
import functools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx._transports import default
from hypothesis import settings

from rasa_twin24.ledger.store import Store
from tests.postgres import PostgresServer, postgres_server

# On CI the same examples each time, so that a red run means a change; on a developer's machine new ones are tried.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("developer", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "developer")

# For each client httpx reads the certificates of all authorities anew, which takes longer than most tests.
default.create_ssl_context = functools.cache(default.create_ssl_context)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Groups of files to one process each, the longest first."""
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.handing_out import HandingOut

    config.option.loadscopereorder = False
    return HandingOut(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # of xdist
        from tests.handing_out import place_of

        items.sort(key=lambda item: place_of(item.nodeid))


DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests; each has an empty database in it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module")
def mortal() -> Iterator[PostgresServer]:
    """A server of the module's own, to be killed and started again."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables: to make them takes ten times as long as most tests do."""
    file = tmp_path_factory.mktemp("migrated") / "ledger.db"

    async def migrate() -> None:
        store = Store(f"sqlite:///{file}")
        await store.migrate()
        await store.close()

    asyncio.run(migrate())
    return file


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a row on each kind of server; the tables are there already."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "ledger.db")
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.emptied()


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    created = server.create()
    yield created
    server.drop(created)
