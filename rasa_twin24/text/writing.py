"""Which neighbouring groups of digits are one phone number: by their digits, and by how people group them."""

from __future__ import annotations

from dataclasses import dataclass

from rasa_twin24.text.dialling import (
    INTERNATIONAL_PREFIXES,
    LONGEST_DIGITS,
    RUSSIAN_PLAN,
    dial,
    dial_with_code,
    dialled_lengths,
    published_groups,
)
from rasa_twin24.text.digit_groups import DigitGroup
from rasa_twin24.text.numbering import country_code_of

_MOST_DIGITS = LONGEST_DIGITS + 3  # with the prefix 810
_RUSSIAN_DIGITS = 11  # with the leading 7 or 8
_FEWEST_FOREIGN_GROUPS = 3  # country code, area, number
_SMALL_TOWN = [5, 1, 2, 2]  # 8 (84342) 2-15-67
_FEWEST_SINGLE = 4  # digits of a Russian number written each by itself
_PASSPORT = [2, 2, 6]  # region, year of printing (from 1997 on), number
_PASSPORT_YEARS = frozenset(f"{year % 100:02}" for year in range(1997, 2030))


@dataclass(frozen=True, repr=False)
class Written:
    """A number and its bounds in the plain text."""

    start: int
    end: int
    e164: str


def numbers_at(run: list[DigitGroup], at: int, region: str, *, fresh: bool) -> tuple[int, list[Written]]:
    """How many groups from `at` on make a number (0 if none), and the number.

    Several numbers come from one group when they were pasted together without a blank. `fresh` says that no
    unused digits stand before.
    """
    taken, e164 = _in_region(run, at, region)
    if not taken and fresh:
        taken, e164 = _foreign(run, at)
    if taken:
        return taken, [Written(run[at].start, run[at + taken - 1].end, e164)]
    pasted = _pasted_together(run[at], region)
    return (1, pasted) if pasted else (0, [])


def _in_region(run: list[DigitGroup], at: int, region: str) -> tuple[int, str]:
    """The longest number that begins at `at`; of several the one that is grouped as its country groups numbers.

    "+49 30 901820 15" is a number of Berlin and a count, although German numbers may be as long as both.
    """
    longest: tuple[int, str] | None = None
    for size in reversed(_window_sizes(run, at, region)):
        window = run[at : at + size]
        digits = "".join(group.digits for group in window)
        if not _is_written_like_a_number(window, digits, region):
            continue
        plus = window[0].plus and not (region in RUSSIAN_PLAN and window[0].digits == "8")  # "+8 495…" has no such code
        e164 = dial(digits, plus, region)
        if e164 is None:
            continue
        home = None if plus else region
        if longest is None:
            longest = size, e164
            if home in RUSSIAN_PLAN or size == 1:
                break
        if _lengths(window) == published_groups(e164, home):
            return size, e164
    return longest or (0, "")


def _foreign(run: list[DigitGroup], at: int) -> tuple[int, str]:
    """A number with its country code but without "+": only if grouped exactly as its country publishes numbers.

    Anything less would be a guess: a passport, a date or a row of counts has as many digits.
    """
    first = run[at]
    if first.plus or first.spoken or country_code_of(first.digits) != first.digits:
        return 0, ""
    digits = ""
    for size, group in enumerate(run[at : at + LONGEST_DIGITS], start=1):
        digits += group.digits
        if group.glued or group.spoken or len(digits) > LONGEST_DIGITS:
            break
        lengths = _lengths(run[at : at + size])
        if size < _FEWEST_FOREIGN_GROUPS or set(lengths) == {2}:
            continue
        if lengths == _PASSPORT and run[at + 1].digits in _PASSPORT_YEARS:
            continue
        if (e164 := dial_with_code(digits)) and lengths == published_groups(e164, None):
            return size, e164
    return 0, ""


def _window_sizes(run: list[DigitGroup], at: int, region: str) -> list[int]:
    """How many groups from `at` on have together as many digits as some number that begins so."""
    groups = run[at : at + _MOST_DIGITS]
    beginning = "".join(group.digits for group in groups[:3])[:3]
    lengths = dialled_lengths(beginning, groups[0].plus, region)
    sizes: list[int] = []
    total = 0
    for size, group in enumerate(groups, start=1):
        total += len(group.digits)
        if group.glued or total > _MOST_DIGITS:
            break
        if total in lengths:
            sizes.append(size)
    return sizes


def _is_written_like_a_number(window: list[DigitGroup], digits: str, region: str) -> bool:
    """Refuse groupings that people use for other things, where the digits alone would pass."""
    if region not in RUSSIAN_PLAN or any(group.spoken for group in window):
        return True
    lengths = _lengths(window)
    single = 0 < lengths[1:].count(1) < _FEWEST_SINGLE and lengths[1:] != _SMALL_TOWN
    if single and digits[0] in ("7" if window[0].plus else "789"):
        return False  # in "8 916 123 45 6 8 903…" a digit is missing, and the next number begins
    if window[0].plus or digits.startswith(INTERNATIONAL_PREFIXES):
        return True
    if len(digits) in (10, 11) and len(lengths) > 3 and lengths[0] < 3 and set(lengths[1:]) == {3}:
        return False  # 9 161 234 567 and 89 161 234 567 are amounts
    if len(digits) == _RUSSIAN_DIGITS:
        national = lengths[1:] if lengths[0] == 1 else [lengths[0] - 1, *lengths[1:]]
        return not (len(national) > 3 and set(national) == {2})  # 8 90 91 92 93 94 is a list
    if len(digits) == _RUSSIAN_DIGITS - 1:
        if digits[0] == "9":  # a passport is written 9214 123456 or 92 14 123456
            return lengths[0] in (1, 3) or lengths in ([10], [6, 4], [6, 2, 2], [8, 2])
        return digits[0] in "348" and lengths in ([3, 3, 2, 2], [3, 3, 4], [3, 7], [4, 2, 2, 2], [4, 6])
    return True


def _pasted_together(group: DigitGroup, region: str) -> list[Written]:
    """Russian numbers pasted one after another, if the whole group is such: of 11 digits, or mobile ones of 10."""
    if region not in RUSSIAN_PLAN or group.spoken or group.glued:
        return []
    return _cut(group, _RUSSIAN_DIGITS, "78", region) or _cut(group, _RUSSIAN_DIGITS - 1, "9", region)


def _cut(group: DigitGroup, size: int, first_digits: str, region: str) -> list[Written]:
    count, rest = divmod(len(group.digits), size)
    if rest or count < 2:
        return []
    first = group.end - len(group.digits)
    numbers: list[Written] = []
    for at in range(0, len(group.digits), size):
        part = group.digits[at : at + size]
        e164 = dial(part, False, region) if part[0] in first_digits else None
        if e164 is None:
            return []
        numbers.append(Written(first + at if at else group.start, first + at + size, e164))
    return numbers


def _lengths(window: list[DigitGroup]) -> list[int]:
    return [len(group.digits) for group in window]
