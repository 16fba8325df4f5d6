"""One person in two messengers: what is begun in one is taken up in the other, and nothing is dialed unseen."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.dialogues.everywhere import Everywhere, opened
from tests.dialogues.messengers import Max, Person, Vk, WhatsApp

# The start of the bot counts to the first test, and one test starts it again and again.
pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(600)]

OTHERS = pytest.mark.parametrize("name", ["max", "vk", "whatsapp"])
NUMBERS = ["79161230001", "79161230002"]
DAY_NUMBERS = 5


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def all_on(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Everywhere]:
    settings = {"BOT_PERSON_DAY_NUMBERS": str(DAY_NUMBERS)}
    async with opened(tmp_path_factory.mktemp("bot"), [Max, Vk, WhatsApp], **settings) as stage:
        yield stage


def ledger(all_on: Everywhere, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with sqlite3.connect(all_on.stage.bot.data_dir / "ledger.db", timeout=30) as connection:
        return connection.execute(query, values).fetchall()


def who_is(all_on: Everywhere, person: Person) -> str:
    """The id of somebody in Telegram."""
    return f"telegram:{person._actor.id}"


async def code_of(person: Person) -> str:
    await person.says("/link")
    return (await person.expect("действует 15 минут")).text.splitlines()[1]


async def linked(all_on: Everywhere, person: Person, other: Person) -> None:
    """`other` is linked to `person` of Telegram, who has heard of it."""
    await other.says(await code_of(person))
    await other.expect(f"привязан к {who_is(all_on, person)}")
    await person.expect("по вашему коду привязан аккаунт")


async def pair(all_on: Everywhere, name: str) -> tuple[Person, Person, str]:
    """An owner in Telegram, the same person in another messenger, linked, and that one's id."""
    person = all_on.person("telegram")
    other, other_id = all_on.stranger(name)
    await linked(all_on, person, other)
    return person, other, other_id


async def filled(person: Person, task: str, numbers: list[str]) -> None:
    await person.says(f"создай обзвон «{task}»")
    await person.expect(f"Задание «{task}» создано")
    await person.says(", ".join(f"+{number}" for number in numbers))
    await person.expect("Ещё номер?")


async def planned(person: Person, task: str, numbers: list[str]) -> None:
    await filled(person, task, numbers)
    await person.says("нет")
    await person.expect("Запустить обзвон?")


async def operator(all_on: Everywhere, name: str, owner: Person) -> tuple[Person, str]:
    """Somebody whom an owner has let in as an operator, in a messenger of their own."""
    person, person_id = all_on.stranger(name)
    await person.says("привет")  # or the messenger lets nobody write to them
    await person.expect("Ваш id")
    await owner.says(f"пусти {person_id} оператором")
    await person.expect("права оператора")
    return person, person_id


@OTHERS
async def test_made_in_one_planned_and_started_in_the_other(all_on: Everywhere, name: str) -> None:
    task = f"Вдвоём {name}"
    person = all_on.person("telegram")
    other, other_id = all_on.stranger(name)
    await filled(person, task, NUMBERS)
    await linked(all_on, person, other)

    await other.presses("Продолжить здесь")
    await other.expect(f"Продолжаем здесь то же самое, что и в {who_is(all_on, person)}")
    await other.expect("Ещё номер?")
    await other.presses("Нет, это все")
    await other.expect("Запустить обзвон?")
    all_on.check(task, NUMBERS, plays=0)
    await other.presses("Да, запустить")
    await other.expect(f"Обзвон «{task}» запущен")
    await person.says("да")
    await person.expect("")
    await person.expect(f"Обзвон «{task}» завершён")  # where the person wrote last
    await other.presses_again()
    await other.expect("Эта кнопка уже не действует")
    all_on.check(task, NUMBERS, plays=1)

    await other.says("/unlink")
    await other.expect(f"Отвязал этот мессенджер от {who_is(all_on, person)}")
    await other.says("мои задания")
    await other.expect(f"Ваш id: {other_id}")


