"""Signing in: when a token is asked for, how often, and what everybody hears when it fails."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.twin24 import BadAnswer, CallerId, SignInFailed, Twin24, TwinError, Unavailable
from rasa_twin24.twin24.auth import expires_at
from tests.twin24.conftest import CIS, IAM, NOW, PASSWORD, SETTINGS, TASK_ID, Clock

LOGIN = f"{IAM}/auth/login"
READY = {"id": TASK_ID, "status": "READY"}


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def jwt(claims: object) -> str:
    return f"{encoded({'alg': 'RS512'})}.{encoded(claims)}.c2lnbmF0dXJl"


def token(text: str) -> httpx.Response:
    return httpx.Response(200, json={"token": text, "refreshToken": "another"})


@pytest.mark.parametrize(
    ("text", "end"),
    [
        (jwt({"iat": NOW, "exp": NOW + 604_800, "sub": "1"}), NOW + 604_800),
        (jwt({"exp": 1}), 1),
        (jwt({"iat": NOW}), None),
        (jwt({"exp": "soon"}), None),
        (jwt({"exp": True}), None),
        (jwt({"exp": None}), None),
        (jwt([1]), None),
        ("opaque-token", None),
        ("a.b.c", None),
        ("a.!!!.c", None),
        (f"a.{encoded({'exp': 1})}", None),
        (f"a.{base64.urlsafe_b64encode(b'[' * 200_000).decode()}.c", None),
    ],
    ids=["as TWIN issues it", "long ago", "no exp", "word", "bool", "null", "array", "opaque", "three words",
         "no base64", "two parts", "too deep"],
)  # fmt: skip
def test_expires_at(text: str, end: float | None) -> None:
    assert expires_at(text) == end


@given(st.text() | st.builds("{}.{}.{}".format, st.text(), st.text(), st.text()))
def test_no_text_is_too_odd_for_a_token(text: str) -> None:
    assert expires_at(text) is None or isinstance(expires_at(text), (int, float))


async def test_the_request_of_a_login(twin: Twin24, router: respx.MockRouter, login: respx.Route) -> None:
    await twin.auth.sign_in()
    request = login.calls.last.request
    assert json.loads(request.content) == {
        "email": "manager@example.org",
        "password": PASSWORD,
        "ttl": 43_200,
    }
    assert "Authorization" not in request.headers


async def test_a_jwt_is_renewed_a_minute_before_its_end(twin: Twin24, router: respx.MockRouter, clock: Clock) -> None:
    first, second = jwt({"exp": NOW + 600}), jwt({"exp": NOW + 1200})
    login = router.post(LOGIN).mock(side_effect=[token(first), token(second)])
    task = router.get(f"{CIS}/telephony/autoCall/{TASK_ID}").respond(json=READY)

    async def used_at(moment: float) -> str:
        clock.now = moment
        await twin.tasks.get(TASK_ID)
        return task.calls.last.request.headers["Authorization"].removeprefix("Bearer ")

    assert await used_at(NOW) == first
    assert await used_at(NOW + 539) == first
    assert login.call_count == 1
    assert await used_at(NOW + 540) == second
    assert await used_at(NOW + 541) == second
    assert login.call_count == 2


async def test_an_opaque_token_is_used_until_it_is_refused(
    twin: Twin24, router: respx.MockRouter, clock: Clock
) -> None:
    login = router.post(LOGIN).mock(side_effect=[token("first"), token("second")])
    task = router.get(f"{CIS}/telephony/autoCall/{TASK_ID}").mock(
        side_effect=[
            httpx.Response(200, json=READY),
            httpx.Response(401, json={"error": "Token is expired.", "details": None}),
            httpx.Response(200, json=READY),
        ]
    )
    await twin.tasks.get(TASK_ID)
    clock.now += 10**9
    await twin.tasks.get(TASK_ID)
    assert [call.request.headers["Authorization"] for call in task.calls] == [
        "Bearer first",
        "Bearer first",
        "Bearer second",
    ]
    assert login.call_count == 2


@pytest.mark.parametrize(
    ("path", "call"),
    [
        (
            "telephony/autoCall",
            lambda twin: twin.tasks.create(name="А", script_id="s", caller_id=CallerId("default")),
        ),
        (f"telephony/autoCall/{TASK_ID}/play", lambda twin: twin.tasks.play(TASK_ID)),
    ],
    ids=["create", "play"],
)
async def test_a_401_was_not_processed_so_even_what_costs_money_is_repeated_once(
    twin: Twin24, router: respx.MockRouter, path: str, call: Any
) -> None:
    login = router.post(LOGIN).mock(side_effect=[token("first"), token("second")])
    route = router.post(f"{CIS}/{path}").mock(
        side_effect=[httpx.Response(401), httpx.Response(200, json={"id": {"identity": TASK_ID}})]
    )
    await call(twin)
    assert (login.call_count, route.call_count) == (2, 2)
    first, second = (call.request for call in route.calls)
    assert first.content == second.content


async def test_a_fresh_token_refused_ends_the_call(twin: Twin24, router: respx.MockRouter) -> None:
    login = router.post(LOGIN).mock(side_effect=[token("first"), token("second")])
    route = router.post(f"{CIS}/telephony/autoCall/{TASK_ID}/play").respond(401, json={"error": "No"})
    with pytest.raises(SignInFailed) as caught:
        await twin.tasks.play(TASK_ID)
    assert caught.value.maybe_done is False
    assert (login.call_count, route.call_count) == (2, 2)


async def test_many_callers_without_a_token_cause_one_login(
    twin: Twin24, router: respx.MockRouter, login: respx.Route
) -> None:
    router.get(f"{CIS}/telephony/autoCall/{TASK_ID}").respond(json=READY)
    await asyncio.gather(*(twin.tasks.get(TASK_ID) for _ in range(10)))
    assert login.call_count == 1


async def test_many_callers_with_a_refused_token_cause_one_login(twin: Twin24, router: respx.MockRouter) -> None:
    login = router.post(LOGIN).mock(side_effect=[token("first"), token("second")])

    def answer(request: httpx.Request) -> httpx.Response:
        accepted = request.headers["Authorization"] == "Bearer second"
        return httpx.Response(200, json=READY) if accepted else httpx.Response(401)

    router.get(f"{CIS}/telephony/autoCall/{TASK_ID}").mock(side_effect=answer)
    await asyncio.gather(*(twin.tasks.get(TASK_ID) for _ in range(10)))
    assert login.call_count == 2


async def test_a_late_401_finds_the_token_already_renewed(twin: Twin24, router: respx.MockRouter) -> None:
    login = router.post(LOGIN).mock(side_effect=[token("first"), token("second")])
    renewed, asked = asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] == "Bearer second":
            return httpx.Response(200, json=READY)
        asked.set()
        await renewed.wait()
        return httpx.Response(401)

    router.get(f"{CIS}/telephony/autoCall/slow").mock(side_effect=slow)
    router.get(f"{CIS}/telephony/autoCall/quick").mock(
        side_effect=[httpx.Response(401), httpx.Response(200, json=READY)]
    )
    late = asyncio.create_task(twin.tasks.get("slow"))
    await asked.wait()
    await twin.tasks.get("quick")
    renewed.set()
    await late
    assert login.call_count == 2


@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, "Bad body"), (401, "Wrong password"), (403, "Blocked"), (404, "No such page"), (422, "No e-mail")],
)
async def test_a_refused_login_fails_all_who_wait_alike_and_the_next_call_tries_again(
    twin: Twin24, router: respx.MockRouter, status: int, reason: str
) -> None:
    login = router.post(LOGIN).mock(side_effect=[httpx.Response(status, json={"error": reason}), token("second")])
    failures = await asyncio.gather(*(twin.tasks.play(TASK_ID) for _ in range(5)), return_exceptions=True)
    assert login.call_count == 1
    assert {type(failure) for failure in failures} == {SignInFailed}
    assert len({id(failure) for failure in failures}) == 1
    first = failures[0]
    assert isinstance(first, TwinError)
    assert str(first) == f"POST auth/login: {status}: {reason}"
    assert first.maybe_done is False
    await twin.auth.sign_in()
    assert login.call_count == 2


async def test_a_platform_in_trouble_is_asked_three_times_for_a_login_and_not_nine(
    twin: Twin24, router: respx.MockRouter
) -> None:
    login = router.post(LOGIN).respond(503)
    with pytest.raises(Unavailable):
        await twin.tasks.get(TASK_ID)
    assert login.call_count == 3


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"token": None},
        {"token": ""},
        {"token": 5},
        {"token": "two words"},
        {"token": "a\r\nX: y"},
        [],
        None,
    ],
    ids=str,
)
async def test_a_login_without_a_usable_token(twin: Twin24, router: respx.MockRouter, answer: object) -> None:
    router.post(LOGIN).mock(return_value=httpx.Response(200, text=json.dumps(answer)))
    with pytest.raises(BadAnswer):
        await twin.auth.sign_in()


async def test_a_caller_who_gives_up_does_not_take_the_login_away(twin: Twin24, router: respx.MockRouter) -> None:
    let_in, asked = asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        asked.set()
        await let_in.wait()
        return token("first")

    login = router.post(LOGIN).mock(side_effect=slow)
    router.get(f"{CIS}/telephony/autoCall/{TASK_ID}").respond(json=READY)
    impatient = asyncio.create_task(twin.tasks.get(TASK_ID))
    patient = asyncio.create_task(twin.tasks.get(TASK_ID))
    await asked.wait()
    await asyncio.sleep(0.01)  # the other waits for the same login
    impatient.cancel()
    await asyncio.sleep(0)
    let_in.set()
    assert (await patient).status == "READY"
    assert impatient.cancelled()
    assert login.call_count == 1


async def test_closing_ends_a_login_under_way() -> None:
    ended, asked = False, asyncio.Event()

    async def never(request: httpx.Request) -> httpx.Response:
        nonlocal ended
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended = True
        raise AssertionError("the wait has no end")

    transport = httpx.MockTransport(never)
    async with Twin24(SETTINGS, transport) as client:
        waiting = asyncio.create_task(client.auth.sign_in())
        await asked.wait()
    assert ended
    assert (await asyncio.gather(waiting, return_exceptions=True))[0].__class__ is asyncio.CancelledError
