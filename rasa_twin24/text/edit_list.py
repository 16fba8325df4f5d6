"""What a message wants done with the list of numbers that is being made. Pure.

Whoever is not to be called must not be called: so a message with numbers that may mean something else than to take
them off («замени», «кроме», «не тот») is `UNSURE`, and neither adds nor removes.
"""

from __future__ import annotations

import re
from enum import Enum

from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.removal import is_said_of_all, removes_numbers, tells_unwillingness

MOST_CHARACTERS = 2_000  # looked at


class Wish(Enum):
    """What is to be done."""

    REMOVE = "remove"  # whomever the message names
    LAST = "last"
    PLACES = "places"  # by their places in the list
    CLEAR = "clear"
    UNSURE = "unsure"


_TAKES = re.compile(
    r"(?<!\w)(?:уд[ао]л[ия]\w*|уб[еи]р\w*|убрать|исключ\w*|вычерк\w*|выкин\w*|выброс\w*|выкидыв\w*|сотри\w*|стереть|стира\w*"
    r"|сними\w*|снять|отмени\w*|вытащи\w*|не нуж\w*|лишн\w*|не актуал\w*|неактуал\w*"
    r"|delete|remove|exclude|erase|drop|cross|strike|scratch|take(?= .*\b(?:off|out)\b)|udali\w*|uberi\w*|ubrat)(?!\w)"
)
_NOT_CALL = re.compile(
    r"(?<!\w)(?:не (?:надо |нужно |стоит )?(?:по|о)?(?:звон|набир|набер|обзван|трога|дозван|назван|беспоко|тревож)\w*"
    r"|(?:хватит|перестан\w*|прекрати\w*) (?:[\w+-]+ ){0,2}?(?:звон|набир|назван|дозван)\w*"
    r"|(?:do not|don'?t|never|stop) (?:call|dial|ring|phon)\w*)"
)
# Said beside that, these mean something else: to swap numbers, to leave one out, to add or call another.
_OTHERWISE = re.compile(
    r"(?<!\w)(?:замени\w*|поменя\w*|исправ\w*|вместо|кроме|за исключением|replace|instead|except|change"
    r"|звони\w*|позвони\w*|добав\w*|остав\w*|запус\w*|набери\w*|add|keep|start|call)(?!\w)"
)
_NEGATED = re.compile(
    r"(?<!\w)(?:не|don'?t|do not) (?:надо |нужно |стоит )?"
    r"(?:удал|удол|убир|убер|исключ|вычерк|сним|очищ|delete|remove|clear|erase)\w*"
)
_NUMBER_WORD = (
    r"(?:(?:номер|телефон|контакт|абонент|человек|клиент|запис|строк|кандидат)\w*"
    r"|numbers?|phones?|contacts?|entr\w+|rows?|persons?|people|one)"
)
_LAST = re.compile(
    r"(?<!\w)(?:последн(?:ий|его|юю|яя|ее|ею)|крайн(?:ий|его)|только что добавл\w*|last|latest|posledni\w*)(?!\w)"
)
_CLEARS = re.compile(
    r"(?<!\w)(?:очист\w*|очищ\w*|почист\w*|обнул\w*|опустош\w*|вычист\w*|clear|wipe|empty|purge|ochisti\w*)(?!\w)"
)
# Said alone, it can only mean the list.
_ONLY_CLEARS = re.compile(r"(?:(?:пожалуйста|please) )?(?:очисти|очистить|очистите|clear)(?: (?:пожалуйста|please))?")
_EVERYTHING = re.compile(
    r"(?<!\w)(?:все|всех|весь|целиком|полностью|каждый|all|every|everybody|everyone|whole|entire|vse)(?!\w)"
)
_LIST = re.compile(rf"(?<!\w)(?:спис\w*|перечен\w*|лист\w*|spisok|list|всех|everybody|everyone|{_NUMBER_WORD})(?!\w)")
_WRONG = re.compile(
    r"(?<!\w)(?:неверн\w*|неправильн\w*|ошибочн\w*|не тот|не та|ошиб\w*|опечат\w*|wrong|incorrect|mistake|typo)(?!\w)"
)
# What else may be deleted or cleared, unless it is said that numbers are meant.
_OTHER_THINGS = re.compile(
    r"(?<!\w)(?:задани|задач|обзвон|кампани|компани|стоп|остановк|доступ|данн|перепис|истори|журнал|приглаш|оператор|task|campaign"
    r"|data|history|access|stop|invit)"
)
_NUMBERS = re.compile(rf"(?<!\w){_NUMBER_WORD}(?!\w)")
_ORDINALS = ("перв", "втор", "трет", "четв[её]рт", "пят", "шест", "седьм", "восьм", "девят", "десят")
_ENGLISH = (
    "first|1st",
    "second|2nd",
    "third|3rd",
    "fourth|4th",
    "fifth|5th",
    "sixth|6th",
    "seventh|7th",
    "eighth|8th",
    "ninth|9th",
    "tenth|10th",
)
_PLACES = [
    re.compile(rf"(?<!\w)(?:{russian}(?:ый|ого|ой|ий|ьего|ье|ую|ая|ое|ого|ых|ье)?|{english})(?!\w)")
    for russian, english in zip(_ORDINALS, _ENGLISH, strict=True)
]
# «убери 3-й номер», «удали № 3»; a bare digit may be a number's own.
_NUMBERED = re.compile(
    r"(?<![\w+])(?:№ ?(\d{1,3})|(\d{1,3})[ -]?(?:й|ый|ой|ий|го|ого|ю|ую)(?!\w)"
    rf"|{_NUMBER_WORD} (\d{{1,3}}))(?![\w-])"
)


def read_wish(text: str, *, numbers: bool) -> Wish | None:
    """What a message wants done with the list; `numbers`: it holds phone numbers. None: nothing of the kind."""
    plain = _plain(text)
    rest = _NOT_CALL.sub(" ", plain)
    takes, negated = bool(_TAKES.search(rest)), bool(_NEGATED.search(plain))
    # «последний номер неверный»; without a word that something else is wrong.
    takes = takes or (not numbers and bool(_WRONG.search(plain) and _NUMBERS.search(plain)))
    if numbers:
        if _takes_off(text) and not negated and not _OTHERWISE.search(rest) and is_said_of_all(text, _takes_off):
            return Wish.REMOVE
        return Wish.UNSURE if removes_numbers(text) or tells_unwillingness(text) else None
    if negated or _OTHERWISE.search(rest) or (_OTHER_THINGS.search(plain) and not _NUMBERS.search(plain)):
        return None
    if takes and read_places(text):
        return Wish.PLACES
    if takes and _LAST.search(plain):
        return Wish.LAST
    if _ONLY_CLEARS.fullmatch(plain):
        return Wish.CLEAR
    whole = _CLEARS.search(plain) or (takes and _EVERYTHING.search(plain))
    return Wish.CLEAR if whole and _LIST.search(plain) else None


def read_places(text: str) -> list[int]:
    """The places in the list that a message names, from 1: «первый», «третий», «№ 12»; each once, in order."""
    plain = _plain(text)
    named = {place for place, pattern in enumerate(_PLACES, start=1) if pattern.search(plain)}
    named |= {int(next(filter(None, found.groups()))) for found in _NUMBERED.finditer(plain)}
    return sorted(named - {0})


def _takes_off(text: str) -> bool:
    plain = _plain(text)
    rest = _NOT_CALL.sub(" ", plain)
    return rest != plain or _TAKES.search(rest) is not None


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s'+№-]", " ", normalise(text[:MOST_CHARACTERS]).text).split())
