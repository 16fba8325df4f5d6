"""Tokens of the sandbox: shaped like TWIN's, kept in memory, checked by looking them up."""

from __future__ import annotations

import base64
import json
import secrets

from rasa_twin24.sandbox.account import COMPANY_ID, LOGIN, PASSWORD, USER_ID
from rasa_twin24.sandbox.fields import any_object, complaints_about, either, integer, mapping, null, string
from rasa_twin24.sandbox.refusal import Refusal, invalid

_LOGIN_FIELDS = mapping(
    {"email": string, "password": string},
    {"ttl": integer(1), "companyId": either(integer(1), null), "extra": any_object},
)

# The length of an RS512 signature made with a key of 4096 bits.
_SIGNATURE_BYTES = 512

_SCHEME = "Bearer "


class Tokens:
    """The tokens given out and not yet forgotten; they do not survive a restart, as a log-in is cheap."""

    def __init__(self, lifetime: int) -> None:
        self._lifetime = lifetime
        self._ends: dict[str, float] = {}

    def log_in(self, body: object, now: float) -> dict[str, object]:
        """A new token for the built-in account, good for `ttl` seconds or as long as the sandbox allows.

        Raises Refusal 422 for a malformed body, 401 for a wrong e-mail or password, 403 for a foreign
        company.
        """
        if wrong := complaints_about(body, _LOGIN_FIELDS):
            raise invalid(wrong)
        assert isinstance(body, dict)
        if (body["email"], body["password"]) != (LOGIN, PASSWORD):
            raise Refusal(401, "Wrong email or password.")
        if body.get("companyId") not in (None, COMPANY_ID):
            raise Refusal(403, "Access denied.", {"companyId": "is not a company of this user"})
        token = self._issue(min(body.get("ttl", self._lifetime), self._lifetime), now)
        return {"token": token, "refreshToken": secrets.token_urlsafe(32)}

    def check(self, authorization: str | None, now: float) -> None:
        """Let a request with a good `Authorization` header pass; raises Refusal 401."""
        if authorization is None:
            raise Refusal(401, "Token is missing.")
        ends_at = self._ends.get(authorization.removeprefix(_SCHEME))
        if not authorization.startswith(_SCHEME) or ends_at is None:
            raise Refusal(401, "Token is invalid.")
        if ends_at <= now:
            raise Refusal(401, "Token is expired.")

    def expire_all(self, now: float) -> None:
        """End every token at once, though its `exp` may promise more."""
        self._ends = {token: min(ends_at, now) for token, ends_at in self._ends.items()}

    def _issue(self, lifetime: int, now: float) -> str:
        issued_at = int(now)
        claims = {
            "iat": issued_at,
            "exp": issued_at + lifetime,
            "version": 1,
            "sub": USER_ID,
            "company_id": COMPANY_ID,
        }
        parts = (_json({"alg": "RS512", "typ": "JWT"}), _json(claims), secrets.token_bytes(_SIGNATURE_BYTES))
        token = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
        self._ends[token] = issued_at + lifetime
        return token


def _json(value: dict[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
