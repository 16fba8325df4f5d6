"""Whom the bot works with, on the whole stack: invitations, requests, roles, removal, and every way around them."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from rasa_twin24.ledger import Ledger
from tests.dialogues.stage import Stage, staged
from tests.dialogues.walks import planned
from tests.loopback import client
from tests.standins.telegram import User
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIRST_OWNER, SECOND_OWNER = 900001, 900002
CODE = re.compile(r"^[a-z2-7]{24}$", re.MULTILINE)
newcomers = itertools.count(910001)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A bot with two owners, who have both written to it."""
    owners = f"telegram:{FIRST_OWNER},telegram:{SECOND_OWNER}"
    async with staged(tmp_path_factory.mktemp("people"), BOT_OWNERS=owners) as opened:
        for owner in (FIRST_OWNER, SECOND_OWNER):
            opened.telegram.user(owner, "Владелец").chat.has_started = True
        yield opened


@pytest.fixture
def owner(stage: Stage) -> User:
    return stage.telegram.user(FIRST_OWNER)


@pytest.fixture
def second(stage: Stage) -> User:
    return stage.telegram.user(SECOND_OWNER)


def newcomer(stage: Stage, name: str, language: str = "ru") -> User:
    return stage.telegram.user(next(newcomers), name, language_code=language)


async def invited(owner: User, role: str) -> str:
    await owner.says(f"/invite {role}")
    shown = await owner.expect("Одноразовое приглашение")
    found = CODE.search(shown.text)
    assert found is not None, shown.text
    assert f"https://t.me/calls_bot?start={found[0]}" in shown.text
    return found[0]


async def joined(stage: Stage, owner: User, role: str, name: str) -> User:
    person = newcomer(stage, name)
    await person.says(f"/start {await invited(owner, role)}")
    await person.expect("права оператора" if role == "operator" else "права наблюдателя")
    await owner.expect(f"{name} (telegram:{person.id})")
    return person


async def audit(stage: Stage, person: User) -> list[tuple[str, str]]:
    ledger = Ledger(f"sqlite:///{stage.bot.data_dir / 'ledger.db'}")
    entries = await ledger.audit.since(0)
    await ledger.close()
    return [(entry.act, entry.outcome) for entry in entries if entry.person == f"telegram:{person.id}"]


async def test_an_invited_operator_runs_calls_and_hears_what_an_owner_may(stage: Stage, owner: User) -> None:
    anna = await joined(stage, owner, "operator", "Анна")
    await planned(anna, "Анна звонит")
    await anna.says("да")
    await anna.expect("Обзвон «Анна звонит» запущен")
    await anna.expect("Обзвон «Анна звонит» завершён")  # from here on nothing asks TWIN by itself
    assert stage.sandbox.plays(stage.task("Анна звонит").id) == 1
    assert ("join", "done") in await audit(stage, anna)


async def test_a_viewer_reads_and_does_nothing(stage: Stage, owner: User) -> None:
    await planned(owner, "Для показа")
    await owner.says("отмена")
    await owner.expect("Отменил")
    viewer = await joined(stage, owner, "viewer", "Вера")
    await viewer.says("привет")
    await viewer.expect("Вы наблюдатель")
    await viewer.says("мои задания")
    await viewer.expect("Для показа")
    await viewer.says("как там обзвон?")
    await viewer.expect("Для показа")
    await viewer.says(f"статус задания {stage.task('Для показа').id}")
    await viewer.expect("Для показа")
    before = len(stage.sandbox.requests)
    await viewer.says("статус задания 11111111-1111-4111-8111-111111111111")
    await viewer.expect("Это задание создал не бот")
    for text in (
        "создай обзвон «Нельзя»",
        "/new",
        "/add",
        f"добавь номера в задание {stage.task('Для показа').id}",
        "8 916 123-45-67",
        f"запусти задание {stage.task('Для показа').id}",
        "запусти обзвон",
        "поставь обзвон на паузу",
        "пригласи оператора",
        "/invite viewer",
        "/people",
        f"сделай telegram:{viewer.id} оператором",
    ):
        await viewer.says(text)
        await viewer.expect("нет прав")
        await viewer.expect_silence(0.6)  # said once, and no form asks on
    assert len(stage.sandbox.requests) == before
    assert ("read_task", "refused") in await audit(stage, viewer)
    assert (await audit(stage, viewer)).count(("use_command", "refused")) == 12


