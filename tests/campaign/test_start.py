"""One yes, at most one `play`, and the truth about what became of it."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from rasa_twin24.ledger.candidates import CandidateState, people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import TaskState
from tests.campaign.conftest import ANNA, BORIS, ME, NO_ANSWER, Scene


def status(name: str) -> dict[str, object]:
    """A task read in this status, whatever it is in truth."""
    return {"body": f'{{"status": "{name}"}}'.encode()}


async def test_a_ready_task_is_started(scene: Scene) -> None:
    task = await scene.agreed(ANNA, BORIS)
    [outcome] = await scene.campaign.carry_out(ME) or []
    assert outcome.kind == "start_calls_done"
    assert outcome.params == {"name": "Акция", "task_id": task.twin_id, "count": "2"}
    assert (scene.at_twin(task).status, scene.sandbox.plays(task.twin_id or ""), scene.plays) == ("PROCESS", 1, 1)
    assert await scene.state(task) == TaskState.RUNNING
    assert await scene.ledger.candidates.phones(task.id, CandidateState.DIALED) == [ANNA, BORIS]
    assert await scene.campaign.current(ME) == (None, None)  # free for the next task
    assert await scene.work() == []


async def test_a_paused_task_goes_on(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    scene.trouble("read", **status("PAUSED"))
    assert await scene.work() == ["start_calls_done"]
    assert scene.sandbox.plays(task.twin_id or "") == 1


async def test_a_finished_task_starts_again_once_numbers_were_added(scene: Scene) -> None:
    task = await scene.running(ANNA)
    scene.clock.now += 2000
    await scene.campaign.open(ME, await scene.campaign.look_up(task.twin_id or ""))
    await scene.campaign.collect(ME, people_of([BORIS]))
    assert await scene.work() == ["add_candidates_done"]
    plan = await scene.planned()
    assert (plan.added, plan.before) == (1, 1)
    assert await scene.campaign.consent.confirm(ME)
    scene.trouble("read", **status("DONE"))
    scene.clock.now += 1
    assert await scene.work() == ["start_calls_done"]
    assert scene.sandbox.plays(task.twin_id or "") == 2  # one for each yes
    assert scene.numbers(task) == [ANNA, BORIS]


# What the reads before `play` show, one after the other → what is told. Nothing is played.
NOT_STARTED = {
    "never ready": ([status("BLANK")] * 50, "start_calls_not_ready"),
    "stopped for ever": ([status("BLANK"), status("HALTED")], "start_calls_impossible"),
    "unknown status": ([status("ARCHIVED")], "start_calls_impossible"),
    "no such task": ([{"status": 404}], "start_calls_failed_not_found"),
    "login refused": ([{"status": 401}] * 2, "start_calls_failed_sign_in"),
    "no right": ([{"status": 403}], "start_calls_failed_forbidden"),
    "too many requests": ([{"status": 429}] * 3, "start_calls_failed_busy"),
    "out of order": ([{"status": 503}] * 100, "start_calls_failed_unavailable"),
    "unreadable": ([{"body": b"<html>"}], "start_calls_failed_unavailable"),
    "more people than agreed to": ([{"body": b'{"status": "READY", "candidateCount": 3}'}], "start_calls_plan_old"),
}


@pytest.mark.parametrize(("reads", "kind"), NOT_STARTED.values(), ids=NOT_STARTED)
async def test_a_task_that_cannot_be_started_is_not(scene: Scene, reads: list[dict[str, object]], kind: str) -> None:
    task = await scene.agreed(ANNA)
    for fault in reads:
        scene.trouble("read", **fault)
    began = scene.clock.now
    assert await scene.work() == [kind]
    assert scene.plays == 0
    assert scene.clock.now - began < 10
    assert await scene.state(task) == TaskState.FILLING
    assert await scene.step() == Step.START
    assert await scene.work() == []
    assert await scene.campaign.consent.confirm(ME) is False  # the yes is used up
    assert await scene.ledger.candidates.phones(task.id, CandidateState.ADDED) == [ANNA]


async def test_it_waits_while_twin_gets_ready(scene: Scene) -> None:
    await scene.agreed(ANNA)
    scene.trouble("read", **status("BLANK"), times=2)
    scene.sandbox.fail_next("read", status=503, times=3)  # one look with its repetitions
    assert await scene.work() == ["start_calls_done"]


async def test_numbers_added_in_the_cabinet_are_shown_before_they_are_dialed(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    scene.at_twin(task).candidates.append(scene.at_twin(task).candidates[0]._replace(external_id="by hand"))
    assert await scene.work() == ["start_calls_plan_old"]
    plan = await scene.planned()
    assert (plan.added, plan.before) == (1, 1)
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["start_calls_done"]


async def test_what_runs_already_is_not_played(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    await scene.desk.twin.tasks.play(task.twin_id or "")
    assert await scene.work() == ["start_calls_already_running"]
    assert scene.plays == 1  # the one by hand
    assert await scene.state(task) == TaskState.RUNNING


# What TWIN does with `play` → what is told, and whether the calls run.
PLAYS = {
    "done, answer dropped": ({"drop": "after"}, "start_calls_done", True),
    "done, no answer": (NO_ANSWER, "start_calls_done", True),
    "done, answer unreadable": ({"body": b"<html>", "work": True}, "start_calls_done", True),
    "done, 500": ({"status": 500, "work": True}, "start_calls_done", True),
    "done, told no": ({"status": 409, "work": True}, "start_calls_already_running", True),
    "dropped": ({"drop": "before"}, "start_calls_failed_unavailable", False),
    "502": ({"status": 502, "body": b"<html>"}, "start_calls_failed_unavailable", False),
    "408": ({"status": 408}, "start_calls_failed_unavailable", False),
    "redirect": ({"status": 302}, "start_calls_failed_unavailable", False),
    "400": ({"status": 400}, "start_calls_failed_refused", False),
    "401": ({"status": 401, "times": 2}, "start_calls_failed_sign_in", False),
    "402": ({"status": 402}, "start_calls_failed_no_money", False),
    "403": ({"status": 403}, "start_calls_failed_forbidden", False),
    "404": ({"status": 404}, "start_calls_failed_not_found", False),
    "409": ({"status": 409}, "start_calls_failed_refused", False),
    "429": ({"status": 429}, "start_calls_failed_busy", False),
}


@pytest.mark.parametrize(("fault", "kind", "runs"), PLAYS.values(), ids=PLAYS)
async def test_a_failed_play_is_looked_after(scene: Scene, fault: dict[str, object], kind: str, runs: bool) -> None:
    task = await scene.agreed(ANNA)
    scene.trouble("play", **fault)
    assert await scene.work() == [kind]
    assert scene.sandbox.plays(task.twin_id or "") == int(runs)
    assert await scene.state(task) == (TaskState.RUNNING if runs else TaskState.FILLING)
    assert await scene.step() == (None if runs else Step.START)
    assert await scene.work() == []
    assert scene.plays == (2 if fault.get("times") else 1)  # 401: refused at the door, once more with a new token


async def test_unreadable_statuses_leave_it_unclear_and_watched(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    scene.sandbox.fail_next("play", drop="before")
    scene.sandbox.fail_next("read", delay=0.001)  # the look before `play`
    scene.sandbox.fail_next("read", status=403, times=3)
    assert await scene.work() == ["start_calls_unclear"]
    assert await scene.state(task) == TaskState.RUNNING
    assert [due.id for due in await scene.ledger.tasks.due()] == [task.id]
    assert await scene.campaign.current(ME) == (None, None)
    assert scene.plays == 1


async def test_one_unread_status_among_ready_ones_is_not_sure(scene: Scene) -> None:
    await scene.agreed(ANNA)
    scene.sandbox.fail_next("play", drop="before")
    for fault in ({"delay": 0.001}, status("READY"), {"status": 403}, status("READY")):
        scene.trouble("read", **fault)
    assert await scene.work() == ["start_calls_unclear"]


async def test_twin_shows_its_own_start_a_moment_late(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    scene.sandbox.fail_next("play", drop="after")
    for fault in ({"delay": 0.001}, status("READY"), status("READY")):
        scene.trouble("read", **fault)
    assert await scene.work() == ["start_calls_done"]
    assert scene.sandbox.plays(task.twin_id or "") == 1


async def test_a_finished_task_that_stays_so_is_never_sure(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    await scene.ledger.tasks.change(task.id, was_done=True)
    scene.sandbox.fail_next("play", drop="before")
    scene.sandbox.fail_next("read", delay=0.001)
    scene.trouble("read", **status("DONE"), times=3)
    assert await scene.work() == ["start_calls_unclear"]


READS: tuple[dict[str, object], ...] = (
    {"delay": 0.001},
    {"status": 403},
    status("READY"),
    status("DONE"),
    status("PROCESS"),
)
ANSWERS: tuple[dict[str, object], ...] = (
    {"drop": "after"},
    {"drop": "before"},
    {"status": 500, "work": True},
    {"status": 409},
)


@pytest.mark.parametrize("fault", ANSWERS, ids=str)
async def test_whatever_is_read_one_yes_is_one_play(scene: Scene, fault: dict[str, object]) -> None:
    for first, second in itertools.product(READS, READS):
        task = await scene.agreed(ANNA)
        before = scene.plays
        scene.trouble("play", **fault)
        for read in ({"delay": 0.001}, first, second, {"delay": 0.001}):
            scene.trouble("read", **read)
        assert len(await scene.work()) == 1
        assert await scene.restarted().work() == []
        after = scene.restarted()
        await after.campaign.recover()
        await after.campaign.close()
        assert scene.plays - before == 1
        assert scene.sandbox.plays(task.twin_id or "") <= 1
        scene.sandbox.mend()


async def test_two_processes_with_one_yes_play_once(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    second = scene.restarted()
    told = await asyncio.gather(scene.work(), second.work())
    assert scene.plays == 1
    assert scene.sandbox.plays(task.twin_id or "") == 1
    assert ["start_calls_done"] in told


async def test_a_yes_that_lay_for_hours_dials_nobody(scene: Scene) -> None:
    task = await scene.agreed(ANNA)
    scene.clock.now += 6 * 3600
    assert await scene.work() == ["start_calls_plan_old"]
    assert scene.plays == 0
    assert await scene.state(task) == TaskState.FILLING
