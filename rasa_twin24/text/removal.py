"""Whether a message wants numbers taken away: it must never be read as one that gives them."""

from __future__ import annotations

import re
from collections.abc import Callable

from rasa_twin24.text.normalise import normalise

MOST_CHARACTERS = 2_000  # looked at

_REMOVES = re.compile(
    r"(?<![а-яa-z])(?:"
    r"уд[ао]л[ия]\w*|уб[еи]р\w*|убрать|исключи\w*|исключа\w*|выч[её]рк\w*|выкин\w*|выброс\w*|выкидыв\w*|сотри\w*|стереть"
    r"|стира\w*|сними\w*|снять|вытащи\w*|отмени\w*|очист\w*"
    r"|замени\w*|поменя\w*|исправ\w*|заблокир\w*|(?:за)?бан(?:ь|ить|ьте)|отпиши\w*|ч[её]рн\w+ спис\w+|стоп[ -]?лист\w*"
    r"|кроме|за исключением|вместо|лишн\w+|не (?:нуж\w+|надо)|не актуал\w*|неактуал\w*"
    r"|не (?:надо |нужно |стоит )?(?:по|о)?"
    r"(?:звон|набира|набер|добавля|обзванива|трога|названива|беспоко|тревож|дозванив)\w*"
    r"|(?:хватит|перестан\w*|прекрати\w*) (?:[\w+-]+ ){0,2}?(?:звон\w*|набира\w*|названива\w*|дозванива\w*)"
    r"|не (?:тот|туда|его|ее|этот|этому)|ошиб\w*|неверн\w*|никогда"
    r"|delete|remove|exclude|erase|except|replace|instead|block|blacklist|ban|cross|wrong|drop|udali\w*|uberi\w*|donotcall"
    r"|take (?:[^\n]{0,60} )?(?:off|out)"
    r"|(?:do not|don't|dont|never|stop|no more) (?:call\w*|dial\w*|ring\w*|phon\w*|add|disturb)"
    r")(?![а-яa-z])"
)

# What is said of people who do not want to be called, or cannot be any more; nobody orders anything by it.
_UNWILLING = re.compile(
    r"(?<![а-яa-z])(?:"
    r"отписа(?:л|н|вш)\w*|отказа(?:л|вш)\w*|отказыва\w*|отказ|возража\w*|жал(?:уе|ова|об)\w*|недовол\w*|отозва\w*"
    r"|(?:он|она|они|клиент\w*|абонент\w*|человек) против|против (?:звонк|обзвон)\w*"
    r"|не (?:хо(?:чет|тят)|хотел\w*|жела[ею]т|соглас(?:ен|на|ны)|интерес(?:но|ует|уют))|неинтересн\w*"
    r"|умер(?:ла|ли)?|скончал\w*|уволи(?:л|вш)\w*|прос(?:ит|ят|ил\w*) (?:\w+ )?не"
    r"|unsubscri\w*|opt(?:s|ed)?[ -]out|refuse[sd]?|complain\w*|objects?|not interested|deceased|passed away"
    r"|(?:do|does|did)(?: not|n't|nt) want"
    r")(?![а-яa-z])"
)

# A line that holds a number: shorter ones are counts, dates, places in a list.
_FEWEST_DIGITS = 7
_FIRST_DIGIT = re.compile(r"[+(]*\d")


def removes_numbers(text: str) -> bool:
    """Tell whether a message asks to delete, replace, exclude or not to call a number, or says that one is wrong."""
    return _REMOVES.search(normalise(text[:MOST_CHARACTERS]).text) is not None


def tells_unwillingness(text: str) -> bool:
    """Tell whether a message says of somebody that they do not want to be called, or that there is nobody to call."""
    return _UNWILLING.search(normalise(text[:MOST_CHARACTERS]).text) is not None


def is_said_of_all(text: str, says: Callable[[str], bool]) -> bool:
    """Tell whether what a message `says` is about all of its numbers, and not about some lines of a list.

    "Больше не звонить:" above a list is; beside one number of several, as «просил больше не звонить» may stand, it is
    not.
    """
    numbered = [line for line in text[:MOST_CHARACTERS].splitlines() if sum(map(str.isdigit, line)) >= _FEWEST_DIGITS]
    saying = [line for line in numbered if says(line)]
    if len(saying) in (0, len(numbered)):
        return True
    return saying == numbered[:1] and says(_FIRST_DIGIT.split(saying[0], maxsplit=1)[0])
