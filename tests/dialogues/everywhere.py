"""Several messengers turned on in one bot."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.dialogues.messengers import PEOPLE, Messenger, Person, Telegram
from tests.dialogues.stage import Stage, staged


@dataclass
class Everywhere:
    stage: Stage
    messengers: dict[str, Messenger]
    _numbers: dict[str, itertools.count[int]] = field(default_factory=lambda: defaultdict(itertools.count))
    _strangers: dict[str, itertools.count[int]] = field(
        default_factory=lambda: defaultdict(lambda: itertools.count(PEOPLE))
    )

    def person(self, name: str, language: str = "ru") -> Person:
        """An owner who has not spoken yet."""
        return self.messengers[name].person(next(self._numbers[name]), language)

    def stranger(self, name: str, language: str = "ru") -> tuple[Person, str]:
        """Somebody whom the bot does not know, and their id."""
        messenger, number = self.messengers[name], next(self._strangers[name])
        if name == "telegram":  # whose owners are more than those of others
            number += 10_000
        return messenger.person(number, language), f"{name}:{messenger.id(number)}"

    def check(self, task: str, numbers: list[str], plays: int) -> None:
        """TWIN holds these numbers, was told to play so often, and called nobody twice."""
        held = self.stage.task(task)
        assert self.stage.numbers(task) == numbers
        assert self.stage.sandbox.plays(held.id) == plays
        called = [call.phone for call in self.stage.sandbox.calls if call.task == held.id]
        assert sorted(called) == (sorted(numbers) if plays else [])


@asynccontextmanager
async def opened(folder: Path, kinds: Sequence[type[Messenger]], **settings: str) -> AsyncIterator[Everywhere]:
    """Telegram and these, in one bot."""
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(kind()) for kind in kinds]
        async with staged(folder, others=others, **settings) as stage:
            messengers = {messenger.name: messenger for messenger in (Telegram(stage.telegram), *others)}
            yield Everywhere(stage, messengers)
