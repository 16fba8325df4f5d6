"""What the body of "add candidates" may hold.

Fields: https://wiki.twin-ai.com/en/voice-bots/api/create-call-task-from-template and the body TWIN's own bot
sends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from phonenumbers import NumberParseException, ValidationResult, is_possible_number_with_reason, parse

from rasa_twin24.sandbox.fields import (
    Complaints,
    any_object,
    array,
    boolean,
    complaints_about,
    filled_string,
    integer,
    mapping,
    uuid,
)
from rasa_twin24.sandbox.refusal import invalid

# TWIN names no limit; this one is the sandbox's, so that a client which forgets to send portions is told so.
MAX_BATCH = 1000

_DIGITS = re.compile(r"[0-9]{7,15}")

_DAY_SECONDS = 86_400


def phone(value: object, path: str) -> Complaints:
    """A number as TWIN takes it: country code and all, digits only, no plus sign."""
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        yield path, "must be a string of 7 to 15 digits"
    elif not _is_possible(value):
        yield path, "is not a possible phone number"


_BATCH = mapping(
    {
        "batch": array(
            mapping(
                {"autoCallId": uuid, "phone": array(phone, low=1)},
                {
                    "variables": any_object,
                    "callbackData": any_object,
                    "clientExternalId": filled_string,
                    "timezone": integer(-_DAY_SECONDS, _DAY_SECONDS),
                },
            ),
            low=1,
            high=MAX_BATCH,
        )
    },
    {"forceStart": boolean},
)


@dataclass(frozen=True)
class CandidateOrder:
    """One person to be called, as ordered."""

    task_id: str
    phones: tuple[str, ...]
    external_id: str | None
    variables: dict[str, object]


@dataclass(frozen=True)
class BatchOrder:
    """The people of one request and whether the task is to start by itself."""

    candidates: tuple[CandidateOrder, ...]
    force_start: bool


def read_batch(body: object) -> BatchOrder:
    """The order in a request body; raises Refusal 422 with the wrong fields named."""
    if wrong := complaints_about(body, _BATCH):
        raise invalid(wrong)
    assert isinstance(body, dict)
    return BatchOrder(
        candidates=tuple(
            CandidateOrder(
                row["autoCallId"].lower(),
                tuple(row["phone"]),
                row.get("clientExternalId"),
                row.get("variables", {}),
            )
            for row in body["batch"]
        ),
        force_start=body.get("forceStart", False),
    )


def _is_possible(digits: str) -> bool:
    try:
        number = parse(f"+{digits}")
    except NumberParseException:
        return False
    return is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE
