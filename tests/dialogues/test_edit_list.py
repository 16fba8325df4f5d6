"""The list in the chat, shown and mended until the start; TWIN then has exactly the rest."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from rasa_twin24.sandbox import Sandbox
from rasa_twin24.sandbox.tasks import Task
from tests.dialogues.stage import Stage, staged
from tests.dialogues.walks import filled

pytestmark = pytest.mark.asyncio(loop_scope="session")

THREE = "8 916 123-45-01, 8 916 123-45-02, 8 916 123-45-03"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def edited(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Calls go on for the whole test."""
    sandbox = Sandbox(ready_after=0.3, call_seconds=3600, lines=1)
    async with staged(tmp_path_factory.mktemp("edited"), sandbox=sandbox) as opened:
        yield opened


def named(stage: Stage, name: str) -> list[Task]:
    """All that were made under this name, oldest first."""
    return [task for task in stage.sandbox.tasks if task.name.rpartition(" #")[0] == name]


def phones(task: Task) -> list[str]:
    return [phone for candidate in task.candidates for phone in candidate.phones]


async def test_a_number_is_taken_off_and_the_rest_is_called(edited: Stage) -> None:
    person = edited.person()
    await filled(person, "Без второго", THREE)
    await person.says("нет")
    await person.expect("Номеров: 3")
    await person.says("убери 8 916 123-45-02")
    await person.expect("Убрал (1): +7 916 ***-**-02. Осталось в списке: 2.")
    old = named(edited, "Без второго")[0]
    assert old.id in (await person.expect("у задания будет новый id")).text
    await person.expect("создано, id")
    await person.expect("Добавлено номеров: 2. Всего в задании: 2")
    await person.says("да")  # to "one more?", never to the plan from before
    await person.expect("Пришлите номер")
    await person.says("нет")
    await person.expect("Номеров: 2")
    await person.says("да")
    await person.expect("Обзвон «Без второго» запущен")
    first, second = named(edited, "Без второго")
    assert phones(second) == ["79161234501", "79161234503"]
    assert (edited.sandbox.plays(first.id), edited.sandbox.plays(second.id)) == (0, 1)
    await person.says("убери 8 916 123-45-01")
    await person.expect("убирать неоткуда")
    await person.says(f"добавь номера в задание {first.id}")
    await person.expect("не запущу")


