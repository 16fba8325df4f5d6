"""Turning from task to task: new ones, existing ones, back again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rasa_twin24.campaign import Outcome
from rasa_twin24.ledger.candidates import Person, people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.sandbox import CALLER_ID, SCRIPT_ID
from rasa_twin24.twin24 import CallerId, Candidate
from tests.campaign.conftest import ANNA, BORIS, ME, SETTINGS, VERA, Scene

SOMEBODY_ELSE = "telegram:7"


async def by_hand(scene: Scene, *phones: str) -> str:
    """A task made in the cabinet; its id."""
    twin = scene.desk.twin
    caller = CallerId("gornum", CALLER_ID)
    twin_id = await twin.tasks.create(name="Из кабинета", script_id=SCRIPT_ID, caller_id=caller)
    scene.clock.now += 1
    if phones:
        await twin.candidates.add(twin_id, [Candidate(phones=(phone,)) for phone in phones])
        scene.clock.now += 1
    return twin_id


async def opened(scene: Scene, twin_id: str, **changes: object) -> CallTask:
    found = await scene.campaign.look_up(twin_id)
    return await scene.campaign.open(ME, replace(found, **changes))  # type: ignore[arg-type]


async def test_a_new_beginning_leaves_the_task_as_it_is(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    left = await scene.campaign.begin(ME)
    assert left is not None
    assert (left.id, left.state) == (task.id, TaskState.FILLING)
    assert await scene.state(task) == TaskState.DROPPED
    assert (await scene.current()).id != task.id
    assert scene.numbers(task) == [ANNA]


async def test_dropping_nothing_is_fine(scene: Scene) -> None:
    assert await scene.campaign.drop(ME) is None
    assert await scene.campaign.current(ME) == (None, None)


# What a look shows of a foreign task → what may be started without adding anything.
FOREIGN = {
    "filled, counted": ({}, (0, 2)),
    "filled, not counted": ({"candidate_count": None}, (0, None)),
    "empty": ({"status": "BLANK", "candidate_count": 0}, "start_calls_empty"),
    "empty, not counted": ({"status": "BLANK", "candidate_count": None}, "start_calls_empty"),
    "finished": ({"status": "DONE"}, "start_calls_nothing_new"),
    "finished, not counted": ({"status": "DONE", "candidate_count": None}, "start_calls_nothing_new"),
    "paused, not counted": ({"status": "PAUSED", "candidate_count": None}, (0, None)),
}


@pytest.mark.parametrize(("seen", "plan"), FOREIGN.values(), ids=FOREIGN)
async def test_a_foreign_task(scene: Scene, seen: dict[str, object], plan: tuple[int, int | None] | str) -> None:
    twin_id = await by_hand(scene, ANNA, BORIS)
    task = await opened(scene, twin_id, **seen)
    assert (task.name, task.ours, task.state, task.twin_id) == ("Из кабинета", False, TaskState.FILLING, twin_id)
    assert await scene.step() == Step.NUMBERS
    shown = await scene.campaign.consent.show_plan(ME)
    assert (shown.kind if isinstance(shown, Outcome) else (shown.added, shown.before)) == plan


async def test_numbers_join_those_that_were_there(scene: Scene) -> None:
    task = await opened(scene, await by_hand(scene, ANNA))
    await scene.campaign.collect(ME, people_of([BORIS]))
    [outcome] = await scene.campaign.carry_out(ME) or []
    assert (outcome.params["added"], outcome.params["total"]) == ("1", "2")
    assert scene.numbers(task) == [ANNA, BORIS]
    plan = await scene.planned()
    assert (plan.added, plan.before) == (1, 1)


async def test_numbers_given_before_the_id_go_into_the_task(scene: Scene) -> None:
    twin_id = await by_hand(scene)
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, people_of([VERA]))
    task = await opened(scene, twin_id)
    assert await scene.work() == ["add_candidates_done"]
    assert scene.numbers(task) == [VERA]


@pytest.mark.parametrize("name", ["Акция", ""], ids=["named", "nameless"])
async def test_numbers_of_one_task_never_go_into_another(scene: Scene, name: str) -> None:
    first = await opened(scene, await by_hand(scene, ANNA), name=name)
    await scene.campaign.collect(ME, people_of([BORIS]))
    scene.sandbox.fail_next("add", status=403)
    assert await scene.work() == ["add_candidates_failed_forbidden"]
    second = await opened(scene, await by_hand(scene, VERA))
    assert await scene.work() == []
    assert scene.numbers(second) == [VERA]
    assert await scene.campaign.unsent(first) == 1


async def test_coming_back_finds_what_was_added_and_not_dialed(scene: Scene) -> None:
    task = await scene.filled(ANNA, BORIS)
    await scene.created("Другая")
    back = await opened(scene, task.twin_id or "")
    assert (back.id, back.ours, back.there_before) == (task.id, True, 0)
    plan = await scene.planned()
    assert (plan.added, plan.before) == (2, 0)
    assert len(await scene.campaign.latest(ME)) == 2


async def test_coming_back_to_a_paused_task_that_twin_does_not_count(scene: Scene) -> None:
    task = await scene.running(ANNA, BORIS)
    await scene.desk.twin.tasks.pause(task.twin_id or "")
    await opened(scene, task.twin_id or "", candidate_count=None)
    plan = await scene.planned()
    assert (plan.added, plan.before) == (0, None)
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["resume_calls_started"]
    assert scene.sandbox.plays(task.twin_id or "") == 2


async def test_opening_the_task_that_is_talked_about_asks_for_the_yes_anew(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    await scene.planned()
    await opened(scene, task.twin_id or "")
    assert await scene.campaign.consent.confirm(ME) is False
    assert (await scene.planned()).added == 1


async def test_a_task_of_another_person_is_looked_at_with_own_eyes(scene: Scene) -> None:
    task = await scene.filled(ANNA, conversation=SOMEBODY_ELSE)
    mine = await opened(scene, task.twin_id or "")
    assert (mine.id == task.id, mine.ours, mine.there_before) == (False, True, 1)
    plan = await scene.planned()
    assert (plan.added, plan.before) == (0, 1)
    await scene.campaign.collect(ME, people_of([BORIS]))
    await scene.work()
    await scene.planned()
    await scene.planned(SOMEBODY_ELSE)
    assert await scene.campaign.consent.confirm(SOMEBODY_ELSE)
    assert await scene.campaign.consent.confirm(ME) is False  # it is just being started
    assert await scene.work(SOMEBODY_ELSE) == ["start_calls_plan_old"]  # it has grown since that plan
    assert scene.plays == 0


async def test_a_start_under_way_is_not_undone_by_opening(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    await opened(scene, task.twin_id or "")
    assert await scene.state(task) == TaskState.STARTING
    assert await scene.campaign.collect(ME, people_of([BORIS])) is None
    assert await scene.work() == ["start_calls_done"]


@pytest.mark.parametrize("state", [TaskState.STARTING, TaskState.RUNNING, TaskState.ENDED, TaskState.DROPPED])
async def test_a_task_in_another_state_takes_no_numbers(scene: Scene, state: str) -> None:
    task = await scene.filled(ANNA)
    await scene.ledger.tasks.change(task.id, state=state)
    assert await scene.campaign.collect(ME, people_of([BORIS])) is None
    assert await scene.campaign.unsent(task) == 0


async def test_without_a_task_no_numbers_are_taken(scene: Scene) -> None:
    assert await scene.campaign.collect(ME, people_of([ANNA])) is None


async def test_a_task_of_ours_goes_by_its_own_name(scene: Scene) -> None:
    """The mark in its name is for TWIN's list; somebody else's «#1» is part of the name."""
    task = await scene.filled(ANNA)
    assert scene.at_twin(task).name != "Акция"
    assert (await scene.campaign.look_up(task.twin_id or "")).name == "Акция"
    foreign = await scene.desk.twin.tasks.create(
        name="Чужая #k7m2qd", script_id=SETTINGS.script_id, caller_id=SETTINGS.caller_id
    )
    assert (await scene.campaign.look_up(foreign)).name == "Чужая #k7m2qd"


async def test_nobody_is_put_into_one_task_by_two_conversations(scene: Scene) -> None:
    """TWIN itself knows a repeated candidate by their first number only."""
    made = await scene.created(conversation=SOMEBODY_ELSE)
    scene.clock.now += 1
    await scene.campaign.collect(SOMEBODY_ELSE, [Person((ANNA, BORIS))])
    assert await scene.work(SOMEBODY_ELSE) == ["add_candidates_done"]
    scene.clock.now += 1
    await opened(scene, made.twin_id or "")
    collected = await scene.campaign.collect(ME, people_of([BORIS, VERA]))
    assert collected is not None
    assert (collected.new, collected.already) == ((VERA,), (BORIS,))


async def test_who_waits_on_a_list_that_was_left_can_be_given_anew(scene: Scene) -> None:
    made = await scene.created(conversation=SOMEBODY_ELSE)
    await scene.campaign.collect(SOMEBODY_ELSE, people_of([ANNA]))
    await scene.campaign.drop(SOMEBODY_ELSE)
    await opened(scene, made.twin_id or "")
    collected = await scene.campaign.collect(ME, people_of([ANNA]))
    assert collected is not None
    assert collected.new == (ANNA,)
