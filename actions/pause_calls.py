"""A pause of one task: it costs nothing, so nothing is asked but which task is meant."""

from __future__ import annotations

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._task_buttons import offer_tasks, tell_of_task
from actions._turn import Turn
from actions._which_task import runs, which_task
from actions.task_status import tell_status_of_last
from rasa_twin24.campaign.outcome import failure
from rasa_twin24.campaign.pause import counted
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.text.consent import stops
from rasa_twin24.text.emergency import pauses
from rasa_twin24.twin24 import Task, TaskStatus, TwinError


class ActionPauseCalls(TopicAction):
    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_pause_calls"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        which = await which_task(turn, office, runs)
        meant = await _running(turn, office, which.twin_id) if which.twin_id is not None else None
        if meant is not None and not _says_so(turn):
            offer_tasks(turn, "pause_calls_ask", [meant], "pause_calls")
            return None
        if which.twin_id is not None:
            if await pause(turn, office, which.twin_id):
                return None
        elif which.unknown:
            turn.say("task_by_name_unknown")
        elif which.among:
            offer_tasks(turn, "pause_calls_which", which.among, "pause_calls")
            return None
        elif not await _withdraws_plan(turn, office):
            turn.say("pause_calls_nothing")
            await tell_status_of_last(turn, office)
        await resume(turn, office)
        return None


def _says_so(turn: Turn) -> bool:
    """Whether the words themselves ask for it: a message that the model misreads must not stop anybody's calls."""
    return not turn.typed or turn.entity("task_id") is not None or pauses(turn.text) or stops(turn.text)


async def pause(turn: Turn, office: Office, twin_id: str) -> bool:
    """Pause a task, and tell what came of it; true when the step's question must not follow."""
    task = await _running(turn, office, twin_id)
    if task is None:
        try:
            found = await office.campaign.look_up_counted(twin_id)
        except TwinError as error:
            turn.tell(failure("resume_calls", error))  # it was only looked at
            return False
        if found.status != TaskStatus.PROCESS:
            if not await _withdraws_plan(turn, office):
                _tell_at_rest(turn, found)
            return False
        task = await office.campaign.adopt(turn.conversation, found)
    elif task.conversation != turn.conversation and task.state == TaskState.RUNNING:
        running = Task(twin_id, task.name, task.seen_status or TaskStatus.PROCESS)
        task = await office.campaign.adopt(turn.conversation, running)  # who pauses it is who lets it go on
    asked = await office.campaign.ask_pause(task, turn.conversation)
    values = {"name": task.name, "task_id": twin_id}
    if asked.pause is None:
        # Its `play` was not let through yet; or, said again after a crash, everything was done before.
        tell_of_task(turn, "pause_calls_withheld" if asked.withheld else "pause_calls_already", values)
        return bool(asked.withheld)
    outcomes = await office.campaign.pause(asked.pause)
    if outcomes is None:
        tell_of_task(turn, "pause_calls_working", values)
    for outcome in outcomes or ():
        tell_of_task(turn, outcome.kind, outcome.params)
    if outcomes == []:  # another process, or the start itself, has just written it down
        tell_of_task(turn, "pause_calls_already", values)
    return False


async def _running(turn: Turn, office: Office, twin_id: str) -> CallTask | None:
    """The row of a task that runs or is being started: one's own, or else anybody's."""
    rows = [row for row in await office.ledger.tasks.all_at_twin(twin_id) if runs(row)]
    own = [row for row in rows if row.conversation == turn.conversation]
    return next(iter([*own, *rows]), None)


async def _withdraws_plan(turn: Turn, office: Office) -> bool:
    """Whether the task that is talked about is paused, and its plan to go on was just shown: no yes goes to it now."""
    task, step = await office.campaign.current(turn.conversation)
    if task is None or not task.goes_on or step != Step.START:
        return False
    await office.campaign.consent.decline(turn.conversation)
    tell_of_task(turn, "pause_calls_question", {"name": task.name, "task_id": task.twin_id or ""})
    return True


def _tell_at_rest(turn: Turn, found: Task) -> None:
    kinds = {
        TaskStatus.PAUSED: "pause_calls_already",
        TaskStatus.DONE: "pause_calls_finished",
        TaskStatus.HALTED: "pause_calls_halted",
    }
    kind = kinds.get(found.status, "pause_calls_not_running")
    values = {"name": found.name, "task_id": found.id, "status": found.status}
    phrase = kind if kind == "pause_calls_already" else counted(kind, values, found)[0]
    tell_of_task(turn, phrase, counted(kind, values, found)[1])
