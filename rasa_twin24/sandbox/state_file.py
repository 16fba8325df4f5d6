"""The file in which the sandbox keeps its tasks from one run to the next."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog

from rasa_twin24.sandbox.fields import (
    Check,
    Complaints,
    any_object,
    array,
    complaints_about,
    either,
    integer,
    mapping,
    null,
    number,
    one_of,
    string,
    uuid,
)
from rasa_twin24.sandbox.tasks import OUTCOMES, STATUSES, Call, Candidate, Task

VERSION = 1

# The end of the year 9999.
_LAST_MOMENT = 253_402_300_799

log = structlog.get_logger(__name__)


def row(*columns: Check) -> Check:
    """An array with exactly these values, one after the other."""

    def check(value: object, path: str) -> Complaints:
        if not isinstance(value, list) or len(value) != len(columns):
            yield path, f"must be an array of {len(columns)}"
            return
        for position, (one, column) in enumerate(zip(value, columns, strict=True)):
            yield from column(one, f"{path}.{position}")

    return check


def moment(value: object, path: str) -> Complaints:
    """Seconds since 1970 that a calendar can show."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= _LAST_MOMENT:
        yield path, "must be a moment"


_CANDIDATE = row(string, array(string, low=1), any_object)
_CANDIDATE_OF_OLD = row(string, array(string, low=1))  # before variables were kept

_STATE = mapping(
    {
        "version": integer(VERSION, VERSION),
        "tasks": array(
            mapping(
                {
                    "id": uuid,
                    "name": string,
                    "comment": string,
                    "cps": number,
                    "created_at": moment,
                    "updated_at": moment,
                    "ready_at": moment,
                    "status": one_of(*STATUSES),
                    "candidates": array(either(_CANDIDATE, _CANDIDATE_OF_OLD)),
                    "calls": array(row(string, moment, moment, one_of(*OUTCOMES))),
                    "dialing_since": moment,
                    "start_at": either(moment, null),
                    "halt_at": either(moment, null),
                    "plays": integer(0),
                }
            )
        ),
    }
)


def load_tasks(file: Path) -> list[Task]:
    """The tasks of the file, none if there is no file yet.

    A file that cannot be understood is renamed to end in `.broken`, so that it can be looked at, and told of
    in the log.
    """
    try:
        state = json.loads(file.read_text("utf-8"))
        if wrong := complaints_about(state, _STATE):
            raise ValueError(f"wrong fields: {wrong}")
        if any(len(item["calls"]) > len(item["candidates"]) for item in state["tasks"]):
            raise ValueError("more calls than candidates")
    except FileNotFoundError:
        return []
    except (ValueError, RecursionError):
        aside = file.with_name(f"{file.name}.broken")
        file.replace(aside)
        log.warning("sandbox_state_set_aside", file=str(file), moved_to=str(aside))
        return []
    return [_task(item) for item in state["tasks"]]


def save_tasks(file: Path, tasks: Iterable[Task]) -> None:
    """Replace the file by the tasks as they are now; a reader sees the old or the new one, never a half.

    The file holds phone numbers, so only its owner may read it. It is not forced onto the disk: it outlives a
    killed process, not a power cut, which is enough for a stand-in. Raises OSError.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"version": VERSION, "tasks": [vars(task) for task in tasks]}, separators=(",", ":"))
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise


def _task(item: dict[str, Any]) -> Task:
    rows = {
        "candidates": [
            Candidate(external_id, tuple(phones), *more) for external_id, phones, *more in item["candidates"]
        ],
        "calls": [Call(*columns) for columns in item["calls"]],
    }
    return Task(**{**item, **rows})
