"""Nobody of the do-not-call list is dialed: whether they were on it before the plan, or put there after the yes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rasa_twin24.campaign import Plan
from rasa_twin24.campaign.edit import Edited
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.plans import Ending
from rasa_twin24.ledger.tasks import TaskState
from tests.campaign import spoken
from tests.campaign.conftest import ANNA, BORIS, GLEB, ME, VERA, Scene
from tests.campaign.test_edit import foreign

COLLEAGUE = "telegram:7"


async def ban(scene: Scene, *phones: str) -> None:
    await scene.ledger.do_not_call.add(phones, ME)


async def obstacle(scene: Scene) -> str | None:
    plan = await scene.campaign.consent.show_plan(ME)
    assert isinstance(plan, Plan), plan
    if plan.obstacle is None:
        return None
    spoken.check(plan.obstacle.kind, plan.obstacle.params)
    return plan.obstacle.kind


async def test_such_a_plan_is_not_offered_for_a_yes(scene: Scene) -> None:
    task = await scene.filled(ANNA, BORIS, VERA)
    await ban(scene, BORIS, GLEB)
    plan = await scene.campaign.consent.show_plan(ME)
    assert isinstance(plan, Plan)
    assert plan.obstacle is not None
    assert plan.obstacle.kind == "start_calls_do_not_call"
    assert plan.obstacle.params == {"count": "1", "numbers": "+7 916 ***-**-02"}
    assert await scene.campaign.consent.confirm(ME) is False
    assert scene.plays == 0

    done = await scene.campaign.editing.remove_banned(ME)
    assert isinstance(done, Edited)
    assert ([person.phones for person in done.removed], done.left) == ([(BORIS,)], 2)
    assert await scene.work() == ["create_task_done_adding", "add_candidates_done"]
    fresh = await scene.current()
    assert scene.numbers(fresh) == [ANNA, VERA]
    assert fresh.twin_id != task.twin_id
    scene.clock.now += 1
    assert await obstacle(scene) is None


async def test_who_is_taken_off_the_list_again_may_be_called(scene: Scene) -> None:
    await scene.filled(ANNA)
    await ban(scene, ANNA)
    assert await obstacle(scene) == "start_calls_do_not_call"
    await scene.ledger.do_not_call.remove([ANNA], ME)
    assert await obstacle(scene) is None
    assert await scene.campaign.consent.confirm(ME) is True


async def test_a_further_number_of_a_person_counts_too(scene: Scene) -> None:
    await scene.filled(ANNA, BORIS)
    await scene.ledger._store.run(
        lambda c: c.exec_driver_sql(f"UPDATE candidates SET more_phones = '[\"{GLEB}\"]' WHERE phone = '{ANNA}'")
    )
    await ban(scene, GLEB)
    assert await obstacle(scene) == "start_calls_do_not_call"


async def test_put_there_between_the_plan_and_the_yes(scene: Scene) -> None:
    await scene.filled(ANNA, BORIS)
    await scene.planned()
    await ban(scene, BORIS)
    assert await scene.campaign.consent.confirm(ME)
    await check_rebuilt(scene)


async def test_put_there_after_the_yes(scene: Scene) -> None:
    await scene.agreed(ANNA, BORIS)
    await ban(scene, BORIS)
    await check_rebuilt(scene)


async def check_rebuilt(scene: Scene) -> None:
    """Nothing is dialed; the task is made anew at once without Boris, and waits for a new yes to its plan."""
    old = await scene.current()
    assert await scene.work() == [
        "start_calls_do_not_call_rebuilding",
        "create_task_done_adding",
        "add_candidates_done",
    ]
    assert scene.plays == 0
    fresh = await scene.current()
    assert scene.numbers(fresh) == [ANNA]
    assert await scene.ledger.abandoned.reason(old.twin_id or "") == "unverified"
    assert await scene.ledger.plans.ending(old.id) == Ending.REFUSED
    [started] = [entry for entry in await scene.ledger.audit.since(0) if entry.act == Act.START_CALLS]
    assert (started.outcome, started.detail["reason"]) == (Result.REFUSED, "start_calls_do_not_call")
    assert await scene.campaign.consent.confirm(ME) is False  # the old yes is used up
    scene.clock.now += 1
    await scene.planned()
    assert await scene.campaign.consent.confirm(ME) is True
    assert await scene.work() == ["start_calls_done"]
    assert [f"+{call.phone.lstrip('+')}" for call in scene.sandbox.calls] == [ANNA]
    assert (scene.sandbox.plays(old.twin_id or ""), scene.sandbox.plays(fresh.twin_id or "")) == (0, 1)


async def test_when_nobody_else_is_left_numbers_are_asked_for(scene: Scene) -> None:
    await scene.agreed(ANNA)
    await ban(scene, ANNA)
    assert await scene.work() == ["start_calls_do_not_call_rebuilding", "create_task_done"]
    assert await scene.step() == Step.NUMBERS
    assert scene.plays == 0


async def test_a_foreign_task_is_left_alone_and_not_started(scene: Scene) -> None:
    made = await foreign(scene)
    await scene.campaign.collect(ME, people_of([ANNA]))
    await scene.work()
    scene.clock.now += 1
    await scene.planned()
    await ban(scene, ANNA)
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["start_calls_do_not_call_foreign"]
    assert (await scene.current()).state == TaskState.FILLING
    assert await obstacle(scene) == "start_calls_do_not_call_foreign"
    assert scene.plays == 0
    assert len(scene.sandbox.tasks) == 1
    assert (await scene.current()).twin_id == made


async def other_key(scene: Scene) -> Scene:
    """The next process was given another `BOT_HASH_KEY` than the list was made with."""
    ledger = Ledger(scene.url, owners=frozenset({ME}), clock=scene.clock, hash_key="another key " * 4)
    return Scene.of(scene.clock, scene.sandbox, replace(scene.desk, ledger=ledger), scene.url)


async def test_with_another_key_nothing_is_started(scene: Scene) -> None:
    await scene.ledger.do_not_call.add([BORIS], ME)
    task = await scene.agreed(ANNA)
    after = await other_key(scene)
    assert await after.work() == ["do_not_call_wrong_key"]
    assert await scene.state(task) == TaskState.FILLING
    assert scene.plays == 0
    await after.ledger.close()


async def test_a_kill_between_the_refusal_and_the_new_task_dials_nobody(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.agreed(ANNA, BORIS)
    await ban(scene, BORIS)

    async def die(*_args: object, **_options: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(scene.ledger.list_edits, "take_off", die)
    with pytest.raises(RuntimeError, match="killed"):
        await scene.work()
    after = scene.restarted()
    assert await obstacle(after) == "start_calls_do_not_call"
    assert await after.campaign.consent.confirm(ME) is False
    assert scene.plays == 0
    await after.ledger.close()


async def test_whom_another_conversation_has_put_there_is_asked_about_as_well(scene: Scene) -> None:
    made = await scene.filled(ANNA, BORIS, conversation=COLLEAGUE)
    await scene.campaign.open(ME, await scene.campaign.look_up(made.twin_id or ""))
    await ban(scene, BORIS)
    assert await obstacle(scene) == "start_calls_do_not_call_foreign"
    await scene.ledger.do_not_call.remove([BORIS], ME)
    await scene.planned()
    assert await scene.campaign.consent.confirm(ME)
    await ban(scene, BORIS)
    assert await scene.work() == ["start_calls_do_not_call_foreign"]
    assert scene.plays == 0
    assert (await scene.current()).twin_id == made.twin_id
