"""Files that people send to Telegram: fetched in their turn, once, bounded, and never for strangers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from rasa_twin24.channels import attachments, connection
from rasa_twin24.channels.attachments import MEGABYTE
from rasa_twin24.channels.connection import Connection, MessengerError
from rasa_twin24.channels.settings import ChannelSettings
from rasa_twin24.channels.telegram_api import TelegramApi
from tests.channels.bot import OWNER, STRANGER, TelegramBot
from tests.standins.telegram import Telegram, User
from tests.waiting import until

pytestmark = pytest.mark.rasa

ME = f"telegram:{OWNER}"
CONTENT = bytes(range(256)) * 40


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TelegramBot]:
    monkeypatch.setenv("BOT_MAX_FILE_MB", "1")
    async with TelegramBot(tg, tmp_path) as bot:
        yield bot


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting between tries."""
    monkeypatch.setattr(connection, "_pause", lambda error, _attempt: 0.01 if error.code in (0, 502) else None)


def entities(bot: TelegramBot, number: int = -1) -> dict[str, str]:
    """Of a turn, but for the language that every turn has."""
    found = {each["entity"]: each["value"] for each in bot.agent.heard[number].parse_data["entities"]}
    return {name: value for name, value in found.items() if name != "language"}


def fetched(tg: Telegram) -> int:
    return [call.method for call in tg.calls].count("download")


async def kept(bot: TelegramBot, number: int = -1) -> tuple[str, bytes]:
    file = await bot.ledger.files.get(ME, entities(bot, number)["file"])
    assert file is not None
    return file.name, file.content


