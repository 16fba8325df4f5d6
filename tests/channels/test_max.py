"""MAX by polling: what people send reaches Rasa once, and is answered; the agent is a script."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from rasa_twin24.channels import max_output, max_source
from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.max import MaxInput
from rasa_twin24.channels.messenger import FileLost, FileTooLarge
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.files import File
from tests.channels.bot import OWNER, STRANGER, ChannelBot
from tests.standins.max import Max, User
from tests.waiting import until

pytestmark = pytest.mark.rasa

ME = f"max:{OWNER}"


@pytest.fixture
async def mx(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Max]:
    monkeypatch.setenv("BOT_OWNERS", f"{ME},max:500200")
    monkeypatch.setattr(max_source, "POLL_SECONDS", 1)
    monkeypatch.setattr(max_source, "PAUSE_AFTER_ERROR", (0.05, 0.1))
    monkeypatch.setattr(max_output, "READY_PAUSES", (0.05, 0.1))
    for proxy in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(proxy, raising=False)
    async with Max() as mx:
        yield mx
        assert mx.violations == []


@pytest.fixture
def person(mx: Max) -> User:
    return mx.user(OWNER)


def bot_of(mx: Max, folder: Path) -> ChannelBot:
    return ChannelBot(MaxInput.from_credentials({"token": mx.token, "api_url": mx.url}), folder)


@pytest.fixture
async def bot(mx: Max, tmp_path: Path) -> AsyncIterator[ChannelBot]:
    async with bot_of(mx, tmp_path) as bot:
        yield bot


# --- coming in ----------------------------------------------------------------------------------------------


async def test_text_and_answer(bot: ChannelBot, person: User) -> None:
    update = await person.says("  Позвони\r\n8 916 123-45-67 ")

    answer = await person.expect("Понял")

    assert answer.text == "Понял: Позвони\n8 916 123-45-67"
    (message,) = bot.agent.heard
    assert (message.sender_id, message.input_channel, message.metadata) == (ME, "max", {"kind": "text"})
    key = f"mid:{update['message']['body']['mid']}"
    await until(lambda: bot.has_kept((key, False)))


async def test_every_kind_is_answered(bot: ChannelBot, person: User) -> None:
    await person.sends_file("база.xlsx", b"1", text="да")
    await person.sends({"text": "да", "attachments": [{"type": "image", "payload": {"photo_id": 1}}]})
    await person.sends({"attachments": [{"type": "audio", "payload": {}}]})
    await person.shares_contact("79991234567", "Иван")
    await person.forwards("да")
    await person.starts("k7Qd")
    for _ in range(6):
        await person.expect("Понял")

    kinds = ["file", "photo", "voice", "own_contact", "forwarded", "command"]
    assert [message.metadata["kind"] for message in bot.agent.heard] == kinds
    assert bot.agent.texts[3:] == ["Иван: +79991234567", "да", "/start"]


async def test_an_own_card_is_told_from_a_strangers(bot: ChannelBot, person: User) -> None:
    with structlog.testing.capture_logs() as logs:
        await person.shares_contact("79991234567", "Иван")
        await person.shares_contact("79997654321", "Мария", own=False)
        await until(lambda: "Мария: +79997654321" in "".join(text for text, _ in person.journal))

    heard = [(message.text, message.metadata) for message in bot.agent.heard]
    assert heard == [
        ("Иван: +79991234567", {"kind": "own_contact"}),
        ("Мария: +79997654321", {"kind": "contact"}),
    ]
    assert "9991234567" not in repr(logs)


async def test_an_update_that_comes_again_is_one_turn(bot: ChannelBot, mx: Max, person: User) -> None:
    for update in (await person.says("привет"), await person.starts()):
        await person.expect("Понял")
        await mx.push(update)
        await mx.push(update)

    await person.expect_silence()
    assert bot.agent.texts == ["привет", "/start"]


async def test_quick_messages_stay_in_order_and_people_do_not_wait_for_each_other(
    bot: ChannelBot, mx: Max, person: User
) -> None:
    anna = mx.user(500200, "Анна")
    await person.says("жди")
    await person.says("второе")
    await anna.says("привет")

    await anna.expect("Понял: привет")
    assert "второе" not in bot.agent.texts
    bot.agent.go_on.set()
    await person.expect("Дождался.")
    await person.expect("Понял: второе")


async def test_an_edit_is_not_done_again(bot: ChannelBot, person: User) -> None:
    update = await person.says("да")
    await person.expect("Понял")
    await person.edits(update, "нет")

    await person.expect("Понял: /edited_message")


async def test_odd_updates_neither_stop_nor_reach_rasa(bot: ChannelBot, mx: Max, person: User) -> None:
    for update in (
        {"update_type": "message_created"},
        {"update_type": "message_created", "message": {"sender": 5, "body": []}},
        {"update_type": "message_callback", "callback": {"callback_id": 5}},
        {"update_type": "bot_started", "user": None},
    ):
        await mx.push(update)
    await person.says("привет")

    await person.expect("Понял: привет")
    assert bot.agent.texts == ["привет"]


async def test_a_stranger_gets_one_line_with_the_id(bot: ChannelBot, mx: Max) -> None:
    mary = mx.user(STRANGER, "Мария")
    await mary.says("Запусти обзвон")
    line = await mary.expect("max:700700")
    await mary.says("да")
    await mary.stops()
    await until(lambda: mx._confirmed == 3)

    await mary.expect_silence()
    assert line.text.startswith("Я работаю только с теми")
    assert (bot.agent.heard, await bot.conversations_kept()) == ([], [])


async def test_a_group_gets_one_polite_line(bot: ChannelBot, mx: Max, person: User) -> None:
    group = mx.group(-71234567)
    for text in ("позвони 8 916 123-45-67", "да", "/start"):
        await person.says_in(group, text)

    await group.expect("Я работаю только в личной переписке")
    await group.expect_silence()
    assert bot.agent.heard == []


# --- buttons ------------------------------------------------------------------------------------------------


async def test_a_button_is_answered_once_and_taken_away(bot: ChannelBot, mx: Max, person: User) -> None:
    await person.says("спроси")
    question = await person.expect("Запускать?")
    assert question.buttons == [["Да"], ["Нет"]]
    assert all("affirm" not in button["payload"] for button in question.ever)

    await person.presses("Нет")
    await person.expect("Понял: /deny")

    assert bot.agent.heard[1].metadata == {"kind": "button"}
    await until(lambda: not question.buttons and len(mx.answered) == 1)
    assert question.text == "Запускать?"
    # A screen that was not refreshed, the other button, and again the same one.
    for label in ("Да", "Нет"):
        await person.presses_stale(question, label)
        await person.expect("Понял: /stale_button")


async def test_a_newer_keyboard_makes_the_older_one_stale(bot: ChannelBot, person: User) -> None:
    await person.says("спроси")
    first = await person.expect("Запускать?")
    await person.says("спроси")
    await person.expect("Запускать?")

    await person.presses_stale(first, "Да")
    await person.expect("Понял: /stale_button")
    await person.presses("Да")
    await person.expect("Понял: /affirm")


async def test_made_up_and_foreign_buttons(bot: ChannelBot, mx: Max, person: User) -> None:
    await person.says("спроси")
    question = await person.expect("Запускать?")
    anna = mx.user(500200, "Анна")
    await anna.says("привет")
    await anna.expect("Понял: привет")

    for data in ("/affirm", "", question.ever[0]["payload"]):
        await anna.presses_data(data)
        await anna.expect("Понял: /stale_button")
    await person.presses("Да")
    await person.expect("Понял: /affirm")


async def test_a_press_that_cannot_be_answered_is_a_turn_all_the_same(bot: ChannelBot, mx: Max, person: User) -> None:
    mx.fail_next("POST /answers", 404)
    await person.says("спроси")
    await person.expect("Запускать?")
    await person.presses("Да")

    await person.expect("Понял: /affirm")


@pytest.mark.parametrize(
    ("count", "rows", "messages"), [(3, 3, 1), (30, 30, 1), (31, 16, 1), (210, 30, 1), (211, 1, 2)]
)
async def test_no_button_is_lost(bot: ChannelBot, person: User, count: int, rows: int, messages: int) -> None:
    keyboard = [(f"{number} " + "д" * 200, str(number)) for number in range(count)]

    await bot.channel.deliver(str(OWNER), "Какое?", keyboard)

    assert [message.text for message in person.messages] == ["Какое?", "…"][:messages]
    assert len(person.messages[-1].rows) == rows
    sent = [button for message in person.messages for row in message.rows for button in row]
    assert [button["payload"] for button in sent] == [str(number) for number in range(count)]
    assert {(len(button["text"]), button["text"][-1]) for button in sent} == {(128, "…")}


# --- going out ----------------------------------------------------------------------------------------------


async def test_a_long_answer_is_split_and_the_buttons_are_with_the_last_part(bot: ChannelBot, person: User) -> None:
    await person.says("длинно 1000")

    first, second = await person.expect("слово"), await person.expect("слово")

    assert (first.buttons, second.buttons) == ([], [["Да"], ["Нет"]])
    assert (first.text + " " + second.text).split() == ["слово"] * 1000
    assert 3900 < len(first.text) <= 4000


async def test_two_messages_a_second_and_no_more(bot: ChannelBot, mx: Max, person: User) -> None:
    began = time.monotonic()
    for number in range(5):
        await bot.channel.deliver(str(OWNER), str(number), ())

    assert time.monotonic() - began >= 2
    assert mx.floods == 0
    assert [message.text for message in person.messages] == list("01234")


@pytest.mark.parametrize(("status", "code"), [(429, "too.many.requests"), (503, ""), (500, "")])
async def test_trouble_that_passes_is_waited_out(
    bot: ChannelBot, mx: Max, person: User, status: int, code: str
) -> None:
    mx.fail_next("POST /messages", status, code)
    await person.says("привет")

    await person.expect("Понял: привет")
    await person.expect_silence()


async def test_after_a_429_the_whole_bot_waits(
    bot: ChannelBot, mx: Max, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection, told = bot.channel.api._connection, asyncio.Event()
    hold, held = connection.hold, []

    def noted(seconds: float) -> None:
        held.append(time.monotonic())
        hold(seconds)
        told.set()

    monkeypatch.setattr(connection, "hold", noted)
    anna = mx.user(500200)
    mx.fail_next("POST /messages", 429)
    first = asyncio.create_task(bot.channel.deliver(str(OWNER), "привет", ()))
    await told.wait()
    second = asyncio.create_task(bot.channel.deliver(str(anna.id), "привет", ()))
    await until(lambda: len(mx.called("POST /messages")) > 1)

    assert time.monotonic() - held[0] > 0.8
    await asyncio.gather(first, second)
    assert (len(person.messages), len(anna.messages)) == (1, 1)


async def test_a_lost_answer_is_asked_for_again_and_no_turn_is_done_twice(
    bot: ChannelBot, mx: Max, person: User
) -> None:
    mx.fail_next("POST /messages", done=True)
    await person.says("привет")

    await person.expect("Понял: привет")
    await person.expect("Понял: привет")
    assert bot.agent.texts == ["привет"]


async def test_a_refused_answer_fails_no_turn_and_names_no_secret(bot: ChannelBot, mx: Max, person: User) -> None:
    mx.fail_next("POST /messages", 400)
    with structlog.testing.capture_logs() as logs:
        await person.says("позвони 8 916 123-45-67")
        await until(lambda: any(line["event"] == "send_failed" for line in logs))
        await person.says("привет")
        await person.expect("Понял: привет")

    assert mx.token not in repr(logs)
    assert "916" not in repr(logs)


async def test_a_person_who_stopped_the_bot_is_not_written_to_and_welcome_back(
    bot: ChannelBot, mx: Max, person: User
) -> None:
    await person.says("жди")
    await until(lambda: bot.agent.texts == ["жди"])
    person.has_stopped = True  # and the event is still on its way
    bot.agent.go_on.set()
    await until(lambda: is_gone(bot))

    await person.starts()
    await person.expect("Понял: /start")
    assert not await is_gone(bot)
    await person.stops()
    await until(lambda: is_gone(bot))


async def is_gone(bot: ChannelBot) -> bool:
    return (await bot.ledger.conversations.get(ME)).gone_at is not None


async def test_typing_is_shown_while_an_answer_takes_long(bot: ChannelBot, person: User) -> None:
    await person.says("привет")
    await person.expect("Понял")
    assert person.typing_count == 0

    await person.says("жди")
    await until(lambda: person.typing_count == 1)
    bot.agent.go_on.set()
    await person.expect("Дождался.")


async def test_editing(bot: ChannelBot, mx: Max, person: User) -> None:
    channel = bot.channel
    mid = await channel.deliver(str(OWNER), "10 из 20", [("Пауза", "a")], standing=True)
    assert mid is not None
    assert await channel.edit(str(OWNER), mid, "15 из 20", [("Пауза", "b")], last=False) == mid
    assert await channel.edit(str(OWNER), mid, "20 из 20", (), last=True) == mid
    (shown,) = person.messages
    assert (shown.text, shown.buttons) == ("20 из 20", [])

    shown.is_deleted = True
    new = await channel.edit(str(OWNER), mid, "всё", (), last=True)
    assert new == person.messages[-1].mid != mid
    mx.fail_next("PUT /messages", 200, "too old")
    assert await channel.edit(str(OWNER), str(new), "всё же", (), last=True) not in (mid, new)
    assert [message.text for message in person.messages[1:]] == ["всё", "всё же"]


# --- files --------------------------------------------------------------------------------------------------


async def test_a_file_is_kept(bot: ChannelBot, person: User) -> None:
    await person.sends_file("база.xlsx", b"\x00\x01" * 5000, text="новая база")
    await person.expect("Понял: /provide_file")

    entities = {each["entity"]: each["value"] for each in bot.agent.heard[0].parse_data["entities"]}
    file = await bot.ledger.files.get(ME, entities["file"])
    assert file is not None
    assert (file.name, file.content, entities["caption"]) == ("база.xlsx", b"\x00\x01" * 5000, "новая база")


async def test_a_file_that_is_too_large_is_not_asked_for(bot: ChannelBot, mx: Max, person: User) -> None:
    await person.sends_file("база.xlsx", b"1", size=bot.reception.attachments.most_bytes + 1)
    await person.expect("Понял: /unreadable_message")

    assert mx.called("download") == []


async def test_a_file_that_is_longer_than_announced_is_cut_off(bot: ChannelBot, mx: Max) -> None:
    with pytest.raises(FileTooLarge):
        await bot.channel.fetch(Attached(mx.keep_file(b"1" * 2000), "a.csv", 1), 1000)


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/dl?id=1", "https://[::1]/", "https://10.0.0.5/f", "http://8.8.8.8/f", "file:///etc/passwd", ""],
)
async def test_an_address_inside_our_network_is_refused(bot: ChannelBot, address: str) -> None:
    with pytest.raises(FileLost):
        await bot.channel.fetch(Attached(address, "a.csv"), 1000)


async def test_a_file_goes_out_once_it_is_ready(bot: ChannelBot, mx: Max, person: User) -> None:
    mx.not_ready = 2
    await bot.channel.deliver_file(str(OWNER), File("1", "отчёт.csv", b"1;2"))

    (message,) = person.messages
    assert mx.uploaded[message.attachments[0]["payload"]["token"]] == ("отчёт.csv", b"1;2")


async def test_a_file_that_never_gets_ready_is_an_error(bot: ChannelBot, mx: Max, person: User) -> None:
    mx.not_ready = 100
    with pytest.raises(Exception, match=r"attachment\.not\.ready"):
        await bot.channel.deliver_file(str(OWNER), File("1", "отчёт.csv", b"1;2"))

    assert mx.not_ready == 97


# --- polling ------------------------------------------------------------------------------------------------


async def test_what_came_while_the_bot_was_away_is_answered(mx: Max, person: User, tmp_path: Path) -> None:
    async with bot_of(mx, tmp_path):
        await person.says("привет")
        await person.expect("Понял: привет")
        await until(lambda: mx._confirmed == 1)
    mx.only_news = True
    await person.says("и снова")
    async with bot_of(mx, tmp_path) as again:
        await person.expect("Понял: и снова")
        assert again.agent.texts == ["и снова"]


async def test_a_marker_of_another_bot_does_not_stop_polling(mx: Max, person: User, tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    await ledger.open()
    await ledger.kept.put(max_source.MARKER, "999999")
    await ledger.close()
    async with bot_of(mx, tmp_path):
        await person.says("привет")
        await person.expect("Понял: привет")


async def test_trouble_while_polling_is_waited_out(bot: ChannelBot, mx: Max, person: User) -> None:
    mx.fail_next("GET /updates", 503)
    mx.fail_next("GET /updates", 429)
    mx.fail_next("GET /updates", done=True)
    await person.says("привет")
    await person.says("и ещё")

    await person.expect("Понял: привет")
    await person.expect("Понял: и ещё")
    await person.expect_silence()
