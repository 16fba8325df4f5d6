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
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import sqlalchemy as sa
import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from rasa_twin24.campaign import Plan, consent, imports, start
from rasa_twin24.campaign.banned import banned_among
from rasa_twin24.campaign.consent import Consent
from rasa_twin24.campaign.desk import STEPS, Desk
from rasa_twin24.ledger import Ledger, list_edits, portions
from rasa_twin24.ledger.candidates import IN_TASK, Person, collect
from rasa_twin24.ledger.imports import Imports
from rasa_twin24.ledger.inbox import Claim, Inbox
from rasa_twin24.ledger.list_edits import Listed
from rasa_twin24.ledger.schema import candidates, updates
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.twin24 import TwinError
from rasa_twin24.twin24.tasks import Tasks
from tests.history.reading import read_words
from tests.history.twin import ENDPOINTS, FAULTS
from tests.history.world import NUMBERS, OWNER, PEOPLE, World

# Minutes, not seconds: hundreds of runs on a machine that may be busy.
pytestmark = [pytest.mark.history, pytest.mark.timeout(1800)]

RUNS = int(os.environ.get("RUNS", "1000"))
STEPS_A_RUN = 9
PROCESSES = 2
# Enough for a planted bug to show; most do within the first ten. Sometimes the examples circle around a dull place.
RUNS_WITH_A_BUG, BEGINNINGS = 40, 8

people = st.sampled_from(PEOPLE)
numbers = st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=5, unique=True)
# What goes wrong while a message is worked off: requests that fail, one kind after the other, or the process's end.
failing = st.tuples(st.sampled_from(ENDPOINTS), st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3))
while_down = st.sampled_from([None, None, World.wait_long, World.remove, World.ban_somebody])
dying = st.tuples(st.just("die"), st.sampled_from(STEPS), while_down)
dying_anywhere = st.tuples(st.just("die_after"), st.integers(0, 40), while_down)
# What is said while TWIN is being waited for. What comes during `play` comes too late.
said_meanwhile = st.sampled_from(["ban", "ban", "allow", "remove", "stop_adding", "pause", "pause"])
meanwhile = st.tuples(st.just("meanwhile"), st.sampled_from(["create", "list", "read", "read", "add"]), said_meanwhile)
trouble = st.one_of(st.none(), st.none(), st.none(), failing, dying, dying_anywhere, meanwhile)
words = st.sampled_from(
    ["numbers", "plan", "yes", "yes", "yes", "no", "cancel", "once_more", "open", "begin", "pause", "pause", "resume"]
)
# What happens to a list before its plan, or between the plan and the yes.
edits = st.sampled_from(["remove_last", "remove", "clear", "confirm_clear", "ban", "bring", "take", "stop_adding"])
edit = st.one_of(st.none(), st.none(), edits)
of_files = st.sampled_from(["bring", "bring", "take", "take", "take_new", "cancel_list", "stop_adding", "ban_file"])
of_people = st.sampled_from(["remove", "remove_last", "clear", "confirm_clear", "remove_banned", "ban", "ban", "allow"])
an_old_yes_comes_again = st.sampled_from([False, False, True])
nothing = st.none()


def campaigns_with(
    by_file: Any = nothing,
    creating: Any = nothing,
    filling: Any = nothing,
    before_plan: Any = nothing,
    starting: Any = nothing,
    before_yes: Any = nothing,
    old_yes: Any = nothing,
) -> Any:
    """What `whole_campaign` takes; nothing goes wrong but what is named."""
    whole = st.just("whole_campaign")
    return st.tuples(whole, people, numbers, by_file, creating, filling, before_plan, starting, before_yes, old_yes)


