"""The commonest lines of a list in one look: a number in its usual writing, perhaps with an index and a name.

What is answered here is what `phones.read_numbers` answers, and a test compares them; every other line is left to it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rasa_twin24.text.dialling import NEIGHBOURS, RUSSIAN_PLAN, is_russian_mobile
from rasa_twin24.text.distractors import blank_distractors
from rasa_twin24.text.names import name_in
from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.numbering import is_surely_valid
from rasa_twin24.text.numerals import spoken_word

# Groups of 3-3-2-2 behind 8, 7 or +7, or alone; unbroken digits with a country code; a neighbour's with "+".
_RUSSIAN = r"(?:(?:\+ ?7|[78])[ -]?\(?(?P<area>\d{3})|\(?9\d\d)\)?[ -]?\d{3}[ -]?\d\d[ -]?\d\d"
_ABROAD = r"\+\d{8,15}|\d{11,12}|\+(?P<grouped>\d{3}) \(?\d\d\)? \d{3}[ -]\d\d[ -]\d\d"
_NAME = r"[A-Za-zА-Яа-яЁё]{2,20}(?: [A-Za-zА-Яа-яЁё]{2,20}){0,2}"
_LINE = re.compile(
    rf"[ \t]{{0,3}}(?:\d{{1,3}}[.)] |[-•] )?(?:(?P<before>{_NAME})(?: ?[:;,\t] ?| - | — | ))?"
    rf"(?P<number>{_RUSSIAN}|(?P<abroad>{_ABROAD}))"
    rf"(?:(?:[;,\t] ?| - | — | )(?P<after>{_NAME}))?[ \t\r\n]*",
    re.ASCII,
)
_WORDS = re.compile(r"[A-Za-zА-Яа-яЁё .,;:!?\t\r\n-]*")
_LETTERS = re.compile(r"[A-Za-zА-Яа-яЁё]+")
_NOT_DIGITS = str.maketrans("", "", " ()+-")
_NEIGHBOUR_LENGTH = 12
_RUSSIAN_DIGITS = 11

# Bounds, E.164 and label.
PlainNumber = tuple[int, int, str, "str | None"]


def read_plain_line(line: str, region: str) -> PlainNumber | None:
    """The only number of a line of the commonest kinds, or None if the line must be read by all the rules."""
    found = _LINE.fullmatch(line)
    if found is None or region not in RUSSIAN_PLAN:
        return None
    _, before, number, area, abroad, grouped, after = found.group(
        0, "before", "number", "area", "abroad", "grouped", "after"
    )
    digits = number if number.isdigit() else number.translate(_NOT_DIGITS)
    e164 = _abroad(number, digits, grouped) if abroad else _russian(digits[-10:], area)
    if e164 is None:
        return None
    label = None
    if before or after:
        label = before or after
        if (before and after) or not _is_mere_name(label):
            return None
    start, end = found.span("number")
    return start, end, e164, label


def holds_no_number(line: str) -> bool:
    """Tell whether a line consists of words none of which is a numeral."""
    if not _WORDS.fullmatch(line):
        return False
    return not any(map(_is_numeral, _LETTERS.findall(line)))


def _russian(national: str, area: str | None) -> str | None:
    if national == national[0] * 10:
        return None
    if is_russian_mobile(national) or (area and is_surely_valid("7" + national)):
        return "+7" + national
    return None


def _abroad(number: str, digits: str, grouped: str | None) -> str | None:
    if digits == digits[0] * len(digits):
        return None
    if number[0] != "+":
        neighbour = NEIGHBOURS.get(digits[:3]) == len(digits)
        return "+" + digits if neighbour and is_surely_valid(digits) else None
    if digits[0] == "8" and len(digits) == _RUSSIAN_DIGITS:  # "+8 916…" is a Russian number too
        return None
    # Grouped digits may be a shorter number and something else; those of neighbours are all equally long.
    if grouped and (NEIGHBOURS.get(grouped) != _NEIGHBOUR_LENGTH):
        return None
    return "+" + digits if is_surely_valid(digits) else None


@lru_cache(maxsize=16384)
def _is_mere_name(words: str) -> bool:
    """Tell whether words are a label whole, and say nothing about the digits beside them ("заказ", "руб", "семь")."""
    return name_in(words) == words and all(map(_says_nothing, _LETTERS.findall(words)))


@lru_cache(maxsize=16384)
def _says_nothing(word: str) -> bool:
    probe = normalise(f"{word} 1 {word}").text
    return not _is_numeral(word) and blank_distractors(probe) == probe


@lru_cache(maxsize=16384)
def _is_numeral(word: str) -> bool:
    return spoken_word(normalise(word).text, 0, len(word)) is not None
