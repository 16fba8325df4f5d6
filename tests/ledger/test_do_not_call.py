"""The do-not-call list: keyed hashes only, the same answer in every process, and none under another key."""

from __future__ import annotations

import asyncio
import hashlib
import hmac

import pytest
import sqlalchemy as sa

from rasa_twin24.ledger import Ledger, LedgerSettings
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.do_not_call import HASH_KEY, WrongKey
from rasa_twin24.ledger.schema import do_not_call
from tests.ledger.conftest import Clock

ANNA, BORIS, VERA = "+79161234501", "+79161234502", "+79161234503"
ME = "telegram:1"
KEY, OTHER_KEY = "k" * 32, "o" * 32


async def rows(ledger: Ledger) -> list[dict[str, object]]:
    def work(connection: sa.engine.Connection) -> list[dict[str, object]]:
        return [
            dict(row._mapping) for row in connection.execute(sa.select(do_not_call).order_by(do_not_call.c.added_at))
        ]

    return await ledger._store.run(work)


async def audited(ledger: Ledger) -> list[tuple[str, str, str, object]]:
    return [(entry.person, entry.act, entry.outcome, entry.detail) for entry in await ledger.audit.since(0)]


async def test_what_was_put_on_the_list_is_known_again(ledger: Ledger) -> None:
    assert await ledger.do_not_call.listed([ANNA]) == set()
    assert await ledger.do_not_call.add([ANNA, BORIS, ANNA], ME) == ([ANNA, BORIS], [])
    assert await ledger.do_not_call.add([BORIS, VERA], ME) == ([VERA], [BORIS])
    assert await ledger.do_not_call.count() == 3
    assert await ledger.do_not_call.remove([BORIS, "+79161234599"], ME) == [BORIS]
    assert await ledger.do_not_call.remove([BORIS], ME) == []
    assert await ledger.do_not_call.listed([VERA, BORIS, ANNA]) == {ANNA, VERA}
    assert await ledger.do_not_call.listed([]) == set()
    assert await audited(ledger) == [
        (ME, Act.BAN_NUMBERS, Result.DONE, {"count": 2}),
        (ME, Act.BAN_NUMBERS, Result.DONE, {"count": 1}),
        (ME, Act.ALLOW_NUMBERS, Result.DONE, {"count": 1}),
    ]


async def test_no_number_is_kept_and_no_plain_hash(ledger: Ledger, clock: Clock) -> None:
    await ledger.do_not_call.add([ANNA], ME)
    [row] = await rows(ledger)
    key = await ledger.kept.get(HASH_KEY)
    assert key is not None
    assert len(key) >= 43  # 32 random bytes
    expected = hmac.new(key.encode(), ANNA.encode(), hashlib.sha256).hexdigest()
    assert row == {"hash": expected, "added_by": ME, "added_at": clock.now}
    assert row["hash"] != hashlib.sha256(ANNA.encode()).hexdigest()


async def test_another_process_knows_the_same(ledger: Ledger, other: Ledger) -> None:
    """The first to need the key makes it, whichever that is."""
    await asyncio.gather(ledger.do_not_call.add([ANNA], ME), other.do_not_call.add([BORIS], ME))
    for one in (ledger, other):
        assert await one.do_not_call.listed([ANNA, BORIS, VERA]) == {ANNA, BORIS}


async def test_of_two_who_add_the_same_number_one_is_first(ledger: Ledger, other: Ledger) -> None:
    added = await asyncio.gather(*(one.do_not_call.add([ANNA, BORIS], ME) for one in (ledger, other) for _ in range(5)))
    assert sorted(len(new) for new, _ in added) == [0] * 9 + [2]
    assert await ledger.do_not_call.count() == 2


async def test_many_numbers_in_batches(ledger: Ledger) -> None:
    many = [f"+7916{number:07d}" for number in range(2_001)]
    new, already = await ledger.do_not_call.add(many[::2], ME)
    assert (new, already) == (many[::2], [])
    assert await ledger.do_not_call.listed(many) == set(many[::2])
    assert await ledger.do_not_call.remove(many, ME) == many[::2]
    assert await ledger.do_not_call.count() == 0


async def test_a_given_key_is_not_written_down(url: str, clock: Clock) -> None:
    opened = Ledger(url, clock=clock, hash_key=KEY)
    await opened.do_not_call.add([ANNA], ME)
    assert [row["hash"] for row in await rows(opened)] == [
        hmac.new(KEY.encode(), ANNA.encode(), hashlib.sha256).hexdigest()
    ]
    kept = await opened._store.run(lambda c: c.exec_driver_sql("SELECT key, value FROM kept").all())
    assert HASH_KEY not in [row.key for row in kept]
    assert KEY not in str(kept)
    await opened.close()


@pytest.mark.parametrize(("first", "second"), [(KEY, OTHER_KEY), ("", KEY), (KEY, "")])
async def test_under_another_key_nobody_is_called_unlisted(url: str, clock: Clock, first: str, second: str) -> None:
    ledger, changed = Ledger(url, clock=clock, hash_key=first), Ledger(url, clock=clock, hash_key=second)
    await ledger.do_not_call.add([ANNA], ME)
    for refused in (
        changed.do_not_call.listed([ANNA]),
        changed.do_not_call.add([BORIS], ME),
        changed.do_not_call.remove([ANNA], ME),
    ):
        with pytest.raises(WrongKey, match="BOT_HASH_KEY"):
            await refused
    assert await ledger.do_not_call.listed([ANNA]) == {ANNA}
    assert (await ledger.do_not_call.fits_key(), await changed.do_not_call.fits_key()) == (True, False)
    await ledger.close()
    await changed.close()


async def test_an_empty_list_takes_another_key(url: str, clock: Clock) -> None:
    ledger, changed = Ledger(url, clock=clock), Ledger(url, clock=clock, hash_key=KEY)
    assert await ledger.do_not_call.listed([ANNA]) == set()
    await changed.do_not_call.add([ANNA], ME)
    assert await changed.do_not_call.listed([ANNA]) == {ANNA}
    await ledger.close()
    await changed.close()


def test_a_key_that_can_be_guessed_is_refused() -> None:
    assert LedgerSettings.from_env({"BOT_HASH_KEY": KEY}).hash_key == KEY
    assert KEY not in repr(LedgerSettings.from_env({"BOT_HASH_KEY": KEY}))
    assert LedgerSettings.from_env({}).hash_key == ""
    with pytest.raises(ValueError, match="BOT_HASH_KEY is too short"):
        LedgerSettings.from_env({"BOT_HASH_KEY": "secret"})
