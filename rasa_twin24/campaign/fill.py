"""Add the collected numbers to the task at TWIN, in portions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.outcome import Outcome, failure
from rasa_twin24.campaign.readiness import pauses
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CallTask, CandidateState
from rasa_twin24.text.phones import mask
from rasa_twin24.twin24 import Candidate, Forbidden, NoMoney, NotFound, Refused, TwinError

# How many numbers a phrase names before it only counts the rest.
NAMED = 10
# Seconds after its creation during which a task's refusals may mean "not ready yet".
SETTLING = 60.0
# What a task made a moment ago may answer to its first candidates.
_NOT_READY_YET = (404, 409, 422)


@dataclass
class Filled:
    """What came of it; `finished` is false when it stopped and only the person can say when to go on."""

    added: int = 0
    refused: list[str] = field(default_factory=list, repr=False)
    reason: str = ""
    stopped_by: TwinError | None = None
    left: bool = False
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        return self.stopped_by is None and not self.left


class _Left(Exception):
    """The task takes no numbers any more: the person has gone away from it."""


async def fill(desk: Desk, task: CallTask) -> Filled:
    """Send what is not at TWIN, or not surely. What is not there afterwards is named and still in the ledger."""
    tasks = desk.ledger.tasks
    unsent = await tasks.phones(task.id, CandidateState.PENDING, CandidateState.SENDING)
    filled = Filled()
    try:
        for start in range(0, len(unsent), desk.settings.portion):
            await _send_splitting(desk, task, unsent[start : start + desk.settings.portion], filled)
    except TwinError as error:
        filled.stopped_by = error
    except _Left:
        filled.left = True
    if (await desk.ledger.conversations.get(task.conversation)).task_id != task.id:
        filled.left = True  # what stays where was said when the person went; questions about it would confuse
    if not filled.left:
        filled.outcomes = await _outcomes(desk, task, filled)
    return filled


async def _send_splitting(desk: Desk, task: CallTask, portion: Sequence[str], filled: Filled) -> None:
    """Send a portion; if TWIN refuses a number of it, one number at a time.

    TWIN does not document whether a partly bad portion is taken in part: until each number has its own answer it
    counts as sent, and `clientExternalId` keeps those that were taken from being added again.
    """
    try:
        await _send(desk, task, portion)
    except TwinError as error:
        if not _about_numbers(error):
            raise
        if len(portion) == 1:
            await desk.ledger.tasks.mark(task.id, portion, CandidateState.REFUSED)
            filled.refused += portion
            filled.reason = error.reason or filled.reason
            return
    else:
        filled.added += len(portion)
        return
    for phone in portion:
        await _send_splitting(desk, task, [phone], filled)


async def _send(desk: Desk, task: CallTask, portion: Sequence[str]) -> None:
    """Send, and write down before what may be at TWIN and after what surely is, or surely is not."""
    tasks = desk.ledger.tasks
    # An earlier try may have brought these to TWIN; no later failure makes that unhappen.
    unsure = set(await tasks.phones(task.id, CandidateState.SENDING))
    first = not unsure and not await tasks.phones(task.id, CandidateState.ADDED, CandidateState.DIALED)
    if not await tasks.begin_sending(task.id, portion):
        raise _Left
    try:
        await _add(desk, task, portion, patient=first)
    except TwinError as error:
        if not error.maybe_done and not _about_numbers(error):
            surely_not = [phone for phone in portion if phone not in unsure]
            await tasks.mark(task.id, surely_not, CandidateState.PENDING)
        raise
    await tasks.mark(task.id, portion, CandidateState.ADDED)


async def _add(desk: Desk, task: CallTask, portion: Sequence[str], *, patient: bool) -> None:
    """One request; `patient`: repeated while a new task may not be ready for its first candidates."""
    assert task.twin_id is not None
    candidates = [Candidate(phones=(phone,)) for phone in portion]
    # Others wait a fixed 2 to 6 seconds for that.
    for pause in pauses(desk.settings, desk.settings.settle_deadline) if patient else ():
        try:
            return await desk.twin.candidates.add(task.twin_id, candidates)
        except Refused as error:
            if error.status not in _NOT_READY_YET or not _just_made(desk, task):
                raise
            await desk.sleep(pause)
    return await desk.twin.candidates.add(task.twin_id, candidates)


def _about_numbers(error: TwinError) -> bool:
    """Whether TWIN found fault with what was sent, not with the login, the balance, the task or its state."""
    return isinstance(error, Refused) and not isinstance(error, (NoMoney, Forbidden, NotFound)) and error.status != 409


def _just_made(desk: Desk, task: CallTask) -> bool:
    """Whether waiting can help. A task made longer ago means what it says."""
    return task.ours and desk.ledger.now() - task.created_at < SETTLING


async def _outcomes(desk: Desk, task: CallTask, filled: Filled) -> list[Outcome]:
    tasks = desk.ledger.tasks
    added = len(await tasks.phones(task.id, CandidateState.ADDED, CandidateState.DIALED))
    params = {
        "added": str(filled.added),
        "total": str(added + (task.there_before or 0)),
        "task_id": task.twin_id or "",
        "name": task.name,
    }
    outcomes = []
    step = Step.NUMBERS
    if filled.refused:
        refused = {"numbers": named(filled.refused), "reason": filled.reason}
        outcomes.append(Outcome("add_candidates_refused", refused))
    if filled.stopped_by is not None:
        missing = await tasks.phones(task.id, CandidateState.PENDING, CandidateState.SENDING)
        outcome = failure("add_candidates", filled.stopped_by, numbers=named(missing), **params)
        if filled.stopped_by.maybe_done:
            outcome = Outcome("add_candidates_unclear", outcome.params)
        outcomes.append(outcome)
    elif filled.added:
        outcomes.append(Outcome("add_candidates_done", params))
        step = Step.MORE
    else:
        outcomes.append(Outcome("add_candidates_again", params))
    await desk.ledger.conversations.step_of(task.conversation, task.id, step)
    return outcomes


def named(phones: Sequence[str]) -> str:
    """Masked numbers for a phrase, at most `NAMED` of them."""
    shown = ", ".join(mask(phone) for phone in phones[:NAMED])
    rest = len(phones) - NAMED
    return f"{shown} … +{rest}" if rest > 0 else shown
