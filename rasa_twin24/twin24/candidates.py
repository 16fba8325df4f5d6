"""Candidates of a task: the people to be called.

Only `batch` is used: its neighbour `single` makes a task and dials at once, with nothing to confirm.
Source: TWIN's guide, https://confluence.twin24.ai/pages/viewpage.action?pageId=177308238
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .answers import accepted
from .errors import masked
from .exchange import Request, Send
from .retry import Effect
from .tasks import task_path

CANDIDATES_PATH = "telephony/autoCallCandidate/batch"

# ITU-T E.164: a country code, at most 15 digits in all.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, repr=False)
class Candidate:
    """One person to be called, with all their numbers in E.164 (`+79161234567`).

    `variables` reach the script, `callback_data` comes back in TWIN's webhooks. `external_id` is ours to
    choose and by default the digits of the first number, so that TWIN knows a number sent twice.
    Raises ValueError, without the number, for one that is not E.164.
    """

    phones: tuple[str, ...]
    variables: Mapping[str, object] = field(default_factory=dict)
    callback_data: Mapping[str, object] = field(default_factory=dict)
    external_id: str | None = None

    def __post_init__(self) -> None:
        if not self.phones:
            raise ValueError("a candidate needs a phone number")
        for place, phone in enumerate(self.phones, start=1):
            if not _E164.fullmatch(phone):
                raise ValueError(f"phone number {place} of the candidate is not in E.164")

    def __repr__(self) -> str:
        return f"Candidate({', '.join(masked(phone) for phone in self.phones)})"


class Candidates:
    """The section `telephony/autoCallCandidate` of the API."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def add(self, task_id: str, candidates: Sequence[Candidate]) -> None:
        """Add people to a task that is not dialing; nothing is dialed yet.

        The largest number TWIN takes at once is not documented: send portions of about 100. Sent once,
        unless it surely did not arrive: on `maybe_done` some, all or none may have been added.
        Raises Refused when the task is dialing or a number does not please TWIN, ValueError for nobody.
        """
        if not candidates:
            raise ValueError("there is nobody to add")
        task_path("POST", task_id)
        body = {"batch": [_entry(task_id, candidate) for candidate in candidates]}
        await self._send(Request("POST", CANDIDATES_PATH, Effect.EVERY_TIME, body=body), accepted)


def _entry(task_id: str, candidate: Candidate) -> dict[str, Any]:
    numbers = [phone.removeprefix("+") for phone in candidate.phones]
    entry: dict[str, Any] = {
        "autoCallId": task_id,
        "phone": numbers,
        "clientExternalId": candidate.external_id or numbers[0],
    }
    if candidate.variables:
        entry["variables"] = dict(candidate.variables)
    if candidate.callback_data:
        entry["callbackData"] = dict(candidate.callback_data)
    return entry
