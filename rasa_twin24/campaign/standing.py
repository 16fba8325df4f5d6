"""What a killed process had done and could not tell any more: where the task stands now."""

from __future__ import annotations

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.plan import total
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.plans import Ending
from rasa_twin24.ledger.tasks import CallTask, TaskState


async def standing(desk: Desk, task: CallTask) -> list[Outcome]:
    """The news, and the step that they lead to.

    None for a task that the person has turned away from, unless it runs: that costs money.
    """
    ledger = desk.ledger
    made = {"name": task.name, "task_id": task.twin_id or ""}
    if task.state == TaskState.RUNNING:
        dialed = await ledger.candidates.count(task.id, CandidateState.ADDED, CandidateState.DIALED)
        await ledger.conversations.leave(task.conversation, task.id)
        unclear = await ledger.plans.ending(task.id) == Ending.UNCLEAR
        count = {"count": str(total(task, dialed))}
        return [Outcome("start_calls_unclear" if unclear else "start_calls_done", {**made, **count})]
    talk = await ledger.conversations.get(task.conversation)
    if talk.task_id != task.id or task.state != TaskState.FILLING:
        return []
    if talk.step == Step.START:
        refused = await ledger.plans.ending(task.id) is not None and not await ledger.plans.asks(task.id)
        return [Outcome("start_calls_cut_off", made)] if refused else []
    if talk.step == Step.STARTING:  # it was not started; a yes goes to the plan as it is now
        await ledger.conversations.step_of(task.conversation, task.id, Step.START)
        return [Outcome("start_calls_plan_old", made)]
    added = await ledger.candidates.count(task.id, CandidateState.ADDED, CandidateState.DIALED)
    await ledger.conversations.step_of(task.conversation, task.id, Step.MORE if added else Step.NUMBERS)
    if not added:
        return [Outcome("create_task_done", made)]
    return [Outcome("add_candidates_standing", {**made, "total": str(added + (task.there_before or 0))})]
