"""Emergency stop: in force at once, and then everything that this bot has started is paused, come what may."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from rasa_twin24.ledger.schema import people
from rasa_twin24.ledger.tasks import TaskState
from tests.campaign import spoken
from tests.campaign.conftest import ANNA, BORIS, ME, NO_ANSWER, SOMEBODY_ELSE, VERA, Scene
from tests.waiting import until

ANSWERED = pytest.mark.parametrize("fault", [{}, {"drop": "after"}, NO_ANSWER], ids=["slow", "lost", "no answer"])

OPERATOR = "telegram:55"


async def stopped(scene: Scene) -> dict[str, str]:
    """Stop everything as the owner; the report, by the phrases' names."""
    outcomes = await scene.campaign.pause_all(ME, await scene.campaign.emergency_stop(ME))
    assert outcomes is not None
    for outcome in outcomes:
        spoken.check(outcome.kind, outcome.params)
    return {outcome.kind: outcome.params.get("tasks", "") for outcome in outcomes}


async def runs(scene: Scene, *phones: str, conversation: str = ME) -> Any:
    task = await scene.agreed(*phones, conversation=conversation)
    assert await scene.work(conversation) == ["start_calls_done"]
    return task


async def recovered(scene: Scene) -> None:
    again = scene.restarted()
    await again.campaign.recover()
    await again.campaign.close()


async def test_whatever_runs_is_paused_and_everybody_hears_of_it(scene: Scene) -> None:
    mine, theirs = await runs(scene, ANNA), await runs(scene, BORIS, conversation=SOMEBODY_ELSE)
    report = await stopped(scene)
    assert list(report) == ["emergency_stop_paused"]
    assert [task.twin_id in report["emergency_stop_paused"] for task in (mine, theirs)] == [True, True]
    assert [scene.at_twin(task).status for task in (mine, theirs)] == ["PAUSED", "PAUSED"]
    assert await scene.notices(SOMEBODY_ELSE) == ["emergency_stop_yours"]
    scene.clock.now += 100
    await scene.watch.look()
    assert await scene.notices() == []  # what the stop has paused is no news of TWIN's


async def test_with_nothing_running_it_says_so_and_is_in_force(scene: Scene) -> None:
    await scene.filled(ANNA)
    await scene.planned()
    assert list(await stopped(scene)) == ["emergency_stop_nothing_ran"]
    assert await scene.campaign.consent.confirm(ME) is False
    obstacle = (await scene.planned()).obstacle
    assert obstacle is not None
    assert (obstacle.kind, obstacle.params["person"]) == ("start_calls_stopped_by", ME)


async def test_a_stop_said_again_is_answered_again(scene: Scene) -> None:
    task = await runs(scene, ANNA)
    scene.trouble("pause", status=403)
    assert list(await stopped(scene)) == ["emergency_stop_not_paused"]
    scene.trouble("pause", status=403)
    assert list(await stopped(scene)) == ["emergency_stop_not_paused"]
    assert list(await stopped(scene)) == ["emergency_stop_paused"]
    assert list(await stopped(scene)) == ["emergency_stop_nothing_ran"]
    assert scene.at_twin(task).status == "PAUSED"


async def test_others_do_not_hear_whose_stop_it_is(scene: Scene) -> None:
    await scene.ledger._store.run(
        lambda c: c.execute(sa.insert(people).values(id=OPERATOR, role="operator", added_by=ME, added_at=0))
    )
    await scene.filled(ANNA, conversation=OPERATOR)
    await stopped(scene)
    obstacle = (await scene.planned(OPERATOR)).obstacle
    assert obstacle is not None
    assert obstacle.kind == "start_calls_stopped"
    assert ME not in str(obstacle.params)


FAILURES: dict[str, dict[str, Any]] = {
    "refused": {"status": 403},
    "out of order": {"status": 503},
    "dropped": {"drop": "before"},
    "no such task": {"status": 404},
}


