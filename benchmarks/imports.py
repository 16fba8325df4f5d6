"""`python -m benchmarks.imports`: other people's turns beside an import, and ten thousand people on their way to TWIN.

One bot, one run, several rounds: somebody's turns while nothing else goes on, while a workbook of 100,000 people is
read, and while 10,000 people are uploaded to a TWIN that takes 50 ms for each request.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bots import Ours
from benchmarks.lists import MOST_XLSX_SECONDS, kept, xlsx_file
from benchmarks.timing import high, middle
from rasa_twin24.campaign.settings import CampaignSettings
from rasa_twin24.sandbox import Sandbox, SandboxServer

PLAIN = "спасибо"
TALKERS = 20
ROUNDS = 3
QUIET_TURNS = 40
READ = 100_000
UPLOADED = 10_000
LATENCY = 0.05
IMPORTER = 900  # and those after, one for each round
# Seconds between two turns, as somebody types.
PAUSE = 0.05

# What the issue asks for: as fast as alone, near what latency leaves; both as a ratio within one run.
MOST_SLOWER = 1.25
MOST_OVER_LATENCY = 1.3


@dataclass
class Figures:
    """Seconds: of each turn of the others, and from the file or the button to the answer, once a round."""

    quiet: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)
    uploading: list[float] = field(default_factory=list)
    report: list[float] = field(default_factory=list)
    upload: list[float] = field(default_factory=list)


async def main() -> None:
    sandbox = Sandbox(ready_after=0.0)
    figures = Figures()
    workbook = xlsx_file(READ)
    with tempfile.TemporaryDirectory() as folder:
        async with SandboxServer(sandbox) as twin:
            bot = Ours(Path(folder) / "bot", twin)
            await bot.start()
            try:
                people = itertools.cycle(range(1, TALKERS + 1))
                for _ in range(TALKERS):  # a conversation's first turn is dearer
                    await bot.turn(next(people), PLAIN, 1)
                for number in range(ROUNDS):
                    await measure(bot, sandbox, people, IMPORTER + number, workbook, figures)
            finally:
                await bot.stop()
    print_figures(figures)


async def measure(
    bot: Ours, sandbox: Sandbox, people: itertools.cycle[int], importer: int, workbook: bytes, figures: Figures
) -> None:
    """One round."""
    await bot.turn(importer, "создай обзвон «Большой»", 2)
    figures.quiet += [await one_turn(bot, next(people)) for _ in range(QUIET_TURNS)]
    began = time.perf_counter()
    await bot.send_file(importer, f"люди {importer}.xlsx", workbook)
    figures.reading += await turns_until(bot, people, importer, f"строк с данными — {READ}")
    figures.report.append(time.perf_counter() - began)

    await bot.turn(importer, "отмена", 1)
    await bot.turn(importer, "создай обзвон «Загрузка»", 2)
    numbers = "\n".join(f"8916{importer % 10}{number:06d}" for number in range(UPLOADED))
    await bot.send_file(importer, f"номера {importer}.csv", numbers.encode())
    await turns_until(bot, people, importer, f"можно добавить — {UPLOADED}")
    figures.quiet += [await one_turn(bot, next(people)) for _ in range(QUIET_TURNS)]
    sandbox.fail_next("add", times=UPLOADED // setting("portion"), delay=LATENCY)
    began = time.perf_counter()
    await bot.press(importer, f"Добавить {UPLOADED}")
    figures.uploading += await turns_until(bot, people, importer, f"Добавлено номеров: {UPLOADED}")
    figures.upload.append(time.perf_counter() - began)
    await bot.turn(importer, "отмена", 1)


def print_figures(figures: Figures) -> None:
    print(f"{'another person’s plain turn, ms':40}  {'turns':>6}  {'p50':>6}  {'p95':>6}  {'p50 / alone':>11}")
    for name, seconds in (
        ("nothing else goes on", figures.quiet),
        (f"{READ} rows of XLSX are read", figures.reading),
        (f"{UPLOADED} people are uploaded", figures.uploading),
    ):
        ratio = middle(seconds) / middle(figures.quiet)
        row = f"{name:40}  {len(seconds):6}  {middle(seconds):6.1f}  {high(seconds):6.1f}  {ratio:11.2f}"
        print(f"{row}  {kept(ratio, MOST_SLOWER, 'times')}")
    least = LATENCY * UPLOADED / setting("portion") / setting("portions_at_once")
    print(f"{'':40}  {'least, s':>8}  {'median, s':>9}")
    quickest, usual = min(figures.report), statistics.median(figures.report)
    print(f"{f'{READ} rows of XLSX: report':40}  {quickest:8.2f}  {usual:9.2f}  {kept(usual, MOST_XLSX_SECONDS, 's')}")
    quickest, usual = min(figures.upload), statistics.median(figures.upload)
    print(f"{f'{UPLOADED} people: uploaded':40}  {quickest:8.2f}  {usual:9.2f}")
    over = usual / least
    print(f"by latency alone {least:.2f} s; that times {over:.2f}, {kept(over, MOST_OVER_LATENCY, 'times')}\n")


def setting(name: str) -> int:
    """A default of the bot."""
    return int(CampaignSettings.__dataclass_fields__[name].default)


async def one_turn(bot: Ours, person: int) -> float:
    await asyncio.sleep(PAUSE)
    return await bot.turn(person, PLAIN, 1)


async def turns_until(bot: Ours, people: itertools.cycle[int], importer: int, said: str) -> list[float]:
    """Turns of the others until the importer hears this."""
    heard = asyncio.create_task(bot.hear(importer, said))
    seconds = []
    while not heard.done():
        seconds.append(await one_turn(bot, next(people)))
    await heard
    return seconds


if __name__ == "__main__":
    asyncio.run(main())
