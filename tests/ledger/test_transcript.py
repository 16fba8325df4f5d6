from __future__ import annotations

import asyncio

import sqlalchemy as sa

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.schema import transcript
from rasa_twin24.ledger.transcript import Line
from tests.ledger.conftest import Clock


async def test_numbers_only_grow_even_after_the_last_line_is_gone(ledger: Ledger, url: str) -> None:
    first = await ledger.transcript.add("web:owner", "bot", "1")
    last = await ledger.transcript.add("web:owner", "bot", "2")
    with sa.create_engine(url, poolclass=sa.pool.NullPool).begin() as connection:
        connection.execute(sa.delete(transcript).where(transcript.c.seq == last))
    assert first < last < await ledger.transcript.add("web:owner", "bot", "3")


async def test_lines_at_once_get_numbers_of_their_own(ledger: Ledger, other: Ledger) -> None:
    adds = [box.transcript.add("web:owner", "bot", "!") for box in (ledger, other) for _ in range(20)]
    assert len(set(await asyncio.gather(*adds))) == 40


async def test_a_page_gets_what_it_missed_and_of_too_much_the_newest(ledger: Ledger, clock: Clock) -> None:
    first = await ledger.transcript.add("web:owner", "person", "привет", client_key="k1")
    await ledger.transcript.add("web:2", "person", "чужое")
    second = await ledger.transcript.add("web:owner", "bot", "Да?", buttons=[("Да", "tok")])
    third = await ledger.transcript.add("web:owner", "bot", "…")
    lines = await ledger.transcript.after("web:owner", first, 10)
    assert [line.seq for line in lines] == [second, third]
    assert lines[0] == Line(second, "bot", "Да?", (("Да", "tok"),), None, clock.now)
    assert [line.seq for line in await ledger.transcript.after("web:owner", 0, 2)] == [second, third]
    assert await ledger.transcript.after("web:owner", third, 10) == []


async def test_a_message_is_found_by_the_key_of_its_page(ledger: Ledger) -> None:
    seq = await ledger.transcript.add("web:owner", "person", "привет", client_key="k1")
    assert await ledger.transcript.find("web:owner", "k1") == seq
    assert await ledger.transcript.find("web:2", "k1") is None
    assert await ledger.transcript.find("web:owner", "k2") is None
