"""A paused task is turned to, and what a yes would let go on is shown."""

from __future__ import annotations

from actions._office import Office
from actions._steps import show_plan
from actions._task_buttons import offer_tasks, tell_of_task
from actions._turn import Turn
from actions._which_task import is_paused, which_task
from actions.task_status import tell_status_of_last
from rasa_twin24.campaign.outcome import failure
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.tasks import TaskState
from rasa_twin24.twin24 import Task, TaskStatus, TwinError

_AT_REST = {TaskStatus.DONE: "resume_calls_finished", TaskStatus.HALTED: "resume_calls_halted"}


async def go_on(turn: Turn, office: Office) -> bool:
    """Show the plan of the paused task that the message means, or say why there is none.

    False, and nothing said, when nothing is paused and a task is talked about: that one may be meant.
    """
    which = await which_task(turn, office, is_paused)
    if which.twin_id is not None:
        await _show(turn, office, which.twin_id)
    elif which.unknown:
        turn.say("task_by_name_unknown")
    elif which.among:
        offer_tasks(turn, "resume_calls_which", which.among, "resume_calls")
    else:
        task, step = await office.campaign.current(turn.conversation)
        if task is not None and step is not None:
            return False
        turn.say("resume_calls_nothing")
        await tell_status_of_last(turn, office)
    return True


async def _show(turn: Turn, office: Office, twin_id: str) -> None:
    task, _ = await office.campaign.current(turn.conversation)
    if task is not None and task.twin_id == twin_id and task.state in (TaskState.FILLING, TaskState.STARTING):
        await show_plan(turn, office)
        return
    try:
        found = await office.campaign.look_up_counted(twin_id)
    except TwinError as error:
        turn.tell(failure("resume_calls", error))
        return
    values = {"name": found.name, "task_id": found.id, "status": found.status}
    if found.status == TaskStatus.PROCESS:
        await office.campaign.keep_going(found, turn.conversation)
        tell_of_task(turn, "resume_calls_running", values)
    elif found.status in _AT_REST:
        turn.say(_AT_REST[found.status], **values)
    elif found.status not in TaskStatus.ADDABLE:
        turn.say("resume_calls_odd", **values)
    elif not await office.campaign.may_be_opened(found):
        turn.say("resume_calls_abandoned", **values)
    else:
        await _turn_to(turn, office, found)


async def _turn_to(turn: Turn, office: Office, found: Task) -> None:
    left, _ = await office.campaign.current(turn.conversation)
    if found.status == TaskStatus.PAUSED:  # whatever pause was on its way has come to its end
        await office.campaign.keep_going(found, turn.conversation)
    detail = {"task_id": found.id, "name": found.name}
    await office.ledger.audit.add(turn.conversation, Act.RESUME_CALLS, Result.DONE, **detail)
    await office.campaign.open(turn.conversation, found)
    if left is not None and left.twin_id not in (None, found.id) and left.state == TaskState.FILLING:
        turn.say("create_task_left", name=left.name, task_id=left.twin_id or "")
    await show_plan(turn, office)