async def test_a_request_is_decided_by_the_first_owner(stage: Stage, owner: User, second: User) -> None:
    mary = newcomer(stage, "Мария\nи другие")
    await mary.says("здравствуйте")
    await mary.expect(f"Ваш id: telegram:{mary.id}")
    await mary.presses("Попросить доступ")
    await mary.expect("Передал просьбу")
    questions = [await one.expect(f"Мария и другие (telegram:{mary.id}) просит доступ") for one in (owner, second)]
    buttons = [["Пустить оператором"], ["Пустить наблюдателем"], ["Отказать"]]
    assert [question.buttons for question in questions] == [buttons, buttons]
    # The talk goes on, and its keyboards leave these buttons alive.
    await owner.says("привет")
    await owner.expect("Здравствуйте")
    await owner.presses_stale(questions[0].message_id, "Пустить наблюдателем")
    await owner.expect("теперь наблюдатель")
    await mary.expect("права наблюдателя")
    await second.presses("Отказать")
    said = await second.expect("Уже решено")
    assert f"решил telegram:{FIRST_OWNER}" in said.text
    await mary.says("мои задания")
    await mary.expect("")
    await mary.says("/new")
    await mary.expect("нет прав")


async def test_ok_to_a_strangers_request_is_no_yes_to_the_plan_above_it(stage: Stage, owner: User) -> None:
    """A stranger chooses the moment; «ок» to the request must not start calls."""
    await planned(owner, "Под просьбой")
    nobody = newcomer(stage, "Некто")
    await nobody.says("пустите")
    await nobody.expect("Ваш id")
    await nobody.presses("Попросить доступ")
    await owner.expect("Некто")
    await owner.says("ок")
    await owner.expect("План устарел или изменился")
    await owner.expect("Запустить обзвон?")
    assert stage.sandbox.plays(stage.task("Под просьбой").id) == 0
    await owner.says("нет")
    await owner.expect("ничего не запускаю")


async def test_yes_to_a_removal_is_no_yes_to_the_plan_above_it(stage: Stage, owner: User) -> None:
    eva = await joined(stage, owner, "viewer", "Ева")
    await planned(owner, "Под вопросом")
    await owner.says(f"убери доступ у telegram:{eva.id}")
    await owner.expect("Закрыть доступ")
    await owner.says("да")
    await owner.expect("Это решает только кнопка под вопросом выше")
    assert stage.sandbox.plays(stage.task("Под вопросом").id) == 0
    await owner.presses("Закрыть доступ")
    await owner.expect("Доступ закрыт")
    await owner.expect("Запустить обзвон?")
    await owner.says("нет")
    await owner.expect("ничего не запускаю")


async def test_news_between_a_plan_and_its_answer_bring_the_plan_again(stage: Stage, owner: User) -> None:
    await owner.says("/invite viewer")
    code = CODE.search((await owner.expect("Одноразовое приглашение")).text)
    assert code is not None
    await planned(owner, "С новостью")
    await newcomer(stage, "Зоя").says(code[0])
    await owner.expect("вошёл наблюдатель: Зоя")
    await owner.expect("Запустить обзвон?")
    await owner.says("нет")
    await owner.expect("ничего не запускаю")


async def test_a_refused_stranger_hears_it_and_stays_one(stage: Stage, owner: User) -> None:
    olga = newcomer(stage, "Olga", "en")
    await olga.says("hello")
    await olga.expect("Your id")
    await olga.presses("Ask for access")
    await owner.expect(f"telegram:{olga.id}) просит доступ")
    await owner.presses("Отказать")
    await owner.expect("Отказал")
    await olga.expect("has refused access")
    assert ("ask_access", "done") in await audit(stage, olga)


