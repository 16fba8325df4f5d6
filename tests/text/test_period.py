"""The period a question about the past names, on a Tuesday evening in Moscow and over a change of the clocks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rasa_twin24.text.period import Period, read_period

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 24, 21, 30, tzinfo=MOSCOW)  # a Tuesday


def day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("покажи журнал", "2026-11-17", None),
        ("", "2026-11-17", None),
        ("кто что запускал за неделю", "2026-11-17", None),
        ("за последнюю неделю", "2026-11-17", None),
        ("на этой неделе", "2026-11-23", None),
        ("who started what this week", "2026-11-23", None),
        ("на прошлой неделе", "2026-11-16", "2026-11-23"),
        ("last week", "2026-11-16", "2026-11-23"),
        ("кто звонил сегодня", "2026-11-24", None),
        ("today", "2026-11-24", None),
        ("вчера", "2026-11-23", "2026-11-24"),
        ("Кто вчера запускал?", "2026-11-23", "2026-11-24"),
        ("yesterday", "2026-11-23", "2026-11-24"),
        ("позавчера", "2026-11-22", "2026-11-23"),
        ("за 3 дня", "2026-11-21", None),
        ("за последние 10 дней", "2026-11-14", None),
        ("за три дня", "2026-11-21", None),
        ("за пару недель", "2026-11-10", None),
        ("за две последних недели", "2026-11-10", None),
        ("last 30 days", "2026-10-25", None),
        ("за сутки", "2026-11-23", None),
        ("за месяц", "2026-10-25", None),
        ("в этом месяце", "2026-11-01", None),
        ("за прошлый месяц", "2026-10-01", "2026-11-01"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("за год", "2025-11-24", None),
        ("в этом году", "2026-01-01", None),
        ("за 99999 лет", "2016-11-16", None),
        ("за 0 дней", "2026-11-24", None),
        ("за １０ дней", "2026-11-14", None),
        ("покажи сезонный журнал", "2026-11-17", None),
    ],
)
def test_periods(text: str, since: str, until: str | None) -> None:
    assert read_period(text, NOW) == Period(day(since), day(until) if until else None)


def test_all_of_it() -> None:
    assert read_period("за всё время", NOW).since.timestamp() == 0


def test_days_begin_at_midnight_of_the_zone_over_a_change_of_the_clocks() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 10, 26, 1, 0, tzinfo=berlin)  # the night before, an hour came twice
    assert read_period("за 2 дня", now).since.isoformat() == "2026-10-24T00:00:00+02:00"
    assert read_period("сегодня", now).since.isoformat() == "2026-10-26T00:00:00+01:00"


def test_the_zone_decides_which_day_it_is() -> None:
    vladivostok = ZoneInfo("Asia/Vladivostok")
    assert read_period("сегодня", NOW.astimezone(vladivostok)).since.day == 25
