"""Lists that were read: each is decided once, and its people go to the list exactly once."""

from __future__ import annotations

import asyncio
import json

import pytest

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.imports import Import, ImportState, Left, Purpose, Read, packed_people
from rasa_twin24.ledger.tasks import CallTask, TaskState

ANNA, BORIS, VERA, GLEB = "+79161234501", "+79161234502", "+79161234503", "+79161234504"
ME, OTHER = "web:1", "web:2"


@pytest.fixture
async def task(ledger: Ledger) -> CallTask:
    return await ledger.tasks.new(ME, twin_id="t-1", state=TaskState.FILLING)


@pytest.fixture
async def ready(ledger: Ledger, task: CallTask) -> Import:
    begun = await ledger.imports.begin(ME, "file", "список.csv", Purpose.CANDIDATES)
    people = [Read((GLEB,)), Read((ANNA,), {"имя": "Анна"}), Read((BORIS,))]
    await ledger.imports.put(begun.id, 0, packed_people(people), out=[0], elsewhere=[2])
    await ledger.imports.put(begun.id, 1, packed_people([Read((VERA,))]))
    await ledger.imports.move(begun.id, [ImportState.READING], ImportState.READY, report={"good": 3})
    return await ledger.imports.get(begun.id)


async def take(ledger: Ledger, found: Import, task: CallTask, *, only_new: bool = False) -> bool:
    return await ledger.imports.move(
        found.id, [ImportState.READY], ImportState.TAKEN, task_id=task.id, only_new=only_new
    )


async def pour_all(ledger: Ledger, found: Import) -> int:
    chunks = 0
    while await ledger.imports.pour_chunk(found.id):
        chunks += 1
    return chunks


@pytest.mark.parametrize(("only_new", "expected"), [(False, [ANNA, BORIS, VERA]), (True, [ANNA, VERA])])
async def test_its_people_go_to_the_list_once(
    ledger: Ledger, task: CallTask, ready: Import, only_new: bool, expected: list[str]
) -> None:
    assert await take(ledger, ready, task, only_new=only_new)
    assert not await take(ledger, ready, task)
    assert await pour_all(ledger, ready) == 2
    assert await pour_all(ledger, ready) == 0
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == expected
    assert (await ledger.candidates.people(task.id, CandidateState.PENDING))[0].variables == {"имя": "Анна"}


async def test_nothing_is_poured_before_it_is_taken_or_after_it_is_cancelled(
    ledger: Ledger, task: CallTask, ready: Import
) -> None:
    assert await pour_all(ledger, ready) == 0
    await take(ledger, ready, task)
    assert await ledger.imports.cancel_of(task.id) == 1
    assert await pour_all(ledger, ready) == 0
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == []
    assert await ledger.imports.first_chunk(ready.id) is None


async def test_two_processes_pour_each_chunk_once(ledger: Ledger, other: Ledger, task: CallTask, ready: Import) -> None:
    await take(ledger, ready, task)
    poured = await asyncio.gather(*(box.imports.pour_chunk(ready.id) for box in (ledger, other) for _ in range(3)))
    assert sum(poured) == 2
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == [ANNA, BORIS, VERA]


async def test_read_again_a_chunk_replaces_what_was_kept(ledger: Ledger, ready: Import) -> None:
    await ledger.imports.put(ready.id, 0, packed_people([Read((VERA,))]))
    first = await ledger.imports.first_chunk(ready.id)
    assert first is not None
    assert (first[0], [one.phones for one in first[1]]) == (0, [(VERA,)])


async def test_what_is_left_out_comes_back_as_it_was(ledger: Ledger, ready: Import) -> None:
    assert await ledger.imports.left(ready.id) == []
    left = [Left(5, "8 916 «x»", "too_short"), Left(7, ANNA, "duplicate", 2)]
    rows = [[5, "8 916 «x»", "too_short", None], [7, ANNA, "duplicate", 2]]
    await ledger.imports.put_left(ready.id, json.dumps(rows).encode())
    assert await ledger.imports.left(ready.id) == left
    assert ANNA not in repr(left)


