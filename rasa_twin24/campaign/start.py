"""Start the dialing: wait until TWIN is ready, `play` once, and know whether it was carried out."""

from __future__ import annotations

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.outcome import Outcome, failure
from rasa_twin24.campaign.readiness import Ready, next_look, pauses, readiness
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CallTask, CandidateState, TaskState
from rasa_twin24.twin24 import RateLimited, Task, TaskStatus, TwinError, Unavailable


async def start(desk: Desk, task: CallTask) -> Outcome:
    """Take a task from STARTING to RUNNING with one `play`, or back to FILLING with a reason.

    Only a task that somebody said a clear yes to is STARTING.
    """
    if task.started_at is not None:  # a crash came between the decision to send `play` and its answer
        return await _verify(desk, task)
    if not await desk.ledger.plans.agreed(task.id):
        return await _not_started(desk, task, Outcome("start_calls_plan_old"))
    outcome = await _wait_until_ready(desk, task)
    if outcome is not None:
        return outcome
    # Written before the request: after a crash the task is looked up, not played again.
    if not await desk.ledger.tasks.may_play(task.id):
        return await _verify(desk, task)
    try:
        await desk.twin.tasks.play(_twin_id(task))
    except TwinError as error:
        return await _after_failed_play(desk, task, error)
    return await _runs(desk, task)


async def _wait_until_ready(desk: Desk, task: CallTask) -> Outcome | None:
    """None when `play` may be sent now."""
    added = len(await desk.ledger.tasks.phones(task.id, CandidateState.ADDED))
    deadline = desk.settings.ready_deadline
    gives_up_at = desk.ledger.now() + deadline
    trouble: TwinError | None = None
    for pause in pauses(desk.settings, deadline):
        try:
            found = await desk.twin.tasks.get(_twin_id(task))
        except TwinError as error:
            if not isinstance(error, Unavailable) or isinstance(error, RateLimited):
                return await _not_started(desk, task, failure("start_calls", error))
            trouble = error
        else:
            trouble = None
            ready = readiness(found.status, added=bool(added))
            if ready is Ready.YES:
                return await _unless_grown(desk, task, found, added)
            if ready is Ready.RUNNING:
                return await _runs(desk, task, "start_calls_already_running")
            if ready is Ready.NEVER:
                return await _not_started(desk, task, Outcome("start_calls_impossible", {"status": found.status}))
        if desk.ledger.now() >= gives_up_at:  # the answers, not the pauses, may have taken the time
            break
        await desk.sleep(pause)
    late = failure("start_calls", trouble) if trouble else Outcome("start_calls_not_ready")
    return await _not_started(desk, task, late)


async def _unless_grown(desk: Desk, task: CallTask, found: Task, added: int) -> Outcome | None:
    """None when TWIN would dial no more people than the plan showed.

    Somebody may have added to the task in the cabinet or from another conversation since.
    """
    if found.candidate_count is None or task.there_before is None:
        return None
    before = found.candidate_count - added
    if before <= task.there_before:
        return None
    await desk.ledger.tasks.change(task.id, there_before=before)
    return await _not_started(desk, task, Outcome("start_calls_plan_old"))


async def _after_failed_play(desk: Desk, task: CallTask, error: TwinError) -> Outcome:
    if error.maybe_done:
        return await _verify(desk, task)
    try:  # TWIN may refuse the start of what runs already
        if (await desk.twin.tasks.get(_twin_id(task))).status == TaskStatus.PROCESS:
            return await _runs(desk, task, "start_calls_already_running")
    except TwinError:
        pass  # the refusal itself is the news
    return await _not_started(desk, task, failure("start_calls", error))


async def _verify(desk: Desk, task: CallTask) -> Outcome:
    """After a `play` without an answer: PROCESS at any look means started, READY or PAUSED at all of them not started.

    A task that was DONE before stays DONE for a moment after `play` as well: it is never sent again by itself.
    """
    statuses = set()
    for pause in desk.settings.verify_after:
        await desk.sleep(pause)
        try:
            statuses.add((await desk.twin.tasks.get(_twin_id(task))).status)
        except TwinError:
            statuses.add("")  # not known, so nothing is certain
        if TaskStatus.PROCESS in statuses or (TaskStatus.DONE in statuses and not task.was_done):
            return await _runs(desk, task)
    if statuses <= {TaskStatus.READY, TaskStatus.PAUSED}:
        return await _not_started(desk, task, Outcome("start_calls_failed_unavailable"))
    # Nothing was seen to run, nothing is sure: it is watched, and never played by the bot again.
    await desk.ledger.tasks.move(
        task.id, [TaskState.STARTING], TaskState.RUNNING, look_at=desk.ledger.now(), looks=0, seen_status=None
    )
    await desk.ledger.conversations.leave(task.conversation, task.id)
    return Outcome("start_calls_unclear", {"task_id": _twin_id(task), "name": task.name})


async def _runs(desk: Desk, task: CallTask, kind: str = "start_calls_done") -> Outcome:
    """The scenario is over; the conversation is free for the next task."""
    count = len(await desk.ledger.tasks.phones(task.id, CandidateState.ADDED)) + (task.there_before or 0)
    await desk.ledger.tasks.mark_all(task.id, CandidateState.ADDED, CandidateState.DIALED)
    now = desk.ledger.now()
    await desk.ledger.tasks.move(
        task.id,
        [TaskState.STARTING],
        TaskState.RUNNING,
        started_at=task.started_at or now,
        look_at=now + next_look(0, desk.settings),
        looks=0,
        seen_status=None,
    )
    await desk.ledger.conversations.leave(task.conversation, task.id)
    return Outcome(kind, {"name": task.name, "task_id": _twin_id(task), "count": str(count)})


async def _not_started(desk: Desk, task: CallTask, outcome: Outcome) -> Outcome:
    await desk.ledger.tasks.move(task.id, [TaskState.STARTING], TaskState.FILLING, started_at=None)
    await desk.ledger.conversations.step_of(task.conversation, task.id, Step.START)
    return Outcome(outcome.kind, {"name": task.name, "task_id": _twin_id(task), **outcome.params})


def _twin_id(task: CallTask) -> str:
    if task.twin_id is None:
        raise ValueError(f"task {task.id} is not at TWIN")
    return task.twin_id
