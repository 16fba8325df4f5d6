"""What a conversation's words cannot tell: buttons of other moments, repetitions, strangers, groups, edits."""

from __future__ import annotations

import asyncio

import pytest

from tests.dialogues.stage import Stage
from tests.dialogues.walks import planned
from tests.standins.telegram import BotMessage, User
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_yes_is_used_once_however_often_it_is_pressed(stage: Stage) -> None:
    person = stage.person()
    question = await planned(person, "Дважды")
    await asyncio.gather(*(person.presses_stale(question, "Да, запустить") for _ in range(5)))
    await person.expect("Обзвон «Дважды» запущен")
    await person.expect("завершён")
    assert stage.sandbox.plays(stage.task("Дважды").id) == 1


async def test_the_same_update_fifty_times_is_one_turn(stage: Stage) -> None:
    person = stage.person()
    await planned(person, "Пятьдесят")
    update = await person.says("да")
    for _ in range(50):
        await stage.telegram.repeat(update)
    await person.expect("Обзвон «Пятьдесят» запущен")
    await person.expect("завершён")
    assert stage.sandbox.plays(stage.task("Пятьдесят").id) == 1
    assert [message.text for message in person.messages].count("Принято. Жду готовности TWIN и запускаю…") == 1


async def test_a_yes_of_another_question_starts_nothing(stage: Stage) -> None:
    """«Да, ещё номер», left from before, is pressed when the start question is on the screen."""
    person = stage.person()
    await person.says("создай обзвон «Чужое да»")
    await person.expect("создано")
    await person.says("8 916 123-45-67")
    more = await person.expect("Ещё номер?")
    await person.says("нет")
    await person.expect("Запустить обзвон?")
    await person.presses_stale(more.message_id, "Да, ещё номер")
    await person.expect("Эта кнопка уже не действует")
    await person.expect("Запустить обзвон?")
    assert stage.sandbox.plays(stage.task("Чужое да").id) == 0


async def test_an_old_plans_button_starts_nothing_after_the_list_changed(stage: Stage) -> None:
    person = stage.person()
    question = await planned(person, "Старый план")
    await person.says("8 903 111-22-33")
    await person.expect("Всего в задании: 2")
    await person.presses_stale(question, "Да, запустить")
    await person.expect("Эта кнопка уже не действует")
    assert stage.sandbox.plays(stage.task("Старый план").id) == 0


async def test_somebody_elses_button_starts_nothing(stage: Stage) -> None:
    owner, thief = stage.person(), stage.person()
    question = await planned(owner, "Чужая кнопка")
    pressed = await owner.presses_stale(question, "Нет, не запускать")
    await owner.expect("ничего не запускаю")
    data = stage.telegram.updates[pressed]["callback_query"]["data"]
    await thief.says("привет")
    greeting = await thief.expect("Здравствуйте")
    await thief.presses_data(data, greeting.message_id)
    await thief.expect("Эта кнопка уже не действует")
    assert stage.sandbox.plays(stage.task("Чужая кнопка").id) == 0


async def test_a_pressed_keyboard_is_taken_away_and_the_press_is_answered(stage: Stage) -> None:
    person = stage.person()
    await person.says("/start")
    menu = await person.expect("Здравствуйте")
    await person.presses("Новый обзвон")
    await person.expect("Как назвать обзвон?")

    def shown() -> BotMessage:
        return next(message for message in person.messages if message.message_id == menu.message_id)

    await until(lambda: shown().buttons == [])
    await until(lambda: not stage.telegram.callbacks_waiting)


async def test_a_forwarded_yes_is_no_consent(stage: Stage) -> None:
    person = stage.person()
    await planned(person, "Переслано")
    update = await person.says("не знаю")
    await person.expect("не ясное «да»")
    forwarded = dict(stage.telegram.updates[update])
    forwarded["update_id"] = update + 100_000
    origin = {"type": "hidden_user", "sender_user_name": "Кто-то", "date": 1}
    forwarded["message"] = {**forwarded["message"], "message_id": 99_999, "text": "да", "forward_origin": origin}
    await stage.telegram.raw_update(forwarded)
    await person.expect("не ясное «да»")
    assert stage.sandbox.plays(stage.task("Переслано").id) == 0


