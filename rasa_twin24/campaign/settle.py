"""Find out what became of portions whose answer was lost: all of them are at TWIN, or none, or nobody can tell.

TWIN tells only how many candidates a task has. So what is on its way at the same time is settled together: a count in
between could mean one portion or parts of two, and a guess would dial somebody twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.lookup import count_candidates, watch_count
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.portions import Portion, PortionState
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.twin24 import TwinError


class Unverifiable(Exception):
    """TWIN took some of it, or does not tell."""


class Unclear(Exception):
    """TWIN cannot be asked what it took."""

    def __init__(self, *, told_before: bool) -> None:
        super().__init__()
        self.told_before = told_before


async def settle(desk: Desk, task: CallTask) -> int:
    """How many people of the portions without an answer are at TWIN. Raises `Unverifiable`, `Unclear`."""
    portions = desk.ledger.portions
    waiting = await portions.open(task.id)
    if not waiting:
        return 0
    if task.there_before is None:
        raise Unverifiable
    none_of_it = task.there_before + await desk.ledger.candidates.count(task.id, CandidateState.ADDED)
    all_of_it = none_of_it + sum(portion.size for portion in waiting)
    counts = await watch_count(desk, task, all_of_it)
    # Less than what it has confirmed is what TWIN shows late.
    seen = {count for count in counts.seen if count >= none_of_it}
    if all_of_it in seen and max(seen) == all_of_it:
        await _end(desk, waiting, PortionState.ADDED, CandidateState.ADDED)
        return all_of_it - none_of_it
    if seen == {none_of_it} and not counts.untold and not counts.failed:
        await _end(desk, waiting, PortionState.LOST, CandidateState.PENDING)
        return 0
    if counts.failed and not counts.untold and seen <= {none_of_it}:
        told_before = all(portion.state == PortionState.UNCLEAR for portion in waiting)
        for portion in waiting:
            await portions.unclear(portion)
        raise Unclear(told_before=told_before)
    raise Unverifiable


async def check_count(desk: Desk, task: CallTask) -> None:
    """After a refusal: TWIN must have just those that it took, if it tells. Raises `Unverifiable`."""
    if task.there_before is None:
        return
    expected = task.there_before + await desk.ledger.candidates.count(task.id, CandidateState.ADDED)
    try:
        if await count_candidates(desk, task) in (None, expected):
            return
    except TwinError:
        return  # asked again before the start
    if expected not in (await watch_count(desk, task, expected)).seen:
        raise Unverifiable


async def _end(desk: Desk, waiting: Sequence[Portion], state: str, candidate_state: str) -> None:
    for portion in waiting:
        await desk.ledger.portions.end(portion, state, candidate_state)
