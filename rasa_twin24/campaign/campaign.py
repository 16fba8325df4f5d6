"""What the actions ask for: it becomes rows of the ledger that say what is to be done; `work.py` does it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from rasa_twin24.campaign.consent import Consent
from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.edit import Editing
from rasa_twin24.campaign.lookup import CLOCKS_DIFFER, look_up_counted
from rasa_twin24.campaign.mark import carries, mark_in
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.progress import UPLOAD
from rasa_twin24.campaign.readiness import next_look
from rasa_twin24.campaign.work import Work
from rasa_twin24.ledger.abandoned import DUPLICATE
from rasa_twin24.ledger.candidates import CandidateState, Collected, Person
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.pauses import Asked as PauseAsked
from rasa_twin24.ledger.pauses import Pause
from rasa_twin24.ledger.reservations import Used
from rasa_twin24.ledger.stops import Stop
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.twin24 import Task, TaskStatus, TwinError
from rasa_twin24.twin24.tasks import LARGEST_PAGE


class Campaign:
    """One per process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._work = Work(desk)
        self.imports = self._work.imports
        self.editing = Editing(desk)
        self.consent = Consent(desk, self._work.is_running)

    # --- what is talked about -------------------------------------------------------------------------------

    async def current(self, conversation: str) -> tuple[CallTask | None, str | None]:
        """The task this conversation is about and the step it waits at."""
        return await self._ledger.tasks.talked_about(conversation)

    async def begin(self, conversation: str, message: str | None = None) -> CallTask | None:
        """Turn to a new, still unnamed task; returns the one that was left for it.

        Numbers given before any task was named wait for the new one. `message` is the key of the person's message:
        one that a killed process left half done is said again and finds its task.
        """
        current, _ = await self.current(conversation)
        if message is not None and current is not None and current.begun_by == message:
            return None
        kept = await self._without_task(current)
        left = await self.drop(conversation, for_another=True)
        task = await self._ledger.tasks.new(conversation, begun_by=message, start_wanted=_wanted_before(current))
        await self._ledger.candidates.collect(task.id, kept)
        await self._lists_follow(current, task)
        await self._ledger.conversations.turn_to(conversation, task.id, None)
        return left

    async def drop(self, conversation: str, *, for_another: bool = False) -> CallTask | None:
        """Go away from the current task. Nothing is undone at TWIN; a start that was agreed to goes on.

        `for_another`: the next one takes what came before any task was named.
        """
        task, _ = await self.current(conversation)
        await self._ledger.plans.void(conversation)
        await self._ledger.conversations.turn_to(conversation, None, None)
        if task is None:
            return None
        # What is paused goes on being watched.
        state = TaskState.RUNNING if task.goes_on else TaskState.DROPPED
        await self._ledger.tasks.move(task.id, [TaskState.NEW, TaskState.FILLING], state)
        if not (for_another and _is_nameless(task)):
            await self._ledger.imports.cancel_of(task.id)
        return task

    async def may_be_opened(self, found: Task) -> bool:
        """False for a task that this bot must never play: a second one of one order, or one of an unknown list."""
        if await self._ledger.abandoned.reason(found.id) is not None:
            return False
        mark = mark_in(found.name)
        ours = await self._ledger.tasks.marked(mark) if mark else None
        if ours is None or ours.twin_id in (None, found.id) or not carries(found, ours.mark or ""):
            return True
        await self._ledger.abandoned.add(found.id, DUPLICATE)
        return False

    async def look_up(self, twin_id: str) -> Task:
        """Ask TWIN about a task; one of ours goes by its own name, without the mark. Raises `TwinError`."""
        found = await self._desk.twin.tasks.get(twin_id)
        known = await self._ledger.tasks.at_twin(found.id)
        return replace(found, name=known.name) if known is not None and known.ours else found

    async def unsent(self, task: CallTask) -> int:
        """How many people on the list are not at TWIN, or not surely."""
        return await self._ledger.candidates.count(task.id, CandidateState.PENDING, CandidateState.SENDING)

    async def numbers(self, task: CallTask) -> int:
        """How many people this bot has put into the task at TWIN, dialed or not."""
        return await self._ledger.candidates.count(task.id, CandidateState.ADDED, CandidateState.DIALED)

    async def statuses(self, tasks: Sequence[CallTask]) -> dict[str, str] | None:
        """What TWIN shows of these tasks, by their ids; None when it cannot be asked. One request for all of them."""
        since = datetime.fromtimestamp(min(task.created_at for task in tasks), timezone.utc) - CLOCKS_DIFFER
        try:
            page = await self._desk.twin.tasks.list(statuses=TaskStatus.KNOWN, since=since, limit=LARGEST_PAGE)
        except TwinError:
            return None
        return {found.id: found.status for found in page.items}

    async def latest(self, conversation: str, limit: int = 10) -> list[CallTask]:
        """This conversation's tasks at TWIN, newest first."""
        return await self._ledger.tasks.latest(conversation, limit)

    async def used_today(self, person: str) -> tuple[str, Used]:
        """The day, YYYY-MM-DD in the company's time zone, and what of its limits has been used."""
        day = self._desk.settings.hours.day(self._ledger.now())
        return day, await self._ledger.reservations.used(person, day)

    # --- what is to be done ---------------------------------------------------------------------------------

    async def order(self, conversation: str, name: str, message: str | None = None) -> None:
        """The current task gets its name and is to be created; once for one message, as with `begin`."""
        task, _ = await self.current(conversation)
        if message is not None and task is not None and task.ordered_by == message:
            return
        if task is None or task.state != TaskState.NEW:
            await self.begin(conversation)
            task, _ = await self.current(conversation)
        if task is not None:
            await self._ledger.tasks.move(task.id, [TaskState.NEW], TaskState.CREATING, name=name, ordered_by=message)

    async def again(self, conversation: str) -> bool:
        """A creation that failed, or is not known to have worked, is to be tried again; False when there is none."""
        task, step = await self.current(conversation)
        if task is None or not task.name or step != Step.CREATE:
            return False
        if not await self._ledger.tasks.move(task.id, [TaskState.NEW, TaskState.CREATING], TaskState.CREATING):
            return False
        await self._ledger.conversations.step_of(conversation, task.id, None)
        return True

    async def open(self, conversation: str, found: Task) -> CallTask:
        """Turn to a task that exists at TWIN and may take candidates or be started; a paused one is still watched."""
        known = await self._ledger.tasks.at_twin(found.id)
        earlier = known if known is not None and known.conversation == conversation else None
        before, was_done = found.candidate_count, found.status == TaskStatus.DONE
        current, _ = await self.current(conversation)
        kept = await self._without_task(current)
        if current is None or earlier is None or current.id != earlier.id:
            await self.drop(conversation, for_another=True)
        paused = found.status == TaskStatus.PAUSED
        look_at = self._ledger.now() + next_look(0, self._desk.settings) if paused else None
        if earlier is not None:
            if paused and earlier.started_at is not None:  # nobody has seen it run, but it has
                await self._ledger.candidates.mark_all(earlier.id, CandidateState.ADDED, CandidateState.DIALED)
            # Numbers of an earlier filling that have not been dialed are still ours to show and confirm.
            waiting = await self._ledger.candidates.count(earlier.id, CandidateState.ADDED)
            if before is not None:
                before = max(0, before - waiting)
            await self._ledger.tasks.move(
                earlier.id,
                [TaskState.FILLING, TaskState.DROPPED, TaskState.ENDED, TaskState.RUNNING],
                TaskState.FILLING,
                was_done=was_done,
                there_before=before,
                called_before=_called(found, before),
                started_at=None,
                look_at=look_at,
                looks=0,
                seen_status=found.status,
                start_wanted=_wanted_before(current),
            )
            task = earlier
        else:
            task = await self._ledger.tasks.new(
                conversation,
                name=found.name or "",
                ours=known is not None and known.ours,
                mark=known.mark if known is not None else None,
                twin_id=found.id,
                state=TaskState.FILLING,
                was_done=was_done,
                there_before=before,
                called_before=_called(found, before),
                look_at=look_at,
                seen_status=found.status,
                start_wanted=_wanted_before(current),
            )
        await self._ledger.conversations.turn_to(conversation, task.id, Step.NUMBERS)
        await self._ledger.candidates.collect(task.id, kept)
        await self._lists_follow(current, task)
        return await self._ledger.tasks.get(task.id)

    async def collect(self, conversation: str, people: Iterable[Person]) -> Collected | None:
        """Put people on the current task's list, to be sent to TWIN; None when no task takes any now.

        Whatever plan was shown is void: it was about another list.
        """
        task, _ = await self.current(conversation)
        if task is None or task.state not in (TaskState.NEW, TaskState.CREATING, TaskState.FILLING):
            return None
        collected = await self._ledger.candidates.collect(task.id, people)
        if collected.new:
            await self._ledger.plans.void(conversation)
        return collected

    async def known(self, conversation: str, phones: Sequence[str]) -> tuple[list[str], list[str]]:
        """Which of these numbers are on the current task's list, and which went to another within `repeat_days`."""
        task, _ = await self.current(conversation)
        since = self._ledger.now() - self._desk.settings.repeat_seconds
        here, elsewhere = await self._ledger.candidates.known(task.id if task else None, phones, since)
        return [phone for phone in phones if phone in here], [phone for phone in phones if phone in elsewhere]

    async def want_start(self, conversation: str, wanted: bool) -> None:
        """Whether the plan is to be shown as soon as the numbers are there, without asking for more of them.

        No consent: the yes to that plan is asked for as ever.
        """
        task, _ = await self.current(conversation)
        if task is not None and task.start_wanted is not wanted:
            await self._ledger.tasks.change(task.id, start_wanted=wanted)

    async def stop_adding(self, conversation: str, upload: str) -> int | None:
        """Take off the list whoever has not been sent yet; how many that were, None when nothing was being added.

        `upload` is the key of the line that shows the upload.
        """
        number = upload.removeprefix(UPLOAD)
        task = await self._ledger.tasks.get(int(number)) if number.isascii() and number.isdigit() else None
        if task is None or task.conversation != conversation or task.state != TaskState.FILLING:
            return None
        coming = await self._ledger.imports.cancel_of(task.id)
        dropped = await self._ledger.candidates.drop_pending(task.id)
        return dropped if dropped or coming or self._work.is_running(task.id) else None

    # --- one task paused, and going on ----------------------------------------------------------------------

    async def ask_pause(self, task: CallTask, person: str) -> PauseAsked:
        """The task is to be paused; from now on nothing of it starts. `pause` carries it out."""
        asked = await self._ledger.pauses.ask(task.id, person)
        self._desk.reached("pause_asked")
        return asked

    async def pause(self, asked: Pause) -> list[Outcome] | None:
        """Pause one task at TWIN; None when the outcomes come as notices to who asked for it."""
        return await self._work.pause(asked)

    async def adopt(self, conversation: str, found: Task) -> CallTask:
        """Watch a task that runs at TWIN and was started elsewhere, as if this conversation had started it."""
        rows = await self._ledger.tasks.all_at_twin(found.id)
        own = next((row for row in rows if row.conversation == conversation), None)
        look_at = self._ledger.now() + next_look(0, self._desk.settings)
        if own is not None:
            watched = {"look_at": look_at, "looks": 0, "seen_status": found.status, "ended_at": None}
            resting = [TaskState.FILLING, TaskState.DROPPED, TaskState.ENDED, TaskState.RUNNING]
            await self._ledger.tasks.move(own.id, resting, TaskState.RUNNING, **watched)
            return await self._ledger.tasks.get(own.id)
        return await self._ledger.tasks.new(
            conversation,
            name=found.name or "",
            ours=any(row.ours for row in rows),
            twin_id=found.id,
            state=TaskState.RUNNING,
            seen_status=found.status,
            look_at=look_at,
        )

    async def keep_going(self, found: Task, person: str) -> None:
        """Whoever asks a task to go on ends the pauses of it that nobody knows to be carried out yet."""
        await self._ledger.pauses.withdraw(found.id, person, paused=found.status == TaskStatus.PAUSED)

    async def look_up_counted(self, twin_id: str, name: str = "") -> Task:
        """As `look_up`, with the counts TWIN can give. Raises `TwinError`."""
        found = await look_up_counted(self._desk, twin_id, name)
        known = await self._ledger.tasks.at_twin(found.id)
        return replace(found, name=known.name) if known is not None and known.ours else found

    # --- stopping everything --------------------------------------------------------------------------------

    async def emergency_stop(self, person: str) -> Stop:
        """From now on nothing starts; what runs is paused by `pause_all`."""
        return await self._ledger.stops.make(person)

    async def pause_all(self, person: str, stop: Stop) -> list[Outcome] | None:
        """Pause whatever this bot has started; None when the report comes as notices to who asked for it."""
        return await self._work.pause_all(person, stop)

    async def lift_stop(self, person: str) -> bool:
        """Let starts through again; what is paused stays so. False when no stop was in force."""
        return await self._ledger.stops.lift(person) is not None

    # --- doing it -------------------------------------------------------------------------------------------

    async def carry_out(self, conversation: str) -> list[Outcome] | None:
        """Do what the ledger says is to be done; None when it takes longer than a turn should.

        Then the work goes on by itself and its outcomes come as notices. The caller may be cancelled without harm.
        """
        task, _ = await self.current(conversation)
        if task is None:
            task = await self._work.left_behind_by(conversation)
        return [] if task is None else await self._work.on(task)

    async def recover(self, but_for: Collection[str] = ()) -> None:
        """Take up whatever is half done and nobody works on; the outcomes come as notices.

        `but_for`: conversations in which a message that was cut off will take up its work itself.
        """
        await self._work.recover(but_for)

    def keep_recovering(self) -> None:
        """`recover` now and every minute, until the campaign is closed."""
        self._work.keep_recovering()

    async def close(self) -> None:
        """Wait a moment for running work; what is not done then is found in the ledger at the next start."""
        await self._work.close()

    async def _without_task(self, task: CallTask | None) -> list[Person]:
        """Those given before the task was known: they wait on an unnamed list."""
        if task is None or not _is_nameless(task):
            return []
        return await self._ledger.candidates.people(task.id, CandidateState.PENDING)

    async def _lists_follow(self, left: CallTask | None, task: CallTask) -> None:
        """Lists that were taken before the task was known go to it."""
        if left is not None and _is_nameless(left):
            await self._ledger.imports.follow(left.id, task.id)


def _is_nameless(task: CallTask) -> bool:
    return task.state == TaskState.NEW and not task.name


def _called(found: Task, before: int | None) -> int | None:
    """How many of those who were in a paused task have been called; None when TWIN does not tell."""
    calls = found.call_count
    if found.status != TaskStatus.PAUSED or calls is None or before is None or calls > before:
        return None
    return calls


def _wanted_before(left: CallTask | None) -> bool:
    """Whether the start was asked for together with numbers that came before their task was named."""
    return left is not None and _is_nameless(left) and left.start_wanted
