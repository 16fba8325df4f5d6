"""Several portions on their way at once: what is told, what is settled, what is never guessed."""

from __future__ import annotations

import asyncio

import pytest

from rasa_twin24.ledger.candidates import CandidateState, Person, people_of
from tests.campaign.conftest import ME, Scene
from tests.campaign.test_recover import killed_at, recovered
from tests.waiting import until

MANY = [f"+7916123{number:04d}" for number in range(24)]


@pytest.fixture
def wide(scene: Scene) -> Scene:
    """Portions of three, four of them at once."""
    return scene.with_settings(portions_at_once=4)


async def waiting(scene: Scene, *phones: str) -> list[str]:
    """A task that TWIN has one person of already, and these on the list; gives all of them."""
    await scene.filled(MANY[0])
    await scene.campaign.collect(ME, people_of(phones or MANY[1:]))
    return [MANY[0], *(phones or MANY[1:])]


async def test_all_arrive_once(wide: Scene) -> None:
    everybody = await waiting(wide)
    assert await wide.work() == ["add_candidates_done"]
    assert sorted(wide.numbers(await wide.current())) == everybody
    assert wide.additions == 1 + 8


async def test_no_more_portions_are_on_their_way_than_may_be(wide: Scene) -> None:
    task_id = (await wide.filled(MANY[0])).id
    await wide.campaign.collect(ME, people_of(MANY[1:]))
    held = wide.hold("add", times=8)
    working = asyncio.create_task(wide.work())
    await until(lambda: wide.additions == 1 + 4)
    seen = {len(await wide.ledger.portions.open(task_id)) for _ in range(20)}
    held.let_go()
    assert await working == ["add_candidates_done"]
    assert seen == {4}


async def test_a_new_task_gets_one_portion_until_it_takes_it(wide: Scene) -> None:
    await wide.created()
    await wide.campaign.collect(ME, people_of(MANY))
    assert await wide.work() == ["add_candidates_done"]
    assert sorted(wide.numbers(await wide.current())) == MANY
    assert wide.clock.paused == [0.2, 0.26, 0.338]  # the sandbox takes nobody for half a second
    assert wide.additions == 3 + 8


# How many of the four portions at once TWIN takes although their answers are lost → whether a look can tell.
LOST = {"none of them": (0, True), "all of them": (4, True), "one of them": (1, False), "three of them": (3, False)}


@pytest.mark.parametrize(("taken", "certain"), LOST.values(), ids=LOST)
async def test_what_was_lost_together_is_settled_together(wide: Scene, taken: int, certain: bool) -> None:
    everybody = await waiting(wide, *MANY[1:13])
    first = await wide.current()
    for number in range(4):
        wide.trouble("add", drop="after" if number < taken else "before")
    told = await wide.work()
    now = await wide.current()
    assert sorted(wide.numbers(now)) == everybody
    if certain:
        assert told == ["add_candidates_done"]
        assert now.twin_id == first.twin_id
    else:  # a count in between could be parts of two portions as well
        assert told == ["add_candidates_rebuilding", "create_task_done_adding", "add_candidates_done"]
        assert await wide.ledger.abandoned.reason(first.twin_id or "") == "unverified"


async def test_after_a_failure_nothing_more_is_begun_and_what_was_on_its_way_counts(wide: Scene) -> None:
    await waiting(wide)
    wide.trouble("add", status=402)
    wide.sandbox.fail_next("add", times=3, delay=0.05)
    told = await wide.work()
    assert told == ["add_candidates_failed_no_money"]
    added = wide.numbers(await wide.current())
    assert 1 + 3 * 3 <= len(added) <= 1 + 4 * 3
    left = await wide.ledger.candidates.phones((await wide.current()).id, CandidateState.PENDING)
    assert sorted([*added, *left]) == MANY
    assert await wide.work() == ["add_candidates_done"]
    assert sorted(wide.numbers(await wide.current())) == MANY


async def test_a_bad_number_in_each_of_several_portions_is_found(wide: Scene) -> None:
    bad = [f"+7000000000{number:02d}00" for number in range(3)]
    mixed = [phone for index, phone in enumerate(bad) for phone in (*MANY[1 + 3 * index : 4 + 3 * index], phone)]
    await waiting(wide, *mixed)
    wide.clock.now += 61
    assert await wide.work() == ["add_candidates_refused", "add_candidates_done"]
    task = await wide.current()
    assert sorted(wide.numbers(task)) == MANY[:10]
    assert sorted(await wide.ledger.candidates.phones(task.id, CandidateState.REFUSED)) == bad


async def test_several_numbers_of_one_person_and_what_the_script_is_told_arrive(wide: Scene) -> None:
    await wide.created()
    await wide.campaign.collect(ME, [Person((MANY[0], MANY[1]), {"name": "Анна"}), Person((MANY[2],))])
    wide.clock.now += 1
    assert await wide.work() == ["add_candidates_done"]
    anna, other = wide.at_twin(await wide.current()).candidates
    assert anna.phones == (MANY[0][1:], MANY[1][1:])
    assert anna.variables == {"name": "Анна"}
    assert (other.phones, other.variables) == ((MANY[2][1:],), {})


@pytest.mark.parametrize("step", ["portion_begun", "portion_sent", "portion_written"])
@pytest.mark.parametrize("sent", [1, 3, 6])
async def test_a_killed_upload_goes_on_where_it_was(wide: Scene, step: str, sent: int) -> None:
    everybody = await waiting(wide)
    await killed_at(wide, step, times=sent)
    assert await recovered(wide) in (
        ["add_candidates_done"],
        ["add_candidates_rebuilding", "create_task_done_adding", "add_candidates_done"],
        ["add_candidates_standing"],
    )
    task = await wide.current()
    assert sorted(wide.numbers(task)) == everybody
    assert await wide.ledger.portions.open(task.id) == []


async def test_who_is_taken_off_the_list_meanwhile_is_not_sent(wide: Scene) -> None:
    await waiting(wide)
    task = await wide.current()
    held = wide.hold("add", times=4)
    impatient = wide.with_settings(portions_at_once=4, patience=0.01)
    assert await impatient.campaign.carry_out(ME) is None
    await held.came.wait()
    await until(lambda: wide.additions == 1 + 4)
    dropped = await wide.ledger.candidates.drop_pending(task.id)
    assert dropped == 23 - 4 * 3
    held.let_go()
    await impatient.campaign.close()
    assert sorted(wide.numbers(task)) == MANY[: 1 + 4 * 3]
    assert await wide.notices() == ["add_candidates_done"]
