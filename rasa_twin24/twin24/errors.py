"""What can go wrong with TWIN, by what the caller can do about it.

    TwinError                method, path, status, reason, maybe_done
    ├── SignInFailed         mend the login: it was refused, or a fresh token was
    ├── Unavailable          try later; retry_after when TWIN named a wait
    │   └── RateLimited      429: not processed, too many requests
    ├── Refused              mend the request: TWIN understood it and said no (4xx)
    │   ├── NotFound         404, or an id that cannot be one
    │   ├── Forbidden        403
    │   └── NoMoney          402
    └── BadAnswer            look up what happened: a success nobody can read, or a redirect

`maybe_done` says whether TWIN may have carried the request out although it failed. Then it must not be
sent again before a look at TWIN: a second task costs nothing, a second start rings people twice. Reads
and the sign-in change nothing, so for them it is always false.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from http import HTTPStatus

REASON_LENGTH = 200
"""Characters kept of TWIN's own words: one line of a chat or of a log."""

_LONGEST_SCANNED = 2_000
_MASK = "•••"
_MASKABLE = re.compile(
    r"(?P<kept>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)"  # a UUID names a thing, no person
    r"|(?P<token>[\w.~+=\-]{40,})"
    r"|\+?\d(?:[\s()./\-‐-―−]{0,3}\d){6,}"  # seven digits and more, however spaced: a phone number
)


class TwinError(Exception):
    """A request to TWIN failed; `status` is None when no answer came."""

    def __init__(self, method: str, path: str, status: int | None, reason: str, *, maybe_done: bool = False) -> None:
        self.method = method
        self.path = masked(path)
        self.status = status
        self.reason = reason
        self.maybe_done = maybe_done
        super().__init__(method, self.path, status, reason)

    def __str__(self) -> str:
        status = "no answer" if self.status is None else str(self.status)
        return f"{self.method} {self.path}: {status}: {self.reason}"


class SignInFailed(TwinError):
    """TWIN refused the login, or refused a token it had issued a moment ago."""


class Unavailable(TwinError):
    """No connection, a time-out, a dropped answer or a 5xx; `retry_after` in seconds when TWIN gave one."""

    def __init__(
        self,
        method: str,
        path: str,
        status: int | None,
        reason: str,
        *,
        maybe_done: bool,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(method, path, status, reason, maybe_done=maybe_done)
        self.retry_after = retry_after


class RateLimited(Unavailable):
    """Too many requests (429); TWIN did not process this one. `retry_after` in seconds, None if not given."""

    def __init__(
        self, method: str, path: str, status: int | None, reason: str, *, retry_after: float | None = None
    ) -> None:
        super().__init__(method, path, status, reason, maybe_done=False, retry_after=retry_after)


class Refused(TwinError):
    """TWIN refused the request as it stands: a wrong value, or a task in a state that forbids it."""


class NotFound(Refused):
    """TWIN knows no such thing; `status` is None when the id could not be one and nothing was sent."""


class Forbidden(Refused):
    """The login has no right to do this."""


class NoMoney(Refused):
    """The balance does not suffice (402; the meaning is inferred from the status alone)."""


class BadAnswer(TwinError):
    """A success that cannot be read, or a redirect in place of an answer."""


_REFUSALS: dict[int, type[Refused]] = {402: NoMoney, 403: Forbidden, 404: NotFound}


def error_for(
    method: str,
    path: str,
    status: int,
    body: bytes,
    *,
    changes: bool,
    retry_after: float | None = None,
    secrets: Iterable[str] = (),
) -> TwinError:
    """Say what an answer other than 2xx means.

    `changes` tells whether the request would change something at TWIN, `secrets` are strings that must not
    appear in the reason even if TWIN echoes them.
    """
    reason = reason_of(status, body, secrets)
    if status < 400:
        redirect = "the address answers with a redirect: check the address of the API in the settings"
        return BadAnswer(method, path, status, redirect, maybe_done=changes)
    if status == HTTPStatus.UNAUTHORIZED:
        return SignInFailed(method, path, status, reason)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(method, path, status, reason, retry_after=retry_after)
    # 408 is what a proxy says when it gave up waiting; how far the request got is unknown.
    if status >= 500 or status == HTTPStatus.REQUEST_TIMEOUT:
        return Unavailable(method, path, status, reason, maybe_done=changes, retry_after=retry_after)
    return _REFUSALS.get(status, Refused)(method, path, status, reason)


def reason_of(status: int, body: bytes, secrets: Iterable[str] = ()) -> str:
    """Give TWIN's `error` text and the keys of its `details`, fit to be shown; else the status in words.

    TWIN answers `{"error": "text", "details": {...}}`, but `error` may be of any type and a proxy in between
    answers with a page of its own, which is not repeated.
    """
    try:
        answer = json.loads(body)
        error = answer.get("error") if isinstance(answer, dict) else None
        text = error if isinstance(error, str) else json.dumps(error, ensure_ascii=False)
    except (ValueError, RecursionError):
        return _phrase(status)
    if not error:
        return _phrase(status)
    details = answer.get("details")
    if isinstance(details, dict) and details:
        text += f" ({', '.join(details)})"
    return presentable(text, secrets)


def presentable(text: str, secrets: Iterable[str] = ()) -> str:
    """Make foreign text one line of at most 200 characters without phone numbers, tokens and the secrets."""
    for secret in secrets:
        text = text.replace(secret, _MASK)
    printable = "".join(sign if sign.isprintable() else " " for sign in text[:_LONGEST_SCANNED])
    line = masked(" ".join(printable.split()))
    return line if len(line) <= REASON_LENGTH else line[: REASON_LENGTH - 1] + "…"


def masked(text: str) -> str:
    """Hide phone numbers but for their last two digits, and whatever is long enough to be a token."""
    return _MASKABLE.sub(_mask, text)


def _mask(match: re.Match[str]) -> str:
    found = match.group()
    if match["kept"]:
        return found
    return _MASK if match["token"] else _MASK + found[-2:]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"
