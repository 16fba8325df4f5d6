"""A messenger without buttons: its people choose by number, and no number starts calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.bot_process import PROJECT
from tests.dialogues.stage import Stage, staged
from tests.dialogues.words import CREDENTIALS, Person, Words

pytestmark = pytest.mark.asyncio(loop_scope="session")

PEOPLE = ("anna", "boris", "vera", "gleb", "dina")


@dataclass
class InWords:
    stage: Stage
    words: Words

    def person(self, name: str) -> Person:
        return self.words.person(name, self.stage.bot.url)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[InWords]:
    """The project with one more block in credentials.yml. A plan of more than one number asks for the count."""
    folder = tmp_path_factory.mktemp("project")
    for entry in PROJECT.iterdir():
        if entry.name not in ("credentials.yml", "var", ".env"):
            (folder / entry.name).symlink_to(entry)
    (folder / "credentials.yml").write_text((PROJECT / "credentials.yml").read_text() + CREDENTIALS)
    data_dir = tmp_path_factory.mktemp("bot")
    async with (
        Words() as words,
        staged(
            data_dir,
            folder=folder,
            owners=[f"callback:{name}" for name in PEOPLE],
            WORDS_URL=words.url,
            BOT_COUNT_FROM="1",
        ) as stage,
    ):
        yield InWords(stage, words)


async def test_the_whole_way_by_numbers_but_for_the_yes(bot: InWords) -> None:
    person = bot.person("anna")
    await person.says("/start")
    menu = await person.expect("1. Новый обзвон")
    assert menu.endswith("\n1. Новый обзвон\n2. Добавить номера в задание\n3. Мои задания")
    await person.says("1")
    assert (await person.expect("Как назвать обзвон?")).endswith("\n1. Отмена")
    await person.says("Слова")
    await person.expect("Задание «Слова» создано")
    await person.says("8 916 123-45-67")
    assert (await person.expect("Ещё номер?")).endswith("\n1. Да, ещё номер\n2. Нет, это все")
    await person.says("второе")
    plan = await person.expect("Запустить обзвон?")
    assert plan.endswith("\n– Да, запустить\n– Нет, не запускать")
    for digit in ("1", "1.", "первое", "2"):
        await person.says(digit)
        await person.expect("Это не ясное «да»")
    task = bot.stage.task("Слова")
    assert bot.stage.sandbox.plays(task.id) == 0
    await person.says("да, запускай")
    await person.expect("Обзвон «Слова» запущен")
    await person.expect("завершён")
    assert bot.stage.sandbox.plays(task.id) == 1


async def test_a_count_is_typed_and_chooses_nothing(bot: InWords) -> None:
    person = bot.person("boris")
    await person.says("создай обзвон «Счёт»")
    await person.expect("Задание «Счёт» создано")
    await person.says("8 916 123-45-68, 8 916 123-45-69")
    await person.expect("2. Нет, это все")
    await person.says("2.")
    plan = await person.expect("напишите число номеров: 2")
    assert plan.endswith("\n– Нет, не запускать")
    task = bot.stage.task("Счёт")
    await person.says("1")
    await person.expect("Это не то число")
    assert bot.stage.sandbox.plays(task.id) == 0
    await person.says("2")
    await person.expect("Обзвон «Счёт» запущен")
    await person.expect("завершён")
    assert bot.stage.sandbox.plays(task.id) == 1


async def test_a_number_that_names_no_option_is_what_it_was(bot: InWords) -> None:
    person = bot.person("vera")
    await person.says("создай обзвон")
    assert (await person.expect("Как назвать обзвон?")).endswith("\n1. Отмена")
    await person.says("2")
    await person.expect("Задание «2» создано")
    await person.says("отмена")
    await person.expect("остаётся в кабинете")
    await person.says("создай обзвон")
    await person.expect("1. Отмена")
    await person.says("первое")
    await person.expect("Отмен")
    assert [task.name for task in bot.stage.sandbox.tasks if task.name.startswith("первое")] == []


async def test_questions_side_by_side_have_numbers_of_their_own(bot: InWords) -> None:
    person = bot.person("gleb")
    await person.says("создай обзвон «Рядом»")
    await person.expect("1. Отмена")
    await person.says("8 200 123-45-67, 8 916 123-45-70")
    doubtful = await person.expect("Не уверен, что такой номер есть")
    assert doubtful.endswith("\n2. Добавить всё равно\n3. Не добавлять")
    assert (await person.expect("Ещё номер?")).endswith("\n4. Да, ещё номер\n5. Нет, это все")
    await person.says("2")  # only a button decides that, and so does its number
    assert (await person.expect("Всего в задании: 2")).endswith("\n1. Да, ещё номер\n2. Нет, это все")
    assert bot.stage.numbers("Рядом") == ["79161234570", "72001234567"]
    await person.says("3")
    await person.expect("Эта кнопка уже не действует")
    assert bot.stage.numbers("Рядом") == ["79161234570", "72001234567"]
