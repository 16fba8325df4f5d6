"""Faults of the network and of this machine, as a person in the talk lives through them."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from email.utils import formatdate
from pathlib import Path
from time import time

import pytest
import pytest_asyncio

from rasa_twin24.sandbox import Sandbox
from tests.dialogues.stage import Stage, staged
from tests.dialogues.walks import planned
from tests.loopback import client
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

STATUS = "не запущен"
BUSY = "TWIN просит подождать"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    sandbox = Sandbox(ready_after=0.3, call_seconds=3600, lines=1)
    async with staged(tmp_path_factory.mktemp("faults"), sandbox=sandbox) as opened:
        yield opened


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("a file system of its own takes the right to mount one")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def logins(stage: Stage) -> int:
    return len([seen for seen in stage.sandbox.requests if seen.path.endswith("/login")])


# `Retry-After` of one refusal, and what the person hears to "how is it going?".
@pytest.mark.parametrize(
    ("retry_after", "heard"),
    [
        (None, STATUS),
        ("1", STATUS),
        ("in a second", STATUS),
        ("86400", BUSY),
        ("not a time", STATUS),
        ("-5", STATUS),
    ],
)
async def test_twin_asks_to_wait(stage: Stage, retry_after: str | None, heard: str) -> None:
    person = stage.person()
    name = f"Подождать {retry_after}"
    await planned(person, name)
    if retry_after == "in a second":
        retry_after = formatdate(time() + 1, usegmt=True)
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    stage.sandbox.fail_next("read", task=stage.task(name).id, status=429, headers=headers)
    await person.says("как там обзвон?")
    await person.expect(heard)
    await person.expect("Запустить обзвон?")


async def test_a_start_that_twin_puts_off_is_not_tried_blindly(stage: Stage) -> None:
    """Refused without a time: nothing was started, it is said, and a new yes starts once."""
    person = stage.person()
    await planned(person, "Не сейчас")
    stage.sandbox.fail_next("play", status=429)
    await person.says("да")
    await person.expect("«Не сейчас» не запущен, никому не звонили")
    assert stage.sandbox.plays(stage.task("Не сейчас").id) == 0


async def test_the_sign_in_ends_for_two_people_at_once(stage: Stage) -> None:
    one, two = stage.person(), stage.person()
    await asyncio.gather(planned(one, "Вход раз"), planned(two, "Вход два"))
    before = logins(stage)
    stage.sandbox.expire_tokens()
    await asyncio.gather(one.says("как там обзвон?"), two.says("как там обзвон?"))
    await asyncio.gather(one.expect(STATUS), two.expect(STATUS))
    assert logins(stage) == before + 1


async def test_an_answer_that_telegram_did_not_take_is_told_of_later(stage: Stage) -> None:
    """The calls are started although the news of it is lost, and are not started again."""
    person = stage.person()
    await planned(person, "Молчание")
    stage.telegram.fail_next("sendMessage", status=502, chat=person.id, times=4)
    await person.says("да")
    await person.expect("Мой прошлый ответ до вас не дошёл")
    await person.says("как там обзвон?")
    await person.expect("идёт")
    assert stage.sandbox.plays(stage.task("Молчание").id) == 1


async def test_a_file_that_another_process_holds(stage: Stage) -> None:
    person = stage.person()
    await planned(person, "Замок")
    holder = sqlite3.connect(stage.bot.data_dir / "ledger.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    update = await person.says("да")
    async with client() as http:
        answer = await http.get(f"{stage.bot.url}/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "storage_away")
    with pytest.raises(asyncio.TimeoutError):
        await stage.telegram.taken(update, 12)
    holder.rollback()
    holder.close()
    await person.expect("Обзвон «Замок» запущен")
    assert stage.sandbox.plays(stage.task("Замок").id) == 1


async def test_a_full_disk(small_disk: Path) -> None:
    async with staged(small_disk / "bot") as stage:
        person = stage.person()
        await planned(person, "Полон")
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 512)
            except OSError:
                pass
        await person.says("да")
        await asyncio.sleep(4)
        heard = len(person.messages)
        filler.unlink()
        assert shutil.disk_usage(small_disk).free > 100_000

        def has_gone_on() -> bool:
            news = [message.text for message in person.messages[heard:]]
            return bool(stage.sandbox.plays(stage.task("Полон").id)) or any("Принято" not in text for text in news)

        await until(has_gone_on)
        if not stage.sandbox.plays(stage.task("Полон").id):  # it was told that the yes was not taken
            await person.says("запусти")
            await person.expect("Запустить обзвон?")
            await person.says("да")
        await person.expect("Обзвон «Полон» запущен")
        assert stage.sandbox.plays(stage.task("Полон").id) == 1
