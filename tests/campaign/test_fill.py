from __future__ import annotations

import pytest

from rasa_twin24.campaign import Outcome, Plan
from rasa_twin24.campaign.fill import named
from rasa_twin24.ledger.candidates import CandidateState, people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.sandbox.tasks import Candidate as SandboxCandidate
from tests.campaign import spoken
from tests.campaign.conftest import ANNA, BAD, BORIS, GLEB, ME, NO_ANSWER, SETTINGS, VERA, Scene
from tests.waiting import until

OTHER = "telegram:100200301"
SEVEN = [f"+7916123450{number}" for number in range(7)]


async def told(scene: Scene) -> list[Outcome]:
    outcomes = await scene.campaign.carry_out(ME)
    assert outcomes is not None
    for outcome in outcomes:
        spoken.check(outcome.kind, outcome.params)
    return outcomes


async def test_numbers_go_in_portions_and_in_order(scene: Scene) -> None:
    task = await scene.created()
    await scene.campaign.collect(ME, people_of(SEVEN))
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
    await scene.campaign.collect(ME, people_of([ANNA, BORIS]))
    [outcome] = await told(scene)
    assert (outcome.params["added"], outcome.params["total"]) == ("1", "2")
    assert scene.numbers(task) == [ANNA, BORIS]
    await scene.campaign.collect(ME, people_of([ANNA]))
    assert await scene.work() == []


async def test_a_task_just_made_is_given_a_moment(scene: Scene) -> None:
    task = await scene.created()  # the sandbox takes nothing for half a second
    await scene.campaign.collect(ME, people_of([ANNA]))
    assert await scene.work() == ["add_candidates_done"]
    assert scene.numbers(task) == [ANNA]
    assert scene.additions > 1


async def test_a_task_that_does_not_get_ready_keeps_the_numbers(scene: Scene) -> None:
    await scene.created()
    await scene.campaign.collect(ME, people_of([ANNA, BORIS]))
    scene.sandbox.fail_next("add", status=409, times=100)
    assert await scene.work() == ["add_candidates_failed_refused"]
    assert sum(scene.clock.paused) < 3  # seconds: the settle deadline and one pause more at most
    assert await scene.campaign.unsent(await scene.current()) == 2


@pytest.mark.parametrize("numbers", [[ANNA, BAD, BORIS], [BAD, ANNA], [ANNA, BORIS, VERA, GLEB, BAD]], ids=len)
async def test_a_bad_number_among_good_ones_is_found_and_named_masked(scene: Scene, numbers: list[str]) -> None:
    task = await scene.created()
    scene.clock.now += 61  # no new task any more: its refusals mean what they say
    await scene.campaign.collect(ME, people_of(numbers))
    refused, done = await told(scene)
    assert refused.kind == "add_candidates_refused"
    assert refused.params["numbers"] == named([BAD])
    assert refused.params["reason"]
    assert BAD[1:] not in str(refused)
    assert (done.kind, done.params["added"]) == ("add_candidates_done", str(len(numbers) - 1))
    assert scene.numbers(task) == [number for number in numbers if number != BAD]
    assert await scene.ledger.candidates.phones(task.id, CandidateState.REFUSED) == [BAD]
    assert await scene.campaign.unsent(task) == 0


async def test_only_bad_numbers_ask_again(scene: Scene) -> None:
    await scene.created()
    await scene.campaign.collect(ME, people_of([BAD]))
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
    "503, and again": ({"status": 503, "times": 2}, "add_candidates_failed_unavailable", CandidateState.PENDING),
}


@pytest.mark.parametrize(("fault", "kind", "state"), STOPS.values(), ids=STOPS)
async def test_a_failure_keeps_the_numbers_and_a_retry_sends_them_once(
    scene: Scene, fault: dict[str, object], kind: str, state: str
) -> None:
    task = await scene.filled(*SEVEN[:2])
    await scene.campaign.collect(ME, people_of(SEVEN[2:]))
    scene.sandbox.fail_next("add", delay=0.001)  # the first portion gets through
    scene.trouble("add", **fault)
    [outcome] = await told(scene)
    assert outcome.kind == kind
    assert outcome.params["numbers"] == named(SEVEN[5:])
    assert outcome.params["total"] == "5"
    assert await scene.ledger.candidates.phones(task.id, state) == SEVEN[5:]
    assert await scene.step() == Step.NUMBERS
    assert await scene.work() == ["add_candidates_done"]
    assert scene.numbers(task) == SEVEN


