"""Work that outlasts the turn, turns that come while it lasts, and turns that are cut off."""

from __future__ import annotations

import asyncio

import pytest

from rasa_twin24.ledger.candidates import people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import TaskState
from tests.campaign.conftest import ANNA, BORIS, GLEB, ME, VERA, Scene
from tests.waiting import until

IMPATIENT = 0.05  # seconds


@pytest.fixture
def hurried(scene: Scene) -> Scene:
    return scene.with_settings(patience=IMPATIENT)


async def test_slow_work_is_told_later(hurried: Scene) -> None:
    await hurried.campaign.begin(ME)
    await hurried.campaign.order(ME, "Акция")
    held = hurried.hold("create")
    assert await hurried.campaign.carry_out(ME) is None
    await held.came.wait()
    assert await hurried.notices() == []
    held.let_go()
    await hurried.campaign.close()
    assert await hurried.notices() == ["create_task_done"]
    assert await hurried.step() == Step.NUMBERS
    assert await hurried.campaign.carry_out(ME) == []


async def test_what_comes_while_the_first_works_is_done_too_and_only_once(scene: Scene, hurried: Scene) -> None:
    task = await scene.filled(ANNA)
    held = hurried.hold("add")
    await hurried.campaign.collect(ME, people_of([BORIS]))
    assert await hurried.campaign.carry_out(ME) is None
    await held.came.wait()
    await hurried.campaign.collect(ME, people_of([VERA]))
    assert await hurried.campaign.carry_out(ME) is None
    held.let_go()
    await hurried.campaign.close()
    assert await hurried.notices() == ["add_candidates_done", "add_candidates_done"]
    assert hurried.numbers(task) == [ANNA, BORIS, VERA]
    assert hurried.additions == 3


async def test_a_second_message_is_tried_even_when_the_first_fails(scene: Scene, hurried: Scene) -> None:
    task = await scene.filled(ANNA)
    held = hurried.hold("add", status=403)
    await hurried.campaign.collect(ME, people_of([BORIS]))
    assert await hurried.campaign.carry_out(ME) is None
    await held.came.wait()
    await hurried.campaign.collect(ME, people_of([VERA]))
    assert await hurried.campaign.carry_out(ME) is None
    held.let_go()
    await hurried.campaign.close()
    assert await hurried.notices() == ["add_candidates_failed_forbidden", "add_candidates_done"]
    assert hurried.numbers(task) == [ANNA, BORIS, VERA]


