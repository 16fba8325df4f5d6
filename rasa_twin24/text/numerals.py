"""Spoken numerals, Russian and English, as digits: "девятьсот шестнадцать" → "916".

People dictate phone numbers to their keyboard and misspell the words. A word counts when it is a numeral
or one slip away from exactly one numeral; whether the digits make a phone number is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rasa_twin24.text.dictionary import is_russian_word
from rasa_twin24.text.typos import Spelling

_RUSSIAN: dict[str, int] = {
    **{"ноль": 0, "нуль": 0, "нол": 0, "один": 1, "одна": 1, "два": 2, "две": 2, "три": 3},
    **{"четыре": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9, "десять": 10},
    **{"одиннадцать": 11, "двенадцать": 12, "тринадцать": 13, "четырнадцать": 14, "пятнадцать": 15},
    **{"шестнадцать": 16, "семнадцать": 17, "восемнадцать": 18, "девятнадцать": 19},
    **{"двадцать": 20, "тридцать": 30, "сорок": 40, "пятьдесят": 50, "шестьдесят": 60, "семьдесят": 70},
    **{"восемьдесят": 80, "девяносто": 90, "сто": 100, "двести": 200, "триста": 300, "четыреста": 400},
    **{"пятьсот": 500, "шестьсот": 600, "семьсот": 700, "восемьсот": 800, "девятьсот": 900},
    # As they are heard; too far from the dictionary for a single slip.
    **{"пят": 5, "пядь": 5, "пиять": 5, "шест": 6, "шесь": 6, "шисть": 6, "сем": 7, "восем": 8, "восим": 8},
    **{"четыри": 4, "читыре": 4, "девить": 9, "дивять": 9, "девят": 9, "десят": 10, "одинадцать": 11},
    **{"одинацать": 11, "двенацать": 12, "тринацать": 13, "четырнацать": 14, "пятнацать": 15},
    **{"шеснадцать": 16, "шеснацать": 16, "семнацать": 17, "восемнацать": 18, "девятнацать": 19},
    **{"двацать": 20, "двадцать": 20, "трицать": 30, "тридцать": 30, "писят": 50, "пядесят": 50},
    **{"шисят": 60, "шесят": 60, "шестдесят": 60, "семьсят": 70, "семдесят": 70, "восемсят": 80},
    **{"восемдесят": 80, "восимдесят": 80, "дивяносто": 90, "двесте": 200, "читыреста": 400, "питсот": 500},
    **{"шисот": 600, "шессот": 600, "семсот": 700, "восемсот": 800, "восимсот": 800, "дивятсот": 900},
    **{"девятсот": 900, "дивятьсот": 900},
}
_ENGLISH: dict[str, int] = {
    **{"zero": 0, "oh": 0, "nought": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6},
    **{"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13},
    **{"fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19},
    **{"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70},
    **{"eighty": 80, "ninety": 90},
}
_VALUES = {**_RUSSIAN, **_ENGLISH}
_REPEATS = {"double": 2, "triple": 3}
_HUNDRED = "hundred"
_PLUS = frozenset({"плюс", "plus"})

# Shorter words are never corrected: "тра" may be "три", "два" or nothing.
_SPELLING = Spelling(_VALUES, shortest=4)
_SHORTEST_CORRECTED = 4


@dataclass(frozen=True)
class SpokenWord:
    """A word of a dictated number, bounds in the text it was found in; `value` is None for a sign or multiplier."""

    text: str
    value: int | None
    start: int
    end: int


@dataclass(frozen=True)
class SpokenGroup:
    """Digits that were said together, such as "916" for "девятьсот шестнадцать"; `plus` if «плюс» stood before."""

    digits: str
    plus: bool
    start: int
    end: int


def spoken_word(word: str, start: int, end: int) -> SpokenWord | None:
    """Read one plain lower-case word as part of a dictated number; None if it is not one."""
    if word in _PLUS or word in _REPEATS or word == _HUNDRED:
        return SpokenWord(word, None, start, end)
    value = _value(word)
    return None if value is None else SpokenWord(word, value, start, end)


def compose(words: list[SpokenWord]) -> Iterator[SpokenGroup]:
    """Join words that follow each other into groups: hundreds, then tens, then units, each at most once."""
    at = 0
    while at < len(words):
        first = at
        plus = False
        while at < len(words) and words[at].text in _PLUS:
            plus = True
            at += 1
        if at == len(words):
            return
        digits, at = _group_digits(words, at)
        if digits:
            yield SpokenGroup(digits, plus, words[first].start, words[at - 1].end)


def _group_digits(words: list[SpokenWord], at: int) -> tuple[str, int]:
    """The digits of the group that begins at `at`, and where the next one begins."""
    word = words[at]
    if word.text in _REPEATS:
        if at + 1 < len(words) and words[at + 1].value is not None:
            return str(words[at + 1].value) * _REPEATS[word.text], at + 2
        return "", at + 1
    if word.value is None:  # "hundred" with nothing to multiply
        return "", at + 1
    total = word.value
    at += 1
    if 1 <= total <= 9 and at < len(words) and words[at].text == _HUNDRED:
        total *= 100
        at += 1
    room = _room_after(total)
    while at < len(words) and room:
        value = words[at].value
        if value is None or not 1 <= value < room:
            break
        total += value
        at += 1
        room = _room_after(value)
    return str(total), at


def _room_after(value: int) -> int:
    """Numerals below this limit may still join: 100 after hundreds, 10 after tens, nothing after the rest."""
    if value >= 100:
        return 100
    return 10 if value >= 20 else 0


@lru_cache(maxsize=4096)
def _value(word: str) -> int | None:
    if (value := _VALUES.get(word)) is not None:
        return value
    if len(word) < _SHORTEST_CORRECTED:
        return None
    meant = {_VALUES[known] for known in _SPELLING.nearest(word)}
    if len(meant) != 1 or is_russian_word(word):  # "ночь" is no misspelt "ноль"
        return None
    return meant.pop()
