"""How the Bot API says no: an HTTP status, the same number in the body, and a sentence in English.

The sentences are those of the real server (https://github.com/tdlib/telegram-bot-api, Client.cpp); the ones
only this stand-in gives, because the real server would let the slip pass, begin with «stand-in:» after the
usual prefix.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A call that is answered with an error.

    `is_slip` is true when the caller broke a rule, false when the world is against it (the person blocked the
    bot, too many requests): only slips are listed in `Telegram.violations`.
    """

    def __init__(self, code: int, description: str, *, retry_after: int | None = None, is_slip: bool = True) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.is_slip = is_slip

    @property
    def body(self) -> dict[str, Any]:
        """The answer as the real server words it."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(sentence: str) -> Refusal:
    """A 400 in the real server's words."""
    return Refusal(400, f"Bad Request: {sentence}")


def gone_meanwhile(sentence: str) -> Refusal:
    """A 400 for what the caller could not know: somebody else has changed the world."""
    return Refusal(400, f"Bad Request: {sentence}", is_slip=False)


def stricter(sentence: str) -> Refusal:
    """A 400 for what the documentation forbids or does not know and the real server lets pass."""
    return Refusal(400, f"Bad Request: stand-in: {sentence}")


def forbidden(sentence: str) -> Refusal:
    """A 403: no way to this person."""
    return Refusal(403, f"Forbidden: {sentence}", is_slip=False)


def conflict(sentence: str) -> Refusal:
    """A 409: somebody else receives the updates."""
    return Refusal(409, f"Conflict: {sentence}")


def flood(retry_after: int) -> Refusal:
    """A 429 with the seconds to wait."""
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after, is_slip=False)
