"""What the bot speaks with somebody: what they asked for, what they speak, what their messenger says of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rasa_twin24.channels.incoming import CONTACT, FILE, FORWARDED, TEXT, Incoming, guessed_language, language_spoken
from tests.channels.bot import OWNER, TelegramBot
from tests.standins.telegram import Telegram

ME = f"telegram:{OWNER}"


pytestmark = pytest.mark.rasa


@pytest.fixture
async def bot(tg: Telegram, tmp_path: Path) -> AsyncIterator[TelegramBot]:
    async with TelegramBot(tg, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("kind", "text", "language"),
    [
        (TEXT, "create a task", "en"),
        (TEXT, "создай обзвон", "ru"),
        (TEXT, "89161234567", None),
        (TEXT, "/help", None),
        (FILE, "add them please", "en"),
        (FORWARDED, "please call me", None),
        (CONTACT, "Иван Петров: 89161234567", None),
        (TEXT, "\n".join(f"Anna 8916123450{n} call me" for n in range(40)), None),
    ],
)
def test_a_persons_own_words_tell_their_language(kind: str, text: str, language: str | None) -> None:
    assert language_spoken(Incoming("telegram", "1", "5", kind, text)) == language


@pytest.mark.parametrize(
    ("tag", "language"), [("en", "en"), ("en-GB", "en"), ("ru", "ru"), ("de", None), ("", None), (None, None)]
)
def test_the_first_guess(tag: str | None, language: str | None) -> None:
    assert guessed_language(tag) == language


def told(bot: TelegramBot) -> str | None:
    """The language that the last turn tells Rasa; None when the text tells it."""
    message = bot.agent.heard[-1]
    if message.parse_data is None:
        return message.metadata.get("language")
    return next((found["value"] for found in message.parse_data["entities"] if found["entity"] == "language"), None)


async def test_it_follows_the_person_until_they_choose(bot: TelegramBot, tg: Telegram) -> None:
    john = tg.user(OWNER, "John", language_code="en")
    for text, language in [
        ("/start", "en"),  # the messenger's guess
        ("89161234567", "en"),
        ("создай обзвон", None),  # the text tells it
        ("/help", "ru"),
        ("89161234567", "ru"),
    ]:
        await john.says(text)
        await john.expect("Понял")
        assert told(bot) == language, text
    await bot.ledger.conversations.speak(ME, "en", chosen=True)
    for text, language in [("создай обзвон", "en"), ("/help", "en"), ("create a task", None)]:
        await john.says(text)
        await john.expect("Понял")
        assert told(bot) == language, text
    await bot.ledger.conversations.speak(ME, "en")
    await john.says("создай обзвон")
    await john.expect("Понял")
    assert told(bot) is None
    assert (await bot.ledger.conversations.spoken(ME)).language == "ru"


async def test_what_is_said_without_rasa_is_in_the_language_of_the_talk(bot: TelegramBot, tg: Telegram) -> None:
    ivan = tg.user(OWNER, "Иван", language_code="ru")
    await bot.ledger.conversations.speak(ME, "en", chosen=True)
    await ivan.says("сломайся")
    await ivan.expect("Something went wrong")


async def test_news_are_told_in_the_language_of_the_talk(bot: TelegramBot, tg: Telegram) -> None:
    ivan = tg.user(OWNER, "Иван", language_code="ru")
    await ivan.says("привет")
    await ivan.expect("Понял")
    await bot.ledger.conversations.speak(ME, "en", chosen=True)
    await bot.ledger.notices.add(ME, "reply_lost")
    await ivan.expect("Обзвон закончен")
    assert told(bot) == "en"
