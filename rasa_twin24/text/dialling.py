"""From a string of digits to a number that can be dialled, or the reason why it is none.

How a number without a country code is read depends on one region and is never guessed beyond it. The
numbering plans are those of https://github.com/google/libphonenumber through `phonenumbers`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import phonenumbers

from rasa_twin24.text.numbering import is_surely_valid, shortest_number

# "no_plus": would be a number of another country if it began with "+"; "rounded": a spreadsheet has lost its digits.
Reason = Literal["too_short", "too_long", "not_valid", "no_plus", "rounded", "impossible"]
ASKED: frozenset[Reason] = frozenset({"not_valid", "no_plus"})  # a person may know better

LONGEST_DIGITS = 15  # ITU-T E.164, section 6: country code and national number together
RUSSIAN_PLAN = frozenset({"RU", "KZ"})  # country code 7, trunk prefix 8

# Neighbours whose numbers Russians write in full but without "+"; country code: digits in all.
NEIGHBOURS: dict[str, int] = {
    "375": 12,
    "380": 12,
    "998": 12,
    "996": 12,
    "992": 12,
    "994": 12,
    "995": 12,
    "374": 11,
    "993": 11,
    "373": 11,
}
# "00" is the international prefix of ITU-T E.123, "810" the one dialled in Russia and Kazakhstan.
INTERNATIONAL_PREFIXES = ("810", "00")
RUSSIAN_NATIONAL = 10  # digits after +7
_FEWEST_DIGITS = 6  # the shortest valid ones, of Austria and Germany, with their country code
_FEWEST_FOREIGN = 11  # fewer digits without "+" are asked about only as what they are in the region
_MOST_DIGITS = LONGEST_DIGITS + 3
_PREFIXED_LENGTH = frozenset(range(_FEWEST_DIGITS + 2, _MOST_DIGITS + 1))
_RUSSIAN_MOBILE = re.compile(
    str(phonenumbers.PhoneMetadata.metadata_for_region("RU").mobile.national_number_pattern)  # type: ignore[union-attr]
)


def dial(digits: str, plus: bool, region: str) -> str | None:
    """The E.164 number that these digits mean in `region`, or None if they are not a valid number.

    `plus` says that the digits begin with a country code, as they do unless nothing else can be meant: "+8 916…".
    Handles trunk 8 and 7 before a Russian number,
    "+8", the international prefixes 00 and 810, and neighbours' country codes without "+".
    """
    if len(digits) > _MOST_DIGITS or _is_one_digit(digits):
        return None
    if plus:
        as_written = _valid(digits)
        if as_written is None and region in RUSSIAN_PLAN and digits[0] == "8" and len(digits) == RUSSIAN_NATIONAL + 1:
            return _valid("7" + digits[1:])
        return as_written
    if region not in RUSSIAN_PLAN:  # the library knows the region's own international prefix
        return _valid_in(digits, region) or (_valid(digits[2:]) if digits.startswith("00") else None)
    for prefix in INTERNATIONAL_PREFIXES:
        if digits.startswith(prefix) and (foreign := _valid(digits.removeprefix(prefix))):
            return foreign
    if len(digits) == RUSSIAN_NATIONAL + 1 and digits[0] in "78":
        return _valid("7" + digits[1:])
    if len(digits) == RUSSIAN_NATIONAL:
        return _valid("7" + digits)
    if NEIGHBOURS.get(digits[:3]) == len(digits):
        return _valid(digits)
    return None


def dialled_lengths(beginning: str, plus: bool, region: str) -> frozenset[int]:
    """How many digits a number may have that begins with these (at least three, if there are so many)."""
    if plus or region not in RUSSIAN_PLAN:
        return _any_length(None if plus else region)
    if beginning.startswith(INTERNATIONAL_PREFIXES):
        return _PREFIXED_LENGTH
    lengths = {RUSSIAN_NATIONAL + 1} if beginning[0] in "78" else {RUSSIAN_NATIONAL}
    return frozenset({*lengths, NEIGHBOURS.get(beginning[:3], RUSSIAN_NATIONAL)})


def dial_with_code(digits: str) -> str | None:
    """The E.164 number that these digits mean after a "+", or None if they are not a valid number."""
    return _valid(digits) if len(digits) >= _FEWEST_DIGITS else None


@lru_cache(maxsize=1024)
def published_groups(e164: str, home: str | None) -> list[int]:
    """How many digits stand together where the number's country groups it; `home` for its national writing."""
    number = phonenumbers.parse(e164, None)
    national, abroad = phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL
    written = phonenumbers.format_number(number, national if home else abroad)
    return [len(digits) for digits in re.findall(r"\d+", written)]


