from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.inbox import Waiting
from tests.ledger.conftest import Clock

CLAIM_AND_DIE = """
import asyncio, os, signal, sys
from rasa_twin24.ledger import Ledger

async def main():
    ledger = Ledger(sys.argv[1])
    await ledger.open()
    print(await ledger.inbox.claim("telegram", "1", "said before the kill"), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_of_fifty_claims_of_one_key_at_once_one_wins(ledger: Ledger, other: Ledger) -> None:
    claims = [box.inbox.claim("telegram", "42", "{}") for box in (ledger, other) for _ in range(25)]
    assert sorted(await asyncio.gather(*claims)) == [False] * 49 + [True]


@pytest.mark.parametrize(
    ("channel", "key", "new"),
    [("telegram", "42", False), ("web", "42", True), ("telegram", "43", True)],
)
async def test_a_key_belongs_to_its_channel(ledger: Ledger, channel: str, key: str, new: bool) -> None:
    await ledger.inbox.claim("telegram", "42", "{}")
    assert await ledger.inbox.claim(channel, key, "{}") is new


async def test_unfinished_updates_wait_oldest_first_and_finished_ones_do_not(ledger: Ledger, clock: Clock) -> None:
    began = clock.now
    for key in ("late", "early", "done", "stranger"):
        clock.now = began + {"late": 3, "early": 1, "done": 2, "stranger": 0}[key]
        await ledger.inbox.claim("web", key, None if key == "stranger" else f"said {key}")
    await ledger.inbox.done("web", "done")
    assert await ledger.inbox.waiting() == [
        Waiting("web", "early", "said early", began + 1),
        Waiting("web", "late", "said late", began + 3),
    ]
    assert await ledger.inbox.claim("web", "done", "again") is False


async def test_conversations_are_named_as_long_as_something_of_them_waits(ledger: Ledger) -> None:
    await ledger.inbox.claim("telegram", "1", "{}", "telegram:1")
    await ledger.inbox.claim("telegram", "2", "{}", "telegram:2")
    await ledger.inbox.claim("telegram", "3", None, "telegram:3")
    assert await ledger.inbox.conversations() == {"telegram:1", "telegram:2"}
    await ledger.inbox.done("telegram", "1")
    assert await ledger.inbox.conversations() == {"telegram:2"}


async def test_a_claim_survives_a_killed_process(url: str) -> None:
    process = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", CLAIM_AND_DIE, url],
        stdout=subprocess.PIPE,
        timeout=30,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert (process.stdout, process.returncode) == (b"True\n", -signal.SIGKILL)
    again = Ledger(url)
    await again.open()
    assert [(box.key, box.incoming) for box in await again.inbox.waiting()] == [("1", "said before the kill")]
    assert await again.inbox.claim("telegram", "1", "repeated") is False
    await again.close()


async def test_old_keys_are_forgotten(ledger: Ledger, clock: Clock) -> None:
    await ledger.inbox.claim("web", "old", "{}")
    clock.now += 100
    await ledger.inbox.claim("web", "young", "{}")
    clock.now += 1
    assert await ledger.inbox.forget(100) == 1
    assert await ledger.inbox.claim("web", "old", "{}") is True
    assert await ledger.inbox.claim("web", "young", "{}") is False


def test_what_was_said_is_not_in_the_repr() -> None:
    assert "79161234567" not in repr(Waiting("web", "1", "позвони +79161234567", 0.0))