async def test_an_edited_message_changes_nothing(stage: Stage) -> None:
    person = stage.person()
    await planned(person, "Правка")
    await person.says("не знаю")
    await person.expect("не ясное «да»")
    await person.edits(person.last_message_id, "да")
    await person.expect("Исправления я не учитываю")
    await person.expect("Запустить обзвон?")
    assert stage.sandbox.plays(stage.task("Правка").id) == 0


async def test_a_stranger_hears_the_id_and_reaches_nothing(stage: Stage) -> None:
    before = len(stage.sandbox.requests)
    stranger = stage.stranger()
    await stranger.says("создай обзвон «Взлом»")
    line = await stranger.expect("Ваш id: ")
    assert f"telegram:{stranger.id}" in line.text
    await stranger.says("да")
    await stranger.shares_contact("+79161234567", "Я", own=True)
    await stranger.expect_silence(1.0)
    assert len(stage.sandbox.requests) == before


async def test_a_group_gets_one_polite_line(stage: Stage) -> None:
    person = stage.person()
    group = stage.telegram.group(id=-100777, title="Рабочая")
    await person.says_in(group, "создай обзвон «Группа»")
    await group.expect("только в личной переписке")
    await person.says_in(group, "да")
    await group.expect_silence(1.0)
    assert "Группа" not in [task.name for task in stage.sandbox.tasks]


async def test_three_quick_messages_are_answered_in_order(stage: Stage) -> None:
    person = stage.person()
    await person.says("создай обзвон «Быстро»")
    await person.says("8 916 123-45-67")
    await person.says("нет")
    await person.expect("«Быстро» создано")
    await person.expect("Всего в задании: 1")
    await person.expect("Запустить обзвон?")


async def test_a_yes_written_before_the_plan_was_seen_starts_nothing(stage: Stage) -> None:
    person = stage.person()
    await person.says("создай обзвон «Торопыга»")
    await person.expect("создано")
    await person.says("8 916 123-45-67")
    await person.expect("Ещё номер?")
    await asyncio.gather(person.says("нет"), person.says("да"))
    await person.expect("Запустить обзвон?")
    await person.expect("План устарел или изменился")
    await person.expect("Запустить обзвон?")
    assert stage.sandbox.plays(stage.task("Торопыга").id) == 0
    await person.says("да")
    await person.expect("Обзвон «Торопыга» запущен")


async def test_telegram_refuses_for_a_moment_and_nothing_is_lost(stage: Stage) -> None:
    person = stage.person()
    await person.says("привет")
    await person.expect("Здравствуйте")
    stage.telegram.fail_next("sendMessage", status=429, retry_after=1, chat=person.id)
    await person.says("создай обзвон «Подождать»")
    await person.expect("Создаю задание «Подождать»")
    await person.expect("«Подождать» создано")


async def test_somebody_who_blocked_the_bot_hears_the_news_when_back(stage: Stage) -> None:
    person = stage.person()
    await planned(person, "Блок")
    await person.says("да")
    await person.expect("Обзвон «Блок» запущен")
    await person.blocks_bot()
    await asyncio.sleep(3)
    assert stage.sandbox.plays(stage.task("Блок").id) == 1
    await person.unblocks_bot()
    await person.expect("Обзвон «Блок» завершён")


async def test_the_menu_of_commands_is_there(stage: Stage) -> None:
    await stage.telegram.called("setMyCommands", 2)
    person = stage.person()
    assert [command["command"] for command in person_commands(stage, person)] == [
        "new",
        "add",
        "help",
        "cancel",
        "link",
    ]


def person_commands(stage: Stage, person: User) -> list[dict[str, str]]:
    return person._world.commands_shown(person.id, "ru")


async def test_twenty_thousand_characters_are_answered(stage: Stage) -> None:
    """Longer than Telegram sends; a stand-in of Telegram might."""
    person = stage.person()
    update = await person.says("привет")
    await person.expect("Здравствуйте")
    long = dict(stage.telegram.updates[update])
    long["update_id"] = update + 200_000
    long["message"] = {**long["message"], "message_id": 99_998, "text": "да " * 7000}
    await stage.telegram.raw_update(long)
    await person.expect("вставленный текст: не нашёл ни одного номера")


async def test_no_secret_and_no_number_in_the_log(stage: Stage) -> None:
    """After all the conversations before: what the bot's process printed."""
    log = stage.bot.log
    assert "Web chat:" in log
    for secret in (stage.telegram.token, stage.telegram.token.partition(":")[2], "79161234567", "9161234567"):
        assert secret not in log
    assert "Traceback" not in log
