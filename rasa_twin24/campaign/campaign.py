"""What the actions ask for. The ledger holds what is to be done; `carry_out` does it, now or after a restart."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_twin24.campaign.create import create
from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.fill import fill, named
from rasa_twin24.campaign.jobs import Jobs
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.plan import Plan, caller, digest
from rasa_twin24.campaign.record import record
from rasa_twin24.campaign.start import start
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CallTask, CandidateState, Collected, TaskState
from rasa_twin24.twin24 import Task, TaskStatus

# Seconds that running work gets when the bot stops.
CLOSE_SECONDS = 2.0


class Campaign:
    """One per process; the work on one task never runs twice at a time in it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._jobs = Jobs(desk.ledger, self._work_and_record)

    # --- what is talked about -------------------------------------------------------------------------------

    async def current(self, conversation: str) -> tuple[CallTask | None, str | None]:
        """The task this conversation is about and the step it waits at."""
        return await self._ledger.tasks.talked_about(conversation)

    async def begin(self, conversation: str) -> CallTask | None:
        """Turn to a new, still unnamed task; returns the one that was left for it.

        Numbers given before any task was named wait for the new one.
        """
        current, _ = await self.current(conversation)
        kept = await self._without_task(current)
        left = await self.drop(conversation)
        task = await self._ledger.tasks.new(conversation)
        await self._ledger.tasks.collect(task.id, kept)
        await self._ledger.conversations.turn_to(conversation, task.id, None)
        return left

    async def drop(self, conversation: str) -> CallTask | None:
        """Go away from the current task. Nothing is undone at TWIN; a start that was agreed to goes on."""
        task, _ = await self.current(conversation)
        await self._ledger.plans.void(conversation)
        await self._ledger.conversations.turn_to(conversation, None, None)
        if task is None:
            return None
        await self._ledger.tasks.move(task.id, [TaskState.NEW, TaskState.FILLING], TaskState.DROPPED)
        return task

    async def look_up(self, twin_id: str) -> Task:
        """Ask TWIN about a task; raises `TwinError`."""
        return await self._desk.twin.tasks.get(twin_id)

    async def unsent(self, task: CallTask) -> list[str]:
        """Numbers on the list that are not at TWIN, or not surely."""
        return await self._ledger.tasks.phones(task.id, CandidateState.PENDING, CandidateState.SENDING)

    async def numbers(self, task: CallTask) -> int:
        """How many numbers this bot has put into the task at TWIN, dialed or not."""
        return len(await self._ledger.tasks.phones(task.id, CandidateState.ADDED, CandidateState.DIALED))

    async def latest(self, conversation: str, limit: int = 10) -> list[CallTask]:
        """This conversation's tasks at TWIN, newest first."""
        return await self._ledger.tasks.latest(conversation, limit)

    # --- what is to be done ---------------------------------------------------------------------------------

    async def order(self, conversation: str, name: str) -> None:
        """The current task gets its name and is to be created."""
        task, _ = await self.current(conversation)
        if task is None or task.state != TaskState.NEW:
            await self.begin(conversation)
            task, _ = await self.current(conversation)
        if task is not None:
            await self._ledger.tasks.move(task.id, [TaskState.NEW], TaskState.CREATING, name=name)

    async def again(self, conversation: str) -> bool:
        """A creation that failed is to be tried again; False when there is none."""
        task, _ = await self.current(conversation)
        return (
            task is not None
            and bool(task.name)
            and await self._ledger.tasks.move(task.id, [TaskState.NEW], TaskState.CREATING)
        )

    async def open(self, conversation: str, found: Task) -> CallTask:
        """Turn to a task that exists at TWIN and may take candidates or be started."""
        known = await self._ledger.tasks.at_twin(found.id)
        earlier = known if known is not None and known.conversation == conversation else None
        before, was_done = found.candidate_count, found.status == TaskStatus.DONE
        current, _ = await self.current(conversation)
        kept = await self._without_task(current)
        if current is None or earlier is None or current.id != earlier.id:
            await self.drop(conversation)
        if earlier is not None:
            # Numbers of an earlier filling that have not been dialed are still ours to show and confirm.
            waiting = await self._ledger.tasks.phones(earlier.id, CandidateState.ADDED)
            if before is not None:
                before = max(0, before - len(waiting))
            await self._ledger.tasks.move(
                earlier.id,
                [TaskState.FILLING, TaskState.DROPPED, TaskState.ENDED, TaskState.RUNNING],
                TaskState.FILLING,
                was_done=was_done,
                there_before=before,
                started_at=None,
                look_at=None,
                seen_status=found.status,
            )
            task = earlier
        else:
            task = await self._ledger.tasks.new(
                conversation,
                name=found.name or "",
                ours=known is not None and known.ours,
                twin_id=found.id,
                state=TaskState.FILLING,
                was_done=was_done,
                there_before=before,
                seen_status=found.status,
            )
        await self._ledger.conversations.turn_to(conversation, task.id, Step.NUMBERS)
        await self._ledger.tasks.collect(task.id, kept)
        return await self._ledger.tasks.get(task.id)

    async def collect(self, conversation: str, phones: Iterable[str]) -> Collected | None:
        """Put numbers on the current task's list, to be sent to TWIN; None when no task takes numbers now.

        Whatever plan was shown is void: it was about another list.
        """
        task, _ = await self.current(conversation)
        if task is None or task.state not in (TaskState.NEW, TaskState.CREATING, TaskState.FILLING):
            return None
        collected = await self._ledger.tasks.collect(task.id, phones)
        if collected.new:
            await self._ledger.plans.void(conversation)
        return collected

    # --- consent --------------------------------------------------------------------------------------------

    async def show_plan(self, conversation: str) -> Plan | Outcome:
        """What a yes would start, and from now on may; or why there is nothing to start."""
        task, _ = await self.current(conversation)
        if task is None:
            return Outcome("start_calls_no_task")
        if task.twin_id is None:
            return Outcome("start_calls_not_created", {"name": task.name})
        if task.state == TaskState.STARTING:
            return Outcome("start_calls_starting")
        if task.state == TaskState.RUNNING:
            return Outcome("start_calls_already_running", {"name": task.name, "task_id": task.twin_id})
        added = await self._ledger.tasks.phones(task.id, CandidateState.ADDED)
        unsent = await self.unsent(task)
        if unsent and self._jobs.is_running(task.id):
            return Outcome("add_candidates_adding", {"count": str(len(unsent))})
        unclear = await self._ledger.tasks.phones(task.id, CandidateState.SENDING)
        if unclear:  # they might be dialed, and might not: nobody can say yes to that
            return Outcome("add_candidates_unclear", {"numbers": named(unclear)})
        blank = task.there_before is None and task.seen_status == TaskStatus.BLANK
        if not added and (task.was_done or task.there_before == 0 or blank):
            kind = "start_calls_nothing_new" if task.was_done else "start_calls_empty"
            return Outcome(kind, {"name": task.name, "task_id": task.twin_id})
        settings = self._desk.settings
        await self._ledger.plans.show(conversation, task.id, digest(task, added, settings), settings.plan_life)
        await self._ledger.conversations.step(conversation, Step.START)
        return Plan(task, len(added), task.there_before, len(unsent), settings.script_id, caller(settings))

    async def confirm(self, conversation: str) -> bool:
        """The person said a clear yes: true when it was to the plan shown last, unexpired, unchanged, unused."""
        task, step = await self.current(conversation)
        if task is None or step != Step.START:
            return False
        if not await self._ledger.plans.use(
            conversation, task.id, lambda added: digest(task, added, self._desk.settings)
        ):
            return False
        await self._ledger.conversations.step(conversation, Step.STARTING)
        return True

    async def decline(self, conversation: str) -> CallTask | None:
        """The person said no to the plan: nothing is dialed, the task stays and can be started later."""
        task, _ = await self.current(conversation)
        await self._ledger.plans.void(conversation)
        await self._ledger.conversations.step(conversation, None)
        return task

    # --- doing it -------------------------------------------------------------------------------------------

    async def carry_out(self, conversation: str) -> list[Outcome] | None:
        """Do what the ledger says is to be done; None when it takes longer than a turn should.

        Then the work goes on by itself and its outcomes come as notices. The caller may be cancelled without harm.
        """
        task, _ = await self.current(conversation)
        if task is None:
            return []
        return await self._jobs.run(conversation, task.id, self._desk.settings.patience)

    async def recover(self) -> None:
        """Take up what a killed process left half done; the outcomes come as notices."""
        for task in await self._ledger.tasks.in_states([TaskState.CREATING, TaskState.STARTING, TaskState.FILLING]):
            if task.state == TaskState.CREATING:
                # Whether the request went out is not known; an empty task costs nothing, a guess might.
                await self._ledger.tasks.move(task.id, [TaskState.CREATING], TaskState.NEW)
                await self._ledger.conversations.step_of(task.conversation, task.id, Step.CREATE)
                await self._ledger.notices.add(task.conversation, "create_task_failed_unclear", name=task.name)
            elif task.state == TaskState.STARTING or await self._waits_for_numbers(task):
                self._jobs.take_up(task.conversation, task.id)

    async def close(self) -> None:
        """Wait a moment for running work; what is not done then is found in the ledger at the next start."""
        await self._jobs.close(CLOSE_SECONDS)

    async def _work_and_record(self, task_id: int) -> list[Outcome]:
        """However the outcomes are told then, in the turn or as notices, here they all pass."""
        outcomes = await self._work(task_id)
        await record(self._ledger, task_id, outcomes)
        return outcomes

    async def _work(self, task_id: int) -> list[Outcome]:
        """Until nothing is left to do: create, then fill, then start. Each step is found anew in the ledger."""
        outcomes: list[Outcome] = []
        while True:
            task = await self._ledger.tasks.get(task_id)
            if task.state == TaskState.CREATING:
                outcomes.append(await create(self._desk, task))
            elif task.state == TaskState.STARTING:
                return [*outcomes, await start(self._desk, task)]
            elif (
                task.state == TaskState.FILLING
                and await self.unsent(task)
                and not await self._ledger.plans.asks(task.id)
            ):
                filled = await fill(self._desk, task)
                outcomes += filled.outcomes
                if not filled.finished:
                    return outcomes
            else:
                return outcomes

    async def _without_task(self, task: CallTask | None) -> list[str]:
        """Numbers given before the task was known: they wait on an unnamed list."""
        if task is None or task.state != TaskState.NEW or task.name:
            return []
        return await self.unsent(task)

    async def _waits_for_numbers(self, task: CallTask) -> bool:
        """Whether the person was last told that numbers are being added, and they are not all at TWIN."""
        talk = await self._ledger.conversations.get(task.conversation)
        return talk.task_id == task.id and talk.step in (Step.NUMBERS, Step.MORE) and bool(await self.unsent(task))
