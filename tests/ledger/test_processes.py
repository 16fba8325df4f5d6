"""Two processes of the operating system on one database: of everything that may happen once, one of fifty wins."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.candidates import CandidateState, Person, people_of
from rasa_twin24.ledger.tasks import TaskState
from tests.ledger.race import TRIES, digest

ANNA = "+79161234501"
PROCESSES = 2


@pytest.fixture
async def ledger(url: str) -> Any:
    """With the true clock, as the processes have it."""
    opened = Ledger(url)
    await opened.open()
    yield opened
    await opened.close()


async def raced(url: str, race: str, **known: Any) -> list[list[Any]]:
    """What each process's tries gave; all of them begin with one shot."""
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.ledger.race", url, race, json.dumps(known), str(number)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env=dict(os.environ),
        )
        for number in range(PROCESSES)
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(process.communicate(b"\n") for process in processes))
    assert [process.returncode for process in processes] == [0] * PROCESSES
    return [json.loads(answer) for answer, _ in answers]


async def filled(ledger: Ledger, conversation: str = "web:1") -> int:
    """A task of TWIN's t-1 with a number and a plan that waits for its yes."""
    task = await ledger.tasks.new(conversation, twin_id="t-1", state=TaskState.FILLING)
    await ledger.candidates.collect(task.id, people_of([ANNA]))
    await ledger.candidates.mark(task.id, [ANNA], CandidateState.ADDED)
    await ledger.plans.show(conversation, task.id, ANNA, 900)
    return task.id


@pytest.mark.parametrize("race", ["claim", "press", "use", "use_elsewhere", "play", "end", "move", "tell"])
async def test_of_fifty_tries_in_two_processes_one_wins(ledger: Ledger, url: str, race: str) -> None:
    task = await filled(ledger)
    known: dict[str, Any] = {"task": task, "tasks": [task, await filled(ledger, "web:2")]}
    if race == "play":
        assert await ledger.plans.use("web:1", task, digest)
    if race == "end":
        await ledger.tasks.change(task, state=TaskState.RUNNING)
    known["tokens"] = await ledger.buttons.offer("web:1", [("Да", "/affirm"), ("Нет", "/deny")])
    await ledger.notices.add("web:1", "task_status_finished")
    known["notice"] = (await ledger.notices.waiting())[0].id

    results = await raced(url, race, **known)

    assert [result for results_of_one in results for result in results_of_one].count(True) == 1
    if race == "end":
        assert len(await ledger.notices.waiting()) == 2


async def test_what_is_kept_is_the_same_for_all(ledger: Ledger, url: str) -> None:
    results = await raced(url, "keep")
    assert len({value for values in results for value in values}) == 1


async def test_each_number_is_collected_once(ledger: Ledger, url: str) -> None:
    task = await ledger.tasks.new("web:1")
    results = await raced(url, "collect", task=task.id)
    assert sum(map(sum, results)) == 5
    assert len(await ledger.candidates.phones(task.id, CandidateState.PENDING)) == 5


async def test_no_entry_of_the_audit_is_lost(ledger: Ledger, url: str) -> None:
    results = await raced(url, "audit")
    entries = await ledger.audit.since(0)
    assert len({entry.id for entry in entries}) == PROCESSES * TRIES
    assert {entry.detail["entry"] for entry in entries} == {entry for entries in results for entry in entries}


async def test_two_yes_to_one_task_of_twin_do_not_pass_each_other(ledger: Ledger, url: str) -> None:
    """Both have looked before either has written, if the database lets them."""
    tasks = [await filled(ledger), await filled(ledger, "web:2")]
    other = Ledger(url)
    await other.open()
    both_looked = threading.Barrier(2)

    def digest_slowly(people: Sequence[Person]) -> str:
        with suppress(threading.BrokenBarrierError):
            both_looked.wait(1.5)
        return digest(people)

    uses = [box.plans.use(f"web:{n + 1}", tasks[n], digest_slowly) for n, box in enumerate((ledger, other))]
    assert sorted(await asyncio.gather(*uses)) == [False, True]
    states = [(await ledger.tasks.get(task)).state for task in tasks]
    assert sorted(states) == [TaskState.FILLING, TaskState.STARTING]
    await other.close()
