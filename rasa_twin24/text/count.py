"""A message that is nothing but a count of candidates, such as "250" or "2 500 номеров"."""

from __future__ import annotations

import re

from rasa_twin24.text.normalise import normalise

MOST_DIGITS = 7

_COUNT = re.compile(
    r"\s*(\d{1,7}|\d{1,3}(?:[ ,]\d{3}){1,2})"
    r"(?: *(?:номер(?:а|ов)?|кандидат(?:а|ов)?|numbers?|candidates?))?\s*[.!]?\s*"
)


def read_count(text: str) -> int | None:
    """The count that the whole message is; None for everything else. Digits may stand in groups of three."""
    plain = normalise(text).text
    read = _COUNT.fullmatch(plain) if len(plain) <= 40 else None
    if read is None:
        return None
    digits = re.sub(r"\D", "", read[1])
    return int(digits) if len(digits) <= MOST_DIGITS else None
