"""What a task's status allows, and when to look again. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from rasa_twin24.campaign.settings import CampaignSettings
from rasa_twin24.twin24 import TaskStatus


class Ready(Enum):
    """Whether `play` may be sent now."""

    YES = "yes"
    NOT_YET = "not_yet"
    RUNNING = "running"  # somebody has started it already
    NEVER = "never"


def readiness(status: str, *, added: bool) -> Ready:
    """Read a status before `play`; `added`: numbers were added since the task was last dialed."""
    if status in (TaskStatus.READY, TaskStatus.PAUSED):
        return Ready.YES
    if status == TaskStatus.DONE:
        return Ready.YES if added else Ready.NEVER
    if status == TaskStatus.BLANK:
        return Ready.NOT_YET  # TWIN shows what was written a moment late
    if status == TaskStatus.PROCESS:
        return Ready.RUNNING
    return Ready.NEVER


def pauses(settings: CampaignSettings, deadline: float) -> Iterator[float]:
    """Growing pauses, until together they reach the deadline; both in seconds."""
    pause, total = settings.first_pause, 0.0
    while total < deadline:
        yield pause
        total += pause
        pause = min(pause * 1.3, settings.longest_pause)


def next_look(looks: int, settings: CampaignSettings) -> float:
    """Seconds until a running task is looked at again."""
    return min(settings.watch_first * 1.3 ** min(looks, 40), settings.watch_longest)
