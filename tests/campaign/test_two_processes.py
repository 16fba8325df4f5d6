"""Two processes of the operating system find the same work half done: it is done once."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rasa_twin24.campaign import Campaign, Desk, Plan
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.candidates import CandidateState, people_of
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.sandbox import LOGIN, PASSWORD, Sandbox, SandboxServer
from rasa_twin24.twin24 import Settings, Twin24
from tests.campaign.conftest import ANNA, BORIS, ME, OWNERS, SETTINGS


@pytest.fixture
async def twin_at_work() -> AsyncIterator[SandboxServer]:
    async with SandboxServer(Sandbox(ready_after=0.1, call_seconds=1000, lines=1)) as server:
        yield server


@pytest.fixture
async def campaign(url: str, twin_at_work: SandboxServer) -> AsyncIterator[Campaign]:
    """The process that was killed: it leaves the work in the ledger."""
    ledger = Ledger(url, owners=OWNERS, clock=time.time)
    await ledger.open()
    account = Settings(email=LOGIN, password=PASSWORD, iam_url=twin_at_work.iam_url, cis_url=twin_at_work.cis_url)
    async with Twin24(account) as twin:
        yield Campaign(Desk(ledger, twin, SETTINGS))
    await ledger.close()


async def both_recover(url: str, server: SandboxServer) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.campaign.process", url, server.iam_url, server.cis_url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    await asyncio.gather(*(process.communicate(b"\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0]


async def test_half_done_work_is_done_once(url: str, campaign: Campaign, twin_at_work: SandboxServer) -> None:
    """A creation, a portion and a start, each cut off in the middle."""
    ledger, sandbox = campaign._ledger, twin_at_work.sandbox
    await campaign.begin(ME)
    await campaign.collect(ME, people_of([ANNA, BORIS]))
    await campaign.order(ME, "Акция")
    task, _ = await campaign.current(ME)
    assert task is not None
    await both_recover(url, twin_at_work)
    [made] = sandbox.tasks
    assert [phone for candidate in made.candidates for phone in candidate.phones] == [ANNA[1:], BORIS[1:]]
    assert await ledger.candidates.count(task.id, CandidateState.ADDED) == 2

    await asyncio.sleep(0.2)
    assert isinstance(await campaign.consent.show_plan(ME), Plan)
    assert await campaign.consent.confirm(ME)
    await both_recover(url, twin_at_work)
    assert sandbox.plays(made.id) == 1
    assert [seen.path for seen in sandbox.requests].count(f"/cis/api/v1/telephony/autoCall/{made.id}/play") == 1
    assert (await ledger.tasks.get(task.id)).state == TaskState.RUNNING
    assert [notice.kind for notice in await ledger.notices.waiting()] == [
        "create_task_done_adding",
        "add_candidates_done",
        "start_calls_done",
    ]
