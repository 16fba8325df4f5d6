"""Whether a message asks to stop everything, or to lift that stop: one pauses the work of everybody, the other lets
calls go out again, so the language model alone does not decide.
"""

from __future__ import annotations

import re

from rasa_twin24.text.normalise import normalise

_STOP = re.compile(
    r"\b(?:стоп\w*|останов\w*|остан[ао]вл\w*|прекра[тщ]\w*|тормоз\w*|затормоз\w*|глуши\w*|заглуш\w*|"
    r"выруб\w*|выключ\w*|отключ\w*|замор[ао][зж]\w*|stop\w*|halt\w*|freeze|kill|shut|abort|"
    r"stoj|ostanov\w*|prekrati\w*)\b"
)
_EVERYTHING = re.compile(
    r"\b(?:все|всех|всем|весь|вообще|полностью|целиком|любые|каждый|everything|all|every|entire|whole|"
    r"авари\w*|экстрен\w*|emergency|panic|vse|vsyo)\b"
)
_PAUSE = re.compile(r"\b(?:пауз\w*|приостан\w*|притормоз\w*|paus\w*|suspend\w*|pauz\w*|priostanov\w*)\b")
_ALLOW = re.compile(r"\b(?:разблок\w*|разреш\w*|allow|unblock|enable|permit)\b")
_LIFT = re.compile(
    r"\b(?:сним\w*|снят\w*|отмен\w*|убер\w*|убра\w*|выключ\w*|отключ\w*|законч\w*|"
    r"отбой|lift|remove|clear|undo|cancel|end|release|reset|turn|disable|snimi\w*|otmeni\w*)\b"
)
_THE_STOP = re.compile(r"\b(?:стоп\w*|остановк\w*|запрет\w*|блокировк\w*|stop\w*|block|ban|stoppage)\b")
# Starts are allowed; "отмени запуск" is the very opposite.
_STARTS = re.compile(r"\b(?:запуск\w*|старт\w*|start\w*|launch\w*)\b")
_NEGATED = re.compile(r"\b(?:не|нет|никогда|don'?t|do not|not|never|no)\b")


def stops_everything(text: str) -> bool:
    """Whether both are said: to stop, and everything. One task, or a word like "стоп" alone, is another matter."""
    plain = normalise(text).text
    return bool(_STOP.search(plain) and _EVERYTHING.search(plain))


def pauses(text: str) -> bool:
    """Whether something is to stop or to pause, however much of it."""
    plain = normalise(text).text
    return bool((_STOP.search(plain) or _PAUSE.search(plain)) and not _NEGATED.search(plain))


def lifts_stop(text: str) -> bool:
    """Whether it is said to take the stop away, without a negation and not as a question."""
    plain = normalise(text).text
    allows = _ALLOW.search(plain)
    lifts = bool((allows or _LIFT.search(plain)) and _THE_STOP.search(plain)) or bool(allows and _STARTS.search(plain))
    return lifts and not _NEGATED.search(plain) and "?" not in plain