async def test_a_document_is_kept_and_named_by_its_id(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    update = await owner.sends_document("база.xlsx", CONTENT, caption=" новая\x00 база\n")
    await owner.expect("Понял: /provide_file")

    (message,) = bot.agent.heard
    assert message.parse_data["intent"]["name"] == "provide_file"
    assert (message.message_id, message.metadata) == (str(update), {"kind": "file"})
    assert entities(bot) == {"file": entities(bot)["file"], "caption": "новая база"}
    assert await kept(bot) == ("база.xlsx", CONTENT)

    await owner.sends_document("", b"1")
    await owner.expect("Понял: /provide_file")
    assert set(entities(bot)) == {"file"}
    assert await kept(bot) == ("file", b"1")  # an empty name is a pasted list's


async def test_a_repeated_update_is_not_fetched_again(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    update = await owner.sends_document("a.csv", CONTENT)
    await owner.expect("Понял: /provide_file")
    await tg.repeat(update)
    await tg.taken(update)
    await owner.expect_silence()

    assert fetched(tg) == 1
    assert bot.agent.texts == ["/provide_file"]


async def test_documents_of_an_album_are_turns_of_their_own(bot: TelegramBot, owner: User) -> None:
    for number in range(5):
        await owner.sends_document(f"{number}.vcf", str(number).encode(), album="1385", caption=f"{number}")
    for _ in range(5):
        await owner.expect("Понял: /provide_file")

    assert [await kept(bot, number) for number in range(5)] == [(f"{n}.vcf", str(n).encode()) for n in range(5)]
    assert [entities(bot, number)["caption"] for number in range(5)] == list("01234")


@pytest.mark.parametrize("size", [MEGABYTE + 1, 20 * MEGABYTE + 1])
async def test_too_large_is_told_before_it_is_fetched(bot: TelegramBot, tg: Telegram, owner: User, size: int) -> None:
    await owner.sends_document("a.csv", CONTENT, size=size)
    await owner.expect("Понял: /unreadable_message")

    assert entities(bot) == {"kind": "large_file", "limit": "1"}
    assert {"getFile", "download"} & {call.method for call in tg.calls} == set()


async def test_the_largest_is_fetched_and_a_byte_more_is_not(bot: TelegramBot, tg: Telegram, owner: User) -> None:
    for content, size in ((b"x" * MEGABYTE, None), (b"x" * (MEGABYTE + 1), 5)):
        await owner.sends_document("a.csv", content, size=size)
    await owner.expect("Понял: /provide_file")
    await owner.expect("Понял: /unreadable_message")

    assert (await kept(bot, 0))[1] == b"x" * MEGABYTE
    assert entities(bot, 1) == {"kind": "large_file", "limit": "1"}


async def test_telegrams_own_limit(tg: Telegram, tmp_path: Path, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_MAX_FILE_MB", "50")
    async with TelegramBot(tg, tmp_path) as bot:
        await owner.sends_document("a.csv", CONTENT, size=20 * MEGABYTE + 1)
        await owner.expect("Понял: /unreadable_message")
        assert entities(bot) == {"kind": "large_file", "limit": "20"}

        # An application that tells no size: Telegram itself says that it is too big.
        update = await owner.sends_document("a.csv", CONTENT, size=20 * MEGABYTE + 1)
        changed = dict(tg.updates[update])
        changed["message"]["document"].pop("file_size")
        await tg.raw_update({**changed, "update_id": update + 1000})
        tg.violations.clear()
        for _ in range(2):
            await owner.expect("Понял: /unreadable_message")
        assert entities(bot) == {"kind": "large_file", "limit": "20"}
    tg.violations.clear()  # the stand-in counts asking for a file over 20 MB as a slip


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("method", ["getFile", "download"])
async def test_passing_trouble(bot: TelegramBot, tg: Telegram, owner: User, method: str) -> None:
    tg.fail_next(method, status=502)
    tg.fail_next(method, drop="before_work")
    await owner.sends_document("a.csv", CONTENT)
    await owner.expect("Понял: /provide_file")

    assert await kept(bot) == ("a.csv", CONTENT)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize("status", [404, 502])
async def test_lasting_trouble_is_told_without_the_token(
    bot: TelegramBot, tg: Telegram, owner: User, method: str, status: int
) -> None:
    tg.fail_next(method, status=status, times=connection.TRIES)
    with structlog.testing.capture_logs() as logs:
        await owner.sends_document("89161234567.csv", CONTENT)
        await owner.expect("Понял: /unreadable_message")

    assert entities(bot) == {"kind": "lost_file"}
    assert "file_lost" in [line["event"] for line in logs]
    assert tg.token not in repr(logs)
    assert "89161234567" not in repr(logs)
    await owner.says("привет")
    await owner.expect("Понял: привет")


async def test_a_file_that_does_not_come_does_not_hold_up_for_ever(
    bot: TelegramBot, tg: Telegram, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "FETCH_SECONDS", 0.3)
    tg.fail_next("download", delay=5)
    anna = tg.user(500200, "Анна")
    await owner.sends_document("a.csv", CONTENT)
    await anna.says("привет")
    await anna.expect("Понял: привет")
    await owner.expect("Понял: /unreadable_message")

    assert entities(bot) == {"kind": "lost_file"}


async def test_the_turn_is_taken_up_again_after_a_stop(tg: Telegram, tmp_path: Path, owner: User) -> None:
    tg.fail_next("download", delay=10)
    async with TelegramBot(tg, tmp_path) as bot:
        await owner.sends_document("a.csv", CONTENT, caption="склад")
        await until(lambda: fetched(tg) == 1)
    assert bot.agent.heard == []

    async with TelegramBot(tg, tmp_path) as bot:
        await owner.expect("Понял: /provide_file")
        assert entities(bot)["caption"] == "склад"
        assert await kept(bot) == ("a.csv", CONTENT)
        assert bot.agent.heard[0].metadata == {"kind": "file", "again": True}


async def test_what_was_fetched_before_a_crash_is_not_fetched_again(tg: Telegram, tmp_path: Path, owner: User) -> None:
    async with TelegramBot(tg, tmp_path) as bot:
        bot.agent.handle_message = hang  # type: ignore[method-assign]
        update = await owner.sends_document("a.csv", CONTENT)
        await until(lambda: is_kept(bot, str(update)))
        first = await bot.ledger.files.find(ME, str(update))

    async with TelegramBot(tg, tmp_path) as bot:
        await owner.expect("Понял: /provide_file")
        assert entities(bot)["file"] == first
    assert fetched(tg) == 1


async def hang(_message: Any) -> None:
    await asyncio.sleep(60)


async def is_kept(bot: TelegramBot, update: str) -> bool:
    return await bot.ledger.files.find(ME, update) is not None


async def test_nothing_is_fetched_for_a_stranger(bot: TelegramBot, tg: Telegram) -> None:
    mary = tg.user(STRANGER, "Мария")
    update = await mary.sends_document("a.csv", CONTENT)
    await mary.expect("telegram:700700")
    await tg.taken(update)

    assert {"getFile", "download"} & {call.method for call in tg.calls} == set()
    assert bot.agent.heard == []


async def test_nothing_is_fetched_for_who_was_removed_while_the_turn_waited(
    tg: Telegram, tmp_path: Path, owner: User
) -> None:
    async with TelegramBot(tg, tmp_path) as bot:
        await owner.says("жди")
        await until(lambda: bot.agent.texts == ["жди"])
        await owner.sends_document("a.csv", CONTENT)
        await until(lambda: waits(bot, 2))
        bot.ledger.people.owners = frozenset()
        bot.agent.go_on.set()
        await owner.expect("Дождался.")
        await owner.expect("Я работаю только с теми")
        assert fetched(tg) == 0


async def waits(bot: TelegramBot, updates: int) -> bool:
    return [open_ for _, open_ in await bot.updates_kept()].count(True) == updates


LIST = "\n".join(f"Иван, +7 916 {number:07}" for number in range(40))


@pytest.mark.parametrize("forwarded", [False, True])
async def test_a_pasted_list_is_a_file_without_a_name(bot: TelegramBot, owner: User, forwarded: bool) -> None:
    await (owner.forwards(LIST) if forwarded else owner.says(LIST))
    await owner.expect("Понял: /provide_file")

    assert set(entities(bot)) == {"file"}
    assert await kept(bot) == ("", LIST.encode())
    assert bot.agent.heard[0].metadata == {"kind": "file"}


async def test_redirects_are_not_followed_and_the_address_is_told_to_nobody() -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"location": "http://evil.example/"})

    api = TelegramApi("1:TOKEN", Connection("https://tg.example", transport=httpx.MockTransport(answer)))
    with pytest.raises(MessengerError) as caught:
        await api.download("documents/файл 1?x#y", 10)
    await api.close()

    assert asked == ["https://tg.example/file/bot1:TOKEN/documents/%D1%84%D0%B0%D0%B9%D0%BB%201%3Fx%23y"]
    assert "TOKEN" not in repr(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("given", ["0", "-1", "101", "1.5", "x", "٣"])
def test_the_setting_names_its_mend(given: str) -> None:
    with pytest.raises(ValueError, match=r"^BOT_MAX_FILE_MB is '.+': use a whole number from 1 to 100, such as 10$"):
        ChannelSettings.from_env({"BOT_MAX_FILE_MB": given})


def test_the_setting() -> None:
    assert ChannelSettings.from_env({"BOT_MAX_FILE_MB": ""}).max_file_mb == 10
    assert ChannelSettings.from_env({"BOT_MAX_FILE_MB": "25"}).max_file_mb == 25
