"""Add the collected numbers to the task at TWIN, in portions."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.outcome import Outcome, failure
from rasa_twin24.campaign.readiness import pauses
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CallTask, CandidateState, TaskState
from rasa_twin24.text.phones import mask
from rasa_twin24.twin24 import Candidate, Forbidden, NoMoney, Refused, SignInFailed, TwinError

# How many numbers a phrase names before it only counts the rest.
NAMED = 10
# Seconds after its creation during which a task's refusals may mean "not ready yet".
SETTLING = 60.0


async def fill(desk: Desk, task: CallTask) -> list[Outcome]:
    """Send what is pending. Whatever is not at TWIN afterwards is named and still in the ledger."""
    tasks = desk.ledger.tasks
    pending = await tasks.phones(task.id, CandidateState.PENDING, CandidateState.SENDING)
    refused: list[str] = []
    reason = ""
    stopped_by: TwinError | None = None
    added = 0
    for start in range(0, len(pending), desk.settings.portion):
        portion = pending[start : start + desk.settings.portion]
        first = not added and not await tasks.phones(task.id, CandidateState.ADDED, CandidateState.DIALED)
        try:
            turned_down, why = await _send_splitting(desk, task, portion, patient=first)
        except TwinError as error:
            stopped_by = error
            if not error.maybe_done:
                await tasks.mark(task.id, portion, CandidateState.PENDING)
            break
        refused += turned_down
        reason = why or reason
        added += len(portion) - len(turned_down)
    return await _outcomes(desk, task, added, refused, reason, stopped_by)


async def _send_splitting(
    desk: Desk, task: CallTask, portion: Sequence[str], *, patient: bool
) -> tuple[list[str], str]:
    """Send a portion; if TWIN refuses it, one number at a time. Returns the refused numbers and TWIN's last reason.

    TWIN does not document whether a partly bad portion is taken in part; `clientExternalId` keeps those that were
    from being added again.
    """
    try:
        await _send(desk, task, portion, patient=patient)
        return [], ""
    except (SignInFailed, NoMoney, Forbidden):
        raise
    except Refused as error:
        if len(portion) == 1:
            await desk.ledger.tasks.mark(task.id, portion, CandidateState.REFUSED)
            return list(portion), error.reason or ""
    refused: list[str] = []
    reason = ""
    for phone in portion:
        turned_down, why = await _send_splitting(desk, task, [phone], patient=False)
        refused += turned_down
        reason = why or reason
    return refused, reason


async def _send(desk: Desk, task: CallTask, portion: Sequence[str], *, patient: bool) -> None:
    assert task.twin_id is not None  # noqa: S101 — a task that is being filled has one
    await desk.ledger.tasks.mark(task.id, portion, CandidateState.SENDING)
    candidates = [Candidate(phones=(phone,)) for phone in portion]
    # A new task refuses its first candidates for a moment; others wait a fixed 2 to 6 seconds for that.
    for pause in pauses(desk.settings, desk.settings.settle_deadline) if patient else ():
        try:
            await desk.twin.candidates.add(task.twin_id, candidates)
        except (SignInFailed, NoMoney, Forbidden):
            raise
        except Refused as error:
            if error.status not in (404, 409, 422) or not _just_made(desk, task):
                raise
            await desk.sleep(pause)
        else:
            break
    else:
        await desk.twin.candidates.add(task.twin_id, candidates)
    await desk.ledger.tasks.mark(task.id, portion, CandidateState.ADDED)


def _just_made(desk: Desk, task: CallTask) -> bool:
    """Whether waiting can help. A task made longer ago means what it says."""
    return task.ours and desk.ledger.now() - task.created_at < SETTLING


async def _outcomes(
    desk: Desk, task: CallTask, added: int, refused: list[str], reason: str, stopped_by: TwinError | None
) -> list[Outcome]:
    tasks = desk.ledger.tasks
    total = len(await tasks.phones(task.id, CandidateState.ADDED, CandidateState.DIALED))
    params = {"added": str(added), "total": str(total), "task_id": task.twin_id or "", "name": task.name}
    outcomes = []
    if refused:
        outcomes.append(Outcome("add_candidates_refused", {"numbers": named(refused), "reason": reason}))
    if stopped_by is not None:
        missing = await tasks.phones(task.id, CandidateState.PENDING, CandidateState.SENDING)
        topic = "add_candidates_unclear" if stopped_by.maybe_done else ""
        outcome = failure("add_candidates", stopped_by, numbers=named(missing), **params)
        outcomes.append(Outcome(topic, outcome.params) if topic else outcome)
        await _step(desk, task, Step.NUMBERS)
    elif added:
        before = task.there_before or 0
        outcomes.append(Outcome("add_candidates_done", {**params, "total": str(total + before)}))
        await _step(desk, task, Step.MORE)
    else:
        outcomes.append(Outcome("add_candidates_again", params))
        await _step(desk, task, Step.NUMBERS)
    return outcomes


async def _step(desk: Desk, task: CallTask, step: str) -> None:
    """The talk goes on at `step`, unless the person has turned to another task meanwhile."""
    conversation = await desk.ledger.conversations.get(task.conversation)
    if conversation.task_id == task.id and (await desk.ledger.tasks.get(task.id)).state == TaskState.FILLING:
        await desk.ledger.conversations.step(task.conversation, step)


def named(phones: Sequence[str]) -> str:
    """Masked numbers for a phrase, at most `NAMED` of them."""
    shown = ", ".join(mask(phone) for phone in phones[:NAMED])
    rest = len(phones) - NAMED
    return f"{shown} … +{rest}" if rest > 0 else shown
