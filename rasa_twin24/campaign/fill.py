"""Add the collected numbers to the task at TWIN, in portions, each with its own fate in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.lookup import count_candidates, watch_count
from rasa_twin24.campaign.outcome import Outcome, failure
from rasa_twin24.campaign.readiness import pauses
from rasa_twin24.campaign.rebuild import give_up, may_be_rebuilt
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.portions import Portion, PortionState
from rasa_twin24.ledger.tasks import CallTask, CandidateState
from rasa_twin24.text.phones import mask
from rasa_twin24.twin24 import Candidate, Forbidden, NoMoney, NotFound, Refused, TwinError

# How many numbers a phrase names before it only counts the rest.
NAMED = 10
# Seconds after its creation during which a task's refusals may mean "not ready yet".
SETTLING = 60.0
# What a task made a moment ago may answer to its first candidates.
_NOT_READY_YET = (404, 409, 422)
# How often a portion that surely did not arrive is sent again before the person is asked.
RESENDS = 1


@dataclass
class Filled:
    """What came of it; `finished` is false when it stopped and only the person, or time, can say when to go on."""

    added: int = 0
    refused: list[str] = field(default_factory=list, repr=False)
    reason: str = ""
    stopped_by: TwinError | None = None
    left: bool = False
    # Somebody's phone may be on the list twice, or not at all: the list cannot be played.
    unverifiable: bool = False
    # The same, but TWIN may still tell.
    unclear: bool = False
    told_before: bool = False
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        return not (self.stopped_by or self.left or self.unclear)


class _Left(Exception):
    """The task takes no numbers any more: the person has gone away from it."""


class _Unverifiable(Exception):
    """TWIN took some of a portion, or does not tell."""


class _Unclear(Exception):
    """TWIN cannot be asked what it took."""

    def __init__(self, *, told_before: bool) -> None:
        self.told_before = told_before


async def fill(desk: Desk, task: CallTask) -> Filled:
    """Settle what was sent and not answered, then send the rest.

    What is not at TWIN afterwards is named and still in the ledger. After a portion that cannot be verified a task of
    ours is built anew under another mark, and somebody else's is never played by this bot.
    """
    tasks = desk.ledger.tasks
    filled = Filled()
    try:
        for portion in await desk.ledger.portions.open(task.id):
            filled.added += await _settle(desk, task, portion)
        unsent = await tasks.phones(task.id, CandidateState.PENDING)
        for start in range(0, len(unsent), desk.settings.portion):
            await _send_splitting(desk, task, unsent[start : start + desk.settings.portion], filled)
        if filled.refused:
            await _check_count(desk, task)
    except TwinError as error:
        filled.stopped_by = error
    except _Left:
        filled.left = True
    except _Unclear as unclear:
        filled.unclear, filled.told_before = True, unclear.told_before
    except _Unverifiable:
        filled.unverifiable = True
    if filled.unverifiable:
        filled.outcomes = [await give_up(desk, task)]
        filled.left = not may_be_rebuilt(task)
        return filled
    if (await desk.ledger.conversations.get(task.conversation)).task_id != task.id:
        filled.left = True  # what stays where was said when the person went; questions about it would confuse
    if not filled.left:
        filled.outcomes = await _outcomes(desk, task, filled)
    return filled


async def _send_splitting(desk: Desk, task: CallTask, phones: Sequence[str], filled: Filled) -> None:
    """Send a portion; if TWIN refuses a number of it, the halves, until the bad ones are found.

    TWIN does not document whether a partly bad portion is taken in part: `clientExternalId` keeps those that were
    taken from being added again, and the count is compared in the end.
    """
    try:
        await _send(desk, task, phones)
    except Refused as error:
        if not _about_numbers(error):
            raise
        if len(phones) == 1:
            await desk.ledger.tasks.mark(task.id, phones, CandidateState.REFUSED)
            filled.refused += phones
            filled.reason = error.reason or filled.reason
            return
    else:
        filled.added += len(phones)
        return
    middle = len(phones) // 2
    await _send_splitting(desk, task, phones[:middle], filled)
    await _send_splitting(desk, task, phones[middle:], filled)


async def _send(desk: Desk, task: CallTask, phones: Sequence[str]) -> None:
    """Send, and write down before what may be at TWIN and after what surely is, or surely is not."""
    ledger = desk.ledger
    for tries_left in reversed(range(RESENDS + 1)):
        there = await ledger.tasks.count(task.id, CandidateState.ADDED)
        first = not await ledger.tasks.count(task.id, CandidateState.ADDED, CandidateState.DIALED)
        before = None if task.there_before is None else task.there_before + there
        portion = await ledger.portions.begin(task.id, phones, before)
        if portion is None:
            raise _Left
        desk.reached("portion_begun")
        try:
            await _add(desk, task, phones, patient=first)
        except TwinError as error:
            if not error.maybe_done:
                state = PortionState.REFUSED if _about_numbers(error) else PortionState.ABSENT
                await ledger.portions.end(portion, state, CandidateState.PENDING)
                raise
            if await _settle(desk, task, portion):
                return
            if not tries_left:
                raise
        else:
            desk.reached("portion_sent")
            await ledger.portions.end(portion, PortionState.ADDED, CandidateState.ADDED)
            desk.reached("portion_written")
            return


async def _settle(desk: Desk, task: CallTask, portion: Portion) -> int:
    """Find out what became of a portion whose answer was lost: how many of it are at TWIN, all or none.

    Raises `_Unverifiable` for anything between, `_Unclear` when TWIN cannot be asked.
    """
    portions = desk.ledger.portions
    if portion.count_before is None:
        raise _Unverifiable
    all_of_it = portion.count_before + portion.size
    counts = await watch_count(desk, task, all_of_it)
    if all_of_it in counts.seen and max(counts.seen) == all_of_it:
        await portions.end(portion, PortionState.ADDED, CandidateState.ADDED)
        return portion.size
    if counts.always(portion.count_before):
        await portions.end(portion, PortionState.LOST, CandidateState.PENDING)
        return 0
    if counts.failed and not counts.untold and counts.seen <= {portion.count_before}:
        told_before = portion.state == PortionState.UNCLEAR
        await portions.unclear(portion)
        raise _Unclear(told_before=told_before)
    raise _Unverifiable


async def _check_count(desk: Desk, task: CallTask) -> None:
    """After a refusal: TWIN must have just those that it took, if it tells. Raises `_Unverifiable`."""
    added = await desk.ledger.tasks.count(task.id, CandidateState.ADDED)
    if task.there_before is None:
        return
    expected = task.there_before + added
    try:
        if await count_candidates(desk, task) in (None, expected):
            return
    except TwinError:
        return  # asked again before the start
    if expected not in (await watch_count(desk, task, expected)).seen:
        raise _Unverifiable


async def _add(desk: Desk, task: CallTask, phones: Sequence[str], *, patient: bool) -> None:
    """One request; `patient`: repeated while a new task may not be ready for its first candidates."""
    assert task.twin_id is not None
    candidates = [Candidate(phones=(phone,)) for phone in phones]
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
    added = await tasks.count(task.id, CandidateState.ADDED, CandidateState.DIALED)
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
    missing = await tasks.phones(task.id, CandidateState.PENDING, CandidateState.SENDING)
    if filled.unclear:
        unclear = {"numbers": named(missing), **params}
        outcomes.append(Outcome("add_candidates_unclear", unclear, repeated=filled.told_before))
    elif filled.stopped_by is not None:
        outcomes.append(failure("add_candidates", filled.stopped_by, numbers=named(missing), **params))
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
