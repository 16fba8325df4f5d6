"""What goes wrong around a turn: Telegram refuses, Rasa fails, the database is away, the process is killed."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from rasa_twin24.channels import handling, news, reception, telegram_source
from rasa_twin24.channels.incoming import TEXT, Incoming
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.people import WEB_OWNER
from tests.channels.bot import OWNER, TelegramBot
from tests.standins.telegram import Telegram, User
from tests.waiting import until

pytestmark = pytest.mark.rasa

CONVERSATION = f"telegram:{OWNER}"
DATABASE_ERROR = OperationalError("UPDATE updates", {"phone": "+79991234567"}, Exception("disk full"))


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[TelegramBot]:
    async with TelegramBot(tg, tmp_path) as bot:
        yield bot


@pytest.mark.parametrize("text", ["молчи", "сломайся 8 916 123-45-67"])
async def test_a_turn_without_an_answer_gets_one(bot: TelegramBot, owner: User, text: str) -> None:
    with structlog.testing.capture_logs() as logs:
        update = await owner.says(text)
        await owner.expect("У меня случилась ошибка")
    await owner.expect_silence()

    assert await bot.updates_kept() == [(str(update), False)]
    assert "916" not in repr(logs)
    await owner.says("привет")
    await owner.expect("Понял: привет")


async def test_the_answer_to_a_failure_is_in_the_persons_language(bot: TelegramBot, tg: Telegram) -> None:
    owner = tg.user(500200, "John", language_code="en")
    await owner.says("молчи please, I am John")

    await owner.expect("Something went wrong on my side")


async def test_a_failure_after_something_was_said_is_not_told_to_have_done_nothing(
    bot: TelegramBot, owner: User
) -> None:
    await owner.says("начни")

    await owner.expect("Начинаю.")
    await owner.expect_silence()


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("забудь", ["Моя память (база данных) не ответила"]),
        ("забудь Готово.", ["Готово.", "Моя память (база данных) не ответила"]),  # what follows from it is not kept
        ("извинись", ["Памяти нет."]),
    ],
)
async def test_a_turn_that_could_not_be_remembered_says_so_once(
    bot: TelegramBot, owner: User, text: str, answers: list[str]
) -> None:
    await owner.says(text)
    for answer in answers:
        await owner.expect(answer)
    await owner.expect_silence()
    await owner.says("привет")
    await owner.expect("Понял: привет")


async def test_while_the_database_is_away_the_end_of_a_turn_waits_for_it(
    bot: TelegramBot, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it takes: an end that is not written would be begun again at the next start."""
    monkeypatch.setattr(handling, "WRITE_PAUSES", (0.01,))
    done = bot.ledger.inbox.done
    monkeypatch.setattr(bot.ledger.inbox, "done", failing(10_000))
    update = await owner.says("привет")
    await owner.expect("Понял: привет")
    await asyncio.sleep(0.5)
    assert await bot.updates_kept() == [(str(update), True)]
    monkeypatch.setattr(bot.ledger.inbox, "done", done)
    await until(lambda: bot.has_kept((str(update), False)))


async def test_news_while_the_database_is_away_are_not_given_up(
    bot: TelegramBot, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "PAUSE_AFTER_FAILURE", 0.0)
    monkeypatch.setattr(news, "MOST_TRIES", 3)
    monkeypatch.setattr(handling, "WRITE_PAUSES", (0.01,))
    owner.chat.has_started = True
    monkeypatch.setattr(bot.ledger.notices, "let_go", failing(20, bot.ledger.notices.let_go))
    hear, silent = bot.agent.handle_message, asyncio.Event()

    async def away(message: Any) -> None:
        if silent.is_set():
            await hear(message)

    monkeypatch.setattr(bot.agent, "handle_message", away)
    await bot.ledger.notices.add(CONVERSATION, "finished")
    await asyncio.sleep(0.5)
    silent.set()
    await owner.expect("Обзвон закончен.")


