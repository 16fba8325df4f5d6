"""Ten thousand people go to TWIN: the line that tells how far it is, its button, and a process killed in the middle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.dialogues.stage import Stage, staged
from tests.standins.telegram import User

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

MANY = 10_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A bot of its own: it is killed."""
    folder: Path = tmp_path_factory.mktemp("upload")
    async with staged(folder, BOT_REPEAT_DAYS="0") as opened:
        yield opened


async def uploading(stage: Stage, name: str, delay: float) -> User:
    """Somebody whose list of ten thousand is on its way; TWIN takes `delay` seconds for each portion."""
    person = stage.person()
    await person.says(f"создай обзвон «{name}»")
    await person.expect("создано")
    await person.sends_document("большой.csv", "\n".join(f"8916{number:07d}" for number in range(MANY)).encode())
    await person.expect(f"можно добавить — {MANY}")
    stage.sandbox.fail_next("add", times=MANY, delay=delay)
    await person.presses(f"Добавить {MANY}")
    await person.expect(f"Беру из списка: {MANY}")
    return person


async def until(stage: Stage, name: str, added: int) -> None:
    for _ in range(1200):
        if len(stage.task(name).candidates) >= added:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"only {len(stage.task(name).candidates)} were added")


async def test_a_killed_upload_ends_with_everybody_once(stage: Stage) -> None:
    person = await uploading(stage, "Десять тысяч", 0.05)
    await until(stage, "Десять тысяч", 2_000)
    stage.bot.kill()
    there = len(stage.task("Десять тысяч").candidates)
    assert there < MANY
    await stage.bot.start()
    await person.expect("Добавлено номеров", timeout=120)
    # What was on its way when it died may have to be built anew; nobody is lost and nobody is there twice.
    newest = [task for task in stage.sandbox.tasks if task.name.startswith("Десять тысяч")][-1]
    phones = [phone for candidate in newest.candidates for phone in candidate.phones]
    assert len(phones) == MANY
    assert len(set(phones)) == MANY
    while stage.sandbox.take_fault("add"):
        pass


async def test_the_line_tells_how_far_it_is_and_its_button_stops(stage: Stage) -> None:
    person = await uploading(stage, "Остановка", 0.4)
    line = await person.expect("Добавляю в «Остановка»")
    assert f"из {MANY}…" in line.text
    await person.expect(f"из {MANY}…")  # the same line, edited
    assert len([message for message in person.messages if "Добавляю в «Остановка»" in message.text]) == 1
    began = time.monotonic()
    await person.says("спасибо")  # meanwhile one can talk
    await person.expect("Пожалуйста")
    assert time.monotonic() - began < 60
    await person.presses("Остановить", message_id=line.message_id)
    await person.expect("Останавливаю")
    await person.expect("Добавлено номеров")
    while stage.sandbox.take_fault("add"):
        pass
    there = len(stage.task("Остановка").candidates)
    assert 0 < there < MANY
    await asyncio.sleep(1.5)
    assert len(stage.task("Остановка").candidates) == there
    shown = next(message for message in person.messages if message.message_id == line.message_id)
    assert shown.text.startswith("Добавление в «Остановка» закончено")
    await person.says("сколько номеров")
    await person.presses_stale(line.message_id, "Остановить")
    await person.expect()
