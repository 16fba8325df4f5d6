"""What happens to a task by itself as time passes.

Nothing runs in the background: each step has the moment at which it is due, and `advance` makes the steps
whose moment has come. The result does not depend on how often it is asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from rasa_twin24.sandbox.task_fields import seconds_between_calls
from rasa_twin24.sandbox.tasks import BLANK, DONE, HALTED, OUTCOMES, PAUSED, PROCESS, READY, Call, Task

# How many of a hundred numbers end so; the order is that of OUTCOMES.
_SHARES = (65, 17, 12, 6)

_Step = Callable[[Task, float], None]


@dataclass(frozen=True)
class Pace:
    """How fast the sandbox dials and which numbers answer."""

    call_seconds: float
    lines: int
    """Calls of one task at the same time."""
    seed: str


def advance(task: Task, now: float, pace: Pace) -> None:
    """Bring the task to the moment `now`."""
    while (due := _next_step(task, pace)) is not None:
        moment, step = due
        if moment > now:
            return
        step(task, moment)


def outcome(phone: str, seed: str) -> str:
    """How a call to this number ends: always the same for one seed, and mostly answered."""
    digest = hashlib.sha256(f"{seed}:{phone}".encode()).digest()
    drawn = int.from_bytes(digest[:4], "big") % 100
    for name, share in zip(OUTCOMES, _SHARES, strict=True):
        if drawn < share:
            return name
        drawn -= share
    raise AssertionError("the shares add up to a hundred")


def _next_step(task: Task, pace: Pace) -> tuple[float, _Step] | None:
    """What happens to the task next, and when; None if nothing does."""
    step = _next_of_status(task, pace)
    if task.halt_at is not None and task.status != HALTED and (step is None or task.halt_at <= step[0]):
        return task.halt_at, lambda late, moment: late.become(HALTED, moment)
    return step


def _next_of_status(task: Task, pace: Pace) -> tuple[float, _Step] | None:
    if task.status in (BLANK, DONE) and task.undialed:
        return task.ready_at, lambda filled, moment: filled.become(READY, moment)
    if task.status in (READY, PAUSED) and task.undialed and task.start_at is not None:
        return max(task.start_at, task.ready_at), start
    if task.status == PROCESS and task.undialed:
        return _next_dial(task, pace), lambda dialing, moment: _dial(dialing, moment, pace)
    if task.status in (PROCESS, PAUSED) and not task.undialed:
        last = max((call.ends_at for call in task.calls[-pace.lines :]), default=task.dialing_since)
        return last, lambda finished, moment: finished.become(DONE, moment)
    return None


def start(task: Task, moment: float) -> None:
    """Begin to dial, or go on."""
    task.start_at = None
    task.dialing_since = moment
    task.become(PROCESS, moment)


def _next_dial(task: Task, pace: Pace) -> float:
    """When the next number may be dialed: as `cps` allows, and not before a line is free."""
    moments = [task.dialing_since]
    if task.calls:
        moments.append(task.calls[-1].started_at + seconds_between_calls(task.cps))
    if len(task.calls) >= pace.lines:
        moments.append(task.calls[-pace.lines].ends_at)
    return max(moments)


def _dial(task: Task, moment: float, pace: Pace) -> None:
    """Dial the first number of the next candidate; further numbers are not tried and nobody is redialed."""
    phone = task.candidates[len(task.calls)].phones[0]
    task.calls.append(Call(phone, moment, moment + pace.call_seconds, outcome(phone, pace.seed)))
    task.updated_at = moment
