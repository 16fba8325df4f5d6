from __future__ import annotations

from typing import Any

import pytest

from rasa_twin24.sandbox import Sandbox
from tests.sandbox.twin_over_http import WITHOUT, TwinOverHttp, candidate, changed, phones

OTHER_ID = "99999999-9999-4999-8999-999999999999"

PHONE = "79161234567"

# The id of a task is put in by the test.
BATCH: dict[str, Any] = {"batch": [candidate("", PHONE)], "forceStart": False}

GOOD = {
    "one candidate": {},
    "no word of a start": {"forceStart": WITHOUT},
    "all fields": {
        "batch.0.variables": {"имя": "Иван", "сумма": 5},
        "batch.0.callbackData": {"source": "chat"},
        "batch.0.timezone": 25_200,
    },
    "no outside id": {"batch.0.clientExternalId": WITHOUT},
    "several numbers of one person": {"batch.0.phone": [PHONE, "74951234567"]},
    "number of Kazakhstan": {"batch.0.phone": ["77011234567"]},
    "number of Germany": {"batch.0.phone": ["4915112345678"]},
}

BAD: dict[str, tuple[dict[str, Any], str]] = {
    "no batch": ({"batch": WITHOUT}, "batch"),
    "empty batch": ({"batch": []}, "batch"),
    "batch that is an object": ({"batch": {}}, "batch"),
    "batch of 1001": ({"batch": [candidate(OTHER_ID, phone) for phone in phones(1001)]}, "batch"),
    "candidate that is a number": ({"batch": [PHONE]}, "batch.0"),
    "start as text": ({"forceStart": "true"}, "forceStart"),
    "start as a number": ({"forceStart": 1}, "forceStart"),
    "unknown top field": ({"autoCallId": OTHER_ID}, "autoCallId"),
    "unknown field": ({"batch.0.name": "Иван"}, "batch.0.name"),
    "no task": ({"batch.0.autoCallId": WITHOUT}, "batch.0.autoCallId"),
    "task that is no id": ({"batch.0.autoCallId": "5"}, "batch.0.autoCallId"),
    "no phone": ({"batch.0.phone": WITHOUT}, "batch.0.phone"),
    "phone outside of an array": ({"batch.0.phone": PHONE}, "batch.0.phone"),
    "no numbers": ({"batch.0.phone": []}, "batch.0.phone"),
    "number as a JSON number": ({"batch.0.phone": [79161234567]}, "batch.0.phone.0"),
    "number with a plus": ({"batch.0.phone": ["+79161234567"]}, "batch.0.phone.0"),
    "number with hyphens": ({"batch.0.phone": ["7-916-123-45-67"]}, "batch.0.phone.0"),
    "number in Arabic digits": ({"batch.0.phone": ["٧٩١٦١٢٣٤٥٦٧"]}, "batch.0.phone.0"),
    "number with a line break": ({"batch.0.phone": ["79161234567\n"]}, "batch.0.phone.0"),
    "six digits": ({"batch.0.phone": ["791612"]}, "batch.0.phone.0"),
    "sixteen digits": ({"batch.0.phone": ["7916123456789012"]}, "batch.0.phone.0"),
    "number that begins with 8": ({"batch.0.phone": ["89161234567"]}, "batch.0.phone.0"),
    "number one digit short": ({"batch.0.phone": ["7916123456"]}, "batch.0.phone.0"),
    "number one digit long": ({"batch.0.phone": ["791612345678"]}, "batch.0.phone.0"),
    "number that begins with zeros": ({"batch.0.phone": ["0079161234567"]}, "batch.0.phone.0"),
    "second number wrong": ({"batch.0.phone": [PHONE, "5"]}, "batch.0.phone.1"),
    "empty outside id": ({"batch.0.clientExternalId": ""}, "batch.0.clientExternalId"),
    "outside id as a number": ({"batch.0.clientExternalId": 79161234567}, "batch.0.clientExternalId"),
    "variables as a list": ({"batch.0.variables": []}, "batch.0.variables"),
    "callback data as text": ({"batch.0.callbackData": "chat"}, "batch.0.callbackData"),
    "time zone as text": ({"batch.0.timezone": "+3"}, "batch.0.timezone"),
}


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD.keys())
async def test_a_candidate_of_the_contract_is_added(twin: TwinOverHttp, task_id: str, changes: dict[str, Any]) -> None:
    answer = await twin.add(changed(BATCH, {"batch.0.autoCallId": task_id, **changes}))
    assert answer.status_code == 200, answer.text
    assert (await twin.read(task_id)).json()["candidateCount"] == 1


@pytest.mark.parametrize(("changes", "field"), BAD.values(), ids=BAD.keys())
async def test_a_wrong_batch_is_refused_and_the_field_named(
    twin: TwinOverHttp, task_id: str, changes: dict[str, Any], field: str
) -> None:
    answer = await twin.add(changed(BATCH, {"batch.0.autoCallId": task_id, **changes}))
    assert answer.status_code == 422
    assert list(answer.json()["details"]) == [field]
    assert "161234" not in answer.text
    assert (await twin.read(task_id)).json()["candidateCount"] == 0


async def test_one_wrong_number_keeps_the_whole_batch_out(twin: TwinOverHttp, task_id: str) -> None:
    answer = await twin.add_phones(task_id, [PHONE, "89161234567", "74951234567"])
    assert list(answer.json()["details"]) == ["batch.1.phone.0"]
    assert (await twin.read(task_id)).json()["candidateCount"] == 0


async def test_a_thousand_candidates_fit_into_one_batch(twin: TwinOverHttp, task_id: str) -> None:
    assert (await twin.add_phones(task_id, phones(1000))).status_code == 200
    assert (await twin.read(task_id)).json()["candidateCount"] == 1000


async def test_an_unknown_task_is_not_found_and_the_known_one_stays_empty(
    twin: TwinOverHttp, task_id: str, sandbox: Sandbox
) -> None:
    answer = await twin.add({"batch": [candidate(task_id, PHONE), candidate(OTHER_ID, PHONE)]})
    assert (answer.status_code, list(answer.json()["details"])) == (404, ["batch.1.autoCallId"])
    assert sandbox.tasks[0].candidates == []


async def test_one_batch_may_fill_several_tasks(twin: TwinOverHttp, task_id: str, sandbox: Sandbox) -> None:
    second = await twin.created()
    sandbox.clock.pass_time(0.5)  # type: ignore[attr-defined]
    answer = await twin.add({"batch": [candidate(task_id, PHONE), candidate(second, PHONE)]})
    assert answer.status_code == 200
    assert [len(task.candidates) for task in sandbox.tasks] == [1, 1]


async def test_an_outside_id_known_to_the_task_is_added_once(twin: TwinOverHttp, task_id: str) -> None:
    await twin.add_phones(task_id, [PHONE, PHONE, "74951234567"])
    again = await twin.add_phones(task_id, [PHONE])
    assert again.status_code == 200
    assert (await twin.read(task_id)).json()["candidateCount"] == 2


async def test_without_an_outside_id_a_number_is_added_as_often_as_it_is_sent(twin: TwinOverHttp, task_id: str) -> None:
    row = {"autoCallId": task_id, "phone": [PHONE]}
    await twin.add({"batch": [row, row]})
    assert (await twin.read(task_id)).json()["candidateCount"] == 2
