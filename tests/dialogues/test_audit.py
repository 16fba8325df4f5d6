"""The audit in the chat: what was done is found there, as lines and as a file, by owners only."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa

from tests.dialogues.stage import Stage
from tests.dialogues.walks import TWO, filled
from tests.standins.telegram import User

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def rows_of(person: User) -> list[list[str]]:
    document = (await person.expect("")).document
    assert document is not None
    assert document.name.startswith("audit-")
    assert document.name.endswith(".csv")
    assert document.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(document.content.decode("utf-8-sig"), newline=""), delimiter=";"))


async def test_who_did_what_as_lines_and_as_a_file(stage: Stage) -> None:
    person = stage.person()
    await filled(person, "Для журнала", TWO)
    await person.says("отмена")
    await person.expect("не запущен")
    await person.says("кто что запускал за неделю")
    rest = await person.expect("Остальное, новое сверху:")
    line = f"telegram:{person.id}: добавление номеров «Для журнала» номеров: 2 — сделано"
    assert line in rest.text
    assert rest.text.index(line) < rest.text.index(f"telegram:{person.id}: создание задания «Для журнала» — сделано")
    await person.expect("Всего записей за это время")
    await person.presses("Файлом")
    await person.expect("файлом, записей")
    head, *rows = await rows_of(person)
    assert head[:3] == ["Время", "Кто (id)", "Имя"]
    (row,) = [row for row in rows if row[6] == "Для журнала" and row[9] == "add_candidates"]
    assert (row[1], row[5], row[7], row[8]) == (f"telegram:{person.id}", "сделано", stage.task("Для журнала").id, "2")
    assert [row[9] for row in rows if row[1] == f"telegram:{person.id}"][-1] == "read_audit"


async def test_in_the_middle_of_a_talk_the_question_comes_again(stage: Stage) -> None:
    person = stage.person()
    await filled(person, "Посреди", TWO)
    await person.says("покажи журнал")
    await person.expect("если напишете «журнал файлом»")
    await person.expect("Ещё номер?")
    await person.says("журнал файлом")
    await person.expect("файлом, записей")
    await rows_of(person)
    await person.expect("Ещё номер?")


async def test_in_a_form_the_name_is_asked_again(stage: Stage) -> None:
    person = stage.person()
    await person.says("новый обзвон")
    await person.expect("Как назвать обзвон?")
    await person.says("/audit")
    await person.expect("Всего записей за это время")
    await person.expect("Как назвать обзвон?")
    await person.says("Аудит")
    await person.expect("«Аудит» создано")


async def test_in_english(stage: Stage) -> None:
    person = stage.person("en")
    await person.says("who started what this week")
    await person.expect("Entries of that time in all")
    await person.presses("As a file")
    await person.expect("as a file, entries")
    head, *_ = await rows_of(person)
    assert head[0] == "Time"


async def test_nothing_in_that_time(stage: Stage) -> None:
    person = stage.person()
    await person.says("журнал за позавчера")
    await person.expect("в журнале ничего нет")


@pytest.mark.parametrize("role", ["operator", "viewer"])
async def test_who_is_no_owner_is_refused_and_that_is_written_down(stage: Stage, role: str) -> None:
    person = stage.stranger()
    engine = sa.create_engine(f"sqlite:///{stage.bot.data_dir / 'ledger.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO people (id, role, name, added_by, added_at) VALUES (?, ?, ?, ?, 0)",
            (f"telegram:{person.id}", role, "=Ольга", "web:owner"),
        )
    await person.says("покажи журнал")
    await person.expect("нет прав")
    await person.expect_silence(0.5)
    await person.says("/audit")
    await person.expect("нет прав")
    owner = stage.person()
    await owner.says("журнал файлом")
    await owner.expect("файлом, записей")
    _, *rows = await rows_of(owner)
    refused = [row for row in rows if row[1] == f"telegram:{person.id}"]
    assert [(row[2], row[9], row[10]) for row in refused] == [("'=Ольга", "use_command", "refused")] * 2
    engine.dispose()
