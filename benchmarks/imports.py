"""`python -m benchmarks.imports`: other people's turns beside an import, and ten thousand people on their way to TWIN.

One bot, one run: somebody's turns while nothing else goes on, while a workbook of 100,000 people is read, and while
10,000 people are uploaded to a TWIN that takes 50 ms for each request.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
import time
from pathlib import Path

from benchmarks.bots import Ours
from benchmarks.lists import xlsx_file
from benchmarks.timing import high, middle
from rasa_twin24.campaign.settings import CampaignSettings
from rasa_twin24.sandbox import Sandbox, SandboxServer

PLAIN = "спасибо"
TALKERS = 20
QUIET_TURNS = 60
READ = 100_000
UPLOADED = 10_000
LATENCY = 0.05
IMPORTER = 999
# Seconds between two turns, as somebody types.
PAUSE = 0.05


async def main() -> None:
    sandbox = Sandbox(ready_after=0.0)
    with tempfile.TemporaryDirectory() as folder:
        async with SandboxServer(sandbox) as twin:
            bot = Ours(Path(folder) / "bot", twin)
            await bot.start()
            try:
                await measure(bot, sandbox)
            finally:
                await bot.stop()


async def measure(bot: Ours, sandbox: Sandbox) -> None:
    people = itertools.cycle(range(1, TALKERS + 1))
    for _ in range(TALKERS):  # a conversation's first turn is dearer
        await bot.turn(next(people), PLAIN, 1)
    quiet = [await one_turn(bot, next(people)) for _ in range(QUIET_TURNS)]

    await bot.turn(IMPORTER, "создай обзвон «Большой»", 2)
    began = time.perf_counter()
    await bot.send_file(IMPORTER, "люди.xlsx", xlsx_file(READ))
    reading = await turns_until(bot, people, f"строк с данными — {READ}")
    read_seconds = time.perf_counter() - began

    await bot.turn(IMPORTER, "отмена", 1)
    await bot.turn(IMPORTER, "создай обзвон «Загрузка»", 2)
    numbers = "\n".join(f"8916{number:07d}" for number in range(UPLOADED))
    await bot.send_file(IMPORTER, "номера.csv", numbers.encode())
    await turns_until(bot, people, f"можно добавить — {UPLOADED}")
    sandbox.fail_next("add", times=UPLOADED, delay=LATENCY)
    began = time.perf_counter()
    await bot.press(IMPORTER, f"Добавить {UPLOADED}")
    uploading = await turns_until(bot, people, f"Добавлено номеров: {UPLOADED}")
    upload_seconds = time.perf_counter() - began

    settings = CampaignSettings.__dataclass_fields__
    portion, at_once = settings["portion"].default, settings["portions_at_once"].default
    least = LATENCY * UPLOADED / portion / at_once
    print(f"{'another person’s plain turn, ms':40}  {'turns':>6}  {'p50':>6}  {'p95':>6}")
    for name, seconds in (
        ("nothing else goes on", quiet),
        (f"{READ} rows of XLSX are read", reading),
        (f"{UPLOADED} people are uploaded", uploading),
    ):
        print(f"{name:40}  {len(seconds):6}  {middle(seconds):6.1f}  {high(seconds):6.1f}")
    print(
        f"report after {read_seconds:.1f} s; upload {upload_seconds:.1f} s, at least {least:.2f} s by latency alone\n"
    )


async def one_turn(bot: Ours, person: int) -> float:
    await asyncio.sleep(PAUSE)
    return await bot.turn(person, PLAIN, 1)


async def turns_until(bot: Ours, people: itertools.cycle[int], said: str) -> list[float]:
    """Turns of the others until the importer hears this."""
    heard = asyncio.create_task(bot.hear(IMPORTER, said))
    seconds = []
    while not heard.done():
        seconds.append(await one_turn(bot, next(people)))
    await heard
    return seconds


if __name__ == "__main__":
    asyncio.run(main())
