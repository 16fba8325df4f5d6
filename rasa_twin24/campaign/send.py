"""Send whoever waits to TWIN: several portions at once, each with its own fate in the ledger."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from rasa_twin24.campaign.desk import Desk
from rasa_twin24.campaign.progress import UploadLine
from rasa_twin24.campaign.readiness import pauses
from rasa_twin24.ledger.candidates import CandidateState, Person
from rasa_twin24.ledger.portions import Portion, PortionState
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.twin24 import Candidate, Forbidden, NoMoney, NotFound, Refused, TwinError

# Seconds after its creation during which a task's refusals may mean "not ready yet".
SETTLING = 60.0
# What a task made a moment ago may answer to its first candidates.
_NOT_READY_YET = (404, 409, 422)


@dataclass
class Sent:
    """`added`: people whom TWIN has confirmed; `refused`: first numbers of those whom it does not take, and why.

    `there`: people whom it had confirmed before. `error` stopped it; what was on its way then has been answered, or is
    still open in the ledger.
    """

    there: int = 0
    added: int = 0
    refused: list[str] = field(default_factory=list, repr=False)
    reason: str = ""
    error: TwinError | None = None

    @property
    def has_any(self) -> bool:
        """Whether TWIN has taken anybody: until then a new task may not be ready."""
        return self.there + self.added > 0


async def send_waiting(desk: Desk, task: CallTask, at_once: int, line: UploadLine) -> Sent:
    """Send all that wait, `at_once` portions at a time; after a failure nothing more is begun."""
    sent = Sent(there=await desk.ledger.candidates.count(task.id, CandidateState.ADDED))
    waiting = await desk.ledger.candidates.phones(task.id, CandidateState.PENDING)
    size = desk.settings.portion
    portions = deque(waiting[start : start + size] for start in range(0, len(waiting), size))

    async def work() -> None:
        sender = _Sender(desk, task, sent)
        while portions and sent.error is None:
            try:
                await line.count(await sender.send_splitting(portions.popleft()))
            except TwinError as error:
                # One that leaves nothing in doubt tells more than one that does.
                if sent.error is None or not error.maybe_done:
                    sent.error = error
        await sender.finish()

    if not sent.has_any:
        first, portions = portions, deque()
        while first and not sent.has_any and sent.error is None:  # a new task may not be ready for more than one
            portions.append(first.popleft())
            await work()
        portions = first
    workers = [asyncio.create_task(work()) for _ in range(min(at_once, len(portions)))]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    return sent


class _Sender:
    """Sends one portion after another. That TWIN has taken one is written down together with the next one's beginning.

    So there is no transaction more than portions, and hardly a moment in which nothing of this sender is on its way.
    """

    def __init__(self, desk: Desk, task: CallTask, sent: Sent) -> None:
        self._desk = desk
        self._task = task
        self._sent = sent
        self._taken: Portion | None = None

    async def send_splitting(self, phones: Sequence[str]) -> int:
        """Send a portion; if TWIN refuses somebody of it, the halves, until the bad ones are found.

        Returns how many it took.

        TWIN does not document whether a partly bad portion is taken in part: `clientExternalId` keeps those that were
        taken from being added again, and the count is compared in the end.
        """
        try:
            added = await self._send(phones)
        except Refused as error:
            if not about_numbers(error):
                raise
            if len(phones) == 1:
                await self._desk.ledger.candidates.mark(self._task.id, phones, CandidateState.REFUSED)
                self._sent.refused += phones
                self._sent.reason = error.reason or self._sent.reason
                return 0
            middle = len(phones) // 2
            first = await self.send_splitting(phones[:middle])
            return first + await self.send_splitting(phones[middle:])
        self._sent.added += added
        return added

    async def finish(self) -> None:
        """Nothing more is sent: what TWIN has taken last is written down by itself."""
        if self._taken is not None:
            await self._desk.ledger.portions.end(self._taken, PortionState.ADDED, CandidateState.ADDED)
            self._written()

    async def _send(self, phones: Sequence[str]) -> int:
        """Write down before the request what may be at TWIN, and after it what surely is, or surely is not.

        Returns how many were added: nobody when they have been taken off the list, or the task takes no more.
        """
        ledger = self._desk.ledger
        portion = await ledger.portions.begin(self._task.id, phones, after=self._taken)
        if self._taken is not None:
            self._written()
        if portion is None:
            return 0
        self._desk.reached("portion_begun")
        try:
            await _add(self._desk, self._task, portion.people, patient=not self._sent.has_any)
        except TwinError as error:
            if not error.maybe_done:
                state = PortionState.REFUSED if about_numbers(error) else PortionState.ABSENT
                await ledger.portions.end(portion, state, CandidateState.PENDING)
            raise
        self._desk.reached("portion_sent")
        self._taken = portion
        return portion.size

    def _written(self) -> None:
        self._taken = None
        self._desk.reached("portion_written")


async def _add(desk: Desk, task: CallTask, people: Sequence[Person], *, patient: bool) -> None:
    """One request; `patient`: repeated while a new task may not be ready for its first candidates."""
    assert task.twin_id is not None
    candidates = [Candidate(phones=person.phones, variables=person.variables) for person in people]
    # Others wait a fixed 2 to 6 seconds for that.
    for pause in pauses(desk.settings, desk.settings.settle_deadline) if patient else ():
        try:
            return await desk.twin.candidates.add(task.twin_id, candidates)
        except Refused as error:
            if error.status not in _NOT_READY_YET or not _just_made(desk, task):
                raise
            await desk.sleep(pause)
    return await desk.twin.candidates.add(task.twin_id, candidates)


def about_numbers(error: TwinError) -> bool:
    """Whether TWIN found fault with what was sent, not with the login, the balance, the task or its state."""
    return isinstance(error, Refused) and not isinstance(error, (NoMoney, Forbidden, NotFound)) and error.status != 409


def _just_made(desk: Desk, task: CallTask) -> bool:
    """Whether waiting can help. A task made longer ago means what it says."""
    return task.ours and desk.ledger.now() - task.created_at < SETTLING
