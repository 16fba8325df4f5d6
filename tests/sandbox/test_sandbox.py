"""The life of a task, by a clock that the test moves: one line, calls of two seconds, one dial a second."""

from __future__ import annotations

from typing import Any

import pytest

from rasa_twin24.sandbox import LOGIN, PASSWORD, Sandbox, SandboxServer, SeenRequest
from tests.sandbox.twin_over_http import TASK, FakeClock, TwinOverHttp, candidate, phones

ONE, TWO, THREE = phones(3)


async def reach(status: str, twin: TwinOverHttp, clock: FakeClock) -> str:
    """A task brought to a status by the requests that a client would send."""
    task_id = await twin.created()
    clock.pass_time(0.5)
    if status == "BLANK":
        return task_id
    await twin.add_phones(task_id, [ONE, TWO])
    clock.pass_time(0.5)
    if status == "READY":
        return task_id
    assert (await twin.act(task_id, "play")).status_code == 200
    if status == "DONE":
        clock.pass_time(4.0)
    elif status in ("PAUSED", "HALTED"):
        assert (await twin.act(task_id, status.lower().replace("paused", "pause"))).status_code == 200
    assert await twin.status(task_id) == status
    return task_id


async def test_a_new_task_takes_no_candidates_for_a_moment(twin: TwinOverHttp, clock: FakeClock) -> None:
    task_id = await twin.created()
    assert (await twin.add_phones(task_id, [ONE])).status_code == 409
    clock.pass_time(0.49)
    assert (await twin.add_phones(task_id, [ONE])).status_code == 409
    clock.pass_time(0.01)
    assert (await twin.add_phones(task_id, [ONE])).status_code == 200


async def test_added_candidates_make_the_task_ready_a_moment_later(
    twin: TwinOverHttp, clock: FakeClock, task_id: str
) -> None:
    await twin.add_phones(task_id, [ONE])
    clock.pass_time(0.49)
    assert await twin.status(task_id) == "BLANK"
    assert (await twin.act(task_id, "play")).status_code == 409
    clock.pass_time(0.01)
    assert await twin.status(task_id) == "READY"


async def test_a_task_is_dialed_call_by_call_until_it_is_done(
    twin: TwinOverHttp, clock: FakeClock, sandbox: Sandbox
) -> None:
    task_id = await reach("READY", twin, clock)
    await twin.act(task_id, "play")
    seen = []
    for _ in range(5):
        shown = (await twin.read(task_id)).json()
        seen.append((shown["status"], shown["callCount"], [call.status for call in sandbox.calls].count("DIAL")))
        clock.pass_time(1.0)
    assert seen == [
        ("PROCESS", 1, 1),
        ("PROCESS", 1, 1),
        ("PROCESS", 2, 1),
        ("PROCESS", 2, 1),
        ("DONE", 2, 0),
    ]
    assert [(call.task, call.phone) for call in sandbox.calls] == [(task_id, ONE), (task_id, TWO)]


@pytest.mark.parametrize(
    ("status", "action", "answered", "becomes"),
    [
        ("BLANK", "play", 409, "BLANK"),
        ("BLANK", "pause", 409, "BLANK"),
        ("BLANK", "halted", 200, "HALTED"),
        ("READY", "play", 200, "PROCESS"),
        ("READY", "pause", 409, "READY"),
        ("READY", "halted", 200, "HALTED"),
        ("PROCESS", "play", 409, "PROCESS"),
        ("PROCESS", "pause", 200, "PAUSED"),
        ("PROCESS", "halted", 200, "HALTED"),
        ("PAUSED", "play", 200, "PROCESS"),
        ("PAUSED", "pause", 200, "PAUSED"),
        ("PAUSED", "halted", 200, "HALTED"),
        ("DONE", "play", 409, "DONE"),
        ("DONE", "pause", 409, "DONE"),
        ("DONE", "halted", 200, "HALTED"),
        ("HALTED", "play", 409, "HALTED"),
        ("HALTED", "pause", 409, "HALTED"),
        ("HALTED", "halted", 200, "HALTED"),
    ],
)
async def test_what_each_status_allows(
    twin: TwinOverHttp, clock: FakeClock, status: str, action: str, answered: int, becomes: str
) -> None:
    task_id = await reach(status, twin, clock)
    answer = await twin.act(task_id, action)
    assert answer.status_code == answered
    if answered != 200:
        assert answer.json()["details"] == {"status": f"is {status}"}
    assert await twin.status(task_id) == becomes


