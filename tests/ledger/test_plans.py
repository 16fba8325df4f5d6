from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.candidates import CandidateState, Person, people_of
from rasa_twin24.ledger.people import WEB_OWNER
from rasa_twin24.ledger.tasks import CallTask, TaskState
from tests.ledger.conftest import Clock

ANNA, BORIS = "+79161234501", "+79161234502"
LIFE = 900.0


def digest(people: Sequence[Person]) -> str:
    return "+".join(person.phone for person in people)


@pytest.fixture
async def task(ledger: Ledger) -> CallTask:
    made = await ledger.tasks.new("web:1", twin_id="t-1", state=TaskState.FILLING)
    await ledger.candidates.collect(made.id, people_of([ANNA]))
    await ledger.candidates.mark(made.id, [ANNA], CandidateState.ADDED)
    return made


async def show(ledger: Ledger, task: CallTask, shown: Sequence[str] = (ANNA,)) -> None:
    await ledger.plans.show("web:1", task.id, digest(people_of(shown)), LIFE)


async def use(ledger: Ledger, task: CallTask, conversation: str = "web:1") -> bool:
    return await ledger.plans.use(conversation, task.id, digest)


async def state(ledger: Ledger, task: CallTask) -> str:
    return (await ledger.tasks.get(task.id)).state


async def test_a_yes_counts_once_and_starts_the_task(ledger: Ledger, task: CallTask) -> None:
    await show(ledger, task)
    assert await use(ledger, task) is True
    assert await state(ledger, task) == TaskState.STARTING
    assert await use(ledger, task) is False
    await ledger.tasks.change(task.id, state=TaskState.FILLING)
    assert await use(ledger, task) is False  # the yes was used up, not only the state


async def test_of_fifty_yes_at_once_one_counts(ledger: Ledger, other: Ledger, task: CallTask) -> None:
    await show(ledger, task)
    assert (await asyncio.gather(*(use(box, task) for box in (ledger, other) for _ in range(25)))).count(True) == 1


async def test_without_a_plan_there_is_no_yes(ledger: Ledger, task: CallTask) -> None:
    assert await use(ledger, task) is False
    assert await state(ledger, task) == TaskState.FILLING


@pytest.mark.parametrize(("seconds", "counts"), [(LIFE - 1, True), (LIFE, False), (LIFE * 10, False)])
async def test_a_plan_expires(ledger: Ledger, task: CallTask, clock: Clock, seconds: float, counts: bool) -> None:
    await show(ledger, task)
    clock.now += seconds
    assert await use(ledger, task) is counts


async def test_a_plan_of_another_list_is_none(ledger: Ledger, task: CallTask) -> None:
    await show(ledger, task, [ANNA, BORIS])
    assert await use(ledger, task) is False
    assert await state(ledger, task) == TaskState.FILLING


async def test_a_list_that_grew_since_is_another_list(ledger: Ledger, task: CallTask) -> None:
    await show(ledger, task)
    await ledger.candidates.collect(task.id, people_of([BORIS]))
    await ledger.candidates.mark(task.id, [BORIS], CandidateState.ADDED)
    assert await use(ledger, task) is False


async def test_while_a_number_is_on_its_way_there_is_no_yes(ledger: Ledger, task: CallTask) -> None:
    await show(ledger, task)
    await ledger.candidates.collect(task.id, people_of([BORIS]))
    assert await ledger.portions.begin(task.id, [BORIS])
    assert await use(ledger, task) is False
    await ledger.candidates.mark(task.id, [BORIS], CandidateState.REFUSED)
    assert await use(ledger, task) is True  # it never got there: the list is the one that was shown


async def test_a_void_plan_is_none(ledger: Ledger, task: CallTask) -> None:
    await show(ledger, task)
    await ledger.plans.void("web:2")
    await ledger.plans.void("web:1")
    assert await use(ledger, task) is False