async def test_a_person_who_is_gone_is_marked_and_welcome_back(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    tg.fail_next("sendMessage", chat=OWNER, status=403)
    update = await owner.says("привет")
    await until(lambda: bot.has_kept((str(update), False)))
    assert (await bot.ledger.conversations.get(CONVERSATION)).gone_at is not None

    await bot.ledger.notices.add(CONVERSATION, "finished")
    await asyncio.sleep(2 * news.NOTICE_PAUSE)
    assert "/notice" not in bot.agent.texts

    await owner.says("я вернулся")
    await owner.expect("Понял: я вернулся")
    await owner.expect("Обзвон закончен.")
    assert (await bot.ledger.conversations.get(CONVERSATION)).gone_at is None


async def test_blocking_and_unblocking(bot: TelegramBot, owner: User) -> None:
    await owner.says("привет")
    await owner.expect("Понял")
    await owner.blocks_bot()
    await until(lambda: is_gone(bot))
    await bot.ledger.notices.add(CONVERSATION, "finished")
    await asyncio.sleep(2 * news.NOTICE_PAUSE)
    assert bot.agent.texts == ["привет"]

    await owner.unblocks_bot()

    await owner.expect("Обзвон закончен.")
    await until(lambda: nothing_to_tell(bot))
    assert bot.agent.texts == ["привет", "/notice"]


async def test_news_for_somebody_just_gone_is_kept_for_them(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    await owner.says("привет")
    await owner.expect("Понял")
    tg.fail_next("sendMessage", chat=OWNER, status=403)
    await bot.ledger.notices.add(CONVERSATION, "finished")
    await until(lambda: is_gone(bot))
    assert len(await bot.ledger.notices.waiting()) == 1

    await owner.says("я тут")

    await owner.expect("Обзвон закончен.")
    await until(lambda: nothing_to_tell(bot))


async def test_news_that_did_not_arrive_is_told_again(
    bot: TelegramBot, tg: Telegram, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "PAUSE_AFTER_FAILURE", 0.1)
    owner.chat.has_started = True
    tg.fail_next("sendMessage", chat=OWNER, status=400, description="Bad Request: later", times=2)

    await bot.ledger.notices.add(CONVERSATION, "finished")

    await owner.expect("Обзвон закончен.")
    await until(lambda: nothing_to_tell(bot))
    await owner.expect_silence(2 * news.NOTICE_PAUSE)
    assert bot.agent.texts == ["/notice"] * 3
    assert (bot.agent.heard[0].parse_data["entities"], bot.agent.heard[0].metadata) == (
        [{"entity": "notice", "value": "1"}],
        {"kind": "notice"},
    )


async def test_news_that_never_arrives_is_given_up(
    bot: TelegramBot, tg: Telegram, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "PAUSE_AFTER_FAILURE", 0.0)
    monkeypatch.setattr(news, "MOST_TRIES", 3)
    owner.chat.has_started = True
    tg.fail_next("sendMessage", chat=OWNER, status=400, description="Bad Request: never", times=100)

    await bot.ledger.notices.add(CONVERSATION, "finished")
    await until(lambda: nothing_to_tell(bot))
    await asyncio.sleep(2 * news.NOTICE_PAUSE)

    assert bot.agent.texts == ["/notice"] * 3


async def test_a_limit_is_waited_out(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    tg.fail_next("sendMessage", status=429, retry_after=1)
    began = time.monotonic()
    await owner.says("привет")

    await owner.expect("Понял: привет")

    assert time.monotonic() - began > 0.95
    assert tg.impatient_calls == 0
    assert bot.agent.texts == ["привет"]


async def test_an_answer_that_did_not_arrive_fails_no_turn_and_is_told_of_later(
    bot: TelegramBot, tg: Telegram, owner: User
) -> None:
    tg.fail_next("sendMessage", status=400, description="Bad Request: message is too strange")
    await owner.says("привет")

    await owner.expect("Обзвон закончен.")  # the script's words for any news
    notice = await bot.ledger.notices.get(1)
    assert notice is not None
    assert (notice.conversation, notice.kind, notice.params) == (CONVERSATION, "reply_lost", {})
    await owner.expect_silence()
    await owner.says("ещё")
    await owner.expect("Понял: ещё")
    assert bot.agent.texts == ["привет", "/notice", "ещё"]


async def test_an_answer_for_somebody_gone_is_told_of_when_they_are_back(
    bot: TelegramBot, tg: Telegram, owner: User
) -> None:
    await owner.says("привет")
    await owner.expect("Понял: привет")
    tg.fail_next("sendMessage", chat=OWNER, status=403)
    await owner.says("ещё")
    await until(lambda: is_gone(bot))
    await owner.expect_silence()
    await owner.says("я тут")
    await owner.expect("Понял: я тут")
    await owner.expect("Обзвон закончен.")


async def test_a_send_whose_answer_was_lost_is_one_turn(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    tg.fail_next("sendMessage", drop="after_work")
    await owner.says("привет")

    await owner.expect("Понял: привет")
    await owner.expect("Понял: привет")  # a text twice does no harm
    assert bot.agent.texts == ["привет"]


async def test_a_keyboard_that_cannot_be_kept_leaves_the_text(
    bot: TelegramBot, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.ledger.buttons, "offer", failing(10))
    with structlog.testing.capture_logs() as logs:
        await owner.says("спроси")
        question = await owner.expect("Запускать?")

    assert question.buttons == []
    assert "9991234567" not in repr(logs)


async def test_polling_goes_on_where_the_database_failed(
    bot: TelegramBot, tg: Telegram, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rasa_twin24.channels.registration.PAUSE_AFTER_ERROR", (0.1, 0.1))
    monkeypatch.setattr(bot.ledger.inbox, "claim", failing(2, bot.ledger.inbox.claim))
    await owner.says("раз")
    await owner.says("два")

    await owner.expect("Понял: раз")
    await owner.expect("Понял: два")

    assert bot.agent.texts == ["раз", "два"]
    await owner.expect_silence()


async def test_a_turns_end_is_written_when_the_database_is_back(
    bot: TelegramBot, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handling, "WRITE_PAUSES", (0.05, 0.05, 0.05))
    monkeypatch.setattr(bot.ledger.inbox, "done", failing(2, bot.ledger.inbox.done))
    update = await owner.says("привет")
    await owner.expect("Понял: привет")

    await until(lambda: bot.has_kept((str(update), False)))
    assert bot.agent.texts == ["привет"]


async def test_polling_goes_on_after_telegram_failed(
    bot: TelegramBot, tg: Telegram, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rasa_twin24.channels.registration.PAUSE_AFTER_ERROR", (0.05, 0.1))
    for fault in ({"status": 502}, {"drop": "before_work"}, {"status": 409}, {"status": 429, "retry_after": 1}):
        tg.fail_next("getUpdates", **fault)  # type: ignore[arg-type]
    await owner.says("раз")
    await owner.expect("Понял: раз")
    await owner.says("два")
    await owner.expect("Понял: два")

    assert bot.agent.texts == ["раз", "два"]


async def test_a_server_that_answers_at_once_is_not_asked_without_a_break(
    tg: Telegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rasa_twin24.channels.telegram_source.POLL_SECONDS", 0)
    async with TelegramBot(tg, tmp_path):
        await tg.called("getUpdates", times=5)

    times = [call.at for call in tg.calls if call.method == "getUpdates"]
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) > 0.9 * telegram_source.IDLE_PAUSE


async def test_a_turn_cut_off_by_the_stop_is_taken_up_again(tg: Telegram, tmp_path: Path, owner: User) -> None:
    bot = TelegramBot(tg, tmp_path)
    await bot.start()
    waiting = await owner.says("жди")
    behind = await owner.says("следом")
    await until(lambda: bot.agent.texts == ["жди"])
    await tg.taken(behind)
    await bot.stop()

    async with TelegramBot(tg, tmp_path) as again:
        again.agent.go_on.set()
        await owner.expect("Дождался.")
        await owner.expect("Понял: следом")
        await tg.repeat(waiting)
        await tg.taken(waiting)
        await owner.expect_silence()
        assert again.agent.texts == ["жди", "следом"]


async def test_what_is_taken_up_after_a_kill(tg: Telegram, tmp_path: Path, owner: User) -> None:
    owner.chat.has_started = True
    now = time.time()
    ages = {"свежее": 60, "старое": reception.TAKE_UP_SECONDS + 60, "недавнее": reception.TAKE_UP_SECONDS - 60}
    for text, age in ages.items():
        await claim(tmp_path, now - age, "telegram", Incoming("telegram", text, str(OWNER), TEXT, text).to_json())
    await claim(tmp_path, now, "telegram", Incoming("telegram", "чужое", "900", TEXT, "чужое").to_json())
    await claim(tmp_path, now, "telegram", '{"of": "another version"}')
    await claim(tmp_path, now, "max", Incoming("max", "7", str(OWNER), TEXT, "не сюда").to_json())

    async with TelegramBot(tg, tmp_path) as bot:
        await owner.expect("Понял: недавнее")
        await owner.expect("Понял: свежее")
        await owner.expect_silence()

        assert bot.agent.texts == ["недавнее", "свежее"]
        assert [message.metadata["again"] for message in bot.agent.heard] == [True, True]
        assert [key for key, waits in await bot.updates_kept() if waits] == ["7"]


async def claim(folder: Path, at: float, channel: str, incoming: str) -> None:
    """An update that was written down at that time by a process which was then killed."""
    ledger = Ledger(f"sqlite:///{folder / 'ledger.db'}", clock=lambda: at)
    await ledger.open()
    await ledger.inbox.claim(channel, json.loads(incoming).get("key", "unreadable"), WEB_OWNER, incoming)
    await ledger.close()


async def is_gone(bot: TelegramBot) -> bool:
    return (await bot.ledger.conversations.get(CONVERSATION)).gone_at is not None


async def nothing_to_tell(bot: TelegramBot) -> bool:
    return not await bot.ledger.notices.waiting()


def failing(times: int, then: Any = None) -> Any:
    """A call to the database that fails so often before it works."""
    left = times

    async def call(*arguments: Any) -> Any:
        nonlocal left
        left -= 1
        if left >= 0:
            raise DATABASE_ERROR
        return await then(*arguments)

    return call
