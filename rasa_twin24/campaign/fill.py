"""Add the people on the list to the task at TWIN, and say what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.outcome import ALL_IN, Outcome, failure
from rasa_twin24.campaign.progress import UploadLine
from rasa_twin24.campaign.rebuild import give_up, may_be_rebuilt
from rasa_twin24.campaign.send import Sent, send_waiting
from rasa_twin24.campaign.settle import Unclear, Unverifiable, check_count, settle
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.text.phones import mask
from rasa_twin24.twin24 import TwinError

# How many numbers a phrase names before it only counts the rest.
NAMED = 10
# How often, one after another, what surely did not arrive is sent again without any of it getting there.
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

    def count(self, sent: Sent) -> None:
        self.added += sent.added
        self.refused += sent.refused
        self.reason = sent.reason or self.reason


async def fill(desk: Desk, task: CallTask, *, careful: bool = False) -> Filled:
    """Settle what was sent and not answered, then send the rest.

    Who is not at TWIN afterwards is named and still in the ledger. After a portion that cannot be verified a task of
    ours is built anew under another mark, and somebody else's is never played by this bot. `careful`: one portion at a
    time, so that a further lost answer leaves no doubt that a look cannot clear up.
    """
    filled = Filled()
    waiting = await desk.ledger.candidates.count(task.id, CandidateState.PENDING, CandidateState.SENDING)
    line = UploadLine(desk, task, waiting)
    try:
        await _send_all(desk, task, 1 if careful else desk.settings.portions_at_once, filled, line)
    except TwinError as error:
        filled.stopped_by = error
    except Unclear as unclear:
        filled.unclear, filled.told_before = True, unclear.told_before
    except Unverifiable:
        filled.unverifiable = True
    await line.over(filled.added)
    if filled.unverifiable:
        filled.outcomes = [await give_up(desk, task)]
        filled.left = not may_be_rebuilt(task)
        return filled
    in_talk = (await desk.ledger.conversations.get(task.conversation)).task_id == task.id
    if not in_talk or (await desk.ledger.tasks.get(task.id)).state != TaskState.FILLING:
        filled.left = True  # what stays where was said when the person went; questions about it would confuse
    if not filled.left:
        filled.outcomes = await _outcomes(desk, task, filled)
    return filled


async def _send_all(desk: Desk, task: CallTask, at_once: int, filled: Filled, line: UploadLine) -> None:
    """Until nobody waits. Raises what stopped it: `TwinError`, `Unclear`, `Unverifiable`."""
    filled.added += await settle(desk, task)
    resends = RESENDS
    while True:
        sent = await send_waiting(desk, task, at_once, line)
        filled.count(sent)
        settled = await settle(desk, task)
        filled.added += settled
        if sent.error is None:
            break
        resends = (RESENDS if sent.added or settled else resends) - 1
        if resends < 0 or not sent.error.maybe_done:
            raise sent.error
    if filled.refused:
        await check_count(desk, task)


async def _outcomes(desk: Desk, task: CallTask, filled: Filled) -> list[Outcome]:
    candidates = desk.ledger.candidates
    added = await candidates.count(task.id, CandidateState.ADDED, CandidateState.DIALED)
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
    missing = await candidates.phones(task.id, CandidateState.PENDING, CandidateState.SENDING)
    if filled.unclear:
        unclear = {"numbers": named(missing), **params}
        outcomes.append(Outcome("add_candidates_unclear", unclear, repeated=filled.told_before))
    elif filled.stopped_by is not None:
        outcomes.append(failure("add_candidates", filled.stopped_by, numbers=named(missing), **params))
    elif filled.added:
        wanted = (await desk.ledger.tasks.get(task.id)).start_wanted
        outcomes.append(Outcome(ALL_IN if wanted else "add_candidates_done", params))
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
