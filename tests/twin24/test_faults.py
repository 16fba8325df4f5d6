"""A network that fails: what the client raises, and how often TWIN reads a request that costs money."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest

from rasa_twin24.twin24 import (
    BadAnswer,
    CallerId,
    Candidate,
    RateLimited,
    Refused,
    Settings,
    Twin24,
    TwinError,
    Unavailable,
)
from tests.twin24 import fault_server as faults
from tests.twin24.conftest import PASSWORD, TASK_ID, Pauses
from tests.twin24.fault_server import Behaviour, FaultServer, answering
from tests.waiting import PATIENCE

SIGNED_IN = answering("200 OK", b'{"token": "opaque-token"}')
PAGE = b"<!DOCTYPE html><html><body>Please log in</body></html>"


async def create(twin: Twin24) -> object:
    return await twin.tasks.create(name="Акция", script_id="script", caller_id=CallerId("default"))


async def add(twin: Twin24) -> object:
    return await twin.candidates.add(TASK_ID, [Candidate(phones=("+79161234567",))])


async def play(twin: Twin24) -> object:
    return await twin.tasks.play(TASK_ID)


async def pause(twin: Twin24) -> object:
    return await twin.tasks.pause(TASK_ID)


async def get(twin: Twin24) -> object:
    return await twin.tasks.get(TASK_ID)


@dataclass(frozen=True)
class Outcome:
    """What a call raises, whether it may have been done, and how many tries the server saw."""

    error: type[TwinError] | None
    maybe_done: bool = False
    tries: int = 1


DONE = Outcome(None)
UNCLEAR = Outcome(Unavailable, maybe_done=True)
UNREADABLE = Outcome(BadAnswer, maybe_done=True)
TRIED_THRICE = Outcome(Unavailable, tries=3)
MAYBE_PAUSED = Outcome(Unavailable, maybe_done=True, tries=3)


@dataclass(frozen=True)
class Fault:
    name: str
    behaviour: Behaviour
    create: Outcome
    play: Outcome
    pause: Outcome
    get: Outcome
    read: bool = True
    """Whether the server reads the whole request before it fails."""


def dropped(name: str, behaviour: Behaviour, *, read: bool) -> Fault:
    """A fault that leaves no answer: what costs money goes out once, the rest three times."""
    return Fault(name, behaviour, create=UNCLEAR, play=UNCLEAR, pause=MAYBE_PAUSED, get=TRIED_THRICE, read=read)


def unreadable(name: str, behaviour: Behaviour, *, play: Outcome = UNREADABLE) -> Fault:
    """A fault that hides the outcome; where no body is needed a success may still be one."""
    return Fault(name, behaviour, create=UNREADABLE, play=play, pause=play, get=Outcome(BadAnswer))


FAULTS = [
    dropped("closed on accept", faults.close_on_accept, read=False),
    dropped("reset on accept", faults.reset_on_accept, read=False),
    dropped("reset in the middle of the request", faults.reset_midway, read=False),
    dropped("reset after the request", faults.reset_after_reading, read=True),
    dropped("closed without an answer", faults.close_after_reading, read=True),
    dropped("hangs", faults.hang_after_reading, read=True),
    dropped("no HTTP", faults.speak_no_http, read=True),
    dropped("body shorter than it says", answering("200 OK", b'{"id": {', length=100), read=True),
    dropped("502 page", answering("502 Bad Gateway", PAGE, "Content-Type: text/html"), read=True),
    dropped("500 with a broken body", answering("500 Oops", b"plain", "Content-Encoding: gzip"), read=True),
    dropped("408 of a proxy", answering("408 Request Timeout", b""), read=True),
    unreadable("cut JSON", answering("200 OK", b'{"id": {"iden'), play=DONE),
    unreadable("null", answering("200 OK", b"null"), play=DONE),
    unreadable("empty", answering("204 No Content", b""), play=DONE),
    unreadable("an array", answering("200 OK", b"[]"), play=DONE),
    unreadable("JSON too deep", answering("200 OK", b"[" * 100_000), play=DONE),
    unreadable("invalid UTF-8", answering("200 OK", b'{"id": "\xff\xfe"}'), play=DONE),
    unreadable("page with status 200", answering("200 OK", PAGE, "Content-Type: text/html")),
    unreadable("not gzip", answering("200 OK", b"plain", "Content-Encoding: gzip")),
    unreadable("6 MB", answering("200 OK", b" " * 6_000_000)),
    unreadable("302", answering("302 Found", b"", "Location: https://login.example.org/")),
    Fault(
        "422 with its body cut short",
        answering("422 Unprocessable Entity", b'{"error"', length=100),
        create=Outcome(Refused),
        play=Outcome(Refused),
        pause=Outcome(Refused),
        get=Outcome(Refused),
    ),
    Fault(
        "429 without a time",
        answering("429 Too Many Requests", b""),
        create=Outcome(RateLimited),
        play=Outcome(RateLimited),
        pause=Outcome(RateLimited, tries=3),
        get=Outcome(RateLimited, tries=3),
    ),
    Fault(
        "429 for a moment",
        answering("429 Too Many Requests", b"", "Retry-After: 0"),
        create=Outcome(RateLimited, tries=3),
        play=Outcome(RateLimited, tries=3),
        pause=Outcome(RateLimited, tries=3),
        get=Outcome(RateLimited, tries=3),
    ),
    Fault(
        "429 for an hour",
        answering("429 Too Many Requests", b"", "Retry-After: 3600"),
        create=Outcome(RateLimited),
        play=Outcome(RateLimited),
        pause=Outcome(RateLimited),
        get=Outcome(RateLimited),
    ),
]

CALLS: list[tuple[Callable[[Twin24], Awaitable[object]], Callable[[Fault], Outcome]]] = [
    (create, lambda fault: fault.create),
    (add, lambda fault: fault.play),
    (play, lambda fault: fault.play),
    (pause, lambda fault: fault.pause),
    (get, lambda fault: fault.get),
]


@pytest.fixture
async def iam() -> AsyncIterator[FaultServer]:
    async with FaultServer(SIGNED_IN) as server:
        yield server


def client(iam_url: str, cis_url: str, pauses: Pauses, total_timeout: float = 10 * PATIENCE) -> Twin24:
    settings = Settings(
        email="manager@example.org",
        password=PASSWORD,
        iam_url=iam_url,
        cis_url=cis_url,
        connect_timeout=PATIENCE,
        read_timeout=PATIENCE,
        total_timeout=total_timeout,
    )
    return Twin24(settings, httpx.AsyncHTTPTransport(verify=False), sleep=pauses)


@pytest.mark.parametrize(("call", "expected_of"), CALLS, ids=[call.__name__ for call, _ in CALLS])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_fault(
    iam: FaultServer,
    pauses: Pauses,
    fault: Fault,
    call: Callable[[Twin24], Awaitable[object]],
    expected_of: Callable[[Fault], Outcome],
) -> None:
    expected = expected_of(fault)
    async with FaultServer(fault.behaviour) as cis, client(iam.url, cis.url, pauses) as twin:
        await twin.auth.sign_in()
        if fault.behaviour is faults.hang_after_reading:
            twin._exchange._client.timeout = httpx.Timeout(PATIENCE, read=0.15)
        if expected.error is None:
            await call(twin)
        else:
            with pytest.raises(TwinError) as caught:
                await call(twin)
            assert type(caught.value) is expected.error
            assert caught.value.maybe_done is expected.maybe_done
            assert caught.value.method == ("GET" if call is get else "POST")
    assert len(pauses.seconds) == expected.tries - 1
    if fault.read:
        assert cis.read == expected.tries
    else:
        assert (cis.connections, cis.read) == (expected.tries, 0)


@pytest.mark.parametrize("call", [create, add, play, pause, get])
async def test_where_nobody_listens_every_call_is_tried_again_and_surely_not_done(
    iam: FaultServer, pauses: Pauses, call: Callable[[Twin24], Awaitable[object]]
) -> None:
    async with client(iam.url, faults.refused_url(), pauses) as twin:
        with pytest.raises(Unavailable) as caught:
            await call(twin)
    assert caught.value.maybe_done is False
    assert len(pauses.seconds) == 2


@pytest.mark.parametrize(
    ("call", "behaviour", "maybe_done"),
    [(play, faults.drip, True), (create, faults.drip, True), (get, faults.drip, False)],
    ids=["play", "create", "get"],
)
async def test_drip_ends_at_the_deadline(
    iam: FaultServer,
    pauses: Pauses,
    call: Callable[[Twin24], Awaitable[object]],
    behaviour: Behaviour,
    maybe_done: bool,
) -> None:
    began = time.monotonic()
    async with FaultServer(behaviour) as cis, client(iam.url, cis.url, pauses, 1.0) as twin:
        with pytest.raises(Unavailable) as caught:
            await call(twin)
    assert caught.value.maybe_done is maybe_done
    assert caught.value.status is None
    assert cis.read == 1
    assert time.monotonic() - began >= 1.0


async def test_a_deadline_during_the_sign_in_leaves_nothing_in_doubt(pauses: Pauses) -> None:
    async with (
        FaultServer(faults.drip) as iam,
        FaultServer(answering("200 OK", b"{}")) as cis,
        client(iam.url, cis.url, pauses, 1.0) as twin,
    ):
        with pytest.raises(Unavailable) as caught:
            await play(twin)
    assert caught.value.maybe_done is False
    assert (iam.read, cis.connections) == (1, 0)


@pytest.mark.parametrize(
    ("behaviour", "error", "logins"),
    [
        (faults.reset_after_reading, Unavailable, 3),
        (answering("503 Service Unavailable", b""), Unavailable, 3),
        (answering("429 Too Many Requests", b"", "Retry-After: 3600"), RateLimited, 1),
        (answering("302 Found", b"", "Location: /login"), BadAnswer, 1),
        (answering("200 OK", PAGE), BadAnswer, 1),
    ],
    ids=["reset", "503", "429", "redirect", "page"],
)
async def test_a_broken_sign_in_leaves_nothing_in_doubt(
    pauses: Pauses, behaviour: Behaviour, error: type[TwinError], logins: int
) -> None:
    async with (
        FaultServer(behaviour) as iam,
        FaultServer(answering("200 OK", b"{}")) as cis,
        client(iam.url, cis.url, pauses) as twin,
    ):
        with pytest.raises(TwinError) as caught:
            await play(twin)
    assert type(caught.value) is error
    assert caught.value.path == "auth/login"
    assert caught.value.maybe_done is False
    assert (iam.read, cis.connections) == (logins, 0)


async def test_a_connection_closed_while_idle_is_not_used_again(iam: FaultServer, pauses: Pauses) -> None:
    async with FaultServer(faults.answer_then_close) as cis, client(iam.url, cis.url, pauses) as twin:
        await play(twin)
        await asyncio.sleep(0.05)
        await play(twin)
    assert (cis.connections, cis.read) == (2, 2)
    assert pauses.seconds == []


async def test_a_redirect_is_not_followed_with_the_token(iam: FaultServer, pauses: Pauses) -> None:
    async with FaultServer(answering("200 OK", b'{"status": "READY"}')) as elsewhere:
        redirect = answering("307 Temporary Redirect", b"", f"Location: {elsewhere.url}/")
        async with FaultServer(redirect) as cis, client(iam.url, cis.url, pauses) as twin:
            with pytest.raises(BadAnswer, match="redirect"):
                await get(twin)
    assert elsewhere.connections == 0