@OTHERS
async def test_no_yes_to_a_plan_that_was_shown_elsewhere(all_on: Everywhere, name: str) -> None:
    task = f"Не видел {name}"
    person, other, _ = await pair(all_on, name)
    await planned(person, task, NUMBERS[:1])
    await other.says("да")
    await other.expect("я принимаю только там, где он показан. Ничего не запущено")
    await other.expect("Запустить обзвон?")
    all_on.check(task, NUMBERS[:1], plays=0)
    await person.says("да, запускай")  # the plan stands in the other messenger now
    await person.expect("Запустить обзвон?")
    await person.presses("Да, запустить")
    await person.expect(f"Обзвон «{task}» запущен")
    await person.expect(f"Обзвон «{task}» завершён")
    all_on.check(task, NUMBERS[:1], plays=1)


async def test_a_yes_right_after_linking_starts_nothing(all_on: Everywhere) -> None:
    person = all_on.person("telegram")
    other, _ = all_on.stranger("max")
    await planned(person, "Сразу да", NUMBERS[:1])
    code = await code_of(person)
    await person.expect("Запустить обзвон?")
    await other.says(code)
    await other.says("ок")
    await other.says("да")
    await other.expect("я принимаю только там, где он показан")
    all_on.check("Сразу да", NUMBERS[:1], plays=0)
    await other.expect("Запустить обзвон?")
    await other.says("нет")
    await other.expect("не запущен")


async def test_a_stolen_code_is_noticed_and_undone_by_a_button(all_on: Everywhere) -> None:
    person = all_on.person("telegram")
    thief, thief_id = all_on.stranger("vk")
    await planned(person, "Украли", NUMBERS[:1])
    code = await code_of(person)
    await person.expect("Запустить обзвон?")
    await thief.says(code)
    told = await person.expect("по вашему коду привязан аккаунт")
    assert thief_id in told.text
    await person.expect("Запустить обзвон?")  # «ок» to the news is none to what was asked before
    await thief.says("/link")
    again = (await thief.expect("действует 15 минут")).text.splitlines()[1]
    await person.presses("Это не я, отвязать")
    await person.expect(f"Отвязал: {thief_id}")
    await thief.expect(f"отвязали от {who_is(all_on, person)}")
    for said in ("да", "продолжим отсюда"):
        await thief.says(said)
    await thief.expect(f"Ваш id: {thief_id}")
    await thief.says(again)  # no way back by a code that was made inside
    await thief.expect("уже использован или устарел")
    await person.presses_again()
    await person.expect("Эта кнопка уже не действует")
    all_on.check("Украли", NUMBERS[:1], plays=0)
    await person.says("кто что запускал сегодня")
    shown = await person.expect(f"привязка аккаунта ({who_is(all_on, person)})")
    assert f"отвязка аккаунта ({thief_id})" in shown.text
    assert "код привязки" in shown.text


@OTHERS
async def test_the_role_follows_and_goes(all_on: Everywhere, name: str) -> None:
    person, other, other_id = await pair(all_on, name)
    await other.says("кто имеет доступ")
    await other.expect(f"{who_is(all_on, person)} = {other_id}: владелец")
    await person.says("/unlink")
    await person.expect(f"Отвязал: {other_id}")
    await other.expect("отвязали от")
    await other.says("кто имеет доступ")
    await other.expect(f"Ваш id: {other_id}")


