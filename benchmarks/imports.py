"""`python -m benchmarks.imports`: other people's turns beside an import, and ten thousand people on their way to TWIN.

One bot, one run, several rounds: somebody's turns while nothing else goes on, while a workbook of 100,000 people is
read, and while 10,000 people are uploaded to a TWIN that takes 50 ms for each request. The upload also alone, beside a
process that does nothing but send the same portions: the sandbox, too, takes its time.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from benchmarks.bots import Ours
from benchmarks.lists import MOST_XLSX_SECONDS, kept, xlsx_file
from benchmarks.timing import high, middle
from rasa_twin24.campaign.settings import CampaignSettings
from rasa_twin24.sandbox import Sandbox, SandboxServer
from rasa_twin24.twin24 import Candidate, Settings, Twin24

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

# As fast as alone, near what latency leaves; both as a ratio within one run.
MOST_SLOWER = 1.25
MOST_OVER_SENDING = 1.25


@dataclass
class Figures:
    """Seconds: of each turn of the others, and from the file or the button to the answer, once a round."""

    quiet: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)
    uploading: list[float] = field(default_factory=list)
    report: list[float] = field(default_factory=list)
    sending: list[float] = field(default_factory=list)
    upload: list[float] = field(default_factory=list)
    upload_beside_turns: list[float] = field(default_factory=list)


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
    figures.quiet += [await one_turn(bot, next(people)) for _ in range(QUIET_TURNS)]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as sender:
        slow_down(sandbox)
        sending = asyncio.get_running_loop().run_in_executor(sender, send_only, dict(bot.env()))
        figures.sending.append(await sending)
    for seconds, beside in ((figures.upload, False), (figures.upload_beside_turns, True)):
        await bot.turn(importer, "создай обзвон «Загрузка»", 2)
        numbers = "\n".join(f"8916{importer % 10}{number:06d}" for number in range(UPLOADED))
        await bot.send_file(importer, f"номера {importer} {beside}.csv", numbers.encode())
        await bot.hear(importer, f"можно добавить — {UPLOADED}")
        slow_down(sandbox)
        began = time.perf_counter()
        await bot.press(importer, f"Добавить {UPLOADED}")
        done = f"Добавлено номеров: {UPLOADED}"
        if beside:
            figures.uploading += await turns_until(bot, people, importer, done)
        else:
            await bot.hear(importer, done)
        seconds.append(time.perf_counter() - began)
        await bot.turn(importer, "отмена", 1)


def slow_down(sandbox: Sandbox) -> None:
    """For one upload."""
    sandbox.fail_next("add", times=UPLOADED // setting("portion"), delay=LATENCY)


def send_only(env: dict[str, str]) -> float:
    """In a process of its own: seconds that the portions take whoever keeps no ledger and talks to nobody."""
    return asyncio.run(_send_only(env))


async def _send_only(env: dict[str, str]) -> float:
    size = setting("portion")
    people = [Candidate((f"+7916{number:07d}",)) for number in range(UPLOADED)]
    portions = [people[start : start + size] for start in range(0, UPLOADED, size)]
    campaign = CampaignSettings.from_env(env)
    async with Twin24(Settings.from_env(env)) as twin:
        task = await twin.tasks.create(name="a", script_id=campaign.script_id, caller_id=campaign.caller_id)

        async def send() -> None:
            while portions:
                await twin.candidates.add(task, portions.pop())

        began = time.perf_counter()
        await asyncio.gather(*(send() for _ in range(setting("portions_at_once"))))
        return time.perf_counter() - began


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
    print(f"\n{'':40}  {'least, s':>8}  {'median, s':>9}")
    for name, seconds in (
        (f"{READ} rows of XLSX: report", figures.report),
        (f"{UPLOADED} people are only sent", figures.sending),
        (f"{UPLOADED} people are uploaded", figures.upload),
        ("the same beside others’ turns", figures.upload_beside_turns),
    ):
        print(f"{name:40}  {min(seconds):8.2f}  {statistics.median(seconds):9.2f}")
    over = statistics.median(figures.upload) / statistics.median(figures.sending)
    least = LATENCY * UPLOADED / setting("portion") / setting("portions_at_once")
    print(f"report: {kept(statistics.median(figures.report), MOST_XLSX_SECONDS, 's')}")
    print(f"upload / only sent: {over:.2f}, {kept(over, MOST_OVER_SENDING, 'times')}; latency alone {least:.2f} s\n")


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
