"""From a taught phrase to its use in the running bot, and what other people's turns take while it is being trained.

`python -m benchmarks.teaching` runs it alone.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.bots import PROJECT, Ours
from benchmarks.timing import high, middle
from rasa_twin24 import model
from rasa_twin24.sandbox import Sandbox, SandboxServer

PHRASE = "чё там по звоночкам"
OWNER, OTHER = 999, 1
PLAIN = "спасибо"
# Seconds.
MOST_TO_USE = 20.0
MOST_TURN = 1.0
LONGEST_TRAINING = 900.0
PAUSE = 0.1


async def main() -> None:
    before = set((PROJECT / model.MODELS).iterdir())
    with tempfile.TemporaryDirectory() as folder:
        async with SandboxServer(Sandbox(ready_after=0.0)) as twin:
            bot = Owned(Path(folder) / "teaching", twin)
            try:
                await bot.start()
                await measure(bot)
            finally:
                await bot.stop()
    for made in set((PROJECT / model.MODELS).iterdir()) - before:
        made.unlink()
    model.ensure(PROJECT)


class Owned(Ours):
    """A bot with an owner who teaches."""

    def env(self, **more: str) -> dict[str, str]:
        return super().env(BOT_OWNERS=f"telegram:{OWNER}", **more)


async def measure(bot: Owned) -> None:
    for person in (OTHER, OWNER):
        await bot.turn(person, PLAIN, 1)
    quiet = [await bot.turn(OTHER, PLAIN, 1) for _ in range(40)]
    began = time.perf_counter()
    await bot.say(OWNER, f"научись: «{PHRASE}» значит «помощь»")
    heard = asyncio.create_task(bot.hear(OWNER, "Модель обучена"))
    used = 0.0
    meanwhile: list[float] = []
    while not heard.done() and time.perf_counter() - began < LONGEST_TRAINING:
        if not used and await bot.understands(OTHER, PHRASE, "Что я умею"):
            used = time.perf_counter() - began
        meanwhile.append(await bot.turn(OTHER, PLAIN, 1))
        await asyncio.sleep(PAUSE)
    taken = time.perf_counter() - began
    heard.cancel()
    after = [await bot.turn(OTHER, PLAIN, 1) for _ in range(40)]
    print(
        f"\nfrom a taught phrase to its use: {used:.1f} s, at most {MOST_TO_USE:.0f} s: {kept(0 < used <= MOST_TO_USE)}"
    )
    print(f"a judged model that has learnt it takes over after {taken:.0f} s")
    print(f"{'other turns, ms':20}  {'p50':>6}  {'p95':>6}  {'slowest':>8}")
    for name, turns in (("before", quiet), ("meanwhile", meanwhile), ("after", after)):
        print(f"{name:20}  {middle(turns):6.1f}  {high(turns):6.1f}  {max(turns) * 1000:8.1f}")
    print(f"no turn slower than {MOST_TURN:.0f} s meanwhile: {kept(max(meanwhile) <= MOST_TURN)}")


def kept(promise: bool) -> str:
    return "kept" if promise else "BROKEN"


if __name__ == "__main__":
    asyncio.run(main())
