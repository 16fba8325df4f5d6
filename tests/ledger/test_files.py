"""Files on their way out: for one conversation, for a day."""

from __future__ import annotations

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.files import LIFE
from tests.ledger.conftest import Clock


async def test_a_file_is_its_conversations_own(ledger: Ledger) -> None:
    file_id = await ledger.files.add("telegram:1", "журнал.csv", b"\x00\xff")
    found = await ledger.files.get("telegram:1", file_id)
    assert found is not None
    assert (found.id, found.name, found.content) == (file_id, "журнал.csv", b"\x00\xff")
    assert await ledger.files.get("telegram:2", file_id) is None
    assert await ledger.files.get("telegram:1", "x") is None


async def test_a_file_is_gone_after_a_day(ledger: Ledger, clock: Clock) -> None:
    file_id = await ledger.files.add("telegram:1", "a.csv", b"a")
    clock.now += LIFE
    assert await ledger.files.get("telegram:1", file_id) is None
    assert await ledger.files.forget() == 1
    assert await ledger.files.forget() == 0
