from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from rasa_twin24.sandbox import LOGIN, PASSWORD, Sandbox
from rasa_twin24.sandbox.account import COMPANY_ID
from tests.sandbox.twin_over_http import WITHOUT, FakeClock, TwinOverHttp

BAD: dict[str, tuple[dict[str, Any], int, list[str]]] = {
    "wrong password": ({"password": "guess"}, 401, []),
    "wrong e-mail": ({"email": "other@example.org"}, 401, []),
    "e-mail in capitals": ({"email": LOGIN.upper()}, 401, []),
    "no e-mail": ({"email": WITHOUT}, 422, ["email"]),
    "no password": ({"password": WITHOUT}, 422, ["password"]),
    "password null": ({"password": None}, 422, ["password"]),
    "lifetime as text": ({"ttl": "3600"}, 422, ["ttl"]),
    "lifetime true": ({"ttl": True}, 422, ["ttl"]),
    "lifetime zero": ({"ttl": 0}, 422, ["ttl"]),
    "company as text": ({"companyId": str(COMPANY_ID)}, 422, ["companyId"]),
    "company of others": ({"companyId": COMPANY_ID + 1}, 403, ["companyId"]),
    "unknown field": ({"login": LOGIN}, 422, ["login"]),
}

HEADERS = {
    "no header": ({}, "Token is missing."),
    "token alone": ({"Authorization": "{token}"}, "Token is invalid."),
    "another scheme": ({"Authorization": "Basic {token}"}, "Token is invalid."),
    "scheme in small letters": ({"Authorization": "bearer {token}"}, "Token is invalid."),
    "invented token": ({"Authorization": "Bearer a.b.c"}, "Token is invalid."),
    "token cut short": ({"Authorization": "Bearer {cut}"}, "Token is invalid."),
}


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


@pytest.mark.parametrize(("changes", "status", "fields"), BAD.values(), ids=BAD.keys())
async def test_a_wrong_login_is_refused(
    twin: TwinOverHttp, changes: dict[str, Any], status: int, fields: list[str]
) -> None:
    answer = await twin.log_in(**changes)
    assert (answer.status_code, list(answer.json()["details"])) == (status, fields)
    assert PASSWORD not in answer.json()["error"]


@pytest.mark.parametrize(
    ("ttl", "lifetime"),
    [(WITHOUT, 43_200), (3600, 3600), (86_400, 43_200)],
    ids=["as the sandbox likes", "shorter", "longer than allowed"],
)
async def test_a_token_is_shaped_like_a_signed_jwt_and_says_when_it_ends(
    twin: TwinOverHttp, clock: FakeClock, ttl: object, lifetime: int
) -> None:
    extra = {} if ttl is WITHOUT else {"ttl": ttl}
    answer = await twin.log_in(**extra, companyId=COMPANY_ID, extra={})
    token = answer.json()["token"]
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    assert (header["alg"], token.count(".")) == ("RS512", 2)
    claims = claims_of(token)
    assert set(claims) == {"iat", "exp", "version", "sub", "company_id"}
    assert (claims["iat"], claims["exp"]) == (int(clock.now), int(clock.now) + lifetime)
    assert isinstance(answer.json()["refreshToken"], str)


@pytest.mark.parametrize(("headers", "error"), HEADERS.values(), ids=HEADERS.keys())
async def test_a_request_without_a_good_token_is_refused(
    twin: TwinOverHttp, headers: dict[str, str], error: str
) -> None:
    token = twin.http.headers.pop("Authorization").removeprefix("Bearer ")
    twin.http.headers.update({name: text.format(token=token, cut=token[:-1]) for name, text in headers.items()})
    answer = await twin.find()
    assert (answer.status_code, answer.json()) == (401, {"error": error, "details": {}})


async def test_a_token_ends_when_its_claim_says(twin: TwinOverHttp, clock: FakeClock) -> None:
    await twin.log_in(ttl=60)
    clock.pass_time(59)
    assert (await twin.find()).status_code == 200
    clock.pass_time(1)
    assert (await twin.find()).json()["error"] == "Token is expired."
    await twin.log_in()
    assert (await twin.find()).status_code == 200


async def test_tokens_can_be_ended_before_their_time(twin: TwinOverHttp, sandbox: Sandbox) -> None:
    sandbox.expire_tokens()
    answer = await twin.find()
    assert (answer.status_code, answer.json()["error"]) == (401, "Token is expired.")


async def test_what_is_refused_for_its_token_is_not_done(twin: TwinOverHttp, sandbox: Sandbox) -> None:
    sandbox.expire_tokens()
    assert (await twin.create()).status_code == 401
    assert sandbox.tasks == []
