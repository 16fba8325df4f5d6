"""`rasa-twin24 webhooks`: what the messengers have registered, and how it is removed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from rasa_twin24.channels.connection import Connection
from rasa_twin24.cli import main
from tests.standins.telegram import Telegram

ADDRESS = "https://bot.example.ru/webhooks/telegram/webhook"
CREDENTIALS = """\
rasa_twin24.channels.web.WebInput:
rasa_twin24.channels.telegram.TelegramInput:
  token: ${TELEGRAM_BOT_TOKEN}
  api_url: ${TELEGRAM_API_URL}
"""
pytestmark = pytest.mark.rasa


@pytest.fixture
async def telegram(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Telegram]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("RASA_TELEMETRY_ENABLED", "TF_CPP_MIN_LOG_LEVEL"):
        monkeypatch.setenv(name, "")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "credentials.yml").write_text(CREDENTIALS)
    async with Telegram() as telegram:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", telegram.token)
        monkeypatch.setenv("TELEGRAM_API_URL", telegram.url)
        yield telegram


async def registered(telegram: Telegram) -> None:
    """As a bot that ran before has left it."""
    from rasa_twin24.channels.telegram_api import TelegramApi

    api = TelegramApi(telegram.token, Connection(telegram.url))
    await api.call("setWebhook", url=ADDRESS, secret_token="s")
    await api.close()


async def run(*arguments: str) -> tuple[int, str]:
    """The exit code and all that was printed; in a thread, since the command makes a loop of its own."""
    result = await asyncio.to_thread(CliRunner().invoke, main, ["webhooks", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


async def test_list(telegram: Telegram) -> None:
    assert await run("list") == (0, "telegram: none\n")
    await registered(telegram)

    assert await run("list") == (0, f"telegram: {ADDRESS}\n")
    assert telegram.webhook_url == ADDRESS


async def test_remove(telegram: Telegram) -> None:
    await registered(telegram)

    assert await run("remove", "telegram") == (0, f"telegram: removed {ADDRESS}\n")
    assert telegram.webhook_url == ""
    assert await run("remove", "telegram") == (0, "telegram: none\n")
    assert [call.method for call in telegram.calls].count("deleteWebhook") == 1


@pytest.mark.parametrize("messenger", ["viber", "web", ""])
async def test_a_messenger_that_registers_nothing(telegram: Telegram, messenger: str) -> None:
    code, told = await run("remove", messenger)

    assert code == 2
    assert "is not turned on" in told
    assert telegram.calls == []


async def test_nothing_is_turned_on(telegram: Telegram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "")

    assert await run("list") == (0, "No messenger is turned on that registers webhooks.\n")
    assert (await run("remove", "telegram"))[0] == 2


@pytest.mark.parametrize("command", [("list",), ("remove", "telegram")])
async def test_what_goes_wrong_is_said_without_the_token(
    telegram: Telegram, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456:another-Token")
    code, told = await run(*command)
    assert code == 2
    assert "401" in told
    assert "another-Token" not in told

    (tmp_path / "credentials.yml").write_text("rest:\n")
    code, told = await run(*command)
    assert code == 2
    assert "names rest" in told

    (tmp_path / "credentials.yml").unlink()
    code, told = await run(*command)
    assert code == 2
    assert "credentials.yml" in told


async def test_a_messenger_that_cannot_be_asked_hides_no_other(telegram: Telegram, tmp_path: Path) -> None:
    (tmp_path / "second_messenger.py").write_text(
        "from rasa_twin24.channels.telegram import TelegramInput\n\n\n"
        "class Second(TelegramInput):\n"
        "    @classmethod\n"
        "    def name(cls) -> str:\n"
        '        return "second"\n'
    )
    second = CREDENTIALS.partition("rasa_twin24.channels.telegram.TelegramInput:")[2]
    (tmp_path / "credentials.yml").write_text(f"{CREDENTIALS}second_messenger.Second:{second}")
    telegram.fail_next("getWebhookInfo", status=400)

    code, told = await run("list")

    assert code == 2
    assert told == "telegram: could not be asked: getWebhookInfo: 400 Bad Request: chat not found\nsecond: none\n"