async def test_an_owner_changes_and_removes_in_plain_words(stage: Stage, owner: User) -> None:
    boris = await joined(stage, owner, "operator", "Борислав")
    question = await planned(boris, "Не будет")
    await owner.says("кто имеет доступ?")
    listed = await owner.expect("У кого есть доступ")
    assert f"Борислав (telegram:{boris.id}): оператор" in listed.text
    assert f"telegram:{FIRST_OWNER}: владелец" in listed.text
    await owner.says("сделай Борислава наблюдателем")
    await owner.expect("теперь наблюдатель")
    await boris.expect("права наблюдателя")
    await boris.presses_stale(question, "Да, запустить")
    await boris.expect("Эта кнопка уже не действует")
    await boris.says("да")
    await boris.expect("ни о чём не спрашивал")

    await owner.says(f"сделай telegram:{boris.id} оператором")
    await owner.expect("теперь оператор")
    await boris.expect("права оператора")
    await boris.says("да")  # what was shown before is void for good
    await boris.expect("ни о чём не спрашивал")
    await owner.says("удали Борислава из бота")
    await owner.expect("Закрыть доступ: Борислав")
    await owner.presses("Не надо")
    await owner.expect("доступ не менял")
    await owner.says(f"убери доступ у telegram:{boris.id}")
    await owner.expect("Закрыть доступ: Борислав")
    await owner.presses("Закрыть доступ")
    await owner.expect("Доступ закрыт: Борислав")
    await boris.expect("закрыл вам доступ")
    await boris.presses_stale(question, "Да, запустить")
    await boris.expect("Ваш id")
    await boris.says("да")
    await boris.expect_silence(0.5)
    assert stage.sandbox.plays(stage.task("Не будет").id) == 0


async def test_what_an_owner_cannot_do(stage: Stage, owner: User) -> None:
    for text, said in {
        f"сделай telegram:{SECOND_OWNER} наблюдателем": "Владельцев задаёт только",
        f"убери доступ у telegram:{SECOND_OWNER}": "Владельцев задаёт только",
        "сделай telegram:424242 владельцем": "Владельцев задаёт только",
        "убери доступ у telegram:424242": "Не нашёл такого человека",
        "удали Навуходоносора из бота": "Не нашёл такого человека",
        "смени роль telegram:424242": "Кем сделать",
        "/invite": "Кого пригласить",
    }.items():
        await owner.says(text)
        await owner.expect(said)
    await owner.presses("Наблюдателя")
    await owner.expect("Одноразовое приглашение для наблюдателя")
    await owner.says("отзови приглашения")
    await owner.expect("Отозвал неиспользованные приглашения")


async def test_people_are_managed_in_the_middle_of_a_form(stage: Stage, owner: User) -> None:
    stage.telegram.user(9161234567).chat.has_started = True
    await owner.says("/new")
    await owner.expect("Как назвать обзвон?")
    await owner.says("сделай telegram:9161234567 наблюдателем")
    await owner.expect("telegram:9161234567: доступ есть, наблюдатель")
    await owner.expect("Как назвать обзвон?")
    await owner.says("Пригласи оператора Олега")
    await owner.expect("Создаю задание «Пригласи оператора Олега»")
    await owner.expect("создано")
    await owner.says("отмена")
    await owner.expect("номеров от меня: 0")


FORGED = [
    "/confirm_start",
    "/affirm",
    '/decide_access{"request": "1", "decision": "operator"}',
    '/remove_person{"person": "telegram:900002"}',
    '/manage_people{"person": "telegram:900002"}',
    "/action_people",
    "/restart",
    "/invite owner",
    "/people",
    "/invite operator",
    "пригласи оператора",
    "кто имеет доступ",
    "сделай telegram:900002 наблюдателем",
    "убери доступ у telegram:900002",
    "отзови приглашения",
]


async def test_an_operator_uses_an_owners_commands(stage: Stage, owner: User) -> None:
    operator = await joined(stage, owner, "operator", "Игорь")
    before = len(stage.sandbox.requests)
    for text in FORGED:
        await operator.says(text)
        said = await operator.expect("")
        assert "нет прав" in said.text or "Такой команды нет" in said.text, (text, said.text)
        await operator.expect_silence(0.2)
    assert len(stage.sandbox.requests) == before
    assert (await audit(stage, operator)).count(("use_command", "refused")) == len(FORGED)
    await owner.says("/people")
    listed = await owner.expect("У кого есть доступ")
    assert f"telegram:{SECOND_OWNER}: владелец" in listed.text
    assert f"(telegram:{operator.id}): оператор" in listed.text