campaigns = campaigns_with(st.booleans(), trouble, trouble, edit, trouble, edit, an_old_yes_comes_again)
starts = st.tuples(st.just("plan_and_yes"), people, numbers, trouble, edit, an_old_yes_comes_again)
# Somebody else's task, or an own one of before: with more numbers, or as it is.
openings = st.tuples(st.just("open_and_start"), people, st.integers(0, 5), numbers, st.booleans(), trouble, edit)
files = st.tuples(
    st.just("bring_and_decide"), people, numbers, trouble, st.sampled_from(["take", "take_new", "cancel_list"]), trouble
)
messages = st.tuples(st.just("say_something"), people, words, numbers, st.integers(0, 5), trouble)
changes = st.tuples(
    st.just("say_something"), people, st.one_of(of_files, of_people), numbers, st.integers(0, 5), trouble
)
repetitions = st.tuples(st.just("repeat_an_update"), people, st.integers(1, 4))
pauses = st.tuples(st.just("wait"), st.sampled_from([1.0, 61.0, 20 * 60.0, None]))
orders = st.tuples(st.just("owner_says"), st.sampled_from(["stop", "lift", "lift", "remove", "let_in", "let_in"]))
# Something that is started for it, or whatever runs.
goings_on = st.tuples(
    st.just("pause_and_resume"), people, st.one_of(st.none(), numbers, numbers), trouble, trouble, trouble, edit
)
# Numbers that do not get through, and are not wanted any more; a list that is edited after it went out.
given_up = campaigns_with(
    filling=st.tuples(st.just("add"), st.lists(st.sampled_from(FAULTS), min_size=3, max_size=3)),
    before_plan=st.just("stop_adding"),
)
edited = st.tuples(
    st.just("fill_and_edit"),
    people,
    numbers,
    st.sampled_from(["remove_last", "remove"]),
    st.one_of(trouble, st.tuples(st.just("die"), st.just("list_edited"), while_down)),
)
killed = campaigns_with(starting=dying)
acts = st.one_of(
    campaigns,
    campaigns,
    killed,
    given_up,
    edited,
    starts,
    openings,
    goings_on,
    messages,
    messages,
    files,
    changes,
    changes,
    repetitions,
    pauses,
    orders,
)


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

    def _arm(self, trouble: Any, person: str = OWNER) -> None:
        if trouble is None:
            return
        if trouble[0] == "die":
            _, self.world.crash_at, self.world.while_down = trouble
        elif trouble[0] == "die_after":
            _, self.world.dies_after, self.world.while_down = trouble
        elif trouble[0] == "meanwhile":
            _, endpoint, verb = trouble
            said = self._words(person, verb, NUMBERS[:2])
            if said is not None:
                self.world.meanwhile = (endpoint, *said)
        else:
            self.world.twin.faults[trouble[0]].extend(trouble[1])

    def _words(self, person: str, verb: str, phones: Sequence[str], chosen: int = 0) -> tuple[str, str] | None:
        """Who says it, and with what; None: there is nothing it could be about."""
        if verb in ("ban", "allow", "ban_file"):
            return OWNER, f"{verb} {' '.join(phones if verb == 'allow' else phones[:2])}"
        if verb in ("numbers", "remove"):
            return person, f"{verb} {' '.join(phones)}"
        if verb == "bring":  # the first one has two numbers, sometimes
            return person, f"bring {(',' if chosen % 2 else ' ').join(phones[:2])} {' '.join(phones[2:])}".strip()
        if verb in ("take", "take_new", "cancel_list"):
            newest = self.world.newest_list(person)
            return None if newest is None else (person, f"{verb} {newest}")
        if verb == "confirm_clear":
            asked = self.world.asked_to_clear.get(person)
            return None if asked is None else (person, f"{verb} {asked}")
        if verb == "open":
            tasks = self.world.sandbox.tasks
            return (person, f"open {tasks[chosen % len(tasks)].id}") if tasks else None
        return person, verb

    def whole_campaign(
        self,
        person: str,
        phones: list[str],
        by_file: bool,
        creating: Any,
        filling: Any,
        before_plan: str | None,
        starting: Any,
        before_yes: str | None,
        old_yes: bool,
    ) -> None:
        self._arm(creating, person)
        self._say(person, "create Акция")
        if by_file:
            self.say_something(person, "bring", phones, len(phones), None)
            self.say_something(person, "take", phones, 0, filling)
        else:
            self._arm(filling, person)
            self._say(person, f"numbers {' '.join(phones)}")
        if before_plan is not None:
            self.say_something(person, before_plan, phones[-2:], 0, None)
        self.plan_and_yes(person, phones, starting, before_yes, old_yes)

    def fill_and_edit(self, person: str, phones: list[str], change: str, editing: Any) -> None:
        self._say(person, "create Акция")
        self._say(person, f"numbers {' '.join(phones)}")
        self.say_something(person, change, phones[:1], 0, editing)

    def plan_and_yes(
        self, person: str, phones: list[str], starting: Any, before_yes: str | None, old_yes: bool
    ) -> None:
        """`old_yes`: the messenger delivers an earlier yes once more, right when the new plan is shown."""
        self._say(person, "plan")
        said = [message for message in self.world.sent[person] if message[1] == "yes"]
        if old_yes and said:
            self.world.seen["repeated update"] += 1
            self.world.deliver(person, *said[-1])
        if before_yes is not None:
            self.say_something(person, before_yes, phones[:2], 0, None)
        self._arm(starting, person)
        self._say(person, "yes")
        if before_yes is not None:  # that was none, or a start that was refused: now they mean it
            self._say(person, "plan")
            self._say(person, "yes")

    def pause_and_resume(
        self,
        person: str,
        phones: list[str] | None,
        pausing: Any,
        opening: Any,
        starting: Any,
        before_yes: str | None,
    ) -> None:
        """With `phones` a task of theirs is started first."""
        if phones is not None:
            self.whole_campaign(person, phones, False, None, None, None, None, None, False)
        self._arm(pausing, person)
        self._say(person, "pause")
        self._arm(opening, person)
        self._say(person, "resume")
        if before_yes is not None:
            self.say_something(person, before_yes, NUMBERS[:2], 0, None)
            self._say(person, "resume")
        self._arm(starting, person)
        self._say(person, "yes")

    def open_and_start(
        self, person: str, chosen: int, phones: list[str], more: bool, trouble: Any, before_yes: str | None
    ) -> None:
        self.say_something(person, "open", phones, chosen, None)
        if more:
            self.say_something(person, "numbers", phones, chosen, None)
        self.plan_and_yes(person, phones, trouble, before_yes, False)

    def bring_and_decide(self, person: str, phones: list[str], reading: Any, decision: str, taking: Any) -> None:
        self.say_something(person, "bring", phones, len(phones), reading)
        self.say_something(person, decision, phones, 0, taking)

    def say_something(self, person: str, verb: str, phones: list[str], chosen: int, trouble: Any) -> None:
        said = self._words(person, verb, phones, chosen)
        if said is not None:
            self._arm(trouble, person)
            self._say(*said)

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


