"""Contact cards in Telegram: several at once are one turn, each is worked off once, whatever breaks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.channels.bot import OWNER, TelegramBot
from tests.standins.telegram import Telegram, User
from tests.waiting import until

pytestmark = pytest.mark.rasa

CARDS = [("79161234567", "Иван"), ("84951234567", "Склад"), ("79031112233", "Анна")]
LINES = "Иван: +79161234567\nСклад: 84951234567\nАнна: +79031112233"


async def share(owner: User, cards: list[tuple[str, str]] = CARDS) -> list[str]:
    """The updates' keys."""
    return [str(await owner.shares_contact(phone, name, own=False)) for phone, name in cards]


async def test_several_at_once_are_one_turn(tg: Telegram, tmp_path: Path, owner: User) -> None:
    async with TelegramBot(tg, tmp_path) as bot:
        keys = await share(owner)
        assert (await owner.expect("Понял")).text == f"Понял: {LINES}"
        await owner.expect_silence()

        (message,) = bot.agent.heard
        assert (message.message_id, message.metadata) == (keys[0], {"kind": "contact"})
        assert message.parse_data["intent"]["name"] == "provide_phone"
        await until(lambda: bot.has_kept(*((key, False) for key in keys)))
        for key in keys:
            await tg.repeat(int(key))
        await tg.taken(int(keys[-1]))
        await owner.expect_silence()


async def test_more_than_are_typed_in_a_minute(
    tg: Telegram, tmp_path: Path, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOT_MESSAGES_PER_MINUTE", "6")
    async with TelegramBot(tg, tmp_path) as bot:
        await share(owner, [(f"7916{number:07}", "Имя") for number in range(60)])
        await owner.expect("Понял")
        assert [len(text.splitlines()) for text in bot.agent.texts] == [60]
        await owner.shares_contact("79161234567", "Лишний", own=False)
        await owner.expect("Слишком много сообщений")


async def test_killed_in_the_turn(tg: Telegram, tmp_path: Path, owner: User) -> None:
    async with TelegramBot(tg, tmp_path) as bot:
        began: list[str] = []

        async def hang(message: Any) -> None:
            began.append(message.text)
            await asyncio.sleep(60)

        bot.agent.handle_message = hang  # type: ignore[method-assign]
        keys = await share(owner)
        await until(lambda: began == [LINES])
        assert await bot.has_kept(*((key, True) for key in keys))

    async with TelegramBot(tg, tmp_path) as bot:
        await owner.expect(LINES)
        assert [(message.text, message.message_id) for message in bot.agent.heard] == [(LINES, keys[0])]
        assert bot.agent.heard[0].metadata == {"kind": "contact", "again": True}
        await until(lambda: bot.has_kept(*((key, False) for key in keys)))


async def test_killed_while_further_cards_are_waited_for(tg: Telegram, tmp_path: Path, owner: User) -> None:
    async with TelegramBot(tg, tmp_path) as bot:
        keys = await share(owner)
        await until(lambda: bot.has_kept(*((key, True) for key in keys)))
    assert bot.agent.heard == []

    async with TelegramBot(tg, tmp_path) as bot:
        await owner.expect(LINES)
        await owner.expect_silence()
        assert bot.agent.texts == [LINES]


async def test_a_card_with_several_numbers(tg: Telegram, tmp_path: Path, owner: User) -> None:
    vcard = "BEGIN:VCARD\nVERSION:3.0\nFN:Иван\nTEL:+79161234567\nTEL;TYPE=WORK:8 495 765-43-21\nEND:VCARD"
    async with TelegramBot(tg, tmp_path):
        await owner.shares_contact("+79161234567", "Иван", own=False, last_name="Петров", vcard=vcard)
        await owner.expect("Понял: Иван Петров: +79161234567, 8 495 765-43-21")


async def test_cards_of_two_people_stay_apart(tg: Telegram, tmp_path: Path, owner: User) -> None:
    anna = tg.user(500200, "Анна")
    async with TelegramBot(tg, tmp_path) as bot:
        for number in range(3):
            await owner.shares_contact(f"7916000000{number}", "Имя", own=False)
            await anna.shares_contact(f"7903000000{number}", "Имя", own=False)
        await owner.expect("Понял")
        await anna.expect("Понял")

        heard = {message.sender_id: message.text.count("+7916") for message in bot.agent.heard}
        assert heard == {f"telegram:{OWNER}": 3, "telegram:500200": 0}
        assert len(bot.agent.heard) == 2


async def test_the_persons_own_card_is_a_turn_of_its_own(tg: Telegram, tmp_path: Path, owner: User) -> None:
    async with TelegramBot(tg, tmp_path) as bot:
        await owner.shares_contact("79161234567", "Анна", own=False)
        await owner.shares_contact("79991234567", "Иван")
        await owner.shares_contact("79161234568", "Борис", own=False)
        for name in ("Анна", "Иван", "Борис"):
            await owner.expect(name)
        assert [message.metadata["kind"] for message in bot.agent.heard] == ["contact", "own_contact", "contact"]
