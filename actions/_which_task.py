"""Which task a message is about: named by its id or its name, talked about, or the only one that fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from actions._office import Office
from actions._turn import Turn
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import CallTask, TaskState
from rasa_twin24.text.task_mention import mentioned, names_another
from rasa_twin24.twin24 import TaskStatus

# Tasks of a person among which a name is looked for.
KNOWN = 50

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@dataclass(frozen=True)
class Which:
    """`twin_id` when one task is meant; `among` when the person must say which; neither: none fits.

    `unknown`: a name was given that no task has.
    """

    twin_id: str | None = None
    among: tuple[CallTask, ...] = ()
    unknown: bool = False


async def which_task(turn: Turn, office: Office, fits: Callable[[CallTask], bool]) -> Which:
    """The task that a message means, where it may be one that `fits`."""
    said = turn.entity("task_id")
    if said is not None and (turn.kind == "button" or _UUID.fullmatch(said)):
        return Which(said)
    known = await known_tasks(turn, office)
    if turn.kind != "button":
        named = [known[place] for place in mentioned(turn.text, [task.name for task in known])]
        if len(named) > 1:  # of the same name, most likely one that is over and one that is not
            named = [task for task in named if fits(task)] or named[:1]
        if named:
            return _one_of(named)
        if said is not None:
            return Which(said)
        if names_another(turn.text):
            return Which(unknown=True)
    current, _ = await office.campaign.current(turn.conversation)
    if current is not None and current.twin_id and fits(current):
        return Which(current.twin_id)
    return _one_of([task for task in known if fits(task)])


async def known_tasks(turn: Turn, office: Office, limit: int = KNOWN) -> list[CallTask]:
    """The newest tasks, each once: one's own, or whatever this bot made for somebody who makes none."""
    if await is_viewer(turn, office):
        found = await office.ledger.tasks.latest_made(limit)
    else:
        found = await office.campaign.latest(turn.conversation, limit)
    newest: dict[str | None, CallTask] = {}
    for task in found:
        newest.setdefault(task.twin_id, task)
    return list(newest.values())


async def is_viewer(turn: Turn, office: Office) -> bool:
    return await office.ledger.people.role(turn.conversation) == Role.VIEWER


def runs(task: CallTask) -> bool:
    """Whether TWIN dials this task, or is about to, as far as the bot knows."""
    resting = (TaskStatus.PAUSED, TaskStatus.DONE, TaskStatus.HALTED)
    return task.state == TaskState.STARTING or (task.state == TaskState.RUNNING and task.seen_status not in resting)


def is_paused(task: CallTask) -> bool:
    """Whether this task waits, paused, to go on."""
    return (task.state == TaskState.FILLING and task.goes_on) or (
        task.state == TaskState.RUNNING and task.seen_status == TaskStatus.PAUSED
    )


def _one_of(tasks: Iterable[CallTask]) -> Which:
    found = tuple(tasks)
    return Which(found[0].twin_id) if len(found) == 1 else Which(among=found)