async def test_an_order_in_the_very_moment_the_news_are_written_is_not_lost(
    scene: Scene, hurried: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The news of the first job take a moment; what is ordered then must get a job of its own."""
    task = await scene.filled(ANNA)
    add_notice = hurried.ledger.notices.add

    async def ordered_meanwhile(conversation: str, kind: str, **params: str) -> None:
        await add_notice(conversation, kind, **params)
        if hurried.numbers(task) == [ANNA, BORIS]:
            await hurried.campaign.collect(ME, people_of([VERA]))
            await hurried.campaign.carry_out(ME)

    monkeypatch.setattr(hurried.ledger.notices, "add", ordered_meanwhile)
    held = hurried.hold("add")
    await hurried.campaign.collect(ME, people_of([BORIS]))
    assert await hurried.campaign.carry_out(ME) is None
    await held.came.wait()
    held.let_go()
    await hurried.campaign.close()
    await until(lambda: hurried.numbers(task) == [ANNA, BORIS, VERA])


async def test_the_caller_may_be_cancelled(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    held = scene.hold("create")
    turn = asyncio.create_task(scene.campaign.carry_out(ME))
    await until(lambda: scene.requests("/autoCall") == 1)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    held.let_go()
    await scene.campaign.close()
    assert await scene.notices() == ["create_task_done"]
    assert len(scene.sandbox.tasks) == 1


async def test_a_cancelled_turn_starts_the_calls_once_and_says_so(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    held = scene.hold("play")
    turn = asyncio.create_task(scene.campaign.carry_out(ME))
    await until(lambda: scene.plays == 1)
    turn.cancel()
    await asyncio.sleep(0)
    assert await scene.campaign.carry_out(ME) is None  # the message came again
    await held.came.wait()
    held.let_go()
    await scene.campaign.close()
    assert await scene.notices() == ["start_calls_done"]
    assert scene.sandbox.plays(task.twin_id or "") == scene.plays == 1


async def test_a_start_under_way_does_not_hold_the_next_task_up(scene: Scene, hurried: Scene) -> None:
    first = await scene.agreed(ANNA)
    held = hurried.hold("play")
    assert await hurried.campaign.carry_out(ME) is None
    await held.came.wait()
    left = await hurried.campaign.begin(ME)
    assert left is not None
    assert left.id == first.id
    await hurried.campaign.order(ME, "Вторая")
    hurried.campaign._work._desk = scene.desk  # the second is waited for
    told = await hurried.campaign.carry_out(ME)
    held.let_go()
    await hurried.campaign.close()
    second = await hurried.current()
    assert [outcome.kind for outcome in told or []] == ["create_task_done"]
    assert (second.name, second.state) == ("Вторая", TaskState.FILLING)
    assert await hurried.state(first) == TaskState.RUNNING  # a start that was agreed to goes on
    assert await hurried.notices() == ["start_calls_done"]
    assert await hurried.step() == Step.NUMBERS


@pytest.mark.parametrize(
    ("fault", "news", "state"),
    [
        ({}, "create_task_left", TaskState.DROPPED),
        ({"status": 403}, "create_task_failed_forbidden", TaskState.NEW),
    ],
    ids=["made", "failed"],
)
async def test_a_creation_that_was_cancelled_does_not_come_back_into_the_talk(
    hurried: Scene, fault: dict[str, int], news: str, state: str
) -> None:
    await hurried.campaign.begin(ME)
    await hurried.campaign.collect(ME, people_of([GLEB]))
    await hurried.campaign.order(ME, "Первая")
    held = hurried.hold("create", **fault)
    first = await hurried.current()
    assert await hurried.campaign.carry_out(ME) is None
    await held.came.wait()
    await until(lambda: hurried.requests("/autoCall") == 1)
    await hurried.campaign.drop(ME)
    await hurried.campaign.begin(ME)  # the name of another one is asked for
    held.let_go()
    await hurried.campaign.close()
    assert await hurried.notices() == [news]
    assert await hurried.state(first) == state
    assert await hurried.step() is None
    assert [made.candidates for made in hurried.sandbox.tasks] in ([], [[]])  # its numbers are not sent on


async def test_a_failing_ledger_is_said_to_be_an_error(hurried: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await hurried.campaign.begin(ME)
    await hurried.campaign.order(ME, "Акция")
    held = hurried.hold("create")

    async def broken(*_: object, **__: object) -> bool:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(hurried.ledger.tasks, "move", broken)
    assert await hurried.campaign.carry_out(ME) is None
    await held.came.wait()
    held.let_go()
    await hurried.campaign.close()
    assert await hurried.notices() == ["internal_error"]


async def test_an_error_within_the_turn_reaches_the_turn(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await scene.created()
    await scene.campaign.collect(ME, people_of([ANNA]))

    async def broken(*_: object, **__: object) -> bool:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(scene.ledger.portions, "begin", broken)
        with pytest.raises(RuntimeError, match="the disk is full"):
            await scene.campaign.carry_out(ME)
    assert await scene.work() == ["add_candidates_done"]  # and nothing stays blocked


async def test_closing_lets_what_runs_end_and_be_told(hurried: Scene) -> None:
    await hurried.campaign.begin(ME)
    await hurried.campaign.order(ME, "Акция")
    held = hurried.hold("create")
    assert await hurried.campaign.carry_out(ME) is None
    await held.came.wait()
    held.let_go()
    await hurried.campaign.close()
    await hurried.campaign.close()
    assert await hurried.notices() == ["create_task_done"]


async def test_nobody_waits_for_nothing(scene: Scene) -> None:
    assert await scene.campaign.carry_out("telegram:unheard-of") == []
