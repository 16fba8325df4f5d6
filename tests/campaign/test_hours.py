"""When calls may be started: on the wall's clock, whatever summer time and midnight do."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.campaign.hours import CallHours, shown
from rasa_twin24.twin24 import CallWindow


def hours(text: str, zone: str = "Europe/Moscow") -> CallHours:
    return CallHours.from_env({"BOT_CALL_HOURS": text, "BOT_TIMEZONE": zone})


def at(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


# Hours, zone, now, and the first moment at which a start is possible; the same moment: now.
MOMENTS = {
    "in the morning": ("09:00-21:00", "Europe/Moscow", "2026-07-10T08:59:59+03:00", "2026-07-10T09:00:00+03:00"),
    "the first second": ("09:00-21:00", "Europe/Moscow", "2026-07-10T09:00:00+03:00", "2026-07-10T09:00:00+03:00"),
    "the last second": ("09:00-21:00", "Europe/Moscow", "2026-07-10T20:59:59+03:00", "2026-07-10T20:59:59+03:00"),
    "the end": ("09:00-21:00", "Europe/Moscow", "2026-07-10T21:00:00+03:00", "2026-07-11T09:00:00+03:00"),
    "before midnight": ("09:00-21:00", "Europe/Moscow", "2026-12-31T23:59:59+03:00", "2027-01-01T09:00:00+03:00"),
    "after midnight": ("09:00-21:00", "Europe/Moscow", "2027-01-01T00:00:00+03:00", "2027-01-01T09:00:00+03:00"),
    "to midnight": ("18:30-24:00", "Europe/Moscow", "2026-07-10T23:59:59+03:00", "2026-07-10T23:59:59+03:00"),
    "from midnight": ("00:00-06:00", "Europe/Moscow", "2026-07-10T06:00:00+03:00", "2026-07-11T00:00:00+03:00"),
    "round the clock": ("00:00-24:00", "Europe/Moscow", "2026-07-10T03:00:00+03:00", "2026-07-10T03:00:00+03:00"),
    "company in the east": (
        "09:00-21:00", "Asia/Vladivostok", "2026-07-10T12:00:00+00:00", "2026-07-11T09:00:00+10:00",
    ),
    "east, open at night in UTC": (
        "09:00-21:00", "Asia/Vladivostok", "2026-07-09T23:30:00+00:00", "2026-07-10T09:30:00+10:00",
    ),
    "half an hour off": ("09:00-21:00", "Asia/Kolkata", "2026-07-10T03:29:00+00:00", "2026-07-10T09:00:00+05:30"),
    # Berlin, 29 March 2026: 02:00 is followed by 03:00
    "spring, over the change": (
        "09:00-21:00", "Europe/Berlin", "2026-03-28T21:00:00+01:00", "2026-03-29T09:00:00+02:00",
    ),
    "spring, opening is skipped": (
        "02:30-05:00", "Europe/Berlin", "2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00",
    ),
    "spring, hours are skipped": (
        "02:00-02:30", "Europe/Berlin", "2026-03-29T01:00:00+01:00", "2026-03-30T02:00:00+02:00",
    ),
    # 25 October 2026: 02:59 is followed by 02:00
    "autumn, over the change": (
        "09:00-21:00", "Europe/Berlin", "2026-10-24T22:00:00+02:00", "2026-10-25T09:00:00+01:00",
    ),
    "autumn, the first 02:30": (
        "02:30-05:00", "Europe/Berlin", "2026-10-25T01:00:00+02:00", "2026-10-25T02:30:00+02:00",
    ),
    "autumn, the second 02:10": (
        "02:30-05:00", "Europe/Berlin", "2026-10-25T02:10:00+01:00", "2026-10-25T02:30:00+01:00",
    ),
    "a day that was left out": (
        "09:00-21:00", "Pacific/Apia", "2011-12-29T22:00:00-10:00", "2011-12-31T09:00:00+14:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "zone", "now", "opens"), MOMENTS.values(), ids=MOMENTS)
def test_when_a_start_is_possible(text: str, zone: str, now: str, opens: str) -> None:
    open_hours = hours(text, zone)
    assert open_hours.allows(at(now)) is (now == opens or at(now) == at(opens))
    assert open_hours.next_possible(at(now)).timestamp() == at(opens)
    assert (
        open_hours.next_possible(at(now)).utcoffset() == datetime.fromtimestamp(at(opens), ZoneInfo(zone)).utcoffset()
    )


ZONES = st.sampled_from(
    ["Europe/Moscow", "Europe/Berlin", "Asia/Vladivostok", "America/St_Johns", "Australia/Lord_Howe"]
)


@given(st.integers(0, 1439), st.integers(1, 1440), ZONES, st.integers(1_760_000_000, 1_900_000_000))
def test_the_next_possible_moment_is_possible_and_none_before_it(start: int, end: int, zone: str, now: int) -> None:
    if start >= end:
        start, end = end - 1, start + 1
    found = CallHours(start, end, ZoneInfo(zone))
    opens = found.next_possible(now)
    assert found.allows(opens.timestamp())
    assert opens.timestamp() >= now
    for share in (0.01, 0.5, 0.99):
        between = now + (opens.timestamp() - now) * share
        assert between in (now, opens.timestamp()) or not found.allows(between) or opens.timestamp() == now


@pytest.mark.parametrize(
    ("zone", "now", "day", "next_day"),
    [
        ("Europe/Moscow", "2026-07-10T20:59:00+00:00", "2026-07-10", "2026-07-11T09:00:00+03:00"),
        ("Europe/Moscow", "2026-07-10T21:00:00+00:00", "2026-07-11", "2026-07-12T09:00:00+03:00"),
        ("Asia/Vladivostok", "2026-12-31T14:00:00+00:00", "2027-01-01", "2027-01-02T09:00:00+10:00"),
        ("Europe/Berlin", "2026-10-24T22:00:00+00:00", "2026-10-25", "2026-10-26T09:00:00+01:00"),
    ],
)
def test_the_day_is_the_companys(zone: str, now: str, day: str, next_day: str) -> None:
    found = hours("09:00-21:00", zone)
    assert found.day(at(now)) == day
    assert found.next_day(at(now)).timestamp() == at(next_day)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("09:00-21:00", CallWindow(32_400, 75_600, local=True)),
        ("0:00 – 24:00", CallWindow(0, 86_399, local=False)),
        ("18:30-24:00", CallWindow(66_600, 86_399, local=True)),
    ],
)
def test_what_a_task_tells_twin(text: str, window: CallWindow) -> None:
    assert hours(text).window == window


@pytest.mark.parametrize(
    ("changes", "mend"),
    [
        ({"BOT_CALL_HOURS": "9-21"}, "^BOT_CALL_HOURS is '9-21': use a form such as 09:00-21:00"),
        ({"BOT_CALL_HOURS": "with pleasure"}, "^BOT_CALL_HOURS "),
        ({"BOT_CALL_HOURS": "09:00-25:00"}, "^BOT_CALL_HOURS .*00:00 to 24:00"),
        ({"BOT_CALL_HOURS": "09:60-21:00"}, "^BOT_CALL_HOURS .*00:00 to 24:00"),
        ({"BOT_CALL_HOURS": "24:00-24:00"}, "^BOT_CALL_HOURS .*00:00 to 24:00"),
        ({"BOT_CALL_HOURS": "22:00-06:00"}, "^BOT_CALL_HOURS .*on the same day"),
        ({"BOT_CALL_HOURS": "09:00-09:00"}, "^BOT_CALL_HOURS .*before it ends"),
        ({"BOT_TIMEZONE": "Moscow"}, "^BOT_TIMEZONE is 'Moscow': use a name of the IANA list"),
        ({"BOT_TIMEZONE": "Europe"}, "^BOT_TIMEZONE "),
        ({"BOT_TIMEZONE": "../../etc/passwd"}, "^BOT_TIMEZONE "),
        ({"BOT_TIMEZONE": "UTC+3"}, "^BOT_TIMEZONE "),
    ],
)
def test_a_wrong_setting_is_named_with_its_mend(changes: dict[str, str], mend: str) -> None:
    with pytest.raises(ValueError, match=mend):
        CallHours.from_env(changes)


def test_the_defaults_keep_the_night_quiet() -> None:
    found = CallHours.from_env({})
    assert (found.text, found.zone.key, found.round_the_clock) == ("09:00–21:00", "Europe/Moscow", False)
    assert hours("00:00-24:00").round_the_clock


def test_a_moment_of_another_day_is_said_with_its_date() -> None:
    now = at("2026-07-10T20:00:00+03:00")
    assert shown(hours("09:00-21:00").next_possible(now), now) == "20:00"
    late = at("2026-07-10T22:00:00+03:00")
    assert shown(hours("09:00-21:00").next_possible(late), late) == "11.07 09:00"
