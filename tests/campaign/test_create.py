from __future__ import annotations

import pytest

from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import TaskState
from tests.campaign.conftest import ANNA, ME, Scene


async def test_a_task_is_made_once_and_asks_for_numbers(scene: Scene) -> None:
    task = await scene.created("Весенняя акция")
    assert (task.state, task.name, task.ours, task.there_before) == (TaskState.FILLING, "Весенняя акция", True, 0)
    assert [made.name for made in scene.sandbox.tasks] == ["Весенняя акция"]
    assert scene.at_twin(task).status == "BLANK"
    assert await scene.step() == Step.NUMBERS
    assert await scene.work() == []
    assert len(scene.sandbox.tasks) == 1


async def test_numbers_given_before_the_task_go_into_it(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, [ANNA])
    await scene.campaign.order(ME, "Акция")
    assert await scene.work() == ["create_task_done_adding", "add_candidates_done"]
    assert scene.numbers(await scene.current()) == [ANNA]
    assert await scene.step() == Step.MORE


async def test_numbers_given_before_the_task_outlive_a_new_beginning(scene: Scene) -> None:
    """«создай» → a number → «нет, лучше в существующее»: the number was promised a task."""
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, [ANNA])
    await scene.campaign.begin(ME)
    assert await scene.campaign.unsent(await scene.current()) == [ANNA]


# What TWIN does with the request → what is told. All of them leave a task that may be ordered again.
FAILURES = {
    "400": ({"status": 400, "body": b'{"error": "bad name"}'}, "create_task_failed_refused"),
    "401": ({"status": 401, "times": 2}, "create_task_failed_sign_in"),
    "402": ({"status": 402}, "create_task_failed_no_money"),
    "403": ({"status": 403}, "create_task_failed_forbidden"),
    "404": ({"status": 404}, "create_task_failed_not_found"),
    "422": ({"status": 422}, "create_task_failed_refused"),
    "429": ({"status": 429}, "create_task_failed_busy"),
    "500": ({"status": 500}, "create_task_failed_unclear"),
    "502 with a page": ({"status": 502, "body": b"<html>"}, "create_task_failed_unclear"),
    "dropped before": ({"drop": "before"}, "create_task_failed_unclear"),
    "dropped after": ({"drop": "after"}, "create_task_failed_unclear"),
    "no answer": ({"delay": 0.7}, "create_task_failed_unclear"),
    "no id": ({"body": b"{}"}, "create_task_failed_unclear"),
    "no JSON": ({"body": b"<html>", "work": True}, "create_task_failed_unclear"),
}


@pytest.mark.parametrize(("fault", "kind"), FAILURES.values(), ids=FAILURES)
async def test_a_failure_is_told_and_may_be_tried_again(scene: Scene, fault: dict[str, object], kind: str) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    scene.trouble("create", **fault)
    assert await scene.work() == [kind]
    assert (await scene.current()).state == TaskState.NEW
    assert await scene.step() == Step.CREATE
    assert await scene.work() == []  # nothing is tried again by itself
    assert await scene.campaign.again(ME)
    assert await scene.work() == ["create_task_done"]
    assert await scene.campaign.again(ME) is False


async def test_the_wrong_password_is_told_as_such(scene: Scene) -> None:
    scene.sandbox.fail_next("login", status=401, times=2)
    await scene.campaign.begin(ME)
    await scene.campaign.order(ME, "Акция")
    assert await scene.work() == ["create_task_failed_sign_in"]


async def test_numbers_outlive_a_failed_creation(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, [ANNA])
    await scene.campaign.order(ME, "Акция")
    scene.sandbox.fail_next("create", status=403)
    assert await scene.work() == ["create_task_failed_forbidden"]
    await scene.campaign.again(ME)
    assert await scene.work() == ["create_task_done_adding", "add_candidates_done"]


async def test_nothing_is_tried_again_without_a_failed_creation(scene: Scene) -> None:
    assert await scene.campaign.again(ME) is False
    await scene.campaign.begin(ME)
    assert await scene.campaign.again(ME) is False  # no name yet