async def test_another_conversation_cannot_say_yes_nor_void(ledger: Ledger, task: CallTask) -> None:
    await show(ledger, task)
    await ledger.plans.void("web:2")
    assert await use(ledger, task, "web:2") is False
    assert await use(ledger, task) is True


async def test_only_the_plan_shown_last_counts(ledger: Ledger, task: CallTask) -> None:
    await show(ledger, task)
    later = await ledger.tasks.new("web:1", twin_id="t-2", state=TaskState.FILLING)
    await show(ledger, later, [])
    assert await use(ledger, task) is False
    assert await use(ledger, later) is True


async def test_a_lost_race_uses_nothing_up(ledger: Ledger, task: CallTask) -> None:
    await show(ledger, task)
    await ledger.tasks.change(task.id, state=TaskState.DROPPED)
    assert await use(ledger, task) is False
    await ledger.tasks.change(task.id, state=TaskState.FILLING)
    assert await use(ledger, task) is True


async def test_two_conversations_do_not_start_one_task_of_twin_at_once(ledger: Ledger, task: CallTask) -> None:
    same = await ledger.tasks.new("web:2", twin_id="t-1", state=TaskState.FILLING)
    await show(ledger, task)
    await ledger.plans.show("web:2", same.id, digest([]), LIFE)
    assert await use(ledger, task) is True
    assert await use(ledger, same, "web:2") is False
    await ledger.tasks.change(task.id, state=TaskState.ENDED)
    assert await use(ledger, same, "web:2") is True


async def test_a_yes_lives_as_long_as_a_plan(ledger: Ledger, task: CallTask, clock: Clock) -> None:
    assert await ledger.plans.agreed(task.id) is False
    await show(ledger, task)
    assert await ledger.plans.agreed(task.id) is False  # shown is not agreed to
    clock.now += LIFE - 1
    await use(ledger, task)
    clock.now += LIFE - 1
    assert await ledger.plans.agreed(task.id) is True
    clock.now += 1
    assert await ledger.plans.agreed(task.id) is False


@pytest.mark.parametrize(
    ("sent", "taken"), [(-1, False), (0, True), (1, True), (None, False)], ids=["before", "with it", "after", "never"]
)
async def test_a_yes_that_came_in_before_its_plan_was_shown_is_none(
    ledger: Ledger, task: CallTask, clock: Clock, sent: float | None, taken: bool
) -> None:
    shown = clock.now
    if sent is not None:
        clock.now = shown + sent
        await ledger.inbox.claim("web", "yes", WEB_OWNER, "{}")
    clock.now = shown
    await ledger.plans.show("web:1", task.id, digest(people_of([ANNA])), LIFE, 1, "message 1")
    clock.now = shown + 2
    assert await ledger.plans.use("web:1", task.id, digest, 1, "yes") is taken
    assert await state(ledger, task) == (TaskState.STARTING if taken else TaskState.FILLING)


async def test_the_message_that_brought_a_plan_is_no_answer_to_it(ledger: Ledger, task: CallTask) -> None:
    """Said again after a crash: «запусти» has brought the plan, which nobody may have seen."""
    await ledger.inbox.claim("web", "message 1", WEB_OWNER, "{}")
    await ledger.plans.show("web:1", task.id, digest(people_of([ANNA])), LIFE, 1, "message 1")
    assert await ledger.plans.answers("web:1", "message 1")
    assert not await ledger.plans.answers("web:1", "message 2")
    assert await ledger.plans.shown("web:1", "message 1") is None
    assert await ledger.plans.shown("web:1", "message 2") == 1
    assert await ledger.plans.use("web:1", task.id, digest, 1, "message 1") is False
    assert await state(ledger, task) == TaskState.FILLING
    await ledger.inbox.claim("web", "message 2", WEB_OWNER, "{}")
    assert await ledger.plans.use("web:1", task.id, digest, 1, "message 2") is True
    assert not await ledger.plans.answers("web:1", "message 1")
