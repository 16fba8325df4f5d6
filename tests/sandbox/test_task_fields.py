from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from rasa_twin24.sandbox import CALLER_ID, POOL_ID, SCRIPT_ID
from rasa_twin24.sandbox.task_fields import read_task, seconds_between_calls
from tests.sandbox.twin_over_http import TASK, WITHOUT, TwinOverHttp, changed

OTHER_ID = "99999999-9999-4999-8999-999999999999"

HOOK = {
    "url": "https://bot.example.org/twin/hook",
    "partialResults": False,
    "delay": 4,
    "events": {"CALL_ENDED": {"name": "CALL_ENDED", "value": True}},
}

GOOD = {
    "as TWIN's own bot sends it": {},
    "number of the trunk": {"cidType": "default", "cidData": WITHOUT},
    "pool of numbers": {"cidType": "pool", "cidData": POOL_ID},
    "redirect to a channel": {"secondExec": "ch", "secondExecData": OTHER_ID},
    "redirect ignored": {"secondExec": "ignore", "secondExecData": ""},
    "start at a moment": {"startType": "time", "startMoment": "2030-12-31 23:59"},
    "empty start moment": {"startMoment": ""},
    "no comment": {"taskComment": WITHOUT},
    "three calls a second": {"cps": 1.03},
    "a call in three seconds": {"cps": 0.97},
    "plain one": {"cps": 1},
    "window round the clock": {
        "additionalOptions.allowCallTimeFrom": 0,
        "additionalOptions.allowCallTimeTo": 86_399,
    },
    "every optional field": {
        "callStrategy": "STEP_2_STEP",
        "lifetime": 600,
        "scheduleId": OTHER_ID,
        "checkPhone": True,
        "phoneNormalization": "RU",
        "normalizationErrorAction": None,
        "sendReportAfterFinish": False,
        "callbackData": [],
        "additionalOptions.detectRobotMode": "back",
        "additionalOptions.detectRobotGreeting": OTHER_ID,
        "additionalOptions.providerId": 7,
        "additionalOptions.fz230": True,
        "redialStrategyOptions.candidateLimit": {"redial": True, "count": 6},
        "redialStrategyOptions.numberLimit": {"redial": True, "count": 6},
    },
    "optional fields that are null": {
        "scheduleId": None,
        "phoneNormalization": None,
        "additionalOptions.detectRobotMode": None,
        "additionalOptions.detectRobotGreeting": None,
        "additionalOptions.providerId": None,
    },
    "hooks as addresses": {"webhookUrls": ["https://bot.example.org/hook"]},
    "hooks as objects": {"webhookUrls": [HOOK]},
    "no hooks": {"webhookUrls": []},
}

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown field": ({"botId": SCRIPT_ID}, "botId"),
    "unknown option": ({"additionalOptions.allowTime": 1}, "additionalOptions.allowTime"),
    "unknown redial option": ({"redialStrategyOptions.noReply": {}}, "redialStrategyOptions.noReply"),
    "unknown field of a redial rule": (
        {"redialStrategyOptions.busy.pause": 1},
        "redialStrategyOptions.busy.pause",
    ),
    "no name": ({"name": WITHOUT}, "name"),
    "name of spaces": ({"name": "  "}, "name"),
    "name as a number": ({"name": 5}, "name"),
    "another executor": ({"defaultExec": "AI_AGENT"}, "defaultExec"),
    "no executor": ({"defaultExec": WITHOUT}, "defaultExec"),
    "no script": ({"defaultExecData": WITHOUT}, "defaultExecData"),
    "script that is no id": ({"defaultExecData": "demo"}, "defaultExecData"),
    "script of nobody": ({"defaultExecData": OTHER_ID}, "defaultExecData"),
    "unknown redirect": ({"secondExec": "none"}, "secondExec"),
    "redirect to no channel": ({"secondExec": "ch"}, "secondExecData"),
    "redirect to an empty channel": ({"secondExec": "ch", "secondExecData": ""}, "secondExecData"),
    "channel without redirect": ({"secondExecData": OTHER_ID}, "secondExecData"),
    "unknown caller kind": ({"cidType": "number"}, "cidType"),
    "number with the trunk": ({"cidType": "default"}, "cidData"),
    "no number": ({"cidData": WITHOUT}, "cidData"),
    "number null": ({"cidData": None}, "cidData"),
    "no pool": ({"cidType": "pool", "cidData": WITHOUT}, "cidData"),
    "number of nobody": ({"cidData": OTHER_ID}, "cidData"),
    "pool in place of a number": ({"cidData": POOL_ID}, "cidData"),
    "number in place of a pool": ({"cidType": "pool", "cidData": CALLER_ID}, "cidData"),
    "unknown start": ({"startType": "now"}, "startType"),
    "no start": ({"startType": WITHOUT}, "startType"),
    "start without a moment": ({"startType": "time"}, "startMoment"),
    "start in the past": ({"startType": "time", "startMoment": "2020-01-01 10:00"}, "startMoment"),
    "start on 31 February": ({"startType": "time", "startMoment": "2030-02-31 10:00"}, "startMoment"),
    "start with seconds": ({"startType": "time", "startMoment": "2030-01-31 10:00:00"}, "startMoment"),
    "moment of a manual start": ({"startMoment": "2030-12-31 23:59"}, "startMoment"),
    "cps as text": ({"cps": "0.97"}, "cps"),
    "cps as true": ({"cps": True}, "cps"),
    "no cps": ({"cps": WITHOUT}, "cps"),
    "cps zero": ({"cps": 0}, "cps"),
    "cps two": ({"cps": 2}, "cps"),
    "cps with three decimals": ({"cps": 1.015}, "cps"),
    "cps too large for a number": ({"cps": 10**400}, "cps"),
    "comment null": ({"taskComment": None}, "taskComment"),
    "unknown strategy": ({"callStrategy": "ALL"}, "callStrategy"),
    "lifetime zero": ({"lifetime": 0}, "lifetime"),
    "lifetime true": ({"lifetime": True}, "lifetime"),
    "schedule that is no id": ({"scheduleId": "work"}, "scheduleId"),
    "check as a number": ({"checkPhone": 1}, "checkPhone"),
    "normalization of another country": ({"phoneNormalization": "KZ"}, "phoneNormalization"),
    "normalization action": ({"normalizationErrorAction": "skip"}, "normalizationErrorAction"),
    "hook that is no address": ({"webhookUrls": ["bot.example.org"]}, "webhookUrls.0"),
    "hooks that are no array": ({"webhookUrls": "https://bot.example.org"}, "webhookUrls"),
    "hook with an unknown event": (
        {"webhookUrls": [changed(HOOK, {"events.STARTED": {"name": "STARTED", "value": True}})]},
        "webhookUrls.0.events.STARTED",
    ),
    "hook with another name inside": (
        {"webhookUrls": [changed(HOOK, {"events.CALL_ENDED.name": "CANDIDATE_CHANGED"})]},
        "webhookUrls.0.events.CALL_ENDED.name",
    ),
    "callback data as an object": ({"callbackData": {}}, "callbackData"),
    "no options": ({"additionalOptions": WITHOUT}, "additionalOptions"),
    "options that are a list": ({"additionalOptions": []}, "additionalOptions"),
    "no start of the window": (
        {"additionalOptions.allowCallTimeFrom": WITHOUT},
        "additionalOptions.allowCallTimeFrom",
    ),
    "window before midnight": (
        {"additionalOptions.allowCallTimeFrom": -1},
        "additionalOptions.allowCallTimeFrom",
    ),
    "window after midnight": (
        {"additionalOptions.allowCallTimeTo": 86_400},
        "additionalOptions.allowCallTimeTo",
    ),
    "window in fractions": (
        {"additionalOptions.allowCallTimeTo": 75600.0},
        "additionalOptions.allowCallTimeTo",
    ),
    "window as text": ({"additionalOptions.allowCallTimeTo": "21:00"}, "additionalOptions.allowCallTimeTo"),
    "local time as a number": ({"additionalOptions.useTr": 0}, "additionalOptions.useTr"),
    "full list accepted": (
        {"additionalOptions.fullListMethod": "accept"},
        "additionalOptions.fullListMethod",
    ),
    "unknown detection": (
        {"additionalOptions.detectRobotMode": "front"},
        "additionalOptions.detectRobotMode",
    ),
    "no redial options": ({"redialStrategyOptions": WITHOUT}, "redialStrategyOptions"),
    "one redial rule missing": (
        {"redialStrategyOptions.answerNoList": WITHOUT},
        "redialStrategyOptions.answerNoList",
    ),
    "redial rule without a count": (
        {"redialStrategyOptions.busy.count": WITHOUT},
        "redialStrategyOptions.busy.count",
    ),
    "redial count true": (
        {"redialStrategyOptions.busy.count": True},
        "redialStrategyOptions.busy.count",
    ),
}


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD.keys())
async def test_a_task_of_the_contract_is_created(twin: TwinOverHttp, changes: dict[str, Any]) -> None:
    answer = await twin.create(changed(TASK, changes))
    assert answer.status_code == 200, answer.text
    identity = answer.json()["id"]["identity"]
    assert (await twin.read(identity)).json()["status"] == "BLANK"


