"""Nobody of the do-not-call list is called, whenever they were put on it."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.fill import named
from rasa_twin24.campaign.outcome import Outcome
from rasa_twin24.campaign.rebuild import may_be_rebuilt
from rasa_twin24.ledger.candidates import CandidateState
from rasa_twin24.ledger.list_edits import Listed
from rasa_twin24.ledger.tasks import CallTask

# The start that was agreed to is refused, and the task is being made anew without them.
REBUILT_WITHOUT_BANNED = "start_calls_do_not_call_rebuilding"


async def banned_among(desk: Desk, people: Iterable[Listed]) -> list[Listed]:
    """Those who have a number on the list, be it a further one."""
    known = list(people)
    listed = await desk.ledger.do_not_call.listed([phone for person in known for phone in person.phones])
    return [person for person in known if not listed.isdisjoint(person.phones)] if listed else []


async def banned_at_twin(desk: Desk, task: CallTask) -> list[Listed]:
    """Those whom a start would call, and whom any conversation of this bot has put there.

    TWIN does not tell who else is in a task: these cannot be asked about. Of those in a paused task nobody knows who
    has been called already: each of them may be called when it goes on.
    """
    if task.twin_id is None:
        return []
    states = [CandidateState.ADDED, *([CandidateState.DIALED] if task.goes_on else [])]
    return await banned_among(desk, await desk.ledger.list_edits.people_at_twin(task.twin_id, *states))


def refusal(task: CallTask, banned: list[Listed]) -> Outcome:
    """Why a task with these people is not started; one of ours can be made anew without them."""
    values = {"count": str(len(banned)), "numbers": named([person.phones[0] for person in banned])}
    if task.goes_on:
        return Outcome("resume_calls_do_not_call", values)
    ours = may_be_rebuilt(task) and all(person.task_id == task.id for person in banned)
    return Outcome("start_calls_do_not_call" if ours else "start_calls_do_not_call_foreign", values)
