"""Telegram by polling: what people send reaches Rasa once, and is answered; the agent is a script."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rasa_twin24.channels import telegram_source
from tests.channels.bot import OWNER, STRANGER, TelegramBot
from tests.standins.telegram import Telegram, User
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.rasa

FIXTURES = Path(__file__).parents[1] / "fixtures" / "telegram"


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[TelegramBot]:
    async with TelegramBot(tg, tmp_path) as bot:
        yield bot


async def test_text_and_answer(bot: TelegramBot, owner: User) -> None:
    update = await owner.says("  Позвони\r\n8 916 123-45-67 ")

    answer = await owner.expect("Понял")

    assert answer.text == "Понял: Позвони\n8 916 123-45-67"
    (message,) = bot.agent.heard
    assert (message.sender_id, message.input_channel) == (f"telegram:{OWNER}", "telegram")
    assert (message.message_id, message.metadata, message.parse_data) == (str(update), {"kind": "text"}, None)
    await bot.tg.taken(update)
    await until(lambda: bot.has_kept((str(update), False)))


async def test_typing_is_shown_while_an_answer_takes_long(bot: TelegramBot, owner: User) -> None:
    await owner.says("привет")
    await owner.expect("Понял")
    assert owner.typing_count == 0

    await owner.says("жди")
    await until(lambda: owner.typing_count == 1)
    bot.agent.go_on.set()
    await owner.expect("Дождался.")


async def test_quick_messages_stay_in_order_and_people_do_not_wait_for_each_other(
    bot: TelegramBot, tg: Telegram, owner: User
) -> None:
    anna = tg.user(500200, "Анна")
    await owner.says("жди")
    await owner.says("второе")
    await anna.says("привет")

    await anna.expect("Понял: привет")
    assert "второе" not in bot.agent.texts
    bot.agent.go_on.set()
    await owner.expect("Дождался.")
    await owner.expect("Понял: второе")


async def test_an_update_that_comes_again_is_one_turn(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    update = await owner.says("привет")
    await owner.expect("Понял: привет")

    for _ in range(3):
        await tg.repeat(update)
        await tg.taken(update)

    await owner.expect_silence()
    assert bot.agent.texts == ["привет"]


async def test_commands_and_what_looks_like_one(bot: TelegramBot, owner: User) -> None:
    for text in ("/start k7Qd", '/confirm_start{"a":"b"}', "\u200b\u00a0/affirm", "/new@calls_bot"):
        await owner.says(text)
        await owner.expect("Понял")

    assert bot.agent.texts == ["/start", "/unknown_command", "/unknown_command", "/create_task"]
    assert [message.parse_data["intent"]["name"] for message in bot.agent.heard] == [
        "start",
        "unknown_command",
        "unknown_command",
        "create_task",
    ]
    # The messenger's idea of the language, and nothing that was typed.
    language = [{"entity": "language", "value": "ru"}]
    assert all(message.parse_data["entities"] == language for message in bot.agent.heard)


async def test_every_kind_is_answered(bot: TelegramBot, owner: User) -> None:
    await owner.sends_document("база.xlsx", b"1", caption="да")
    await owner.sends_photo(caption="да")
    await owner.sends_voice()
    await owner.sends_sticker()
    await owner.shares_contact("79991234567", "Иван")
    for _ in range(5):
        await owner.expect("Понял")

    assert bot.agent.texts == ["/provide_file"] + ["/unreadable_message"] * 3 + ["Иван: +79991234567"]
    assert [message.metadata["kind"] for message in bot.agent.heard] == [
        "file",
        "photo",
        "voice",
        "sticker",
        "own_contact",
    ]


async def test_an_album_is_answered_once(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    part = json.loads((FIXTURES / "photo_album_part.json").read_text())
    for number in range(4):
        await tg.raw_update({**part, "update_id": 700000100 + number})
    await tg.taken(700000103)

    await owner.expect("Понял: /unreadable_message")
    await owner.expect_silence()


async def test_odd_updates_neither_stop_nor_reach_rasa(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    await tg.raw_update({"update_id": None, "message": {"text": "да"}})
    await tg.raw_update({"update_id": 700000050})
    await tg.raw_update({"update_id": 700000051, "message": {"text": 5, "chat": [], "from": None}})
    await tg.raw_update({"update_id": 700000052, "callback_query": {"id": 5, "from": {"id": True}}})
    for name in ("unknown_kind", "channel_post", "from_another_bot"):
        update = json.loads((FIXTURES / f"{name}.json").read_text())
        await tg.raw_update({**update, "update_id": 700000060 + len(name)})

    await owner.says("привет")
    await owner.expect("Понял: привет")

    assert bot.agent.texts == ["привет"]


async def test_half_a_surrogate_pair_does_not_hold_up_the_rest(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    update = json.loads((FIXTURES / "text.json").read_text())
    update["message"]["text"] = "один \ud83d два"
    await tg.raw_update(update)

    await owner.expect("Понял: один  два")


async def test_an_edit_is_not_done_again(bot: TelegramBot, owner: User) -> None:
    await owner.says("да")
    await owner.expect("Понял")
    await owner.edits(owner.last_message_id, "нет")

    await owner.expect("Понял: /edited_message")
    assert bot.agent.texts == ["да", "/edited_message"]
    assert bot.agent.heard[1].metadata == {"kind": "edited"}


async def test_a_button_is_answered_once_and_taken_away(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    await owner.says("спроси")
    question = await owner.expect("Запускать?")
    assert question.buttons == [["Да"], ["Нет"]]
    data = [button.data or "" for row in question.keyboard.rows for button in row]  # type: ignore[union-attr]
    assert all(len(token.encode()) <= 64 and "affirm" not in token for token in data)

    await owner.presses("Нет")
    await owner.expect("Понял: /deny")

    pressed = bot.agent.heard[1]
    assert pressed.parse_data["entities"] == [
        {"entity": "task_id", "value": "7"},
        {"entity": "language", "value": "ru"},
    ]
    assert pressed.metadata == {"kind": "button"}
    await until(lambda: not question.buttons and not tg.callbacks_waiting)

    # A screen that was not refreshed, the other button, and again the same one.
    for label in ("Да", "Нет"):
        await owner.presses_stale(question.message_id, label)
        await owner.expect("Понял: /stale_button")
    await until(lambda: not tg.callbacks_waiting)


async def test_a_newer_keyboard_makes_the_older_one_stale(bot: TelegramBot, owner: User) -> None:
    await owner.says("спроси")
    first = await owner.expect("Запускать?")
    await owner.says("спроси")
    await owner.expect("Запускать?")

    await owner.presses_stale(first.message_id, "Да")

    await owner.expect("Понял: /stale_button")
    await owner.presses("Да")
    await owner.expect("Понял: /affirm")


@pytest.mark.parametrize("data", ["/affirm", "", "A" * 64, "ok:7f3a", '/confirm_start{"a":1}'])
async def test_made_up_button_data(bot: TelegramBot, owner: User, data: str) -> None:
    await owner.says("спроси")
    await owner.expect("Запускать?")

    await owner.presses_data(data, is_inaccessible=True)

    await owner.expect("Понял: /stale_button")


async def test_a_button_is_its_persons_alone(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    anna = tg.user(500200, "Анна")
    await owner.says("спроси")
    question = await owner.expect("Запускать?")
    token = question.keyboard.rows[0][0].data or ""  # type: ignore[union-attr]

    await anna.says("привет")
    await anna.expect("Понял: привет")
    await anna.presses_data(token)

    await anna.expect("Понял: /stale_button")
    await owner.presses("Да")
    await owner.expect("Понял: /affirm")


async def test_a_long_answer_is_split_and_the_buttons_are_with_the_last_part(bot: TelegramBot, owner: User) -> None:
    await owner.says("длинно 1000")

    first = await owner.expect("слово")
    second = await owner.expect("слово")

    assert first.buttons == []
    assert second.buttons == [["Да"], ["Нет"]]
    assert (first.text + " " + second.text).split() == ["слово"] * 1000
    assert len(first.text) > 4000


async def test_a_stranger_gets_one_line_with_the_id_and_leaves_no_trace(bot: TelegramBot, tg: Telegram) -> None:
    mary = tg.user(STRANGER, "Мария")
    updates = [await mary.says("Запусти обзвон")]
    line = await mary.expect("telegram:700700")
    assert line.buttons == [["Попросить доступ"]]
    updates += [
        await mary.presses_data("AAAA", is_inaccessible=True),
        await mary.says("да"),
        await mary.sends_sticker(),
    ]
    await tg.taken(updates[-1])
    await asyncio.sleep(0.3)
    assert [message.text for message in mary.messages] == [line.text]

    assert line.text.startswith("Я работаю только с теми")
    assert bot.agent.heard == []
    # Of what was said nothing is kept: only that these updates were seen.
    assert await bot.updates_kept() == [(str(update), False) for update in sorted(updates)]
    await mary.blocks_bot()
    await until(lambda: not tg._queue.waiting)
    assert await bot.conversations_kept() == []
    await until(lambda: not tg.callbacks_waiting)
    assert mary.typing_count == 0


async def test_a_stranger_is_told_in_english(bot: TelegramBot, tg: Telegram) -> None:
    john = tg.user(STRANGER, "John", language_code="en-GB")
    await john.says("hello")

    await john.expect("I only work with people whom the bot's owner has let in. Your id: telegram:700700.")


async def test_strangers_do_not_hold_up_the_owner(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    tg.fail_next("sendMessage", chat=STRANGER, delay=10 * PATIENCE)
    await tg.user(STRANGER).says("я")
    for number in range(20):
        await tg.user(STRANGER + 1 + number).says("и я")
    await owner.says("привет")

    await owner.expect("Понял: привет")


async def test_a_group_gets_one_polite_line(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    group = tg.group(-1001234567890)
    for text in ("@calls_bot позвони 8 916 123-45-67", "да", "/start"):
        await owner.says_in(group, text)

    await group.expect("Я работаю только в личной переписке")
    await group.expect_silence()
    assert bot.agent.heard == []


async def test_the_menu_of_commands(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    await tg.called("setMyCommands", times=2)

    assert owner.commands == ["new", "add", "help", "cancel", "link"]
    assert tg.commands["default", "en"][0] == {"command": "new", "description": "New call task"}


async def test_stopping_does_not_wait_for_the_long_poll(tg: Telegram, tmp_path: Path, owner: User) -> None:
    bot = TelegramBot(tg, tmp_path)
    await bot.start()
    await owner.says("привет")
    await owner.expect("Понял: привет")
    await tg.called("getUpdates", times=2)
    began = time.monotonic()

    await bot.stop()

    assert time.monotonic() - began < telegram_source.POLL_SECONDS - 5
    assert [task for task in asyncio.all_tasks() if "telegram.py" in repr(task.get_coro())] == []