@pytest.mark.parametrize(
    ("status", "answered", "candidates"),
    [
        ("BLANK", 200, 1),
        ("READY", 200, 3),
        ("PROCESS", 422, 2),
        ("PAUSED", 200, 3),
        ("DONE", 200, 3),
        ("HALTED", 422, 2),
    ],
)
async def test_which_status_takes_candidates(
    twin: TwinOverHttp, clock: FakeClock, status: str, answered: int, candidates: int
) -> None:
    task_id = await reach(status, twin, clock)
    assert (await twin.add_phones(task_id, [THREE])).status_code == answered
    assert (await twin.read(task_id)).json()["candidateCount"] == candidates


async def test_a_paused_task_ends_its_call_dials_nobody_and_goes_on_later(
    twin: TwinOverHttp, clock: FakeClock, sandbox: Sandbox
) -> None:
    task_id = await reach("PAUSED", twin, clock)
    clock.pass_time(60)
    assert [call.phone for call in sandbox.calls] == [ONE]
    assert sandbox.calls[0].status != "DIAL"
    await twin.act(task_id, "play")
    clock.pass_time(2)
    assert [call.phone for call in sandbox.calls] == [ONE, TWO]
    assert await twin.status(task_id) == "DONE"


async def test_a_task_paused_in_its_last_call_is_done_when_that_ends(
    twin: TwinOverHttp, clock: FakeClock, task_id: str
) -> None:
    await twin.add_phones(task_id, [ONE])
    clock.pass_time(0.5)
    await twin.act(task_id, "play")
    await twin.act(task_id, "pause")
    assert await twin.status(task_id) == "PAUSED"
    assert (await twin.act(task_id, "play")).status_code == 409
    clock.pass_time(2)
    assert await twin.status(task_id) == "DONE"


async def test_a_halted_task_dials_nobody_ever_again(twin: TwinOverHttp, clock: FakeClock, sandbox: Sandbox) -> None:
    await reach("HALTED", twin, clock)
    clock.pass_time(600)
    assert [call.phone for call in sandbox.calls] == [ONE]


async def test_a_done_task_dials_only_those_added_later(twin: TwinOverHttp, clock: FakeClock, sandbox: Sandbox) -> None:
    task_id = await reach("DONE", twin, clock)
    await twin.add_phones(task_id, [TWO, THREE])
    assert await twin.status(task_id) == "DONE"
    clock.pass_time(0.5)
    assert await twin.status(task_id) == "READY"
    await twin.act(task_id, "play")
    clock.pass_time(60)
    assert [call.phone for call in sandbox.calls] == [ONE, TWO, THREE]
    assert sandbox.plays(task_id) == 2


async def test_a_done_task_given_only_known_people_cannot_be_started(twin: TwinOverHttp, clock: FakeClock) -> None:
    task_id = await reach("DONE", twin, clock)
    await twin.add_phones(task_id, [ONE])
    clock.pass_time(1)
    assert await twin.status(task_id) == "DONE"
    assert (await twin.act(task_id, "play")).status_code == 409


async def test_a_done_task_with_new_people_may_be_started_before_it_shows(
    twin: TwinOverHttp, clock: FakeClock, sandbox: Sandbox
) -> None:
    task_id = await reach("DONE", twin, clock)
    await twin.add_phones(task_id, [THREE])
    assert (await twin.act(task_id, "play")).status_code == 200
    assert [call.phone for call in sandbox.calls] == [ONE, TWO, THREE]


async def test_only_accepted_starts_are_counted(twin: TwinOverHttp, clock: FakeClock, sandbox: Sandbox) -> None:
    task_id = await reach("READY", twin, clock)
    for _ in range(3):
        await twin.act(task_id, "play")
    assert sandbox.plays(task_id) == 1


async def test_a_forced_start_needs_no_play(twin: TwinOverHttp, clock: FakeClock, task_id: str) -> None:
    await twin.add({"batch": [candidate(task_id, ONE)], "forceStart": True})
    assert await twin.status(task_id) == "BLANK"
    clock.pass_time(0.5)
    assert await twin.status(task_id) == "PROCESS"


async def test_a_forced_start_of_nobody_does_not_lie_in_wait(twin: TwinOverHttp, clock: FakeClock) -> None:
    task_id = await reach("DONE", twin, clock)
    await twin.add({"batch": [candidate(task_id, ONE)], "forceStart": True})
    await twin.add_phones(task_id, [THREE])
    clock.pass_time(60)
    assert await twin.status(task_id) == "READY"


