"""A person's text without what tells who or whom: numbers, e-mails, links, ids."""

from __future__ import annotations

import re

from rasa_twin24.text.phones import find_phones

HIDDEN = "•••"
MOST_CHARACTERS = 200

_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S*@\S+")
_LONG_DIGITS = re.compile(r"\+?\d(?:[\d ()-]{2,}\d)|[0-9a-f]{8}(?:-[0-9a-f]{4,}){2,}", re.IGNORECASE)


def without_data(text: str, region: str = "RU") -> str:
    """The text in one line, cut, with whatever may be a number, an address or an id hidden."""
    text = " ".join(text[: MOST_CHARACTERS * 2].split())
    for found in reversed(find_phones(text, region)):
        text = text[: found.start] + HIDDEN + text[found.end :]
    return _LONG_DIGITS.sub(HIDDEN, _ADDRESS.sub(HIDDEN, text))[:MOST_CHARACTERS]