# One rule for all acts: of several, hypothesis switches some off in each run, and runs of mere pauses show nothing.
def do(history: History, act: tuple[Any, ...]) -> None:
    getattr(history, act[0])(*act[1:])


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


def play_out(folder: Path, template: Path, runs: int, number: int, wanted: Any = acts, **options: Any) -> Tally:
    """`number` decides the examples, which are of the `wanted` acts."""
    tally = Tally()
    own = {"folder": folder, "template": template, "tally": tally, "act": rule(act=wanted)(do)}
    machine = type("Run", (History,), own)
    with patch.object(imports, "read_list", read_words):
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
    rare = (
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
        "list_rebuilding",
        "list taken",
        "list cancelled",
        "adding stopped",
        "banned",
        "start_calls_do_not_call_rebuilding",
        "killed before a transaction",
        "meanwhile ban",
        *(f"killed at {step}" for step in STEPS),
    )
    assert [one for one in rare if not tally.seen[one]] == []


def play_share(share: tuple[Path, Path, int, int]) -> Tally:
    folder, template, runs, number = share
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return play_out(folder, template, runs, number)


def play_from_several_beginnings(folder: Path, template: Path, wanted: Any) -> None:
    for number in range(BEGINNINGS):
        only_found = {"phases": [Phase.generate], "report_multiple_bugs": False}
        play_out(folder, template, RUNS_WITH_A_BUG, number, wanted, **only_found)


# What a careless change could do → the promise it breaks. Each is planted and must be found.
def without_consent(planted: pytest.MonkeyPatch) -> None:
    """A yes starts whatever is there, shown or not."""

    async def confirm(self: Consent, conversation: str, count: int | None = None, message: str | None = None) -> bool:
        task, _ = await self._ledger.tasks.talked_about(conversation)
        if task is None or task.twin_id is None:
            return False
        plan = await self.show_plan(conversation)
        return isinstance(plan, Plan) and await real(self, conversation, plan.total)

    real = Consent.confirm
    planted.setattr(Consent, "confirm", confirm)


def played_again(planted: pytest.MonkeyPatch) -> None:
    """A `play` without an answer is sent once more."""

    async def play(self: Tasks, task_id: str) -> None:
        try:
            await real(self, task_id)
        except TwinError as error:
            if not error.maybe_done:
                raise
            await real(self, task_id)

    real = Tasks.play
    planted.setattr(Tasks, "play", play)


