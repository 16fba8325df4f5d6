"""Somebody shares their own contact: where the messenger proves it, they are asked whether they want to be called."""

from __future__ import annotations

import pytest

from tests.dialogues.stage import Stage
from tests.standins.telegram import User

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

QUESTION = "Это ваш номер: +7 999 ***-**-{}. Добавить его в обзвон?"
YES, NO = "Да, добавить мой номер", "Нет, не добавлять"


async def made(person: User, name: str) -> None:
    await person.says(f"создай обзвон «{name}»")
    await person.expect(f"Задание «{name}» создано")


async def test_it_is_added_by_the_button_only_once(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Мой номер")
    await person.shares_contact("79991234567", "Иван")
    question = await person.expect(QUESTION.format("67"))
    assert [label for row in question.buttons for label in row] == [YES, NO]
    assert stage.numbers("Мой номер") == []
    await person.presses(YES)
    await person.expect("Добавляю ваш номер: +7 999 ***-**-67.")
    await person.expect("Всего в задании: 1")
    assert stage.numbers("Мой номер") == ["79991234567"]
    assert stage.task("Мой номер").candidates[0].variables == {"name": "Иван"}
    await person.presses_stale(question.message_id, YES)
    await person.expect("Эта кнопка уже не действует")
    await person.shares_contact("79991234567", "Иван")
    await person.expect("Уже в списке, второй раз не добавляю: +7 999 ***-**-67.")
    await person.expect("Ещё номер?")
    assert stage.numbers("Мой номер") == ["79991234567"]


async def test_a_no_leaves_it_out(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Без меня")
    for turn, no in enumerate((lambda: person.presses(NO), lambda: person.says("нет"))):
        await person.shares_contact(f"7999123456{turn}", "Иван")
        await person.expect(QUESTION.format(f"6{turn}"))
        await no()
        await person.expect("ваш номер не добавляю")
        await person.expect("Пришлите номер")
    assert stage.numbers("Без меня") == []


async def test_a_typed_yes_adds_it_and_starts_nothing(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Да мне")
    await person.says("8 916 123-45-01")
    await person.expect("Ещё номер?")
    await person.says("нет")
    await person.expect("Запустить обзвон?")
    await person.shares_contact("79991234567", "Иван")
    await person.expect(QUESTION.format("67"))
    await person.says("да")
    await person.expect("Добавляю ваш номер")
    await person.expect("Всего в задании: 2")
    assert stage.numbers("Да мне") == ["79161234501", "79991234567"]
    assert stage.sandbox.plays(stage.task("Да мне").id) == 0


@pytest.mark.parametrize("whose", [None, 700700])
async def test_any_other_card_is_a_candidate_at_once(stage: Stage, whose: int | None) -> None:
    person, name = stage.person(), f"Чужая карточка {whose}"
    await made(person, name)
    await person.shares_contact("79991234567", "Иван", own=False, user_id=whose)
    await person.expect("Всего в задании: 1")
    assert stage.numbers(name) == ["79991234567"]


async def test_before_there_is_a_task(stage: Stage) -> None:
    person = stage.person()
    await person.shares_contact("79991234567", "Иван")
    await person.expect(QUESTION.format("67"))
    await person.presses(YES)
    await person.expect("Сейчас нет задания")
    await person.expect(QUESTION.format("67"))
    await person.presses("Новый обзвон")
    await person.expect("Как назвать обзвон?")
    await person.presses(YES)
    await person.expect("Добавляю ваш номер")
    await person.expect("Как назвать обзвон?")
    await person.says("Сначала я")
    await person.expect("Всего в задании: 1")
    assert stage.numbers("Сначала я") == ["79991234567"]


async def test_while_the_name_is_asked_for(stage: Stage) -> None:
    person = stage.person()
    await person.says("создай обзвон")
    await person.expect("Как назвать обзвон?")
    await person.shares_contact("79991234567", "Иван")
    await person.expect(QUESTION.format("67"))
    await person.expect("Как назвать обзвон?")
    await person.says("Потом я")
    await person.expect("Задание «Потом я» создано")
    assert stage.numbers("Потом я") == []
    await person.presses(YES)
    await person.expect("Всего в задании: 1")
    assert stage.numbers("Потом я") == ["79991234567"]


async def test_doubtful_numbers_are_another_question(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Два вопроса")
    await person.says("8 200 123-45-67")
    await person.expect("Не уверен, что такой номер есть")
    await person.shares_contact("79991234567", "Иван")
    await person.expect(QUESTION.format("67"))
    await person.presses("Добавить всё равно")
    await person.expect("Всего в задании: 1")
    assert stage.numbers("Два вопроса") == ["72001234567"]
    await person.presses(YES)
    await person.expect("Всего в задании: 2")
    assert stage.numbers("Два вопроса") == ["72001234567", "79991234567"]


async def test_whoever_is_not_to_be_called_is_not_even_asked(stage: Stage) -> None:
    person = stage.person()
    await made(person, "Не мне")
    await person.says("больше не звонить 8 999 123-45-99")
    await person.expect("Внёс в чёрный список (1)")
    await person.shares_contact("79991234599", "Иван")
    await person.expect("+7 999 ***-**-99")
    await person.expect("Пришлите номер")
    assert stage.numbers("Не мне") == []
