"""Pause one task that somebody wants paused: the ledger says so already, and goes on saying it until it is known."""

from __future__ import annotations

import structlog

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.lookup import look_up_counted
from rasa_twin24.campaign.outcome import Outcome, failure
from rasa_twin24.campaign.watch import STALE
from rasa_twin24.ledger.pauses import Pause
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.twin24 import NotFound, Refused, Task, TaskStatus, TwinError

log = structlog.get_logger(__name__)

# What is told about a task in which TWIN dials nobody, by its status.
_AT_REST = {
    TaskStatus.PAUSED: "pause_calls_done",
    TaskStatus.DONE: "pause_calls_finished",
    TaskStatus.HALTED: "pause_calls_halted",
}
# Nobody is dialed in these either: a start that TWIN was asked for has not come to anything.
_NOT_DIALING = (*_AT_REST, TaskStatus.READY, TaskStatus.BLANK)
# Looks at what became of a request without an answer; then it is tried again every minute.
LOOKS = 3


async def carry_out_pause(desk: Desk, asked: Pause, told: str) -> list[Outcome]:
    """Carry out a pause and say what came of it to the conversation `told`; others hear it as news.

    Nothing when somebody else has written it down meanwhile. What cannot be paused now is tried again every minute.
    """
    task = await desk.ledger.tasks.get(asked.task_id)
    values = {"name": task.name, "task_id": asked.twin_id}
    if await desk.ledger.pauses.play_is_out(asked.twin_id):  # the start pauses it as soon as TWIN has answered
        return await _not_yet(desk, asked, Outcome("pause_calls_starting", values))
    try:
        await desk.twin.tasks.pause(asked.twin_id)
    except TwinError as error:
        log.warning("task_not_paused", task=asked.twin_id, error=type(error).__name__, status=error.status)
        found = await _look(desk, task, asked)
        if found is None or found.status not in _NOT_DIALING:
            return await _not_paused(desk, asked, error, found, values)
    else:
        desk.reached("pause_sent")
        found = await _with_counts(desk, task, asked)
    return await _paused(desk, asked, found, told, values)


async def _look(desk: Desk, task: CallTask, asked: Pause) -> Task | None:
    """What TWIN shows after a pause without an answer, or refused: at rest at any look, or what the last one showed.

    None: it could not be asked.
    """
    found: Task | None = None
    for wait in (0, *desk.settings.verify_after[: LOOKS - 1]):
        await desk.sleep(wait)
        try:
            found = await look_up_counted(desk, asked.twin_id, task.name)
        except TwinError:
            found = None
            continue
        is_stale = desk.ledger.now() - (task.started_at or 0) < STALE
        if found.status in (TaskStatus.DONE, TaskStatus.HALTED) or (found.status == TaskStatus.PAUSED and not is_stale):
            return found
    return found


async def _with_counts(desk: Desk, task: CallTask, asked: Pause) -> Task:
    """After an answer that it is paused: that stands, whatever TWIN shows a moment late."""
    try:
        found = await look_up_counted(desk, asked.twin_id, task.name)
    except TwinError:
        return Task(asked.twin_id, task.name, TaskStatus.PAUSED)
    status = found.status if found.status in _AT_REST else TaskStatus.PAUSED
    return Task(found.id, found.name, status, found.candidate_count, found.call_count)


async def _paused(desk: Desk, asked: Pause, found: Task, told: str, values: dict[str, str]) -> list[Outcome]:
    kind = _AT_REST.get(found.status, "pause_calls_not_running")
    kind, params = counted(kind, {**values, "status": found.status}, found)
    written = await desk.ledger.pauses.done(
        asked,
        found.status,
        kind,
        params,
        was_running=found.status == TaskStatus.PAUSED,
        # TWIN shows its own writes a moment late: the watch must not take an old PROCESS for a new start.
        look_at=desk.ledger.now() + STALE,
        told=told,
    )
    desk.reached("pause_written")
    return [Outcome(kind, params)] if written else []


async def _not_paused(
    desk: Desk, asked: Pause, error: TwinError, found: Task | None, values: dict[str, str]
) -> list[Outcome]:
    outcome = failure("pause_calls", error, **values)
    for_ever = isinstance(error, NotFound) or (isinstance(error, Refused) and found is not None)
    if for_ever:
        return [outcome] if await desk.ledger.pauses.failed(asked, outcome.kind) else []
    return await _not_yet(desk, asked, outcome)


async def _not_yet(desk: Desk, asked: Pause, outcome: Outcome) -> list[Outcome]:
    await desk.ledger.pauses.reported(asked)
    return [Outcome(outcome.kind, outcome.params, repeated=asked.reported)]


def counted(kind: str, values: dict[str, str], found: Task) -> tuple[str, dict[str, str]]:
    """The phrase and what fills it in: with the counts, if TWIN has told both."""
    if found.candidate_count is None or found.call_count is None:
        return kind, values
    counts = {
        "candidates": str(found.candidate_count),
        "calls": str(found.call_count),
        "left": str(max(0, found.candidate_count - found.call_count)),
    }
    return f"{kind}_counted", {**values, **counts}