async def test_the_list_is_shown_and_sent_as_a_file(edited: Stage) -> None:
    person = edited.person()
    await filled(person, "Показать", THREE)
    await person.says("сколько номеров")
    await person.expect("В списке задания «Показать» номеров: 3, из них уже в TWIN: 3.")
    await person.expect("Ещё номер?")
    await person.says("покажи номера")
    await person.expect("номеров: 3")
    shown = await person.expect("1. +7 916 ***-**-01")
    assert "3. +7 916 ***-**-03" in shown.text
    assert "79161234501" not in shown.text
    await person.expect("Весь список файлом, номеров: 3.")
    document = (await person.expect("")).document
    assert document is not None
    rows = list(csv.reader(io.StringIO(document.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [
        ["№", "Номер", "Ещё номера"],
        ["1", "'+79161234501", ""],
        ["2", "'+79161234502", ""],
        ["3", "'+79161234503", ""],
    ]
    await person.expect("Ещё номер?")


async def test_by_place_and_all(edited: Stage) -> None:
    person = edited.person()
    await filled(person, "По местам", THREE)
    await person.says("убери последний")
    await person.expect("Убрал (1): +7 916 ***-**-03. Осталось в списке: 2.")
    await person.expect("Добавлено номеров: 2")
    await person.says("удали первый")
    await person.expect("Убрал (1): +7 916 ***-**-01. Осталось в списке: 1.")
    await person.expect("Добавлено номеров: 1")
    await person.says("удали девятый")
    await person.expect("Такого места в списке нет")
    await person.says("очисти список")
    await person.expect("Осталось в списке: 0")
    await person.expect("создано, id")
    await person.says("сколько номеров в списке")
    await person.expect("номеров: 0")
    assert [phones(task) for task in named(edited, "По местам")][-1] == []


async def test_a_long_list_is_cleared_after_a_question_only(edited: Stage) -> None:
    person = edited.person()
    many = ", ".join(f"8 916 123-46-{number:02d}" for number in range(11))
    await filled(person, "Длинный", many)
    await person.says("очисти список")
    question = await person.expect("Убрать из списка «Длинный» все номера: 11?")
    assert [label for row in question.buttons for label in row] == ["Да, убрать все", "Нет, оставить"]
    await person.says("да")
    await person.expect("Это решает только кнопка")
    await person.presses("Нет, оставить")
    await person.expect("список не трогаю")
    assert len(phones(edited.task("Длинный"))) == 11
    await person.says("очисти список")
    question = await person.expect("Убрать из списка")
    await person.says("8 916 123-46-99")  # another list than the one that was asked about
    await person.expect("Добавлено номеров: 1")
    await person.presses_stale(question.message_id, "Да, убрать все")
    await person.expect("Эта кнопка уже не действует")
    await person.says("очисти список")
    await person.expect("все номера: 12?")
    await person.presses("Да, убрать все")
    await person.expect("Убрал (12)")
    await person.expect("создано, id")
    assert phones(named(edited, "Длинный")[-1]) == []


async def test_before_the_task_is_named(edited: Stage) -> None:
    person = edited.person()
    await person.says("новый обзвон")
    await person.expect("Как назвать обзвон?")
    await person.says(THREE)
    await person.expect("Номер запомнил")
    await person.says("убери 8 916 123-45-02")
    await person.expect("Осталось в списке: 2")
    await person.expect("Как назвать обзвон?")
    await person.says("сколько номеров")
    await person.expect("номеров: 2")
    await person.expect("Как назвать обзвон?")
    await person.says("Убранный")
    await person.expect("Добавлено номеров: 2")
    assert phones(edited.task("Убранный")) == ["79161234501", "79161234503"]


async def test_somebody_elses_words_change_no_list(edited: Stage) -> None:
    person = edited.person()
    await filled(person, "Пересланное", THREE)
    await person.forwards("убери 8 916 123-45-02")
    await person.expect("Пересланное сообщение список не меняет")
    assert phones(edited.task("Пересланное")) == ["79161234501", "79161234502", "79161234503"]


async def test_in_a_foreign_task(edited: Stage) -> None:
    owner, person = edited.person(), edited.person()
    await filled(owner, "Чужой список", "8 916 123-45-09")
    await person.says(f"добавь номера в задание {edited.task('Чужой список').id}")
    await person.expect("")
    await person.says("8 916 123-45-01")
    await person.expect("Добавлено номеров: 1")
    await person.says("убери 8 916 123-45-01")
    await person.expect("номера убрать не могу")
    assert phones(edited.task("Чужой список")) == ["79161234509", "79161234501"]


async def test_in_english(edited: Stage) -> None:
    person = edited.person("en")
    await person.says('create a call task "Short list"')
    await person.expect("id")
    await person.says("+7 916 123-45-01, +7 916 123-45-02")
    await person.expect("One more?")
    await person.says("remove the last one")
    await person.expect("Taken off (1): +7 916 ***-**-02. Left on the list: 1.")
    await person.expect("the task gets a new id")
    await person.expect("Numbers added: 1")


async def test_a_kill_in_the_middle_takes_off_one_and_loses_nobody(tmp_path: Path) -> None:
    """«Последний» said again after the kill would be another one."""
    sandbox = Sandbox(ready_after=0.3, call_seconds=3600, lines=1)
    async with staged(tmp_path / "bot", sandbox=sandbox, BOT_TEST_CRASH_AT="list_edited") as stage:
        person = stage.person()
        await filled(person, "Убитый", THREE)
        await person.says("убери последний")
        while stage.bot.is_running:
            await asyncio.sleep(0.05)
        del stage.bot.settings["BOT_TEST_CRASH_AT"]
        await stage.bot.start()
        await person.expect("Меня перезапустили посреди этого")
        await person.expect("номеров: 2, из них уже в TWIN: 0")
        await person.expect("Добавлено номеров: 2. Всего в задании: 2")
        await person.says("нет")
        await person.expect("Номеров: 2")
        await person.says("да")
        await person.expect("Обзвон «Убитый» запущен")
        old, new = named(stage, "Убитый")
        assert phones(new) == ["79161234501", "79161234502"]
        assert (stage.sandbox.plays(old.id), stage.sandbox.plays(new.id)) == (0, 1)
