"""Whether a message wants numbers taken away: it must never be read as one that gives them."""

from __future__ import annotations

import re

from rasa_twin24.text.normalise import normalise

MOST_CHARACTERS = 2_000  # looked at

_REMOVES = re.compile(
    r"(?<![а-яa-z])(?:"
    r"удали\w*|удаля\w*|убери\w*|убрать|убира\w*|исключи\w*|исключа\w*|вычеркн\w*|выкин\w*|сотри\w*|стереть"
    r"|замени\w*|поменя\w*|исправ\w*|заблокир\w*|отпиши\w*|черн\w+ спис\w+|кроме|за исключением|вместо"
    r"|не (?:надо )?(?:звон\w*|набира\w*|добавля\w*|обзванива\w*|трога\w*)"
    r"|не (?:тот|туда|его|ее|этот|этому)|ошиб\w*|неверн\w*"
    r"|delete|remove|exclude|erase|except|replace|instead|block|cross|wrong|drop"
    r"|(?:do not|don't|dont|never) (?:call|dial|add)"
    r")(?![а-яa-z])"
)


def removes_numbers(text: str) -> bool:
    """Tell whether a message asks to delete, replace, exclude or not to call a number, or says that one is wrong."""
    return _REMOVES.search(normalise(text[:MOST_CHARACTERS]).text) is not None
