"""Who is on a task's list: people with several numbers, what is known of them, and how they leave it."""

from __future__ import annotations

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.candidates import CandidateState, Collected, Person, people_of
from rasa_twin24.ledger.portions import PortionState
from rasa_twin24.ledger.tasks import CallTask, TaskState
from tests.ledger.conftest import Clock

ANNA, BORIS, VERA = "+79161234501", "+79161234502", "+79161234503"
DAY = 24 * 3600.0


@pytest.fixture
async def task(ledger: Ledger) -> CallTask:
    return await ledger.tasks.new("web:1", twin_id="t-1", state=TaskState.FILLING)


async def test_a_person_comes_back_with_all_numbers_and_variables(ledger: Ledger, task: CallTask) -> None:
    people = [Person((ANNA, BORIS), {"имя": "Анна «А»", "город": ""}), Person((VERA,))]
    assert await ledger.candidates.collect(task.id, people) == Collected((ANNA, VERA), ())
    assert await ledger.candidates.people(task.id, CandidateState.PENDING) == people
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == [ANNA, VERA]
    assert await ledger.candidates.count(task.id, CandidateState.PENDING) == 2
    assert await ledger.candidates.numbers(task.id, CandidateState.PENDING) == 3
    assert ANNA not in repr(people)


# Who is on the list → who comes, by any of their numbers → whether they are there already.
@pytest.mark.parametrize(
    ("first", "second", "already"),
    [
        ((ANNA,), (ANNA,), True),
        ((ANNA, BORIS), (BORIS,), True),
        ((ANNA,), (BORIS, ANNA), True),
        ((ANNA, BORIS), (VERA, BORIS), True),
        ((ANNA, BORIS), (VERA,), False),
    ],
)
async def test_any_number_makes_the_same_person(
    ledger: Ledger, task: CallTask, first: tuple[str, ...], second: tuple[str, ...], already: bool
) -> None:
    await ledger.candidates.collect(task.id, [Person(first)])
    collected = await ledger.candidates.collect(task.id, [Person(second)])
    assert collected == (Collected((), (second[0],)) if already else Collected((second[0],), ()))


async def test_who_was_refused_may_come_again_with_what_is_known_now(ledger: Ledger, task: CallTask) -> None:
    await ledger.candidates.collect(task.id, people_of([ANNA]))
    await ledger.candidates.mark(task.id, [ANNA], CandidateState.REFUSED)
    again = Person((ANNA, BORIS), {"имя": "Анна"})
    await ledger.candidates.collect(task.id, [again])
    assert await ledger.candidates.people(task.id, CandidateState.PENDING) == [again]


async def test_more_people_than_one_query_holds(ledger: Ledger, task: CallTask) -> None:
    many = [f"+7916{number:07d}" for number in range(1_300)]
    assert len((await ledger.candidates.collect(task.id, people_of(many))).new) == 1_300
    assert len((await ledger.candidates.collect(task.id, people_of(many))).already) == 1_300
    await ledger.candidates.mark(task.id, many, CandidateState.ADDED)
    assert await ledger.candidates.count(task.id, CandidateState.ADDED) == 1_300


async def test_who_is_here_and_who_is_elsewhere(ledger: Ledger, task: CallTask, clock: Clock) -> None:
    other = await ledger.tasks.new("web:2", twin_id="t-2", state=TaskState.FILLING)
    await ledger.candidates.collect(task.id, people_of([ANNA]))
    await ledger.candidates.collect(other.id, [Person((VERA, BORIS))])
    since = clock.now - DAY
    asked = [ANNA, BORIS, VERA, "+79161234599"]
    assert await ledger.candidates.known(task.id, asked, since) == ({ANNA}, set())  # not at TWIN yet
    assert await ledger.candidates.further(task.id, since) == (set(), set())
    await ledger.candidates.mark(other.id, [VERA], CandidateState.ADDED)
    assert await ledger.candidates.known(task.id, asked, since) == ({ANNA}, {VERA})
    assert await ledger.candidates.further(task.id, since) == (set(), {BORIS})
    assert await ledger.candidates.known(None, asked, since) == (set(), {VERA})
    assert await ledger.candidates.further(None, since) == (set(), {BORIS})
    assert await ledger.candidates.known(other.id, asked, since) == ({VERA}, set())
    assert await ledger.candidates.further(other.id, since) == ({BORIS}, set())
    since = clock.now + DAY
    assert await ledger.candidates.known(task.id, asked, since) == ({ANNA}, set())
    assert await ledger.candidates.further(task.id, since) == (set(), set())


async def test_only_who_waits_can_be_dropped_and_is_sent(ledger: Ledger, task: CallTask) -> None:
    await ledger.candidates.collect(task.id, people_of([ANNA, BORIS, VERA]))
    first = await ledger.portions.begin(task.id, [ANNA])
    assert first is not None
    assert [person.phone for person in first.people] == [ANNA]
    assert await ledger.candidates.drop_pending(task.id) == 2
    assert await ledger.portions.begin(task.id, [BORIS, VERA]) is None
    await ledger.portions.end(first, PortionState.ADDED, CandidateState.ADDED)
    assert await ledger.candidates.people(task.id, CandidateState.ADDED) == people_of([ANNA])


async def test_a_portion_holds_only_those_who_still_wait(ledger: Ledger, task: CallTask) -> None:
    await ledger.candidates.collect(task.id, people_of([ANNA, BORIS]))
    await ledger.candidates.mark(task.id, [ANNA], CandidateState.ADDED)
    portion = await ledger.portions.begin(task.id, [ANNA, BORIS])
    assert portion is not None
    assert (portion.size, [person.phone for person in portion.people]) == (1, [BORIS])
    assert BORIS not in repr(portion)
