"""What the body of "create a call task" may hold.

Fields, types and defaults: https://wiki.twin24.ai/voice-bots/api/call_task_setup
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rasa_twin24.sandbox.account import CALLER_ID, COMPANY_TIMEZONE, POOL_ID, SCRIPT_ID
from rasa_twin24.sandbox.fields import (
    Check,
    Complaints,
    anything,
    array,
    boolean,
    complaints_about,
    either,
    filled_string,
    first_complaints,
    integer,
    mapping,
    null,
    number,
    one_of,
    string,
    url,
    uuid,
)
from rasa_twin24.sandbox.refusal import invalid

LAST_SECOND_OF_DAY = 86_399

WEBHOOK_EVENTS = (
    "CALL_ENDED",
    "CANDIDATE_CHANGED",
    "CALL_REDIRECTED",
    "RECALL_SCHEDULED",
    "EFFICIENCY_REACHED",
    "AUTOCALL_STATUS_CHANGED",
)

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}")

_REDIAL_RULE = mapping({"redial": boolean, "time": integer(0), "count": integer(0)})
_REDIAL_LIMIT = mapping({"redial": boolean, "count": integer(0)})

_REDIAL_OPTIONS = mapping(
    {
        "redialStrategyEn": boolean,
        "busy": _REDIAL_RULE,
        "noAnswer": _REDIAL_RULE,
        "answerMash": _REDIAL_RULE,
        "congestion": _REDIAL_RULE,
        "answerNoList": _REDIAL_RULE,
    },
    {"candidateLimit": _REDIAL_LIMIT, "numberLimit": _REDIAL_LIMIT},
)

# TWIN only says that the object is required. Here the fields its own bot sends are required too, so that a
# client which loses the calling window is told so before it rings people at night.
_ADDITIONAL_OPTIONS = mapping(
    {
        "fullListMethod": one_of("reject"),
        "fullListTime": integer(0),
        "useTr": boolean,
        "allowCallTimeFrom": integer(0, LAST_SECOND_OF_DAY),
        "allowCallTimeTo": integer(0, LAST_SECOND_OF_DAY),
        "recordCall": boolean,
        "recTrimLeft": integer(0),
        "detectRobot": boolean,
    },
    {
        "detectRobotMode": either(one_of("back", "block"), null),
        "detectRobotGreeting": either(uuid, null),
        "providerId": either(filled_string, integer(0), null),
        "fz230": boolean,
    },
)

_WEBHOOK = mapping(
    {"url": url},
    {
        "partialResults": boolean,
        "delay": integer(0),
        "events": mapping({}, {name: mapping({"name": one_of(name), "value": boolean}) for name in WEBHOOK_EVENTS}),
    },
)

_TASK: Check = mapping(
    {
        "name": filled_string,
        "defaultExec": one_of("robot"),
        "defaultExecData": uuid,
        "secondExec": one_of("end", "ch", "ignore"),
        "cidType": one_of("default", "gornum", "pool"),
        "startType": one_of("manual", "time"),
        "cps": number,
        "additionalOptions": _ADDITIONAL_OPTIONS,
        "redialStrategyOptions": _REDIAL_OPTIONS,
    },
    {
        "secondExecData": string,
        "cidData": uuid,
        "startMoment": string,
        "taskComment": string,
        "callStrategy": one_of("STEP_2_STEP", "PARALLEL"),
        "lifetime": integer(1),
        "scheduleId": either(uuid, null),
        "checkPhone": boolean,
        "phoneNormalization": either(one_of("RU"), null),
        "normalizationErrorAction": null,
        "sendReportAfterFinish": boolean,
        "webhookUrls": either(array(_WEBHOOK), array(url)),
        "callbackData": array(anything),
    },
)


@dataclass(frozen=True)
class TaskOrder:
    """A task as ordered: what of the body changes how the sandbox behaves."""

    name: str
    comment: str
    cps: float
    start_at: float | None
    """When to start by itself (`startType: time`), seconds since 1970."""
    lifetime: int | None
    """After how many seconds the task is halted."""


def read_task(body: object, now: float) -> TaskOrder:
    """The order in a request body; raises Refusal 422 with every wrong field named."""
    if wrong := complaints_about(body, _TASK):
        raise invalid(wrong)
    assert isinstance(body, dict)
    if wrong := first_complaints(_across_fields(body, now)):
        raise invalid(wrong)
    return TaskOrder(
        name=body["name"],
        comment=body.get("taskComment", ""),
        cps=float(body["cps"]),
        start_at=_moment(body["startMoment"]) if body["startType"] == "time" else None,
        lifetime=body.get("lifetime"),
    )


def seconds_between_calls(cps: float) -> float:
    """The pause between two dials that `cps` asks for: 1.03 is three a second, 0.97 is one in three seconds.

    A plain 1 is one a second, as the newer examples use it.
    """
    hundredths = round((cps - 1) * 100)
    return 1 / hundredths if hundredths > 0 else float(max(-hundredths, 1))


def _across_fields(body: dict[str, Any], now: float) -> Complaints:
    """What one field means for another, and which ids the account has."""
    if body["defaultExecData"] != SCRIPT_ID:
        yield "defaultExecData", "no such script"

    owned = {"gornum": CALLER_ID, "pool": POOL_ID}.get(body["cidType"])
    if owned is None and "cidData" in body:
        yield "cidData", "has no place with cidType default"
    elif owned is not None and "cidData" not in body:
        yield "cidData", f"is required with cidType {body['cidType']}"
    elif owned is not None and body["cidData"] != owned:
        yield "cidData", "no such number" if body["cidType"] == "gornum" else "no such pool"

    channel = body.get("secondExecData", "")
    if body["secondExec"] == "ch":
        yield from uuid(channel, "secondExecData")
    elif channel:
        yield "secondExecData", "has a place only with secondExec ch"

    yield from _start_moment(body, now)

    cps = body["cps"]
    if not 0 < cps < 2 or not math.isclose(cps * 100, round(cps * 100), abs_tol=1e-6):
        yield "cps", "must lie between 0 and 2 and have at most two decimals"


def _start_moment(body: dict[str, Any], now: float) -> Complaints:
    text = body.get("startMoment", "")
    if body["startType"] == "manual":
        if text:
            yield "startMoment", "has a place only with startType time"
        return
    moment = _moment(text)
    if moment is None:
        yield "startMoment", "must be a moment like 2030-12-31 23:59"
    elif moment <= now:
        yield "startMoment", "must lie in the future"


def _moment(text: str) -> float | None:
    """Seconds since 1970 of a start moment, which is written in the company's time zone."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=COMPANY_TIMEZONE).timestamp()
    except ValueError:
        return None
