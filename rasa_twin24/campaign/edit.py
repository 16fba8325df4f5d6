"""Take people off the list of the task that is talked about, before it is started."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from rasa_twin24.campaign.banned import banned_among
from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.lookup import count_candidates
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.rebuild import may_be_rebuilt
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.list_edits import WAITING, Listed, Taken
from rasa_twin24.ledger.tasks import CallTask, TaskState

_REFUSALS = {
    Taken.BUSY: "edit_list_busy",
    Taken.STARTED: "edit_list_started",
    Taken.FOREIGN: "edit_list_foreign",
}


@dataclass(frozen=True)
class Edited:
    """What came of it. Whole numbers, hence no repr.

    `missing` and `called` were asked for and could not be taken off: they are not on the list, or were called before.
    `rebuilding`: the task at TWIN is left for ever, and `Campaign.carry_out` makes another one for those who are left.
    """

    task: CallTask
    removed: tuple[Listed, ...] = field(default=(), repr=False)
    missing: tuple[str, ...] = field(default=(), repr=False)
    called: tuple[str, ...] = field(default=(), repr=False)
    left: int = 0
    rebuilding: bool = False


class Editing:
    """The list of a conversation's task. Each change voids whatever plan of it was shown."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ledger = desk.ledger

    async def people(self, conversation: str, limit: int | None = None) -> tuple[CallTask, list[Listed]] | None:
        """The task that is talked about and who is on its list, oldest first; None when there is no task."""
        task, _ = await self._ledger.tasks.talked_about(conversation)
        return None if task is None else (task, await self._ledger.list_edits.people(task.id, limit=limit))

    async def count(self, task: CallTask) -> int:
        """How many are on the list."""
        return await self._ledger.candidates.count(task.id, *WAITING)

    async def remove(self, conversation: str, phones: Collection[str]) -> Edited | Outcome:
        """Take off whoever has one of these numbers, with all of their numbers. Raises `TwinError`."""
        known = await self.people(conversation)
        if known is None:
            return Outcome("edit_list_no_task")
        task, people = known
        chosen = [person for person in people if not set(phones).isdisjoint(person.phones)]
        found = {phone for person in chosen for phone in person.phones}
        dialed = set(await self._ledger.candidates.phones(task.id, CandidateState.DIALED))
        missing = [phone for phone in dict.fromkeys(phones) if phone not in found]
        return await self._take_off(
            task,
            chosen,
            missing=tuple(phone for phone in missing if phone not in dialed),
            called=tuple(phone for phone in missing if phone in dialed),
        )

    async def remove_places(self, conversation: str, places: Sequence[int]) -> Edited | Outcome:
        """Take off those at these places in the list, from 1; below 0 from its end. Raises `TwinError`.

        Said again after a crash it would take off others: it is for the caller not to repeat it.
        """
        known = await self.people(conversation)
        if known is None:
            return Outcome("edit_list_no_task")
        task, people = known
        at = {place - 1 if place > 0 else len(people) + place for place in places}
        if not at <= set(range(len(people))):
            return Outcome("edit_list_no_place", {"count": str(len(people))})
        return await self._take_off(task, [people[index] for index in sorted(at)])

    async def clear(self, conversation: str) -> Edited | Outcome:
        """Take off everybody who has not been called yet. Raises `TwinError`."""
        known = await self.people(conversation)
        return Outcome("edit_list_no_task") if known is None else await self._take_off(*known)

    async def remove_banned(self, conversation: str) -> Edited | Outcome:
        """Take off everybody who is on the do-not-call list. Raises `TwinError`."""
        known = await self.people(conversation)
        if known is None:
            return Outcome("edit_list_no_task")
        task, people = known
        return await self._take_off(task, await banned_among(self._desk, people))

    async def rename(self, conversation: str, name: str) -> Edited | Outcome:
        """Give the task that is talked about another name; one at TWIN is made anew under it. Raises `TwinError`."""
        known = await self.people(conversation, limit=0)
        if known is None or not known[0].name:
            return Outcome("rename_no_task")
        task = known[0]
        values = {"name": task.name, "task_id": task.twin_id or ""}
        if task.state == TaskState.FILLING and await self._has_others(task):
            return Outcome("rename_foreign", values)
        taken = await self._ledger.list_edits.rename(task.id, name, may_be_rebuilt)
        if taken not in (Taken.DONE, Taken.REBUILDING):
            return Outcome(f"rename_{taken.value}", values)
        rebuilding = taken is Taken.REBUILDING
        if rebuilding:
            await self._ledger.conversations.step_of(task.conversation, task.id, None)
        return Edited(task, left=await self.count(task), rebuilding=rebuilding)

    async def _take_off(
        self, task: CallTask, people: Sequence[Listed], missing: tuple[str, ...] = (), called: tuple[str, ...] = ()
    ) -> Edited | Outcome:
        values = {"name": task.name, "task_id": task.twin_id or ""}
        if task.state not in (TaskState.NEW, TaskState.CREATING, TaskState.FILLING):
            return Outcome("edit_list_started", values)
        if not people:
            return Edited(task, missing=missing, called=called, left=await self.count(task))
        if _some_at_twin(people) and await self._has_others(task):
            return Outcome("edit_list_others", values)
        taken = await self._ledger.list_edits.take_off(task.id, [person.id for person in people], may_be_rebuilt)
        if taken in _REFUSALS:
            return Outcome(_REFUSALS[taken], values)
        rebuilding = taken is Taken.REBUILDING
        self._desk.reached("list_edited")
        left = await self.count(task)
        if rebuilding:  # as while a task is made for the first time; the work sets the next step
            await self._ledger.conversations.step_of(task.conversation, task.id, None)
        elif not left and task.twin_id is not None:
            await self._ledger.conversations.step_of(task.conversation, task.id, Step.NUMBERS)
        return Edited(task, tuple(people), missing, called, left, rebuilding)

    async def _has_others(self, task: CallTask) -> bool:
        """Whether somebody has put people into our task past this bot, who would be lost with it."""
        if not may_be_rebuilt(task) or task.there_before is None or await self._ledger.portions.in_doubt(task.id):
            return False
        if await self._ledger.candidates.count(task.id, CandidateState.SENDING):  # what is more may be ours
            return False
        count = await count_candidates(self._desk, task)
        added = await self._ledger.candidates.count(task.id, CandidateState.ADDED)
        return count is not None and count > task.there_before + added


def _some_at_twin(people: Iterable[Listed]) -> bool:
    return any(person.state == CandidateState.ADDED for person in people)