@pytest.mark.parametrize("fault", FAILURES.values(), ids=FAILURES)
async def test_a_failure_is_named_and_the_others_are_paused(scene: Scene, fault: dict[str, Any]) -> None:
    first, second = await runs(scene, ANNA), await runs(scene, BORIS)
    scene.trouble("pause", **fault, times=5 if fault == {"drop": "before"} or fault.get("status") == 503 else 1)
    report = await stopped(scene)
    assert first.twin_id in report["emergency_stop_not_paused"]
    scene.sandbox.mend()
    await recovered(scene)
    assert [scene.at_twin(task).status for task in (first, second)] == ["PAUSED", "PAUSED"]
    assert "emergency_stop_paused" in await scene.notices()


async def test_a_pause_that_was_done_and_answered_badly_is_one(scene: Scene) -> None:
    task = await runs(scene, ANNA)
    scene.trouble("pause", status=409, work=True)
    assert list(await stopped(scene)) == ["emergency_stop_paused"]
    assert scene.at_twin(task).status == "PAUSED"


async def test_what_has_ended_needs_no_pause(scene: Scene) -> None:
    await runs(scene, ANNA)
    scene.clock.now += 5000
    assert "emergency_stop_not_paused" not in await stopped(scene)


async def test_a_kill_after_the_stop_leaves_nothing_running(scene: Scene) -> None:
    task = await runs(scene, ANNA)
    await scene.campaign.emergency_stop(ME)  # and no more of that process
    await recovered(scene)
    assert scene.at_twin(task).status == "PAUSED"
    assert await scene.notices() == ["emergency_stop_paused"]
    await recovered(scene)
    assert await scene.notices() == []  # told once


@ANSWERED
async def test_a_play_that_is_on_its_way_is_paused_right_after(scene: Scene, fault: dict[str, Any]) -> None:
    task = await scene.agreed(ANNA)
    held = scene.hold("play", **fault)
    starting = asyncio.create_task(scene.work())
    await until(lambda: scene.plays == 1)
    await stopped(scene)
    held.let_go()
    assert await starting == ["start_calls_held"]
    assert scene.at_twin(task).status == "PAUSED"
    assert await scene.state(task) == TaskState.RUNNING


@ANSWERED
async def test_a_play_on_its_way_that_cannot_be_paused_is_tried_again(scene: Scene, fault: dict[str, Any]) -> None:
    task = await scene.agreed(ANNA)
    held = scene.hold("play", **fault)
    starting = asyncio.create_task(scene.work())
    await until(lambda: scene.plays == 1)
    await scene.campaign.emergency_stop(ME)
    scene.trouble("pause", status=403)
    held.let_go()
    assert await starting == ["start_calls_not_held"]
    await recovered(scene)
    assert scene.at_twin(task).status == "PAUSED"


async def test_a_start_that_a_kill_interrupted_is_paused_when_it_is_found_running(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    assert (await scene.let_through(task)).refusal is None
    await scene.desk.twin.tasks.play(task.twin_id or "")
    await scene.campaign.emergency_stop(ME)
    await recovered(scene)
    assert scene.at_twin(task).status == "PAUSED"
    assert "start_calls_held" in await scene.notices()


async def test_a_task_that_is_continued_in_the_cabinet_is_paused_again(scene: Scene) -> None:
    task = await runs(scene, ANNA, BORIS)
    await stopped(scene)
    await scene.desk.twin.tasks.play(task.twin_id or "")
    scene.clock.now += 100
    await scene.watch.look()
    await recovered(scene)
    assert scene.at_twin(task).status == "PAUSED"


async def test_slow_pauses_go_on_beside_the_talk(scene: Scene) -> None:
    task = await runs(scene, ANNA)
    slow = scene.with_settings(patience=0.05)
    held = scene.hold("pause")
    stop = await slow.campaign.emergency_stop(ME)
    assert await slow.campaign.pause_all(ME, stop) is None
    await held.came.wait()
    held.let_go()
    await slow.campaign.close()
    assert scene.at_twin(task).status == "PAUSED"
    assert await scene.notices() == ["emergency_stop_paused"]


async def test_once_lifted_starts_go_and_what_is_paused_stays(scene: Scene) -> None:
    paused = await runs(scene, VERA)
    await stopped(scene)
    assert await scene.campaign.lift_stop(ME) is True
    assert await scene.campaign.lift_stop(ME) is False
    task = await runs(scene, ANNA)
    await recovered(scene)
    assert (scene.at_twin(paused).status, scene.at_twin(task).status) == ("PAUSED", "PROCESS")
