"""The bot as a process: webhook mode, restarts, kills, signals, wrong settings."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rasa_twin24.sandbox import Sandbox
from tests.bot_process import PROJECT, BotProcess
from tests.dialogues.stage import Stage, staged
from tests.loopback import client
from tests.waiting import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def start_question(stage: Stage, name: str, numbers: str) -> None:
    person = stage.person()
    await person.says(f"создай обзвон «{name}»")
    await person.expect("создано")
    await person.says(numbers)
    await person.expect("Ещё номер?")
    await person.says("нет")
    await person.expect("Запустить обзвон?")


async def test_webhook_restart_and_kill(tmp_path: Path) -> None:
    sandbox = Sandbox(ready_after=0.3, call_seconds=1.0, lines=1)
    async with staged(tmp_path / "bot", webhook=True, sandbox=sandbox) as stage:
        person = stage.person()
        await person.says("создай обзвон «Вебхук»")
        await person.expect("создано")
        assert await forged(stage, None) == await forged(stage, "wrong") == await forged(stage, "") == 403

        await person.says("8 916 123-45-67, 8 916 123-45-68, 8 916 123-45-69, 8 916 123-45-70")
        await person.expect("Ещё номер?")
        await person.says("нет")
        question = await person.expect("Запустить обзвон?")

        # A restart at the start question: the talk goes on where it was, the old button still is the newest.
        assert await stage.bot.stop(signal.SIGINT) == 0
        assert stage.bot.orphans() == []
        await stage.bot.start()
        await person.presses_stale(question.message_id, "Да, запустить")
        await person.expect("Обзвон «Вебхук» запущен")

        # Killed while the calls run: the new process goes on watching and tells the end.
        stage.bot.kill()
        await stage.bot.start()
        await person.expect("Обзвон «Вебхук» завершён. Номеров: 4, звонков: 4.")

        # Killed between the yes and the answer of TWIN: found again, not played again.
        await person.says("создай обзвон «Убит»")
        await person.expect("создано")
        await person.says("8 916 123-45-71, 8 916 123-45-72, 8 916 123-45-73, 8 916 123-45-74, 8 916 123-45-75")
        await person.expect("Ещё номер?")
        await person.says("нет")
        await person.expect("Запустить обзвон?")
        stage.sandbox.fail_next("play", delay=8)
        await person.says("да")
        await person.expect("Принято")
        while not stage.sandbox.plays(stage.task("Убит").id):
            await asyncio.sleep(0.05)
        stage.bot.kill()
        await stage.bot.start()
        await person.expect("Обзвон «Убит» запущен")
        assert stage.sandbox.plays(stage.task("Убит").id) == 1
        assert stage.sandbox.plays(stage.task("Вебхук").id) == 1


async def forged(stage: Stage, secret: str | None) -> int:
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "да"}}
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with client() as http:
        url = f"{stage.bot.url}/webhooks/telegram/webhook"
        return (await http.post(url, json=update, headers=headers)).status_code


async def test_a_first_look_needs_nothing(tmp_path: Path) -> None:
    """No settings at all: the sandbox, the web chat open, Rasa's own interfaces closed."""
    bot = BotProcess(tmp_path / "bot")
    await bot.start()
    try:
        assert f"Web chat: {bot.url}/chat" in bot.log
        assert "built-in sandbox" in bot.log
        async with client(bot.url) as http:
            assert (await http.get("/chat")).status_code == 200
            for path in ("/model/parse", "/conversations/web:owner/tracker", "/status", "/webhooks/rest/webhook"):
                assert (await http.post(path, json={})).status_code == 404, path
    finally:
        assert await bot.stop() == 0
    assert bot.orphans() == []


async def test_with_a_login_the_web_chat_wants_its_token(stage: Stage) -> None:
    async with client(stage.bot.url) as http:
        assert (await http.get("/chat")).status_code == 401
        sent = await http.post("/webhooks/web/webhook", json={"key": "k", "text": "да"})
        assert sent.status_code in (401, 403)
        line = next(line for line in stage.bot.log.splitlines() if line.startswith("Web chat: "))
        opened = await http.get(line.partition(": ")[2])
        assert opened.status_code == 303
        assert (await http.get("/chat")).status_code == 200


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"TWIN24_EMAIL": "m@example.org"}, "TWIN24_PASSWORD"),
        ({"BOT_OWNERS": "100200300"}, "BOT_OWNERS"),
        ({"BOT_OWNERS": "telegramm:1"}, "BOT_OWNERS: 'telegramm:1' is in none of the messengers"),
        ({"BOT_PORT": "x"}, "BOT_PORT"),
    ],
)
async def test_a_wrong_setting_ends_with_code_2_and_one_line(settings: dict[str, str], named: str) -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "rasa-twin24"), "run"],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", **settings},
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert named in done.stderr
