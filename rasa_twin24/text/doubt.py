"""What a piece that is worth asking about would be dialed as, if its person says that it is right. Pure."""

from __future__ import annotations

import phonenumbers

from rasa_twin24.text.dialling import ASKED, LONGEST_DIGITS, RUSSIAN_NATIONAL, RUSSIAN_PLAN, parsed
from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.phones import Piece


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


def _possible(text: str, region: str | None) -> str | None:
    return parsed(text, region, phonenumbers.is_possible_number)