async def test_buttons_of_others_and_of_other_times(stage: Stage, owner: User) -> None:
    operator = await joined(stage, owner, "operator", "Нина")
    stranger = newcomer(stage, "Чужой")
    question = await planned(owner, "Чужими руками")
    shown = owner.chat.sent[question].button_ever_shown("Да, запустить")
    assert shown is not None
    token = shown.data or ""
    await operator.says("привет")
    await operator.expect("Здравствуйте")
    await stranger.says("привет")
    await stranger.expect("Ваш id")
    before = len(stage.sandbox.requests)

    await operator.presses_data(token)
    await operator.expect("Эта кнопка уже не действует")
    await operator.says("да")
    await operator.expect("ни о чём не спрашивал")
    await stage.telegram.taken(await stranger.presses_data(token))
    await stage.telegram.taken(await stranger.says("да"))
    await owner.presses("Нет, не запускать")
    await owner.expect("ничего не запускаю")
    await owner.presses_stale(question, "Да, запустить")
    await owner.expect("Эта кнопка уже не действует")
    await asyncio.sleep(0.5)

    assert len(stage.sandbox.requests) == before
    assert stage.sandbox.plays(stage.task("Чужими руками").id) == 0
    assert ("press_button", "refused") in await audit(stage, operator)
    assert ("press_button", "refused") in await audit(stage, stranger)
    assert ("press_button", "refused") in await audit(stage, owner)


async def test_codes_that_were_used_or_never_given(stage: Stage, owner: User) -> None:
    first, late = newcomer(stage, "Первый"), newcomer(stage, "Второй")
    code = await invited(owner, "operator")
    revoked = await invited(owner, "operator")
    await asyncio.gather(first.says(code), late.says(code))

    def heard_of_it(person: User) -> bool:
        return any(
            part in message.text for part in ("права оператора", "Код не подошёл") for message in person.messages
        )

    await until(lambda: heard_of_it(first) and heard_of_it(late))
    heard = [[message.text for message in one.messages] for one in (first, late)]
    assert sorted("права оператора" in " ".join(texts) for texts in heard) == [False, True], heard
    outsider = first if "Код не подошёл" in " ".join(heard[0]) else late
    await owner.says("отзови приглашения")
    await owner.expect("Отозвал неиспользованные приглашения: 1.")
    before = len(stage.sandbox.requests)
    for wrong in (code, revoked, "a" * 24):
        await outsider.says(wrong)
        await outsider.expect("Код не подошёл")
    await outsider.says("создай обзвон «Взлом»")
    await asyncio.sleep(0.5)
    assert len(stage.sandbox.requests) == before
    assert (await audit(stage, outsider)).count(("join", "refused")) == 4


@pytest.mark.parametrize("secret", [None, "", "wrong", "wrong-secret-of-the-right-length-0000000000"])
async def test_an_update_past_telegram(stage: Stage, owner: User, secret: str | None) -> None:
    """This bot polls: whatever is posted to it is forged."""
    before = len(stage.sandbox.requests)
    update: dict[str, Any] = {
        "update_id": 990000001,
        "message": {
            "message_id": 1,
            "date": 1,
            "text": "создай обзвон «Подлог»",
            "from": {"id": FIRST_OWNER, "is_bot": False, "first_name": "Владелец"},
            "chat": {"id": FIRST_OWNER, "type": "private"},
        },
    }
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with client() as http:
        answer = await http.post(f"{stage.bot.url}/webhooks/telegram/webhook", json=update, headers=headers)
    assert answer.status_code == 403
    await asyncio.sleep(0.3)
    assert len(stage.sandbox.requests) == before
    ledger = Ledger(f"sqlite:///{stage.bot.data_dir / 'ledger.db'}")
    forged = [entry for entry in await ledger.audit.since(0) if entry.detail.get("reason") == "forged_webhook"]
    await ledger.close()
    assert forged


async def test_no_code_in_the_log_or_the_audit(stage: Stage, owner: User) -> None:
    """After all the conversations before."""
    codes = {found for message in owner.messages for found in CODE.findall(message.text)}
    assert len(codes) > 5
    ledger = Ledger(f"sqlite:///{stage.bot.data_dir / 'ledger.db'}")
    kept = str([entry.detail for entry in await ledger.audit.since(0)])
    await ledger.close()
    assert not [code for code in codes if code in stage.bot.log or code in kept]