def claimed_by_everybody(planted: pytest.MonkeyPatch) -> None:
    """A repeated update takes the place of the first one and is worked off again."""

    async def claim(self: Inbox, channel: str, key: str, person: str, incoming: str) -> Claim:
        earlier = sa.delete(updates).where(updates.c.channel == channel, updates.c.key == key)
        await self._store.run(lambda connection: connection.execute(earlier))
        return await real(self, channel, key, person, incoming)

    real = Inbox.claim
    planted.setattr(Inbox, "claim", claim)


def not_asked_right_before_play(planted: pytest.MonkeyPatch) -> None:
    """Whoever is banned after the plan is dialed."""

    async def spare(desk: Desk, task: CallTask) -> None:
        return None

    planted.setattr(start, "_spare_banned", spare)


def the_old_task_is_kept(planted: pytest.MonkeyPatch) -> None:
    """People are taken off the list here, and stay in the task at TWIN."""
    planted.setattr(list_edits, "_at_twin", lambda task, people: sa.select(candidates.c.id).where(sa.false()))


def the_old_task_may_be_opened(planted: pytest.MonkeyPatch) -> None:
    """A list is made anew without somebody, and the task that holds them is not put down as left."""
    planted.setattr(portions.abandoned, "put", lambda *_: None)


def the_pause_is_not_sent(planted: pytest.MonkeyPatch) -> None:
    """What TWIN has not been asked for is told as done."""

    async def pause(self: Tasks, task_id: str) -> None:
        return None

    planted.setattr(Tasks, "pause", pause)


def only_ones_own_people_are_known(planted: pytest.MonkeyPatch) -> None:
    """Whom another conversation has put into the task is not asked about."""

    async def banned_at_twin(desk: Desk, task: CallTask) -> list[Listed]:
        return await banned_among(desk, await desk.ledger.list_edits.people(task.id, *IN_TASK))

    planted.setattr(start, "banned_at_twin", banned_at_twin)
    planted.setattr(consent, "banned_at_twin", banned_at_twin)


def gone_before_it_is_there(planted: pytest.MonkeyPatch) -> None:
    """A chunk of a list goes away in a transaction of its own."""

    async def pour(self: Imports, import_id: int) -> bool:
        chunk, found = await self.first_chunk(import_id), await self.get(import_id)
        if chunk is None or found.task_id is None:
            return False
        await self.drop_chunk(import_id, chunk[0])
        people = [Person(one.phones) for one in chunk[1]]
        await self._store.run(lambda c: collect(c, found.task_id or 0, people, self._clock()))
        return True

    planted.setattr(Imports, "pour_chunk", pour)


removing = campaigns_with(before_plan=st.sampled_from(["remove", "remove_last"]))
not_played = campaigns_with(starting=st.just(("play", ["403"])))
foreign_with_banned = st.tuples(
    st.just("open_and_start"), people, st.integers(0, 5), numbers, st.just(False), nothing, st.just("ban")
)
# The promise, and the acts among which such a bug shows soon.
PROMISES = {
    without_consent: (
        r"plays of a task that got|a plan that it was not said to|another list than the plan showed",
        st.one_of(campaigns_with(before_yes=edits), messages),
    ),
    played_again: (r"plays of a task that got", campaigns_with(starting=failing)),
    claimed_by_everybody: (
        r"plays of a task that got|a plan that it was not said to",
        st.one_of(campaigns_with(old_yes=st.just(True)), repetitions),
    ),
    not_asked_right_before_play: (r"a number that is never to be called", campaigns_with(before_yes=st.just("ban"))),
    only_ones_own_people_are_known: (
        r"a number that is never to be called",
        st.one_of(not_played, foreign_with_banned),
    ),
    the_old_task_is_kept: (
        r"somebody who was taken off|another list than the plan showed",
        st.one_of(removing, starts),  # the first start finds others at TWIN than the plan showed
    ),
    the_old_task_may_be_opened: (r"a task that was left for ever", st.one_of(removing, openings)),
    the_pause_is_not_sent: (
        r"told that a task is paused, and it is dialed|a pause that nobody carries out",
        goings_on,
    ),
    gone_before_it_is_there: (
        r"somebody who was given is on no list",
        campaigns_with(by_file=st.just(True), filling=st.tuples(st.just("die_after"), st.integers(5, 20), nothing)),
    ),
}


@pytest.mark.parametrize("plant", PROMISES, ids=[plant.__name__ for plant in PROMISES])
def test_a_planted_bug_is_found(
    folder: Path,
    template: Path,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[pytest.MonkeyPatch], None],
) -> None:
    promise, wanted = PROMISES[plant]
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=promise):
        play_from_several_beginnings(folder, template, wanted)
