"""Which failures are worth another try, after how long, and which must never get one."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import format_datetime

import httpx
import pytest
import respx

from rasa_twin24.twin24 import (
    BadAnswer,
    CallerId,
    RateLimited,
    Refused,
    SignInFailed,
    Twin24,
    TwinError,
    Unavailable,
)
from rasa_twin24.twin24.retry import Effect, pause_before_retry, retry_after
from tests.twin24.conftest import CIS, NOW, TASK_ID, Pauses

NOT_SENT = Unavailable("POST", "x", None, "", maybe_done=False)
UNCLEAR = Unavailable("POST", "x", None, "", maybe_done=True)
BUSY = Unavailable("GET", "x", 503, "", maybe_done=True, retry_after=4)
LIMITED = RateLimited("POST", "x", 429, "")
LIMITED_3_S = RateLimited("POST", "x", 429, "", retry_after=3)
REFUSED = Refused("POST", "x", 400, "")
UNREADABLE = BadAnswer("GET", "x", 200, "", maybe_done=True)
NOT_SIGNED_IN = SignInFailed("GET", "x", 401, "")


@pytest.mark.parametrize(
    ("error", "effect", "tries", "room", "pause"),
    [
        (NOT_SENT, Effect.EVERY_TIME, 1, 20, 0.25),
        (NOT_SENT, Effect.EVERY_TIME, 2, 20, 0.5),
        (NOT_SENT, Effect.EVERY_TIME, 3, 20, None),
        (NOT_SENT, Effect.EVERY_TIME, 1, 0.2, None),
        (UNCLEAR, Effect.EVERY_TIME, 1, 20, None),
        (BUSY, Effect.EVERY_TIME, 1, 20, None),
        (LIMITED, Effect.EVERY_TIME, 1, 20, None),
        (LIMITED_3_S, Effect.EVERY_TIME, 1, 20, 3),
        (LIMITED_3_S, Effect.EVERY_TIME, 1, 2.9, None),
        (UNCLEAR, Effect.ONCE, 1, 20, 0.25),
        (UNCLEAR, Effect.NONE, 2, 20, 0.5),
        (UNCLEAR, Effect.NONE, 3, 20, None),
        (BUSY, Effect.NONE, 1, 20, 4),
        (LIMITED, Effect.NONE, 1, 20, 0.25),
        (LIMITED_3_S, Effect.ONCE, 1, 2, None),
        *((error, effect, 1, 20, None) for error in (REFUSED, UNREADABLE, NOT_SIGNED_IN) for effect in Effect),
    ],
)
def test_pause(error: TwinError, effect: Effect, tries: int, room: float, pause: float | None) -> None:
    assert pause_before_retry(error, effect, tries, room=room, chance=0) == pause


def test_chance_spreads_the_pauses_over_half_their_length() -> None:
    pauses = [pause_before_retry(NOT_SENT, Effect.NONE, 2, room=20, chance=chance) for chance in (0, 0.5, 1)]
    assert pauses == [0.5, 0.75, 1.0]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("86400", 86_400),
        (format_datetime(datetime.fromtimestamp(NOW + 30, timezone.utc), usegmt=True), 30),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Fri, 10 Jul 2026 13:41:00 +0300", 60),
        ("-5", None),
        ("", None),
        ("soon", None),
        ("٣", None),
        ("9" * 400, None),
        ("Fri, 99 Jul 2026 99:99:99 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(httpx.Headers({"retry-after": value.encode()}), NOW) == seconds


def test_no_retry_after() -> None:
    assert retry_after(httpx.Headers(), NOW) is None


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
async def test_a_start_that_did_not_leave_is_sent_again(
    twin: Twin24, router: respx.MockRouter, login: respx.Route, pauses: Pauses, failure: type[Exception]
) -> None:
    route = router.post(f"{CIS}/telephony/autoCall/{TASK_ID}/play").mock(
        side_effect=[failure("1"), failure("2"), httpx.Response(200)]
    )
    await twin.tasks.play(TASK_ID)
    assert route.call_count == 3
    first, second = pauses.seconds
    assert 0.25 <= first <= 0.5
    assert 0.5 <= second <= 1


@pytest.mark.parametrize(
    "failure",
    [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError],
)
async def test_a_task_that_may_have_left_is_not_made_again(
    twin: Twin24, router: respx.MockRouter, login: respx.Route, failure: type[Exception]
) -> None:
    route = router.post(f"{CIS}/telephony/autoCall").mock(side_effect=failure("gone"))
    with pytest.raises(Unavailable, match=f"{failure.__name__}: gone") as caught:
        await twin.tasks.create(name="Акция", script_id="s", caller_id=CallerId("default"))
    assert caught.value.maybe_done is True
    assert route.call_count == 1


async def test_a_try_that_did_not_leave_clears_up_nothing_about_the_one_before(
    twin: Twin24, router: respx.MockRouter, login: respx.Route
) -> None:
    router.post(f"{CIS}/telephony/autoCall/{TASK_ID}/pause").mock(
        side_effect=[httpx.ReadTimeout("1"), httpx.ConnectError("2"), httpx.Response(409)]
    )
    with pytest.raises(Refused) as caught:
        await twin.tasks.pause(TASK_ID)
    assert caught.value.maybe_done is True


@pytest.mark.parametrize(
    ("headers", "pause"), [({"Retry-After": "3"}, 3), ({"Retry-After": "Fri, 10 Jul 2026 10:40:07 GMT"}, 7)]
)
async def test_a_short_wait_twin_asks_for_is_kept_before_a_start(
    twin: Twin24,
    router: respx.MockRouter,
    login: respx.Route,
    pauses: Pauses,
    headers: dict[str, str],
    pause: float,
) -> None:
    router.post(f"{CIS}/telephony/autoCall/{TASK_ID}/play").mock(
        side_effect=[httpx.Response(429, headers=headers), httpx.Response(200)]
    )
    await twin.tasks.play(TASK_ID)
    assert pauses.seconds == [pause]


async def test_a_wait_longer_than_the_call_may_last_is_left_to_the_caller(
    twin: Twin24, router: respx.MockRouter, login: respx.Route, pauses: Pauses
) -> None:
    router.get(f"{CIS}/telephony/autoCall/{TASK_ID}").respond(429, headers={"Retry-After": "21"})
    with pytest.raises(RateLimited) as caught:
        await twin.tasks.get(TASK_ID)
    assert caught.value.retry_after == 21
    assert caught.value.maybe_done is False
    assert pauses.seconds == []
