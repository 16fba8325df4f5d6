"""Lists from files: read beside the talk, reported, taken once, and poured into the task."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rasa_twin24.campaign.imports import CHOOSE_COLUMN, DOUBTFUL, READY
from rasa_twin24.ledger.candidates import CandidateState, Person, people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.imports import Import, ImportState, Purpose
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.lists import ListSettings
from tests.campaign.conftest import ANNA, BORIS, GLEB, ME, VERA, Scene
from tests.campaign.test_recover import recovered

OTHER = "telegram:2"
ELSE = "+79165559999"
CSV = "Имя;Телефон;Город\nАнна;8 916 123-45-01;Омск\nБорис;+7 916 123 45 02;\nВера;89161234503;Тула\n"


async def sent(scene: Scene, text: str = CSV, name: str = "список.csv", purpose: str = Purpose.CANDIDATES) -> Import:
    """A file comes in; it is to be read."""
    file_id = await scene.ledger.files.add(ME, name, text.encode())
    return await scene.campaign.imports.begin(ME, file_id, name, purpose, message=file_id)


async def read(scene: Scene, text: str = CSV, **how: Any) -> Import:
    """A file comes in and is read without trouble."""
    begun = await sent(scene, text, **how)
    [outcome] = await scene.campaign.imports.carry_out(ME) or []
    assert (outcome.kind, outcome.params) == (READY, {"import": str(begun.id)})
    return await scene.ledger.imports.get(begun.id)


async def test_a_report_names_what_a_bookkeeper_would_ask(scene: Scene) -> None:
    await scene.filled(BORIS)
    text = CSV + "Глеб;8 916 123-45-01;Уфа\nДина;123;Уфа\nЕва;;Уфа\nЖанна;8 495 123-45-67;\n"
    found = await read(scene, text)
    assert found.state == ImportState.READY
    assert {key: found.report[key] for key in ("rows", "good", "elsewhere", "several", "left", "column")} == {
        "rows": 7,
        "good": 3,
        "elsewhere": 0,
        "several": 0,
        "left": {"duplicate": 1, "too_short": 1, "no_number": 1, "in_task": 1},
        "column": "Телефон",
    }
    assert found.report["variables"] == ["Имя", "Город"]
    assert found.report["sample"] == ["+7 916 ***-**-01", "+7 916 ***-**-03", "+7 495 ***-**-67"]
    left = {row.row: (row.reason, row.of_row) for row in await scene.ledger.imports.left(found.id)}
    assert left == {3: ("in_task", None), 5: ("duplicate", 2), 6: ("too_short", None), 7: ("no_number", None)}
    assert scene.additions == 1  # nothing of the list is at TWIN
    report_and_params = str(found.report)
    assert not any(phone[2:] in report_and_params for phone in (ANNA, BORIS, VERA))


async def test_it_is_taken_once_and_goes_to_twin_with_its_variables(scene: Scene) -> None:
    task = await scene.created()
    scene.clock.now += 1
    found = await read(scene)
    assert await scene.campaign.imports.take(ME, found.id)
    assert not await scene.campaign.imports.take(ME, found.id)
    assert await scene.work() == ["add_candidates_done"]
    assert scene.numbers(task) == [ANNA, BORIS, VERA]
    anna, boris, _ = scene.at_twin(task).candidates
    assert anna.variables == {"Имя": "Анна", "Город": "Омск"}
    assert boris.variables == {"Имя": "Борис"}
    assert (await scene.ledger.imports.get(found.id)).state == ImportState.DONE
    assert await scene.ledger.imports.first_chunk(found.id) is None


async def test_what_stands_beside_a_number_is_the_name(scene: Scene) -> None:
    task = await scene.created()
    scene.clock.now += 1
    found = await read(scene, "склад 8 916 123-45-01\n8 916 123-45-02\n", name="")
    await scene.campaign.imports.take(ME, found.id)
    await scene.work()
    assert [one.variables for one in scene.at_twin(task).candidates] == [{"name": "склад"}, {}]


async def test_a_plan_that_was_shown_is_void_and_the_next_one_waits_for_the_list(scene: Scene) -> None:
    await scene.filled(GLEB)
    await scene.planned()
    found = await read(scene)
    assert await scene.campaign.imports.take(ME, found.id)
    assert not await scene.campaign.consent.confirm(ME)
    assert (await scene.refused_plan()).kind == "add_candidates_list_coming"
    await scene.work()
    assert (await scene.planned()).total == 4


async def test_whoever_is_in_another_task_is_told_of_and_can_be_left_out(scene: Scene) -> None:
    await scene.filled(ANNA, BORIS, conversation=OTHER)
    task = await scene.created()
    scene.clock.now += 1
    found = await read(scene)
    assert (found.report["good"], found.report["elsewhere"], found.report["days"]) == (3, 2, 30)
    assert await scene.campaign.imports.take(ME, found.id, only_new=True)
    assert await scene.work() == ["add_candidates_done"]
    assert scene.numbers(task) == [VERA]


async def test_long_ago_is_no_repetition(scene: Scene) -> None:
    await scene.filled(ANNA, conversation=OTHER)
    await scene.created()
    scene.clock.now += 31 * 24 * 3600
    assert (await read(scene)).report["elsewhere"] == 0


async def test_all_of_it_was_there_before(scene: Scene) -> None:
    await scene.filled(ANNA)
    found = await read(scene)
    await scene.campaign.collect(ME, people_of([BORIS, VERA]))
    await scene.work()
    assert await scene.campaign.imports.take(ME, found.id)
    assert await scene.work() == ["import_nobody_new"]
    assert await scene.step() == Step.MORE
    assert scene.numbers(await scene.current()) == [ANNA, BORIS, VERA]


async def test_whoever_is_no_news_is_known_by_any_of_their_numbers(scene: Scene) -> None:
    """Further numbers, of the ledger's people and of the list's; and nobody else is left out instead of them."""
    task = await scene.filled(BORIS)
    other = await scene.ledger.tasks.new(OTHER, twin_id="t-9", state=TaskState.FILLING)
    await scene.ledger.candidates.collect(other.id, [Person((ELSE, VERA))])
    await scene.ledger.candidates.mark(other.id, [ELSE], CandidateState.ADDED)
    await scene.ledger.do_not_call.add([GLEB], ME)
    rows = [("Анна", "89161234501"), ("Борис", "8 916 555-00-01, 8 916 123-45-02"), ("Вера", "89161234503")]
    rows += [("Глеб", "8 916 555-00-02, 8 916 123-45-04"), ("Дина", "89165550003, 8 916 555-00-04")]
    found = await read(scene, "Имя;Телефон\n" + "".join(f"{name};{phone}\n" for name, phone in rows))
    figures = {key: found.report[key] for key in ("good", "elsewhere", "several", "left")}
    assert figures == {"good": 3, "elsewhere": 1, "several": 1, "left": {"in_task": 1, "do_not_call": 1}}
    left = {row.row: (row.shown[-2:], row.reason) for row in await scene.ledger.imports.left(found.id)}
    assert left == {3: ("01", "in_task"), 5: ("02", "do_not_call")}
    scene.clock.now += 1
    assert await scene.campaign.imports.take(ME, found.id, only_new=True)
    await scene.work()
    assert scene.numbers(task) == [BORIS, ANNA, "+79165550003", "+79165550004"]


async def test_without_a_task_it_waits_for_one(scene: Scene) -> None:
    found = await read(scene)
    assert not await scene.campaign.imports.take(ME, found.id)
    task = await scene.created()
    waiting = await scene.campaign.imports.waiting(ME)
    assert waiting is not None
    assert waiting.id == found.id
    scene.clock.now += 1
    assert await scene.campaign.imports.take(ME, found.id)
    await scene.work()
    assert scene.numbers(task) == [ANNA, BORIS, VERA]


async def test_taken_before_the_task_has_its_name_it_goes_to_it(scene: Scene) -> None:
    await scene.campaign.begin(ME)
    found = await read(scene)
    assert await scene.campaign.imports.take(ME, found.id)
    await scene.campaign.begin(ME)  # begun anew, the list follows
    await scene.campaign.order(ME, "Акция")
    assert await scene.work() == ["create_task_done", "add_candidates_done"]
    assert scene.numbers(await scene.current()) == [ANNA, BORIS, VERA]


async def test_whoever_leaves_the_task_leaves_its_lists(scene: Scene) -> None:
    task = await scene.created()
    scene.clock.now += 1
    found = await read(scene)
    await scene.campaign.imports.take(ME, found.id)
    await scene.campaign.drop(ME)
    await scene.campaign.open(ME, await scene.campaign.look_up(task.twin_id or ""))
    assert await scene.work() == []
    assert scene.numbers(task) == []


@pytest.mark.parametrize("decided", ["cancel", "take"])
async def test_decided_is_decided(scene: Scene, decided: str) -> None:
    await scene.created()
    found = await read(scene)
    assert await getattr(scene.campaign.imports, decided)(ME, found.id)
    assert not await scene.campaign.imports.cancel(ME, found.id)
    assert not await scene.campaign.imports.take(ME, found.id)
    assert await scene.campaign.imports.waiting(ME) is None


async def test_nobody_decides_about_another_conversations_list(scene: Scene) -> None:
    await scene.created(conversation=OTHER)
    found = await read(scene)
    assert not await scene.campaign.imports.take(OTHER, found.id)
    assert not await scene.campaign.imports.cancel(OTHER, found.id)
    assert not await scene.campaign.imports.choose_column(OTHER, found.id, 0)


async def test_which_column_is_asked_and_then_read(scene: Scene) -> None:
    text = "Телефон;Телефон 2\n89161234501;89031110001\n89161234502;89031110002\n"
    begun = await sent(scene, text)
    [outcome] = await scene.campaign.imports.carry_out(ME) or []
    assert outcome.kind == CHOOSE_COLUMN
    asked = await scene.ledger.imports.get(begun.id)
    assert asked.report["columns"] == [[0, "Телефон"], [1, "Телефон 2"]]
    assert not await scene.campaign.imports.choose_column(ME, begun.id, 7)
    assert await scene.campaign.imports.choose_column(ME, begun.id, 1)
    [outcome] = await scene.campaign.imports.carry_out(ME) or []
    assert outcome.kind == READY
    assert (await scene.ledger.imports.get(begun.id)).report["sample"] == ["+7 903 ***-**-01", "+7 903 ***-**-02"]


@pytest.mark.parametrize(
    ("text", "settings", "kind"),
    [
        ("", {}, "import_unreadable_empty"),
        ("%PDF-1.7\n%\x80\x81 123", {}, "import_unreadable_not_a_list"),
        ("x" * (1 << 20) + "x", {"megabytes": 1}, "import_unreadable_too_large"),
        (CSV, {"rows": 2}, "import_unreadable_too_many_rows"),
        ("просто слова\nи ещё слова\n", {}, "import_unreadable_no_numbers"),
    ],
)
async def test_what_cannot_be_read_says_why_and_changes_nothing(
    scene: Scene, text: str, settings: dict[str, int], kind: str
) -> None:
    begun = await sent(scene.with_settings(lists=ListSettings(**settings)), text)
    small = scene.with_settings(lists=ListSettings(**settings))
    [outcome] = await small.campaign.imports.carry_out(ME) or []
    assert outcome.kind == kind
    assert outcome.params["file"] == "список.csv"
    assert (await scene.ledger.imports.get(begun.id)).state == ImportState.FAILED
    assert await small.campaign.imports.carry_out(ME) == []


async def test_a_file_that_is_gone_is_asked_for_again(scene: Scene) -> None:
    begun = await scene.campaign.imports.begin(ME, "no such file", "список.csv", Purpose.CANDIDATES)
    [outcome] = await scene.campaign.imports.carry_out(ME) or []
    assert outcome.kind == "import_gone"
    assert (await scene.ledger.imports.get(begun.id)).state == ImportState.FAILED


async def test_the_same_message_brings_one_import(scene: Scene) -> None:
    file_id = await scene.ledger.files.add(ME, "a.csv", CSV.encode())
    first = await scene.campaign.imports.begin(ME, file_id, "a.csv", Purpose.CANDIDATES, "message 1")
    again = await scene.campaign.imports.begin(ME, file_id, "a.csv", Purpose.CANDIDATES, "message 1")
    other = await scene.campaign.imports.begin(ME, file_id, "a.csv", Purpose.CANDIDATES, "message 2")
    assert first.id == again.id != other.id


async def test_a_list_that_takes_long_is_reported_later(scene: Scene) -> None:
    begun = await sent(scene)
    hurried = scene.with_settings(patience=0.001)
    assert await hurried.campaign.imports.carry_out(ME) is None
    await hurried.campaign.imports.close(30)
    [news] = await scene.ledger.notices.waiting()
    assert (news.kind, news.params) == (READY, {"import": str(begun.id)})


async def test_what_a_killed_process_was_reading_is_read_by_the_next_one(scene: Scene) -> None:
    begun = await sent(scene)
    after = scene.restarted()
    await after.campaign.recover()
    await after.campaign.imports.close(30)
    [news] = await scene.ledger.notices.waiting()
    assert news.kind == READY
    assert (await scene.ledger.imports.get(begun.id)).report["good"] == 3


async def test_a_list_that_was_taken_and_not_poured_is_poured_by_the_next_process(scene: Scene) -> None:
    task = await scene.created()
    scene.clock.now += 1
    found = await read(scene)
    await scene.campaign.imports.take(ME, found.id)
    assert await recovered(scene) == ["add_candidates_done"]
    assert scene.numbers(task) == [ANNA, BORIS, VERA]


async def test_a_crash_between_two_chunks_loses_and_doubles_nobody(scene: Scene) -> None:
    task = await scene.created()
    scene.clock.now += 1
    many = [f"+7916{number:07d}" for number in range(2_500)]
    found = await read(scene, "\n".join(many), name="")
    await scene.campaign.imports.take(ME, found.id)
    assert await scene.ledger.imports.pour_chunk(found.id)
    first = await scene.ledger.candidates.phones(task.id, CandidateState.PENDING)
    assert 0 < len(first) < len(many)
    again = scene.restarted().with_settings(portion=500)
    assert await again.work() == ["add_candidates_done"]
    assert sorted(scene.numbers(task)) == many


async def test_the_event_loop_goes_on_meanwhile(scene: Scene) -> None:
    """Not how fast: only that turns of others come in between at all."""
    many = "\n".join(f"8916{number:07d}" for number in range(20_000))
    await sent(scene, many, name="")
    reading = asyncio.create_task(scene.campaign.imports.carry_out(ME))
    turns = 0
    while not reading.done():
        await scene.ledger.conversations.get(OTHER)
        turns += 1
        await asyncio.sleep(0.001)
    assert turns > 20
    [outcome] = await reading or []
    assert outcome.kind == READY


async def test_numbers_not_to_be_called_are_left_out(scene: Scene) -> None:
    await scene.created()
    await scene.ledger.do_not_call.add([BORIS], ME)
    found = await read(scene)
    assert (found.report["good"], found.report["left"]) == (2, {"do_not_call": 1})


async def test_a_file_may_be_for_the_do_not_call_list(scene: Scene) -> None:
    await scene.ledger.do_not_call.add([BORIS], ME)
    found = await read(scene, purpose=Purpose.DO_NOT_CALL)
    assert found.report["good"] == 2
    assert await scene.ledger.do_not_call.listed([ANNA, VERA]) == set()
    assert await scene.campaign.imports.take(ME, found.id)
    [outcome] = await scene.campaign.imports.carry_out(ME) or []
    assert (outcome.kind, outcome.params) == ("import_banned", {"count": "2", "listed": "3"})
    assert await scene.ledger.do_not_call.listed([ANNA, BORIS, VERA, GLEB]) == {ANNA, BORIS, VERA}


DOUBTFUL_CSV = CSV + "Глеб;8 200 123-45-04;Уфа\nДина;8 200 123-45-05;Уфа\nЕва;8 200 123-45-06;Уфа\n"
GLEB_200, DINA_200, EVA_200 = "+72001234504", "+72001234505", "+72001234506"


async def asked_about(scene: Scene) -> list[int]:
    """The imports of the doubtful rows that their person is to be asked about."""
    return [int(n.params["import"]) for n in await scene.ledger.notices.waiting() if n.kind == DOUBTFUL]


async def test_doubtful_rows_are_kept_aside_until_the_list_is_taken(scene: Scene) -> None:
    task = await scene.created()
    scene.clock.now += 1
    found = await read(scene, DOUBTFUL_CSV)
    assert (found.report["good"], found.report["doubtful"]) == (3, 3)
    assert await asked_about(scene) == []
    assert await scene.campaign.imports.take(ME, found.id)
    await scene.campaign.imports.ask_about_rows(found, only_new=False)
    await scene.work()
    assert scene.numbers(task) == [ANNA, BORIS, VERA]
    [rows] = await asked_about(scene)
    kept = await scene.ledger.imports.get(rows)
    assert kept.report["rows"][0] == [5, "+7 200 ***-**-04", False]
    assert GLEB_200[2:] not in str(kept.report)
    scene.clock.now += 1
    assert await scene.campaign.imports.take(ME, rows)
    await scene.work()
    assert scene.numbers(task) == [ANNA, BORIS, VERA, GLEB_200, DINA_200, EVA_200]
    assert scene.at_twin(task).candidates[3].variables == {"Имя": "Глеб", "Город": "Уфа"}


async def test_whoever_must_not_be_called_or_is_in_the_task_is_not_asked_about(scene: Scene) -> None:
    await scene.ledger.do_not_call.add([GLEB_200], ME)
    await scene.filled(DINA_200)
    assert (await read(scene, DOUBTFUL_CSV)).report["doubtful"] == 1


async def test_of_doubtful_rows_too_only_the_new_ones(scene: Scene) -> None:
    await scene.filled(GLEB_200, conversation=OTHER)
    task = await scene.created()
    scene.clock.now += 1
    found = await read(scene, DOUBTFUL_CSV)
    assert await scene.campaign.imports.take(ME, found.id, only_new=True)
    await scene.campaign.imports.ask_about_rows(found, only_new=True)
    [rows] = await asked_about(scene)
    kept = await scene.ledger.imports.get(rows)
    assert (kept.report["good"], kept.report["elsewhere"], kept.only_new) == (3, 1, True)
    assert await scene.campaign.imports.take(ME, rows, only_new=kept.only_new)
    await scene.work()
    assert scene.numbers(task) == [ANNA, BORIS, VERA, DINA_200, EVA_200]


async def test_nobody_new_among_the_doubtful_is_not_asked_about(scene: Scene) -> None:
    await scene.filled(GLEB_200, DINA_200, EVA_200, conversation=OTHER)
    await scene.created()
    found = await read(scene, DOUBTFUL_CSV)
    await scene.campaign.imports.ask_about_rows(found, only_new=True)
    assert await asked_about(scene) == []


async def test_a_cancelled_list_takes_its_doubtful_rows_along(scene: Scene) -> None:
    await scene.created()
    found = await read(scene, DOUBTFUL_CSV)
    assert await scene.campaign.imports.cancel(ME, found.id)
    rows = found.report["doubtful_rows"]
    assert (await scene.ledger.imports.get(rows)).state == ImportState.CANCELLED
    assert await scene.ledger.imports.first_chunk(rows) is None
    assert not await scene.campaign.imports.take(ME, rows)


async def test_doubtful_numbers_are_banned_without_a_question(scene: Scene) -> None:
    found = await read(scene, DOUBTFUL_CSV + "Катя;123;\n", purpose=Purpose.DO_NOT_CALL)
    assert "doubtful" not in found.report
    assert (found.report["good"], found.report["left"]) == (6, {"too_short": 1})
    assert await scene.campaign.imports.take(ME, found.id)
    await scene.campaign.imports.carry_out(ME)
    assert await scene.ledger.do_not_call.listed([ANNA, GLEB_200]) == {ANNA, GLEB_200}


async def test_read_anew_the_doubtful_rows_are_kept_once(scene: Scene) -> None:
    await scene.created()
    found = await read(scene, DOUBTFUL_CSV)
    await scene.ledger.imports.move(found.id, [ImportState.READY], ImportState.READING)
    await scene.campaign.imports.carry_out(ME)
    again = await scene.ledger.imports.get(found.id)
    assert again.report == found.report
    rows = await scene.ledger.imports.first_chunk(again.report["doubtful_rows"])
    assert rows is not None
    assert [person.phones for person in rows[1]] == [(GLEB_200,), (DINA_200,), (EVA_200,)]


async def test_an_extension_of_somebody_who_is_not_called_is_not_told(scene: Scene) -> None:
    await scene.ledger.do_not_call.add(["+74951234501"], ME)
    await scene.created()
    found = await read(scene, "Телефон;Имя\n8 495 123-45-01 доб. 1;Анна\n8 495 123-45-02 доб. 2;Борис\n")
    assert found.report["left"] == {"do_not_call": 1, "extension": 1}
    left = await scene.ledger.imports.left(found.id)
    assert [(row.row, row.reason) for row in left] == [(2, "do_not_call"), (3, "extension")]


async def test_a_question_about_doubtful_numbers_voids_the_plan(scene: Scene) -> None:
    await scene.filled(ANNA)
    await scene.planned()
    await scene.campaign.imports.ask_about(ME, [GLEB_200])
    assert not await scene.campaign.consent.confirm(ME)


async def test_who_was_in_other_tasks_is_known_for_a_message_too(scene: Scene) -> None:
    await scene.filled(ANNA, conversation=OTHER)
    await scene.filled(BORIS)
    assert await scene.campaign.known(ME, [BORIS, VERA, ANNA]) == ([BORIS], [ANNA])
    scene.clock.now += 31 * 24 * 3600
    assert await scene.campaign.known(ME, [ANNA]) == ([], [])
