"""People taken off a list before the start: a new task at TWIN holds exactly the rest, the old one is never played."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from rasa_twin24.campaign import Outcome, Plan
from rasa_twin24.campaign.edit import Edited
from rasa_twin24.ledger.candidates import CandidateState, people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.twin24 import Candidate, TwinError
from tests.campaign import spoken
from tests.campaign.conftest import ANNA, BORIS, GLEB, ME, SETTINGS, VERA, Scene
from tests.waiting import until

UNKNOWN = "+79161234599"


async def edited(change: Awaitable[Edited | Outcome]) -> Edited:
    done = await change
    assert isinstance(done, Edited), done
    return done


async def refused(change: Awaitable[Edited | Outcome]) -> str:
    done = await change
    assert isinstance(done, Outcome), done
    spoken.check(done.kind, done.params)
    return done.kind


def phones(done: Edited) -> list[str]:
    return [phone for person in done.removed for phone in person.phones]


async def test_whoever_was_at_twin_is_left_out_of_a_new_task(scene: Scene) -> None:
    task = await scene.filled(ANNA, BORIS, VERA)
    done = await edited(scene.campaign.editing.remove(ME, [BORIS]))
    assert (phones(done), done.left, done.rebuilding, done.missing) == ([BORIS], 2, True, ())
    assert await scene.work() == ["create_task_done_adding", "add_candidates_done"]
    fresh = await scene.current()
    assert (fresh.id, fresh.name) == (task.id, task.name)
    assert fresh.twin_id != task.twin_id
    assert scene.numbers(fresh) == [ANNA, VERA]
    assert scene.numbers(task) == [ANNA, BORIS, VERA]  # as it was; but it is never played
    assert await scene.ledger.abandoned.reason(task.twin_id or "") == "unverified"
    assert not await scene.campaign.may_be_opened(await scene.campaign.look_up(task.twin_id or ""))
    scene.clock.now += 1
    await scene.planned()
    assert await scene.campaign.consent.confirm(ME)
    assert await scene.work() == ["start_calls_done"]
    assert scene.sandbox.plays(fresh.twin_id or "") == 1
    assert scene.sandbox.plays(task.twin_id or "") == 0


async def test_a_shown_plan_is_void_after_any_change(scene: Scene) -> None:
    await scene.filled(ANNA, BORIS)
    await scene.planned()
    await edited(scene.campaign.editing.remove(ME, [BORIS]))
    assert await scene.campaign.consent.confirm(ME) is False
    await scene.work()
    await scene.ledger.conversations.step(ME, Step.START)
    assert await scene.campaign.consent.confirm(ME) is False
    assert scene.plays == 0


async def test_a_number_that_is_not_on_the_list_changes_nothing(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    plan = await scene.planned()
    done = await edited(scene.campaign.editing.remove(ME, [UNKNOWN]))
    assert (done.removed, done.missing, done.left) == ((), (UNKNOWN,), 1)
    assert (await scene.current()).twin_id == task.twin_id
    assert plan.added == 1
    assert await scene.campaign.consent.confirm(ME) is True


async def test_before_the_task_is_at_twin_they_are_simply_gone(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, people_of([ANNA, BORIS, VERA]))
    done = await edited(scene.campaign.editing.remove(ME, [ANNA, VERA]))
    assert (phones(done), done.left, done.rebuilding) == ([ANNA, VERA], 1, False)
    await scene.campaign.order(ME, "Акция")
    assert await scene.work() == ["create_task_done_adding", "add_candidates_done"]
    assert scene.numbers(await scene.current()) == [BORIS]
    assert scene.requests("autoCall") == 1


async def test_the_last_and_others_by_their_places(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, people_of([ANNA, BORIS, VERA, GLEB]))
    editing = scene.campaign.editing
    assert phones(await edited(editing.remove_places(ME, [-1]))) == [GLEB]
    assert await refused(editing.remove_places(ME, [4])) == "edit_list_no_place"
    assert await refused(editing.remove_places(ME, [1, 9])) == "edit_list_no_place"
    assert phones(await edited(editing.remove_places(ME, [3, 1]))) == [ANNA, VERA]
    assert await scene.campaign.unsent(await scene.current()) == 1


async def test_a_cleared_list_asks_for_numbers_again(scene: Scene) -> None:
    task = await scene.filled(ANNA, BORIS)
    await scene.planned()
    done = await edited(scene.campaign.editing.clear(ME))
    assert (phones(done), done.left, done.rebuilding) == ([ANNA, BORIS], 0, True)
    assert await scene.work() == ["create_task_done"]
    fresh = await scene.current()
    assert fresh.twin_id != task.twin_id
    assert scene.numbers(fresh) == []
    assert await scene.step() == Step.NUMBERS
    assert (await scene.refused_plan()).kind == "start_calls_empty"
    assert (await edited(scene.campaign.editing.clear(ME))).removed == ()


async def test_any_of_a_persons_numbers_takes_the_person_off(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    await scene.campaign.collect(ME, people_of([ANNA, BORIS]))
    task = await scene.current()
    await scene.ledger._store.run(
        lambda c: c.exec_driver_sql(f"UPDATE candidates SET more_phones = '[\"{GLEB}\"]' WHERE phone = '{ANNA}'")
    )
    done = await edited(scene.campaign.editing.remove(ME, [GLEB]))
    assert (phones(done), done.missing) == ([ANNA, GLEB], ())
    assert await scene.campaign.unsent(task) == 1


async def foreign(scene: Scene) -> str:
    """A task that was made in the cabinet, with somebody in it."""
    made = await scene.desk.twin.tasks.create(
        name="Чужое", script_id=SETTINGS.script_id, caller_id=SETTINGS.caller_id, window=SETTINGS.hours.window
    )
    scene.clock.now += 1
    await scene.desk.twin.candidates.add(made, [Candidate(phones=(GLEB,))])
    scene.clock.now += 1
    await scene.campaign.open(ME, await scene.campaign.look_up(made))
    return made


async def test_in_a_foreign_task_nobody_is_taken_out(scene: Scene) -> None:
    made = await foreign(scene)
    await scene.campaign.collect(ME, people_of([ANNA, BORIS]))
    await scene.work()
    for change in (
        scene.campaign.editing.remove(ME, [ANNA]),
        scene.campaign.editing.clear(ME),
        scene.campaign.editing.remove_places(ME, [-1]),
    ):
        assert await refused(change) == "edit_list_foreign"
    task = await scene.current()
    assert task.twin_id == made
    assert scene.numbers(task) == [GLEB, ANNA, BORIS]
    await scene.planned()  # it can still be started as it is
    assert (await edited(scene.campaign.editing.remove(ME, [GLEB]))).missing == (GLEB,)


async def test_in_a_foreign_task_what_is_not_there_yet_is_taken_off(scene: Scene) -> None:
    made = await foreign(scene)
    scene.sandbox.fail_next("add", status=402)
    await scene.campaign.collect(ME, people_of([ANNA, BORIS]))
    assert await scene.work() == ["add_candidates_failed_no_money"]
    assert phones(await edited(scene.campaign.editing.remove(ME, [ANNA]))) == [ANNA]
    assert await scene.work() == ["add_candidates_done"]
    task = await scene.current()
    assert (task.twin_id, scene.numbers(task)) == (made, [GLEB, BORIS])


async def test_people_put_into_our_task_in_the_cabinet_are_not_lost(scene: Scene) -> None:
    task = await scene.filled(ANNA, BORIS)
    await scene.desk.twin.candidates.add(task.twin_id or "", [Candidate(phones=(GLEB,))])
    scene.clock.now += 1
    assert await refused(scene.campaign.editing.remove(ME, [ANNA])) == "edit_list_others"
    assert (await scene.current()).twin_id == task.twin_id
    assert await scene.ledger.candidates.phones(task.id, CandidateState.ADDED) == [ANNA, BORIS]


async def test_while_twin_cannot_be_asked_nothing_is_left_for_another_task(scene: Scene) -> None:
    task = await scene.filled(ANNA, BORIS)
    scene.sandbox.fail_next("read", status=503, times=10)
    with pytest.raises(TwinError):
        await scene.campaign.editing.remove(ME, [ANNA])
    assert (await scene.current()).twin_id == task.twin_id
    assert await scene.ledger.candidates.phones(task.id, CandidateState.ADDED) == [ANNA, BORIS]


async def test_while_numbers_are_on_their_way_the_list_stays(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    slow = scene.with_settings(patience=0.05)
    held = scene.hold("add")
    await scene.campaign.collect(ME, people_of([BORIS]))
    assert await slow.campaign.carry_out(ME) is None
    await held.came.wait()
    assert await refused(slow.campaign.editing.remove(ME, [ANNA])) == "edit_list_busy"
    assert await refused(slow.campaign.editing.remove(ME, [BORIS])) == "edit_list_busy"
    held.let_go()
    await slow.campaign.close()
    assert scene.numbers(task) == [ANNA, BORIS]


async def test_from_the_yes_on_the_list_stays(scene: Scene) -> None:
    await scene.agreed(ANNA, BORIS)
    assert await refused(scene.campaign.editing.remove(ME, [ANNA])) == "edit_list_started"
    assert await refused(scene.campaign.editing.clear(ME)) == "edit_list_started"
    assert await scene.work() == ["start_calls_done"]
    assert await refused(scene.campaign.editing.remove(ME, [ANNA])) == "edit_list_no_task"


async def test_whom_an_earlier_start_called_stays_called(scene: Scene) -> None:
    task = await scene.running(ANNA)
    scene.clock.now += 10_000
    await scene.watch.look()
    await scene.campaign.open(ME, await scene.campaign.look_up(task.twin_id or ""))
    await scene.campaign.collect(ME, people_of([BORIS, VERA]))
    await scene.work()
    done = await edited(scene.campaign.editing.remove(ME, [ANNA, BORIS]))
    assert (phones(done), done.called, done.rebuilding) == ([BORIS], (ANNA,), True)
    await scene.work()
    scene.clock.now += 1  # the sandbox takes no candidates for half a second
    await scene.work()
    assert scene.numbers(await scene.current()) == [VERA]


async def test_of_a_yes_and_a_removal_at_once_one_wins(scene: Scene) -> None:
    await scene.filled(ANNA, BORIS)
    await scene.planned()
    yes, change = await asyncio.gather(scene.campaign.consent.confirm(ME), scene.campaign.editing.remove(ME, [BORIS]))
    assert yes is not isinstance(change, Edited)
    await scene.work()
    assert scene.plays == int(yes)


# Where the process dies on its way to the new task → what the next one tells first.
DEATHS = ["list_edited", "create_ordered", "create_sent", "create_written", "portion_begun", "portion_sent"]


class _Killed(BaseException):
    pass


@pytest.mark.parametrize("step", DEATHS)
async def test_a_kill_on_the_way_loses_and_doubles_nobody(scene: Scene, step: str) -> None:
    task = await scene.filled(ANNA, BORIS, VERA)
    await scene.planned()

    def die(reached: str) -> None:
        if reached == step:
            raise _Killed

    async def live() -> None:
        mortal = scene.with_reached(die).campaign
        await mortal.editing.remove(ME, [BORIS])
        await mortal.carry_out(ME)

    with pytest.raises(_Killed):
        await live()
    assert await scene.campaign.consent.confirm(ME) is False
    after = scene.restarted()
    await after.campaign.recover()
    await _settled(after, lambda: after.additions >= 2 and not after.campaign._work.is_running(task.id))
    fresh = await after.current()
    assert fresh.state == TaskState.FILLING
    assert fresh.twin_id != task.twin_id
    assert scene.numbers(fresh) == [ANNA, VERA]
    assert await after.ledger.candidates.phones(task.id, CandidateState.ADDED) == [ANNA, VERA]
    assert len([made for made in scene.sandbox.tasks if made.candidates]) == 2  # the old one and the new one
    assert scene.plays == 0
    await after.campaign.close()
    await after.ledger.close()


async def _settled(scene: Scene, done: Callable[[], bool]) -> None:
    await until(done)
    plan = await scene.campaign.consent.show_plan(ME)
    assert isinstance(plan, Plan), plan
