"""A PostgreSQL server of the tests' own: on loopback, in a temporary folder, gone with the process that started it."""

from __future__ import annotations

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from rasa_twin24.ledger.schema import metadata
from rasa_twin24.ledger.store import Store
from tests.bot_process import free_port

# Where Debian keeps the server's programs, which it does not put into PATH.
DEBIAN = Path("/usr/lib/postgresql")
START_SECONDS = 30
# Nothing here has to survive a power cut; what is committed must survive a killed server (no `synchronous_commit=off`).
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
}
PR_SET_PDEATHSIG = 1


class PostgresServer:
    """Running after `start`. It may be stopped as a crash would stop it and started again at the same address."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._user = _unprivileged_user()
        # Not below pytest's own folder, which no other user may enter.
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._migrated: str | None = None
        self.port = free_port()
        if self._user:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        self._run("initdb", "--pgdata", self._data, "--username=bot", "--auth=trust", "--encoding=UTF8", "--no-locale")

    def start(self) -> None:
        """Returns once it takes connections. Only for the main thread: on Linux the server dies with its caller's."""
        settings = [f"-c{name}={value}" for name, value in {**SETTINGS, "port": str(self.port)}.items()]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self._data), *settings],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,  # Ctrl+C is for the tests, which stop it
                preexec_fn=_die_with_the_tests,
                **self._as_user,
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, f"PostgreSQL does not start:\n{self._log.read_text()}"
            assert time.monotonic() < until, f"PostgreSQL does not answer:\n{self._log.read_text()}"
            time.sleep(0.05)

    def stop(self) -> None:
        """As a crash would: connections are cut, nothing is tidied up; what was committed stays."""
        assert self._process is not None
        self._run("pg_ctl", "stop", "--pgdata", self._data, "--mode=immediate")
        self._process.wait(START_SECONDS)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()
        shutil.rmtree(self._folder)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://bot@127.0.0.1:{self.port}/{database}"

    def create(self) -> str:
        """A database without tables; returns its address."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)

    def emptied(self) -> str:
        """The one migrated database without a row: a third of a second quicker than to make one for every test."""
        if self._migrated is None:
            self._migrated = self.create()
            store = Store(self._migrated)
            with store.engine.begin() as connection:
                store.upgrade(connection)
            store.engine.dispose()
        name = sa.engine.make_url(self._migrated).database
        # Whatever a test left open would wait for the other's locks.
        self.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        self.execute(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE", name)
        return self._migrated

    def drop(self, url: str) -> None:
        self.execute(f"DROP DATABASE {sa.engine.make_url(url).database} WITH (FORCE)")

    def execute(self, statement: str, database: str = "postgres") -> None:
        engine = sa.create_engine(self.url(database), poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(statement))

    @property
    def _log(self) -> Path:
        return self._folder / "server.log"

    @property
    def _as_user(self) -> dict[str, int | list[int]]:
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [str(self._programs / program), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=self._folder,
            **self._as_user,
        )
        assert done.returncode == 0, f"{program} failed:\n{done.stdout}"

    def _answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except sa.exc.OperationalError:
            return False
        return True


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running server; the test is skipped where the package is missing."""
    server = PostgresServer(require_postgres())
    try:
        server.start()
        yield server
    finally:
        server.close()


def require_postgres() -> Path:
    """The folder of the server's programs; skips the test where they are missing, and fails it on CI."""
    found = shutil.which("initdb")
    newest_first = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True)
    for initdb in [*([Path(found)] if found else []), *newest_first]:
        programs = initdb.resolve().parent
        if all((programs / name).exists() for name in ("initdb", "pg_ctl", "postgres")):
            return programs
    missing = "the database tests need the Debian package: postgresql"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to run it as: PostgreSQL refuses to run as root. None: as ourselves."""
    if os.getuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _die_with_the_tests() -> None:
    """Tests that are killed leave no server behind (on Linux; elsewhere it is left to `close`)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)  # to PostgreSQL: stop at once
