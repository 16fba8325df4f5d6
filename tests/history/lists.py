"""What people were told of their lists: against it the history is held, never against what the bot's code believes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.candidates import IN_TASK, CandidateState
from rasa_twin24.ledger.imports import ImportState
from rasa_twin24.ledger.tasks import CallTask, TaskState

# Whom TWIN does not take is named to their person, and still known.
KNOWN = (*IN_TASK, CandidateState.REFUSED)
# Somebody on a list, by all of their numbers.
Somebody = tuple[str, ...]


@dataclass
class Coming:
    """A list that was taken: everybody of it must get to the task that its person talks about."""

    people: frozenset[Somebody]
    may_be_cancelled: bool = False


@dataclass
class Lists:
    """By the ledger's id of a task; what a person may or may not still expect of it."""

    on: dict[int, set[Somebody]] = field(default_factory=lambda: defaultdict(set))
    off: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    # Given before any task had a name, by person: the first one that gets one has them.
    unnamed: dict[str, set[Somebody]] = field(default_factory=lambda: defaultdict(set))
    coming: dict[int, Coming] = field(default_factory=dict)
    banned: set[str] = field(default_factory=set)
    ever_banned: set[str] = field(default_factory=set)
    # Lists that nobody can be sure of. Of tasks that were opened: whoever was there already is on another list, and
    # stays off this one when the task is made anew for it. Of somebody who was removed while their words were worked
    # off: what came of these is not told.
    unsure: set[int] = field(default_factory=set)
    # By person: the lists to which they have given somebody.
    of: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    # Tasks at TWIN that the bot said it has left for ever.
    left: set[str] = field(default_factory=set)

    def put(self, person: str, task: CallTask, people: Iterable[Somebody]) -> None:
        given = set(people)
        self.of[person].add(task.id)
        self.off[task.id] -= {phone for somebody in given for phone in somebody}
        if task.name:
            self.on[task.id] |= given
        else:
            self.unnamed[person] |= given

    def take(self, import_id: int, people: Collection[Somebody], task: CallTask, *, everybody: bool) -> None:
        """`everybody`: all of them must come; else nobody knows here who does."""
        self.coming[import_id] = Coming(frozenset(people) if everybody else frozenset())
        self.off[task.id] -= {phone for somebody in people for phone in somebody}

    def named(self, person: str, task: CallTask) -> None:
        self.of[person].add(task.id)
        self.on[task.id] |= self.unnamed.pop(person, set())

    def remove(self, person: str, task: CallTask, phones: Collection[str]) -> None:
        """The bot has said that whoever has these numbers is off the list."""
        self.off[task.id].update(phones)
        for people in (self.on[task.id], self.unnamed[person]):
            people -= {somebody for somebody in people if not set(somebody).isdisjoint(phones)}

    async def gone(self, ledger: Ledger, person: str, task: CallTask) -> set[Somebody]:
        """Who should be on the list, and is not, as its person now sees; they are off it from now on."""
        await self.come_in(ledger)
        listed = {phone for one in await ledger.candidates.people(task.id, *KNOWN) for phone in one.phones}
        gone = {one for one in self.on[task.id] | self.unnamed[person] if listed.isdisjoint(one)}
        self.remove(person, task, [phone for somebody in gone for phone in somebody])
        return gone

    def stop(self, person: str, task: CallTask) -> None:
        """Whoever was not at TWIN is off, and who that was is not told."""
        self.on.pop(task.id, None)
        self.unnamed.pop(person, None)

    def ban(self, phones: Collection[str]) -> None:
        self.banned.update(phones)
        self.ever_banned.update(phones)

    async def left_in(self, ledger: Ledger) -> None:
        """What a process that was killed has left and not told."""
        left = await ledger._store.run(lambda c: c.exec_driver_sql("SELECT twin_id FROM abandoned").all())
        self.left.update(row.twin_id for row in left)

    async def check(self, ledger: Ledger, shared: Collection[str]) -> None:
        """Nobody is lost, nobody is doubled. In the tasks at TWIN that are `shared` another list may hold them."""
        await self.come_in(ledger)
        for import_id, coming in self.coming.items():
            found = await ledger.imports.get(import_id)
            if found.state == ImportState.TAKEN:
                task = await ledger.tasks.get(found.task_id or 0)
                pours = task.state == TaskState.FILLING and not await ledger.plans.asks(task.id)
                assert not pours, "a list that was taken waits for ever"
            else:
                assert coming.may_be_cancelled, "a list that was taken is lost"
        for task_id, people in self.on.items():
            listed = await ledger.candidates.people(task_id, *KNOWN)
            phones = Counter(phone for one in listed for phone in one.phones)
            assert all(times == 1 for times in phones.values()), "somebody is twice on a list"
            if task_id in self.unsure or (await ledger.tasks.get(task_id)).twin_id in shared:
                continue
            for somebody in people:
                if self.ever_banned.isdisjoint(somebody):
                    assert not phones.keys().isdisjoint(somebody), "somebody who was given is on no list"

    async def come_in(self, ledger: Ledger) -> None:
        """Whoever has got from a list that was taken to a task's must stay there."""
        for import_id, coming in list(self.coming.items()):
            found = await ledger.imports.get(import_id)
            if found.state != ImportState.DONE or found.task_id is None:
                continue
            del self.coming[import_id]
            if not coming.may_be_cancelled:
                self.on[found.task_id] |= {one for one in coming.people if self.off[found.task_id].isdisjoint(one)}
