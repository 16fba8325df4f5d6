"""What a piece that is worth asking about would be dialed as, if its person says that it is right. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import phonenumbers

from rasa_twin24.text.dialling import ASKED, LONGEST_DIGITS, RUSSIAN_NATIONAL, RUSSIAN_PLAN, parsed
from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.phones import Piece, Reading


def dialed_as(piece: Piece, region: str = "RU") -> str | None:
    """E.164 of a doubtful piece; None when it cannot be a number of any plan.

    `region` says how one without a country code is read.
    """
    plain = normalise(piece.raw).text
    digits = "".join(filter(str.isdigit, plain))
    if piece.reason not in ASKED or not 7 <= len(digits) <= LONGEST_DIGITS:
        return None
    if piece.reason == "no_plus":
        return _possible("+" + digits, None)
    written_in_full = "+" in plain
    if region in RUSSIAN_PLAN and len(digits) == RUSSIAN_NATIONAL + 1 and digits[0] in "78":
        return _possible("+7" + digits[1:], None)
    if region in RUSSIAN_PLAN and len(digits) == RUSSIAN_NATIONAL and not written_in_full:
        return _possible("+7" + digits, None)
    return _possible(f"+{digits}" if written_in_full else digits, None if written_in_full else region)


def all_dialed_as(pieces: Iterable[Piece], region: str = "RU") -> tuple[str, ...]:
    """What those pieces would be dialed as that can be, each number once."""
    return tuple(dict.fromkeys(phone for piece in pieces if (phone := dialed_as(piece, region))))


def all_meant(reading: Reading, region: str = "RU") -> list[str]:
    """Every number of a message, those that no plan has as well: whoever is not to be called may be believed."""
    return list(dict.fromkeys((*(found.e164 for found in reading.found), *all_dialed_as(reading.doubtful, region))))


def without_meant(reading: Reading, region: str = "RU") -> Reading:
    """What `all_meant` could make nothing of."""
    return Reading([], [piece for piece in reading.doubtful if not dialed_as(piece, region)], reading.rejected)


def _possible(text: str, region: str | None) -> str | None:
    return parsed(text, region, phonenumbers.is_possible_number)
