"""Deleting by age and on demand: all of it goes, nothing that is under way does, and the audit stays."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import CandidateState, people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.forgetting import UNDER_WAY
from rasa_twin24.ledger.schema import metadata
from rasa_twin24.ledger.tasks import CallTask, TaskState
from tests.ledger.conftest import Clock

ME, OTHER = "telegram:5", "telegram:6"
PHONE = "+79161234567"
DAY = 24 * 3600.0
KEEP = 30 * DAY


async def count(ledger: Ledger, table: str) -> int:
    return int(
        await ledger._store.run(lambda c: c.scalar(sa.select(sa.func.count()).select_from(metadata.tables[table])) or 0)
    )


async def insert(ledger: Ledger, table: str, **row: Any) -> None:
    await ledger._store.run(lambda c: c.execute(sa.insert(metadata.tables[table]).values(**row)))


async def a_task(ledger: Ledger, conversation: str = ME, state: str = TaskState.ENDED, **values: Any) -> CallTask:
    twin_id = f"t-{conversation}"  # in a task of TWIN's that they share, one number is on one list
    task = await ledger.tasks.new(conversation, name="Акция", state=state, twin_id=twin_id, **values)
    await ledger.candidates.collect(task.id, people_of([PHONE]))
    await ledger.plans.show(conversation, task.id, "d", 900)
    await insert(ledger, "portions", task_id=task.id, twin_id=twin_id, size=1, state="added", sent_at=ledger.now())
    return task


async def everything_of(ledger: Ledger, conversation: str) -> None:
    """A row in every section that knows a conversation."""
    await a_task(ledger, conversation)
    await ledger.conversations.turn_to(conversation, None, None)
    await ledger.transcript.add(conversation, "person", f"позвони {PHONE}")
    await ledger.notices.add(conversation, "finished")
    await ledger.buttons.offer(conversation, [("Да", "/affirm")])
    await ledger.files.add(conversation, "a.csv", b"a")
    now = ledger.now()
    await insert(ledger, "access_requests", person=conversation, name="Анна", asked_at=now)
    await insert(ledger, "invite_tries", person=conversation, at=now)
    await insert(
        ledger,
        "invites",
        code_hash=conversation,
        role="viewer",
        made_by="web:owner",
        made_at=now,
        expires_at=now + 1,
        used_by=conversation,
        used_at=now,
    )
    await ledger.audit.add(conversation, Act.CREATE_TASK, Result.DONE, name="Акция")


SECTIONS = (
    "tasks",
    "candidates",
    "plans",
    "portions",
    "conversations",
    "transcript",
    "notices",
    "buttons",
    "files",
    "access_requests",
    "invite_tries",
    "invites",
)


# --- on demand --------------------------------------------------------------------------------------------------


async def test_all_of_one_conversation_goes_and_nothing_of_another(ledger: Ledger) -> None:
    await everything_of(ledger, ME)
    await everything_of(ledger, OTHER)
    assert await ledger.forgetting.ask(ME, "web:owner") == []
    (request,) = await ledger.forgetting.waiting()
    assert (request.conversation, request.cleared) == (ME, False)
    assert await ledger.forgetting.clear(request.id)
    assert {table: await count(ledger, table) for table in SECTIONS} == dict.fromkeys(SECTIONS, 1)
    assert await ledger.forgetting.waiting() == []
    entries = await ledger.audit.since(0)
    assert [(entry.person, entry.act) for entry in entries] == [
        (ME, Act.CREATE_TASK),
        (OTHER, Act.CREATE_TASK),
        ("web:owner", Act.FORGET_PERSON),
    ]
    assert entries[-1].detail == {"whose": ME}


@pytest.mark.parametrize("state", UNDER_WAY)
async def test_a_task_under_way_is_named_and_goes_when_it_ends(ledger: Ledger, state: str) -> None:
    task = await a_task(ledger, state=state)
    await ledger.transcript.add(ME, "person", "привет")
    assert await ledger.forgetting.ask(ME, ME) == ["Акция"]
    (request,) = await ledger.forgetting.waiting()
    assert not await ledger.forgetting.clear(request.id)
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == [PHONE]
    assert await count(ledger, "transcript") == 0
    (request,) = await ledger.forgetting.waiting()
    assert request.cleared
    await ledger.tasks.move(task.id, [state], TaskState.ENDED)
    assert await ledger.forgetting.clear(request.id)
    assert await count(ledger, "tasks") == await count(ledger, "candidates") == 0


async def test_what_came_after_the_asking_stays(ledger: Ledger, clock: Clock) -> None:
    await a_task(ledger)
    await ledger.forgetting.ask(ME, ME)
    clock.now += 0.5
    await ledger.transcript.add(ME, "bot", "удаляю")
    later = await a_task(ledger, state=TaskState.FILLING)
    await ledger.conversations.turn_to(ME, later.id, Step.MORE)
    (request,) = await ledger.forgetting.waiting()
    assert await ledger.forgetting.clear(request.id)
    assert await count(ledger, "transcript") == 1
    assert (await ledger.tasks.talked_about(ME))[0] == later


async def test_a_task_that_a_process_works_on_is_left_to_it(ledger: Ledger, clock: Clock) -> None:
    task = await a_task(ledger, state=TaskState.DROPPED)
    await ledger.tasks.change(task.id, lease_owner="p", lease_until=clock.now + 10)
    await ledger.forgetting.ask(ME, ME)
    (request,) = await ledger.forgetting.waiting()
    assert not await ledger.forgetting.clear(request.id)
    clock.now += 11
    assert await ledger.forgetting.clear(request.id)


async def test_a_task_that_must_not_be_played_is_remembered_by_its_id_alone(ledger: Ledger) -> None:
    task = await a_task(ledger, state=TaskState.DROPPED)
    await ledger.tasks.change(task.id, spoiled=True)
    await ledger.forgetting.ask(ME, ME)
    (request,) = await ledger.forgetting.waiting()
    assert await ledger.forgetting.clear(request.id)
    assert await count(ledger, "tasks") == 0
    assert await count(ledger, "abandoned") == 1


async def test_the_days_limits_are_not_forgotten(ledger: Ledger) -> None:
    task = await a_task(ledger)
    row = {"task_id": task.id, "person": ME, "numbers": 1, "day": "2026-07-10", "at": ledger.now(), "state": "spent"}
    await insert(ledger, "reservations", **row)
    await ledger.forgetting.ask(ME, ME)
    (request,) = await ledger.forgetting.waiting()
    await ledger.forgetting.clear(request.id)
    assert await count(ledger, "reservations") == 1


# --- by age -----------------------------------------------------------------------------------------------------


async def test_all_that_is_old_goes_but_the_audit(ledger: Ledger, clock: Clock) -> None:
    await everything_of(ledger, ME)
    (notice,) = await ledger.notices.waiting()
    await ledger.notices.told(notice.id)
    clock.now += KEEP - 1
    await ledger.forgetting.drop_older(KEEP)
    kept = {table: await count(ledger, table) for table in SECTIONS}
    assert kept == {**dict.fromkeys(SECTIONS, 1), "files": 0}
    clock.now += 2
    await ledger.forgetting.drop_older(KEEP)
    assert {table: await count(ledger, table) for table in SECTIONS} == dict.fromkeys(SECTIONS, 0)
    assert await count(ledger, "audit") == 1


@pytest.mark.parametrize("state", [*UNDER_WAY, TaskState.FILLING])
async def test_an_old_task_under_way_or_talked_about_is_kept(ledger: Ledger, clock: Clock, state: str) -> None:
    task = await a_task(ledger, state=state)
    clock.now += KEEP + 1
    if state == TaskState.FILLING:
        await ledger.conversations.turn_to(ME, task.id, Step.MORE)
    await ledger.forgetting.drop_older(KEEP)
    assert await ledger.candidates.phones(task.id, CandidateState.PENDING) == [PHONE]


async def test_a_draft_nobody_came_back_to_goes(ledger: Ledger, clock: Clock) -> None:
    task = await a_task(ledger, state=TaskState.FILLING)
    await ledger.conversations.turn_to(ME, task.id, Step.START)
    clock.now += KEEP + 1
    await ledger.forgetting.drop_older(KEEP)
    assert await count(ledger, "tasks") == 0
    assert await ledger.tasks.talked_about(ME) == (None, None)


async def test_an_old_task_with_a_new_number_or_a_late_end_is_kept(ledger: Ledger, clock: Clock) -> None:
    grown = await a_task(ledger, state=TaskState.DROPPED)
    ended = await a_task(ledger, OTHER)
    clock.now += KEEP + 1
    await ledger.candidates.collect(grown.id, people_of(["+79161234568"]))
    await ledger.tasks.change(ended.id, ended_at=clock.now)
    await ledger.forgetting.drop_older(KEEP)
    assert await count(ledger, "tasks") == 2


async def test_news_for_somebody_who_is_gone_waits_for_them(ledger: Ledger, clock: Clock) -> None:
    await ledger.notices.add(ME, "finished")
    await ledger.conversations.gone(ME)
    clock.now += KEEP + 1
    await ledger.forgetting.drop_older(KEEP)
    assert len(await ledger.notices.waiting()) == 1
    assert (await ledger.conversations.get(ME)).gone_at is not None
