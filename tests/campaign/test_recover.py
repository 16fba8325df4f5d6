"""What a killed process left half done, taken up by the next one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rasa_twin24.ledger.candidates import people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.plans import Ending
from rasa_twin24.ledger.tasks import TaskState
from tests.campaign.conftest import ANNA, BORIS, GLEB, ME, VERA, Scene
from tests.waiting import until


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


async def killed_at(scene: Scene, step: str, times: int = 1) -> None:
    """Carry out in a process that dies when it comes to this step for the `times`-th time."""
    seen = 0

    def reached(now: str) -> None:
        nonlocal seen
        seen += now == step
        if seen == times:
            raise Killed

    dying = Scene.of(scene.clock, scene.sandbox, replace(scene.restarted().desk, reached=reached), scene.url)
    with pytest.raises(Killed):
        await dying.campaign.carry_out(ME)


async def recovered(scene: Scene) -> list[str]:
    """Start the next process, let it finish, and give what it tells."""
    after = scene.restarted()
    await after.campaign.recover()
    await after.campaign._work._jobs.close(30)  # longer than a bot that stops would wait: machines may be busy
    await after.campaign.close()
    return await scene.notices()


async def test_nothing_half_done_is_left_alone(scene: Scene) -> None:
    await scene.filled(ANNA)
    assert await recovered(scene) == []


async def test_a_creation_that_was_ordered_is_carried_out(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    assert await recovered(scene) == ["create_task_done"]
    assert await scene.step() == Step.NUMBERS


async def test_a_creation_whose_answer_a_kill_cut_off_is_found(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    await killed_at(scene, "create_sent")
    assert await recovered(scene) == ["create_task_found"]
    assert len(scene.sandbox.tasks) == 1


async def test_a_creation_of_a_task_that_was_left_does_not_touch_the_talk(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Первая")
    await scene.campaign.begin(ME)
    assert await recovered(scene) == ["create_task_left"]
    assert await scene.step() is None


async def test_a_yes_before_play_is_carried_out(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    assert await recovered(scene) == ["start_calls_done"]
    assert scene.sandbox.plays(task.twin_id or "") == scene.plays == 1
    assert await recovered(scene) == []


async def test_a_yes_of_yesterday_is_not(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    scene.clock.now += 9 * 3600
    assert await recovered(scene) == ["start_calls_plan_old"]
    assert await scene.state(task) == TaskState.FILLING
    assert scene.plays == 0


@pytest.mark.parametrize(
    ("played", "news", "state"),
    [
        (True, "start_calls_done", TaskState.RUNNING),
        (False, "start_calls_cut_off", TaskState.FILLING),
    ],
    ids=["play arrived", "play was never sent"],
)
async def test_once_play_was_decided_it_is_looked_up_and_not_sent(
    scene: Scene, played: bool, news: str, state: str
) -> None:
    task = await scene.agreed(ANNA)
    assert (await scene.let_through(task)).refusal is None
    if played:
        await scene.desk.twin.tasks.play(task.twin_id or "")
    scene.clock.now += 9 * 3600 if not played else 1
    assert await recovered(scene) == [news]
    assert scene.plays == int(played)
    assert await scene.state(task) == state


async def test_several_starts_of_one_conversation_are_all_taken_up(scene: Scene) -> None:
    first = await scene.agreed(ANNA)
    second = await scene.agreed(BORIS)
    assert await recovered(scene) == ["start_calls_done", "start_calls_done"]
    assert [await scene.state(task) for task in (first, second)] == [TaskState.RUNNING] * 2
    assert scene.plays == 2


# Where a kill comes while two portions go out → how many requests there are in the end.
@pytest.mark.parametrize(("step", "requests"), [("portion_begun", 4), ("portion_sent", 3), ("portion_written", 3)])
async def test_numbers_on_their_way_are_looked_up_and_added_once(scene: Scene, step: str, requests: int) -> None:
    task = await scene.filled(ANNA)
    four = [BORIS, VERA, GLEB, "+79161234505"]
    await scene.campaign.collect(ME, people_of(four))
    await killed_at(scene, step)
    assert await recovered(scene) == ["add_candidates_done"]
    assert scene.numbers(task) == [ANNA, *four]
    assert scene.additions == (requests - 1 if step == "portion_begun" else requests)
    assert await recovered(scene) == []


async def test_numbers_of_a_task_that_was_left_or_planned_wait(scene: Scene) -> None:
    await scene.filled(ANNA)
    await scene.campaign.collect(ME, people_of([BORIS]))
    scene.sandbox.fail_next("add", status=403)
    await scene.work()
    await scene.planned()
    assert await recovered(scene) == []  # a plan that leaves them out is shown
    await scene.campaign.drop(ME)
    assert await recovered(scene) == []
    assert scene.additions == 2


# Where a kill comes → what the next process tells, so that nothing ends in silence.
@pytest.mark.parametrize(
    ("step", "news"),
    [
        ("create_ordered", ["create_task_done_adding", "add_candidates_done"]),
        ("create_sent", ["create_task_found_adding", "add_candidates_done"]),
        ("create_written", ["add_candidates_done"]),
        ("portion_begun", ["add_candidates_done"]),
        ("portion_sent", ["add_candidates_done"]),
        ("portion_written", ["add_candidates_standing"]),
    ],
)
async def test_a_kill_is_followed_by_news(scene: Scene, step: str, news: list[str]) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, people_of([ANNA]))
    await scene.campaign.order(ME, "Акция")
    await killed_at(scene, step)
    assert await recovered(scene) == news
    assert await scene.step() == Step.MORE
    assert scene.numbers(await scene.current()) == [ANNA]
    assert await recovered(scene) == []


@pytest.mark.parametrize("step", ["play_begun", "play_sent", "play_written"])
async def test_a_kill_around_play_is_followed_by_news(scene: Scene, step: str) -> None:
    task = await scene.agreed(ANNA)
    await killed_at(scene, step)
    played = step != "play_begun"
    assert await recovered(scene) == ["start_calls_done" if played else "start_calls_cut_off"]
    assert scene.sandbox.plays(task.twin_id or "") == scene.plays == int(played)
    assert await recovered(scene) == []


async def test_the_work_of_a_message_that_was_cut_off_is_left_to_it(scene: Scene) -> None:
    """It is said again in the next process and hears the outcome itself, once."""
    await scene.filled(ANNA)
    await scene.campaign.collect(ME, people_of([BORIS]))
    await killed_at(scene, "portion_written")
    after = scene.restarted()
    await after.campaign.recover(but_for=[ME])
    told = await after.campaign.carry_out(ME)
    assert [outcome.kind for outcome in told or []] == ["add_candidates_standing"]
    await after.campaign.recover()
    await after.campaign.close()
    assert await scene.notices() == []


async def test_a_start_that_was_told_to_nobody_is_told_when_the_talk_is_over_too(scene: Scene) -> None:
    await scene.agreed(ANNA)
    await killed_at(scene, "play_written")
    await scene.ledger.conversations.leave(ME, (await scene.current()).id)
    after = scene.restarted()
    await after.campaign.recover(but_for=[ME])
    told = await after.campaign.carry_out(ME)
    assert [outcome.kind for outcome in told or []] == ["start_calls_done"]
    assert await recovered(scene) == []


async def test_a_refused_start_that_was_told_to_nobody_is_told(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    await killed_at(scene, "play_begun")
    await scene.ledger.gate.leave(task.id, Ending.NOT_STARTED, TaskState.FILLING, "x", started_at=None)
    await scene.ledger.conversations.step(ME, Step.START)
    assert await recovered(scene) == ["start_calls_cut_off"]
    assert scene.plays == 0


@pytest.mark.parametrize("asked", ["at once", "later"])
async def test_whoever_asks_while_it_is_recovered_hears_it_once(scene: Scene, asked: str) -> None:
    """«Проверить сейчас» in the very moment of the minute's look: "I'll write how it ends" must come true."""
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", drop="after")
    scene.trouble("list", status=503, times=1000)
    assert await scene.work() == ["create_task_unsure"]
    slow = scene.with_settings(patience=0.01)
    before = len(scene.sandbox.requests)
    await slow.campaign.recover()
    if asked == "later":
        await until(lambda: len(scene.sandbox.requests) > before)
    assert await slow.campaign.again(ME)
    assert await slow.campaign.carry_out(ME) is None
    await slow.campaign.close()
    assert await scene.notices() == ["create_task_unsure"]