async def test_who_has_an_own_role_brings_what_was_begun_and_goes_on_by_a_button(all_on: Everywhere) -> None:
    person = all_on.person("telegram")
    other, other_id = await operator(all_on, "max", person)
    await planned(other, "Начато в MAX", NUMBERS[:1])
    await planned(person, "Начато в Telegram", NUMBERS[1:])
    code = await code_of(person)
    await other.says(code)
    await other.expect(f"привязан к {who_is(all_on, person)}")
    await other.expect(f"Начатое в {other_id} перешло в общий разговор: «Начато в MAX», номеров: 1")
    await other.says("да")  # to neither plan
    await other.expect("я принимаю только там, где он показан")
    await other.expect("«Начато в Telegram»")
    for task in ("Начато в MAX", "Начато в Telegram"):
        assert all_on.stage.sandbox.plays(all_on.stage.task(task).id) == 0
    await other.presses("Продолжить начатое")
    await other.expect("«Начато в Telegram»")  # which is left for it
    await other.expect("«Начато в MAX»")
    await person.says("да")  # to a plan that is over
    await person.expect("Пришлите")
    await other.says("запусти")
    await other.expect("Запустить обзвон?")
    await other.says("да")
    await other.expect("Обзвон «Начато в MAX» запущен")
    await other.expect("Обзвон «Начато в MAX» завершён")
    all_on.check("Начато в MAX", NUMBERS[:1], plays=1)
    all_on.check("Начато в Telegram", NUMBERS[1:], plays=0)
    await person.says("мои задания")
    listed = await person.expect("Начато в MAX")
    assert "Начато в Telegram" in listed.text

    await other.says("отвяжи этот мессенджер")
    await other.expect("Отвязал этот мессенджер")
    await other.says("лимиты")  # an operator of their own again
    await other.expect("Сегодня")


async def test_a_form_that_asked_before_linking_is_over(all_on: Everywhere) -> None:
    owner, person = all_on.person("telegram"), all_on.person("telegram")
    other, _ = await operator(all_on, "max", owner)
    await other.says("новый обзвон")
    await other.expect("Как назвать обзвон?")
    await linked(all_on, person, other)
    await other.says("отвяжи этот мессенджер")
    await other.expect("Отвязал этот мессенджер")
    await other.says("лимиты")
    await other.expect("Сегодня")
    await other.says("Ромашка и партнёры")
    await other.expect("")
    assert [task.name for task in all_on.stage.sandbox.tasks if "Ромашка" in task.name] == []


@OTHERS
async def test_a_form_goes_on_in_the_other_messenger(all_on: Everywhere, name: str) -> None:
    person = all_on.person("telegram")
    other, _ = all_on.stranger(name)
    await person.says("новый обзвон")
    await person.expect("Как назвать обзвон?")
    await linked(all_on, person, other)
    await person.expect("Как назвать обзвон?")
    await other.says("продолжи из Telegram")
    await other.expect("Продолжаем здесь то же самое")
    await other.expect("Как назвать обзвон?")
    await other.says(f"Имя из {name}")
    await other.expect(f"Задание «Имя из {name}» создано")
    await other.says("отвяжи этот мессенджер")
    await other.expect("Отвязал этот мессенджер")
    assert all_on.stage.task(f"Имя из {name}").candidates == []


async def test_unlinked_in_the_middle_of_a_form_nothing_is_asked_of_the_stranger(all_on: Everywhere) -> None:
    person, other, _ = await pair(all_on, "max")
    await person.says("новый обзвон")
    await person.expect("Как назвать обзвон?")
    await other.says("/unlink")
    await other.expect("Отвязал этот мессенджер")
    await other.says("Чужое имя")
    assert "Ваш id" in (await other.expect("")).text
    await person.says("Своё имя")
    await person.expect("Задание «Своё имя» создано")


async def test_where_things_stand_is_shown_with_buttons(all_on: Everywhere) -> None:
    person, other, _ = await pair(all_on, "max")
    await other.says("продолжи из Telegram")
    await other.expect("незаконченного в нём нет")
    await other.presses("Новый обзвон")
    await other.expect("Как назвать обзвон?")
    await other.says("отмена")
    await other.expect("")
    await planned(person, "Где мы", NUMBERS[:1])
    await other.says("я начал в телеграме, давай закончим тут")
    await other.expect("Продолжаем здесь то же самое")
    await other.expect("Запустить обзвон?")
    await other.presses("Да, запустить")
    await other.expect("Обзвон «Где мы» запущен")
    await other.expect("завершён")
    await person.says("продолжим отсюда")
    await person.expect("Последнее задание")
    await person.expect("Где мы")


