"""The id of a task of the platform inside a message: a UUID, or a short token after a word that introduces it."""

from __future__ import annotations

import re

from rasa_twin24.text.phones import read_numbers

MOST_CHARACTERS = 2_000  # looked at; an id stands near its word

_UUID = re.compile(r"(?<![0-9A-Za-z-])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z-])")
_INTRODUCED = re.compile(
    r"(?<![а-яёa-z])(?:задани(?:е|я|ю|и|ем)|задач(?:а|и|е|у|ей)|обзвон(?:а|у|е)?|кампани(?:я|и|ю|ей)"
    r"|task|campaign|(?P<numbered>id|ид|айди|номер(?:ом)? задания))(?![а-яёa-z])"
    r"[ :=-]{0,3}(?P<marked>(?:с )?(?:номер(?:ом)?|id|ид|айди|number|no\.?|№|#)(?![а-яёa-z])[ :=-]{0,3}(?:№|#)? ?)?"
    r"(?P<id>[0-9A-Za-z_-]{4,64})(?![0-9A-Za-zА-Яа-яЁё_@.:/-]*[0-9A-Za-zА-Яа-яЁё_@/])",
    re.IGNORECASE,
)
# Digits that count something have a word after them: "обзвон 1500 клиентов".
_COUNTED = re.compile(r" (?!и |and |с |with |номер|number)[а-яёa-z]", re.IGNORECASE)
_TASK = re.compile(r"задани|задач|обзвон|кампани|рассылк|task|campaign|(?<![а-яёa-z])(?:id|ид|айди)(?![а-яёa-z])", re.I)
_THIS = re.compile(
    r"(?<![а-яёa-z])(?:эт(?:о|ому|от|ой|у|им)|тот же|то же|ту же|текущ\w+|this|current|the same|same)(?![а-яёa-z])",
    re.I,
)
_DIGIT = re.compile(r"\d", re.ASCII)
_LETTER = re.compile("[A-Za-z]")


def find_task_id(text: str, region: str = "RU") -> tuple[int, int, str] | None:
    """Bounds and value of the first task id, or None: a UUID anywhere, or 4 to 64 of [0-9A-Za-z_-] after its word.

    A token needs a digit, and one without letters must be unbroken digits that belong to no phone number
    (as read in `region`).
    """
    text = text[:MOST_CHARACTERS]
    if found := _UUID.search(text):
        return found.start(), found.end(), found.group()
    for found in _INTRODUCED.finditer(text):
        token = found.group("id")
        start, end = found.span("id")
        if _is_id(token, found) and not _is_in_phone(text, start, end, region):
            return start, end, token
    return None


def names_other_task(text: str) -> bool:
    """Tell whether a message speaks of a task that may be another than the one talked about: «в задание 4512»."""
    plain = text[:MOST_CHARACTERS]
    return _UUID.search(plain) is not None or (_TASK.search(plain) is not None and _THIS.search(plain) is None)


def _is_id(token: str, found: re.Match[str]) -> bool:
    if not _DIGIT.search(token):
        return False
    if _LETTER.search(token):
        return True
    named = found.group("numbered") or found.group("marked")
    return token.isdigit() and (bool(named) or not _COUNTED.match(found.string, found.end("id")))


def _is_in_phone(text: str, start: int, end: int, region: str) -> bool:
    """Tell whether a token is (part of) a number as if no identifier's word stood before it."""
    reading = read_numbers(text[start:], region)
    if any(phone.start < end - start for phone in reading.found):
        return True
    token = text[start:end]
    return any(piece.raw.startswith(token) and piece.reason == "not_valid" for piece in reading.doubtful)
