from __future__ import annotations

import pytest

from rasa_twin24.campaign import Outcome, Plan
from rasa_twin24.campaign.fill import named
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CandidateState, TaskState
from tests.campaign import spoken
from tests.campaign.conftest import ANNA, BAD, BORIS, GLEB, ME, VERA, Scene

SEVEN = [f"+7916123450{number}" for number in range(7)]


async def told(scene: Scene) -> list[Outcome]:
    outcomes = await scene.campaign.carry_out(ME)
    assert outcomes is not None
    for outcome in outcomes:
        spoken.check(outcome.kind, outcome.params)
    return outcomes


async def test_numbers_go_in_portions_and_in_order(scene: Scene) -> None:
    task = await scene.created()
    await scene.campaign.collect(ME, SEVEN)
    scene.clock.now += 1
    [outcome] = await told(scene)
    assert outcome == Outcome(
        "add_candidates_done", {"added": "7", "total": "7", "task_id": task.twin_id or "", "name": "Акция"}
    )
    assert scene.numbers(task) == SEVEN
    assert scene.additions == 3  # of 3, 3 and 1
    assert await scene.step() == Step.MORE


async def test_a_further_message_sends_only_what_is_new(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    await scene.campaign.collect(ME, [ANNA, BORIS])
    [outcome] = await told(scene)
    assert (outcome.params["added"], outcome.params["total"]) == ("1", "2")
    assert scene.numbers(task) == [ANNA, BORIS]
    await scene.campaign.collect(ME, [ANNA])
    assert await scene.work() == []


async def test_a_task_just_made_is_given_a_moment(scene: Scene) -> None:
    task = await scene.created()  # the sandbox takes nothing for half a second
    await scene.campaign.collect(ME, [ANNA])
    assert await scene.work() == ["add_candidates_done"]
    assert scene.numbers(task) == [ANNA]
    assert scene.additions > 1


async def test_a_task_that_does_not_get_ready_keeps_the_numbers(scene: Scene) -> None:
    await scene.created()
    await scene.campaign.collect(ME, [ANNA, BORIS])
    scene.sandbox.fail_next("add", status=409, times=100)
    assert await scene.work() == ["add_candidates_failed_refused"]
    assert sum(scene.clock.paused) < 3  # seconds: the settle deadline and one pause more at most
    assert await scene.campaign.unsent(await scene.current()) == [ANNA, BORIS]


@pytest.mark.parametrize("numbers", [[ANNA, BAD, BORIS], [BAD, ANNA], [ANNA, BORIS, VERA, GLEB, BAD]], ids=len)
async def test_a_bad_number_among_good_ones_is_found_and_named_masked(scene: Scene, numbers: list[str]) -> None:
    task = await scene.created()
    scene.clock.now += 61  # no new task any more: its refusals mean what they say
    await scene.campaign.collect(ME, numbers)
    refused, done = await told(scene)
    assert refused.kind == "add_candidates_refused"
    assert refused.params["numbers"] == named([BAD])
    assert refused.params["reason"]
    assert BAD[1:] not in str(refused)
    assert (done.kind, done.params["added"]) == ("add_candidates_done", str(len(numbers) - 1))
    assert scene.numbers(task) == [number for number in numbers if number != BAD]
    assert await scene.ledger.tasks.phones(task.id, CandidateState.REFUSED) == [BAD]
    assert await scene.campaign.unsent(task) == []


async def test_only_bad_numbers_ask_again(scene: Scene) -> None:
    await scene.created()
    await scene.campaign.collect(ME, [BAD])
    assert [outcome.kind for outcome in await told(scene)] == ["add_candidates_refused", "add_candidates_again"]
    assert await scene.step() == Step.NUMBERS


# How the second portion fails → what is told, and what is then known of its numbers.
STOPS = {
    "401": ({"status": 401, "times": 2}, "add_candidates_failed_sign_in", CandidateState.PENDING),
    "402": ({"status": 402}, "add_candidates_failed_no_money", CandidateState.PENDING),
    "403": ({"status": 403}, "add_candidates_failed_forbidden", CandidateState.PENDING),
    "404": ({"status": 404}, "add_candidates_failed_not_found", CandidateState.PENDING),
    "409": ({"status": 409}, "add_candidates_failed_refused", CandidateState.PENDING),
    "429": ({"status": 429}, "add_candidates_failed_busy", CandidateState.PENDING),
    "503": ({"status": 503}, "add_candidates_unclear", CandidateState.SENDING),
    "dropped before": ({"drop": "before"}, "add_candidates_unclear", CandidateState.SENDING),
    "dropped after": ({"drop": "after"}, "add_candidates_unclear", CandidateState.SENDING),
    "no answer": ({"delay": 0.7}, "add_candidates_unclear", CandidateState.SENDING),
}


@pytest.mark.parametrize(("fault", "kind", "state"), STOPS.values(), ids=STOPS)
async def test_a_failure_keeps_the_numbers_and_a_retry_sends_them_once(
    scene: Scene, fault: dict[str, object], kind: str, state: str
) -> None:
    task = await scene.filled(*SEVEN[:2])
    await scene.campaign.collect(ME, SEVEN[2:])
    scene.sandbox.fail_next("add", delay=0.001)  # the first portion gets through
    scene.trouble("add", **fault)
    [outcome] = await told(scene)
    assert outcome.kind == kind
    assert outcome.params["numbers"] == named(SEVEN[5:])
    assert outcome.params["total"] == "5"
    assert await scene.ledger.tasks.phones(task.id, state) == SEVEN[5:]
    assert await scene.step() == Step.NUMBERS
    assert await scene.work() == ["add_candidates_done"]
    assert scene.numbers(task) == SEVEN


async def test_a_stop_among_single_numbers_spoils_nothing_that_is_known(scene: Scene) -> None:
    task = await scene.filled(GLEB)
    await scene.campaign.collect(ME, [ANNA, BAD, BORIS])
    for fault in ({"status": 422}, {"delay": 0.001}, {"delay": 0.001}, {"status": 403}):
        scene.trouble("add", **fault)
    kinds = await scene.work()
    assert kinds == ["add_candidates_refused", "add_candidates_failed_forbidden"]
    assert await scene.ledger.tasks.phones(task.id, CandidateState.ADDED) == [GLEB, ANNA]
    assert await scene.ledger.tasks.phones(task.id, CandidateState.REFUSED) == [BAD]
    assert await scene.campaign.unsent(task) == [BORIS]
    assert await scene.work() == ["add_candidates_done"]
    assert scene.numbers(task) == [GLEB, ANNA, BORIS]


async def test_what_may_be_at_twin_is_not_forgotten_by_a_later_failure(scene: Scene) -> None:
    """TWIN took the number but its answer was lost; then TWIN refuses to talk. It might still be dialed."""
    task = await scene.filled(ANNA)
    await scene.campaign.collect(ME, [BORIS])
    scene.sandbox.fail_next("add", drop="after")
    assert await scene.work() == ["add_candidates_unclear"]
    scene.sandbox.fail_next("add", status=403)
    assert await scene.work() == ["add_candidates_failed_forbidden"]
    assert scene.numbers(task) == [ANNA, BORIS]
    assert await scene.refused_plan() == Outcome("add_candidates_unclear", {"numbers": named([BORIS])})
    assert await scene.campaign.confirm(ME) is False
    assert await scene.work() == ["add_candidates_done"]
    assert (await scene.planned()).added == 2


async def test_numbers_that_surely_are_not_at_twin_are_left_out_of_the_plan(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    await scene.campaign.collect(ME, [BORIS])
    scene.sandbox.fail_next("add", status=403)
    await scene.work()
    plan = await scene.campaign.show_plan(ME)
    assert isinstance(plan, Plan)
    assert (plan.added, plan.left_out) == (1, 1)
    assert await scene.campaign.confirm(ME)
    assert await scene.work() == ["start_calls_done"]
    assert scene.numbers(task) == [ANNA]


async def test_a_task_that_was_left_gets_no_further_portion(scene: Scene) -> None:
    task = await scene.filled(GLEB)
    await scene.campaign.collect(ME, SEVEN)
    scene.sandbox.fail_next("add", delay=0.15)
    impatient = scene.with_settings(patience=0.05)
    assert await impatient.campaign.carry_out(ME) is None
    await scene.until(lambda: scene.additions == 2)
    await impatient.campaign.drop(ME)
    await impatient.campaign.close()
    assert scene.numbers(task) == [GLEB, *SEVEN[:3]]
    assert await scene.state(task) == TaskState.DROPPED
    assert await scene.step() is None
    assert await scene.notices() == []


@pytest.mark.parametrize(
    ("count", "shown"),
    [(1, "+7 916 ***-**-00"), (2, "+7 916 ***-**-00, +7 916 ***-**-01")],
)
def test_named_numbers_are_masked(count: int, shown: str) -> None:
    assert named(SEVEN[:count]) == shown


def test_many_numbers_are_counted_not_named() -> None:
    shown = named([f"+791612345{number:02}" for number in range(25)])
    assert shown.count("***-**-") == 10
    assert shown.endswith("-09 … +15")
