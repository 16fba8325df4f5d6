"""The process is killed at every named step of the work; the next one takes it up and the person hears what happened.

SIGKILL of the real process at a step of `STEPS`: nothing of it is cleaned up. Whatever the next process says then, the
person answers it, until the calls run: once, with each number once, and with nothing left half done.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from rasa_twin24.campaign.desk import STEPS
from rasa_twin24.sandbox import Sandbox
from tests.dialogues.stage import Stage, staged
from tests.standins.telegram import User
from tests.waiting import PATIENCE, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBERS = ["79161234567", "79161234568", "79161234569"]
TYPED, PRESSED, LATE = "typed", "pressed", "late"
# What is asked → what the person types, or the button that they press.
ANSWERS = {
    "Пришлите номер": ("8 916 123-45-67, 8 916 123-45-68, 8 916 123-45-69", None),
    "Ещё номер?": ("запусти", "Нет, это все"),
    "Запустить обзвон?": ("да", "Да, запустить"),
    "не запущен": ("запусти", "Показать план ещё раз"),
}
STARTED = "» запущен."
STILL_WORKING = "TWIN отвечает не сразу"
# After a question nothing else may be said for so long, seconds.
QUIET = 1.0


@dataclass(frozen=True)
class Death:
    """`late`: the turn was over, the work went on beside the talk. `heard` is all that the next process says first."""

    step: str
    manner: str
    heard: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.step} {self.manner}"


CREATED, FOUND, ADDED = "создано, id", "ответ TWIN потерялся, но я нашёл задание", "Добавлено номеров: 3. Всего"
CHECKING, ADDING, STARTING = "Проверяю, есть ли задание", "Добавляю номеров: 3", "Обзвон запускается"
# Each chain is one data folder. A process takes up what the one before left undone, and dies at the next step of the
# chain, which the talk taken up does not come to any more.
CHAINS = (
    (
        Death("play_written", TYPED, (STARTING, STARTED)),
        Death("play_sent", TYPED, (STARTING, STARTED)),
        Death("start_agreed", TYPED, (STARTING, STARTED)),
        Death("plan_shown", TYPED, ("Запустить обзвон?",)),  # «запусти» asked for the plan and is no yes to it
        Death("portion_written", TYPED, ("Меня перезапустили, ничего не потеряно",)),
        Death("portion_sent", TYPED, (ADDING, ADDED)),
        Death("create_written", TYPED, (CREATED,)),
        Death("create_sent", TYPED, (CHECKING, FOUND)),
    ),
    (
        Death("play_sent", LATE, (STARTED,)),
        Death("start_agreed", PRESSED, (STARTING, STARTED)),
        Death("plan_shown", PRESSED, ("Запустить обзвон?",)),
        Death("portion_sent", LATE, (ADDED,)),
        Death("create_sent", LATE, (FOUND,)),
    ),
    (
        Death("play_begun", TYPED, (STARTING, "Он не запущен, никому не звонили")),
        Death("portion_begun", TYPED, (ADDING, ADDED)),
        Death("create_ordered", TYPED, (CHECKING, CREATED)),
    ),
)
DEATHS = [death for chain in CHAINS for death in chain]
ENDPOINTS = {"create_sent": "create", "portion_sent": "add", "play_sent": "play"}


class Talk:
    """One person, from the first word to the running calls."""

    def __init__(self, stage: Stage, death: Death) -> None:
        self._stage = stage
        self._death = death
        self._read = 0
        self.person: User = stage.person()
        self.name = f"Обзвон {death.name}"

    async def to_the_death(self) -> None:
        """Talk until the process is gone."""
        if self._death.manner == LATE:
            self._stage.sandbox.fail_next(ENDPOINTS[self._death.step], delay=8.0)  # type: ignore[arg-type]
        await self.person.says(f"создай обзвон «{self.name}»")
        while True:
            heard = await self._hear()
            if not self._stage.bot.is_running:
                break
            await self._answer(heard[-1])
        await asyncio.sleep(0.3)
        self._read = len(self.person.messages)

    async def to_the_start(self) -> None:
        """Hear what the next process says, then answer whatever it asks."""
        heard = [text for text in await self._hear(QUIET) if STILL_WORKING not in text]
        assert len(heard) == len(self._death.heard), self._whole
        for text, part in zip(heard, self._death.heard, strict=True):
            assert part in text, self._whole
        while STARTED not in heard[-1]:
            await self._answer(heard[-1])
            heard = await self._hear(QUIET)
            assert len([text for text in heard if _question(text)]) <= 1, self._whole
        self.check_silence()

    def check_silence(self) -> None:
        assert len(self.person.messages) == self._read, self._whole

    async def _hear(self, quiet: float = 0.0) -> list[str]:
        """All that is said until something is asked or the calls run; nothing more when the process ends."""
        until = time.monotonic() + 3 * PATIENCE  # the longest look at a request takes half a minute
        while self._stage.bot.is_running:
            heard = [message.text for message in self.person.messages[self._read :]]
            if any(_question(text) or STARTED in text for text in heard):
                await asyncio.sleep(quiet)
                break
            assert time.monotonic() < until, self._whole
            await asyncio.sleep(0.05)
        heard = [message.text for message in self.person.messages[self._read :]]
        self._read += len(heard)
        return heard

    async def _answer(self, text: str) -> None:
        typed, button = ANSWERS[_question(text) or ""]
        if self._death.manner == PRESSED and button is not None:
            await self.person.presses(button)
        else:
            await self.person.says(typed)

    @property
    def _whole(self) -> str:
        return self.person.chat.transcript


def _question(text: str) -> str | None:
    return next((question for question in ANSWERS if question in text), None)


async def live_through(chain: Sequence[Death], folder: Path, ends: dict[Death, asyncio.Future[None]]) -> None:
    """One bot after another; what became of each death is in `ends`."""
    sandbox = Sandbox(ready_after=0.3, call_seconds=3600, lines=1)
    talks: list[Talk] = []
    try:
        async with staged(folder, sandbox=sandbox, BOT_TEST_CRASH_AT=chain[0].step) as stage:
            for death, following in zip(chain, [*chain[1:], None], strict=True):
                talk = Talk(stage, death)
                talks.append(talk)
                await talk.to_the_death()
                if following is None:
                    del stage.bot.settings["BOT_TEST_CRASH_AT"]
                else:
                    stage.bot.settings["BOT_TEST_CRASH_AT"] = following.step
                await stage.bot.start()
                await talk.to_the_start()
                task = stage.task(talk.name)  # the only one of its name
                assert (stage.numbers(talk.name), stage.sandbox.plays(task.id)) == (NUMBERS, 1)
                await nothing_is_left(folder / "ledger.db")
                for earlier in talks:
                    earlier.check_silence()
                ends[death].set_result(None)
    except BaseException as error:  # the rest of the chain was not lived through either
        for death in chain:
            if not ends[death].done():
                ends[death].set_exception(error if isinstance(error, Exception) else RuntimeError("cut off"))
        if not isinstance(error, asyncio.CancelledError):
            raise


# What must not be there once the calls run.
HALF_DONE = {
    "tasks under way": "SELECT count(*) FROM tasks WHERE state IN ('creating', 'starting', 'filling')",
    "leases": "SELECT count(*) FROM tasks WHERE lease_owner IS NOT NULL",
    "open portions": "SELECT count(*) FROM portions WHERE ended_at IS NULL",
    "numbers on their way": "SELECT count(*) FROM candidates WHERE state != 'dialed'",
    "a yes without an end": "SELECT count(*) FROM plans WHERE state = 'used' AND outcome IS NULL",
    "reserved": "SELECT count(*) FROM reservations WHERE state = 'reserved'",
    "news": "SELECT count(*) FROM notices WHERE told_at IS NULL",
    "messages": "SELECT count(*) FROM updates WHERE incoming IS NOT NULL",
}


async def nothing_is_left(ledger: Path) -> None:
    """The last words are said a moment before they are written down."""
    left: dict[str, int] = {}

    def nothing() -> bool:
        with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as database:
            left.update({name: database.execute(query).fetchone()[0] for name, query in HALF_DONE.items()})
        return not any(left.values())

    try:
        await until(nothing)
    except AssertionError:
        raise AssertionError(left) from None


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ends(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[Death, asyncio.Future[None]]]:
    """The chains side by side: most of the time a bot starts, or waits for TWIN."""
    chosen = {item.callspec.params.get("death") for item in request.session.items if hasattr(item, "callspec")}
    ends = {death: asyncio.get_running_loop().create_future() for death in DEATHS}
    lives = {
        chain: asyncio.create_task(live_through(chain, tmp_path_factory.mktemp("chain"), ends))
        for chain in CHAINS
        if chosen & set(chain)
    }
    yield ends
    for chain, life in lives.items():
        if not all(ends[death].done() for death in chain):
            life.cancel()
    await asyncio.gather(*lives.values(), return_exceptions=True)


@pytest.mark.parametrize("death", DEATHS, ids=lambda death: death.name)
async def test_a_kill_is_followed_by_one_start(ends: dict[Death, asyncio.Future[None]], death: Death) -> None:
    await ends[death]


async def test_no_step_is_left_out() -> None:
    # test_edit_list.py; tests/campaign/test_pause.py
    elsewhere = {"list_edited", "pause_asked", "pause_sent", "pause_written"}
    assert {death.step for death in DEATHS} | elsewhere == set(STEPS)
