"""When a failed request may be sent again, and after which pause.

One layer of repetition, here, and none in the transport. What would cost money twice is sent again only if
TWIN certainly did not process it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from enum import Enum
from re import fullmatch

from .errors import RateLimited, TwinError, Unavailable

MAX_TRIES = 3
FIRST_PAUSE = 0.5
"""Seconds before the second try; doubled before each further one, shortened by chance to spread callers."""


class Effect(Enum):
    """What happens at TWIN when the same request arrives twice."""

    NONE = "nothing changes, not even the first time"
    ONCE = "the second changes nothing more"
    EVERY_TIME = "it is done twice"


def pause_before_retry(error: TwinError, effect: Effect, tries: int, *, room: float, chance: float) -> float | None:
    """Seconds to wait before the next try; None if there must be none.

    `tries` counts those made, `room` is the longest pause that leaves time for another try, `chance` is
    between 0 and 1.
    """
    if tries >= MAX_TRIES or not isinstance(error, Unavailable):
        return None
    if effect is Effect.EVERY_TIME:
        if error.maybe_done:
            return None
        # Without a time from TWIN nobody knows when asking again stops making it worse.
        if isinstance(error, RateLimited) and error.retry_after is None:
            return None
    backoff = FIRST_PAUSE * 2 ** (tries - 1) * (1 + chance) / 2
    pause = max(backoff, error.retry_after or 0)
    return pause if pause <= room else None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read `Retry-After` as seconds from `now` (seconds since the epoch); None if absent or unreadable.

    Source: https://www.rfc-editor.org/rfc/rfc9110#name-retry-after (seconds or an HTTP date).
    """
    value = headers.get("Retry-After", "").strip()
    if fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - datetime.fromtimestamp(now, timezone.utc)).total_seconds())
