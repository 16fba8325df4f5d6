"""The whole scenario in every messenger, all of them turned on in one bot."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.bot_process import PROJECT
from tests.dialogues.everywhere import Everywhere, opened
from tests.dialogues.messengers import OTHERS, PUBLIC_URL, Person
from tests.waiting import PATIENCE

# The start of the bot counts to the first test, and one test starts it again.
pytestmark = pytest.mark.asyncio(loop_scope="session")

NAMES = ["telegram", *(kind.name for kind in OTHERS)]
everywhere = pytest.mark.parametrize("name", NAMES)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def all_on(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Everywhere]:
    async with opened(tmp_path_factory.mktemp("bot"), OTHERS) as stage:
        yield stage


def phones(name: str, first: int, many: int) -> list[str]:
    """Numbers that nobody was called at in another messenger."""
    return [f"7916{NAMES.index(name)}{number:06}" for number in range(first, first + many)]


@everywhere
async def test_from_the_name_to_the_last_call(all_on: Everywhere, name: str) -> None:
    person, task = all_on.person(name), f"Весна {name}"
    typed, card, listed = phones(name, 1, 2), phones(name, 3, 1), phones(name, 4, 3)
    await person.says(f'создай обзвон "{task}"')
    await person.expect(f"Задание «{task}» создано")
    await person.says(f"+{typed[0]} Анна, 8{typed[1][1:]}")
    await person.expect("Добавлено номеров: 2. Всего в задании: 2.")
    if all_on.messengers[name].has_cards:
        await person.shares_contact(f"+{card[0]}", "Пётр")
        await person.expect("Добавлено номеров: 1. Всего в задании: 3.")
    else:
        await person.says(card[0])
        await person.expect("Добавлено номеров: 1. Всего в задании: 3.")
    table = "Имя;Телефон\n" + "".join(f"Клиент;+{phone}\n" for phone in listed)
    await person.sends_file("клиенты.csv", table.encode("cp1251"))
    await person.expect(f"Добавить в задание «{task}»?")
    all_on.check(task, typed + card, plays=0)
    await person.presses("Добавить 3")
    await person.expect("Добавлено номеров: 3")
    await person.says("нет")
    await person.expect("Запустить обзвон?")
    await person.says("наверное")
    await person.expect("не ясное «да»")
    all_on.check(task, typed + card + listed, plays=0)
    await person.presses("Да, запустить")
    await asyncio.gather(*(person.presses_again() for _ in range(3)), *(person.is_brought_again() for _ in range(3)))
    await person.expect(f"Обзвон «{task}» запущен")
    await person.expect(f"Обзвон «{task}» завершён. Номеров: 6, звонков: 6.")
    await person.presses_again()
    await person.expect("Эта кнопка уже не действует")
    all_on.check(task, typed + card + listed, plays=1)


@pytest.mark.parametrize("name", ["telegram", "max", "viber", "whatsapp"])
async def test_their_own_contact(all_on: Everywhere, name: str) -> None:
    person, task = all_on.person(name), f"Свой номер {name}"
    (own,) = phones(name, 30, 1)
    await person.says(f"создай обзвон «{task}»")
    await person.expect(f"Задание «{task}» создано")
    await person.shares_own_contact(f"+{own}", "Иван")
    if name in ("telegram", "max"):  # the others do not tell whose card it is
        await person.expect("Это ваш номер: +7 916 ***-**-30. Добавить его в обзвон?")
        all_on.check(task, [], plays=0)
        await person.presses("Да, добавить мой номер")
    await person.expect("Всего в задании: 1")
    all_on.check(task, [own], plays=0)


@everywhere
async def test_a_task_that_somebody_else_has_made(all_on: Everywhere, name: str) -> None:
    maker, person, task = all_on.person(name), all_on.person(name), f"Старое {name}"
    before, added = phones(name, 10, 1), phones(name, 11, 2)
    await maker.says(f"создай обзвон «{task}»")
    await maker.expect(f"Задание «{task}» создано")
    await maker.says(f"+{before[0]}")
    await maker.expect("Ещё номер?")
    await maker.says("отмена")
    await maker.expect("остаётся в кабинете")
    await person.says(f"добавь номера в задание {all_on.stage.task(task).id}")
    await person.expect(f"Задание «{task}»")
    await person.says(f"+{added[0]}, +{added[1]}")
    await person.expect("Всего в задании: 3")
    await person.says("нет")
    await person.expect("Запустить обзвон?")
    await person.says("Да")
    await person.expect(f"Обзвон «{task}» запущен")
    await person.expect(f"Обзвон «{task}» завершён")
    all_on.check(task, before + added, plays=1)


@everywhere
async def test_in_english(all_on: Everywhere, name: str) -> None:
    person, task = all_on.person(name, "en"), f"Spring {name}"
    numbers = phones(name, 20, 2)
    if all_on.messengers[name].tells_language:
        await person.says("/start")
        await person.expect("Hello!")
    await person.says(f'create a call task "{task}"')
    await person.expect(f"The task “{task}” is created")
    await person.says(f"+{numbers[0]}, +{numbers[1]}")
    await person.expect("In the task: 2")
    await person.presses("No, that's all")
    await person.expect("Start the calls? They cost money.")
    await person.says("maybe later")
    await person.expect("not a clear yes")
    all_on.check(task, numbers, plays=0)
    await person.presses("Yes, start")
    await person.expect(f"“{task}” are running")
    await person.expect(f"“{task}” are finished")
    all_on.check(task, numbers, plays=1)


async def test_the_command_line_tells_of_each(all_on: Everywhere) -> None:
    code, told = await command(all_on, "doctor")
    assert code == 0, told
    for line in (
        "telegram: the bot is @calls_bot",
        "telegram webhook: long polling",
        "max: the bot is @calls_bot",
        "max webhook: registered",
        "vk: the community is Обзвон",
        "vk webhook: long polling",
        "viber: the bot is TWIN Обзвон",
        "viber webhook: registered",
        "whatsapp: the bot is Ромашка",
        "slack: the bot is @callbot in Example",
    ):
        assert f"ok    {line}" in told, told
    assert "Warning" not in told
    code, told = await command(all_on, "webhooks", "list")
    assert code == 0, told
    assert sorted(told.splitlines()) == [
        f"max: {PUBLIC_URL}/webhooks/max/webhook",
        "telegram: none",
        f"viber: {PUBLIC_URL}/webhooks/viber/webhook",
        "vk: none",
    ]


async def test_stopped_at_the_question_each_goes_on_after_the_start(all_on: Everywhere) -> None:
    """SIGTERM with six messengers open: code 0, and no process is left."""
    bot, people = all_on.stage.bot, {name: all_on.person(name) for name in NAMES}
    await asyncio.gather(*(to_the_question(people[name], name) for name in NAMES))
    assert await bot.stop(signal.SIGTERM) == 0, bot.log
    assert bot.orphans() == []
    await bot.start()
    await asyncio.gather(*(to_the_end(people[name], name) for name in NAMES))
    for name in NAMES:
        all_on.check(f"Перерыв {name}", phones(name, 30, 1), plays=1)
    assert "Traceback" not in bot.log


async def to_the_question(person: Person, name: str) -> None:
    await person.says(f"создай обзвон «Перерыв {name}»")
    await person.expect("создано")
    await person.says(f"+{phones(name, 30, 1)[0]}")
    await person.expect("Ещё номер?")
    await person.presses("Нет, это все")
    await person.expect("Запустить обзвон?")


async def to_the_end(person: Person, name: str) -> None:
    await person.presses("Да, запустить")
    await person.expect(f"Обзвон «Перерыв {name}» запущен")
    await person.expect(f"Обзвон «Перерыв {name}» завершён")


async def command(all_on: Everywhere, *arguments: str) -> tuple[int, str]:
    """The exit code and all that was printed, with the bot's own settings."""
    bot = all_on.stage.bot
    done = await asyncio.to_thread(
        subprocess.run,
        [str(Path(sys.executable).parent / "rasa-twin24"), *arguments],
        cwd=PROJECT,
        env=bot.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=5 * PATIENCE,
    )
    return done.returncode, done.stdout
