"""The period a question is about: «за неделю», «вчера», "this month". Borders are days of the asker's time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from rasa_twin24.text.normalise import normalise

DEFAULT_DAYS = 7
# Ten years: more is a slip of the keyboard, or everything.
MOST_DAYS = 3660

_NUMERALS = {
    words: number
    for number, group in enumerate(
        (
            "один одну одни one",
            "два две пару двое two",
            "три three",
            "четыре four",
            "пять five",
            "шесть six",
            "семь seven",
            "восемь eight",
            "девять nine",
            "десять ten",
        ),
        start=1,
    )
    for words in group.split()
}
_DAYS_OF = {"day": 1, "week": 7, "month": 30, "year": 365}
_UNIT = (
    r"(?:(?P<day>дн(?:я|ей|и|ень)|день|сут(?:ки|ок)|days?)|(?P<week>недел[а-я]+|weeks?)"
    r"|(?P<month>месяц[а-я]*|months?)|(?P<year>год[а-я]*|лет|years?))(?![а-яa-z])"
)
_COUNTED = re.compile(rf"(?<![\w.,-])(?P<count>\d{{1,5}}|{'|'.join(_NUMERALS)})(?: последни[а-я]+)?[ -]{_UNIT}")
_BARE = re.compile(rf"(?<![а-яa-z]){_UNIT}")
_ALL = re.compile(r"вс[её] время|с самого начала|all time|ever(?![a-z])|everything")
_THIS = re.compile(r"(?<![а-яa-z])(?:эт(?:ой|у|от|ом|а)|текущ[а-я]+|this|current)(?![а-яa-z])")
_PREVIOUS = re.compile(r"(?<![а-яa-z])(?:прошл[а-я]+|предыдущ[а-я]+|last|previous)(?![а-яa-z])")
_TODAY = re.compile(r"(?<![а-яa-z])(?:сегодня[а-я]*|today)")
_BEFORE_YESTERDAY = re.compile(r"(?<![а-яa-z])позавчера|day before yesterday")
_YESTERDAY = re.compile(r"(?<![а-яa-z])вчера[а-я]*|yesterday")


@dataclass(frozen=True)
class Period:
    """From `since` on and before `until`; None: until now."""

    since: datetime
    until: datetime | None = None


def read_period(text: str, now: datetime) -> Period:
    """The period named in a text, the last seven days when none is; `now` carries the time zone of the days.

    "N days" begin with the day N days ago, so that nothing of its afternoon is missing.
    """
    plain = normalise(text).text
    today = now.date()
    if _ALL.search(plain):
        return Period(datetime.fromtimestamp(0, now.tzinfo))
    if _BEFORE_YESTERDAY.search(plain):
        return _days(now, today - timedelta(days=2), today - timedelta(days=1))
    if _YESTERDAY.search(plain):
        return _days(now, today - timedelta(days=1), today)
    if counted := _COUNTED.search(plain):
        count = counted["count"]
        number = int(count) if count.isdigit() else _NUMERALS[count]
        return _back(now, number * _DAYS_OF[_unit(counted)])
    if bare := _BARE.search(plain):
        unit = _unit(bare)
        if _THIS.search(plain):
            return _days(now, _begin(today, unit), None)
        if _PREVIOUS.search(plain):
            end = _begin(today, unit)
            return _days(now, _begin(end - timedelta(days=1), unit), end)
        return _back(now, _DAYS_OF[unit])
    if _TODAY.search(plain):
        return _days(now, today, None)
    return _back(now, DEFAULT_DAYS)


def _unit(found: re.Match[str]) -> str:
    return next(unit for unit in _DAYS_OF if found[unit])


def _back(now: datetime, days: int) -> Period:
    return _days(now, now.date() - timedelta(days=min(days, MOST_DAYS)), None)


def _begin(day: date, unit: str) -> date:
    """The first day of the week, month or year of a day."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _days(now: datetime, first: date, end: date | None) -> Period:
    return Period(_midnight(now, first), None if end is None else _midnight(now, end))


def _midnight(now: datetime, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
