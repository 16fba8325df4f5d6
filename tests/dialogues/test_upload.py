"""Ten thousand people go to TWIN: the line that tells how far it is, its button, and a process killed in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.dialogues.stage import Stage, staged
from tests.standins.telegram import User
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANY = 10_000
# Portions that TWIN takes soon.
QUICK = 30


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A bot of its own: it is killed."""
    folder: Path = tmp_path_factory.mktemp("upload")
    async with staged(folder, BOT_REPEAT_DAYS="0") as opened:
        yield opened


async def uploading(stage: Stage, name: str, delay: float) -> User:
    """Somebody whose list of ten thousand is on its way; TWIN takes `delay` seconds for the first portions.

    For the rest it takes so long that there is time for whatever the test does.
    """
    person = stage.person()
    await person.says(f"создай обзвон «{name}»")
    await person.expect("создано")
    await person.sends_document("большой.csv", "\n".join(f"8916{number:07d}" for number in range(MANY)).encode())
    await person.expect(f"можно добавить — {MANY}")
    stage.sandbox.fail_next("add", times=QUICK, delay=delay)
    stage.sandbox.fail_next("add", times=MANY, delay=5.0)
    await person.presses(f"Добавить {MANY}")
    await person.expect(f"Беру из списка: {MANY}")
    return person


async def test_a_killed_upload_ends_with_everybody_once(stage: Stage) -> None:
    person = await uploading(stage, "Десять тысяч", 0.05)
    await until(lambda: len(stage.task("Десять тысяч").candidates) >= 2_000)
    stage.bot.kill()
    stage.sandbox.mend()
    there = len(stage.task("Десять тысяч").candidates)
    assert there < MANY
    await stage.bot.start()
    await person.expect("Добавлено номеров", timeout=5 * PATIENCE)
    # What was on its way when it died may have to be built anew; nobody is lost and nobody is there twice.
    newest = [task for task in stage.sandbox.tasks if task.name.startswith("Десять тысяч")][-1]
    phones = [phone for candidate in newest.candidates for phone in candidate.phones]
    assert len(phones) == MANY
    assert len(set(phones)) == MANY


async def test_the_line_tells_how_far_it_is_and_its_button_stops(stage: Stage) -> None:
    person = await uploading(stage, "Остановка", 0.4)
    line = await person.expect("Добавляю в «Остановка»")
    assert f"из {MANY}…" in line.text
    await person.expect(f"из {MANY}…")  # the same line, edited
    assert len([message for message in person.messages if "Добавляю в «Остановка»" in message.text]) == 1
    await person.says("спасибо")  # meanwhile one can talk
    await person.expect("Пожалуйста")
    await person.presses("Остановить", message_id=line.message_id)
    await person.expect("Останавливаю")
    await person.expect("Добавлено номеров")
    stage.sandbox.mend()
    there = len(stage.task("Остановка").candidates)
    assert 0 < there < MANY
    await asyncio.sleep(1.5)
    assert len(stage.task("Остановка").candidates) == there
    shown = next(message for message in person.messages if message.message_id == line.message_id)
    assert shown.text.startswith("Добавление в «Остановка» закончено")
    await person.says("сколько номеров")
    await person.presses_stale(line.message_id, "Остановить")
    await person.expect()
