"""Taking people off a list: all of it in one transaction, and never while somebody might send the list as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act
from rasa_twin24.ledger.candidates import CandidateState, people_of
from rasa_twin24.ledger.list_edits import Taken
from rasa_twin24.ledger.portions import PortionState
from rasa_twin24.ledger.schema import candidates
from rasa_twin24.ledger.tasks import CallTask, TaskState

ANNA, BORIS, VERA = "+79161234501", "+79161234502", "+79161234503"
ME = "web:1"


@pytest.fixture
async def task(ledger: Ledger) -> CallTask:
    made = await ledger.tasks.new(ME, name="Акция", twin_id="t-1", mark="k7m2qd", state=TaskState.FILLING)
    await ledger.candidates.collect(made.id, people_of([ANNA, BORIS, VERA]))
    return made


async def sent(ledger: Ledger, task: CallTask, phones: list[str], portion: str, numbers: str) -> None:
    begun = await ledger.portions.begin(task.id, phones)
    assert begun is not None
    await ledger.portions.end(begun, portion, numbers)


async def ids(ledger: Ledger, task: CallTask, *phones: str) -> list[int]:
    return [person.id for person in await ledger.list_edits.people(task.id) if person.phones[0] in phones]


async def waiting(ledger: Ledger, task: CallTask) -> list[str]:
    return [person.phones[0] for person in await ledger.list_edits.people(task.id)]


def yes(_task: CallTask) -> bool:
    return True


def no(_task: CallTask) -> bool:
    return False


async def change(ledger: Ledger, phone: str, **values: Any) -> None:
    await ledger._store.run(
        lambda c: c.execute(sa.update(candidates).where(candidates.c.phone == phone).values(values))
    )


async def test_a_person_with_several_numbers_and_what_is_known(ledger: Ledger, task: CallTask) -> None:
    variables = {"имя": "Борис"}
    await change(ledger, BORIS, more_phones=json.dumps(["+79161234599"]), variables=json.dumps(variables))
    await change(ledger, VERA, state=CandidateState.REFUSED)
    anna, boris = await ledger.list_edits.people(task.id)
    assert (anna.phones, anna.variables) == ((ANNA,), {})
    assert (boris.phones, boris.variables) == ((BORIS, "+79161234599"), variables)
    assert "7916" not in repr(boris)
    assert await ledger.list_edits.people(task.id, limit=1) == [anna]
    assert await ledger.list_edits.people(task.id, CandidateState.ADDED) == []


async def test_who_is_not_at_twin_is_simply_gone(ledger: Ledger, task: CallTask) -> None:
    await sent(ledger, task, [VERA], PortionState.ADDED, CandidateState.ADDED)
    await sent(ledger, task, [BORIS], PortionState.ABSENT, CandidateState.PENDING)
    assert await ledger.list_edits.take_off(task.id, await ids(ledger, task, ANNA, BORIS), no) is Taken.DONE
    assert await waiting(ledger, task) == [VERA]
    assert (await ledger.tasks.get(task.id)).twin_id == "t-1"
    [entry] = await ledger.audit.since(0)
    assert (entry.person, entry.act) == (ME, Act.REMOVE_CANDIDATES)
    assert entry.detail == {"name": "Акция", "task_id": "t-1", "count": 2}


@pytest.mark.parametrize(
    ("portion", "numbers"),
    [
        (PortionState.ADDED, CandidateState.ADDED),
        (PortionState.LOST, CandidateState.PENDING),  # TWIN may have it all the same
        (PortionState.REFUSED, CandidateState.PENDING),
    ],
)
async def test_who_may_be_at_twin_is_left_behind_with_the_task(
    ledger: Ledger, task: CallTask, portion: str, numbers: str
) -> None:
    await sent(ledger, task, [ANNA, BORIS], portion, numbers)
    assert await ledger.list_edits.take_off(task.id, await ids(ledger, task, ANNA), yes) is Taken.REBUILDING
    fresh = await ledger.tasks.get(task.id)
    assert (fresh.state, fresh.twin_id, fresh.mark) == (TaskState.CREATING, None, None)
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == [BORIS, VERA]
    assert await waiting(ledger, task) == [BORIS, VERA]
    assert await ledger.abandoned.reason("t-1") == "unverified"


async def test_nothing_changes_where_the_task_cannot_be_made_anew(ledger: Ledger, task: CallTask) -> None:
    await sent(ledger, task, [ANNA], PortionState.ADDED, CandidateState.ADDED)
    assert await ledger.list_edits.take_off(task.id, await ids(ledger, task, ANNA, BORIS), no) is Taken.FOREIGN
    assert await waiting(ledger, task) == [ANNA, BORIS, VERA]
    assert await ledger.abandoned.reason("t-1") is None
    assert await ledger.audit.since(0) == []


async def test_the_people_of_another_conversation_are_not_lost(ledger: Ledger, task: CallTask) -> None:
    await sent(ledger, task, [ANNA], PortionState.ADDED, CandidateState.ADDED)
    theirs = await ledger.tasks.new("web:2", twin_id="t-1", state=TaskState.FILLING)
    await ledger.candidates.collect(theirs.id, people_of(["+79161234599"]))
    assert await ledger.list_edits.take_off(task.id, await ids(ledger, task, ANNA), yes) is Taken.FOREIGN
    assert await waiting(ledger, task) == [ANNA, BORIS, VERA]


async def test_while_numbers_are_on_their_way_nobody_is_taken_off(ledger: Ledger, task: CallTask) -> None:
    begun = await ledger.portions.begin(task.id, [ANNA])
    assert begun is not None
    everybody = await ids(ledger, task, ANNA, BORIS, VERA)
    assert await ledger.list_edits.take_off(task.id, everybody[2:], yes) is Taken.BUSY
    await ledger.portions.end(begun, PortionState.ADDED, CandidateState.ADDED)
    assert await ledger.list_edits.take_off(task.id, everybody[2:], yes) is Taken.DONE


async def test_a_list_that_somebody_works_on_is_left_alone(ledger: Ledger, other: Ledger, task: CallTask) -> None:
    """The work has read it already, and would send whom it has read."""
    anna = await ids(ledger, task, ANNA)
    assert await other.leases.take(task.id)
    assert await ledger.list_edits.take_off(task.id, anna, yes) is Taken.BUSY
    assert await ledger.list_edits.take_off(task.id, anna, yes, by_work=True) is Taken.DONE
    await other.leases.give_back(task.id)
    assert await ledger.list_edits.take_off(task.id, await ids(ledger, task, BORIS), yes) is Taken.DONE


@pytest.mark.parametrize("state", [TaskState.STARTING, TaskState.RUNNING, TaskState.ENDED, TaskState.DROPPED])
async def test_from_the_start_on_nobody_is_taken_off(ledger: Ledger, task: CallTask, state: str) -> None:
    await ledger.tasks.move(task.id, [TaskState.FILLING], state)
    assert await ledger.list_edits.take_off(task.id, await ids(ledger, task, ANNA), yes) is Taken.STARTED
    assert await waiting(ledger, task) == [ANNA, BORIS, VERA]


async def test_any_plan_of_the_task_is_void(ledger: Ledger, task: CallTask) -> None:
    await ledger.plans.show(ME, task.id, "digest", 60, 3)
    another = await ledger.tasks.new("web:2", twin_id="t-2", state=TaskState.FILLING)
    await ledger.plans.show("web:2", another.id, "digest", 60, 3)
    await ledger.list_edits.take_off(task.id, await ids(ledger, task, ANNA), yes)
    assert await ledger.plans.shown(ME) is None
    assert await ledger.plans.shown("web:2") == 3


async def test_a_long_list_is_cleared_at_once(ledger: Ledger, task: CallTask) -> None:
    await ledger.candidates.collect(task.id, people_of([f"+7903{number:07d}" for number in range(1_200)]))
    everybody = [person.id for person in await ledger.list_edits.people(task.id)]
    assert len(everybody) == 1_203
    assert await ledger.list_edits.take_off(task.id, everybody, no) is Taken.DONE
    assert await waiting(ledger, task) == []
