"""Create the task at TWIN. It costs nothing until it is played."""

from __future__ import annotations

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.outcome import Outcome, failure
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.twin24 import TwinError


async def create(desk: Desk, task: CallTask, *, numbers_wait: bool) -> Outcome:
    """Take a task from CREATING to FILLING, or back to NEW, from where the person may try again.

    `numbers_wait`: numbers came before the task; they are added next and need not be asked for.
    """
    settings = desk.settings
    try:
        twin_id = await desk.twin.tasks.create(
            name=task.name, script_id=settings.script_id, caller_id=settings.caller_id
        )
    except TwinError as error:
        await desk.ledger.tasks.move(task.id, [TaskState.CREATING], TaskState.NEW)
        await desk.ledger.conversations.step(task.conversation, Step.CREATE)
        if error.maybe_done:
            return Outcome("create_task_failed_unclear", {"name": task.name})
        return failure("create_task", error, name=task.name)
    await desk.ledger.tasks.move(
        task.id,
        [TaskState.CREATING],
        TaskState.FILLING,
        twin_id=twin_id,
        there_before=0,
        created_at=desk.ledger.now(),
    )
    await desk.ledger.conversations.step(task.conversation, Step.NUMBERS)
    kind = "create_task_done_adding" if numbers_wait else "create_task_done"
    return Outcome(kind, {"name": task.name, "task_id": twin_id})
