"""The plan and the yes: only the plan shown last, to its own person, once, unexpired, of the list as it is."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from rasa_twin24.campaign import CampaignSettings, Outcome
from rasa_twin24.campaign.plan import digest
from rasa_twin24.ledger.candidates import Person, people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.sandbox import CALLER_ID, SCRIPT_ID
from rasa_twin24.twin24 import CallerId
from tests.campaign.conftest import ANNA, BORIS, ME, SETTINGS, Scene

SOMEBODY_ELSE = "telegram:7"


async def test_the_plan_shows_what_a_yes_would_start(scene: Scene) -> None:
    task = await scene.filled(ANNA, BORIS)
    plan = await scene.planned()
    assert (plan.task.id, plan.added, plan.before, plan.left_out) == (task.id, 2, 0, 0)
    assert (plan.script_id, plan.caller_id) == (SCRIPT_ID, CALLER_ID)
    assert await scene.step() == Step.START
    assert scene.plays == 0


async def test_a_yes_counts_once(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    await scene.planned()
    assert await scene.campaign.consent.confirm(ME) is True
    assert await scene.campaign.consent.confirm(ME) is False
    assert await scene.state(task) == TaskState.STARTING
    assert await scene.step() == Step.STARTING


async def test_of_many_yes_at_once_one_counts_and_one_play_is_sent(scene: Scene) -> None:
    await scene.filled(ANNA)
    await scene.planned()
    assert (await asyncio.gather(*(scene.campaign.consent.confirm(ME) for _ in range(20)))).count(True) == 1
    told = await asyncio.gather(*(scene.campaign.carry_out(ME) for _ in range(20)))
    assert [outcomes for outcomes in told if outcomes]
    assert scene.plays == 1


async def test_without_a_plan_a_yes_is_nothing(scene: Scene) -> None:
    await scene.filled(ANNA)
    assert await scene.campaign.consent.confirm(ME) is False
    await scene.ledger.conversations.step(ME, Step.START)  # the step alone is no plan either
    assert await scene.campaign.consent.confirm(ME) is False
    assert await scene.work() == []
    assert scene.plays == 0


async def test_a_yes_to_another_question_is_none_to_the_plan(scene: Scene) -> None:
    await scene.filled(ANNA)
    await scene.planned()
    await scene.ledger.conversations.step(ME, Step.MORE)
    assert await scene.campaign.consent.confirm(ME) is False


async def test_a_number_more_makes_the_plan_void(scene: Scene) -> None:
    await scene.filled(ANNA)
    await scene.planned()
    await scene.campaign.collect(ME, people_of([BORIS]))
    assert await scene.campaign.consent.confirm(ME) is False
    assert await scene.work() == ["add_candidates_done"]
    await scene.ledger.conversations.step(ME, Step.START)
    assert await scene.campaign.consent.confirm(ME) is False


async def test_a_number_that_is_on_the_list_already_leaves_the_plan_alone(scene: Scene) -> None:
    await scene.filled(ANNA)
    await scene.planned()
    await scene.campaign.collect(ME, people_of([ANNA]))
    assert await scene.campaign.consent.confirm(ME) is True


@pytest.mark.parametrize(("seconds", "counts"), [(SETTINGS.plan_life - 1, True), (SETTINGS.plan_life, False)])
async def test_a_plan_expires(scene: Scene, seconds: float, counts: bool) -> None:
    await scene.filled(ANNA)
    await scene.planned()
    scene.clock.now += seconds
    assert await scene.campaign.consent.confirm(ME) is counts


async def test_another_person_cannot_say_yes(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    await scene.planned()
    await scene.ledger.conversations.turn_to(SOMEBODY_ELSE, task.id, Step.START)
    assert await scene.campaign.consent.confirm(SOMEBODY_ELSE) is False
    assert await scene.campaign.consent.confirm(ME) is True


async def test_a_no_starts_nothing_and_makes_the_plan_void(scene: Scene) -> None:
    task = await scene.filled(ANNA)
    await scene.planned()
    declined = await scene.campaign.consent.decline(ME)
    assert declined is not None
    assert declined.id == task.id
    assert await scene.campaign.consent.confirm(ME) is False
    assert await scene.work() == []
    assert (await scene.current()).id == task.id
    assert (await scene.planned()).added == 1  # it can be started later


async def test_going_away_makes_the_plan_void(scene: Scene) -> None:
    await scene.filled(ANNA)
    await scene.planned()
    await scene.campaign.drop(ME)
    assert await scene.campaign.consent.confirm(ME) is False


async def test_while_numbers_are_on_their_way_there_is_no_plan_and_no_yes(scene: Scene) -> None:
    """The list of the shown plan must be what TWIN has when the yes is taken."""
    slow = scene.with_settings(patience=0.05)
    await scene.filled(ANNA)
    await scene.planned()
    held = scene.hold("add")
    await scene.campaign.collect(ME, people_of([BORIS]))
    assert await slow.campaign.carry_out(ME) is None
    await held.came.wait()
    await scene.ledger.conversations.step(ME, Step.START)
    assert await slow.campaign.consent.confirm(ME) is False
    assert await slow.campaign.consent.show_plan(ME) == Outcome("add_candidates_not_all_in", {"count": "1"})
    held.let_go()
    await slow.campaign.close()
    assert await scene.notices() == ["add_candidates_done"]
    assert await slow.campaign.consent.confirm(ME) is False
    assert (await slow.planned()).added == 2


async def test_a_plan_shown_while_news_are_under_way_is_void(scene: Scene) -> None:
    """«Ещё номер?» — «да» must not start the plan that stood above the question."""
    first = await scene.filled(ANNA)
    await scene.campaign.drop(ME)
    await scene.filled(BORIS)
    slow = scene.with_settings(patience=0.05)
    held = scene.hold("create", status=403)
    await slow.campaign.begin(ME)
    await slow.campaign.order(ME, "Третья")
    assert await slow.campaign.carry_out(ME) is None
    await held.came.wait()
    await slow.campaign.open(ME, await scene.campaign.look_up(first.twin_id or ""))
    await slow.planned()
    held.let_go()
    await slow.campaign.close()
    assert await scene.notices() == ["create_task_failed_forbidden"]
    assert await slow.campaign.consent.confirm(ME) is False


async def test_nothing_to_start(scene: Scene) -> None:
    async def kind() -> str:
        return (await scene.refused_plan()).kind

    assert await kind() == "start_calls_no_task"
    await scene.campaign.begin(ME)
    assert await kind() == "start_calls_not_created"
    await scene.created()
    assert await kind() == "start_calls_empty"
    await scene.agreed(ANNA)
    assert await kind() == "start_calls_starting"
    running = await scene.current()
    await scene.work()
    assert await kind() == "start_calls_no_task"
    await scene.ledger.conversations.turn_to(ME, running.id, None)
    assert await kind() == "start_calls_already_running"


async def test_the_digest_changes_with_everything_that_was_agreed_to(scene: Scene) -> None:
    task = await scene.created()

    def of(phones: list[str], settings: CampaignSettings = SETTINGS, **changes: object) -> str:
        return digest(replace(task, **changes), people_of(phones), settings)  # type: ignore[arg-type]

    assert of([ANNA, BORIS]) == of([BORIS, ANNA], name="Переименовано", looks=5)
    others = [
        of([ANNA]),
        of([ANNA, BORIS], id=task.id + 1),
        of([ANNA, BORIS], twin_id="another"),
        of([ANNA, BORIS], there_before=1),
        of([ANNA, BORIS], there_before=None),
        of([ANNA, BORIS], replace(SETTINGS, script_id="another")),
        of([ANNA, BORIS], replace(SETTINGS, caller_id=CallerId("default"))),
        of([ANNA, BORIS], replace(SETTINGS, caller_id=CallerId("pool", CALLER_ID))),
    ]
    with_more = [[Person((ANNA, BORIS))], [Person((ANNA,), {"name": "Анна"}), Person((BORIS,))]]
    others += [digest(task, people, SETTINGS) for people in with_more]
    assert len({of([ANNA, BORIS]), *others}) == len(others) + 1


# When the yes came in, seconds from the plan on → whether it is one to it. None: it never came in by a messenger.
@pytest.mark.parametrize(
    ("came_in", "taken"), [(-5.0, False), (-0.01, False), (0.01, True), (5.0, True), (None, False)]
)
async def test_a_yes_is_said_after_its_plan(scene: Scene, came_in: float | None, taken: bool) -> None:
    """«нет», «да» typed quickly: the first shows the plan, the second was written before anybody saw it."""
    await scene.filled(ANNA)
    shown_at = scene.clock.now + 10
    if came_in is not None:
        scene.clock.now = shown_at + came_in
        await scene.ledger.inbox.claim("telegram", "yes", ME, "{}")
    scene.clock.now = shown_at
    await scene.planned()
    scene.clock.now = shown_at + 6
    assert await scene.campaign.consent.confirm(ME, message="yes") is taken
    assert await scene.work() == (["start_calls_done"] if taken else [])


async def test_who_asked_to_start_sees_the_plan_once_the_numbers_are_there(scene: Scene) -> None:
    await scene.campaign.order(ME, "Акция")
    await scene.work()
    await scene.campaign.want_start(ME, True)
    await scene.campaign.collect(ME, [Person(("+79161234567",))])
    assert await scene.work() == ["add_candidates_all_in"]
    assert not await scene.campaign.consent.confirm(ME), "the order to start was no yes"
    assert not isinstance(await scene.campaign.consent.show_plan(ME), Outcome)
    await scene.campaign.collect(ME, [Person(("+79161234568",))])
    assert await scene.work() == ["add_candidates_done"], "it was asked for once"
