"""Buttons that belong to one task, and the news that bring them: the phrases of domain.yml cannot know its id."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from actions._turn import Turn
from rasa_twin24.ledger.people import Role
from rasa_twin24.ledger.tasks import CallTask
from rasa_twin24.twin24 import TaskStatus

# Under one message; messengers show more of them badly.
MOST = 5
TITLE = 40

PAUSE, RESUME, STATUS, START = "pause", "resume", "status", "start"
_INTENTS = {PAUSE: "pause_calls", RESUME: "resume_calls", STATUS: "task_status", START: "start_calls"}
# What comes next after these, by the beginning of the phrase's name; the longest that fits counts.
_NEXT = {
    "pause_calls_done": (RESUME, STATUS),
    "pause_calls_already": (RESUME, STATUS),
    "pause_calls_question": (RESUME, STATUS),
    "pause_calls_by_other": (RESUME, STATUS),
    "pause_calls_withheld": (START, STATUS),
    "pause_calls_not_running": (START, STATUS),
    "pause_calls_finished": (STATUS,),
    "pause_calls_working": (STATUS,),
    "pause_calls_starting": (STATUS,),
    "pause_calls_failed": (PAUSE, STATUS),
    "resume_calls_running": (PAUSE, STATUS),
    "resume_calls_declined": (RESUME, STATUS),
    "task_status_was_paused": (RESUME, STATUS),
    "task_status_was_resumed": (PAUSE, STATUS),
    "emergency_stop_yours": (STATUS,),
}
_BY_STATUS = {
    TaskStatus.READY: (START,),
    TaskStatus.PROCESS: (PAUSE, STATUS),
    TaskStatus.PAUSED: (RESUME,),
}


def tell_of_task(turn: Turn, phrase: str, values: Mapping[str, str]) -> None:
    """Say a phrase, with the buttons that fit what it tells of a task."""
    twin_id = values.get("task_id")
    fitting = max((name for name in _NEXT if phrase.startswith(name)), key=len, default=None)
    if twin_id and fitting:
        turn.offer(phrase, [button(turn, kind, twin_id) for kind in _NEXT[fitting]], standing=False, **values)
    else:
        turn.say(phrase, **values)


def buttons_of_status(turn: Turn, status: str, twin_id: str, role: Role | None) -> list[dict[str, str]]:
    """What somebody of this role may do with a task that has this status."""
    kinds = _BY_STATUS.get(status, ())
    if role is None or role < Role.OPERATOR:
        kinds = tuple(kind for kind in kinds if kind == STATUS)
    return [button(turn, kind, twin_id) for kind in kinds]


def button(turn: Turn, kind: str, twin_id: str) -> dict[str, str]:
    return {"title": turn.word(f"button_{kind}"), "payload": _payload(_INTENTS[kind], twin_id)}


def offer_tasks(turn: Turn, phrase: str, among: Sequence[CallTask], intent: str, **values: str) -> None:
    """Say a phrase with a button for each of the newest tasks."""
    buttons = [
        {"title": f"{place}. {task.name or task.twin_id}"[:TITLE], "payload": _payload(intent, task.twin_id or "")}
        for place, task in enumerate(among[:MOST], start=1)
    ]
    turn.offer(phrase, buttons, standing=False, **values)


def _payload(intent: str, twin_id: str) -> str:
    return f"/{intent}" + json.dumps({"task_id": twin_id})
