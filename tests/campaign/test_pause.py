"""One task is paused, whatever breaks; nobody of it is dialed again before a new yes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rasa_twin24.campaign import Plan
from rasa_twin24.campaign.limits import Limits
from rasa_twin24.campaign.pause import carry_out_pause
from rasa_twin24.ledger.audit import Act
from rasa_twin24.ledger.candidates import people_of
from rasa_twin24.ledger.tasks import CallTask, TaskState
from tests.campaign import spoken
from tests.campaign.conftest import ANNA, BORIS, GLEB, ME, NO_ANSWER, SOMEBODY_ELSE, VERA, Scene
from tests.waiting import until

PLAY = "/play"
FOUR = (ANNA, BORIS, VERA, GLEB)


async def paused(scene: Scene, task: CallTask, person: str = ME) -> list[str] | None:
    """Ask for a pause; the names of what is told, None when the start in progress was taken back."""
    asked = await scene.campaign.ask_pause(task, person)
    if asked.pause is None:
        return None
    outcomes = await scene.campaign.pause(asked.pause)
    assert outcomes is not None
    for outcome in outcomes:
        spoken.check(outcome.kind, outcome.params)
    return [outcome.kind for outcome in outcomes]


async def turned_to(scene: Scene, task: CallTask, person: str = ME) -> Plan:
    """Up to the plan of going on."""
    found = await scene.campaign.look_up_counted(task.twin_id or "")
    await scene.campaign.keep_going(found, person)
    await scene.campaign.open(person, found)
    return await scene.planned(person)


async def acts(scene: Scene, act: str) -> list[str]:
    return [entry.outcome for entry in await scene.ledger.audit.since(0) if entry.act == act]


async def recovered(scene: Scene) -> Scene:
    again = scene.restarted()
    await again.campaign.recover()
    await again.campaign.close()
    return again


async def test_what_runs_is_paused_and_that_is_written_down(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    assert await paused(scene, task) == ["pause_calls_done_counted"]
    assert scene.at_twin(task).status == "PAUSED"
    assert await acts(scene, Act.PAUSE_CALLS) == ["done"]
    assert await scene.ledger.pauses.in_force() == []
    scene.clock.now += 100
    await scene.watch.look()
    assert await scene.notices() == []  # what the bot has paused is no news of TWIN's
    assert await scene.state(task) == TaskState.RUNNING


# What goes wrong with the request → what is told, whether TWIN has paused, whether it is tried again.
FAULTS: dict[str, tuple[dict[str, Any], str, bool, bool]] = {
    "answer lost": ({"drop": "after"}, "pause_calls_done_counted", True, False),
    "refused, but done": ({"status": 409, "work": True}, "pause_calls_done_counted", True, False),
    "not reached": ({"drop": "before", "times": 9}, "pause_calls_failed_unavailable", False, True),
    "out of order": ({"status": 503, "times": 9}, "pause_calls_failed_unavailable", False, True),
    "too many requests": ({"status": 429, "times": 9}, "pause_calls_failed_busy", False, True),
    "no right": ({"status": 403}, "pause_calls_failed_forbidden", False, False),
    "refused": ({"status": 422}, "pause_calls_failed_refused", False, False),
    "no money": ({"status": 402}, "pause_calls_failed_no_money", False, False),
    "no such task": ({"status": 404}, "pause_calls_failed_not_found", False, False),
}


@pytest.mark.parametrize(("fault", "kind", "done", "again"), FAULTS.values(), ids=FAULTS)
async def test_each_failure_is_told_and_mended_if_it_can_be(
    scene: Scene, fault: dict[str, Any], kind: str, done: bool, again: bool
) -> None:
    task = await scene.running(*FOUR)
    scene.clock.now += 11 if done else 0  # long enough for a PAUSED that TWIN shows to be a new one
    scene.trouble("pause", **fault)
    assert await paused(scene, task) == [kind]
    assert (scene.at_twin(task).status == "PAUSED") is done
    assert bool(await scene.ledger.pauses.in_force()) is again
    await recovered(scene)
    assert await scene.notices() == []  # that it still does not work is no news
    scene.sandbox.mend()
    await recovered(scene)
    assert await scene.notices() == (["pause_calls_done_counted"] if again else [])
    assert (scene.at_twin(task).status == "PAUSED") is (done or again)


async def test_twin_away_altogether_is_told_and_tried_again(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    scene.trouble("pause", status=503, times=9)
    scene.trouble("read", status=503, times=9)
    assert await paused(scene, task) == ["pause_calls_failed_unavailable"]
    scene.sandbox.mend()
    await recovered(scene)
    assert await scene.notices() == ["pause_calls_done_counted"]


async def test_what_has_ended_is_said_so(scene: Scene) -> None:
    task = await scene.running(ANNA)
    scene.clock.now += 5000
    assert await paused(scene, task) == ["pause_calls_finished_counted"]


async def test_a_start_that_is_not_out_yet_is_taken_back(scene: Scene) -> None:
    task = await scene.agreed(*FOUR)
    assert await paused(scene, task) is None
    assert await scene.work() == []
    assert (scene.requests(PLAY), await scene.state(task)) == (0, TaskState.FILLING)
    assert await scene.campaign.consent.confirm(ME) is False  # the yes is used up
    await scene.planned()
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["start_calls_done"]


async def test_a_start_that_waits_for_twin_is_taken_back(scene: Scene) -> None:
    task = await scene.agreed(*FOUR)
    held = scene.hold("read")
    starting = asyncio.create_task(scene.work())
    await held.came.wait()
    assert await paused(scene, task) is None
    held.let_go()
    assert await starting == []
    assert scene.requests(PLAY) == 0
    assert await acts(scene, Act.START_CALLS) == ["refused"]


@pytest.mark.parametrize("fault", [{}, {"drop": "after"}, NO_ANSWER], ids=["slow", "lost", "no answer"])
async def test_a_play_on_its_way_is_paused_right_after(scene: Scene, fault: dict[str, Any]) -> None:
    task = await scene.agreed(*FOUR)
    held = scene.hold("play", **fault)
    starting = asyncio.create_task(scene.work())
    await until(lambda: scene.requests(PLAY) == 1)
    assert await paused(scene, task) == ["pause_calls_starting"]
    held.let_go()
    assert await starting == ["pause_calls_done_counted"]
    assert (scene.at_twin(task).status, scene.at_twin(task).plays) == ("PAUSED", 1)
    assert await scene.ledger.pauses.in_force() == []


async def test_a_start_that_a_kill_interrupted_is_paused_when_it_is_found(scene: Scene) -> None:
    task = await scene.agreed(*FOUR)
    assert (await scene.let_through(task)).refusal is None
    await scene.desk.twin.tasks.play(task.twin_id or "")
    await scene.campaign.ask_pause(task, ME)  # and no more of that process
    await recovered(scene)
    assert scene.at_twin(task).status == "PAUSED"
    assert "pause_calls_done_counted" in await scene.notices()


async def ask_and_carry_out(scene: Scene, task: CallTask) -> None:
    asked = await scene.campaign.ask_pause(task, ME)
    assert asked.pause is not None
    await carry_out_pause(scene.desk, asked.pause, ME)


@pytest.mark.parametrize("step", ["pause_asked", "pause_sent", "pause_written"])
async def test_a_kill_between_any_two_steps_leaves_it_paused(scene: Scene, step: str) -> None:
    task = await scene.running(*FOUR)

    def killed(reached: str) -> None:
        if reached == step:
            raise SystemExit

    with pytest.raises(SystemExit):
        await ask_and_carry_out(scene.with_reached(killed), task)
    await recovered(scene)
    assert scene.at_twin(task).status == "PAUSED"
    assert await scene.ledger.pauses.in_force() == []
    # What was written down was about to be told in the turn, which is said again.
    assert await scene.notices() == ([] if step == "pause_written" else ["pause_calls_done_counted"])


async def test_two_people_pause_one_task_and_both_hear_of_it(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    found = await scene.campaign.look_up_counted(task.twin_id or "")
    theirs = await scene.campaign.adopt(SOMEBODY_ELSE, found)
    first, second = await asyncio.gather(paused(scene, task), paused(scene, theirs, SOMEBODY_ELSE))
    assert first is not None
    assert second is not None
    heard = [*first, *await scene.notices()], [*second, *await scene.notices(SOMEBODY_ELSE)]
    assert all("pause_calls_done_counted" in told for told in heard), heard
    assert scene.at_twin(task).status == "PAUSED"


async def test_whose_task_it_is_hears_that_another_has_paused_it(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    assert await paused(scene, task, SOMEBODY_ELSE) == ["pause_calls_done_counted"]
    assert await scene.notices() == ["pause_calls_by_other"]


async def test_another_persons_start_is_taken_back_and_they_are_told(scene: Scene) -> None:
    task = await scene.agreed(*FOUR, conversation=SOMEBODY_ELSE)
    assert await paused(scene, task) is None
    assert await scene.notices(SOMEBODY_ELSE) == ["pause_calls_withheld_by_other"]
    assert await scene.work(SOMEBODY_ELSE) == []
    assert scene.requests(PLAY) == 0


async def test_nothing_starts_while_a_pause_is_not_known_to_be_done(scene: Scene) -> None:
    """Another person's yes to the same task, while TWIN does not answer to the pause."""
    task = await scene.running(*FOUR)
    await scene.desk.twin.tasks.pause(task.twin_id or "")
    found = await scene.campaign.look_up_counted(task.twin_id or "")
    theirs = await scene.campaign.open(SOMEBODY_ELSE, found)
    await scene.planned(SOMEBODY_ELSE)
    await scene.campaign.ask_pause(task, ME)
    assert await scene.campaign.consent.confirm(SOMEBODY_ELSE) is False  # its plan is void
    plan = await scene.planned(SOMEBODY_ELSE)
    assert plan.obstacle is not None
    assert plan.obstacle.kind == "pause_calls_under_way"
    await scene.ledger.tasks.move(theirs.id, [TaskState.FILLING], TaskState.STARTING)
    assert await scene.work(SOMEBODY_ELSE) != ["resume_calls_started"]
    assert scene.at_twin(task).plays == 1


