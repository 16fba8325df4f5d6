"""`python -m benchmarks.webhooks`: how quickly a webhook is answered while 50 conversations are working.

The whole bot with six messengers, their stand-ins and the sandbox as TWIN, all on loopback. First one person at a time,
each waiting for the answer: the idle bot. Then all at once, each a few quick messages and the next ones as soon as all
of them are answered, some updates brought twice. A message that is lost, answered twice or out of order is a fault that
ends the benchmark.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from benchmarks.bots import let_in
from benchmarks.crowd import Talker, WrongAnswer
from benchmarks.relay import Relay, Request
from rasa_twin24.config import sandbox_env
from rasa_twin24.sandbox import Sandbox, SandboxServer
from tests.bot_process import BotProcess
from tests.dialogues.messengers import OTHERS, PUBLIC_URL, Messenger, Vk
from tests.dialogues.messengers import Telegram as TelegramMessenger
from tests.standins.telegram import Telegram

PEOPLE = 50
# Of each messenger, while nothing else goes on.
IDLE_TURNS = 20
# How long all of them talk, and what is waited for to see whether anything comes that nobody asked for, seconds.
TALK_SECONDS = 40.0
QUIET_SECONDS = 3.0
# Messengers bring again what is not answered at once, and slow down or turn off a webhook that is slow; milliseconds.
MOST_P99 = 300.0
# Seconds between two looks at how long the event loops take to turn to something new.
PROBE_PAUSE = 0.02


@dataclass
class Figures:
    """`stalls`: seconds until the bot's loop answers what needs no work; `own`: what this process itself was late."""

    idle: list[Request] = field(default_factory=list)
    working: list[Request] = field(default_factory=list)
    idle_stalls: list[float] = field(default_factory=list)
    stalls: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    messages: int = 0
    repeated: int = 0
    seconds: float = 0.0


async def main() -> None:
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            sandbox = Sandbox(ready_after=0.0)
            twin = await stack.enter_async_context(SandboxServer(sandbox))
            telegram = await stack.enter_async_context(Telegram())
            others = [await stack.enter_async_context(kind()) for kind in OTHERS]
            messengers: list[Messenger] = [TelegramMessenger(telegram), *others]
            bot = BotProcess(Path(folder) / "bot")
            bot.command = [sys.executable, "-m", "benchmarks.patient", "run"]
            relay = await stack.enter_async_context(Relay(bot.url))
            bot.settings = sandbox_env(webhook_settings(messengers, relay.url), twin.iam_url, twin.cis_url)
            crowd, alone = people(messengers, relay)
            await let_in(bot.environment, [talker.account for talker in (*crowd, *alone)])
            await bot.start()
            try:
                figures = await measure(bot, relay, crowd, alone)
            finally:
                await bot.stop()
            check_nothing_else(relay, messengers, sandbox, crowd, bot.log)
    print_figures(figures, [messenger.name for messenger in messengers], load)


def webhook_settings(messengers: Iterable[Messenger], relay_url: str) -> dict[str, str]:
    """All messengers by webhook; the limits stay in force but out of the way."""
    settings = {"BOT_MESSAGES_PER_MINUTE": "100000", "LOG_LEVEL": "ERROR", "TELEGRAM_WEBHOOK_URL": relay_url}
    for messenger in messengers:
        settings |= messenger.settings(relay_url)
        if isinstance(messenger, TelegramMessenger):
            settings |= {"TELEGRAM_BOT_TOKEN": messenger.standin.token, "TELEGRAM_API_URL": messenger.standin.url}
        if isinstance(messenger, Vk):
            messenger.standin.callback.routes[PUBLIC_URL] = relay_url
            settings["VK_WEBHOOK_URL"] = PUBLIC_URL
    return settings


def people(messengers: list[Messenger], relay: Relay) -> tuple[list[Talker], list[Talker]]:
    """Those who talk at once, and one of each messenger who talks while nobody else does."""
    places = [(serial, *divmod(serial, len(messengers))) for serial in range(PEOPLE)]
    crowd = [Talker(messengers[place], number, relay, serial) for serial, number, place in places]
    return crowd, [Talker(messenger, PEOPLE, relay, PEOPLE) for messenger in messengers]


async def measure(bot: BotProcess, relay: Relay, crowd: list[Talker], alone: list[Talker]) -> Figures:
    figures = Figures()
    for talker in alone:  # the first turns load what is loaded late
        await talker.thanks()
    relay.requests.clear()
    async with Probe(bot.url) as probe:
        for talker in alone:
            for _ in range(IDLE_TURNS):
                await talker.thanks()
    figures.idle, figures.idle_stalls, relay.requests = relay.requests, probe.seconds, []
    relay.repeats = True
    async with Probe(bot.url) as probe:
        began = time.monotonic()
        talks = [asyncio.create_task(talk(talker, began + TALK_SECONDS)) for talker in crowd]
        try:
            await asyncio.sleep(TALK_SECONDS)
            figures.working, relay.requests = relay.requests, []
            figures.stalls, figures.own = list(probe.seconds), list(probe.own)
            await asyncio.gather(*talks)
        finally:
            for one in talks:
                one.cancel()
        figures.seconds = time.monotonic() - began
    await relay.settled()
    await asyncio.sleep(QUIET_SECONDS)
    for talker in (*crowd, *alone):
        talker.check()
    figures.messages, figures.repeated = sum(talker.said for talker in crowd), relay.repeated
    return figures


