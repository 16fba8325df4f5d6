"""Work that may outlast the turn that ordered it: one job per task, and its outcomes reach somebody in any case."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.leases import LEASE_SECONDS

log = structlog.get_logger(__name__)

# How often and after which pauses a task is asked for that another process works on, seconds.
LEASE_TRIES = 60
LEASE_PAUSE = 0.5
# News are written down again after these pauses, seconds: a quarter of an hour in all.
WRITE_PAUSES = (0.5, 1, 2, 4, 8, *(15,) * 60)


class Jobs:
    """`work(task_id)` does whatever the ledger says is to be done about a task, and never runs twice at a time.

    Not in another process either: each run holds the task's lease.
    """

    def __init__(self, ledger: Ledger, work: Callable[[int], Awaitable[list[Outcome]]], *, leased: bool = True) -> None:
        """`leased`: false for work that is not about a task."""
        self._ledger = ledger
        self._work = work
        self._leased = leased
        self._running: dict[int, asyncio.Task[list[Outcome]]] = {}
        self._asked: set[int] = set()
        # Jobs of which only what is new is told.
        self._unasked: set[asyncio.Task[list[Outcome]]] = set()
        self._telling: set[asyncio.Task[None]] = set()

    def is_running(self, task_id: int) -> bool:
        return task_id in self._running

    async def run(self, conversation: str, task_id: int, patience: float) -> list[Outcome] | None:
        """Work, and wait `patience` seconds for the outcomes; None when they will come as notices.

        A job that runs already does what is new as well. The caller may be cancelled without harm.
        """
        if task_id in self._running:
            self._asked.add(task_id)
            self._unasked.discard(self._running[task_id])
            return None
        job = self._begin(task_id)
        try:
            return await asyncio.wait_for(asyncio.shield(job), patience)
        except asyncio.TimeoutError:
            self._tell_later(conversation, job)
            return None
        except asyncio.CancelledError:
            self._tell_later(conversation, job)
            raise

    def take_up(self, conversation: str, task_id: int) -> None:
        """Work that nobody has just asked for: what is new comes as notices, what was told before is not repeated."""
        job = self._begin(task_id)
        self._unasked.add(job)
        self._tell_later(conversation, job)

    async def close(self, seconds: float) -> None:
        """Let what runs come to its end and be told; what is late is cancelled and found in the ledger again."""
        pending = {*self._running.values(), *self._telling}
        if pending:
            _, late = await asyncio.wait(pending, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _begin(self, task_id: int) -> asyncio.Task[list[Outcome]]:
        self._running[task_id] = asyncio.create_task(self._until_nothing_is_asked(task_id))
        return self._running[task_id]

    async def _until_nothing_is_asked(self, task_id: int) -> list[Outcome]:
        outcomes: list[Outcome] = []
        try:
            while True:
                self._asked.discard(task_id)
                if not self._leased:
                    outcomes += await self._work(task_id)
                elif await self._lease(task_id):
                    outcomes += _but_for_echoes(await self._work_on_lease(task_id), outcomes)
                if task_id not in self._asked:
                    return outcomes
        finally:
            # No await between the last look at what was asked and this: who asks later begins a new job.
            del self._running[task_id]

    async def _lease(self, task_id: int) -> bool:
        """Wait for another process to finish; False when it takes long, since it tells its outcomes itself."""
        for _ in range(LEASE_TRIES):
            if await self._ledger.leases.take(task_id):
                return True
            await asyncio.sleep(LEASE_PAUSE)
        return False

    async def _work_on_lease(self, task_id: int) -> list[Outcome]:
        """The lease is given back only after work that came to its end: what was cut off is recognised by it."""
        renewing = asyncio.create_task(self._renew(task_id, self._running[task_id]))
        try:
            outcomes = await self._work(task_id)
        finally:
            renewing.cancel()
        await self._ledger.leases.give_back(task_id)
        return outcomes

    async def _renew(self, task_id: int, job: asyncio.Task[list[Outcome]]) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            try:
                if not await self._ledger.leases.take(task_id):
                    log.error("lease_lost", task=task_id)  # this process was held up for long, another one went on
                    job.cancel()
                    return
            except Exception as error:  # the database may be away for a while
                log.error("lease_not_renewed", task=task_id, error=type(error).__name__)

    def _tell_later(self, conversation: str, job: asyncio.Task[list[Outcome]]) -> None:
        telling = asyncio.create_task(self._tell(conversation, job))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def _tell(self, conversation: str, job: asyncio.Task[list[Outcome]]) -> None:
        try:
            outcomes = await job
        except Exception as error:
            log.error("work_failed", conversation=conversation, error=type(error).__name__)
            outcomes = [] if job in self._unasked else [Outcome("internal_error")]
        if job in self._unasked:
            outcomes = [outcome for outcome in outcomes if not outcome.repeated]
        self._unasked.discard(job)
        if not outcomes:
            return
        # Some of the news ask something: a yes that follows may be meant for them, not for a plan shown before.
        await self._write(lambda: self._ledger.plans.void(conversation))
        for outcome in outcomes:
            await self._write(partial(self._ledger.notices.add, conversation, outcome.kind, **outcome.params))

    async def _write(self, write: Callable[[], Awaitable[None]]) -> None:
        """Until it is written down: the database may be away for a while, and there is nobody else to tell."""
        for pause in (*WRITE_PAUSES, None):
            try:
                return await write()
            except Exception as error:
                log.error("news_not_written", error=type(error).__name__)
                if pause is not None:
                    await asyncio.sleep(pause)


def _but_for_echoes(outcomes: list[Outcome], earlier: list[Outcome]) -> list[Outcome]:
    """Without what the same job has just found out."""

    def is_echo(outcome: Outcome) -> bool:
        same = [one for one in earlier if (one.kind, one.params) == (outcome.kind, outcome.params)]
        return any(outcome.repeated or one.repeated for one in same)

    return [outcome for outcome in outcomes if not is_echo(outcome)]
