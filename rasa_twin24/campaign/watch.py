"""Watches running tasks and tells their conversation when TWIN has finished or stopped them."""

from __future__ import annotations

import structlog

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.readiness import next_look
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.tasks import CallTask
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
                found = await self._look_up(task)
            except NotFound:
                await self._end(task, "task_status_gone", None)
                continue
            except TwinError as error:
                log.warning("watch_failed", error=type(error).__name__, status=error.status)
                found = None
            await self._read(task, found)

    async def _look_up(self, task: CallTask) -> Task:
        """The task with the counts TWIN can give: those of the list where the task itself has none."""
        twin = self._desk.twin
        found = await twin.tasks.get(task.twin_id or "")
        if found.call_count is not None and found.candidate_count is not None:
            return found
        if found.status in (TaskStatus.DONE, TaskStatus.HALTED):
            try:
                page = await twin.tasks.list(keyword=task.name)
            except TwinError:
                return found  # the counts are a courtesy
            return next((item for item in page.items if item.id == found.id), found)
        return found

    async def _read(self, task: CallTask, found: Task | None) -> None:
        status = found.status if found and not self._is_old(task, found.status) else task.seen_status
        # A start that was not known to have been carried out has been after all.
        if status == TaskStatus.PROCESS or (status == TaskStatus.DONE and not task.was_done):
            await self._desk.ledger.candidates.mark_all(task.id, CandidateState.ADDED, CandidateState.DIALED)
        if status in (TaskStatus.DONE, TaskStatus.HALTED):
            kind = "task_status_finished" if status == TaskStatus.DONE else "task_status_was_halted"
            await self._end(task, kind, found)
            return
        if status == TaskStatus.PAUSED and task.seen_status != TaskStatus.PAUSED:
            kind, params = _news(task, "task_status_was_paused", found)
            await self._desk.ledger.notices.add(task.conversation, kind, **params)
        await self._desk.ledger.tasks.change(
            task.id,
            seen_status=status,
            looks=task.looks + 1,
            look_at=self._desk.ledger.now() + next_look(task.looks, self._desk.settings),
        )

    def _is_old(self, task: CallTask, status: str) -> bool:
        """Whether the status may be the one of before `play`: TWIN shows what was written a moment late."""
        if task.seen_status is not None or self._desk.ledger.now() - (task.started_at or 0) >= STALE:
            return False
        return status == TaskStatus.PAUSED or (status == TaskStatus.DONE and task.was_done)

    async def _end(self, task: CallTask, kind: str, found: Task | None) -> None:
        kind, params = _news(task, kind, found)
        await self._desk.ledger.tasks.end(task.id, kind, params)


def _news(task: CallTask, kind: str, found: Task | None) -> tuple[str, dict[str, str]]:
    """The phrase and what fills it in: with the counts, if TWIN has told both."""
    params = {"name": task.name, "task_id": task.twin_id or ""}
    if found is None or found.candidate_count is None or found.call_count is None:
        return kind, params
    counts = {"candidates": str(found.candidate_count), "calls": str(found.call_count)}
    return f"{kind}_counted", {**params, **counts}
