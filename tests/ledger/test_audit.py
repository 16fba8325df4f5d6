"""The audit: what was written stays, whoever asks the database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import BOT, Act, Result
from rasa_twin24.ledger.schema import audit, people
from tests.ledger.conftest import Clock


async def test_entries_of_a_period_in_order_with_the_names_known_now(ledger: Ledger, clock: Clock) -> None:
    row = {"id": "telegram:5", "role": "operator", "name": "Анна", "added_by": "web:owner", "added_at": 0.0}
    await ledger._store.run(lambda c: c.execute(sa.insert(people).values(row)))
    began = clock.now
    for step, person in enumerate(("telegram:5", "telegram:6", BOT)):
        clock.now = began + step
        await ledger.audit.add(person, Act.START_CALLS, Result.DONE, name="Акция", count="2")
    entries = await ledger.audit.since(began)
    assert [(entry.person, entry.name) for entry in entries] == [("telegram:5", "Анна"), ("telegram:6", ""), (BOT, "")]
    assert entries[0].detail == {"name": "Акция", "count": "2"}
    assert [entry.person for entry in await ledger.audit.since(began + 1, until=began + 2)] == ["telegram:6"]
    assert [entry.person for entry in await ledger.audit.since(began, limit=1)] == [BOT]


@pytest.mark.parametrize(
    "change",
    [sa.update(audit).values(outcome="done"), sa.delete(audit), sa.delete(audit).where(audit.c.id == 1)],
    ids=["update", "delete all", "delete one"],
)
async def test_the_database_refuses_to_change_or_delete_an_entry(ledger: Ledger, change: sa.sql.Executable) -> None:
    await ledger.audit.add("telegram:5", Act.USE_COMMAND, Result.REFUSED, action="x")
    with pytest.raises(sa.exc.DBAPIError, match="append-only"):
        await ledger._store.run(lambda connection: connection.execute(change))
    assert [entry.outcome for entry in await ledger.audit.since(0)] == [Result.REFUSED]
