"""Which outcomes go into the audit, and as what. The starts write their own, together with what they decide."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from rasa_twin24.campaign.outcome import ALL_IN, Outcome
from rasa_twin24.ledger import Ledger
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.text.phones import hide_numbers

log = structlog.get_logger(__name__)

_KINDS = {
    "create_task_done": (Act.CREATE_TASK, Result.DONE),
    "create_task_done_adding": (Act.CREATE_TASK, Result.DONE),
    "create_task_found": (Act.CREATE_TASK, Result.DONE),
    "create_task_found_adding": (Act.CREATE_TASK, Result.DONE),
    "create_task_unsure": (Act.CREATE_TASK, Result.UNCLEAR),
    "create_task_left": (Act.CREATE_TASK, Result.DONE),
    "create_task_failed_unclear": (Act.CREATE_TASK, Result.UNCLEAR),
    "add_candidates_done": (Act.ADD_CANDIDATES, Result.DONE),
    ALL_IN: (Act.ADD_CANDIDATES, Result.DONE),
    "add_candidates_refused": (Act.ADD_CANDIDATES, Result.FAILED),
    "add_candidates_unclear": (Act.ADD_CANDIDATES, Result.UNCLEAR),
    "add_candidates_rebuilding": (Act.ADD_CANDIDATES, Result.UNCLEAR),
    "add_candidates_spoiled": (Act.ADD_CANDIDATES, Result.UNCLEAR),
    "add_candidates_rebuild_failed": (Act.ADD_CANDIDATES, Result.FAILED),
}


def recorded(outcome: Outcome) -> tuple[str, str] | None:
    """The act and the result that an outcome is written down as; None when it is not."""
    if outcome.kind in _KINDS:
        return _KINDS[outcome.kind]
    topic, failed, _ = outcome.kind.partition("_failed_")
    # The topics are named as their acts.
    return (topic, Result.FAILED) if failed and topic in (Act.CREATE_TASK, Act.ADD_CANDIDATES) else None


async def record(ledger: Ledger, task_id: int, outcomes: Iterable[Outcome]) -> None:
    """Write what came of the work on a task into the audit; never raises: the outcomes must still be told."""
    try:
        for outcome in outcomes:
            kind = recorded(outcome)
            if kind is not None and not outcome.repeated:
                task = await ledger.tasks.get(task_id)
                await ledger.audit.add(task.conversation, *kind, **_detail(task, outcome))
    except Exception as error:  # the database is away
        log.error("audit_not_written", error=type(error).__name__)


def _detail(task: CallTask, outcome: Outcome) -> dict[str, str]:
    detail = {"name": hide_numbers(task.name), "task_id": task.twin_id or ""}
    added = outcome.params.get("added", "0")
    return detail if added == "0" else {**detail, "count": added}
