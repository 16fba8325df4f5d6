"""One plain spelling for whatever a messenger sends, with the way back to the original text.

Keyboards, phones and office programs write the same thing in many characters: full-width digits, keycap
emoji, no-break spaces, long dashes, invisible marks. The rules of this package read the plain spelling and
report offsets of the original.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Python's str.translate is the fastest per-character mapping; "ё" is written as "е" by most people.
_CHARACTERS: dict[str, str] = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2043\ufe58\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4\u2032", "'"),
    "\t": " ",
    "\r": "\n",
    "\x0b": "\n",
    "\x0c": "\n",
    "\x85": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "№": "№",  # NFKC would turn it into the English word "No"
    "\U0001f51f": "10",
    "➕": "+",
    "➖": "-",
    "❓": "?",
    "❔": "?",
    "ё": "е",
    "Ё": "е",
}
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_INVISIBLE = {"Cf", "Cc", "Mn", "Me"}  # zero-width characters, controls, marks with nothing to stand on
_MARKS = {"Mn", "Me"}  # accents, variation selectors, the frame of a keycap: one with the character before
_LONGEST_CLUSTER = 4  # a letter and its accents; more is decoration
# Characters that stay one character each: what nearly all Russian messages consist of.
_ONE_TO_ONE = re.compile("[\n -_a-~а-яА-ЯёЁ№«»„“”\t\u00a0\u2010-\u2015]*")
_SPELLED = str.maketrans(
    {"ё": "е", "\t": " ", "\u00a0": " ", **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015", "-")}
)
_PLAIN_ASCII_MAPPED = frozenset("\t\r\x0b\x0c\x60\x7f") | {chr(code) for code in range(32) if code != 10}


@dataclass(frozen=True)
class Plain:
    """The plain spelling of a text; `starts[i]` and `ends[i]` bound the original of character `i`."""

    text: str
    starts: list[int] | range
    ends: list[int] | range

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Bounds in the original of the non-empty plain slice `start:end`."""
        return self.starts[start], self.ends[end - 1]


def normalise(text: str) -> Plain:
    """Spell a text plainly: NFKC, lower case, ё→е, plain digits, dashes, quotes and spaces, nothing invisible.

    Every character of the result knows where it came from. Time is linear in the length.
    """
    if text.isascii() and _PLAIN_ASCII_MAPPED.isdisjoint(text):
        return Plain(text.lower(), range(len(text)), range(1, len(text) + 1))
    if _ONE_TO_ONE.fullmatch(text):
        return Plain(text.lower().translate(_SPELLED), range(len(text)), range(1, len(text) + 1))
    plain: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    while position < len(text):
        after = position + 1
        while after < len(text) and unicodedata.category(text[after]) in _MARKS:
            after += 1
        for character in _plain_spelling(text[position:after]):
            plain.append(character)
            starts.append(position)
            ends.append(after)
        position = after
    return Plain("".join(plain), starts, ends)


def _plain_spelling(cluster: str) -> str:
    """The plain spelling of one character with its combining marks; empty for an invisible one."""
    first = cluster[0]
    if (known := _CHARACTERS.get(first)) is not None:
        return known
    if first == "\n":
        return first
    category = unicodedata.category(first)
    if category in _INVISIBLE or ord(first) in _SKIN_TONES:
        return ""
    if category == "Zs":
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(first))
    accented = first + "".join(mark for mark in cluster[1:_LONGEST_CLUSTER] if unicodedata.combining(mark))
    spelled = unicodedata.normalize("NFKC", accented).lower()
    return "".join(_CHARACTERS.get(character, character) for character in spelled)
