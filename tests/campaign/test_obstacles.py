"""What forbids a start: said in the plan, at the yes, and right before `play`; and what came between them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from rasa_twin24.campaign.hours import CallHours
from rasa_twin24.campaign.limits import Limits
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.schema import abandoned, people, plans, reservations
from rasa_twin24.ledger.tasks import CallTask, TaskState
from tests.campaign import spoken
from tests.campaign.conftest import ANNA, BORIS, GLEB, ME, SETTINGS, SOMEBODY_ELSE, VERA, Scene

OPERATOR = "telegram:55"
# The clock of the tests shows 13:40 in Moscow.
NIGHT = CallHours(0, 6 * 60, ZoneInfo("Europe/Moscow"))
TIGHT = Limits(task_numbers=3, person_numbers=4, person_tasks=2, day_numbers=5, day_tasks=3)


async def write(scene: Scene, statement: Any) -> list[Any]:
    result = await scene.ledger._store.run(lambda c: (r := c.execute(statement)).returns_rows and r.all())
    return list(result or [])


async def let_in(scene: Scene, role: str = "operator") -> None:
    await write(scene, sa.insert(people).values(id=OPERATOR, role=role, added_by=ME, added_at=0))


async def outcomes(scene: Scene) -> list[str | None]:
    """What became of the confirmations, oldest first."""
    return [row.outcome for row in await write(scene, sa.select(plans).where(plans.c.state == "used"))]


async def reserved(scene: Scene) -> list[tuple[int, str]]:
    return [(row.numbers, row.state) for row in await write(scene, sa.select(reservations))]


async def acts(scene: Scene, act: str) -> list[str]:
    return [entry.outcome for entry in await scene.ledger.audit.since(0) if entry.act == act]


# --- the plan and the yes ---------------------------------------------------------------------------------------


async def test_the_plan_outside_the_hours_says_when_and_takes_no_yes(scene: Scene) -> None:
    night = scene.with_settings(hours=NIGHT)
    await scene.filled(ANNA)
    plan = await night.planned()
    assert plan.obstacle is not None
    spoken.check(plan.obstacle.kind, plan.obstacle.params)
    assert plan.obstacle.kind == "start_calls_outside_hours"
    assert plan.obstacle.params == {"hours": "00:00–06:00", "opens": "11.07 00:00", "zone": "Europe/Moscow"}
    assert (await night.campaign.consent.asked(ME)).yes is False
    assert await night.campaign.consent.confirm(ME) is False
    scene.clock.now += 11 * 3600  # 00:40
    assert (await night.planned()).obstacle is None
    assert await night.campaign.consent.confirm(ME) is True
    assert await night.work() == ["start_calls_done"]


async def test_a_yes_that_comes_after_hours_is_refused_and_audited(scene: Scene) -> None:
    until_two = scene.with_settings(hours=CallHours(9 * 60, 14 * 60, ZoneInfo("Europe/Moscow")), plan_life=3600)
    task = await scene.filled(ANNA)
    await until_two.planned()
    scene.clock.now += 25 * 60
    assert await until_two.campaign.consent.confirm(ME) is False
    assert await acts(scene, Act.CONFIRM_START) == [Result.REFUSED]
    assert await scene.state(task) == TaskState.FILLING
    obstacle = (await until_two.planned()).obstacle
    assert obstacle is not None
    assert obstacle.params["opens"] == "11.07 09:00"


OVER: dict[str, tuple[dict[str, int], str]] = {
    "too many for a task": ({"task_numbers": 1}, "start_calls_limit_task_numbers"),
    "too many for a person": ({"person_numbers": 3}, "start_calls_limit_person_numbers"),
    "never for this person": ({"person_numbers": 1}, "start_calls_limit_person_numbers_never"),
    "too often for a person": ({"person_tasks": 1}, "start_calls_limit_person_tasks"),
    "a person may start nothing": ({"person_tasks": 0}, "start_calls_limit_person_tasks_never"),
    "too many for a day": ({"day_numbers": 3}, "start_calls_limit_day_numbers"),
    "never on a day": ({"day_numbers": 1}, "start_calls_limit_day_numbers_never"),
    "too often for a day": ({"day_tasks": 1}, "start_calls_limit_day_tasks"),
    "nothing may start": ({"day_tasks": 0}, "start_calls_limit_day_tasks_never"),
}


@pytest.mark.parametrize(("changes", "kind"), OVER.values(), ids=OVER)
async def test_each_limit_has_its_phrase_in_the_plan_at_the_yes_and_at_the_gate(
    scene: Scene, changes: dict[str, int], kind: str
) -> None:
    await scene.running(ANNA, BORIS)
    tight = scene.with_settings(limits=replace(Limits(), **changes))
    task = await scene.filled(VERA, GLEB)
    plan = await tight.planned()
    assert plan.obstacle is not None
    assert plan.obstacle.kind == kind
    spoken.check(kind, plan.obstacle.params)
    assert await tight.campaign.consent.confirm(ME) is False
    await scene.planned()  # by looser limits, which were lowered since
    assert await tight.campaign.consent.confirm(ME) is False
    await scene.planned()
    assert await scene.campaign.consent.confirm(ME) is True
    assert await tight.work() == [kind]
    assert await scene.state(task) == TaskState.FILLING
    assert scene.plays == 1
    assert await outcomes(scene) == ["done", "refused"]
    assert await reserved(scene) == [(2, "spent")]


async def test_a_fresh_day_has_room_again(scene: Scene) -> None:
    tight = scene.with_settings(limits=replace(Limits(), person_tasks=1))
    await scene.running(ANNA)
    scene.clock.now += 11 * 3600  # after midnight in Moscow, the same day in UTC
    await tight.filled(BORIS)
    assert (await tight.planned()).obstacle is None
    assert await tight.campaign.consent.confirm(ME)
    assert await tight.work() == ["start_calls_done"]


async def test_an_obstacle_names_figures(scene: Scene) -> None:
    await scene.running(ANNA, BORIS)
    await scene.filled(VERA, GLEB)
    obstacle = (await scene.with_settings(limits=replace(Limits(), person_numbers=3)).planned()).obstacle
    assert obstacle is not None
    assert obstacle.params == {
        "limit": "3", "used": "2", "asked": "2", "opens": "11.07 00:00", "zone": "Europe/Moscow",
    }  # fmt: skip


async def test_two_starts_at_once_near_the_limit_are_one(scene: Scene) -> None:
    tight = scene.with_settings(limits=replace(Limits(), day_numbers=3))
    await scene.agreed(ANNA, BORIS)
    await scene.agreed(VERA, GLEB, conversation=SOMEBODY_ELSE)
    other = tight.restarted()
    told = await asyncio.gather(tight.work(ME), other.work(SOMEBODY_ELSE))
    assert sorted(kind for kinds in told for kind in kinds) == ["start_calls_done", "start_calls_limit_day_numbers"]
    assert scene.plays == 1
    assert sorted(str(outcome) for outcome in await outcomes(scene)) == ["done", "refused"]


# --- between the yes and `play` ---------------------------------------------------------------------------------


async def stop(scene: Scene, _task: CallTask) -> None:
    await scene.campaign.emergency_stop(ME)


async def spoil(scene: Scene, task: CallTask) -> None:
    await scene.ledger.tasks.change(task.id, spoiled=True)


async def abandon(scene: Scene, task: CallTask) -> None:
    await write(scene, sa.insert(abandoned).values(twin_id=task.twin_id, reason="duplicate", at=0))


async def remove(scene: Scene, _task: CallTask) -> None:
    await write(scene, sa.delete(people))


async def lower(scene: Scene, _task: CallTask) -> None:
    await write(scene, sa.update(people).values(role="viewer"))


Change = Callable[[Scene, CallTask], Awaitable[None]]
BETWEEN: dict[str, tuple[Change, str]] = {
    "a stop": (stop, "start_calls_stopped"),
    "a spoiled task": (spoil, "start_calls_spoiled"),
    "a duplicate": (abandon, "start_calls_spoiled"),
    "the person was removed": (remove, "start_calls_no_right"),
    "the person may only read now": (lower, "start_calls_no_right"),
}


@pytest.mark.parametrize(("change", "kind"), BETWEEN.values(), ids=BETWEEN)
async def test_what_came_between_the_yes_and_play_dials_nobody(scene: Scene, change: Change, kind: str) -> None:
    await let_in(scene)
    task = await scene.agreed(ANNA, conversation=OPERATOR)
    await change(scene, task)
    assert await scene.work(OPERATOR) == [kind]
    assert scene.plays == 0
    assert await scene.state(task) == TaskState.FILLING
    assert await scene.step(OPERATOR) == Step.START
    assert await outcomes(scene) == ["refused"]
    assert await reserved(scene) == []
    assert await acts(scene, Act.START_CALLS) == [Result.REFUSED]
    assert await scene.work(OPERATOR) == []


@pytest.mark.parametrize(("change", "kind"), BETWEEN.values(), ids=BETWEEN)
async def test_and_while_twin_was_waited_for(scene: Scene, change: Change, kind: str) -> None:
    """The gate is the last thing before `play`: what comes in the seconds before it counts as well."""
    await let_in(scene)
    task = await scene.agreed(ANNA, conversation=OPERATOR)

    async def meanwhile(seconds: float) -> None:
        await change(scene, task)
        await scene.clock.pause(seconds)

    scene.trouble("read", body=b'{"status": "BLANK"}')
    assert await scene.with_sleep(meanwhile).work(OPERATOR) == [kind]
    assert scene.plays == 0


async def test_hours_that_end_while_twin_gets_ready(scene: Scene) -> None:
    until = scene.with_settings(hours=CallHours(9 * 60, 13 * 60 + 41, ZoneInfo("Europe/Moscow")), ready_deadline=600)
    await scene.agreed(ANNA)
    scene.trouble("read", body=b'{"status": "BLANK"}')

    async def long(_seconds: float) -> None:
        scene.clock.now += 90

    slow = replace(until.desk, sleep=long)
    assert await Scene.of(scene.clock, scene.sandbox, slow, scene.url).work() == ["start_calls_outside_hours"]
    assert scene.plays == 0


# --- how a confirmation ends ------------------------------------------------------------------------------------

ENDINGS: dict[str, tuple[str, dict[str, Any], str, list[tuple[int, str]]]] = {
    "started": ("play", {"delay": 0.001}, "done", [(1, "spent")]),
    "answer lost": ("play", {"drop": "after"}, "done", [(1, "spent")]),
    "never arrived": ("play", {"drop": "before"}, "not_started", [(1, "released")]),
    "refused by TWIN": ("play", {"status": 422}, "not_started", [(1, "released")]),
    "no money": ("play", {"status": 402}, "not_started", [(1, "released")]),
    "not there": ("read", {"status": 404}, "not_started", []),
    "more in it": ("read", {"body": b'{"status": "READY", "candidateCount": 2}'}, "refused", []),
    "runs already": ("read", {"body": b'{"status": "PROCESS"}'}, "refused", []),
}


@pytest.mark.parametrize(("endpoint", "fault", "ending", "kept"), ENDINGS.values(), ids=ENDINGS)
async def test_every_confirmation_ends_once(
    scene: Scene, endpoint: Any, fault: dict[str, Any], ending: str, kept: list[tuple[int, str]]
) -> None:
    await scene.agreed(ANNA)
    scene.trouble(endpoint, **fault)
    assert len(await scene.work()) == 1
    after = scene.restarted()
    await after.campaign.recover()
    await after.campaign.close()
    assert await outcomes(scene) == [ending]
    assert await reserved(scene) == kept
    assert len(await acts(scene, Act.START_CALLS)) == 1


async def test_an_unclear_start_stays_spent(scene: Scene) -> None:
    await scene.agreed(ANNA)
    scene.sandbox.fail_next("play", drop="before")
    scene.sandbox.fail_next("read", delay=0.001)
    scene.sandbox.fail_next("read", status=403, times=3)
    assert await scene.work() == ["start_calls_unclear"]
    assert (await outcomes(scene), await reserved(scene)) == (["unclear"], [(1, "spent")])


async def test_an_accepted_play_that_shows_nothing_running_is_unclear(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    scene.sandbox.fail_next("read", delay=0.001)
    scene.trouble("read", body=b'{"status": "READY"}', times=1 + len(SETTINGS.verify_after))
    assert await scene.work() == ["start_calls_unclear"]
    assert scene.plays == 1
    assert await scene.state(task) == TaskState.RUNNING


async def test_an_accepted_play_that_shows_late_is_done(scene: Scene) -> None:
    await scene.agreed(ANNA)
    scene.sandbox.fail_next("read", delay=0.001)
    scene.trouble("read", body=b'{"status": "READY"}', times=2)
    assert await scene.work() == ["start_calls_done"]


# --- what TWIN has and the plan did not -------------------------------------------------------------------------


async def test_fewer_candidates_than_agreed_to_are_waited_for_and_then_shown(scene: Scene) -> None:
    task = await scene.agreed(ANNA, BORIS)
    lost = scene.at_twin(task).candidates.pop()
    assert await scene.work() == ["start_calls_plan_old"]
    assert sum(scene.clock.paused) >= SETTINGS.ready_deadline  # TWIN may show what was added a moment late
    plan = await scene.planned()
    assert (plan.added, plan.before, plan.total) == (2, -1, 1)
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["start_calls_done"]
    assert lost not in scene.at_twin(task).candidates


async def test_fewer_for_a_moment_are_the_same(scene: Scene) -> None:
    await scene.agreed(ANNA, BORIS)
    scene.trouble("read", body=b'{"status": "READY", "candidateCount": 1}')
    assert await scene.work() == ["start_calls_done"]


async def test_a_count_that_only_the_list_has_is_read_there(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    scene.at_twin(task).candidates.append(scene.at_twin(task).candidates[0]._replace(external_id="by hand"))
    scene.trouble("read", body=b'{"status": "READY"}')
    assert await scene.work() == ["start_calls_plan_old"]
    assert (await scene.planned()).before == 1


async def test_a_count_that_nobody_tells_hinders_nothing(scene: Scene) -> None:
    await scene.agreed(ANNA)
    scene.trouble("read", body=b'{"status": "READY"}')
    scene.trouble("list", status=403)
    assert await scene.work() == ["start_calls_done"]


# --- many candidates --------------------------------------------------------------------------------------------


async def test_many_candidates_want_their_number(scene: Scene) -> None:
    many = scene.with_settings(count_from=1)
    await scene.filled(ANNA, BORIS)
    assert (await many.planned()).type_count is True
    assert (await many.campaign.consent.asked(ME)).count == 2
    assert await many.campaign.consent.confirm(ME) is False
    assert await many.campaign.consent.confirm(ME, 3) is False
    assert await many.campaign.consent.confirm(ME, 2) is True
    assert await many.work() == ["start_calls_done"]


async def test_few_candidates_want_a_yes(scene: Scene) -> None:
    few = scene.with_settings(count_from=2)
    await scene.filled(ANNA, BORIS)
    assert (await few.planned()).type_count is False
    asked = await few.campaign.consent.asked(ME)
    assert (asked.yes, asked.count) == (True, None)
    assert await few.campaign.consent.confirm(ME) is True


async def test_nothing_is_asked_before_a_plan_and_after_its_end(scene: Scene) -> None:
    await scene.filled(ANNA)
    assert (await scene.campaign.consent.asked(ME)).yes is False
    await scene.planned()
    scene.clock.now += SETTINGS.plan_life
    assert (await scene.campaign.consent.asked(ME)).yes is False


# --- what the tasks tell TWIN -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (SETTINGS.hours, (False, 0, 86_399)),
        (CallHours(9 * 60, 21 * 60, ZoneInfo("Europe/Moscow")), (True, 32_400, 75_600)),
    ],
    ids=["round the clock, as in TWIN's guide", "restricted"],
)
async def test_the_window_goes_to_twin_and_into_the_plan(
    scene: Scene, hours: CallHours, told: tuple[bool, int, int]
) -> None:
    with_hours = scene.with_settings(hours=hours)
    await with_hours.filled(ANNA)
    [body] = [seen.json for seen in scene.sandbox.requests if seen.method == "POST" and seen.path.endswith("autoCall")]
    assert isinstance(body, dict)
    options = body["additionalOptions"]
    assert (options["useTr"], options["allowCallTimeFrom"], options["allowCallTimeTo"]) == told
    assert (await with_hours.planned()).hours == hours.text


async def test_the_hours_of_a_task_made_elsewhere_are_not_claimed(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    await scene.ledger.tasks.change(task.id, ours=False)
    assert (await scene.planned()).hours is None


async def test_used_today(scene: Scene) -> None:
    await scene.running(ANNA, BORIS)
    day, used = await scene.campaign.used_today(ME)
    assert (day, used.person_numbers, used.person_tasks, used.numbers, used.tasks) == ("2026-07-10", 2, 1, 2, 1)
    assert await scene.ledger.people.role(ME) is Role.OWNER
