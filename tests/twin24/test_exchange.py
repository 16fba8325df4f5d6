"""The wire: how many requests at once, and that no secret and no person ends up in a log or an error."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from structlog.testing import capture_logs

from rasa_twin24.twin24 import BadAnswer, Candidate, Settings, Twin24, TwinError
from tests.twin24.conftest import PASSWORD, SETTINGS, TASK_ID, Pauses
from tests.twin24.fault_server import FaultServer, answering

TOKEN = "opaque~token~of~a~reseller"
PHONE = "79161234567"


async def test_four_requests_at_once() -> None:
    under_way = most = 0

    async def answer(request: httpx.Request) -> httpx.Response:
        nonlocal under_way, most
        if request.url.path.endswith("auth/login"):
            return httpx.Response(200, json={"token": TOKEN})
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return httpx.Response(200, json={"status": "READY"})

    async with Twin24(SETTINGS, httpx.MockTransport(answer)) as twin:
        await asyncio.gather(*(twin.tasks.get(TASK_ID) for _ in range(12)))
    assert most == 4


async def test_a_call_that_never_got_its_turn_was_surely_not_done() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("auth/login"):
            try:
                await asyncio.Event().wait()
            finally:  # the place is free only after the time of all six is up, however they are timed
                await asyncio.sleep(1.0)
        return httpx.Response(200, json={"token": TOKEN})

    settings = Settings("manager@example.org", PASSWORD, total_timeout=1.0)
    async with Twin24(settings, httpx.MockTransport(answer)) as twin:
        await twin.auth.sign_in()
        failures = await asyncio.gather(*(twin.tasks.play(TASK_ID) for _ in range(6)), return_exceptions=True)
    assert [failure.maybe_done for failure in failures if isinstance(failure, TwinError)] == [
        *[True] * 4,
        *[False] * 2,
    ]


class LongStream(httpx.AsyncByteStream):
    """A body of 6 MB that knows whether it was closed."""

    closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(6):
            yield b" " * 1_000_000

    async def aclose(self) -> None:
        self.closed = True


async def test_an_answer_left_unread_gives_its_connection_back() -> None:
    stream = LongStream()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("auth/login"):
            return httpx.Response(200, json={"token": TOKEN})
        return httpx.Response(200, stream=stream)

    async with Twin24(SETTINGS, httpx.MockTransport(answer)) as twin:
        with pytest.raises(BadAnswer, match="larger than"):
            await twin.tasks.get(TASK_ID)
        assert stream.closed


async def test_arguments_that_are_no_json_send_nothing() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path.endswith("auth/login")
        return httpx.Response(200, json={"token": TOKEN})

    async with Twin24(SETTINGS, httpx.MockTransport(answer)) as twin:
        with pytest.raises(ValueError, match="JSON"):
            await twin.candidates.add(TASK_ID, [Candidate((f"+{PHONE}",), variables={"sum": float("nan")})])


async def add(twin: Twin24) -> object:
    return await twin.candidates.add(TASK_ID, [Candidate((f"+{PHONE}",), variables={"имя": "Иван"})])


async def get_a_phone(twin: Twin24) -> object:
    return await twin.tasks.get(PHONE)


async def play(twin: Twin24) -> object:
    return await twin.tasks.play(TASK_ID)


@pytest.mark.parametrize("call", [add, get_a_phone, play])
@pytest.mark.parametrize("status", ["200 OK", "400 Bad", "401 No", "403 No", "422 No", "500 Oops", "302 Found"])
async def test_no_secret_and_no_person_in_logs_and_errors(
    caplog: pytest.LogCaptureFixture,
    pauses: Pauses,
    call: Callable[[Twin24], Awaitable[object]],
    status: str,
) -> None:
    """TWIN, or whoever answers for it, may echo everything it was sent."""
    caplog.set_level(logging.DEBUG)
    # httpx writes the address of every request at INFO; silencing that is up to the application.
    caplog.set_level(logging.WARNING, logger="httpx")
    echo = f"<{PASSWORD} {TOKEN} +{PHONE} {PHONE} Иван>"
    cis_answer = echo.encode() if status.startswith("200") else json.dumps({"error": echo}).encode()
    async with (
        FaultServer(answering("200 OK", json.dumps({"token": TOKEN}).encode())) as iam,
        FaultServer(answering(status, cis_answer)) as cis,
        Twin24(
            Settings("manager@example.org", PASSWORD, iam_url=iam.url, cis_url=cis.url),
            httpx.AsyncHTTPTransport(verify=False),
            sleep=pauses,
        ) as twin,
    ):
        with capture_logs() as events, pytest.raises(TwinError) as caught:
            await call(twin)
    error = caught.value
    shown = "\n".join(
        [
            str(error),
            repr(error),
            error.reason,
            "".join(traceback.format_exception(error)),
            repr(vars(error)),
            repr(events),
            caplog.text,
        ]
    )
    for secret in (PASSWORD, TOKEN, PHONE, "9161234567", "manager@example.org"):
        assert secret not in shown
    failed = [event for event in events if event["event"] == "twin_request_failed"]
    assert [set(event) for event in failed] == [
        {"event", "log_level", "error", "method", "path", "status", "tries", "maybe_done"}
    ]


async def test_no_secret_in_what_a_refused_login_leaves_behind(pauses: Pauses) -> None:
    echo = json.dumps({"error": f"{PASSWORD} of manager is wrong"}).encode()
    async with (
        FaultServer(answering("401 No", echo)) as iam,
        Twin24(
            Settings("manager@example.org", PASSWORD, iam_url=iam.url),
            httpx.AsyncHTTPTransport(verify=False),
            sleep=pauses,
        ) as twin,
    ):
        with capture_logs() as events, pytest.raises(TwinError) as caught:
            await twin.auth.sign_in()
    shown = str(caught.value) + repr(events) + "".join(traceback.format_exception(caught.value))
    assert str(caught.value) == "POST auth/login: 401: ••• of manager is wrong"
    assert PASSWORD not in shown