async def talk(talker: Talker, until: float) -> None:
    await talker.creates_task()
    acts = itertools.cycle((talker.some_numbers, talker.a_known_number))
    while time.monotonic() < until:
        await next(acts)()


class Probe:
    """While it is open it asks the bot again and again for a page that needs no work."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.seconds: list[float] = []
        self.own: list[float] = []

    async def __aenter__(self) -> Probe:
        self._http = aiohttp.ClientSession()
        self._tasks = [asyncio.create_task(self._ask()), asyncio.create_task(self._wait())]
        return self

    async def __aexit__(self, *_error: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()

    async def _ask(self) -> None:
        while True:
            began = time.perf_counter()
            async with self._http.get(f"{self._url}/") as answer:
                await answer.read()
            self.seconds.append(time.perf_counter() - began)
            await asyncio.sleep(PROBE_PAUSE)

    async def _wait(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(PROBE_PAUSE)
            self.own.append(time.perf_counter() - began - PROBE_PAUSE)


def check_nothing_else(
    relay: Relay, messengers: list[Messenger], sandbox: Sandbox, crowd: list[Talker], log: str
) -> None:
    """Raises `WrongAnswer` for a request refused, a number that TWIN lacks or has twice, a slip, an error logged."""
    faults = [f"{request.messenger} was answered {request.status}" for request in relay.refused]
    faults += [f"{messenger.name}: {slip}" for messenger in messengers for slip in messenger.standin.violations]
    for talker in crowd:
        held = [task for task in sandbox.tasks if task.name.rpartition(" #")[0] == talker.task]
        numbers = [[phone for candidate in task.candidates for phone in candidate.phones] for task in held]
        if numbers != [talker.numbers]:
            faults.append(f"TWIN has {numbers} of {talker.name}, said were {talker.numbers}")
    if "Traceback" in log:
        faults.append(f"the log:\n{log[-3000:]}")
    if faults:
        raise WrongAnswer("\n".join(faults))


def print_figures(figures: Figures, names: list[str], load: float) -> None:
    at_work = [request.working for request in figures.working]
    print(f"\n{PEOPLE} people; conversations working at the middle request: {statistics.median(at_work):.0f}, ", end="")
    print(f"at least {min(at_work)}; load of the machine before: {load:.1f}")
    print(f"{figures.messages} messages in {figures.seconds:.0f} s, {figures.repeated} updates brought twice: ", end="")
    print("each answered once and in order, nothing lost\n")
    heads = ("requests", "p50", "p95", "p99", "max", "idle p50", "idle p99", "p50 / idle", "p99 / idle")
    print(f"{'webhook answered, ms':22}" + "".join(f"{head:>11}" for head in heads))
    for name in names:
        print_row(name, milliseconds(figures.working, name), milliseconds(figures.idle, name))
    print_row("all", milliseconds(figures.working), milliseconds(figures.idle))
    print(f"\n{'a page without work, ms':32}" + "".join(f"{head:>11}" for head in ("p50", "p99", "max")))
    for name, late in (
        ("idle bot", figures.idle_stalls),
        ("working bot", figures.stalls),
        ("(this process itself, late by)", figures.own),
    ):
        row = (share(late, 50), share(late, 99), max(late))
        print(f"{name:32}" + "".join(f"{each * 1000:11.1f}" for each in row))
    worst = share(milliseconds(figures.working), 99)
    print(f"p99 at most {MOST_P99:.0f} ms: {'kept' if worst <= MOST_P99 else 'BROKEN'}\n")


def print_row(name: str, busy: list[float], idle: list[float]) -> None:
    row = (share(busy, 50), share(busy, 95), share(busy, 99), max(busy), share(idle, 50), share(idle, 99))
    ratios = (row[0] / row[4], row[2] / row[5])
    print(f"{name:22}{len(busy):11}" + "".join(f"{each:11.1f}" for each in (*row, *ratios)))


def milliseconds(requests: list[Request], messenger: str | None = None) -> list[float]:
    """Of all messengers, or of one."""
    return [request.seconds * 1000 for request in requests if messenger in (None, request.messenger)]


def share(values: list[float], percent: int) -> float:
    """The value below which so many of a hundred are."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    asyncio.run(main())
