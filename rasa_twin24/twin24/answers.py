"""Reading TWIN's answers: from bytes to values, with no belief in what the bytes hold.

Each reader raises ValueError with a reason fit to be shown; the client makes a `BadAnswer` of it.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

# TWIN's ids are UUIDs; resellers may use others. Whatever goes into an address must be harmless there.
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


def is_id(text: str) -> bool:
    """Tell whether the text may be an id of TWIN: letters, digits, `_` and `-`, at most 64 of them."""
    return _ID.fullmatch(text) is not None


def json_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("the answer is not JSON") from None
    if not isinstance(value, dict):
        raise ValueError("the answer is not a JSON object")
    return value


def accepted(body: bytes) -> None:
    """Read an answer whose status says it all; its body is not documented and may be empty.

    A web page is refused all the same: it comes from something between us and TWIN.
    """
    if body.lstrip().startswith(b"<"):
        raise ValueError("the answer is a web page")


def identity(value: object) -> str | None:
    """Read an id, which TWIN writes as a string or as `{"identity": "..."}`; None if it is neither."""
    if isinstance(value, dict):
        value = value.get("identity")
    return value if isinstance(value, str) and is_id(value) else None


def text_or_none(value: object) -> str | None:
    """Read an optional text."""
    return value if isinstance(value, str) else None


def count_or_none(value: object) -> int | None:
    """Read an optional number of things."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def moment_or_none(value: object) -> datetime | None:
    """Read an optional ISO 8601 moment; one without a time zone could be any, so it counts as none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
