"""What an answer other than success means, and what of TWIN's words is repeated."""

from __future__ import annotations

import json

import pytest
import respx

from rasa_twin24.twin24 import (
    BadAnswer,
    Forbidden,
    NoMoney,
    NotFound,
    RateLimited,
    Refused,
    SignInFailed,
    Twin24,
    TwinError,
    Unavailable,
)
from rasa_twin24.twin24.errors import error_for, masked, reason_of
from tests.twin24.conftest import CIS, TASK_ID

MEANINGS: list[tuple[int, type[TwinError], bool]] = [
    # status, class, whether a request that changes something may have been done
    (301, BadAnswer, True),
    (302, BadAnswer, True),
    (304, BadAnswer, True),
    (400, Refused, False),
    (401, SignInFailed, False),
    (402, NoMoney, False),
    (403, Forbidden, False),
    (404, NotFound, False),
    (405, Refused, False),
    (408, Unavailable, True),
    (409, Refused, False),
    (418, Refused, False),
    (422, Refused, False),
    (429, RateLimited, False),
    (500, Unavailable, True),
    (502, Unavailable, True),
    (503, Unavailable, True),
    (504, Unavailable, True),
    (599, Unavailable, True),
]


@pytest.mark.parametrize(("status", "kind", "maybe_done"), MEANINGS)
def test_status(status: int, kind: type[TwinError], maybe_done: bool) -> None:
    error = error_for("POST", "telephony/autoCall", status, b'{"error": "no"}', changes=True)
    assert type(error) is kind
    assert error.maybe_done is maybe_done
    assert (error.method, error.path, error.status) == ("POST", "telephony/autoCall", status)
    assert error_for("GET", "telephony/autoCall", status, b"", changes=False).maybe_done is False


@pytest.mark.parametrize(("status", "kind"), [(s, kind) for s, kind, _ in MEANINGS if s not in (401, 429)])
async def test_status_as_the_caller_of_play_meets_it(
    twin: Twin24, router: respx.MockRouter, login: respx.Route, status: int, kind: type[TwinError]
) -> None:
    route = router.post(f"{CIS}/telephony/autoCall/{TASK_ID}/play").respond(status, json={"error": "no"})
    with pytest.raises(TwinError) as caught:
        await twin.tasks.play(TASK_ID)
    assert type(caught.value) is kind
    assert caught.value.path == f"telephony/autoCall/{TASK_ID}/play"
    assert route.call_count == 1


def test_the_tree() -> None:
    assert issubclass(RateLimited, Unavailable)
    for kind in (NotFound, Forbidden, NoMoney):
        assert issubclass(kind, Refused)
    for kind in (SignInFailed, Unavailable, Refused, BadAnswer):
        assert kind.__bases__ == (TwinError,)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error": "Script not found"}', "Script not found"),
        ('{"error": "Неверный сценарий", "details": {"defaultExecData": "x", "cps": "y"}}'.encode(),
         "Неверный сценарий (defaultExecData, cps)"),
        (b'{"error": "Bad", "details": null}', "Bad"),
        (b'{"error": "Bad", "details": ["name"]}', "Bad"),
        (b'{"error": {"code": 17}}', '{"code": 17}'),
        (b'{"error": ["a", "b"]}', '["a", "b"]'),
        (b'{"error": 17}', "17"),
        (b'{"error": true}', "true"),
        (b'{"error": ""}', "Unprocessable Entity"),
        (b'{"error": null}', "Unprocessable Entity"),
        (b'{"message": "no"}', "Unprocessable Entity"),
        (b"[]", "Unprocessable Entity"),
        (b"null", "Unprocessable Entity"),
        (b"", "Unprocessable Entity"),
        (b"<html>token=abc</html>", "Unprocessable Entity"),
        (b"\xff\xfe\xfa", "Unprocessable Entity"),
        (b"[" * 200_000, "Unprocessable Entity"),
        (b'{"error": "two\\nlines\\tand\\u0000more\\u202e"}', "two lines and more"),
        (b'{"error": "half \\ud83c"}', "half"),
        (b'{"error": "phone 79161234567 is bad"}', "phone •••67 is bad"),
        (b'{"error": "phone +7 (916) 123-45-67, +7\\u00a0916\\u2013123 is bad"}',
         "phone •••67, •••23 is bad"),
        (b'{"error": "code 123456, ' + TASK_ID.encode() + b'"}', f"code 123456, {TASK_ID}"),
        (b'{"error": "Bad", "details": {"79161234567": 1}}', "Bad (•••67)"),
        (json.dumps({"error": "Token " + "eyJhbGciOi" * 5 + ".x.y"}).encode(), "Token •••"),
        (json.dumps({"error": "1234567" * 8 + "_secret"}).encode(), "•••"),
        (b'{"error": "password hunter2hunter2 is wrong"}', "password ••• is wrong"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, bytes) else "",
)  # fmt: skip
def test_reason(body: bytes, reason: str) -> None:
    assert reason_of(422, body, secrets=["hunter2hunter2"]) == reason


def test_a_long_reason_is_cut_and_a_secret_on_the_cut_stays_secret() -> None:
    text = "word " * 38 + "79161234567; " * 40
    reason = reason_of(400, json.dumps({"error": text}).encode())
    assert len(reason) == 200
    assert reason.endswith("…")
    assert "7916" not in reason


def test_a_status_without_a_name() -> None:
    assert reason_of(599, b"") == "no reason given"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"telephony/autoCall/{TASK_ID}/play", f"telephony/autoCall/{TASK_ID}/play"),
        ("telephony/autoCallCandidate/batch", "telephony/autoCallCandidate/batch"),
        ("telephony/autoCall/79161234567", "telephony/autoCall/•••67"),
        ("telephony/autoCall/8-916-123-45-67/play", "telephony/autoCall/•••67/play"),
    ],
)
def test_a_phone_number_typed_as_a_task_id_is_hidden(path: str, shown: str) -> None:
    assert masked(path) == shown
    assert str(NotFound("GET", path, 404, "Not Found")) == f"GET {shown}: 404: Not Found"


def test_an_error_without_an_answer_says_so() -> None:
    error = Unavailable("GET", "telephony/autoCall", None, "ReadTimeout", maybe_done=False)
    assert str(error) == "GET telephony/autoCall: no answer: ReadTimeout"
