"""The do-not-call list in the chat: an owner's alone, told masked, and nobody on it is dialed."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.dialogues.stage import Stage
from tests.dialogues.test_edit_list import edited, filled, named, phones
from tests.standins.telegram import User

pytestmark = pytest.mark.asyncio(loop_scope="session")

__all__ = ["edited"]


def let_in(stage: Stage, person: User, role: str) -> None:
    with closing(sqlite3.connect(stage.bot.data_dir / "ledger.db")) as database, database:
        row = (f"telegram:{person.id}", role)
        database.execute(
            "INSERT INTO people (id, role, name, added_by, added_at) VALUES (?, ?, '', 'web:owner', 0)", row
        )


def kept(stage: Stage) -> str:
    """All that the ledger holds of the list and of what was done about it."""
    with closing(sqlite3.connect(f"file:{stage.bot.data_dir / 'ledger.db'}?mode=ro", uri=True)) as database:
        return str([database.execute(f"SELECT * FROM {table}").fetchall() for table in ("do_not_call", "audit")])


async def test_an_owner_puts_numbers_on_the_list_and_takes_them_off(edited: Stage) -> None:
    person = edited.person()
    await person.says("больше не звонить 8 903 765-43-01 и 8 903 765-43-02")
    await person.expect("Внёс в чёрный список (2): +7 903 ***-**-01, +7 903 ***-**-02.")
    await person.says("/donotcall 8 903 765-43-02, 8 903 765-43-03")
    await person.expect("Внёс в чёрный список (1): +7 903 ***-**-03.")
    await person.expect("Уже в чёрном списке: +7 903 ***-**-02.")
    await person.says("сколько в чёрном списке")
    await person.expect("В чёрном списке номеров: 3.")
    await person.says("снова можно звонить 8 903 765-43-01")
    await person.expect("Убрал из чёрного списка (1): +7 903 ***-**-01.")
    await person.says("убери 8 903 765-43-01, 8 903 765-43-02, 8 903 765-43-03 из чёрного списка")
    await person.expect("Убрал из чёрного списка (2): +7 903 ***-**-02, +7 903 ***-**-03.")
    await person.expect("В чёрном списке таких нет: +7 903 ***-**-01.")
    assert "90376543" not in kept(edited)
    for without_numbers in ("внеси в чёрный список", "/donotcall"):
        await person.says(without_numbers)
        await person.expect("Чёрный список я не менял. Напишите «больше не звонить")
    await person.forwards("больше не звонить 8 903 765-43-04")
    await person.expect("Пересланное сообщение чёрный список не меняет")
    await person.says("сколько номеров в чёрном списке?")
    await person.expect("В чёрном списке номеров: 0.")


async def test_an_operator_is_refused_and_may_still_mend_the_own_list(edited: Stage) -> None:
    operator = edited.stranger()
    let_in(edited, operator, "operator")
    await filled(operator, "Операторский", "8 916 123-45-01, 8 916 123-45-02")
    await operator.says("больше не звонить 8 916 123-45-02")
    await operator.expect("нет прав")
    await operator.expect("Убрать номер из этого списка обзвона можете и вы")
    await operator.says("/donotcall 8 916 123-45-02")
    await operator.expect("нет прав")
    await operator.says("сколько в чёрном списке")
    await operator.expect("нет прав")
    assert phones(edited.task("Операторский")) == ["79161234501", "79161234502"]
    await operator.says("не звони на 8 916 123-45-02")
    await operator.expect("Убрал (1): +7 916 ***-**-02. Осталось в списке: 1.")
    await operator.expect("Добавлено номеров: 1")
    assert phones(named(edited, "Операторский")[-1]) == ["79161234501"]


async def test_such_numbers_are_not_added(edited: Stage) -> None:
    person = edited.person()
    await person.says("никогда не звони на 8 905 111-22-01")
    await person.expect("Внёс в чёрный список (1)")
    await person.says("создай обзвон «Без запретных», 8 905 111-22-01")
    await person.expect("В чёрном списке, не добавил и звонить не буду: +7 905 ***-**-01.")
    await person.expect("создано")
    await person.says("8 905 111-22-01, 8 905 111-22-02")
    await person.expect("В чёрном списке, не добавил и звонить не буду: +7 905 ***-**-01.")
    await person.expect("Добавлено номеров: 1. Всего в задании: 1")
    await person.says("8 905 111-22-01")
    await person.expect("В чёрном списке, не добавил")
    await person.expect("Ещё номер?")
    assert phones(edited.task("Без запретных")) == ["79051112202"]
    await person.says("отмена")
    await person.expect("не запущен")
    await person.says("новый обзвон")
    await person.expect("Как назвать обзвон?")
    await person.says("8 905 111-22-01")
    await person.expect("В чёрном списке, не добавил")
    await person.expect("Как назвать обзвон?")
    await person.says("больше не звонить 8 905 111-22-03")
    await person.expect("Внёс в чёрный список (1): +7 905 ***-**-03.")
    await person.expect("Как назвать обзвон?")


async def test_a_number_put_there_after_it_was_added(edited: Stage) -> None:
    """It is named in the plan, which is not offered for a yes; a button makes the task anew."""
    owner, person = edited.person(), edited.person()
    await filled(person, "Передумали", "8 905 111-33-01, 8 905 111-33-02")
    await owner.says("внеси 8 905 111-33-02 в чёрный список")
    await owner.expect("Внёс в чёрный список (1)")
    await person.says("нет")
    plan = await person.expect("Задание «Передумали»")
    assert not plan.buttons
    why = await person.expect("есть номера из чёрного списка (1): +7 905 ***-**-02")
    assert [label for row in why.buttons for label in row] == ["Убрать их"]
    await person.says("да")
    await person.expect("есть номера из чёрного списка")
    await person.presses("Убрать их")
    await person.expect("Убрал (1): +7 905 ***-**-02. Осталось в списке: 1.")
    await person.expect("Добавлено номеров: 1")
    await person.says("нет")
    await person.expect("Запустить обзвон?")
    old, new = named(edited, "Передумали")
    assert phones(new) == ["79051113301"]
    assert [edited.sandbox.plays(task.id) for task in (old, new)] == [0, 0]


async def test_a_number_put_there_between_the_plan_and_the_yes_is_not_dialed(edited: Stage) -> None:
    owner, person = edited.person(), edited.person()
    await filled(person, "В последний миг", "8 905 111-44-01, 8 905 111-44-02")
    await person.says("нет")
    await person.expect("Номеров: 2")
    await owner.says("больше не звонить 8 905 111-44-02")
    await owner.expect("Внёс в чёрный список (1)")
    await person.says("да")
    await person.expect("Не запустил: номера попали в чёрный список (1): +7 905 ***-**-02.")
    await person.expect("Добавлено номеров: 1")
    await person.says("запусти")
    await person.expect("Номеров: 1")
    await person.says("да")
    await person.expect("Обзвон «В последний миг» запущен")
    old, new = named(edited, "В последний миг")
    assert (edited.sandbox.plays(old.id), edited.sandbox.plays(new.id)) == (0, 1)
    called = [call.phone for call in edited.sandbox.calls if call.task in (old.id, new.id)]
    assert "79051114402" not in called
