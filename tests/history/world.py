"""A bot on a real database file and a TWIN that may fail, driven by hand: people, crashes, time."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rasa_twin24.campaign import Campaign, CampaignSettings, Desk, Plan, Watch
from rasa_twin24.campaign.hours import CallHours
from rasa_twin24.campaign.limits import Limits
from rasa_twin24.ledger import Ledger, schema
from rasa_twin24.ledger.candidates import people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.sandbox import CALLER_ID, LOGIN, PASSWORD, SCRIPT_ID, Sandbox
from rasa_twin24.sandbox.endpoints import CIS_PATH, IAM_PATH
from rasa_twin24.twin24 import CallerId, Settings, TaskStatus, Twin24, TwinError
from tests.history.pausing import Pausing
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


class Killed(BaseException):
    """The process is gone; nothing catches it."""


@dataclass
class Given:
    """A yes as a person gave it: to which plan of which task at TWIN, and who was on the list that was shown."""

    key: str
    twin_id: str
    phones: tuple[str, ...]
    plan: int


@dataclass
class World:
    """One bot and one TWIN; a turn is a message of a person, delivered once or more."""

    folder: Path
    template: Path
    now: float = 1_783_680_000.0
    crash_at: str | None = None
    # What happens between the death of the process and the next one.
    while_down: Callable[[World], None] | None = None
    given: list[Given] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.file = self.folder / "ledger.db"
        shutil.copy(self.template, self.file)
        self.loop = asyncio.new_event_loop()
        self.sandbox = Sandbox(clock=self.clock, ready_after=0.1, listed_after=0.3, call_seconds=5, lines=2)
        self.twin = Twin(self.sandbox, self.clock, self._check_work)
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
        self._keys = itertools.count(1)
        self._plans = itertools.count(1)
        self._start()
        self.let_in()

    def clock(self) -> float:
        return self.now

    def run(self, work: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(work)

    # --- the process ----------------------------------------------------------------------------------------

    def _start(self) -> None:
        self.ledger = Ledger(f"sqlite:///{self.file}", owners=frozenset([OWNER]), clock=self.clock)
        self.ledger._store._threads = Inline()
        account = Settings(
            email=LOGIN, password=PASSWORD, iam_url=f"http://twin{IAM_PATH}", cis_url=f"http://twin{CIS_PATH}"
        )
        client = Twin24(account, transport=self.twin, clock=self.clock, sleep=self._pause)
        self.desk = Desk(self.ledger, client, SETTINGS, self._pause, self._reached)
        self.campaign = Campaign(self.desk)

    def restart(self) -> None:
        """A new process on the same file; of the old one nothing is left but what it wrote."""
        self.seen["restart"] += 1
        self.crash_at = None
        if self.while_down is not None:
            self.while_down(self)
            self.while_down = None
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.run(asyncio.sleep(0))
        self.run(self.ledger.close())
        self._start()
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
            raise Killed

    def _unless_killed(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            self.run(work())
        except Killed:
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
        self._unless_killed(self._take_up)

    async def _take_up(self) -> None:
        for waiting in await self.ledger.inbox.waiting():
            await self._turn(waiting.key.partition("/")[0], waiting.key, waiting.incoming)
            await self.ledger.inbox.done("telegram", waiting.key)

    async def _turn(self, person: str, key: str, words: str) -> None:
        if person == OPERATOR and self.removed:  # the channel lets nobody else in
            return
        verb, _, rest = words.partition(" ")
        campaign = self.campaign
        if verb == "create":
            await campaign.begin(person, key)
            await campaign.order(person, rest, key)
        elif verb == "numbers":
            await campaign.collect(person, people_of(rest.split()))
        elif verb == "plan":
            await self._plan(person, key)
            return
        elif verb == "yes":
            await self._yes(person, key)
        elif verb == "no":
            await campaign.decline(person)
            return
        elif verb == "cancel":
            await campaign.drop(person)
            return
        elif verb == "again":
            await campaign.again(person)
        elif verb == "open":
            await self._open(person, rest)
        elif verb == "pause":
            await self.pausing.pause(person)
        elif verb == "resume" and await self.pausing.resume(person):
            await self._plan(person, key)
        try:
            outcomes = await campaign.carry_out(person)
        except TwinError:
            outcomes = None
        self.pausing.hear(outcomes or [])

    async def _plan(self, person: str, key: str) -> None:
        shown = await self.campaign.show_plan(person, key)
        if not isinstance(shown, Plan):
            self.seen[shown.kind] += 1
            return
        self.seen["plan shown"] += 1
        at_twin = next(task for task in self.sandbox.tasks if task.id == shown.task.twin_id)
        phones = [f"+{phone}" for candidate in at_twin.candidates for phone in candidate.phones]
        self.shown[person] = Given("", at_twin.id, tuple(phones), next(self._plans))

    async def _yes(self, person: str, key: str) -> None:
        task, step = await self.campaign.current(person)
        shown = self.shown.get(person)
        is_shown = step == Step.START and task is not None and shown is not None and shown.twin_id == task.twin_id
        # The same message is one yes, however often it comes.
        if is_shown and shown is not None and key not in {given.key for given in self.given}:
            self.given.append(replace(shown, key=key))
        if not await self.campaign.confirm(person, message=key):
            await self._plan(person, key)
        else:
            self.seen["yes taken"] += 1
            meant = next((given.plan for given in self.given if given.key == key), None)
            now = shown.plan if shown is not None else None
            assert meant == now is not None, "a yes was taken for a plan that it was not said to"

    async def _open(self, person: str, twin_id: str) -> None:
        try:
            found = await self.campaign.look_up(twin_id)
        except TwinError:
            return
        if await self.campaign.may_be_opened(found) and found.status in TaskStatus.ADDABLE:
            await self.campaign.open(person, found)
            self.seen["opened"] += 1

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

    # --- what must hold -------------------------------------------------------------------------------------

    def _check_work(self, endpoint: str, twin_id: str, late: bool) -> None:
        """Before TWIN plays. What was on its way when the owner spoke cannot be called back."""
        if endpoint != "play":
            return
        assert late or not self.stopped, "a play while everything is stopped"
        self.pausing.check_play(twin_id, late)
        people = {given.key.partition("/")[0] for given in self.given if given.twin_id == twin_id}
        assert late or people != {OPERATOR} or not self.removed, "a play for somebody who was removed"
        task = next((task for task in self.sandbox.tasks if task.id == twin_id), None)
        if task is not None and task.status in ("READY", "PAUSED", "DONE"):
            left = task.candidates[len(task.calls) :]
            self.dialed[SETTINGS.hours.day(self.now), twin_id].update(one.external_id for one in left)

    def check(self) -> None:
        self._check_plays()
        self._check_calls()
        self._check_limits()
        self.run(self._check_nothing_half_done())

    def _check_limits(self) -> None:
        days: Counter[str] = Counter()
        tasks: Counter[str] = Counter()
        for (day, _), candidates in self.dialed.items():
            count = len(candidates)
            assert count <= SETTINGS.limits.task_numbers, "more numbers in a task than the limit"
            days[day] += count
            tasks[day] += 1
        for day, count in days.items():
            assert count <= SETTINGS.limits.day_numbers, "more numbers in a day than the limit"
            assert tasks[day] <= SETTINGS.limits.day_tasks, "more tasks in a day than the limit"

    def _check_plays(self) -> None:
        played = Counter(work.task_id for work in self.twin.worked if work.endpoint == "play")
        agreed = Counter(given.twin_id for given in self.given)
        for twin_id, plays in played.items():
            assert plays <= agreed[twin_id], f"{plays} plays of a task that got {agreed[twin_id]} yes"
        self.seen["plays"] += sum(played.values())

    def _check_calls(self) -> None:
        """Nobody is called more often than somebody said yes to a list with their number."""
        agreed = Counter(phone for given in self.given for phone in set(given.phones))
        called = Counter(f"+{call.phone}" for call in self.sandbox.calls)
        for phone, calls in called.items():
            assert calls <= agreed[phone], f"{calls} calls to a number that is on {agreed[phone]} agreed lists"
        for task in self.sandbox.tasks:
            if task.plays:
                phones = [phone for candidate in task.candidates for phone in candidate.phones]
                assert len(phones) == len(set(phones)), "a number is twice in a task that was played"

    async def _check_nothing_half_done(self) -> None:
        halfway = [TaskState.CREATING, TaskState.STARTING]
        assert await self.ledger.tasks.in_states(halfway) == []
        for task in await self.ledger.tasks.in_states([TaskState.FILLING]):
            assert await self.ledger.portions.open(task.id) == []
            assert await self.ledger.candidates.count(task.id, "sending") == 0
        assert await self.ledger.leases.left_behind() == []
        assert await self.ledger.pauses.in_force() == [], "a pause that nobody carries out"
        used = sa.select(schema.plans.c.outcome).where(schema.plans.c.state == "used")
        endings = [row.outcome for row in await self.ledger._store.run(lambda c: c.execute(used).all())]
        assert set(endings) <= {"done", "refused", "not_started", "unclear"}, "a confirmation that has not ended"
        self.seen += Counter(f"confirmation {ending}" for ending in endings)
        if self.stopped:
            assert not any(task.status == "PROCESS" for task in self.sandbox.tasks), "calls go on in spite of the stop"
