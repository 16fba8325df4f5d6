"""Corrections: a number that was to be another one, a task that was to be called otherwise. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.task_name import LONGEST_NAME, asks_for_new_task

MOST_CHARACTERS = 500  # looked at

_LAST = r"(?:последн(?:ий|его|юю|яя)|крайн(?:ий|его)|last)"
_WRONG = r"(?:неверн\w*|неправильн\w*|ошибочн\w*|не тот|не та|ошиб\w*|опечат\w*|wrong|incorrect|mistake\w*|typo)"
_SWAPS = r"(?:замени\w*|поменя\w*|исправ\w*|смени\w*|replace|change|swap|correct)"
_LAST_OTHER = re.compile(
    rf"(?<!\w)(?:{_LAST}(?!\w).*(?<!\w){_WRONG}|{_SWAPS}(?!\w).*{_LAST}|{_WRONG}(?!\w).*{_LAST})(?!\w).*#"
)
_FIRST_IS_OLD = re.compile(
    rf"(?<!\w)(?:не|not|вместо|instead of|{_SWAPS})(?: на)?(?: (?:номер\w*|телефон\w*|number|the|этот))* #,? ?"
    r"(?:(?:а|на|но|but|with|to|by|for|надо|нужно|правильн\w*|верн\w*|номер|is|it's|:|-),? ?)*#"
    rf"|#,? (?:(?:это|был|was|is|-) )?{_WRONG}(?!\w)[^#]*#"
)
_SECOND_IS_OLD = re.compile(r"#,? ?(?:а не|вместо|not|instead of|rather than)(?: номер\w*)? #")

_QUOTED = re.compile(r"[«\"“„]([^«»\"“”„\n]+)[»\"”“]")
_NOT_BUT = re.compile(
    r"(?:(?:ой|ох|нет|упс|стоп|извини\w*|прости\w*|no|oops|sorry)[,.!]* +)*(?:не|not) +(?P<old>.+?)"
    r" *,? *(?<!\w)(?:а|but) +(?P<new>.+?)[.!]*",
    re.IGNORECASE,
)
_TO = r"(?: *(?:[:=—–-]|(?:в|на|to|as)(?!\w)))?"
_RENAMES = re.compile(
    r"(?<!\w)(?:переименуй(?:те)?|переименовать|переименуем|переименуйка|rename)"
    r"(?: +(?:его|её|ее|это|этот|обзвон|задание|кампанию|it|this|the|task|campaign))*"
    rf"{_TO} *(?P<a>.*)"
    r"|(?<!\w)(?:смени|смените|сменить|измени|измените|изменить|поменяй|поменяйте|поменять|исправь|исправить"
    r"|change|correct|fix)"
    r" +(?:ему +|the +|its +|task +)*(?:названи\w+|имя|name)(?: +(?:задания|обзвона|of the task))?"
    rf"{_TO} *(?P<b>.*)"
    r"|(?:^|[,.!] *|(?<!\w)(?:нет|no|лучше|rather|давай)[ ,]+)(?:назови(?:те)? (?:его|её|ее|это|обзвон|задание)"
    r"|call it|name it)"
    r" +(?P<c>.+)",
    re.IGNORECASE,
)
_WRONG_NAME = re.compile(
    rf"(?<!\w)(?:{_WRONG} +(?:в |the |with the |in the )?(?:названи\w+|имен\w+|name)|(?:названи\w+|имя|name)[^\w]*"
    rf"(?:задания|обзвона|is)? *{_WRONG})(?!\w)"
    r"(?:[,.:!]* *(?:правильно|верно|надо|нужно|должно быть|it should be|should be|it's|correct is)[: -]*(?P<new>.+))?",
    re.IGNORECASE,
)
_TRIMMED = " \t,.:;—–-!?"


@dataclass(frozen=True)
class Swap:
    """Places among the message's numbers, from 0; `old` None: the last one of the list."""

    old: int | None
    new: int


@dataclass(frozen=True)
class Rename:
    """`name` None: it is not said yet. `old`: what the message says the task is called, when it does."""

    name: str | None
    old: str | None = None


def read_swap(text: str, numbers: Sequence[tuple[int, int]]) -> Swap | None:
    """Which of a message's numbers (their bounds) was to be which: «не 8 916…, а 8 917…»; None: nothing of the kind."""
    if len(text) > MOST_CHARACTERS or not 0 < len(numbers) <= 2:
        return None
    for start, end in sorted(numbers, reverse=True):
        text = text[:start] + " # " + text[end:]
    plain = " ".join(normalise(text).text.split()).replace(" ,", ",")
    if len(numbers) == 1:
        return Swap(None, 0) if _LAST_OTHER.search(plain) else None
    if _SECOND_IS_OLD.search(plain):
        return Swap(1, 0)
    return Swap(0, 1) if _FIRST_IS_OLD.search(plain) else None


def read_rename(text: str) -> Rename | None:
    """What a message wants the task called; None when it wants nothing of the kind.

    «не X, а Y» is one only between names: both in quotes or with a capital letter.
    """
    text = " ".join(text.split())
    if not text or len(text) > MOST_CHARACTERS or "?" in text or asks_for_new_task(text):
        return None
    if found := _NOT_BUT.fullmatch(text):
        old, new = found["old"].strip(_TRIMMED), found["new"].strip(_TRIMMED)
        return Rename(_plain(new), _plain(old)) if _is_name(old) and _is_name(new) else None
    if found := _WRONG_NAME.search(text):
        return Rename(_plain(found["new"]) if found["new"] else None)
    if found := _RENAMES.search(text):
        return Rename(_plain(found["a"] or found["b"] or found["c"] or ""))
    return None


def _is_name(text: str) -> bool:
    return bool(_QUOTED.fullmatch(text)) or text[:1].isupper()


def _plain(name: str) -> str | None:
    """Without quotes and signs around; None when nothing is left, or more than a name can be."""
    name = name.strip(_TRIMMED)
    quoted = _QUOTED.search(name)
    name = quoted[1].strip() if quoted else name
    return name if any(sign.isalnum() for sign in name) and len(name) <= LONGEST_NAME else None