async def test_a_stranger_is_told_of_it(all_on: Everywhere) -> None:
    other, _ = all_on.stranger("vk")
    await other.says("привет")
    await other.expect("Уже работаете со мной в другом мессенджере? Напишите там /link и пришлите код сюда")


async def test_not_linked_says_how(all_on: Everywhere) -> None:
    other = all_on.person("max")
    await other.says("продолжи из Telegram")
    await other.expect("Напишите /link там, где начали")
    await other.says("можно ли писать тебе ещё и из телеграма?")
    await other.expect("Возьмите одноразовый код")
    await other.presses("Получить код")
    await other.expect("действует 15 минут")


async def test_limits_are_counted_together(all_on: Everywhere) -> None:
    """A start of three in each: the second is one too many of five."""
    owner, person = all_on.person("telegram"), all_on.person("telegram")
    other, _ = await operator(all_on, "vk", owner)
    numbers = [f"7916123010{last}" for last in range(3)]
    await planned(other, "Лимит один", numbers)
    await other.says("да")
    await other.expect("«Лимит один» запущен")
    await other.expect("«Лимит один» завершён")
    await linked(all_on, person, other)
    await filled(person, "Лимит два", [f"7916123020{last}" for last in range(3)])
    await person.says("нет")
    await person.expect(f"{DAY_NUMBERS}")
    await person.says("да")
    await person.expect("")
    assert all_on.stage.sandbox.plays(all_on.stage.task("Лимит два").id) == 0
    await other.says("лимиты")
    await other.expect(f"3 из {DAY_NUMBERS}")


async def test_a_code_links_one_account_of_two_that_send_it_at_once(all_on: Everywhere) -> None:
    for _ in range(3):
        person = all_on.person("telegram")
        people = [all_on.stranger(name) for name in ("max", "vk", "whatsapp", "telegram")]
        code = await code_of(person)
        await asyncio.gather(*(one.says(code) for one, _ in people))
        answers = await asyncio.gather(*(one.expect("привяза") for one, _ in people))
        assert sum("Готово" in answer.text for answer in answers) == 1, [answer.text for answer in answers]
        (link,) = ledger(
            all_on,
            "SELECT account FROM accounts WHERE conversation = ? AND account != conversation",
            who_is(all_on, person),
        )
        assert link[0] in {person_id for _, person_id in people}
        told = await person.expect("по вашему коду привязан аккаунт")
        assert link[0] in told.text


async def test_used_old_and_guessed_codes(all_on: Everywhere) -> None:
    person = all_on.person("telegram")
    other, _ = all_on.stranger("whatsapp")
    third, third_id = all_on.stranger("max")
    code = await code_of(person)
    await person.says(code)  # by the account that has made it: it stays good
    await person.expect("Код остался годным")
    await other.says(code.upper())
    await other.expect("привязан к")
    await third.says(code)
    await third.expect("уже использован или устарел")
    old = await code_of(person)
    ledger(all_on, "UPDATE link_codes SET expires_at = 0 WHERE used_by IS NULL")
    await third.says(old)
    await third.expect("уже использован или устарел")
    for guess in ("a" * 24, "b" * 24, "c" * 24):
        await third.says(guess)
        await third.expect("Код не подошёл")
    await third.says(await code_of(person))
    await third.expect("Слишком много неверных кодов")
    assert ledger(all_on, "SELECT * FROM accounts WHERE account = ?", third_id) == []


async def test_whom_an_owner_has_removed_only_an_owner_brings_back(all_on: Everywhere) -> None:
    owner = all_on.person("telegram")
    worker, _ = await operator(all_on, "telegram", owner)
    other, other_id = all_on.stranger("max")
    await linked(all_on, worker, other)
    await owner.says(f"убери доступ у {other_id}")
    await owner.expect("Закрыть доступ")
    await owner.presses("Закрыть доступ")
    await other.expect("закрыл вам доступ")
    await other.says(await code_of(worker))
    await other.expect("владелец закрыл этому аккаунту доступ")
    await other.says("мои задания")
    await other.expect(f"Ваш id: {other_id}")
    await other.says(await code_of(owner))
    await other.expect(f"привязан к {who_is(all_on, owner)}")


