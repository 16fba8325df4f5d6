"""A conversation begun in one account is taken up in another of the same person."""

from __future__ import annotations

import pytest

from tests.dialogues.stage import Stage
from tests.dialogues.walks import planned
from tests.standins.telegram import User

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def code_of(person: User) -> str:
    await person.says("привяжи другой мессенджер")
    given = await person.expect("Одноразовый код, действует 15 минут")
    return given.text.splitlines()[1]


async def test_a_plan_shown_in_one_account_gets_its_yes_in_the_other(stage: Stage) -> None:
    person, other = stage.person(), stage.stranger()
    await planned(person, "Из двух мест")
    await other.says(await code_of(person))
    await person.expect("Запустить обзвон?")  # the step's question again, below the code
    await other.expect(f"привязан к telegram:{person.id}")
    await person.expect("по вашему коду привязан аккаунт")
    await person.expect("Запустить обзвон?")  # and below the news

    await other.says("продолжим отсюда")
    await other.expect(f"Продолжаем здесь то же самое, что и в telegram:{person.id}")
    await other.expect("Запустить обзвон?")
    assert stage.sandbox.plays(stage.task("Из двух мест").id) == 0
    await other.says("да")
    await other.expect("Обзвон «Из двух мест» запущен")
    await other.expect("завершён")  # the account used last
    await person.says("да")
    await person.expect("")
    assert stage.sandbox.plays(stage.task("Из двух мест").id) == 1
    assert [message.text for message in person.messages if "запущен" in message.text] == []

    await other.says("мои задания")
    await other.expect("Из двух мест")
    await other.says("отвяжи этот мессенджер")
    await other.expect(f"Отвязал этот мессенджер от telegram:{person.id}")
    await other.says("мои задания")
    await other.expect("Ваш id")


async def test_a_form_goes_on_in_the_other_account(stage: Stage) -> None:
    person, other = stage.person("en"), stage.stranger()
    await person.says("/new")
    await person.expect("What shall the call task be called?")
    await person.says("/link")
    code = (await person.expect("good for 15 minutes")).text.splitlines()[1]
    await person.expect("What shall the call task be called?")
    await other.says(code)
    await other.expect("привязан")
    await other.says("continue from Telegram")
    await other.expect("We go on here with the same")
    await other.expect("What shall the call task be called?")
    await other.says("Two places")
    await other.expect("The task “Two places” is created")
    assert stage.task("Two places").candidates == []


async def test_nothing_to_go_on_with(stage: Stage) -> None:
    person = stage.person()
    await person.says("продолжи из Telegram")
    await person.expect("ничего не привязано")
    await person.says("/unlink")
    await person.expect("отвязывать нечего")
    await person.says("продолжи")
    await person.expect("На паузе ничего")


async def test_an_owner_sees_linked_accounts_and_removes_one(stage: Stage) -> None:
    owner, other = stage.person(), stage.stranger()
    await other.says(await code_of(owner))
    await other.expect("привязан")
    await owner.says("кто имеет доступ")
    await owner.expect(f"telegram:{owner.id} = telegram:{other.id}: владелец")
    await owner.says(f"убери доступ у telegram:{other.id}")
    await owner.expect("Закрыть доступ: telegram")
    await owner.presses("Закрыть доступ")
    await owner.expect("Доступ закрыт")
    await other.expect("закрыл вам доступ")
    assert f"telegram:{other.id}" not in await accounts_shown(owner)


async def accounts_shown(owner: User) -> str:
    await owner.says("кто имеет доступ")
    return (await owner.expect("владелец")).text
