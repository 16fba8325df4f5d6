"""What SQLite and PostgreSQL do not agree on, and must not matter: texts, figures, old rows, many at the same door."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.people import WEB_OWNER
from rasa_twin24.ledger.schema import audit
from rasa_twin24.ledger.store import Store
from rasa_twin24.ledger.tasks import TaskState
from tests.ledger.conftest import Clock
from tests.ledger.test_store import migrate

OPEN = """
import asyncio, sys
from rasa_twin24.ledger import Ledger

async def main():
    ledger = Ledger(sys.argv[1])
    await ledger.open()
    print(await ledger.kept.get_or_make("secret", lambda: sys.argv[2]))
    await ledger.close()

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Акция «Весна» 🚀 'x' \"y\" %s :z \\", "Акция «Весна» 🚀 'x' \"y\" %s :z \\"),
        ("a\x00b", "ab"),  # PostgreSQL keeps no NUL in a text
        ("a\ud83d", "a?"),  # half of a surrogate pair is no character
        ("", ""),
    ],
)
async def test_a_text_comes_back_whatever_is_in_it(ledger: Ledger, written: str, read: str) -> None:
    task = await ledger.tasks.new("web:1", name=written, seen_status=written)
    assert ((await ledger.tasks.get(task.id)).name, (await ledger.tasks.get(task.id)).seen_status) == (read, read)
    assert (await ledger.inbox.claim("web", f"key {written}", WEB_OWNER, written)).first
    assert not (await ledger.inbox.claim("web", f"key {written}", WEB_OWNER, written)).first
    await ledger.notices.add("web:1", "finished", name=written)
    await ledger.transcript.add("web:1", "person", written, [(written, "token")], client_key="k")
    await ledger.buttons.offer("web:1", [(written, "/affirm")])
    await ledger.audit.add("web:1", Act.CREATE_TASK, Result.DONE, name=written)
    assert [line.text for line in await ledger.transcript.after("web:1", 0, 1)] == [read]


async def test_a_moment_is_kept_to_the_microsecond(ledger: Ledger, clock: Clock) -> None:
    clock.now = 1_783_680_000.123456
    task = await ledger.tasks.new("web:1")
    assert (await ledger.tasks.get(task.id)).created_at == clock.now


async def test_after_a_failed_insert_the_transaction_goes_on(ledger: Ledger) -> None:
    """PostgreSQL refuses everything after an error unless a savepoint was set before it."""
    store = ledger._store

    def twice(connection: sa.engine.Connection) -> str:
        for _ in range(2):
            try:
                with connection.begin_nested():
                    connection.execute(sa.text("INSERT INTO kept (key, value) VALUES ('k', 'v')"))
            except sa.exc.IntegrityError:
                return str(connection.scalar(sa.text("SELECT value FROM kept")))
        return "no error"

    assert await store.run(twice) == "v"


@pytest.mark.parametrize("verb", ["UPDATE audit SET outcome = 'done'", "DELETE FROM audit"])
async def test_the_database_itself_refuses_to_change_the_audit(ledger: Ledger, verb: str) -> None:
    await ledger.audit.add("web:1", Act.START_CALLS, Result.REFUSED)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        await ledger._store.run(lambda c: c.execute(sa.text(verb)))
    assert [entry.outcome for entry in await ledger.audit.since(0)] == [Result.REFUSED]


async def test_four_processes_may_open_a_new_database_at_once(empty_url: str) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    processes = [
        subprocess.Popen([sys.executable, "-c", OPEN, empty_url, str(number)], stdout=subprocess.PIPE, env=env)
        for number in range(4)
    ]
    told = await asyncio.gather(*(asyncio.to_thread(process.communicate) for process in processes))
    assert [process.returncode for process in processes] == [0] * 4
    assert len({secret for secret, _ in told}) == 1


OLD_ROWS = (
    "INSERT INTO conversations (id, task_id, step, updated_at) VALUES ('web:1', 1, 'start', 5.5)",
    "INSERT INTO tasks (id, conversation, twin_id, name, ours, state, created_at) "
    "VALUES (1, 'web:1', 't-1', 'Акция', true, 'filling', 5.25)",
    "INSERT INTO candidates (task_id, phone, state, created_at) VALUES (1, '+79161234501', 'added', 6)",
    "INSERT INTO plans (task_id, conversation, digest, state, created_at, expires_at) "
    "VALUES (1, 'web:1', 'd', 'used', 7, 8)",
    "INSERT INTO updates (channel, key, received_at) VALUES ('web', 'k', 9)",
    "INSERT INTO kept (key, value) VALUES ('secret', 'kept')",
)


async def test_rows_of_the_first_release_survive_the_way_up_and_down(empty_url: str) -> None:
    store = Store(empty_url)

    def first_release(connection: sa.engine.Connection) -> None:
        migrate(connection, command.upgrade, "0001")
        for row in OLD_ROWS:
            connection.execute(sa.text(row))

    await store.alter(first_release)
    ledger = Ledger(empty_url)
    await ledger.open()
    task, step = await ledger.tasks.talked_about("web:1")
    assert task is not None
    assert (task.name, task.ours, task.state, task.created_at, step) == (
        "Акция",
        True,
        TaskState.FILLING,
        5.25,
        "start",
    )
    assert (task.spoiled, task.mark, task.lease_owner) == (False, None, None)
    assert await ledger.candidates.phones(1, CandidateState.ADDED) == ["+79161234501"]
    assert not (await ledger.inbox.claim("web", "k", "web:1", "")).first
    assert await ledger.kept.get_or_make("secret", lambda: "new") == "kept"
    await ledger.audit.add("web:1", Act.CREATE_TASK, Result.DONE)
    await ledger.close()
    await store.alter(lambda connection: migrate(connection, command.downgrade, "0001"))
    assert await store.run(_old_task) == ("Акция", True, "filling")
    await store.migrate()
    assert await store.run(lambda c: c.execute(sa.select(audit)).all()) == []
    assert await store.run(_old_task) == ("Акция", True, "filling")
    await store.close()


def _old_task(connection: sa.engine.Connection) -> tuple[Any, ...]:
    name, ours, state = connection.execute(sa.text("SELECT name, ours, state FROM tasks")).one()
    return name, bool(ours), state
