"""One process of a race: opens the ledger, waits for the starting shot, and prints what each of its tries gave.

Run as `python -m tests.ledger.race <url> <race> <json of its arguments> <number of this process>`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import Person, people_of
from rasa_twin24.ledger.tasks import TaskState

# Tries of each process, all begun at once.
TRIES = 25

Race = Callable[[Ledger, dict[str, Any], int, int], Awaitable[Any]]


async def claim(ledger: Ledger, _known: dict[str, Any], _process: int, _number: int) -> Any:
    return (await ledger.inbox.claim("telegram", "42", "telegram:1", "{}")).first


async def press(ledger: Ledger, known: dict[str, Any], process: int, number: int) -> Any:
    """Two neighbours: one of all presses counts."""
    return await ledger.buttons.press("web:1", known["tokens"][(process + number) % 2]) is not None


def digest(people: Sequence[Person]) -> str:
    return "+".join(person.phone for person in people)


async def use(ledger: Ledger, known: dict[str, Any], _process: int, _number: int) -> Any:
    return await ledger.plans.use("web:1", known["task"], digest)


async def use_elsewhere(ledger: Ledger, known: dict[str, Any], process: int, _number: int) -> Any:
    """The same task of TWIN's in two conversations, each with its plan."""
    return await ledger.plans.use(f"web:{process + 1}", known["tasks"][process], digest)


async def play(ledger: Ledger, known: dict[str, Any], _process: int, _number: int) -> Any:
    return (await ledger.gate.enter(known["task"], 1, "2026-07-10", lambda _used, _counted: True)).refusal is None


async def end(ledger: Ledger, known: dict[str, Any], _process: int, _number: int) -> Any:
    return await ledger.tasks.end(known["task"], "task_status_finished", {})


async def move(ledger: Ledger, known: dict[str, Any], process: int, _number: int) -> Any:
    to = (TaskState.STARTING, TaskState.DROPPED)[process]
    return await ledger.tasks.move(known["task"], [TaskState.FILLING], to)


async def tell(ledger: Ledger, known: dict[str, Any], _process: int, _number: int) -> Any:
    return await ledger.notices.take(known["notice"], 60)


async def keep(ledger: Ledger, _known: dict[str, Any], process: int, number: int) -> Any:
    return await ledger.kept.get_or_make("secret", lambda: f"{process}.{number}")


async def collect(ledger: Ledger, known: dict[str, Any], _process: int, number: int) -> Any:
    return len((await ledger.candidates.collect(known["task"], people_of([f"+7916123{number % 5:04d}"]))).new)


async def audit(ledger: Ledger, _known: dict[str, Any], process: int, number: int) -> Any:
    await ledger.audit.add("web:1", Act.START_CALLS, Result.DONE, entry=f"{process}.{number}")
    return f"{process}.{number}"


async def main(url: str, race: str, known: str, process: str) -> None:
    ledger = Ledger(url, owners=frozenset({"web:1"}))
    await ledger.open()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    run: Race = globals()[race]
    tries = [run(ledger, json.loads(known), int(process), number) for number in range(TRIES)]
    print(json.dumps(await asyncio.gather(*tries)))
    await ledger.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
