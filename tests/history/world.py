"""A bot on a real database file and a TWIN that may fail, driven by hand: people, crashes, time."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rasa_twin24.campaign import Campaign, CampaignSettings, Desk, Watch
from rasa_twin24.campaign.hours import CallHours
from rasa_twin24.campaign.limits import Limits
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.people import Role
from rasa_twin24.sandbox import CALLER_ID, LOGIN, PASSWORD, SCRIPT_ID, Sandbox
from rasa_twin24.sandbox.endpoints import CIS_PATH, IAM_PATH
from rasa_twin24.twin24 import CallerId, Settings, Twin24
from tests.history import promises
from tests.history.given import Given
from tests.history.lists import Lists
from tests.history.pausing import Pausing
from tests.history.turns import Turn
from tests.history.twin import Twin

OWNER, OPERATOR = PEOPLE = ("telegram:1", "telegram:2")
NUMBERS = tuple(f"+7916123450{digit}" for digit in range(8))
SETTINGS = CampaignSettings(
    script_id=SCRIPT_ID,
    caller_id=CallerId("gornum", CALLER_ID),
    patience=1000,
    ready_deadline=3,
    settle_deadline=2,
    first_pause=0.2,
    longest_pause=0.5,
    portion=2,
    portions_at_once=2,
    verify_after=(0.2, 0.4, 0.8),
    hours=CallHours.from_env({"BOT_CALL_HOURS": "00:00-24:00"}),
    limits=Limits(task_numbers=6, person_numbers=9, person_tasks=3, day_numbers=14, day_tasks=5),
)


class Inline(Executor):
    """Transactions one after another in the test's own thread: the same ones, without waiting for a thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


_COMPILED: dict[str, Any] = {}


def _compile_once(engine: sa.engine.Engine) -> None:
    """All processes of all worlds have the same queries: half of the time would go into compiling them anew."""
    _COMPILED.setdefault("dialect", engine.dialect)
    _COMPILED.setdefault("cache", engine._compiled_cache)
    engine.dialect, engine._compiled_cache = _COMPILED["dialect"], _COMPILED["cache"]


class Killed(BaseException):
    """The process is gone; nothing catches it."""


