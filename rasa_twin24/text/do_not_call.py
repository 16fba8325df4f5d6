"""Whether a message puts numbers on the do-not-call list, or takes them off it. Pure.

A ban is for good and for everybody: «больше не звонить», «никогда», «чёрный список», "never". «Не звони на 8 916…»
alone is about the list that is just being made (`edit_list.py`).
"""

from __future__ import annotations

import re

from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.removal import is_said_of_all

MOST_CHARACTERS = 2_000  # looked at

_ON_THE_LIST = re.compile(
    r"(?<!\w)(?:(?:черн|стоп|блэк|блек|запретн)\w*[ -]{1,2}(?:спис\w*|лист\w*)|стоплист\w*|чс|бана?"
    r"|спис\w* (?:запрет|исключени|не ?звонить)\w*|(?:black|block|stop|deny|suppression)[ -]?list\w*"
    r"|do[ -]not[ -]call|don'?t[ -]call list|dnc|donotcall)(?!\w)"
)
_CALL = r"(?:звон|назван|дозван|обзван|перезван|набир|набер|беспоко|тревож|трога|дерга)\w*"
# Some words may stand between: «больше по этому номеру не звоните».
_FEW = r"(?:[\w'+-]+ ){0,4}?"
_EVER = r"(?:больше|никогда|вообще|впредь|навсегда)"
_NOT_CALL = rf"не (?:надо |нужно |стоит )?{_FEW}{_CALL}"
_FOR_GOOD = re.compile(
    r"(?<!\w)(?:"
    rf"{_EVER} {_FEW}{_NOT_CALL}|{_NOT_CALL} {_FEW}{_EVER}(?!\w)"
    r"|не (?:надо |нужно |стоит )?(?:по|о)?(?:беспоко|тревож)\w*"
    rf"|запре(?:ти|щ)\w* {_FEW}(?:звон|номер|набир)\w*|запрет на (?:звон|номер)\w*"
    # Whoever has done so is not to be called by anybody.
    r"|отписа(?:л|н|вш)\w*|отказа(?:л|вш)\w* от (?:звонк|обзвон|рассыл)\w*|unsubscribed|opted out"
    r"|(?:за)?блокир\w*|(?:за)?бан(?:ь|и|ить|ьте|им|ю)(?!\w)"
    r"|never (?:ever )?(?:again )?(?:call|dial|ring|phone|disturb)"
    r"|(?:do not|don'?t) disturb|no (?:more|further) calls to(?!\w)"
    rf"|(?:do not|don'?t|no) (?:call|dial|ring|phone)\w* {_FEW}(?:again|anymore|any more|ever)(?!\w)"
    r"|(?:block|ban|blacklist)(?!\w)"
    r")"
)
_OFF = re.compile(
    r"(?<!\w)(?:убер|убра|убир|удал|исключ|вычерк|сним|снять|вытащ|достан|вынь|выним|верн|выкин|выведи|вывест"
    r"|из (?=черн|стоп|чс|бан)|remove|delete|take|out of|off|clear|lift|erase)"
)
_AGAIN = re.compile(
    r"(?<!\w)(?:"
    r"(?:снова|опять|теперь|вновь) (?:можно|можете|разреш|звон)"
    rf"|(?:можно|можете|разреш\w*) {_FEW}(?:снова|опять|вновь|обратно) {_FEW}{_CALL}"
    rf"|(?:можно|можете|разреш\w*) {_FEW}{_CALL} {_FEW}(?:снова|опять|вновь)(?!\w)"
    r"|(?:разблок|разбан)|сн(?:ими|ять|имите|имаем) (?:запрет|блок|бан)"
    rf"|(?:unblock|unban|whitelist)(?!\w)|(?:allow|ok|okay|fine|may|can) {_FEW}(?:call|dial)\w* {_FEW}again"
    rf"|(?:allow|may|can) {_FEW}again (?:be )?(?:call|dial)|call(?:ing|s|ed)? {_FEW}(?:is|are) allowed again"
    r")"
)
_NOT = re.compile(r"(?<!\w)(?:не|нельзя|никогда|don'?t|do not|not|never) (?:[\w'+-]+ )?$")
_NOT_PUT = re.compile(
    r"(?<!\w)(?:не (?:надо |нужно )?|don'?t |do not )(?:внос|занос|добавл|включа|клад|помеща|став|add|put)\w*"
)
_COUNTS = re.compile(
    r"(?<!\w)(?:сколько|сколк|количеств|число|скок|много ли|велик ли|размер|есть кто|покаж|пуст"
    r"|how many|how long|how big|size|count|number of|show|empty)"
)


def bans(text: str) -> bool:
    """Tell whether a message says of its numbers, all of them, that they are never to be called again."""
    return _bans(text) and is_said_of_all(text, _bans)


def allows_again(text: str) -> bool:
    """Tell whether a message says of its numbers, all of them, that they may be called again."""
    return _allows(text) and is_said_of_all(text, _allows)


def asks_how_many(text: str) -> bool:
    """Tell whether a message asks how long the do-not-call list is."""
    plain = _plain(text)
    return bool(_ON_THE_LIST.search(plain) and _COUNTS.search(plain))


def names_list(text: str) -> bool:
    """Tell whether a message is about the do-not-call list, whatever it wants of it."""
    return bool(_ON_THE_LIST.search(_plain(text))) or _bans(text) or _allows(text)


def _bans(text: str) -> bool:
    plain = _plain(text)
    if _allows(text) or _COUNTS.search(plain) or _NOT_PUT.search(plain):
        return False
    return bool(_FOR_GOOD.search(plain) or (_ON_THE_LIST.search(plain) and not _OFF.search(plain)))


def _allows(text: str) -> bool:
    plain = _plain(text)
    if any(not _NOT.search(plain[: found.start()]) for found in _AGAIN.finditer(plain)):
        return True
    off = _OFF.search(plain)
    return bool(off and _ON_THE_LIST.search(plain) and not _NOT.search(plain[: off.start()]))


def _plain(text: str) -> str:
    """One line with single blanks; the signs inside it part nothing that matters here."""
    return " ".join(re.sub(r"[^\w\s'+-]", " ", normalise(text[:MOST_CHARACTERS]).text).split())
