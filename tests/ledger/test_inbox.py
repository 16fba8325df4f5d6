from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.inbox import Claim, Waiting
from rasa_twin24.ledger.people import WEB_OWNER, Role
from tests.ledger.conftest import Clock
from tests.waiting import PATIENCE

CLAIM_AND_DIE = """
import asyncio, os, signal, sys
from rasa_twin24.ledger import Ledger

async def main():
    ledger = Ledger(sys.argv[1])
    await ledger.open()
    claim = await ledger.inbox.claim("telegram", "1", "web:owner", "said before the kill")
    print(claim.first, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_of_fifty_claims_of_one_key_at_once_one_wins(ledger: Ledger, other: Ledger) -> None:
    claims = [box.inbox.claim("telegram", "42", WEB_OWNER, "{}") for box in (ledger, other) for _ in range(25)]
    assert sorted(claim.first for claim in await asyncio.gather(*claims)) == [False] * 49 + [True]


@pytest.mark.parametrize(
    ("channel", "key", "new"),
    [("telegram", "42", False), ("web", "42", True), ("telegram", "43", True)],
)
async def test_a_key_belongs_to_its_channel(ledger: Ledger, channel: str, key: str, new: bool) -> None:
    await ledger.inbox.claim("telegram", "42", WEB_OWNER, "{}")
    assert (await ledger.inbox.claim(channel, key, WEB_OWNER, "{}")).first is new


@pytest.mark.parametrize(
    ("person", "role", "kept"),
    [("telegram:5", Role.OPERATOR, ["said"]), (WEB_OWNER, Role.OWNER, ["said"]), ("telegram:6", None, [])],
)
async def test_of_a_strangers_update_the_key_is_kept_and_nothing_else(
    ledger: Ledger, person: str, role: Role | None, kept: list[str]
) -> None:
    await ledger.people.give("telegram:5", Role.OPERATOR, by=WEB_OWNER)
    assert await ledger.inbox.claim("telegram", "1", person, "said") == Claim(True, role)
    assert [waiting.incoming for waiting in await ledger.inbox.waiting()] == kept
    assert await ledger.inbox.claim("telegram", "1", person, "said") == Claim(False, role)


async def test_unfinished_updates_wait_oldest_first_and_finished_ones_do_not(ledger: Ledger, clock: Clock) -> None:
    began = clock.now
    for key, after in (("late", 3), ("early", 1), ("done", 2)):
        clock.now = began + after
        await ledger.inbox.claim("web", key, WEB_OWNER, f"said {key}")
    await ledger.inbox.done("web", "done")
    assert await ledger.inbox.waiting() == [
        Waiting("web", "early", "said early", began + 1),
        Waiting("web", "late", "said late", began + 3),
    ]
    assert not (await ledger.inbox.claim("web", "done", WEB_OWNER, "again")).first


async def test_conversations_are_named_as_long_as_something_of_them_waits(ledger: Ledger) -> None:
    for person in ("telegram:1", "telegram:2"):
        await ledger.people.give(person, Role.OPERATOR, by=WEB_OWNER)
    for key in ("1", "2", "3"):
        await ledger.inbox.claim("telegram", key, f"telegram:{key}", "{}")
    assert await ledger.inbox.conversations() == {"telegram:1", "telegram:2"}
    await ledger.inbox.done("telegram", "1")
    assert await ledger.inbox.conversations() == {"telegram:2"}


async def test_a_claim_survives_a_killed_process(url: str) -> None:
    process = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", CLAIM_AND_DIE, url],
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert (process.stdout, process.returncode) == (b"True\n", -signal.SIGKILL)
    again = Ledger(url)
    await again.open()
    assert [(box.key, box.incoming) for box in await again.inbox.waiting()] == [("1", "said before the kill")]
    assert not (await again.inbox.claim("telegram", "1", WEB_OWNER, "repeated")).first
    await again.close()


async def test_old_keys_are_forgotten(ledger: Ledger, clock: Clock) -> None:
    await ledger.inbox.claim("web", "old", WEB_OWNER, "{}")
    clock.now += 100
    await ledger.inbox.claim("web", "young", WEB_OWNER, "{}")
    clock.now += 1
    assert await ledger.inbox.forget(100) == 1
    assert (await ledger.inbox.claim("web", "old", WEB_OWNER, "{}")).first
    assert not (await ledger.inbox.claim("web", "young", WEB_OWNER, "{}")).first


def test_what_was_said_is_not_in_the_repr() -> None:
    assert "79161234567" not in repr(Waiting("web", "1", "позвони +79161234567", 0.0))
