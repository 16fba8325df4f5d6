"""How it goes: the task that is talked about, or the last one; the list of them."""

from __future__ import annotations

from actions._boundary import Events, Office, TopicAction, Turn
from actions._steps import resume
from rasa_twin24.campaign.outcome import failure
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.twin24 import Task, TaskStatus, TwinError

# Tasks in one list.
LISTED = 10


class ActionTaskStatus(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_task_status"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        asked = turn.entity("task_id")
        twin_id = asked or await self._which(turn, office)
        if twin_id is None:
            turn.say("task_status_none")
        elif asked is not None and not await _may_read(asked, turn, office):
            turn.say("task_status_foreign")
        else:
            try:
                found = await office.campaign.look_up(twin_id)
            except TwinError as error:
                turn.tell(failure("task_status", error))
            else:
                await self._tell(turn, office, found)
        await resume(turn, office)
        return None

    async def _which(self, turn: Turn, office: Office) -> str | None:
        task, _ = await office.campaign.current(turn.conversation)
        if task is not None and task.twin_id:
            return task.twin_id
        latest = await _latest(turn, office, 1)
        return latest[0].twin_id if latest else None

    async def _tell(self, turn: Turn, office: Office, found: Task) -> None:
        task, _ = await office.campaign.current(turn.conversation)
        filled = await office.campaign.numbers(task) if task is not None and task.twin_id == found.id else 0
        phrase = found.status.lower() if found.status in TaskStatus.KNOWN else "odd"
        if filled and found.status == TaskStatus.BLANK:
            phrase = "preparing"  # TWIN shows what was added a moment late
        turn.say(f"task_status_{phrase}", name=found.name or "", task_id=found.id, status=found.status)
        if found.candidate_count is not None:
            if found.call_count is not None:
                turn.say("task_status_counts", candidates=str(found.candidate_count), calls=str(found.call_count))
            else:
                turn.say("task_status_candidates", candidates=str(found.candidate_count))
            return
        if filled:
            turn.say("task_status_candidates", candidates=str(filled))


class ActionListTasks(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_list_tasks"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        latest = await _latest(turn, office, LISTED)
        if latest:
            phrase = "list_tasks_everybodys" if await _is_viewer(turn, office) else "list_tasks"
            turn.say(phrase, tasks="\n".join(_line(task) for task in latest))
        else:
            turn.say("list_tasks_none")
        await resume(turn, office)
        return None


class ActionPauseCalls(TopicAction):
    """Pausing from the chat is not there yet; the nearest thing is said."""

    needs = Role.OPERATOR

    def name(self) -> str:
        return "action_pause_calls"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        turn.say("pause_calls_not_yet")
        await resume(turn, office)
        return None


async def _is_viewer(turn: Turn, office: Office) -> bool:
    return await office.ledger.people.role(turn.conversation) == Role.VIEWER


async def _latest(turn: Turn, office: Office, limit: int) -> list[CallTask]:
    """The newest tasks: one's own, or whatever this bot made for somebody who makes none."""
    if await _is_viewer(turn, office):
        return await office.ledger.tasks.latest_made(limit)
    return await office.campaign.latest(turn.conversation, limit)


async def _may_read(twin_id: str, turn: Turn, office: Office) -> bool:
    """A task that the bot did not create is shown to operators and owners only."""
    if not await _is_viewer(turn, office) or await office.ledger.tasks.was_made_here(twin_id):
        return True
    await office.ledger.audit.add(turn.conversation, Act.READ_TASK, Result.REFUSED, task_id=twin_id[:64])
    return False


def _line(task: CallTask) -> str:
    return f"• {task.name or '—'} — {task.twin_id}"
