from __future__ import annotations

import json

import pytest

from rasa_twin24.sandbox import Sandbox
from rasa_twin24.sandbox.endpoints import MAX_BODY_BYTES
from tests.sandbox.twin_over_http import TASK, TwinOverHttp

CIS = "/cis/api/v1/telephony"

NO_ENDPOINT = {
    "beside the services": ("GET", "/health", 404),
    "service alone": ("GET", "/cis/api/v1", 404),
    "slash at the end": ("GET", f"{CIS}/autoCall/", 404),
    "other letters": ("GET", f"{CIS}/autocall", 404),
    "version two": ("POST", "/iam/api/v2/auth/login", 404),
    "refresh of a token": ("POST", "/iam/api/v1/auth/refresh", 404),
    "single candidate, which would dial at once": ("POST", f"{CIS}/autoCallCandidate/single", 404),
    "single candidates, which would dial at once": ("POST", f"{CIS}/autoCallCandidate/single/batch", 404),
    "unknown action": ("POST", f"{CIS}/autoCall/5/stop", 404),
    "login by GET": ("GET", "/iam/api/v1/auth/login", 405),
    "task by PUT": ("PUT", f"{CIS}/autoCall", 405),
    "deleting a task": ("DELETE", f"{CIS}/autoCall/5", 405),
    "start by GET": ("GET", f"{CIS}/autoCall/5/play", 405),
    "candidates by GET": ("GET", f"{CIS}/autoCallCandidate/batch", 405),
    "page by POST": ("POST", "/", 404),
}

NOT_JSON = {
    "text": b"hello",
    "nothing": b"",
    "cut": b'{"name": "a',
    "not a number": json.dumps({**TASK, "cps": float("nan")}).encode(),
    "a field twice": b'{"name": "a", "name": "b"}',
    "another encoding": '{"name": "акция"}'.encode("cp1251"),
    "nested too deep": b"[" * 100_000,
    "form": b"name=a&cps=1.01",
}


@pytest.mark.parametrize(("method", "path", "status"), NO_ENDPOINT.values(), ids=NO_ENDPOINT.keys())
async def test_there_is_nothing_else(twin: TwinOverHttp, method: str, path: str, status: int) -> None:
    answer = await twin.http.request(method, f"http://127.0.0.1:{twin.server.port}{path}")
    assert (answer.status_code, set(answer.json())) == (status, {"error", "details"})
    assert (answer.status_code == 405) == ("Allow" in answer.headers)


async def test_both_methods_of_the_task_path_are_named(twin: TwinOverHttp) -> None:
    answer = await twin.http.patch(f"{twin.server.cis_url}/telephony/autoCall")
    assert answer.headers["Allow"] == "POST, GET"


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
async def test_a_body_that_is_not_json_is_refused(twin: TwinOverHttp, sandbox: Sandbox, body: bytes) -> None:
    answer = await twin.http.post(
        f"{twin.server.cis_url}/telephony/autoCall",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "The body is not JSON.")
    assert sandbox.tasks == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
async def test_a_body_that_is_not_declared_as_json_is_refused(twin: TwinOverHttp, kind: str) -> None:
    answer = await twin.http.post(
        f"{twin.server.cis_url}/telephony/autoCall",
        content=json.dumps(TASK).encode(),
        headers={"Content-Type": kind},
    )
    assert (answer.status_code, list(answer.json()["details"])) == (415, ["Content-Type"])


async def test_json_may_name_its_encoding(twin: TwinOverHttp) -> None:
    answer = await twin.http.post(
        f"{twin.server.cis_url}/telephony/autoCall",
        content=json.dumps(TASK).encode(),
        headers={"Content-Type": "Application/JSON; charset=utf-8"},
    )
    assert answer.status_code == 200


async def test_a_body_of_more_than_ten_megabytes_is_refused(twin: TwinOverHttp, sandbox: Sandbox) -> None:
    assert MAX_BODY_BYTES == 10 * 1024 * 1024
    body = b'{"name": "' + b"a" * MAX_BODY_BYTES + b'"}'
    answer = await twin.http.post(
        f"{twin.server.cis_url}/telephony/autoCall",
        content=body,
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, list(answer.json()["details"])) == (413, ["body"])
    assert sandbox.tasks == []


@pytest.mark.parametrize("action", ["play", "pause", "halted"])
async def test_an_action_takes_no_body_and_no_query(twin: TwinOverHttp, task_id: str, action: str) -> None:
    url = f"{twin.server.cis_url}/telephony/autoCall/{task_id}/{action}"
    with_body = await twin.http.post(url, json={})
    assert (with_body.status_code, list(with_body.json()["details"])) == (422, ["body"])
    with_query = await twin.http.post(f"{url}?force=1")
    assert (with_query.status_code, list(with_query.json()["details"])) == (422, ["force"])
    assert await twin.status(task_id) == "BLANK"


async def test_an_action_answers_nothing(twin: TwinOverHttp, task_id: str) -> None:
    answer = await twin.act(task_id, "halted")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_name_of_any_characters_comes_back_as_it_was(twin: TwinOverHttp) -> None:
    for name in ("a_b<c>*", "Ёж «и» \u200bко", "🙂\x00\n", "\ud800"):
        body = json.dumps({**TASK, "name": name}).encode()
        created = await twin.http.post(
            f"{twin.server.cis_url}/telephony/autoCall",
            content=body,
            headers={"Content-Type": "application/json"},
        )
        assert created.status_code == 200, created.text
        shown = await twin.read(created.json()["id"]["identity"])
        assert json.loads(shown.content)["name"] == name
