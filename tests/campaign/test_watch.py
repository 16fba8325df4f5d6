from __future__ import annotations

import pytest

from rasa_twin24.campaign.watch import STALE
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.tasks import CallTask, TaskState
from tests.campaign.conftest import ANNA, BORIS, ME, Scene


async def look(scene: Scene, seconds: float = 100) -> list[str]:
    """Let time pass, look once as a new process would, and give the news."""
    scene.clock.now += seconds
    await scene.restarted().watch.look()
    return await scene.notices()


async def test_the_end_is_told_once_with_its_counts(scene: Scene) -> None:
    task = await scene.running(ANNA, BORIS)
    assert await look(scene) == []
    scene.clock.now += 2000
    await scene.watch.look()
    [news] = await scene.ledger.notices.waiting()
    assert (news.conversation, news.kind) == (ME, "task_status_finished_counted")
    assert news.params == {"name": "Акция", "task_id": task.twin_id, "candidates": "2", "calls": "2"}
    assert await scene.state(task) == TaskState.ENDED
    await scene.notices()
    assert await look(scene) == []


async def test_a_stop_for_ever_is_told_once(scene: Scene) -> None:
    task = await scene.running(ANNA)
    await scene.desk.twin.tasks.halt(task.twin_id or "")
    assert await look(scene) == ["task_status_was_halted_counted"]
    assert await look(scene) == []
    assert await scene.state(task) == TaskState.ENDED


async def test_each_pause_is_told_once_and_the_end_after_it(scene: Scene) -> None:
    task = await scene.running(ANNA, BORIS)
    assert await look(scene) == []
    for _ in range(2):
        await scene.desk.twin.tasks.pause(task.twin_id or "")
        assert await look(scene) == ["task_status_was_paused_counted"]
        assert await look(scene) == []
        await scene.desk.twin.tasks.play(task.twin_id or "")
        assert await look(scene) == ["task_status_was_resumed_counted"]
    assert await look(scene, 2000) == ["task_status_finished_counted"]


async def test_a_pause_before_the_first_look_is_told_once_it_cannot_be_an_old_one(scene: Scene) -> None:
    task = await scene.running(ANNA)
    await scene.desk.twin.tasks.pause(task.twin_id or "")
    assert await look(scene, STALE / 2) == []
    assert await look(scene, STALE) == ["task_status_was_paused_counted"]


async def test_a_task_that_was_done_before_may_show_it_for_a_moment(scene: Scene) -> None:
    task = await scene.running(ANNA)
    await scene.ledger.tasks.change(task.id, was_done=True)
    scene.sandbox.fail_next("read", body=b'{"status": "DONE"}')
    scene.sandbox.fail_next("list", status=403)
    assert await look(scene, STALE / 2) == []
    assert await look(scene, STALE) == []
    assert await look(scene, 2000) == ["task_status_finished_counted"]


async def test_a_task_that_twin_lost_is_given_up(scene: Scene) -> None:
    task = await scene.running(ANNA)
    scene.sandbox.fail_next("read", status=404)
    assert await look(scene) == ["task_status_gone"]
    assert await scene.state(task) == TaskState.ENDED


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 403}, {"drop": "before"}, {"body": b"<html>"}], ids=str)
async def test_a_twin_out_of_order_only_makes_the_next_look_later(scene: Scene, fault: dict[str, object]) -> None:
    task = await scene.running(ANNA)
    scene.trouble("read", **fault, times=3)
    assert await look(scene) == []
    later = await scene.ledger.tasks.get(task.id)
    assert (later.state, later.looks) == (TaskState.RUNNING, 1)
    assert later.look_at is not None
    assert later.look_at > scene.clock.now
    scene.sandbox.mend()
    assert await look(scene, 3000) == ["task_status_finished_counted"]


async def test_counts_that_the_task_itself_lacks_come_from_the_list(scene: Scene) -> None:
    await scene.running(ANNA)
    scene.clock.now += 2000
    scene.sandbox.fail_next("read", body=b'{"status": "DONE"}')
    assert await look(scene) == ["task_status_finished_counted"]


async def test_without_counts_the_end_is_told_all_the_same(scene: Scene) -> None:
    await scene.running(ANNA)
    scene.sandbox.fail_next("read", body=b'{"status": "DONE"}')
    scene.sandbox.fail_next("list", status=403)
    assert await look(scene) == ["task_status_finished"]


async def test_twin_is_asked_no_more_often_than_set(scene: Scene) -> None:
    task = await scene.running(ANNA)

    async def looks() -> int:
        return (await scene.ledger.tasks.get(task.id)).looks

    await scene.watch.look()
    assert await looks() == 0  # two seconds must pass first
    for seconds in range(60):
        scene.clock.now += 1
        await scene.watch.look()
        assert await looks() <= seconds / 2 + 1
    assert 8 <= await looks() <= 15


async def test_a_start_that_was_unclear_is_known_once_it_is_seen(scene: Scene) -> None:
    async def unclear() -> CallTask:
        task = await scene.agreed(ANNA)
        scene.sandbox.fail_next("play", drop="after")
        scene.sandbox.fail_next("read", delay=0.001)
        scene.sandbox.fail_next("read", status=403, times=3)
        assert await scene.work() == ["start_calls_unclear"]
        return task

    task = await unclear()
    assert await scene.ledger.candidates.phones(task.id, CandidateState.ADDED) == [ANNA]
    assert await look(scene) == []
    assert await scene.ledger.candidates.phones(task.id, CandidateState.DIALED) == [ANNA]
