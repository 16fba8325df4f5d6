"""Does what the ledger says is to be done, now or after a restart: create, fill, start; pause when all is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import structlog

from rasa_twin24.campaign.create import create, stop_rebuilding
from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.fill import fill
from rasa_twin24.campaign.imports import Imports, pour
from rasa_twin24.campaign.jobs import Jobs
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.pause import carry_out_pause
from rasa_twin24.campaign.record import record
from rasa_twin24.campaign.standing import standing
from rasa_twin24.campaign.start import start
from rasa_twin24.campaign.stop import pause_all, still_running
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.imports import ImportState
from rasa_twin24.ledger.pauses import Pause
from rasa_twin24.ledger.stops import Stop
from rasa_twin24.ledger.tasks import CallTask, TaskState

# Seconds that running work gets when the bot stops.
CLOSE_SECONDS = 2.0
# Between looks for what is half done, seconds.
RECOVERY_PAUSE = 60.0
# So long after its start, seconds, a process leaves the work of a message that was cut off to that very message, so
# that who asked hears one answer. Loading the language model takes most of it.
MESSAGES_FIRST = 120.0
MESSAGES_PAUSE = 1.0
# Tasks that are made anew, one after another, because TWIN does not tell what it has, before the person is asked.
REBUILDS = 2

log = structlog.get_logger(__name__)


class Work:
    """One per process; the work on one task never runs twice at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._jobs = Jobs(desk.ledger, self._do_and_tell)
        self.imports = Imports(desk)
        self._recovering: asyncio.Task[None] | None = None
        # Tasks whose process was killed: what it had done may not have been told.
        self._left_behind: set[int] = set()
        # By the stop's id, as the others are by the task's.
        self._stopping = Jobs(desk.ledger, self._pause_all, leased=False)
        # By the pause's id: it must not wait for the work on its task.
        self._pausing = Jobs(desk.ledger, self._pause, leased=False)

    def is_running(self, task_id: int) -> bool:
        return self._jobs.is_running(task_id)

    async def on(self, task: CallTask) -> list[Outcome] | None:
        """Work on a task, and wait as long as a turn may take; None when the outcomes will come as notices."""
        return await self._jobs.run(task.conversation, task.id, self._desk.settings.patience)

    async def pause_all(self, person: str, stop: Stop) -> list[Outcome] | None:
        """As `on`, for all that this bot has started; `person` asked for it."""
        return await self._stopping.run(person, stop.id, self._desk.settings.patience)

    async def pause(self, asked: Pause) -> list[Outcome] | None:
        """As `on`, for one task that somebody wants paused."""
        return await self._pausing.run(asked.asked_by, asked.id, self._desk.settings.patience)

    async def left_behind_by(self, conversation: str) -> CallTask | None:
        """A task that the talk has left already, without its person having heard what became of it."""
        for task_id in sorted(self._left_behind):
            task = await self._ledger.tasks.get(task_id)
            if task.conversation == conversation:
                return task
        return None

    async def recover(self, but_for: Collection[str] = ()) -> None:
        """See `Campaign.recover`."""
        await self._keep_stopped()
        for asked in await self._ledger.pauses.in_force():
            if not self._pausing.is_running(asked.id) and asked.asked_by not in but_for:
                self._pausing.take_up(asked.asked_by, asked.id)
        await self.imports.recover(but_for)
        for task_id in await self._ledger.leases.left_behind():
            if not self._jobs.is_running(task_id):
                self._left_behind.add(task_id)
                conversation = (await self._ledger.tasks.get(task_id)).conversation
                if conversation not in but_for:
                    self._jobs.take_up(conversation, task_id)
        for task in await self._ledger.tasks.in_states([TaskState.CREATING, TaskState.STARTING, TaskState.FILLING]):
            if self._jobs.is_running(task.id) or task.conversation in but_for:
                continue
            # While a task is being filled nothing is half done but what was on its way, or what was cut off.
            waits = task.state == TaskState.FILLING and not (
                await self._ledger.portions.open(task.id) or await self._may_pour(task)
            )
            if not waits:
                self._jobs.take_up(task.conversation, task.id)

    def keep_recovering(self) -> None:
        """`recover` now and every minute, until the campaign is closed."""
        self._recovering = asyncio.create_task(self._recover_for_ever())

    async def _recover_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        messages_until = loop.time() + MESSAGES_FIRST
        while True:
            cut_off: set[str] = set()
            try:
                if loop.time() < messages_until:
                    cut_off = await self._ledger.inbox.conversations()
                await self.recover(cut_off)
            except Exception as error:  # the database may be away for a while
                log.error("recovery_failed", error=type(error).__name__)
            await asyncio.sleep(MESSAGES_PAUSE if cut_off else RECOVERY_PAUSE)

    async def close(self) -> None:
        """Wait a moment for running work; what is not done then is found in the ledger at the next start."""
        if self._recovering is not None:
            self._recovering.cancel()
        await asyncio.gather(
            self._jobs.close(CLOSE_SECONDS),
            self._stopping.close(CLOSE_SECONDS),
            self._pausing.close(CLOSE_SECONDS),
            self.imports.close(CLOSE_SECONDS),
        )

    async def _keep_stopped(self) -> None:
        """While a stop is in force, pause what runs in spite of it."""
        stop = await self._ledger.stops.in_force()
        if stop is None or self._stopping.is_running(stop.id):
            return
        if not stop.reported or await still_running(self._desk):
            self._stopping.take_up(stop.made_by, stop.id)

    async def _do_and_tell(self, task_id: int) -> list[Outcome]:
        """Do what is to be done, and tell what a killed process had done of it.

        However the outcomes are told then, in the turn or as notices, here they all pass.
        """
        outcomes = await self._do(task_id)
        await record(self._ledger, task_id, outcomes)
        if task_id in self._left_behind:
            self._left_behind.discard(task_id)
            outcomes = outcomes or await standing(self._desk, await self._ledger.tasks.get(task_id))
        return outcomes

    async def _do(self, task_id: int) -> list[Outcome]:
        """Until nothing is left to do: create, then fill, then start. Each step is found anew in the ledger."""
        outcomes: list[Outcome] = []
        rebuilds = 0
        while True:
            task = await self._ledger.tasks.get(task_id)
            if task.state == TaskState.CREATING and rebuilds > REBUILDS:
                return [*outcomes, await stop_rebuilding(self._desk, task)]
            if task.state == TaskState.CREATING:
                outcomes += await create(self._desk, task)
                if (await self._ledger.tasks.get(task_id)).state == TaskState.CREATING:
                    return outcomes  # nobody can tell yet; looked up again every minute
            elif task.state == TaskState.FILLING and await self._may_pour(task):
                outcomes += await pour(self._desk, task)
            elif task.state == TaskState.STARTING:
                outcomes += await start(self._desk, task)
                if (await self._ledger.tasks.get(task_id)).state != TaskState.CREATING:
                    return outcomes
            elif (
                task.state == TaskState.FILLING
                and await self._ledger.candidates.count(task.id, CandidateState.PENDING, CandidateState.SENDING)
                and not await self._ledger.plans.asks(task.id)
            ):
                filled = await fill(self._desk, task, careful=rebuilds > 0)
                outcomes += filled.outcomes
                rebuilds += filled.unverifiable
                if not filled.finished:
                    return outcomes
            else:
                return outcomes

    async def _may_pour(self, task: CallTask) -> bool:
        """Whether people of a list that was read are to go to this task's list now: never under a question."""
        taken = await self._ledger.imports.in_state(ImportState.TAKEN, task.id)
        return bool(taken) and not await self._ledger.plans.asks(task.id)

    async def _pause_all(self, stop_id: int) -> list[Outcome]:
        stop = await self._ledger.stops.in_force()
        return await pause_all(self._desk, stop) if stop is not None and stop.id == stop_id else []

    async def _pause(self, pause_id: int) -> list[Outcome]:
        asked = await self._ledger.pauses.get(pause_id)
        return await carry_out_pause(self._desk, asked, asked.asked_by) if asked is not None else []