# How the answer to a portion is lost, and whether TWIN took it. Either way everybody is on the list once.
LOST = {
    "503": ({"status": 503}, False),
    "503 after the work": ({"status": 503, "work": True}, True),
    "502 with a page": ({"status": 502, "body": b"<html>", "work": True}, True),
    "dropped before": ({"drop": "before"}, False),
    "dropped after": ({"drop": "after"}, True),
    "no answer": (NO_ANSWER, True),
    "a page": ({"status": 200, "body": b"<html>", "work": True}, True),
}


@pytest.mark.parametrize(("fault", "taken"), LOST.values(), ids=LOST)
async def test_a_lost_answer_is_looked_up_before_anything_is_sent_again(
    scene: Scene, fault: dict[str, object], taken: bool
) -> None:
    task = await scene.filled(*SEVEN[:2])
    await scene.campaign.collect(ME, people_of(SEVEN[2:]))
    scene.sandbox.fail_next("add", delay=0.001)
    scene.trouble("add", **fault)
    assert await scene.work() == ["add_candidates_done"]
    assert scene.numbers(task) == SEVEN
    assert scene.additions == 1 + (2 if taken else 3)
    assert await scene.ledger.portions.open(task.id) == []


async def test_a_count_that_lags_is_waited_for(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    await scene.campaign.collect(ME, people_of([BORIS, VERA]))
    scene.trouble("add", drop="after")
    scene.trouble("read", status=200, body=b'{"status": "READY", "candidateCount": 1}', times=2)
    assert await scene.work() == ["add_candidates_done"]
    assert scene.additions == 2
    assert scene.numbers(task) == [ANNA, BORIS, VERA]


def half(scene: Scene, task: CallTask, *taken: str) -> None:
    """TWIN takes some of the next portion, and its answer is lost."""
    scene.trouble("add", drop="before")
    for phone in taken:
        scene.at_twin(task).candidates.append(SandboxCandidate(phone[1:], (phone[1:],)))


# What TWIN tells of the number of candidates after a portion of two was lost; the task had one before.
UNVERIFIABLE = {
    "half of it": {"body": b'{"status": "READY", "candidateCount": 2}'},
    "more than there can be": {"body": b'{"status": "READY", "candidateCount": 9}'},
    "fewer than before": {"body": b'{"status": "READY", "candidateCount": 0}'},
    "nothing": {"body": b'{"status": "READY"}'},
}


@pytest.mark.parametrize("told", UNVERIFIABLE.values(), ids=UNVERIFIABLE)
async def test_a_portion_that_cannot_be_verified_is_never_played_but_built_anew(
    scene: Scene, told: dict[str, bytes]
) -> None:
    spoiled = await scene.filled(ANNA)
    await scene.campaign.collect(ME, people_of([BORIS, VERA]))
    half(scene, spoiled, BORIS)
    scene.trouble("read", status=200, times=3, **told)
    scene.trouble(
        "list", status=200, body=b'{"count": 0, "items": []}', times=3 if told == UNVERIFIABLE["nothing"] else 0
    )
    assert await scene.work() == ["add_candidates_rebuilding", "create_task_done_adding", "add_candidates_done"]
    rebuilt = await scene.current()
    assert rebuilt.twin_id != spoiled.twin_id
    assert rebuilt.mark != spoiled.mark
    assert scene.numbers(rebuilt) == [ANNA, BORIS, VERA]
    assert await scene.ledger.abandoned.reason(spoiled.twin_id or "") == "unverified"
    assert not await scene.campaign.may_be_opened(await scene.campaign.look_up(spoiled.twin_id or ""))
    scene.clock.now += 1
    await scene.planned()
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["start_calls_done"]
    assert scene.sandbox.plays(spoiled.twin_id or "") == 0
    assert scene.sandbox.plays(rebuilt.twin_id or "") == 1


async def test_half_of_a_refused_portion_was_taken(scene: Scene) -> None:
    """TWIN adds some of a portion before it comes to the bad number; sent again they would be there twice."""
    spoiled = await scene.filled(GLEB)
    scene.clock.now += 61
    await scene.campaign.collect(ME, people_of([ANNA, BORIS, BAD]))
    scene.at_twin(spoiled).candidates.append(SandboxCandidate("another id", (ANNA[1:],)))
    kinds = await scene.work()
    assert kinds == ["add_candidates_rebuilding", "create_task_done_adding", "add_candidates_done"]
    assert scene.numbers(await scene.current()) == [GLEB, ANNA, BORIS]


async def test_a_foreign_task_that_cannot_be_verified_is_left_for_ever(scene: Scene) -> None:
    twin_id = await scene.desk.twin.tasks.create(
        name="Чужое", script_id=SETTINGS.script_id, caller_id=SETTINGS.caller_id
    )
    scene.clock.now += 1
    await scene.campaign.open(ME, await scene.campaign.look_up(twin_id))
    task = await scene.current()
    await scene.campaign.collect(ME, people_of([ANNA, BORIS]))
    half(scene, task, ANNA)
    assert await scene.work() == ["add_candidates_spoiled"]
    assert await scene.state(task) == TaskState.DROPPED
    assert (await scene.campaign.current(ME))[0] is None
    assert not await scene.campaign.may_be_opened(await scene.campaign.look_up(twin_id))
    assert len(scene.sandbox.tasks) == 1


async def test_numbers_that_others_put_into_our_task_are_not_lost_in_a_new_one(scene: Scene) -> None:
    """Somebody added to it in the cabinet: a task built from our list alone would leave their people out."""
    first = await scene.filled(ANNA)
    scene.at_twin(first).candidates.append(SandboxCandidate("cabinet", (GLEB[1:],)))
    await scene.campaign.open(OTHER, await scene.campaign.look_up(first.twin_id or ""))
    await scene.campaign.collect(OTHER, people_of([BORIS, VERA]))
    half(scene, first, BORIS)
    assert await scene.work(OTHER) == ["add_candidates_spoiled"]


async def test_a_twin_that_never_tells_makes_the_bot_stop(scene: Scene) -> None:
    await scene.filled(ANNA)
    await scene.campaign.collect(ME, people_of([BORIS]))
    scene.trouble("add", drop="before", times=100)
    scene.trouble("read", status=200, body=b'{"status": "READY"}', times=100)
    scene.trouble("list", status=200, body=b'{"count": 0, "items": []}', times=100)
    kinds = await scene.work()
    assert kinds[-1] == "add_candidates_rebuild_failed"
    assert kinds.count("add_candidates_rebuilding") == 3
    assert len(scene.sandbox.tasks) == 3
    assert await scene.step() == Step.CREATE
    scene.sandbox.mend()
    assert await scene.campaign.again(ME)
    assert await scene.work() == ["create_task_done_adding", "add_candidates_done"]
    assert scene.numbers(await scene.current()) == [ANNA, BORIS]


async def test_a_twin_that_cannot_be_asked_is_asked_later(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    await scene.campaign.collect(ME, people_of([BORIS]))
    scene.trouble("add", drop="after")
    scene.trouble("read", status=503, times=100)
    assert await scene.work() == ["add_candidates_unclear"]
    assert await scene.refused_plan() == Outcome("add_candidates_unclear", {"numbers": named([BORIS])})
    assert await scene.campaign.consent.confirm(ME) is False
    await scene.campaign.recover()
    await scene.campaign.close()
    assert await scene.notices() == []
    scene.sandbox.mend()
    await scene.campaign.recover()
    await scene.campaign.close()
    assert await scene.notices() == ["add_candidates_done"]
    assert scene.additions == 2
    assert scene.numbers(task) == [ANNA, BORIS]


async def test_a_stop_among_single_numbers_spoils_nothing_that_is_known(scene: Scene) -> None:
    task = await scene.filled(GLEB)
    await scene.campaign.collect(ME, people_of([ANNA, BAD, BORIS]))
    # All three, the half of one, the other two, the first of those, the last.
    for fault in ({"status": 422}, {"delay": 0.001}, {"status": 422}, {"status": 422}, {"status": 403}):
        scene.trouble("add", **fault)
    kinds = await scene.work()
    assert kinds == ["add_candidates_refused", "add_candidates_failed_forbidden"]
    assert await scene.ledger.candidates.phones(task.id, CandidateState.ADDED) == [GLEB, ANNA]
    assert await scene.ledger.candidates.phones(task.id, CandidateState.REFUSED) == [BAD]
    assert await scene.campaign.unsent(task) == 1
    assert await scene.work() == ["add_candidates_done"]
    assert scene.numbers(task) == [GLEB, ANNA, BORIS]


async def test_numbers_that_surely_are_not_at_twin_are_left_out_of_the_plan(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    await scene.campaign.collect(ME, people_of([BORIS]))
    scene.sandbox.fail_next("add", status=403)
    await scene.work()
    plan = await scene.campaign.consent.show_plan(ME)
    assert isinstance(plan, Plan)
    assert (plan.added, plan.left_out) == (1, 1)
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["start_calls_done"]
    assert scene.numbers(task) == [ANNA]


async def test_a_task_that_was_left_gets_no_further_portion(scene: Scene) -> None:
    task = await scene.filled(GLEB)
    await scene.campaign.collect(ME, people_of(SEVEN))
    held = scene.hold("add")
    impatient = scene.with_settings(patience=0.05)
    assert await impatient.campaign.carry_out(ME) is None
    await held.came.wait()
    await until(lambda: scene.additions == 2)
    await impatient.campaign.drop(ME)
    held.let_go()
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
