"""Calls of the Bot API: what is repeated, how long is waited, and the token that stays inside."""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import respx
import structlog

from rasa_twin24.channels import connection
from rasa_twin24.channels.connection import LONGEST_WAIT, TRIES, Connection, MessengerError
from rasa_twin24.channels.telegram_api import TelegramApi

TOKEN = "123456:AAF-secret_Part"
URL = f"https://api.example.org/bot{TOKEN}/sendMessage"
OK = httpx.Response(200, json={"ok": True, "result": {"message_id": 42}})


def refusal(code: int, description: str = "", **parameters: Any) -> httpx.Response:
    body = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return httpx.Response(code, json=body)


class Clock:
    """Time that passes only while the API waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        # Of this module only: the event loop keeps its own time.
        monkeypatch.setattr(connection, "time", SimpleNamespace(monotonic=lambda: self.now))

    async def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
async def api(clock: Clock) -> AsyncIterator[TelegramApi]:
    api = TelegramApi(TOKEN, Connection("https://api.example.org/", sleep=clock.sleep))
    yield api
    await api.close()


@respx.mock
async def test_a_call_and_its_result(api: TelegramApi) -> None:
    route = respx.post(URL).mock(OK)

    assert await api.call("sendMessage", chat_id=5, text="Привет") == {"message_id": 42}
    assert json.loads(route.calls.last.request.content) == {"chat_id": 5, "text": "Привет"}


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        pytest.param([refusal(429, retry_after=7), OK], [7], id="429 says how long"),
        pytest.param([refusal(429, retry_after=3), refusal(429, retry_after=5), OK], [3, 5], id="429 twice"),
        pytest.param([httpx.Response(429, json={"ok": False}), OK], [1], id="429 says nothing"),
        pytest.param([refusal(429, retry_after="x"), refusal(429, retry_after=-5), OK], [1, 2], id="429 says nonsense"),
        pytest.param([refusal(429, retry_after=0), refusal(429, retry_after=True), OK], [1, 2], id="429 says no time"),
        pytest.param([refusal(500), refusal(502), httpx.Response(503), OK], [0.5, 1, 2], id="5xx"),
        pytest.param([httpx.Response(502, text="<html>Bad Gateway</html>"), OK], [0.5], id="5xx of a proxy"),
        pytest.param([httpx.ConnectError("no way"), httpx.ReadTimeout("late"), OK], [0.5, 1], id="lost connections"),
        pytest.param([httpx.RemoteProtocolError("cut"), OK], [0.5], id="cut off"),
    ],
)
@respx.mock
async def test_what_is_repeated(api: TelegramApi, clock: Clock, answers: list[Any], waits: list[float]) -> None:
    route = respx.post(URL).mock(side_effect=answers)

    assert await api.call("sendMessage") == {"message_id": 42}
    assert clock.waits == waits
    assert route.call_count == len(answers)


@pytest.mark.parametrize(
    ("answer", "code", "gone"),
    [
        (refusal(400, "Bad Request: message is not modified"), 400, False),
        (refusal(400, "Bad Request: chat not found"), 400, True),
        (refusal(400, "BAD REQUEST: CHAT NOT FOUND"), 400, True),
        (refusal(401, "Unauthorized"), 401, False),
        (refusal(403, "Forbidden: bot was blocked by the user"), 403, True),
        (refusal(403, "Forbidden: user is deactivated"), 403, True),
        (refusal(404, "Not Found"), 404, False),
        (refusal(409, "Conflict"), 409, False),
        (httpx.Response(200, text="<html>hotel Wi-Fi</html>"), 200, False),
        (httpx.Response(200, json=[1]), 200, False),
        (httpx.Response(200, content=b"\xff\xfe"), 200, False),
        (httpx.Response(200, content=b"[" * 100_000), 200, False),
        (httpx.Response(200, json={"ok": "true", "result": 1}), 200, False),
        (httpx.Response(302, headers={"location": "https://evil.example"}), 302, False),
        (httpx.Response(400, json={"ok": False, "error_code": "x", "description": None}), 400, False),
    ],
)
@respx.mock
async def test_what_is_not_repeated(
    api: TelegramApi, clock: Clock, answer: httpx.Response, code: int, gone: bool
) -> None:
    route = respx.post(URL).mock(answer)

    with pytest.raises(MessengerError) as caught:
        await api.call("sendMessage")

    assert (caught.value.code, caught.value.gone, caught.value.method) == (code, gone, "sendMessage")
    assert (route.call_count, clock.waits) == (1, [])


@respx.mock
async def test_it_gives_up(api: TelegramApi, clock: Clock) -> None:
    route = respx.post(URL).mock(side_effect=httpx.ConnectError("no way"))

    with pytest.raises(MessengerError, match="sendMessage: 0 ConnectError"):
        await api.call("sendMessage")

    assert (route.call_count, clock.waits) == (TRIES, [0.5, 1, 2])


@respx.mock
async def test_a_single_try(api: TelegramApi, clock: Clock) -> None:
    route = respx.post(URL).mock(side_effect=httpx.ConnectError("no way"))

    with pytest.raises(MessengerError):
        await api.once("sendMessage")

    assert (route.call_count, clock.waits) == (1, [])


@pytest.mark.parametrize("seconds", [61, 3600, 10**400])
@respx.mock
async def test_a_long_wait_is_not_waited_and_nothing_is_sent_meanwhile(
    api: TelegramApi, clock: Clock, seconds: int
) -> None:
    route = respx.post(URL).mock(side_effect=[refusal(429, retry_after=seconds), OK])

    for _ in range(3):
        with pytest.raises(MessengerError) as caught:
            await api.call("sendMessage")
        assert caught.value.code == 429

    assert (route.call_count, clock.waits) == (1, [])
    # When little of it is left, the rest is waited.
    clock.now += min(seconds, 24 * 3600) - LONGEST_WAIT
    assert await api.call("sendMessage") == {"message_id": 42}
    assert clock.waits == [LONGEST_WAIT]


@respx.mock
async def test_a_pause_holds_for_every_chat_but_not_for_receiving(api: TelegramApi, clock: Clock) -> None:
    respx.post(URL).mock(side_effect=[refusal(429, retry_after=30), OK])
    respx.post(f"https://api.example.org/bot{TOKEN}/getUpdates").mock(
        httpx.Response(200, json={"ok": True, "result": []})
    )
    with pytest.raises(MessengerError):
        await api.once("sendMessage", chat_id=5)

    assert await api.once("getUpdates") == []
    assert clock.waits == []
    await api.once("sendMessage", chat_id=6)
    assert clock.waits == [30]


@respx.mock
async def test_refused_receiving_does_not_hold_up_sending(api: TelegramApi, clock: Clock) -> None:
    respx.post(f"https://api.example.org/bot{TOKEN}/getUpdates").mock(refusal(429, retry_after=30))
    respx.post(URL).mock(OK)

    with pytest.raises(MessengerError) as caught:
        await api.once("getUpdates")

    assert caught.value.retry_after == 30
    await api.call("sendMessage")
    assert clock.waits == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError(f"cannot reach https://api.example.org/bot{TOKEN}/sendMessage"),
        httpx.ReadTimeout(f"{TOKEN}"),
        httpx.Response(200, text=f"<a href='/bot{TOKEN}/'>"),
        refusal(403, "Forbidden: bot was blocked by the user"),
        refusal(500, "Internal Server Error"),
    ],
)
@respx.mock
async def test_the_token_stays_inside(
    api: TelegramApi, answer: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    respx.post(URL).mock(side_effect=lambda _request: answer) if isinstance(answer, httpx.Response) else respx.post(
        URL
    ).mock(side_effect=answer)

    with structlog.testing.capture_logs() as logs, pytest.raises(MessengerError) as caught:
        await api.call("sendMessage", chat_id=5)

    told = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    everything = [told, repr(caught.value), repr(api), repr(logs), caplog.text, *capsys.readouterr()]
    assert not [text for text in everything if "secret_Part" in text]


async def test_httpx_does_not_log_addresses(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, json={"ok": True, "result": True}))
    api = TelegramApi(TOKEN, Connection("https://api.example.org", transport=transport))

    assert await api.call("sendMessage") is True
    await api.close()

    assert "secret_Part" not in caplog.text


async def test_an_address_that_is_none(clock: Clock) -> None:
    api = TelegramApi("123:a\nb", Connection("https://api.example.org:port", sleep=clock.sleep))

    with pytest.raises(MessengerError, match="0 InvalidURL"):
        await api.once("getMe")
    await api.close()


async def test_the_real_clock_is_waited_for() -> None:
    answers = iter([refusal(429, retry_after=1), OK])
    api = TelegramApi(
        TOKEN, Connection("https://api.example.org", transport=httpx.MockTransport(lambda _: next(answers)))
    )
    began = time.monotonic()

    await api.call("sendMessage")
    await api.close()

    assert time.monotonic() - began > 0.95
