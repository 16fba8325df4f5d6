"""One process at a time works on a task; what a dead one left is found."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.leases import LEASE_SECONDS, process_name
from tests.ledger.conftest import Clock


def elsewhere(ledger: Ledger, name: str) -> None:
    """Let this ledger be that of another process."""
    ledger.leases.owner = name


@pytest.fixture
async def task(ledger: Ledger) -> int:
    return (await ledger.tasks.new("web:1")).id


async def test_a_lease_is_held_until_it_is_given_back(ledger: Ledger, other: Ledger, task: int) -> None:
    elsewhere(other, "another machine:1:a")
    assert await ledger.leases.take(task)
    assert await ledger.leases.take(task)  # renewed
    assert not await other.leases.take(task)
    await other.leases.give_back(task)  # not its own: nothing happens
    assert not await other.leases.take(task)
    await ledger.leases.give_back(task)
    assert await other.leases.take(task)


async def test_one_that_is_not_renewed_runs_out(ledger: Ledger, other: Ledger, task: int, clock: Clock) -> None:
    elsewhere(ledger, "another machine:1:a")
    assert await ledger.leases.take(task)
    clock.now += LEASE_SECONDS - 1
    assert not await other.leases.take(task)
    assert await other.leases.left_behind() == []
    clock.now += 2
    assert await other.leases.left_behind() == [task]
    assert await other.leases.take(task)
    assert not await ledger.leases.take(task)


def ended_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


MACHINE = process_name().split(":")[0]
# Who has the lease → whether it surely has gone, so that nobody needs to wait for the lease to run out.
OWNERS = {
    "ended on this machine": (lambda: f"{MACHINE}:{ended_process()}:a", True),
    "our own number, given out again": (lambda: f"{MACHINE}:{os.getpid()}:before", True),
    "runs on this machine": (lambda: f"{MACHINE}:{os.getppid()}:a", False),
    "on another machine": (lambda: f"elsewhere/1:{ended_process()}:a", False),
    "in another container of this name": (lambda: f"{MACHINE}7:{ended_process()}:a", False),
}


@pytest.mark.parametrize(("owner", "gone"), OWNERS.values(), ids=OWNERS)
async def test_the_lease_of_a_dead_process_is_free_at_once(
    ledger: Ledger, other: Ledger, task: int, owner: object, gone: bool
) -> None:
    assert callable(owner)
    elsewhere(ledger, owner())
    assert await ledger.leases.take(task)
    assert await other.leases.left_behind() == ([task] if gone else [])
    assert await other.leases.take(task) is gone


async def test_a_task_that_is_no_more_cannot_be_leased(ledger: Ledger) -> None:
    assert not await ledger.leases.take(404)
