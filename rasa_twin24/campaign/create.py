"""Create the task at TWIN. It costs nothing until it is played."""

from __future__ import annotations

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.outcome import Outcome, failure
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CallTask, CandidateState, TaskState
from rasa_twin24.twin24 import TwinError


async def create(desk: Desk, task: CallTask) -> Outcome:
    """Take a task from CREATING to FILLING, or back to NEW, from where the person may try again.

    If the person has turned away meanwhile, it is DROPPED at once: it stays at TWIN, empty.
    """
    settings, ledger = desk.settings, desk.ledger
    try:
        twin_id = await desk.twin.tasks.create(
            name=task.name,
            script_id=settings.script_id,
            caller_id=settings.caller_id,
            window=settings.hours.window,
        )
    except TwinError as error:
        await ledger.tasks.move(task.id, [TaskState.CREATING], TaskState.NEW)
        await ledger.conversations.step_of(task.conversation, task.id, Step.CREATE)
        if error.maybe_done:
            return Outcome("create_task_failed_unclear", {"name": task.name})
        return failure("create_task", error, name=task.name)
    await ledger.tasks.move(
        task.id,
        [TaskState.CREATING],
        TaskState.FILLING,
        twin_id=twin_id,
        there_before=0,
        created_at=ledger.now(),
    )
    made = {"name": task.name, "task_id": twin_id}
    if (await ledger.conversations.get(task.conversation)).task_id != task.id:
        await ledger.tasks.move(task.id, [TaskState.FILLING], TaskState.DROPPED)
        return Outcome("create_task_left", made)
    await ledger.conversations.step_of(task.conversation, task.id, Step.NUMBERS)
    # Numbers that came before the task are added next and need not be asked for.
    waiting = await ledger.tasks.phones(task.id, CandidateState.PENDING)
    return Outcome("create_task_done_adding" if waiting else "create_task_done", made)