@dataclass
class World:
    """One bot and one TWIN; a turn is a message of a person, delivered once or more."""

    folder: Path
    template: Path
    now: float = 1_783_680_000.0
    operator = OPERATOR
    # The process dies at a step, or before a transaction: so many more, and it is over.
    crash_at: str | None = None
    dies_after: int | None = None
    # What happens between the death of the process and the next one.
    while_down: Callable[[World], None] | None = None
    # What somebody says while a request of this kind is on its way to TWIN: the endpoint, the person, the words.
    meanwhile: tuple[str, str, str] | None = None
    given: list[Given] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.file = self.folder / "ledger.db"
        shutil.copy(self.template, self.file)
        self.loop = asyncio.new_event_loop()
        self.sandbox = Sandbox(clock=self.clock, ready_after=0.1, listed_after=0.3, call_seconds=5, lines=2)
        self.twin = Twin(self.sandbox, self.clock, self._check_work, self._meanwhile)
        # As a person knows it: is everything stopped, may the operator still work?
        self.stopped = False
        self.removed = False
        # Day and task → the candidates whom its starts were for.
        self.dialed: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.pausing = Pausing(self)
        # The last messages of each person, as a messenger may deliver them again.
        self.sent: dict[str, list[tuple[str, str]]] = {person: [] for person in PEOPLE}
        # The plan that each person was shown last, with everybody who was on TWIN's list then.
        self.shown: dict[str, Given] = {}
        # Which list the button of a question is about, by person; who has opened a task that another one made.
        self.asked_to_clear: dict[str, str] = {}
        self.opened: dict[str, set[str]] = defaultdict(set)
        self.lists = Lists()
        self.plans = itertools.count(1)
        self._keys = itertools.count(1)
        self._start()
        self.let_in()

    def clock(self) -> float:
        return self.now

    def day(self) -> str:
        return SETTINGS.hours.day(self.now)

    def run(self, work: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(work)

    # --- the process ----------------------------------------------------------------------------------------

    def _start(self) -> None:
        self.ledger = Ledger(f"sqlite:///{self.file}", owners=frozenset([OWNER]), clock=self.clock)
        self.ledger._store._threads._pool = Inline()
        _compile_once(self.ledger._store.engine)
        self._dead = False
        self._watch_over(self.ledger)
        account = Settings(
            email=LOGIN, password=PASSWORD, iam_url=f"http://twin{IAM_PATH}", cis_url=f"http://twin{CIS_PATH}"
        )
        client = Twin24(account, transport=self.twin, clock=self.clock, sleep=self._pause)
        self.desk = Desk(self.ledger, client, SETTINGS, self._pause, self._reached)
        self.campaign = Campaign(self.desk)

    def restart(self) -> None:
        """A new process on the same file; of the old one nothing is left but what it wrote."""
        self.seen["restart"] += 1
        self.crash_at = self.dies_after = self.meanwhile = None
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.run(asyncio.sleep(0))
        self.run(self.ledger.close())
        self._start()
        self.run(self.lists.left_in(self.ledger))
        if self.while_down is not None:
            self.while_down(self)
            self.while_down = None
        self.recover()

    def recover(self) -> None:
        async def work() -> None:
            await self.campaign.recover()
            await self.campaign.close()

        self._unless_killed(work)

    def close(self) -> None:
        self.run(self.ledger.close())
        self.run(self.desk.twin.aclose())
        self.loop.close()

    async def _pause(self, seconds: float) -> None:
        self.now += seconds
        self.twin.catch_up()
        await asyncio.sleep(0)

    def _reached(self, step: str) -> None:
        if step == self.crash_at:
            self.crash_at = None
            self.seen[f"killed at {step}"] += 1
            self._dead = True
            raise Killed

    def _watch_over(self, ledger: Ledger) -> None:
        """Of a process that was killed nothing is written any more, whatever of its work is still there."""
        store = ledger._store
        write = store.run

        async def run(work: Callable[[Any], Any]) -> Any:
            if ledger is not self.ledger or self._dead:
                raise Killed
            if self.dies_after is not None:
                self.dies_after -= 1
                if self.dies_after < 0:
                    self.dies_after = None
                    self.seen["killed before a transaction"] += 1
                    self._dead = True
                    raise Killed
            return await write(work)

        store.run = run  # type: ignore[method-assign]

    def _unless_killed(self, work: Callable[[], Awaitable[None]]) -> None:
        """What dies beside the work, in a job of its own, dies with it."""
        with suppress(Killed):
            self.run(work())
        if self._dead:
            self.restart()

    # --- people ---------------------------------------------------------------------------------------------

    def say(self, person: str, words: str) -> None:
        """A new message."""
        self.pass_time(0.2)
        self.sent[person].append((f"{person}/{next(self._keys)}", words))
        self.deliver(person, *self.sent[person][-1])

    def deliver(self, person: str, key: str, words: str) -> None:
        """As the reception does it: claimed once, worked off, marked as done; taken up again after a crash."""

        async def turn() -> None:
            if not (await self.ledger.inbox.claim("telegram", key, OWNER, words)).first:
                return
            await self._turn(person, key, words)
            await self.ledger.inbox.done("telegram", key)

        self._unless_killed(turn)
        self.dies_after = self.meanwhile = None
        self._unless_killed(self._take_up)

    async def _take_up(self) -> None:
        for waiting in await self.ledger.inbox.waiting():
            await self._turn(waiting.key.partition("/")[0], waiting.key, waiting.incoming, again=True)
            await self.ledger.inbox.done("telegram", waiting.key)

    async def _turn(self, person: str, key: str, words: str, *, again: bool = False) -> None:
        if person == OPERATOR and self.removed:  # the channel lets nobody else in
            if again:
                self.lists.unsure |= self.lists.of[person]
            return
        await Turn(self, person, key, words, again=again).carry_out()

    async def _meanwhile(self, endpoint: str) -> None:
        if self._dead:
            raise Killed
        if self.meanwhile is None or self.meanwhile[0] != endpoint:
            return
        _, person, words = self.meanwhile
        self.meanwhile = None
        self.seen[f"meanwhile {words.partition(' ')[0]}"] += 1
        await self._turn(person, f"{person}/{next(self._keys)}", words)

    def newest_list(self, person: str) -> int | None:
        """The one whose report has buttons that nobody has pressed."""
        waiting = self.run(self.campaign.imports.waiting(person))
        return waiting.id if waiting is not None else None

    def stop(self) -> None:
        self.seen["stop"] += 1
        self.stopped = True  # from the moment the owner says it nothing may start
        self._unless_killed(self._stop)

    async def _stop(self) -> None:
        await self.campaign.pause_all(OWNER, await self.campaign.emergency_stop(OWNER))
        await self.campaign.close()

    def lift(self) -> None:
        self.run(self.ledger.stops.lift(OWNER))
        self.stopped = False

    def let_in(self) -> None:
        self.run(self.ledger.people.give(OPERATOR, Role.OPERATOR, by=OWNER))
        self.removed = False

    def remove(self) -> None:
        self.seen["removed"] += 1
        self.run(self.ledger.people.remove(OPERATOR, by=OWNER))
        self.removed = True

    # --- time -----------------------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.twin.catch_up()

    def ban_somebody(self) -> None:
        self.run(self._turn(OWNER, f"{OWNER}/{next(self._keys)}", f"ban {NUMBERS[0]}"))

    def wait_long(self) -> None:
        self.pass_time(20 * 60)

    def settle(self) -> None:
        """TWIN is well again, the process starts anew and looks after what is half done for a while."""
        self.twin.mend()
        self.pass_time(31)
        self.restart()
        self._unless_killed(self._take_up)
        for _ in range(4):
            self.pass_time(61)
            self.recover()
        self.run(Watch(self.desk).look())

    def check(self) -> None:
        promises.check(self)

    def _check_work(self, endpoint: str, twin_id: str, late: bool) -> None:
        if endpoint == "play":
            promises.check_play(self, twin_id, late=late)
