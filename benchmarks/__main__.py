"""`make bench`: this bot beside itself without ledger and checks, and beside stock Rasa; one run, all on loopback.

Before them what needs no bot: `numbers` and `lists` (long lists of numbers, and files with them). Then `webhooks`: six
messengers with fifty people at once. Last other people's turns beside work: `imports`, a list that is read and
uploaded, and `teaching`, a model that is trained.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import imports, lists, numbers, teaching, webhooks
from benchmarks.bots import Bot, Ours, Stock, Unguarded
from benchmarks.timing import high, middle
from rasa_twin24.sandbox import Sandbox, SandboxServer

PLAIN = "спасибо"
PLAIN_ANSWERS = 1
NUMBER_ANSWERS = 2  # "adding…", "added"
TURNS = 40
AT_ONCE = 8
LONG = 200
# What ledger and checks cost: so many pairs of turns, by so many people in turn; the whole may be this much, ms.
PAIRS = 300
TALKERS = 20
MOST_COST = 5.0
# Seconds between two of those turns: what the first bot does after its answer must not slow down the other one.
QUIET = 0.03


async def main() -> None:
    numbers.main()
    await lists.main()
    figures: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        async with SandboxServer(Sandbox(ready_after=0.0)) as twin:
            await cost(Path(folder), twin)
            bots: list[Bot] = [Ours(Path(folder) / "ours", twin), Stock(Path(folder) / "stock", twin)]
            for bot in bots:
                await bot.start()
                try:
                    figures.append(await measure(bot))
                finally:
                    await bot.stop()
    print_table(figures[0], figures[1])
    await webhooks.main()
    await imports.main()
    await teaching.main()


async def cost(folder: Path, twin: SandboxServer) -> None:
    """A plain turn with ledger and checks and without, one beside the other: the machine's moods hit both alike."""
    whole, without = Ours(folder / "whole", twin), Unguarded(folder / "unguarded", twin)
    try:
        for bot in (whole, without):
            await bot.start()
            for person in range(1, TALKERS + 1):  # a conversation's first turn is dearer
                await bot.turn(person, PLAIN, PLAIN_ANSWERS)
        seconds: dict[Bot, list[float]] = {whole: [], without: []}
        for number in range(PAIRS):
            for bot in (whole, without) if number % 2 else (without, whole):
                await asyncio.sleep(QUIET)
                seconds[bot].append(await bot.turn(number % TALKERS + 1, PLAIN, PLAIN_ANSWERS))
    finally:
        for bot in (whole, without):
            await bot.stop()
    extra = [more - less for more, less in zip(seconds[whole], seconds[without], strict=True)]
    print(f"{'a plain turn, ms':32}  {'p50':>6}  {'p95':>6}")
    for bot, each in seconds.items():
        print(f"{bot.name:32}  {middle(each):6.1f}  {high(each):6.1f}")
    added = middle(seconds[whole]) - middle(seconds[without])
    print(f"ledger and checks add {added:.1f} ms at p50; in the middle pair {middle(extra):.1f} ms")
    print(f"at most {MOST_COST:.0f} ms: {'kept' if max(added, middle(extra)) <= MOST_COST else 'BROKEN'}\n")


async def measure(bot: Bot) -> dict[str, float]:
    """Milliseconds unless the name says otherwise."""
    people = itertools.count(1)
    for _ in range(3):  # the first turns load what is loaded late
        await bot.turn(next(people), PLAIN, PLAIN_ANSWERS)
    plain = [await bot.turn(next(people), PLAIN, PLAIN_ANSWERS) for _ in range(TURNS)]
    action = [await action_turn(bot, next(people), index) for index in range(TURNS)]
    result = {
        "start to answer, s": bot.start_seconds,
        "plain turn, p50": middle(plain),
        "plain turn, p95": high(plain),
        "action turn (a number to TWIN), p50": middle(action),
        "action turn (a number to TWIN), p95": high(action),
        f"plain turns per second, {AT_ONCE} at once": await throughput(bot, people),
    }
    result["three quick messages in one chat, last answered"] = await quick_messages(bot, next(people))
    one = next(people)
    long = [await bot.turn(one, PLAIN, PLAIN_ANSWERS) for _ in range(LONG)]
    result["turn 1 of a conversation"] = statistics.median(long[:10]) * 1000
    result[f"turn {LONG} of a conversation"] = statistics.median(long[-10:]) * 1000
    result["memory, MB"] = bot.memory()
    return result


async def action_turn(bot: Bot, person: int, index: int) -> float:
    await bot.turn(person, f"создай обзвон «Замер {person}»", 2)
    return await bot.turn(person, f"8 916 {index // 100:03}-{index // 10 % 10}1-{index:02}", NUMBER_ANSWERS)


async def throughput(bot: Bot, people: itertools.count[int]) -> float:
    """Turns per second of people who each wait for their answer before they go on."""
    each = 10
    crowd = [next(people) for _ in range(AT_ONCE)]

    async def talk(person: int) -> None:
        for _ in range(each):
            await bot.turn(person, PLAIN, PLAIN_ANSWERS)

    began = time.perf_counter()
    await asyncio.gather(*(talk(person) for person in crowd))
    return AT_ONCE * each / (time.perf_counter() - began)


async def quick_messages(bot: Bot, person: int) -> float:
    """Three messages sent without waiting: milliseconds until the last answer."""
    await bot.turn(person, PLAIN, PLAIN_ANSWERS)
    began = time.perf_counter()
    await bot.burst(person, PLAIN, 3)
    return (time.perf_counter() - began) * 1000


def print_table(ours: dict[str, float], stock: dict[str, float]) -> None:
    width = max(map(len, ours))
    print(f"{'':{width}}  {'this bot':>10}  {'stock Rasa':>10}  {'stock / ours':>12}")
    for name, value in ours.items():
        print(f"{name:{width}}  {value:10.1f}  {stock[name]:10.1f}  {stock[name] / value:12.2f}")
    for bot, figures in (("this bot", ours), ("stock Rasa", stock)):
        ratio = figures[f"turn {LONG} of a conversation"] / figures["turn 1 of a conversation"]
        print(f"turn {LONG} / turn 1, {bot}: {ratio:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
