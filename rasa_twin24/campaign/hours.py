"""When calls may be started, in the company's time zone; what it means for the task at TWIN. Pure.

What a clock on the wall shows decides, so a change to summer time opens and closes the day as people expect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from rasa_twin24.twin24 import CallWindow

ROUND_THE_CLOCK = "00:00-24:00"
DEFAULT_HOURS = "09:00-21:00"
DEFAULT_ZONE = "Europe/Moscow"

_DAY = 24 * 60
_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})\s*")
_MINUTE = timedelta(minutes=1)
# Zones have left out a whole day, when they moved across the date line; the next opening is never farther than this.
_FARTHEST = 3 * _DAY


@dataclass(frozen=True)
class CallHours:
    """From `start` on and before `end`, both in minutes since midnight on the clocks of `zone`.

    0 ≤ start < end ≤ 1440: the hours do not go over midnight.
    """

    start: int
    end: int
    zone: ZoneInfo

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> CallHours:
        """Read `BOT_CALL_HOURS` and `BOT_TIMEZONE`. Raises `ValueError`, naming the variable and the mend."""
        start, end = _read_hours(env.get("BOT_CALL_HOURS") or DEFAULT_HOURS)
        return cls(start, end, _read_zone(env.get("BOT_TIMEZONE") or DEFAULT_ZONE))

    @property
    def round_the_clock(self) -> bool:
        return (self.start, self.end) == (0, _DAY)

    @property
    def text(self) -> str:
        """`09:00–21:00`."""
        return f"{_clock(self.start)}–{_clock(self.end)}"

    @property
    def window(self) -> CallWindow:
        """What a task tells TWIN: restricted hours are meant on the clocks of the person who is called."""
        return CallWindow(self.start * 60, min(self.end * 60, _DAY * 60 - 1), local=not self.round_the_clock)

    def allows(self, now: float) -> bool:
        """Whether calls may be started now; `now` in seconds since the epoch."""
        return self._opens(self._local(now))

    def next_possible(self, now: float) -> datetime:
        """The first minute from now on at which calls may be started, in the zone: now itself if they may."""
        return next(
            (moment for moment in self._minutes(now) if self._opens(moment)),
            self._local(now),  # not reached: every zone shows every minute of the day within `_FARTHEST`
        )

    def day(self, now: float) -> str:
        """The calendar day in the zone, YYYY-MM-DD."""
        return self._local(now).date().isoformat()

    def next_day(self, now: float) -> datetime:
        """The first minute of the next calendar day at which calls may be started, in the zone."""
        today = self._local(now).date()
        midnight = next(moment for moment in self._minutes(now) if moment.date() > today)
        return self.next_possible(midnight.timestamp())

    def _opens(self, moment: datetime) -> bool:
        return self.start <= moment.hour * 60 + moment.minute < self.end

    def _local(self, now: float) -> datetime:
        return datetime.fromtimestamp(now, self.zone)

    def _minutes(self, now: float) -> Iterator[datetime]:
        """Now and every whole minute after it. They are few, and walking them needs no rules for skipped hours."""
        yield self._local(now)
        moment = datetime.fromtimestamp(now // 60 * 60, timezone.utc)
        for _ in range(_FARTHEST):
            moment += _MINUTE
            yield moment.astimezone(self.zone)


def shown(moment: datetime, now: float) -> str:
    """A moment for a phrase: `09:00`, with the date in front unless that is today's."""
    today = datetime.fromtimestamp(now, moment.tzinfo).date()
    return f"{moment:%H:%M}" if moment.date() == today else f"{moment:%d.%m %H:%M}"


def _read_hours(text: str) -> tuple[int, int]:
    read = _HOURS.fullmatch(text)
    if read is None:
        raise ValueError(f"BOT_CALL_HOURS is '{text}': use a form such as {DEFAULT_HOURS} or {ROUND_THE_CLOCK}")
    hours, minutes, end_hours, end_minutes = map(int, read.groups())
    start, end = hours * 60 + minutes, end_hours * 60 + end_minutes
    if minutes > 59 or end_minutes > 59 or start >= _DAY or end > _DAY:
        raise ValueError(f"BOT_CALL_HOURS is '{text}': a day has the times 00:00 to 24:00")
    if start >= end:
        raise ValueError(
            f"BOT_CALL_HOURS is '{text}': it must begin before it ends, on the same day; "
            f"{ROUND_THE_CLOCK} is round the clock"
        )
    return start, end


def _read_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        raise ValueError(
            f"BOT_TIMEZONE is '{name}': use a name of the IANA list such as {DEFAULT_ZONE} or Asia/Vladivostok"
        ) from error


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