@pytest.mark.parametrize(("changes", "field"), BAD.values(), ids=BAD.keys())
async def test_a_wrong_task_is_refused_and_the_field_named(
    twin: TwinOverHttp, changes: dict[str, Any], field: str
) -> None:
    answer = await twin.create(changed(TASK, changes))
    assert answer.status_code == 422
    refusal = answer.json()
    assert set(refusal) == {"error", "details"}
    assert list(refusal["details"]) == [field]
    assert (await twin.find()).json()["count"] == 0


async def test_a_refusal_names_all_that_is_wrong_but_not_what_was_sent(twin: TwinOverHttp) -> None:
    answer = await twin.create(changed(TASK, {"cps": "79161234567", "name": "", "extra": "79161234567"}))
    assert set(answer.json()["details"]) == {"cps", "name", "extra"}
    assert "79161234567" not in answer.text


@pytest.mark.parametrize("body", [[], "text", 5, True, [TASK]], ids=["list", "text", "number", "true", "batch"])
async def test_a_body_that_is_no_object_is_refused(twin: TwinOverHttp, body: object) -> None:
    answer = await twin.create(body)
    assert (answer.status_code, answer.json()["details"]) == (422, {"body": "must be an object"})


def test_a_start_moment_is_in_the_time_zone_of_the_company() -> None:
    body = changed(TASK, {"startType": "time", "startMoment": "2030-01-01 12:00"})
    expected = datetime(2030, 1, 1, 9, 0, tzinfo=timezone.utc).timestamp()
    assert read_task(body, now=0.0).start_at == expected


@pytest.mark.parametrize(
    ("cps", "seconds"), [(1.01, 1.0), (1.03, 1 / 3), (1.5, 0.02), (0.97, 3.0), (0.99, 1.0), (1.0, 1.0)]
)
def test_cps_is_a_pause_between_calls(cps: float, seconds: float) -> None:
    assert seconds_between_calls(cps) == pytest.approx(seconds)