def refusal(digits: str, plus: bool, region: str) -> Reason:
    """Why digits that `dial` refused are no number; "not_valid" and "no_plus" are worth asking about.

    Numbering plans grow before their published copies do, so a number of the right length may exist all
    the same.
    """
    if _is_one_digit(digits):
        return "impossible"
    with_trunk = region in RUSSIAN_PLAN and len(digits) == RUSSIAN_NATIONAL + 1 and digits[0] in "78"
    if not plus and not with_trunk and len(digits) >= _FEWEST_FOREIGN and _valid(digits):
        return "no_plus"
    if region in RUSSIAN_PLAN and (not plus or digits[0] in "78"):
        return _russian_refusal(digits, plus)
    if len(digits) > LONGEST_DIGITS:
        return "too_long"
    try:
        number = phonenumbers.parse("+" + digits if plus else digits, None if plus else region)
    except phonenumbers.NumberParseException:
        return "too_short" if len(digits) < 8 else "impossible"
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible in (
        phonenumbers.ValidationResult.IS_POSSIBLE,
        phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY,
    ):
        return "not_valid"
    if possible == phonenumbers.ValidationResult.TOO_SHORT:
        return "too_short"
    return "too_long" if possible == phonenumbers.ValidationResult.TOO_LONG else "impossible"


def _is_one_digit(digits: str) -> bool:
    """Tell whether somebody held a key down: valid by some plans, and nobody's number."""
    return len(digits) >= RUSSIAN_NATIONAL and len(set(digits)) == 1


def is_russian_mobile(national: str) -> bool:
    """Tell whether ten digits after +7 are a valid Russian mobile number: as `phonenumbers` answers, faster."""
    return _RUSSIAN_MOBILE.fullmatch(national) is not None


def _russian_refusal(digits: str, plus: bool) -> Reason:
    with_code = plus or digits[0] in "78"
    expected = RUSSIAN_NATIONAL + 1 if with_code else RUSSIAN_NATIONAL
    if len(digits) < expected:
        return "too_short"
    if len(digits) == expected:
        return "not_valid" if with_code or digits[0] in "3489" else "impossible"
    return "too_long" if with_code or digits[0] == "9" or len(digits) > LONGEST_DIGITS else "impossible"


@lru_cache(maxsize=8192)
def _valid(international: str) -> str | None:
    """E.164 of digits that begin with a country code, if they are a valid number."""
    if len(international) > LONGEST_DIGITS or international.startswith("0"):
        return None
    if international[:2] == "79" and len(international) == RUSSIAN_NATIONAL + 1:
        return "+" + international if is_russian_mobile(international[1:]) else None
    if is_surely_valid(international):
        return "+" + international
    return parsed("+" + international, None)


@lru_cache(maxsize=1024)
def _valid_in(national: str, region: str) -> str | None:
    return parsed(national, region)


@lru_cache(maxsize=256)
def _any_length(region: str | None) -> frozenset[int]:
    """All lengths of numbers with a country code, and of the shorter ones of a region."""
    fewest = min(_FEWEST_DIGITS, shortest_number(region)) if region else _FEWEST_DIGITS
    return frozenset(range(fewest, LONGEST_DIGITS + 3))


def parsed(
    text: str, region: str | None, accept: Callable[[phonenumbers.PhoneNumber], bool] = phonenumbers.is_valid_number
) -> str | None:
    """E.164 of a text if `phonenumbers` reads it as a number and accepts that."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not accept(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
