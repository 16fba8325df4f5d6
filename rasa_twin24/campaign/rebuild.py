"""A list at TWIN that nobody can verify: somebody might be on it twice. It is never played; ours is built anew."""

from __future__ import annotations

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.ledger.tasks import CallTask


async def give_up(desk: Desk, task: CallTask) -> Outcome:
    """Leave a task that is being filled: the next one is to be created for the same numbers, or there is none."""
    params = {"name": task.name, "task_id": task.twin_id or ""}
    if may_be_rebuilt(task):
        await desk.ledger.portions.start_over(task.id)
        return Outcome("add_candidates_rebuilding", params)
    await desk.ledger.portions.spoil(task.id)
    await desk.ledger.conversations.leave(task.conversation, task.id)
    return Outcome("add_candidates_spoiled", params)


def may_be_rebuilt(task: CallTask) -> bool:
    """Whether everybody who is still to be called is on our list; others may have put people into the task as well."""
    return task.ours and (task.there_before == 0 or task.was_done) and not task.goes_on
