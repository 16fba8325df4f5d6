from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, get_args

import httpx
import pytest

from rasa_twin24.sandbox import Sandbox
from rasa_twin24.sandbox.faults import Endpoint
from tests.sandbox.twin_over_http import FakeClock, TwinOverHttp, phones
from tests.waiting import until

Ask = Callable[[TwinOverHttp, str], Awaitable[httpx.Response]]

EACH: dict[Endpoint, Ask] = {
    "login": lambda twin, task_id: twin.log_in(),
    "create": lambda twin, task_id: twin.create(),
    "list": lambda twin, task_id: twin.find(),
    "read": lambda twin, task_id: twin.read(task_id),
    "add": lambda twin, task_id: twin.add_phones(task_id, phones(1)),
    "play": lambda twin, task_id: twin.act(task_id, "play"),
    "pause": lambda twin, task_id: twin.act(task_id, "pause"),
    "halted": lambda twin, task_id: twin.act(task_id, "halted"),
}


@pytest.fixture
async def ready_id(twin: TwinOverHttp, clock: FakeClock, task_id: str) -> str:
    await twin.add_phones(task_id, phones(2))
    clock.pass_time(0.5)
    return task_id


def test_every_endpoint_can_fail() -> None:
    assert tuple(EACH) == get_args(Endpoint)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 422, 429, 500, 502])
@pytest.mark.parametrize(("endpoint", "ask"), EACH.items(), ids=EACH.keys())
async def test_a_status_on_order_comes_once_and_without_work(
    twin: TwinOverHttp, sandbox: Sandbox, ready_id: str, endpoint: Endpoint, ask: Ask, status: int
) -> None:
    before = (len(sandbox.tasks), sandbox.tasks[0].status, len(sandbox.tasks[0].candidates))
    sandbox.fail_next(endpoint, status=status)
    answer = await ask(twin, ready_id)
    assert (answer.status_code, answer.json()) == (status, {"error": "Failed on order.", "details": {}})
    assert (len(sandbox.tasks), sandbox.tasks[0].status, len(sandbox.tasks[0].candidates)) == before
    assert "Failed on order." not in (await ask(twin, ready_id)).text


@pytest.mark.parametrize(
    ("order", "status", "body", "kind"),
    [
        ({"body": b"<html>gateway</html>", "status": 502}, 502, b"<html>gateway</html>", "application/json"),
        ({"body": b"<html>hello</html>"}, 200, b"<html>hello</html>", "application/json"),
        ({"body": b""}, 200, b"", "application/json"),
        (
            {"body": b'{"id": {"ide', "headers": {"Content-Type": "text/html"}},
            200,
            b'{"id": {"ide',
            "text/html",
        ),
    ],
    ids=["502 page", "200 page", "empty", "cut JSON of another type"],
)
async def test_a_body_on_order_comes_as_it_is(
    twin: TwinOverHttp, sandbox: Sandbox, order: dict[str, Any], status: int, body: bytes, kind: str
) -> None:
    sandbox.fail_next("create", **order)
    answer = await twin.create()
    assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (status, body, kind)
    assert sandbox.tasks == []


async def test_headers_on_order(twin: TwinOverHttp, sandbox: Sandbox) -> None:
    sandbox.fail_next("list", status=429, headers={"Retry-After": "7"})
    assert (await twin.find()).headers["Retry-After"] == "7"


async def test_an_answer_may_be_lost_after_the_work(twin: TwinOverHttp, sandbox: Sandbox, ready_id: str) -> None:
    sandbox.fail_next("play", status=502, work=True)
    assert (await twin.act(ready_id, "play")).status_code == 502
    assert sandbox.plays(ready_id) == 1


@pytest.mark.parametrize(("drop", "plays"), [("before", 0), ("after", 1)])
async def test_a_connection_dropped_before_or_after_the_work(
    twin: TwinOverHttp,
    sandbox: Sandbox,
    ready_id: str,
    drop: Any,
    plays: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sandbox.fail_next("play", drop=drop)
    with pytest.raises(httpx.RemoteProtocolError):
        await twin.act(ready_id, "play")
    assert sandbox.plays(ready_id) == plays
    assert sandbox.requests[-1].path.endswith("/play")
    assert (await twin.read(ready_id)).status_code == 200
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


async def test_a_delay_outlasts_the_patience_of_the_client_but_the_work_is_done(
    twin: TwinOverHttp, sandbox: Sandbox, ready_id: str
) -> None:
    sandbox.fail_next("play", delay=30)
    twin.http.timeout = httpx.Timeout(0.1)
    with pytest.raises(httpx.ReadTimeout):
        await twin.act(ready_id, "play")
    assert sandbox.plays(ready_id) == 1


async def test_a_short_delay_changes_nothing_else(twin: TwinOverHttp, sandbox: Sandbox, task_id: str) -> None:
    sandbox.fail_next("read", delay=0.05)
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert (await twin.read(task_id)).json()["id"] == task_id
    assert loop.time() - began >= 0.05


async def test_an_answer_is_held_back_until_something_has_happened(
    twin: TwinOverHttp, sandbox: Sandbox, ready_id: str
) -> None:
    happened = asyncio.Event()
    sandbox.fail_next("play", meanwhile=happened.wait, task=ready_id)
    playing = asyncio.create_task(twin.act(ready_id, "play"))
    await until(lambda: sandbox.plays(ready_id) == 1)
    assert (await twin.read(ready_id)).status_code == 200
    assert not playing.done()
    happened.set()
    assert (await playing).status_code == 200


async def test_faults_come_in_their_order_and_as_often_as_ordered(twin: TwinOverHttp, sandbox: Sandbox) -> None:
    sandbox.fail_next("list", status=500, times=2)
    sandbox.fail_next("list", status=429)
    assert [(await twin.find()).status_code for _ in range(4)] == [500, 500, 429, 200]


async def test_a_fault_of_one_task_lets_the_others_pass(twin: TwinOverHttp, sandbox: Sandbox, task_id: str) -> None:
    another = await twin.created(name="Другое")
    sandbox.fail_next("read", status=503, task=another)
    sandbox.fail_next("read", status=500)
    assert [(await twin.read(one)).status_code for one in (task_id, another, another, task_id)] == [500, 503, 200, 200]


async def test_what_is_mended_does_not_come(twin: TwinOverHttp, sandbox: Sandbox) -> None:
    sandbox.fail_next("list", status=500, times=2)
    await twin.find()
    sandbox.mend()
    assert (await twin.find()).status_code == 200


@pytest.mark.parametrize(
    ("endpoint", "order"),
    [
        ("start", {"status": 500}),
        ("play", {}),
        ("play", {"work": True}),
        ("play", {"drop": "after", "status": 500}),
        ("play", {"drop": "before", "work": True}),
    ],
    ids=[
        "unknown endpoint",
        "no fault",
        "work alone",
        "drop with an answer",
        "drop before work that is done",
    ],
)
def test_an_order_that_makes_no_sense_is_an_error(endpoint: Any, order: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"unknown|nothing|dropped"):
        Sandbox().fail_next(endpoint, **order)
