"""What the sandbox remembers of a call task, and how the platform shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Final, NamedTuple

from rasa_twin24.sandbox.account import COMPANY_ID

# Statuses of a task. https://confluence.twin24.ai/spaces/TWINDOC/pages/292978890/
BLANK: Final = "BLANK"
READY: Final = "READY"
PROCESS: Final = "PROCESS"
PAUSED: Final = "PAUSED"
DONE: Final = "DONE"
HALTED: Final = "HALTED"
STATUSES = (BLANK, READY, PROCESS, PAUSED, DONE, HALTED)

# Statuses of a call the sandbox gives. https://wiki.twin-ai.com/voice-bots/concepts/call-statuses
DIAL: Final = "DIAL"
OUTCOMES = ("ANSWERED", "NOANSWER", "BUSY", "CONGESTION")


class Candidate(NamedTuple):
    """One person of a task, with all the numbers of this person."""

    external_id: str
    phones: tuple[str, ...]
    variables: dict[str, object] = {}


class Call(NamedTuple):
    """One call, dialed at `started_at` and over at `ends_at` (seconds since 1970)."""

    phone: str
    started_at: float
    ends_at: float
    outcome: str

    def status_at(self, now: float) -> str:
        return self.outcome if self.ends_at <= now else DIAL


class DialedCall(NamedTuple):
    """A call as tests see it; the status is DIAL while it lasts."""

    task: str
    phone: str
    status: str


@dataclass
class Task:
    """One call task. All moments are seconds since 1970."""

    id: str
    name: str
    comment: str
    cps: float
    created_at: float
    updated_at: float
    ready_at: float
    """Until then the task is not ready: what was created or added last does not show yet."""
    status: str = BLANK
    candidates: list[Candidate] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    """In the order of dialing; the candidates are dialed in their order, so the first is the first's."""
    dialing_since: float = 0.0
    start_at: float | None = None
    halt_at: float | None = None
    plays: int = 0

    @property
    def undialed(self) -> int:
        return len(self.candidates) - len(self.calls)

    def become(self, status: str, at: float) -> None:
        self.status = status
        self.updated_at = at


def as_json(task: Task) -> dict[str, object]:
    """The task as the platform shows it, alone and in lists."""
    return {
        "id": task.id,
        "name": task.name,
        "status": task.status,
        "candidateCount": len(task.candidates),
        "callCount": len(task.calls),
        "taskComment": task.comment,
        "cps": task.cps,
        "companyId": COMPANY_ID,
        "createdAt": iso_moment(task.created_at),
        "updatedAt": iso_moment(task.updated_at),
    }


def iso_moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")