# --- going on ---------------------------------------------------------------------------------------------------


async def test_it_goes_on_after_a_new_yes_and_once(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    called = len(scene.at_twin(task).calls)
    await paused(scene, task)
    plan = await turned_to(scene, task)
    assert (plan.goes_on, plan.called, plan.total, plan.added) == (True, called, 4 - called, 0)
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.campaign.consent.confirm(ME) is False
    assert await scene.work() == ["resume_calls_started"]
    assert (scene.at_twin(task).status, scene.at_twin(task).plays) == ("PROCESS", 2)
    scene.clock.now += 5000
    await scene.watch.look()
    assert await scene.notices() == ["task_status_finished_counted"]
    assert sorted(call.phone for call in scene.sandbox.calls) == sorted(phone[1:] for phone in FOUR)


async def test_numbers_added_meanwhile_are_in_the_plan(scene: Scene) -> None:
    task = await scene.running(ANNA, BORIS)
    called = len(scene.at_twin(task).calls)
    await paused(scene, task)
    await turned_to(scene, task)
    await scene.campaign.collect(ME, people_of([VERA, GLEB]))
    assert await scene.campaign.consent.confirm(ME) is False
    assert await scene.work() == ["add_candidates_done"]
    scene.clock.now += 1
    plan = await scene.planned()
    assert (plan.added, plan.total) == (2, 4 - called)
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["resume_calls_started"]


@pytest.mark.parametrize(
    ("fault", "kind", "plays"),
    [
        ({"drop": "after"}, "resume_calls_started", 2),
        ({"drop": "before", "times": 1}, "start_calls_failed_unavailable", 1),
    ],
)
async def test_a_lost_answer_to_going_on_is_looked_up(
    scene: Scene, fault: dict[str, Any], kind: str, plays: int
) -> None:
    task = await scene.running(*FOUR)
    await paused(scene, task)
    await turned_to(scene, task)
    assert await scene.campaign.consent.confirm(ME)
    scene.trouble("play", **fault)
    assert await scene.work() == [kind]
    assert (scene.requests(PLAY), scene.at_twin(task).plays) == (2, plays)
    await recovered(scene)
    assert scene.at_twin(task).plays == plays


async def test_whoever_was_counted_today_is_not_counted_again(scene: Scene) -> None:
    strict = scene.with_settings(limits=Limits(person_numbers=5, person_tasks=1))
    task = await strict.running(*FOUR)
    await paused(strict, task)
    plan = await turned_to(strict, task)
    assert plan.obstacle is None
    assert await strict.campaign.consent.confirm(ME)
    assert await strict.work() == ["resume_calls_started"]
    _, used = await strict.campaign.used_today(ME)
    assert (used.person_numbers, used.person_tasks) == (4, 1)


async def test_who_came_from_elsewhere_meanwhile_is_counted(scene: Scene) -> None:
    task = await scene.running(ANNA, BORIS)
    await paused(scene, task)
    scene.clock.now += 1
    await turned_to(scene, task, SOMEBODY_ELSE)
    await scene.campaign.collect(SOMEBODY_ELSE, people_of([VERA, GLEB]))
    assert await scene.work(SOMEBODY_ELSE) == ["add_candidates_done"]
    scene.clock.now += 1
    await turned_to(scene, task)
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["resume_calls_started"]
    _, used = await scene.campaign.used_today(ME)
    assert used.person_numbers == 4


async def test_the_next_day_counts_who_is_left(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    left = 4 - len(scene.at_twin(task).calls)
    await paused(scene, task)
    scene.clock.now += 24 * 3600
    await turned_to(scene, task)
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["resume_calls_started"]
    _, used = await scene.campaign.used_today(ME)
    assert (used.person_numbers, used.person_tasks) == (left, 1)


@pytest.mark.parametrize("person", [ME, SOMEBODY_ELSE])
async def test_nobody_of_the_do_not_call_list_is_called_by_going_on(scene: Scene, person: str) -> None:
    """Whoever lets it go on, and whoever has put them there."""
    task = await scene.running(*FOUR)
    await paused(scene, task)
    await scene.ledger.do_not_call.add([GLEB], ME)
    plan = await turned_to(scene, task, person)
    assert plan.obstacle is not None
    assert plan.obstacle.kind == "resume_calls_do_not_call"
    assert await scene.campaign.consent.confirm(person) is False


async def test_who_is_banned_after_the_plan_of_going_on_stays_known(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    await paused(scene, task)
    await turned_to(scene, task)
    await scene.ledger.do_not_call.add([GLEB], ME)
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["resume_calls_do_not_call"]
    scene.clock.now += 1
    plan = await scene.planned()
    assert plan.obstacle is not None
    assert plan.obstacle.kind == "resume_calls_do_not_call"
    assert scene.plays == 1


async def test_a_pause_that_does_not_work_is_taken_back_by_going_on(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    scene.trouble("pause", status=503, times=9)
    await paused(scene, task)
    scene.sandbox.mend()
    await scene.campaign.keep_going(await scene.campaign.look_up_counted(task.twin_id or ""), ME)
    await recovered(scene)
    assert scene.at_twin(task).status == "PROCESS"


# --- watched on -------------------------------------------------------------------------------------------------


async def test_going_on_in_the_cabinet_is_told_and_voids_the_plan(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    await paused(scene, task)
    await turned_to(scene, task)
    await scene.desk.twin.tasks.play(task.twin_id or "")
    scene.clock.now += 11
    await scene.watch.look()
    assert await scene.notices() == ["task_status_was_resumed_counted"]
    assert await scene.campaign.consent.confirm(ME) is False
    assert await scene.state(task) == TaskState.RUNNING
    assert await paused(scene, task) == ["pause_calls_done_counted"]


async def test_the_end_of_a_paused_task_is_told(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    await paused(scene, task)
    await turned_to(scene, task)
    await scene.desk.twin.tasks.halt(task.twin_id or "")
    scene.clock.now += 100
    await scene.watch.look()
    assert await scene.notices() == ["task_status_was_halted_counted"]
    assert await scene.state(task) == TaskState.ENDED


async def test_a_paused_task_that_the_talk_has_left_is_watched(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    await paused(scene, task)
    await turned_to(scene, task)
    await scene.campaign.drop(ME)
    assert await scene.state(task) == TaskState.RUNNING
    await scene.desk.twin.tasks.halt(task.twin_id or "")
    scene.clock.now += 100
    await scene.watch.look()
    assert await scene.notices() == ["task_status_was_halted_counted"]


async def test_what_an_emergency_stop_has_paused_goes_on_once_it_is_lifted(scene: Scene) -> None:
    task = await scene.running(*FOUR)
    await scene.campaign.pause_all(ME, await scene.campaign.emergency_stop(ME))
    plan = await turned_to(scene, task)
    assert plan.obstacle is not None
    assert plan.obstacle.kind == "start_calls_stopped_by"
    await scene.campaign.lift_stop(ME)
    await scene.planned()
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["resume_calls_started"]
