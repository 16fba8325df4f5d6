"""How it goes: the task that is talked about, or the last one; the list of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions._boundary import Events, TopicAction
from actions._office import Office
from actions._steps import resume
from actions._task_buttons import buttons_of_status, offer_tasks
from actions._turn import Turn
from actions._which_task import Which, is_viewer, known_tasks, which_task
from rasa_twin24.campaign.outcome import failure
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.twin24 import Task, TaskStatus, TwinError

# Tasks in one list.
LISTED = 10
# Steps that somebody who only looks at another task must not be taken away from.
_HOLDING = (Step.CREATE, Step.STARTING)
# TWIN's tasks count calls and not who took them.
_WHO_ANSWERED = re.compile(r"ответ|дозвон|взял|трубк|результат|итог|answer|pick|reach|result|respon", re.IGNORECASE)


class ActionTaskStatus(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_task_status"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        which = await _asked_about(turn, office)
        if which.unknown:
            turn.say("task_by_name_unknown")
        elif which.among:
            offer_tasks(turn, "task_status_which", which.among, "task_status")
            return None
        elif which.twin_id is None:
            turn.say("task_status_none")
        else:
            await tell_status(turn, office, which.twin_id)
        await resume(turn, office)
        return None


class ActionListTasks(TopicAction):
    needs = Role.VIEWER

    def name(self) -> str:
        return "action_list_tasks"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        latest = await known_tasks(turn, office, LISTED)
        if not latest:
            turn.say("list_tasks_none")
        else:
            seen = await office.campaign.statuses(latest)
            if seen is None:
                turn.say("list_tasks_away")
            phrase = "list_tasks_everybodys" if await is_viewer(turn, office) else "list_tasks"
            words = [await _word(turn, office, task, seen or {}) for task in latest]
            lines = [
                f"{place}. {task.name or '—'} — {word}, {task.twin_id}"
                for place, (task, word) in enumerate(zip(latest, words, strict=True), start=1)
            ]
            offer_tasks(turn, phrase, latest, "choose_task", tasks="\n".join(lines))
        if not turn.in_form:
            _, step = await office.campaign.current(turn.conversation)
            if step is not None:
                turn.say("list_tasks_step")  # its question would take the buttons away
        return None


class ActionChooseTask(TopicAction):
    """A task of the list was pressed: it is the one that is talked about from now on."""

    needs = Role.VIEWER

    def name(self) -> str:
        return "action_choose_task"

    async def act(self, turn: Turn, office: Office) -> Events | None:
        twin_id = turn.entity("task_id")
        if twin_id is None:
            turn.say("task_status_none")
            return None
        found = await tell_status(turn, office, twin_id)
        if found is not None and not turn.in_form and not await is_viewer(turn, office):
            await _turn_to(turn, office, found)
        return None


async def tell_status(turn: Turn, office: Office, twin_id: str) -> Task | None:
    """Say how a task stands, with what may be done next; None when that could not be told."""
    if not await _may_read(twin_id, turn, office):
        turn.say("task_status_foreign")
        return None
    try:
        found = await office.campaign.look_up_counted(twin_id)
    except TwinError as error:
        turn.tell(failure("task_status", error))
        return None
    row = await _row(turn, office, twin_id)
    filled = await office.campaign.numbers(row) if row is not None else 0
    phrase = found.status.lower() if found.status in TaskStatus.KNOWN else "odd"
    status = found.status
    if filled and status == TaskStatus.BLANK:
        phrase, status = "preparing", TaskStatus.READY  # TWIN shows what was added a moment late
    candidates = found.candidate_count if found.candidate_count is not None else (filled or None)
    said = [(f"task_status_{phrase}", {"name": found.name or "", "task_id": found.id, "status": found.status})]
    if candidates is not None and found.call_count is None:
        said.append(("task_status_candidates", {"candidates": str(candidates)}))
    elif candidates is not None and found.call_count is not None:
        counts = {"candidates": str(candidates), "calls": str(found.call_count)}
        going = status in (TaskStatus.PROCESS, TaskStatus.PAUSED) and found.call_count <= candidates
        if going:
            counts["left"] = str(candidates - found.call_count)
        said.append(("task_status_counts_left" if going else "task_status_counts", counts))
    if turn.typed and _WHO_ANSWERED.search(turn.text):
        said.insert(-1, ("task_status_answers", {}))
    for name, values in said[:-1]:
        turn.say(name, **values)
    name, values = said[-1]
    buttons = buttons_of_status(turn, status, found.id, await office.ledger.people.role(turn.conversation))
    turn.offer(name, buttons, standing=False, **values)
    return found


async def tell_status_of_last(turn: Turn, office: Office) -> None:
    """How the newest task stands, for somebody who wanted something done to one and has none that fits."""
    latest = await known_tasks(turn, office, 1)
    if latest:
        await tell_status(turn, office, latest[0].twin_id or "")


async def _asked_about(turn: Turn, office: Office) -> Which:
    which = await which_task(turn, office, lambda task: bool(task.twin_id))
    if not which.among or turn.entity("task_id") is not None:
        return which
    # Nothing was named and nothing is talked about: the last one is meant.
    return Which(which.among[0].twin_id)


async def _row(turn: Turn, office: Office, twin_id: str) -> CallTask | None:
    """This conversation's own row about a task."""
    rows = await office.ledger.tasks.all_at_twin(twin_id)
    return next((row for row in rows if row.conversation == turn.conversation), None)


async def _may_read(twin_id: str, turn: Turn, office: Office) -> bool:
    """A task that the bot did not create is shown to operators and owners only."""
    if not await is_viewer(turn, office) or await office.ledger.tasks.was_made_here(twin_id):
        return True
    await office.ledger.audit.add(turn.conversation, Act.READ_TASK, Result.REFUSED, task_id=twin_id[:64])
    return False


async def _turn_to(turn: Turn, office: Office, found: Task) -> None:
    """Talk about this task from now on, unless something is under way with another, or numbers wait for a name."""
    current, step = await office.campaign.current(turn.conversation)
    if current is not None and (current.twin_id == found.id or current.twin_id is None or step in _HOLDING):
        return
    row = await _row(turn, office, found.id)
    if row is not None and row.state in (TaskState.RUNNING, TaskState.STARTING):
        await office.campaign.drop(turn.conversation)
        await office.ledger.conversations.turn_to(turn.conversation, row.id, None)
    elif found.status in TaskStatus.ADDABLE and await office.campaign.may_be_opened(found):
        await office.campaign.open(turn.conversation, found)
        await office.ledger.conversations.step(turn.conversation, None)
    else:
        return
    if current is not None and current.state == TaskState.FILLING:
        turn.say("create_task_left", name=current.name, task_id=current.twin_id or "")


async def _word(turn: Turn, office: Office, task: CallTask, seen: Mapping[str, str]) -> str:
    """The status in a word: as TWIN shows it, or as the bot knows it."""
    status = seen.get(task.twin_id or "") or _known_status(task)
    if task.state == TaskState.STARTING:
        return turn.word("status_word_starting")
    if status == TaskStatus.BLANK and await office.campaign.numbers(task):
        status = TaskStatus.READY  # TWIN shows what was added a moment late
    if not status:
        return turn.word("status_word_unknown")
    return turn.word(f"status_word_{status.lower()}") if status in TaskStatus.KNOWN else status


def _known_status(task: CallTask) -> str:
    """The status that the bot knows of by itself; empty for none."""
    if task.state == TaskState.RUNNING:
        return task.seen_status or TaskStatus.PROCESS
    return task.seen_status or "" if task.state in (TaskState.FILLING, TaskState.DROPPED) else ""
