"""What was sent together shares one fate, and a list of unknown fate is never played."""

from __future__ import annotations

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.candidates import CandidateState, people_of
from rasa_twin24.ledger.portions import Portion, PortionState
from rasa_twin24.ledger.tasks import CallTask, TaskState

ANNA, BORIS, VERA = "+79161234501", "+79161234502", "+79161234503"


@pytest.fixture
async def task(ledger: Ledger) -> CallTask:
    made = await ledger.tasks.new("web:1", twin_id="t-1", mark="k7m2qdwertyupash", state=TaskState.FILLING)
    await ledger.candidates.collect(made.id, people_of([ANNA, BORIS, VERA]))
    return made


async def begun(ledger: Ledger, task: CallTask, *phones: str) -> Portion:
    portion = await ledger.portions.begin(task.id, phones)
    assert portion is not None
    return portion


@pytest.mark.parametrize(
    ("state", "numbers", "doubt"),
    [
        (PortionState.ADDED, CandidateState.ADDED, False),
        (PortionState.ABSENT, CandidateState.PENDING, False),
        (PortionState.LOST, CandidateState.PENDING, True),
        (PortionState.REFUSED, CandidateState.PENDING, True),
    ],
)
async def test_a_portion_and_its_numbers_end_together(
    ledger: Ledger, task: CallTask, state: str, numbers: str, doubt: bool
) -> None:
    portion = await begun(ledger, task, ANNA, BORIS)
    assert await ledger.candidates.phones(task.id, CandidateState.SENDING) == [ANNA, BORIS]
    assert [waiting.id for waiting in await ledger.portions.open(task.id)] == [portion.id]
    await ledger.portions.end(portion, state, numbers)
    assert await ledger.portions.open(task.id) == []
    assert await ledger.candidates.phones(task.id, CandidateState.SENDING) == []
    assert ANNA in await ledger.candidates.phones(task.id, numbers)
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == (
        [VERA] if numbers == CandidateState.ADDED else [ANNA, BORIS, VERA]
    )
    assert await ledger.portions.in_doubt(task.id) is doubt


async def test_a_number_is_on_its_way_once(ledger: Ledger, task: CallTask) -> None:
    first = await begun(ledger, task, ANNA)
    second = await begun(ledger, task, ANNA, BORIS)
    await ledger.portions.end(second, PortionState.ADDED, CandidateState.ADDED)
    assert await ledger.candidates.phones(task.id, CandidateState.SENDING) == [ANNA]
    await ledger.portions.end(first, PortionState.ADDED, CandidateState.ADDED)
    assert await ledger.candidates.phones(task.id, CandidateState.ADDED) == [ANNA, BORIS]


@pytest.mark.parametrize("next_one", [VERA, ANNA])
async def test_one_that_has_arrived_ends_whether_or_not_the_next_one_begins(
    ledger: Ledger, task: CallTask, next_one: str
) -> None:
    first = await begun(ledger, task, ANNA, BORIS)
    second = await ledger.portions.begin(task.id, [next_one], after=first)
    assert (second is not None) is (next_one == VERA)
    assert [waiting.id for waiting in await ledger.portions.open(task.id)] == ([second.id] if second else [])
    assert await ledger.candidates.phones(task.id, CandidateState.ADDED) == [ANNA, BORIS]


async def test_an_unclear_portion_stays_open(ledger: Ledger, task: CallTask) -> None:
    await ledger.portions.unclear(await begun(ledger, task, ANNA))
    [portion] = await ledger.portions.open(task.id)
    assert portion.state == PortionState.UNCLEAR


async def test_starting_over_keeps_the_numbers_and_abandons_the_task(ledger: Ledger, task: CallTask) -> None:
    await ledger.portions.end(await begun(ledger, task, ANNA), PortionState.ADDED, CandidateState.ADDED)
    await begun(ledger, task, BORIS)
    assert await ledger.portions.start_over(task.id)
    fresh = await ledger.tasks.get(task.id)
    assert (fresh.state, fresh.twin_id, fresh.mark, fresh.there_before) == (TaskState.CREATING, None, None, 0)
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == [ANNA, BORIS, VERA]
    assert await ledger.portions.open(task.id) == []
    assert await ledger.abandoned.reason("t-1") == "unverified"
    assert not await ledger.portions.start_over(task.id)  # it is not being filled any more


async def test_numbers_that_were_dialed_stay_dialed(ledger: Ledger, task: CallTask) -> None:
    await ledger.candidates.mark(task.id, [ANNA], CandidateState.DIALED)
    assert await ledger.portions.start_over(task.id)
    assert await ledger.candidates.phones(task.id, CandidateState.DIALED) == [ANNA]


async def test_a_spoiled_task_is_never_played(ledger: Ledger, task: CallTask) -> None:
    await begun(ledger, task, ANNA)
    assert await ledger.portions.spoil(task.id)
    spoiled = await ledger.tasks.get(task.id)
    assert (spoiled.state, spoiled.spoiled) == (TaskState.DROPPED, True)
    assert await ledger.abandoned.reason("t-1") == "unverified"
    assert await ledger.portions.open(task.id) == []


async def test_the_first_reason_stays(ledger: Ledger) -> None:
    await ledger.abandoned.add("t-9", "duplicate")
    await ledger.abandoned.add("t-9", "unverified")
    assert await ledger.abandoned.reason("t-9") == "duplicate"
    assert await ledger.abandoned.reason("t-8") is None
