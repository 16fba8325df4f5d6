"""The end of a confirmed start, inside somebody's transaction: task, confirmation, reservation and audit together."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from rasa_twin24.ledger import audit, plans, reservations, tasks
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.candidates import CandidateState, mark_all
from rasa_twin24.ledger.plans import Ending
from rasa_twin24.ledger.tasks import TaskState

# What an ending means for the audit and for the reservation. What is not known to be untrue is spent.
_RESULTS = {
    Ending.DONE: Result.DONE,
    Ending.REFUSED: Result.REFUSED,
    Ending.NOT_STARTED: Result.FAILED,
    Ending.UNCLEAR: Result.UNCLEAR,
}
_SPENT = (Ending.DONE, Ending.UNCLEAR)


def end_start(
    connection: sa.engine.Connection, now: float, task_id: int, ending: str, state: str, reason: str, **values: Any
) -> bool:
    """False when it had ended before: each confirmation ends once. `reason` names what the person is told."""
    if not tasks.move(connection, task_id, [TaskState.STARTING], state, **values):
        return False
    task = tasks.read(connection, task_id)
    if state == TaskState.RUNNING and ending != Ending.UNCLEAR:
        mark_all(connection, task_id, CandidateState.ADDED, CandidateState.DIALED)
    count = plans.end(connection, task_id, ending, now)
    reservations.settle(connection, task_id, reservations.SPENT if ending in _SPENT else reservations.RELEASED)
    detail: dict[str, Any] = {"task": task.twin_id, "name": task.name, "count": count, "reason": reason}
    audit.put(connection, now, task.conversation, Act.START_CALLS, _RESULTS[ending], **detail)
    return True
