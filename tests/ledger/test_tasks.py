from __future__ import annotations

import asyncio

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.candidates import CandidateState, Collected, people_of
from rasa_twin24.ledger.tasks import CallTask, TaskState
from tests.ledger.conftest import Clock

ANNA, BORIS, VERA = "+79161234501", "+79161234502", "+79161234503"


@pytest.fixture
async def task(ledger: Ledger) -> CallTask:
    return await ledger.tasks.new("web:1", name="Акция", twin_id="t-1", state=TaskState.FILLING, there_before=0)


async def test_a_new_task_is_unnamed_and_unknown_to_twin(ledger: Ledger, clock: Clock) -> None:
    task = await ledger.tasks.new("web:1")
    assert (task.name, task.twin_id, task.state, task.ours) == ("", None, TaskState.NEW, True)
    assert (task.created_at, task.started_at, task.looks) == (clock.now, None, 0)
    assert await ledger.tasks.get(task.id) == task


async def test_an_unknown_row_is_a_lookup_error(ledger: Ledger) -> None:
    with pytest.raises(LookupError):
        await ledger.tasks.get(404)


async def test_of_moves_at_once_one_wins(ledger: Ledger, other: Ledger, task: CallTask) -> None:
    moves = [
        box.tasks.move(task.id, [TaskState.FILLING], state)
        for box in (ledger, other)
        for state in (TaskState.STARTING, TaskState.DROPPED) * 5
    ]
    assert (await asyncio.gather(*moves)).count(True) == 1
    assert (await ledger.tasks.get(task.id)).state in (TaskState.STARTING, TaskState.DROPPED)


async def test_a_move_from_another_state_changes_nothing(ledger: Ledger, task: CallTask) -> None:
    assert not await ledger.tasks.move(task.id, [TaskState.NEW, TaskState.CREATING], TaskState.RUNNING, name="!")
    assert await ledger.tasks.get(task.id) == task


async def test_the_latest_tasks_are_those_of_the_conversation_that_twin_knows(ledger: Ledger, task: CallTask) -> None:
    await ledger.tasks.new("web:1")
    second = await ledger.tasks.new("web:1", twin_id="t-2")
    await ledger.tasks.new("web:2", twin_id="t-3")
    assert await ledger.tasks.latest("web:1", 10) == [second, task]
    assert await ledger.tasks.latest("web:1", 1) == [second]


async def test_the_newest_row_about_a_task_of_twin(ledger: Ledger, task: CallTask) -> None:
    newer = await ledger.tasks.new("web:2", twin_id="t-1")
    assert await ledger.tasks.at_twin("t-1") == newer
    assert await ledger.tasks.at_twin("t-9") is None


async def test_due_are_running_tasks_whose_moment_has_come(ledger: Ledger, clock: Clock) -> None:
    rows = {
        "due": (TaskState.RUNNING, clock.now),
        "later": (TaskState.RUNNING, clock.now + 1),
        "ended": (TaskState.ENDED, clock.now),
        "unwatched": (TaskState.RUNNING, None),
    }
    for name, (state, look_at) in rows.items():
        await ledger.tasks.new("web:1", name=name, state=state, look_at=look_at)
    assert [task.name for task in await ledger.tasks.due()] == ["due"]


# What a number's state means for a further message that brings it.
@pytest.mark.parametrize(
    ("state", "again"),
    [
        (CandidateState.PENDING, "already"),
        (CandidateState.SENDING, "already"),
        (CandidateState.ADDED, "already"),
        (CandidateState.DIALED, "already"),
        (CandidateState.REFUSED, "new"),
    ],
)
async def test_a_number_collected_again(ledger: Ledger, task: CallTask, state: str, again: str) -> None:
    await ledger.candidates.collect(task.id, people_of([ANNA]))
    await ledger.candidates.mark(task.id, [ANNA], state)
    expected = Collected((ANNA,), ()) if again == "new" else Collected((), (ANNA,))
    assert await ledger.candidates.collect(task.id, people_of([ANNA])) == expected
    now = CandidateState.PENDING if again == "new" else state
    assert await ledger.candidates.phones(task.id, now) == [ANNA]


async def test_a_number_twice_in_one_message_is_collected_once(ledger: Ledger, task: CallTask) -> None:
    collected = await ledger.candidates.collect(task.id, people_of([BORIS, ANNA, BORIS]))
    assert collected == Collected((BORIS, ANNA), (BORIS,))
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == [BORIS, ANNA]


async def test_a_list_belongs_to_its_task(ledger: Ledger, task: CallTask) -> None:
    second = await ledger.tasks.new("web:1")
    await ledger.candidates.collect(task.id, people_of([ANNA]))
    assert await ledger.candidates.collect(second.id, people_of([ANNA])) == Collected((ANNA,), ())
    await ledger.candidates.mark_all(second.id, CandidateState.PENDING, CandidateState.ADDED)
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == [ANNA]


async def test_marks_touch_the_named_numbers_only(ledger: Ledger, task: CallTask) -> None:
    await ledger.candidates.collect(task.id, people_of([ANNA, BORIS, VERA]))
    await ledger.candidates.mark(task.id, [ANNA, VERA], CandidateState.ADDED)
    assert await ledger.candidates.phones(task.id, CandidateState.ADDED) == [ANNA, VERA]
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING, CandidateState.ADDED) == [ANNA, BORIS, VERA]
    await ledger.candidates.mark(task.id, [], CandidateState.REFUSED)
    assert await ledger.candidates.phones(task.id, CandidateState.REFUSED) == []


@pytest.mark.parametrize(
    ("state", "may"),
    [(TaskState.FILLING, True), (TaskState.STARTING, False), (TaskState.DROPPED, False), (TaskState.NEW, False)],
)
async def test_numbers_are_sent_only_while_the_task_is_filled(
    ledger: Ledger, task: CallTask, state: str, may: bool
) -> None:
    await ledger.candidates.collect(task.id, people_of([ANNA]))
    await ledger.tasks.change(task.id, state=state)
    assert (await ledger.portions.begin(task.id, [ANNA]) is not None) is may
    assert await ledger.candidates.phones(task.id, CandidateState.SENDING) == ([ANNA] if may else [])


async def test_an_end_is_told_once(ledger: Ledger, other: Ledger, task: CallTask, clock: Clock) -> None:
    assert await ledger.tasks.end(task.id, "task_status_finished", {}) is False  # it does not run
    assert await ledger.notices.waiting() == []
    await ledger.tasks.change(task.id, state=TaskState.RUNNING, look_at=clock.now)
    ends = [box.tasks.end(task.id, "task_status_finished", {"name": "Акция"}) for box in (ledger, other)]
    assert sorted(await asyncio.gather(*ends)) == [False, True]
    ended = await ledger.tasks.get(task.id)
    assert (ended.state, ended.ended_at, ended.look_at) == (TaskState.ENDED, clock.now, None)
    assert [(news.conversation, news.params) for news in await ledger.notices.waiting()] == [
        ("web:1", {"name": "Акция"})
    ]


def test_collected_numbers_are_not_in_the_repr() -> None:
    assert "79161234501" not in repr(Collected((ANNA,), (ANNA,)))
