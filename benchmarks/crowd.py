"""People of six messengers who all talk at once, and what each of them has to hear: every answer once, in order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.relay import Relay
from tests.dialogues.messengers import Messenger

ANSWER_SECONDS = 180.0
# How often a person looks whether the answer has come, seconds.
LOOK = 0.02


class WrongAnswer(Exception):
    """A message was lost, answered twice, or in the wrong order."""


class Talker:
    """One person. `says` sends a few messages right behind one another and waits until all of them are answered."""

    def __init__(self, messenger: Messenger, number: int, relay: Relay, serial: int) -> None:
        """The person of this number there; `serial` is nobody else's."""
        self._person = messenger.person(number)
        self._relay = relay
        self.name = f"{messenger.name} {number}"
        self.task = f"Замер {messenger.name} {number}"
        self.account = f"{messenger.name}:{messenger.id(number)}"
        self._phones = (f"7916{serial:03}{index:04}" for index in range(10_000))
        self.numbers: list[str] = []
        # What every message of the bot's has to begin with.
        self.expected: list[str] = []
        self.said = 0

    @property
    def heard(self) -> list[str]:
        return [message.text for message in self._person._actor.messages]

    async def thanks(self) -> None:
        await self.says(("спасибо", ["Пожалуйста!"]))

    async def creates_task(self) -> None:
        await self.says(
            (f"создай обзвон «{self.task}»", [f"Создаю задание «{self.task}»", f"Задание «{self.task}» соз"])
        )

    async def some_numbers(self) -> None:
        await self.says(self._number(), ("спасибо", ["Пожалуйста!", "Ещё номер?"]), self._number())

    async def a_known_number(self) -> None:
        known = (f"+{self.numbers[-1]}", ["Уже в списке, второй раз не добавляю", "Ещё номер?"])
        await self.says(self._counted(), known, self._number(), self._counted())

    async def says(self, *messages: tuple[str, list[str]]) -> None:
        with self._working():
            for text, answers in messages:
                self.expected += answers
                await self._person.says(text)
                self.said += 1
            until = time.monotonic() + ANSWER_SECONDS
            while len(self.heard) < len(self.expected):
                if time.monotonic() > until:
                    raise WrongAnswer(f"{self.name} waits for an answer:\n{self.compared}")
                await asyncio.sleep(LOOK)
        self.check()

    def check(self) -> None:
        """Raises `WrongAnswer` unless exactly what was to be heard was heard, in this order."""
        heard = self.heard
        if len(heard) != len(self.expected) or not all(map(str.startswith, heard, self.expected)):
            raise WrongAnswer(f"{self.name}:\n{self.compared}")

    @property
    def compared(self) -> str:
        """The newest lines, expected and heard."""
        start = max(0, len(self.expected) - 15)
        return f"expected {self.expected[start:]}\nheard    {self.heard[start:]}"

    def _number(self) -> tuple[str, list[str]]:
        self.numbers.append(next(self._phones))
        total = f"Добавлено номеров: 1. Всего в задании: {len(self.numbers)}. Ещё номер?"
        return f"+{self.numbers[-1]}", ["Добавляю номеров: 1…", total]

    def _counted(self) -> tuple[str, list[str]]:
        held = f"В списке задания «{self.task}» номеров: {len(self.numbers)},"
        return "сколько номеров в задании?", [held, "Ещё номер?"]

    @contextmanager
    def _working(self) -> Iterator[None]:
        self._relay.working += 1
        try:
            yield
        finally:
            self._relay.working -= 1