async def test_a_forced_start_goes_on_with_a_paused_task_unless_it_is_paused_again(
    twin: TwinOverHttp, clock: FakeClock
) -> None:
    task_id = await reach("PAUSED", twin, clock)
    await twin.add({"batch": [candidate(task_id, THREE)], "forceStart": True})
    await twin.act(task_id, "pause")
    clock.pass_time(60)
    assert await twin.status(task_id) == "PAUSED"
    await twin.add({"batch": [candidate(task_id, THREE)], "forceStart": True})
    clock.pass_time(0.5)
    assert await twin.status(task_id) == "PROCESS"


async def test_a_timed_task_started_by_hand_does_not_start_again_at_its_moment(
    twin: TwinOverHttp, clock: FakeClock
) -> None:
    clock.now = 1_893_488_340.0  # 1 January 2030, 11:59 in Moscow
    await twin.log_in()
    task_id = await twin.created(startType="time", startMoment="2030-01-01 12:00")
    clock.pass_time(1)
    await twin.add_phones(task_id, [ONE])
    clock.pass_time(1)
    assert (await twin.act(task_id, "play")).status_code == 200
    clock.pass_time(10)
    await twin.add_phones(task_id, [TWO])
    clock.pass_time(120)
    assert await twin.status(task_id) == "READY"


async def test_a_timed_task_starts_at_its_moment(twin: TwinOverHttp, clock: FakeClock) -> None:
    clock.now = 1_893_488_340.0  # 1 January 2030, 11:59 in Moscow
    await twin.log_in()
    task_id = await twin.created(startType="time", startMoment="2030-01-01 12:00")
    clock.pass_time(1)
    await twin.add_phones(task_id, [ONE])
    clock.pass_time(58.9)
    assert await twin.status(task_id) == "READY"
    clock.pass_time(0.1)
    assert await twin.status(task_id) == "PROCESS"


async def test_a_task_that_outlives_its_lifetime_is_halted(
    twin: TwinOverHttp, clock: FakeClock, sandbox: Sandbox
) -> None:
    task_id = await twin.created(lifetime=2)
    clock.pass_time(0.5)
    await twin.add_phones(task_id, [ONE, TWO])
    clock.pass_time(0.5)
    await twin.act(task_id, "play")
    clock.pass_time(600)
    assert await twin.status(task_id) == "HALTED"
    assert [call.phone for call in sandbox.calls] == [ONE]


@pytest.mark.parametrize("task_id", ["99999999-9999-4999-8999-999999999999", "5", "%2e%2e", "a b"])
@pytest.mark.parametrize("action", ["", "/play", "/pause", "/halted"])
async def test_an_unknown_task_is_not_found(twin: TwinOverHttp, task_id: str, action: str) -> None:
    method = "POST" if action else "GET"
    answer = await twin.http.request(method, f"{twin.server.cis_url}/telephony/autoCall/{task_id}{action}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "details"}


async def test_what_a_task_shows(twin: TwinOverHttp, task_id: str) -> None:
    shown: dict[str, Any] = (await twin.read(task_id)).json()
    assert shown["id"] == task_id
    assert (shown["name"], shown["taskComment"]) == (TASK["name"], "")
    assert (shown["candidateCount"], shown["callCount"]) == (0, 0)
    assert shown["createdAt"] == shown["updatedAt"] == "2026-05-28T20:26:40.000+00:00"
    assert (await twin.read(task_id.upper())).json() == shown


async def test_the_requests_are_remembered_without_the_password(
    twin: TwinOverHttp, server: SandboxServer, sandbox: Sandbox
) -> None:
    await twin.find("keyword=a%26b&limit=5")
    await twin.act("5", "play")
    await twin.http.post(f"{server.cis_url}/telephony/autoCall", content=b"{not json")
    assert sandbox.requests == [
        SeenRequest("POST", "/iam/api/v1/auth/login", {"email": LOGIN, "password": "***"}),
        ("GET", "/cis/api/v1/telephony/autoCall", {"keyword": "a&b", "limit": "5"}),
        ("POST", "/cis/api/v1/telephony/autoCall/5/play", None),
        ("POST", "/cis/api/v1/telephony/autoCall", None),
    ]
    assert f"'{PASSWORD}'" not in repr(sandbox.requests)


@pytest.mark.parametrize("wrong", [{"lines": 0}, {"call_seconds": -1.0}], ids=str)
def test_a_dialer_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="line"):
        Sandbox(**wrong)
