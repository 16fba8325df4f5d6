from __future__ import annotations

import pytest

from rasa_twin24.campaign.mark import comment, marked_name
from rasa_twin24.ledger.candidates import people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import TaskState
from tests.campaign.conftest import ANNA, ME, NO_ANSWER, Scene


async def test_a_task_is_made_once_and_asks_for_numbers(scene: Scene) -> None:
    task = await scene.created("Весенняя акция")
    assert (task.state, task.name, task.ours, task.there_before) == (TaskState.FILLING, "Весенняя акция", True, 0)
    assert task.mark is not None
    [made] = scene.sandbox.tasks
    assert (made.name, made.comment) == (f"Весенняя акция #{task.mark[:6]}", f"rasa-twin24 {task.mark}")
    assert scene.at_twin(task).status == "BLANK"
    assert await scene.step() == Step.NUMBERS
    assert await scene.work() == []
    assert len(scene.sandbox.tasks) == 1


async def test_numbers_given_before_the_task_go_into_it(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, people_of([ANNA]))
    await scene.campaign.order(ME, "Акция")
    assert await scene.work() == ["create_task_done_adding", "add_candidates_done"]
    assert scene.numbers(await scene.current()) == [ANNA]
    assert await scene.step() == Step.MORE


async def test_numbers_given_before_the_task_outlive_a_new_beginning(scene: Scene) -> None:
    """«создай» → a number → «нет, лучше в существующее»: the number was promised a task."""
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, people_of([ANNA]))
    await scene.campaign.begin(ME)
    assert await scene.campaign.unsent(await scene.current()) == 1


# How TWIN refuses → what is told. Nothing was made, and the task may be ordered again.
FAILURES = {
    "400": ({"status": 400, "body": b'{"error": "bad name"}'}, "create_task_failed_refused"),
    "401": ({"status": 401, "times": 2}, "create_task_failed_sign_in"),
    "402": ({"status": 402}, "create_task_failed_no_money"),
    "403": ({"status": 403}, "create_task_failed_forbidden"),
    "404": ({"status": 404}, "create_task_failed_not_found"),
    "422": ({"status": 422}, "create_task_failed_refused"),
    "429": ({"status": 429}, "create_task_failed_busy"),
    "500, and again": ({"status": 500, "times": 2}, "create_task_failed_unclear"),
    "500, then 403": ({"status": 500}, "create_task_failed_forbidden"),
}


@pytest.mark.parametrize(("fault", "kind"), FAILURES.values(), ids=FAILURES)
async def test_a_failure_is_told_and_may_be_tried_again(scene: Scene, fault: dict[str, object], kind: str) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", **fault)
    if fault.get("status") == 500 and "times" not in fault:
        scene.trouble("create", status=403)
    assert await scene.work() == [kind]
    assert (await scene.current()).state == TaskState.NEW
    assert await scene.step() == Step.CREATE
    assert await scene.work() == []  # nothing is tried again by itself
    assert await scene.campaign.again(ME)
    assert await scene.work() == ["create_task_done"]
    assert await scene.campaign.again(ME) is False


# How the answer is lost → whether TWIN made the task all the same. Either way there is one in the end.
LOST = {
    "500": ({"status": 500}, False),
    "500 after the work": ({"status": 500, "work": True}, True),
    "502 with a page": ({"status": 502, "body": b"<html>"}, False),
    "503 after the work": ({"status": 503, "work": True}, True),
    "504": ({"status": 504, "work": True}, True),
    "dropped before": ({"drop": "before"}, False),
    "dropped after": ({"drop": "after"}, True),
    "no answer": (NO_ANSWER, True),
    "no id": ({"body": b"{}", "work": True}, True),
    "no id, no task": ({"body": b"{}"}, False),
    "null": ({"body": b"null", "work": True}, True),
    "a list": ({"body": b"[]", "work": True}, True),
    "cut JSON": ({"body": b'{"id": {"iden', "work": True}, True),
    "a page": ({"body": b"<html>", "work": True}, True),
    "a redirect": ({"status": 302, "headers": {"Location": "/login"}, "work": True}, True),
}


@pytest.mark.parametrize(("fault", "made"), LOST.values(), ids=LOST)
async def test_a_lost_answer_is_looked_up_before_anything_is_repeated(
    scene: Scene, fault: dict[str, object], made: bool
) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", **fault)
    assert await scene.work() == ["create_task_found" if made else "create_task_done"]
    [at_twin] = scene.sandbox.tasks
    task = await scene.current()
    assert (task.twin_id, task.state) == (at_twin.id, TaskState.FILLING)
    assert scene.requests("/autoCall") == (1 if made else 2)


async def test_a_list_that_lags_is_waited_for(scene: Scene) -> None:
    """The pauses between the looks are 0.2, 0.4 and 0.8 seconds."""
    scene.sandbox._listed_after = 1.0
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", drop="after")
    assert await scene.work() == ["create_task_found"]
    assert len(scene.sandbox.tasks) == 1


async def test_of_two_the_earliest_is_used_and_the_other_never_played(scene: Scene) -> None:
    """The first shows in the list only after the last look: a second was made meanwhile."""
    scene.sandbox._listed_after = 1.5
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", drop="after")
    scene.trouble("create", drop="after")
    assert await scene.work() == ["create_task_found"]
    earlier, later = scene.sandbox.tasks
    assert (await scene.current()).twin_id == earlier.id
    assert not await scene.campaign.may_be_opened(await scene.campaign.look_up(later.id))
    assert await scene.campaign.may_be_opened(await scene.campaign.look_up(earlier.id))


