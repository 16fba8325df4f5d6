"""Create the task at TWIN, once. It costs nothing until it is played."""

from __future__ import annotations

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.lookup import find_marked, find_marked_now
from rasa_twin24.campaign.mark import comment, marked_name, new_mark
from rasa_twin24.campaign.outcome import Outcome, failure
from rasa_twin24.ledger import abandoned
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.twin24 import Task, TwinError

# Requests under one mark by themselves; after that the person decides. A second task would cost nothing, only confuse.
SENDS = 2
# Either way it was made once; found: the answer had been lost and the task was known again by its mark.
MADE = DONE, FOUND = "create_task_done", "create_task_found"


async def create(desk: Desk, task: CallTask) -> list[Outcome]:
    """Take a task from CREATING to FILLING, or back to NEW, from where the person may try again.

    It stays CREATING while nobody can tell whether TWIN has made it: then it is looked up again every minute, and
    whatever carries its mark is taken for it. If the person has turned away meanwhile, it is DROPPED at once: it stays
    at TWIN, empty.
    """
    try:
        if task.sent_at is None:
            return await _send(desk, task)
        found = await _earlier(desk, task)
        if found is not None:
            return await _made(desk, task, found, FOUND)
        return await _send(desk, task)
    except _Unsure:
        told = (await desk.ledger.conversations.get(task.conversation)).step == Step.CREATE
        await desk.ledger.conversations.step_of(task.conversation, task.id, Step.CREATE)
        return [Outcome("create_task_unsure", {"name": task.name}, repeated=told or await _is_left(desk, task))]


class _Unsure(Exception):
    """TWIN can neither create nor tell what it has created."""


async def _send(desk: Desk, task: CallTask) -> list[Outcome]:
    """Send, and after an answer that was lost look before sending again. Raises `_Unsure`."""
    settings, may_be_there = desk.settings, task.sent_at is not None
    for _ in range(SENDS):
        if may_be_there and await _is_left(desk, task):  # nobody wants it any more
            await desk.ledger.tasks.move(task.id, [TaskState.CREATING], TaskState.DROPPED)
            return []
        sent = await desk.ledger.tasks.about_to_create(task.id, new_mark())
        if sent is None or sent.mark is None:  # another process has settled it
            return []
        desk.reached("create_ordered")
        try:
            twin_id = await desk.twin.tasks.create(
                name=marked_name(task.name, sent.mark),
                script_id=settings.script_id,
                caller_id=settings.caller_id,
                comment=comment(sent.mark),
                window=settings.hours.window,
            )
        except TwinError as error:
            if not error.maybe_done:
                return await _failed(desk, task, failure("create_task", error, name=task.name), forget=not may_be_there)
            may_be_there = True
            found = await _lost(desk, sent)
            if found is not None:
                return await _made(desk, task, found, FOUND)
        else:
            desk.reached("create_sent")
            if may_be_there:  # what was sent before may have come through late
                twin_id = await _lost_now(desk, sent) or twin_id
            return await _made(desk, task, twin_id, DONE)
    return await _failed(desk, task, Outcome("create_task_failed_unclear", {"name": task.name}), forget=False)


async def _earlier(desk: Desk, task: CallTask) -> str | None:
    """What an earlier order has made; one of a moment ago is waited for. Raises `_Unsure`."""
    just_now = desk.ledger.now() - (task.sent_at or 0) < sum(desk.settings.verify_after)
    if just_now:
        return await _lost(desk, task)
    try:
        return await _first_of(desk, await find_marked_now(desk, task))
    except TwinError as error:
        raise _Unsure from error


async def _lost(desk: Desk, task: CallTask) -> str | None:
    try:
        return await _first_of(desk, await find_marked(desk, task))
    except TwinError as error:
        raise _Unsure from error


async def _lost_now(desk: Desk, task: CallTask) -> str | None:
    try:
        return await _first_of(desk, await find_marked_now(desk, task))
    except TwinError:
        return None


async def _first_of(desk: Desk, found: list[Task]) -> str | None:
    """The earliest; the others are never to be played."""
    for duplicate in found[1:]:
        await desk.ledger.abandoned.add(duplicate.id, abandoned.DUPLICATE)
    return found[0].id if found else None


async def _made(desk: Desk, task: CallTask, twin_id: str, kind: str) -> list[Outcome]:
    ledger = desk.ledger
    if not await ledger.tasks.move(
        task.id,
        [TaskState.CREATING],
        TaskState.FILLING,
        twin_id=twin_id,
        there_before=0,
        created_at=ledger.now(),
    ):
        return []
    desk.reached("create_written")
    made = {"name": task.name, "task_id": twin_id}
    if await _is_left(desk, task):
        await ledger.tasks.move(task.id, [TaskState.FILLING], TaskState.DROPPED)
        return [Outcome("create_task_left", made)]
    await ledger.conversations.step_of(task.conversation, task.id, Step.NUMBERS)
    # Numbers that came before the task are added next and need not be asked for.
    waiting = await ledger.candidates.count(task.id, CandidateState.PENDING)
    return [Outcome(f"{kind}_adding" if waiting else kind, made)]


async def stop_rebuilding(desk: Desk, task: CallTask) -> Outcome:
    """TWIN did not tell what it has of several tasks in a row: the person decides whether to go on."""
    [outcome] = await _failed(desk, task, Outcome("add_candidates_rebuild_failed", {"name": task.name}), forget=True)
    return outcome


async def _failed(desk: Desk, task: CallTask, outcome: Outcome, *, forget: bool) -> list[Outcome]:
    """`forget`: nothing was sent that TWIN may have carried out, so there is nothing to look for later."""
    values = {"sent_at": None} if forget else {}
    await desk.ledger.tasks.move(task.id, [TaskState.CREATING], TaskState.NEW, **values)
    await desk.ledger.conversations.step_of(task.conversation, task.id, Step.CREATE)
    return [outcome]


async def _is_left(desk: Desk, task: CallTask) -> bool:
    return (await desk.ledger.conversations.get(task.conversation)).task_id != task.id
