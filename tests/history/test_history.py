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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from rasa_twin24.campaign.desk import STEPS
from rasa_twin24.ledger import Ledger
from tests.history.twin import ENDPOINTS, FAULTS
from tests.history.world import NUMBERS, PEOPLE, World

RUNS = int(os.environ.get("RUNS", "2000"))
STEPS_A_RUN = 12
# Enough for a planted bug to show; most do within the first hundred.
RUNS_WITH_A_BUG = 600

people = st.sampled_from(PEOPLE)
numbers = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=5, unique=True)
# What goes wrong while a message is worked off: requests that fail, one kind after the other, or the process's end.
failing = st.tuples(st.sampled_from(ENDPOINTS), st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3))
trouble = st.one_of(st.none(), failing, failing, st.sampled_from(STEPS))
words = st.sampled_from(["numbers", "plan", "plan", "yes", "yes", "no", "cancel", "again", "open"])
campaigns = st.tuples(st.just("create_and_fill"), people, numbers, trouble, trouble)
starts = st.tuples(st.just("plan_and_yes"), people, trouble)
messages = st.tuples(st.just("say_something"), people, words, numbers, st.integers(0, 5), trouble)
repetitions = st.tuples(st.just("repeat_an_update"), people, st.integers(1, 4))
pauses = st.tuples(st.just("wait"), st.sampled_from([1.0, 61.0, 20 * 60.0, None]))
acts = st.one_of(campaigns, starts, starts, messages, messages, repetitions, pauses)


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
        if isinstance(trouble, str):
            self.world.crash_at = trouble
        elif trouble is not None:
            endpoint, faults = trouble
            self.world.twin.faults[endpoint].extend(faults)

    # One rule for all acts: of several, hypothesis switches some off in each run, and runs of mere pauses show nothing.
    @rule(act=acts)
    def act(self, act: tuple[Any, ...]) -> None:
        getattr(self, act[0])(*act[1:])

    def create_and_fill(self, person: str, phones: list[str], at_creation: Any, at_filling: Any) -> None:
        self._arm(at_creation)
        self._say(person, "create Акция")
        self._arm(at_filling)
        self._say(person, f"numbers {' '.join(phones)}")

    def plan_and_yes(self, person: str, at_start: Any) -> None:
        self._say(person, "plan")
        self._arm(at_start)
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


def play_out(folder: Path, template: Path, runs: int, **options: Any) -> Tally:
    tally = Tally()
    machine = type("Run", (History,), {"folder": folder, "template": template, "tally": tally})
    run_state_machine_as_test(
        machine,
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
    tally = play_out(folder, template, RUNS)
    print(f"\n{tally}")
    runs = len(tally.steps)
    assert runs >= RUNS
    assert sum(steps >= 10 for steps in tally.steps) > runs / 2
    assert tally.faulty > runs / 2
    for rare in ("add_candidates_rebuilding", "create_task_found", "start_calls_done", "repeated update", "plays"):
        assert tally.seen[rare] > 20, rare