async def test_of_two_that_are_found_at_once_the_later_is_given_up(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", drop="after")
    scene.trouble("list", status=503, times=100)
    await scene.work()
    mark = (await scene.current()).mark or ""
    scene.clock.now += 1
    settings = scene.desk.settings
    copy = await scene.desk.twin.tasks.create(
        name=marked_name("Акция", mark),
        script_id=settings.script_id,
        caller_id=settings.caller_id,
        comment=comment(mark),
    )
    scene.sandbox.mend()
    assert await scene.campaign.again(ME)
    assert await scene.work() == ["create_task_found"]
    assert (await scene.current()).twin_id == scene.sandbox.tasks[0].id != copy
    assert await scene.ledger.abandoned.reason(copy) == "duplicate"


async def test_a_copy_that_turns_up_later_still_is_never_opened(scene: Scene) -> None:
    scene.sandbox._listed_after = 100
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", drop="after")
    assert await scene.work() == ["create_task_done"]
    copy, ours = scene.sandbox.tasks
    assert (await scene.current()).twin_id == ours.id
    assert not await scene.campaign.may_be_opened(await scene.campaign.look_up(copy.id))
    assert await scene.ledger.abandoned.reason(copy.id) == "duplicate"


async def test_somebody_elses_task_of_the_same_name_is_not_taken_for_ours(scene: Scene) -> None:
    await scene.created("Акция")
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", drop="before")
    assert await scene.work() == ["create_task_done"]
    assert len({task.twin_id for task in await scene.ledger.tasks.latest(ME, 10)}) == 2


async def test_a_twin_that_cannot_be_asked_is_asked_later(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, people_of([ANNA]))
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", drop="after")
    scene.trouble("list", status=503, times=100)
    assert await scene.work() == ["create_task_unsure"]
    assert (await scene.current()).state == TaskState.CREATING
    assert await scene.step() == Step.CREATE
    await scene.campaign.recover()
    await scene.campaign.close()
    assert await scene.notices() == []  # told once, and nothing has changed
    scene.sandbox.mend()
    scene.clock.now += 60
    await scene.campaign.recover()
    await scene.campaign.close()
    assert await scene.notices() == ["create_task_found_adding", "add_candidates_done"]
    assert len(scene.sandbox.tasks) == 1
    assert scene.numbers(await scene.current()) == [ANNA]


async def test_a_person_who_asks_again_hears_again(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", drop="after")
    scene.trouble("list", status=503, times=100)
    assert await scene.work() == ["create_task_unsure"]
    assert await scene.campaign.again(ME)
    assert await scene.work() == ["create_task_unsure"]
    scene.sandbox.mend()
    assert await scene.campaign.again(ME)
    assert await scene.work() == ["create_task_found"]
    assert len(scene.sandbox.tasks) == 1


async def test_a_task_that_was_left_before_it_was_known_is_found_and_left_alone(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", drop="after")
    scene.trouble("list", status=503, times=100)
    await scene.work()
    task = await scene.current()
    await scene.campaign.drop(ME)
    scene.sandbox.mend()
    scene.clock.now += 60
    await scene.campaign.recover()
    await scene.campaign.close()
    assert await scene.notices() == ["create_task_left"]
    assert await scene.state(task) == TaskState.DROPPED


async def test_a_task_that_was_left_and_never_made_is_not_made(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", drop="before")
    scene.trouble("list", status=503, times=100)
    await scene.work()
    await scene.campaign.drop(ME)
    scene.sandbox.mend()
    scene.clock.now += 60
    await scene.campaign.recover()
    await scene.campaign.close()
    assert await scene.notices() == []
    assert scene.sandbox.tasks == []
    assert await scene.ledger.tasks.in_states([TaskState.CREATING]) == []


async def test_one_message_orders_one_task_however_often_it_is_said(scene: Scene) -> None:
    """A killed process says the message of its last turn again."""
    await scene.campaign.begin(ME, "update 1")
    await scene.campaign.order(ME, "Акция", "update 1")
    assert await scene.work() == ["create_task_done"]
    await scene.campaign.begin(ME, "update 1")
    await scene.campaign.order(ME, "Акция", "update 1")
    assert await scene.work() == []
    assert len(scene.sandbox.tasks) == 1
    await scene.campaign.begin(ME, "update 2")
    await scene.campaign.order(ME, "Акция", "update 2")
    assert await scene.work() == ["create_task_done"]
    assert len(scene.sandbox.tasks) == 2


async def test_the_wrong_password_is_told_as_such(scene: Scene) -> None:
    scene.sandbox.fail_next("login", status=401, times=2)
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    assert await scene.work() == ["create_task_failed_sign_in"]


async def test_numbers_outlive_a_failed_creation(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, people_of([ANNA]))
    await scene.campaign.order(ME, "Акция")
    scene.sandbox.fail_next("create", status=403)
    assert await scene.work() == ["create_task_failed_forbidden"]
    await scene.campaign.again(ME)
    assert await scene.work() == ["create_task_done_adding", "add_candidates_done"]


async def test_nothing_is_tried_again_without_a_failed_creation(scene: Scene) -> None:
    assert await scene.campaign.again(ME) is False
    await scene.campaign.begin(ME)
    assert await scene.campaign.again(ME) is False  # no name yet
