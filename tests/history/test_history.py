"""Random acts of people × random faults, on the production code and a real database file; then the history is checked.

The idea is Jepsen's (https://jepsen.io): whatever happened, no history may break a promise. That the checker can see a
broken promise is shown by planting bugs.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from rasa_twin24.campaign import Campaign, Plan
from rasa_twin24.campaign.desk import STEPS
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.inbox import Claim, Inbox
from rasa_twin24.ledger.schema import updates
from rasa_twin24.twin24 import TwinError
from rasa_twin24.twin24.tasks import Tasks
from tests.history.twin import ENDPOINTS, FAULTS
from tests.history.world import NUMBERS, PEOPLE, World

# Minutes, not seconds: thousands of runs on a machine that may be busy.
pytestmark = [pytest.mark.history, pytest.mark.timeout(1800)]

RUNS = int(os.environ.get("RUNS", "2000"))
STEPS_A_RUN = 9
PROCESSES = 2
# Enough for a planted bug to show; most do within the first thirty. Sometimes the examples circle around a dull place.
RUNS_WITH_A_BUG, BEGINNINGS = 80, 8

people = st.sampled_from(PEOPLE)
numbers = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=5, unique=True)
# What goes wrong while a message is worked off: requests that fail, one kind after the other, or the process's end.
failing = st.tuples(st.sampled_from(ENDPOINTS), st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3))
dying = st.tuples(st.just("die"), st.sampled_from(STEPS), st.sampled_from([None, None, World.wait_long, World.remove]))
trouble = st.one_of(st.none(), st.none(), failing, dying)
words = st.sampled_from(
    ["numbers", "plan", "yes", "yes", "yes", "no", "cancel", "again", "open", "pause", "pause", "resume"]
)
an_old_yes_comes_again = st.sampled_from([False, False, True])
campaigns = st.tuples(st.just("whole_campaign"), people, numbers, trouble, trouble, trouble, an_old_yes_comes_again)
starts = st.tuples(st.just("plan_and_yes"), people, trouble, an_old_yes_comes_again)
messages = st.tuples(st.just("say_something"), people, words, numbers, st.integers(0, 5), trouble)
repetitions = st.tuples(st.just("repeat_an_update"), people, st.integers(1, 4))
pauses = st.tuples(st.just("wait"), st.sampled_from([1.0, 61.0, 20 * 60.0, None]))
orders = st.tuples(st.just("owner_says"), st.sampled_from(["stop", "lift", "lift", "remove", "let_in", "let_in"]))
goings_on = st.tuples(st.just("pause_and_resume"), people, trouble, trouble, trouble)
acts = st.one_of(campaigns, campaigns, starts, goings_on, messages, messages, repetitions, pauses, orders)


class Tally:
    """The spread of the runs, printed in the end: a checker that checks nothing would show here."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.faulty = 0
        self.seen: Counter[str] = Counter()
        self.met: Counter[str] = Counter()

    def add(self, world: World, steps: int) -> None:
        self.steps.append(steps)
        kills = [name for name in world.seen if name.startswith("killed")]
        self.faulty += bool(world.twin.met or kills)
        self.seen += world.seen
        self.met += world.twin.met

    def __add__(self, other: Tally) -> Tally:
        both = Tally()
        both.steps = self.steps + other.steps
        both.faulty = self.faulty + other.faulty
        both.seen, both.met = self.seen + other.seen, self.met + other.met
        return both

    def __str__(self) -> str:
        long = sum(steps >= 10 for steps in self.steps)
        return "\n".join(
            [
                f"runs: {len(self.steps)}, of 10 steps or more: {long}, with a fault: {self.faulty}",
                f"steps: median {statistics.median(self.steps):.0f}, most {max(self.steps)}",
                f"faults met: {dict(self.met.most_common())}",
                f"seen: {dict(self.seen.most_common())}",
            ]
        )


class History(RuleBasedStateMachine):
    """Two people, their messages, a messenger that repeats, a TWIN that fails, a process that is killed."""

    folder: Path
    template: Path
    tally: Tally

    @initialize()
    def open(self) -> None:
        self.place = Path(tempfile.mkdtemp(dir=self.folder))
        self.world = World(self.place, self.template)
        self.steps = 0

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.world.settle()
            self.world.check()
            self.tally.add(self.world, self.steps)
        finally:
            self.world.close()
            shutil.rmtree(self.place)

    def _say(self, person: str, said: str) -> None:
        self.steps += 1
        self.world.say(person, said)

    def _arm(self, trouble: Any) -> None:
        if trouble is None:
            return
        if trouble[0] == "die":
            _, self.world.crash_at, self.world.while_down = trouble
        else:
            self.world.twin.faults[trouble[0]].extend(trouble[1])

    # One rule for all acts: of several, hypothesis switches some off in each run, and runs of mere pauses show nothing.
    @rule(act=acts)
    def act(self, act: tuple[Any, ...]) -> None:
        getattr(self, act[0])(*act[1:])

    def whole_campaign(
        self, person: str, phones: list[str], creating: Any, filling: Any, starting: Any, old_yes: bool
    ) -> None:
        self._arm(creating)
        self._say(person, "create Акция")
        self._arm(filling)
        self._say(person, f"numbers {' '.join(phones)}")
        self.plan_and_yes(person, starting, old_yes)

    def plan_and_yes(self, person: str, starting: Any, old_yes: bool) -> None:
        """`old_yes`: the messenger delivers an earlier yes once more, right when the new plan is shown."""
        self._say(person, "plan")
        said = [message for message in self.world.sent[person] if message[1] == "yes"]
        if old_yes and said:
            self.world.seen["repeated update"] += 1
            self.world.deliver(person, *said[-1])
        self._arm(starting)
        self._say(person, "yes")

    def pause_and_resume(self, person: str, pausing: Any, opening: Any, starting: Any) -> None:
        self._arm(pausing)
        self._say(person, "pause")
        self._arm(opening)
        self._say(person, "resume")
        self._arm(starting)
        self._say(person, "yes")

    def say_something(self, person: str, said: str, phones: list[str], chosen: int, trouble: Any) -> None:
        self._arm(trouble)
        tasks = self.world.sandbox.tasks
        if said == "open" and tasks:
            said = f"open {tasks[chosen % len(tasks)].id}"
        self._say(person, f"numbers {' '.join(phones)}" if said == "numbers" else said)

    def repeat_an_update(self, person: str, back: int) -> None:
        sent = self.world.sent[person]
        if len(sent) >= back:
            self.steps += 1
            self.world.seen["repeated update"] += 1
            self.world.deliver(person, *sent[-back])

    def owner_says(self, order: str) -> None:
        self.steps += 1
        getattr(self.world, order)()

    def wait(self, seconds: float | None) -> None:
        """None: until after a restart."""
        self.steps += 1
        if seconds is None:
            self.world.restart()
        else:
            self.world.pass_time(seconds)
            self.world.recover()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated ledger to begin each run with."""
    file = tmp_path_factory.mktemp("template") / "ledger.db"

    async def make() -> None:
        ledger = Ledger(f"sqlite:///{file}")
        await ledger.open()
        await ledger._store.run(lambda connection: None)
        await ledger.close()

    asyncio.run(make())
    return file


@pytest.fixture(autouse=True)
def no_logs() -> Iterator[None]:
    """Thousands of faults would be thousands of lines."""
    kept = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**kept)


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: the files are many and short-lived."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


def play_out(folder: Path, template: Path, runs: int, number: int, **options: Any) -> Tally:
    """`number` decides the examples."""
    tally = Tally()
    machine = type("Run", (History,), {"folder": folder, "template": template, "tally": tally})
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=runs,
            stateful_step_count=STEPS_A_RUN,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **options,
        ),
    )
    return tally


def test_no_history_breaks_a_promise(folder: Path, template: Path) -> None:
    """In as many processes as there are cores, each with examples of its own."""
    shares = [(folder, template, RUNS // PROCESSES, number) for number in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        tally = sum(pool.map(play_share, shares), start=Tally())
    print(f"\n{tally}")
    runs = len(tally.steps)
    assert runs >= RUNS
    assert sum(steps >= 10 for steps in tally.steps) > runs / 2
    assert tally.faulty > runs / 2
    for rare in (
        "add_candidates_rebuilding",
        "create_task_found",
        "start_calls_done",
        "repeated update",
        "plays",
        "stop",
        "confirmation refused",
        "pause asked",
        "pause_calls_done_counted",
        "turned to a paused task",
        "resume_calls_started",
        "confirmation not_started",
        # Nobody edits lists here: tests/campaign/test_edit.py kills at that step.
        *(f"killed at {step}" for step in STEPS if step != "list_edited"),
    ):
        assert tally.seen[rare] > 0, rare


def play_share(share: tuple[Path, Path, int, int]) -> Tally:
    folder, template, runs, number = share
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return play_out(folder, template, runs, number)


def play_from_several_beginnings(folder: Path, template: Path) -> None:
    for number in range(BEGINNINGS):
        play_out(folder, template, RUNS_WITH_A_BUG, number, phases=[Phase.generate], report_multiple_bugs=False)


# What a careless change could do → the promise it breaks. Each is planted and must be found.
def without_consent(patch: pytest.MonkeyPatch) -> None:
    """A yes starts whatever is there, shown or not."""

    async def confirm(self: Campaign, conversation: str, count: int | None = None, message: str | None = None) -> bool:
        task, _ = await self.current(conversation)
        if task is None or task.twin_id is None:
            return False
        plan = await self.show_plan(conversation)
        return isinstance(plan, Plan) and await real(self, conversation, plan.total)

    real = Campaign.confirm
    patch.setattr(Campaign, "confirm", confirm)


def played_again(patch: pytest.MonkeyPatch) -> None:
    """A `play` without an answer is sent once more."""

    async def play(self: Tasks, task_id: str) -> None:
        try:
            await real(self, task_id)
        except TwinError as error:
            if not error.maybe_done:
                raise
            await real(self, task_id)

    real = Tasks.play
    patch.setattr(Tasks, "play", play)


def claimed_by_everybody(patch: pytest.MonkeyPatch) -> None:
    """A repeated update takes the place of the first one and is worked off again."""

    async def claim(self: Inbox, channel: str, key: str, person: str, incoming: str) -> Claim:
        earlier = sa.delete(updates).where(updates.c.channel == channel, updates.c.key == key)
        await self._store.run(lambda connection: connection.execute(earlier))
        return await real(self, channel, key, person, incoming)

    real = Inbox.claim
    patch.setattr(Inbox, "claim", claim)


@pytest.mark.parametrize("plant", [without_consent, played_again, claimed_by_everybody])
def test_a_planted_bug_is_found(
    folder: Path, template: Path, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=r"plays of a task that got|a plan that it was not said to"):
        play_from_several_beginnings(folder, template)
