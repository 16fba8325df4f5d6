"""What came of a piece of work, as the name of a phrase and what fills it in."""

from __future__ import annotations

from dataclasses import dataclass, field

from rasa_twin24.twin24 import (
    BadAnswer,
    Forbidden,
    NoMoney,
    NotFound,
    RateLimited,
    Refused,
    SignInFailed,
    TwinError,
    Unavailable,
)

# All numbers are at TWIN, and the plan has been asked for: whoever tells it shows the plan.
ALL_IN = "add_candidates_all_in"


@dataclass(frozen=True)
class Outcome:
    """`kind` is the phrase's name without `utter_`; `params` hold no whole phone number.

    `repeated`: the person has heard it already, and nothing has changed since.
    """

    kind: str
    params: dict[str, str] = field(default_factory=dict)
    repeated: bool = False


def failure(topic: str, error: TwinError, **params: str) -> Outcome:
    """The outcome `<topic>_failed_<why>` of a refused or failed request to TWIN."""
    return Outcome(f"{topic}_failed_{why(error)}", {"reason": error.reason or "", **params})


def why(error: TwinError) -> str:
    """What the person can do about it decides: wait, mend the input, call whoever owns the cabinet."""
    # The narrower classes stand first: Forbidden is a Refused, RateLimited is an Unavailable.
    for kind, name in (
        (SignInFailed, "sign_in"),
        (NoMoney, "no_money"),
        (Forbidden, "forbidden"),
        (NotFound, "not_found"),
        (Refused, "refused"),
        (RateLimited, "busy"),
        (Unavailable, "unavailable"),
        (BadAnswer, "unavailable"),
    ):
        if isinstance(error, kind):
            return name
    return "unavailable"
