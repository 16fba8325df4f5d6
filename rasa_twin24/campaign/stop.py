"""Emergency stop: whatever this bot has started is paused, one task after another, until none is left."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.ledger.stops import Stop
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.twin24 import TaskStatus, TwinError

log = structlog.get_logger(__name__)

# Statuses in which TWIN dials nobody and does not begin to by itself.
_AT_REST = (TaskStatus.PAUSED, TaskStatus.DONE, TaskStatus.HALTED)


async def pause_all(desk: Desk, stop: Stop) -> list[Outcome]:
    """Pause what runs, or may run; the first report names what could not be paused, later ones only what now could."""
    paused: list[CallTask] = []
    failed: list[CallTask] = []
    for task in await still_running(desk):
        (paused if await _pause(desk, task) else failed).append(task)
    outcomes = []
    if paused:
        outcomes.append(Outcome("emergency_stop_paused", {"tasks": _lines(paused)}))
    if not stop.reported:
        if failed:
            outcomes.append(Outcome("emergency_stop_not_paused", {"tasks": _lines(failed)}))
        if not outcomes:
            outcomes.append(Outcome("emergency_stop_nothing_ran"))
        await desk.ledger.stops.reported(stop)
    return outcomes


async def still_running(desk: Desk) -> list[CallTask]:
    """Tasks that this bot has started, or may have, and that were not seen at rest."""
    running = await desk.ledger.tasks.in_states([TaskState.RUNNING])
    return [task for task in running if task.seen_status not in _AT_REST]


async def hold(desk: Desk, task: CallTask) -> bool | None:
    """Pause a task that has just been started if a stop came meanwhile; None: there is none, False: it may run."""
    if await desk.ledger.stops.in_force() is None:
        return None
    return await _pause(desk, task, told=True)


async def _pause(desk: Desk, task: CallTask, *, told: bool = False) -> bool:
    """Whether TWIN dials nobody of this task now. `told`: its conversation hears of it in another way."""
    twin_id = task.twin_id or ""
    try:
        await desk.twin.tasks.pause(twin_id)
        status: str = TaskStatus.PAUSED
    except TwinError as refused:
        try:  # TWIN may refuse to pause what does not run
            status = (await desk.twin.tasks.get(twin_id)).status
        except TwinError:
            status = ""
        if status not in _AT_REST:
            log.error("task_not_paused", task=twin_id, error=type(refused).__name__, status=refused.status)
            return False
    if status != TaskStatus.PAUSED:
        return True  # it has ended: the watch tells that
    if told:
        await desk.ledger.tasks.change(task.id, seen_status=status)
    else:
        params = {"name": task.name, "task_id": twin_id}
        await desk.ledger.stops.paused(task, status, "emergency_stop_yours", params)
    return True


def _lines(tasks: Sequence[CallTask]) -> str:
    # One task may be watched by several conversations.
    return "\n".join(dict.fromkeys(f"• {task.name or '—'} — {task.twin_id}" for task in tasks))
