"""Watches running and paused tasks and tells their conversation what became of them at TWIN."""

from __future__ import annotations

import structlog

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.lookup import look_up_counted
from rasa_twin24.campaign.readiness import next_look
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.twin24 import NotFound, Task, TaskStatus, TwinError

log = structlog.get_logger(__name__)

# Seconds after `play` during which an old DONE or PAUSED may still be shown.
STALE = 10.0


class Watch:
    """Holds nothing itself: which task is looked at when is in the ledger and survives a restart."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def look(self) -> None:
        """Ask TWIN about every task that is due. A TWIN out of order only makes the next look later."""
        for task in await self._desk.ledger.tasks.due():
            try:
                found = await look_up_counted(self._desk, task.twin_id or "", task.name, while_running=False)
            except NotFound:
                await self._end(task, "task_status_gone", None)
                continue
            except TwinError as error:
                log.warning("watch_failed", error=type(error).__name__, status=error.status)
                found = None
            await self._read(task, found)

    async def _read(self, task: CallTask, found: Task | None) -> None:
        status = found.status if found and not self._is_old(task, found.status) else task.seen_status
        if task.state == TaskState.RUNNING and (
            # A start that was not known to have been carried out has been after all.
            status == TaskStatus.PROCESS or (status == TaskStatus.DONE and not task.was_done)
        ):
            await self._desk.ledger.candidates.mark_all(task.id, CandidateState.ADDED, CandidateState.DIALED)
        if status in (TaskStatus.DONE, TaskStatus.HALTED):
            kind = "task_status_finished" if status == TaskStatus.DONE else "task_status_was_halted"
            await self._end(task, kind, found)
            return
        look_at = self._desk.ledger.now() + next_look(task.looks, self._desk.settings)
        if task.state == TaskState.FILLING and status == TaskStatus.PROCESS:  # paused, and talked about
            kind, params = _news(task, "task_status_was_resumed", found)
            seen = {"looks": 0, "look_at": look_at, "seen_status": status}
            if await self._desk.ledger.pauses.over(task.id, TaskState.RUNNING, kind, params, **seen):
                return
            status = task.seen_status  # somebody works on it: it is told at the next look
        if status == TaskStatus.PAUSED and await self._desk.ledger.pauses.of(task.twin_id or ""):
            status = task.seen_status  # whoever carries out that pause tells it
        await self._desk.ledger.tasks.looked(task, status, look_at, _change(task, status, found))

    def _is_old(self, task: CallTask, status: str) -> bool:
        """Whether the status may be the one of before `play`: TWIN shows what was written a moment late."""
        if task.seen_status is not None or self._desk.ledger.now() - (task.started_at or 0) >= STALE:
            return False
        return status == TaskStatus.PAUSED or (status == TaskStatus.DONE and task.was_done)

    async def _end(self, task: CallTask, kind: str, found: Task | None) -> None:
        kind, params = _news(task, kind, found)
        if not await self._desk.ledger.tasks.end(task.id, kind, params):
            ended = {"ended_at": self._desk.ledger.now(), "look_at": None}
            await self._desk.ledger.pauses.over(task.id, TaskState.ENDED, kind, params, **ended)


def _change(task: CallTask, status: str | None, found: Task | None) -> tuple[str, dict[str, str]] | None:
    """The news when somebody else has paused a task or let it go on; None when there are none."""
    before = task.seen_status
    if status == TaskStatus.PAUSED and before != TaskStatus.PAUSED:
        return _news(task, "task_status_was_paused", found)
    if status == TaskStatus.PROCESS and before == TaskStatus.PAUSED:
        return _news(task, "task_status_was_resumed", found)
    return None


def _news(task: CallTask, kind: str, found: Task | None) -> tuple[str, dict[str, str]]:
    """The phrase and what fills it in: with the counts, if TWIN has told both."""
    params = {"name": task.name, "task_id": task.twin_id or ""}
    if found is None or found.candidate_count is None or found.call_count is None:
        return kind, params
    counts = {"candidates": str(found.candidate_count), "calls": str(found.call_count)}
    return f"{kind}_counted", {**params, **counts}
