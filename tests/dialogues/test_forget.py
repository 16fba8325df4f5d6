"""Forgetting a person: asked once more, done within seconds, and nothing that costs money is touched."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from tests.dialogues.stage import Stage
from tests.standins.telegram import User
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


def ask(stage: Stage, file: str, query: str, *values: Any) -> list[Any]:
    connection = sqlite3.connect(f"file:{stage.bot.data_dir / file}?mode=ro", uri=True)
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def kept(stage: Stage, person: User) -> dict[str, int]:
    """How many rows there are about a person."""
    whose = f"telegram:{person.id}"
    counts = {
        table: ask(stage, "ledger.db", f"SELECT count(*) FROM {table} WHERE conversation = ?", whose)[0][0]
        for table in ("tasks", "plans", "transcript", "notices", "buttons", "files")
    }
    counts["candidates"] = ask(
        stage,
        "ledger.db",
        "SELECT count(*) FROM candidates JOIN tasks ON tasks.id = task_id WHERE conversation = ?",
        whose,
    )[0][0]
    texts = ask(stage, "tracker.db", "SELECT count(*) FROM events WHERE sender_id = ? AND type_name = 'user'", whose)
    counts["messages"] = texts[0][0]
    return counts


async def gone(stage: Stage, person: User) -> None:
    try:
        await until(lambda: not any(kept(stage, person).values()))
    except AssertionError:
        raise AssertionError(kept(stage, person)) from None


async def talked(person: User, name: str) -> None:
    await person.says(f"создай обзвон «{name}»")
    await person.expect("создано")
    await person.says("8 916 123-45-67")
    await person.expect("Ещё номер?")


async def test_ones_own_data_goes_and_the_talk_can_go_on(stage: Stage) -> None:
    person = stage.person("en")
    await person.says("create a call task «To forget»")
    await person.expect("is created")
    await person.says("+44 20 7946 0958")
    await person.expect("In the task: 1")
    await person.says("forget me")
    question = await person.expect("There is no way back")
    assert [label for row in question.buttons for label in row] == ["Yes, delete the data", "No, keep it"]
    assert kept(stage, person)["candidates"] == 1
    await person.presses("Yes, delete the data")
    await person.expect("I am deleting the data")
    await gone(stage, person)
    await person.presses_stale(question.message_id, "Yes, delete the data")
    await person.expect("This button is out of date")  # the language outlives it
    assert stage.numbers("To forget") == ["442079460958"]
    await person.says("how is it going?")
    await person.expect("no tasks")


async def test_a_typed_yes_neither_deletes_nor_starts(stage: Stage) -> None:
    person = stage.person()
    await talked(person, "Не путать")
    await person.says("нет")
    await person.expect("Запустить обзвон?")
    await person.says("удали мои данные")
    await person.expect("Вернуть будет нельзя")
    for _ in range(2):
        await person.says("да")
        await person.expect("Это решает только кнопка под вопросом выше")
    assert kept(stage, person)["candidates"] == 1
    assert stage.sandbox.plays(stage.task("Не путать").id) == 0
    await person.presses("Нет, оставить")
    await person.expect("Запустить обзвон?")


async def test_no_keeps_it_and_the_question_comes_again(stage: Stage) -> None:
    person = stage.person()
    await talked(person, "Оставить")
    await person.says("/forget")
    await person.expect("Вернуть будет нельзя")
    await person.presses("Нет, оставить")
    await person.expect("ничего не удаляю")
    await person.expect("Ещё номер?")
    assert kept(stage, person)["candidates"] == 1


async def test_a_form_does_not_swallow_it(stage: Stage) -> None:
    person = stage.person()
    await person.says("новый обзвон")
    await person.expect("Как назвать обзвон?")
    await person.says("8 916 123-45-67")
    await person.expect("Номер запомнил")
    await person.expect("Как назвать обзвон?")
    await person.says("удали мои данные")
    await person.expect("Вернуть будет нельзя")
    await person.presses("Да, удалить данные")
    await person.expect("Удаляю данные")
    await gone(stage, person)


async def test_an_owner_forgets_somebody_else_and_a_viewer_only_themselves(stage: Stage) -> None:
    owner, other = stage.person(), stage.person()
    await talked(other, "Чужие данные")
    viewer = stage.stranger()
    with sqlite3.connect(stage.bot.data_dir / "ledger.db") as connection:
        connection.execute(
            "INSERT INTO people (id, role, name, added_by, added_at) VALUES (?, 'viewer', '', 'web:owner', 0)",
            (f"telegram:{viewer.id}",),
        )
    await viewer.says(f"удали данные telegram:{other.id}")
    await viewer.expect("нет прав")
    await viewer.says("удали мои данные")
    await viewer.expect("Вернуть будет нельзя")
    await viewer.presses("Да, удалить данные")
    await viewer.expect("Удаляю данные")
    assert kept(stage, other)["candidates"] == 1
    await owner.says(f"удали данные telegram:{other.id}")
    await owner.expect(f"о разговоре telegram:{other.id}")
    await owner.presses("Да, удалить данные")
    await owner.expect(f"Удаляю данные разговора telegram:{other.id}")
    await gone(stage, other)
    acts = ask(stage, "ledger.db", "SELECT person, detail FROM audit WHERE act = 'forget_person' ORDER BY id")
    assert (f"telegram:{owner.id}", f'{{"whose": "telegram:{other.id}"}}') in acts


async def test_running_calls_are_named_and_go_when_they_end(stage: Stage) -> None:
    person = stage.person()
    await person.says("создай обзвон «Ещё идёт»")
    await person.expect("создано")
    await person.says(", ".join(f"8 916 123-45-{number}" for number in range(60, 72)))
    await person.expect("Ещё номер?")
    await person.says("нет")
    await person.expect("Запустить обзвон?")
    await person.says("да")
    await person.expect("«Ещё идёт» запущен")
    await person.says("забудь меня")
    await person.expect("Вернуть будет нельзя")
    await person.presses("Да, удалить данные")
    await person.expect("Эти обзвоны ещё не закончены, их данные удалю, когда они закончатся: «Ещё идёт».")
    await person.expect("завершён")
    await until(lambda: not kept(stage, person)["candidates"])
    assert kept(stage, person)["tasks"] == 0
    assert stage.sandbox.plays(stage.task("Ещё идёт").id) == 1
