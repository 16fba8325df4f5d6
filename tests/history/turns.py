"""What the bot does about a message: the acts of `actions/`, without their words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from rasa_twin24.campaign import Outcome, Plan
from rasa_twin24.campaign.banned import REBUILT_WITHOUT_BANNED
from rasa_twin24.campaign.edit import Edited
from rasa_twin24.campaign.progress import UPLOAD
from rasa_twin24.ledger.candidates import CandidateState, people_of
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.imports import ImportState, Purpose
from rasa_twin24.twin24 import TaskStatus, TwinError
from tests.history.given import Given
from tests.history.reading import people_in

if TYPE_CHECKING:
    from tests.history.world import World

# After these the task at TWIN that they name is never played.
LEAVES = ("add_candidates_rebuilding", "add_candidates_spoiled", REBUILT_WITHOUT_BANNED)

EDITS = ("remove", "remove_last", "remove_banned", "confirm_clear")


class Turn:
    """One message of a person. `again`: a killed process had it in hand already."""

    def __init__(self, world: World, person: str, key: str, words: str, *, again: bool = False) -> None:
        self.world = world
        self.person = person
        self.key = key
        self.verb, _, self.rest = words.partition(" ")
        self.again = again
        self.campaign = world.campaign
        self.lists = world.lists

    async def carry_out(self) -> None:
        """What the message is for, then what is to be done at TWIN; a question ends the turn."""
        act: Callable[[], Awaitable[bool | None]] = getattr(self, self.verb)
        if self.again and self.verb in EDITS:
            await self._show_list()
        try:
            if await act() is False:
                return
        except TwinError:
            self.world.seen["said that TWIN fails"] += 1
        try:
            outcomes = await self.campaign.carry_out(self.person)
        except TwinError:
            outcomes = None
        self._hear(outcomes or ())

    def _hear(self, outcomes: Iterable[Outcome]) -> None:
        for outcome in outcomes:
            self.world.seen[outcome.kind] += 1
            self.world.pausing.hear(outcome)
            if outcome.kind in LEAVES:
                self.lists.left.add(outcome.params["task_id"])

    # --- tasks ----------------------------------------------------------------------------------------------

    async def begin(self) -> None:
        await self._left(for_another=True)
        await self.campaign.begin(self.person, self.key)

    async def create(self) -> None:
        await self.begin()
        await self.campaign.order(self.person, self.rest, self.key)
        await self._named()

    async def once_more(self) -> None:
        await self.campaign.again(self.person)

    async def cancel(self) -> bool:
        await self._left()
        self.lists.unnamed.pop(self.person, None)
        await self.campaign.drop(self.person)
        return False

    async def open(self) -> None:
        try:
            found = await self.campaign.look_up(self.rest)
        except TwinError:
            return
        if await self.campaign.may_be_opened(found) and found.status in TaskStatus.ADDABLE:
            await self._left(for_another=True)
            task = await self.campaign.open(self.person, found)
            self.lists.unsure.add(task.id)
            await self._named()
            self.world.seen["opened"] += 1
            self.world.opened[found.id].add(self.person)

    async def pause(self) -> bool:
        self._hear(await self.world.pausing.pause(self.person))
        return False

    async def resume(self) -> None:
        """Turn to what is paused, and see the plan of what would go on."""
        found = await self.world.pausing.paused(self.person)
        if found is None:
            return
        await self._left(for_another=True)
        await self.campaign.keep_going(found, self.person)
        await self.campaign.open(self.person, found)
        await self._named()
        self.world.seen["turned to a paused task"] += 1
        await self.plan()

    async def _named(self) -> None:
        task, _ = await self.campaign.current(self.person)
        if task is not None and task.name:
            self.lists.named(self.person, task)

    async def _left(self, *, for_another: bool = False) -> None:
        """Lists on their way to a task that is left stay where they are, unless the next one has them."""
        task, _ = await self.campaign.current(self.person)
        if task is None or (for_another and not task.name):
            return
        for taken in await self.world.ledger.imports.in_state(ImportState.TAKEN, task.id):
            if taken.id in self.lists.coming:
                self.lists.coming[taken.id].may_be_cancelled = True

    # --- the list -------------------------------------------------------------------------------------------

    async def numbers(self) -> None:
        phones = self.rest.split()
        listed = await self.world.ledger.do_not_call.listed(phones)
        task, _ = await self.campaign.current(self.person)
        wanted = [phone for phone in phones if phone not in listed]
        if await self.campaign.collect(self.person, people_of(wanted)) is not None and task is not None:
            self.lists.put(self.person, task, [(phone,) for phone in wanted])

    async def remove(self) -> None:
        await self._edited(await self.campaign.editing.remove(self.person, self.rest.split()))

    async def remove_last(self) -> None:
        if not self.again:  # once more would take off somebody else
            await self._edited(await self.campaign.editing.remove_places(self.person, [-1]))

    async def remove_banned(self) -> None:
        await self._edited(await self.campaign.editing.remove_banned(self.person))

    async def clear(self) -> bool:
        """The question; its button carries which list it is about."""
        known = await self.campaign.editing.people(self.person, limit=0)
        await self.world.ledger.plans.void(self.person)
        if known is not None:
            self.world.asked_to_clear[self.person] = f"{known[0].id}:{await self.campaign.editing.count(known[0])}"
        return False

    async def confirm_clear(self) -> bool | None:
        known = await self.campaign.editing.people(self.person, limit=0)
        if known is None or self.rest != f"{known[0].id}:{await self.campaign.editing.count(known[0])}":
            return await self.clear()
        await self._edited(await self.campaign.editing.clear(self.person))
        return None

    async def _show_list(self) -> None:
        """A killed process may have edited the list and told nobody: who is on it is shown then."""
        task, _ = await self.campaign.current(self.person)
        if task is None:
            return
        gone = await self.lists.gone(self.world.ledger, self.person, task)
        assert self.verb != "remove_last" or len(gone) <= 1, "more than the last one is off the list"
        named = set(self.rest.split())
        assert self.verb != "remove" or all(not named.isdisjoint(one) for one in gone), "somebody else is off the list"

    async def _edited(self, done: Edited | Outcome) -> None:
        if isinstance(done, Outcome):
            self.world.seen[done.kind] += 1
            return
        if done.removed:
            self.world.seen["removed from a list"] += 1
            phones = [phone for person in done.removed for phone in person.phones]
            await self.lists.come_in(self.world.ledger)
            self.lists.remove(self.person, done.task, phones)
        if done.rebuilding:
            self.world.seen["list_rebuilding"] += 1
            self.lists.left.add(done.task.twin_id or "")

    # --- files ----------------------------------------------------------------------------------------------

    async def bring(self, purpose: str = Purpose.CANDIDATES) -> None:
        """A file is kept by the channel; once for one message."""
        files = self.world.ledger.files
        file_id = await files.find(self.person, self.key)
        if file_id is None:
            file_id = await files.add(self.person, "list.txt", self.rest.encode(), self.key)
        await self.campaign.imports.begin(self.person, file_id, "list.txt", purpose, self.key)
        await self.campaign.imports.carry_out(self.person)

    async def ban_file(self) -> None:
        await self.bring(Purpose.DO_NOT_CALL)

    async def take(self, *, only_new: bool = False) -> None:
        chosen = int(self.rest)
        found = await self.world.ledger.imports.get(chosen)
        task, _ = await self.campaign.current(self.person)
        taken = await self.campaign.imports.take(self.person, chosen, only_new=only_new)
        file = await self.world.ledger.files.get(self.person, found.file_id)
        people = people_in(file.content.decode()) if file is not None else []
        if taken:
            self.world.seen["list taken"] += 1
        if taken and found.purpose == Purpose.CANDIDATES and task is not None:
            # Whom the report leaves out is on the list, or never called.
            everybody = found.report["good"] == len(people) and not only_new
            self.lists.take(chosen, people, task, everybody=everybody)
        await self.campaign.imports.carry_out(self.person)
        if taken and found.purpose == Purpose.DO_NOT_CALL:
            self.lists.ban([phone for phones in people for phone in phones])

    async def take_new(self) -> None:
        await self.take(only_new=True)

    async def cancel_list(self) -> bool:
        if await self.campaign.imports.cancel(self.person, int(self.rest)):
            self.world.seen["list cancelled"] += 1
            assert int(self.rest) not in self.lists.coming, "a list that was taken is cancelled by its button"
        return False

    async def stop_adding(self) -> bool:
        """The button under the line of an upload."""
        task, _ = await self.campaign.current(self.person)
        if task is None:
            return False
        await self.lists.come_in(self.world.ledger)
        await self._left()
        if await self.campaign.stop_adding(self.person, f"{UPLOAD}{task.id}") is not None:
            self.world.seen["adding stopped"] += 1
        self.lists.stop(self.person, task)
        return False

    # --- never to be called ---------------------------------------------------------------------------------

    async def ban(self) -> bool:
        await self.world.ledger.do_not_call.add(self.rest.split(), self.person)
        self.lists.ban(self.rest.split())
        self.world.seen["banned"] += 1
        return False

    async def allow(self) -> bool:
        self.lists.banned.difference_update(self.rest.split())
        await self.world.ledger.do_not_call.remove(self.rest.split(), self.person)
        return False

    # --- consent --------------------------------------------------------------------------------------------

    async def plan(self) -> bool:
        world = self.world
        shown = await self.campaign.consent.show_plan(self.person, self.key)
        if not isinstance(shown, Plan):
            world.seen[shown.kind] += 1
            return False
        world.seen["plan shown" if shown.obstacle is None else shown.obstacle.kind] += 1
        task = shown.task
        at_twin = next(one for one in world.sandbox.tasks if one.id == task.twin_id)
        phones = tuple(f"+{phone}" for candidate in at_twin.candidates for phone in candidate.phones)
        people = await world.ledger.candidates.people(task.id, CandidateState.ADDED)
        own = tuple(phone for one in people for phone in one.phones)
        world.shown[self.person] = Given("", at_twin.id, phones, next(world.plans), task.id, own)
        return False

    async def yes(self) -> bool | None:
        world = self.world
        task, step = await self.campaign.current(self.person)
        shown = world.shown.get(self.person)
        is_shown = step == Step.START and task is not None and shown is not None and shown.twin_id == task.twin_id
        # The same message is one yes, however often it comes.
        if is_shown and shown is not None and self.key not in {given.key for given in world.given}:
            off = frozenset(self.lists.off[shown.task])
            world.given.append(replace(shown, key=self.key, off=off))
        if not await self.campaign.consent.confirm(self.person, message=self.key):
            await self.plan()
            return None
        world.seen["yes taken"] += 1
        meant = next((given.plan for given in world.given if given.key == self.key), None)
        now = shown.plan if shown is not None else None
        assert meant == now is not None, "a yes was taken for a plan that it was not said to"
        return None

    async def no(self) -> bool:
        await self.campaign.consent.decline(self.person)
        return False