async def test_who_has_blocked_the_bot_is_told_when_back_and_the_other_account_meanwhile(all_on: Everywhere) -> None:
    person, other, _ = await pair(all_on, "max")
    third, third_id = all_on.stranger("vk")
    code = await code_of(person)
    await person._actor.blocks_bot()
    await third.says(code)
    await third.expect("привязан к")
    await other.expect("привязан аккаунт")
    await person._actor.unblocks_bot()
    await person.says("я вернулся")
    assert third_id in (await person.expect("по вашему коду привязан аккаунт")).text


async def test_forgetting_leaves_no_id_of_any_account(all_on: Everywhere) -> None:
    owner, person = all_on.person("telegram"), all_on.person("telegram")
    other, other_id = await operator(all_on, "max", owner)
    await filled(other, "Личное", NUMBERS[:1])
    await linked(all_on, person, other)
    await other.expect("Начатое в")
    await code_of(person)
    await other.says("удали мои данные")
    told = await other.expect("Это коснётся всех ваших аккаунтов")
    assert who_is(all_on, person) in told.text
    await other.expect("Вернуть будет нельзя")
    await other.presses("Да, удалить данные")
    await other.expect("Удаляю данные")
    ids = (who_is(all_on, person), other_id)
    for _ in range(300):
        left = {table: held for table in TABLES if (held := rows_with(all_on, table, ids))}
        if not left:
            break
        await asyncio.sleep(0.1)
    assert left == {}
    assert trackers_with(all_on, ids) == []
    await other.says("мои задания")
    await other.expect("")  # an operator of their own still
    assert ledger(all_on, "SELECT * FROM accounts WHERE account IN (?, ?)", *ids) == []


# Whatever may hold an id but the audit, the request itself, who has access, and the keys of what starts took.
TABLES = (
    "accounts",
    "link_codes",
    "tasks",
    "notices",
    "buttons",
    "plans",
    "files",
    "imports",
    "progress",
    "transcript",
)


def rows_with(all_on: Everywhere, table: str, ids: tuple[str, ...]) -> int:
    return sum(any(one in str(row) for one in ids) for row in ledger(all_on, f"SELECT * FROM {table}"))


def trackers_with(all_on: Everywhere, ids: tuple[str, ...]) -> list[Any]:
    with sqlite3.connect(f"file:{all_on.stage.bot.data_dir / 'tracker.db'}?mode=ro", uri=True) as connection:
        return connection.execute(
            "SELECT data FROM events WHERE sender_id IN (?, ?) AND type_name = 'user'", ids
        ).fetchall()


async def test_killed_in_the_middle_of_linking(all_on: Everywhere) -> None:
    """SIGKILL while codes are on their way: linked once or not at all, and whoever made one is told.

    Once more, if the kill came between the news and the note that they have arrived.
    """
    bot = all_on.stage.bot
    pairs = [(all_on.person("telegram"), *all_on.stranger("telegram")) for _ in range(8)]
    codes = [await code_of(person) for person, _, _ in pairs]
    for (_, other, _), code in zip(pairs, codes, strict=True):
        await other.says(code)
        await asyncio.sleep(0.05)
    bot.kill()
    await bot.start()
    for (person, other, other_id), code in zip(pairs, codes, strict=True):
        await other.says(code)  # nobody knows whether it was taken
        await other.expect(f"привязан к {who_is(all_on, person)}")
        assert other_id in (await person.expect("по вашему коду привязан аккаунт")).text
        await other.says("лимиты")
        await other.expect("Сегодня")
    rows = ledger(all_on, "SELECT person FROM audit WHERE act = 'link_account' AND outcome = 'done'")
    assert [rows.count((other_id,)) for _, _, other_id in pairs] == [1] * len(pairs)