async def test_it_follows_to_another_task(ledger: Ledger, task: CallTask, ready: Import) -> None:
    nameless = await ledger.tasks.new(ME)
    await take(ledger, ready, nameless)
    await ledger.imports.follow(nameless.id, task.id)
    assert await ledger.imports.in_state(ImportState.TAKEN, nameless.id) == []
    assert [one.id for one in await ledger.imports.in_state(ImportState.TAKEN, task.id)] == [ready.id]


async def test_whoever_waits_is_found_in_their_own_conversation(ledger: Ledger, ready: Import) -> None:
    assert await ledger.imports.waiting(OTHER, [Purpose.CANDIDATES]) is None
    assert await ledger.imports.of(OTHER, ready.id) is None
    assert await ledger.imports.waiting(ME, [Purpose.DO_NOT_CALL]) is None
    found = await ledger.imports.waiting(ME, [Purpose.CANDIDATES])
    assert found is not None
    assert (found.id, found.report) == (ready.id, {"good": 3})


async def test_of_doubtful_numbers_only_the_newest_are_asked_about(ledger: Ledger, ready: Import) -> None:
    await ledger.imports.ask_about(ME, [Read((ANNA,))], {"good": 1})
    first = await ledger.imports.waiting(ME, [Purpose.DOUBTFUL])
    await ledger.imports.ask_about(ME, [Read((BORIS,)), Read((VERA,))], {"good": 2})
    second = await ledger.imports.waiting(ME, [Purpose.DOUBTFUL])
    assert first is not None
    assert second is not None
    assert (second.id > first.id, second.report["good"]) == (True, 2)
    assert (await ledger.imports.get(first.id)).state == ImportState.CANCELLED
    assert await ledger.imports.first_chunk(first.id) is None
    assert (await ledger.imports.get(ready.id)).state == ImportState.READY


async def test_an_own_contact_and_doubtful_numbers_are_asked_about_side_by_side(ledger: Ledger, ready: Import) -> None:
    await ledger.imports.ask_about(ME, [Read((ANNA,))], {"good": 1})
    first = await ledger.imports.ask_about(ME, [Read((BORIS,))], {"good": 1}, Purpose.OWN_CONTACT)
    second = await ledger.imports.ask_about(ME, [Read((VERA,), {"Имя": "Вера"})], {"good": 1}, Purpose.OWN_CONTACT)
    assert (await ledger.imports.get(first.id)).state == ImportState.CANCELLED
    assert await ledger.imports.waiting(ME, [Purpose.OWN_CONTACT]) == second
    assert await ledger.imports.first_chunk(second.id) == (0, [Read((VERA,), {"Имя": "Вера"})])
    assert await ledger.imports.waiting(ME, [Purpose.DOUBTFUL]) is not None


async def test_the_doubtful_rows_of_a_list_are_kept_beside_it_once(ledger: Ledger, ready: Import) -> None:
    rows = await ledger.imports.beside(ready)
    assert await ledger.imports.beside(ready) == rows
    kept = await ledger.imports.of(ME, rows)
    assert kept is not None
    assert (kept.purpose, kept.state) == (Purpose.DOUBTFUL_ROWS, ImportState.READY)
    other = await ledger.imports.begin(ME, "another", "b.csv", Purpose.CANDIDATES)
    assert await ledger.imports.beside(other) != rows
    waiting = await ledger.imports.waiting(ME, [Purpose.CANDIDATES, Purpose.DO_NOT_CALL])
    assert waiting is not None
    assert waiting.id == ready.id  # rows that nobody asked about are no list that waits
    assert [one.id for one in await ledger.imports.in_state(ImportState.READING)] == [other.id]


async def test_old_lists_and_those_of_the_forgotten_are_deleted(ledger: Ledger, ready: Import) -> None:
    await ledger.forgetting.ask(ME, ME)
    [request] = await ledger.forgetting.waiting()
    await ledger.forgetting.clear(request.id)
    assert await ledger.imports.of(ME, ready.id) is None
    kept = await ledger.imports.begin(OTHER, "file", "a", Purpose.CANDIDATES)
    await ledger.imports.put(kept.id, 0, packed_people([Read((ANNA,))]))
    await ledger.forgetting.drop_older(3600)
    assert await ledger.imports.of(OTHER, kept.id) is not None
    await ledger.forgetting.drop_older(-1)
    assert await ledger.imports.of(OTHER, kept.id) is None
    assert await ledger.imports.first_chunk(kept.id) is None
