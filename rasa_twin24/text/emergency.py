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
    r"\b(?:все|всех|всем|всеми|весь|всего|всей|всю|вообще|полностью|целиком|любые|любых|кажд\w+|everything|all|every|entire|whole|"
    r"авари\w*|экстрен\w*|emergency|panic|vse|vsyo)\b"
)
_PAUSE = re.compile(r"\b(?:пауз\w*|приостан\w*|притормоз\w*|paus\w*|suspend\w*|pauz\w*|priostanov\w*)\b")
_ALLOW = re.compile(r"\b(?:разблок\w*|разреш\w*|allow|unblock|enable|permit)\b")
_THE_STOP = r"\b(?:стоп\w*|остановк\w*|запрет\w*|блокировк\w*|stop\w*|block|ban|stoppage)\b"
_LIFT = re.compile(
    r"\b(?:сним\w*|снят\w*|убер\w*|убир\w*|убра\w*|выключ\w*|отключ\w*|законч\w*|отбой|"
    r"lift\w*|remove|clear|undo|end|release|reset|turn|disable|snimi\w*)\b"
)
# "Отмени стоп" lifts it, "стоп отмени" and "стоп, всё отменить" cancel something.
_CANCEL_THE_STOP = re.compile(
    rf"\b(?:отмен\w*|cancel|otmeni\w*)\b.*{_THE_STOP}|{_THE_STOP}(?: уже)? (?:можно|пора|надо|нужно) отмен"
)
_STOP_NOUN = re.compile(_THE_STOP)
# Starts are allowed; "отмени запуск" is the very opposite.
_STARTS = re.compile(r"\b(?:запуск\w*|запускать|старт\w*|start\w*|launch\w*)\b")
_CLAUSE_END = re.compile(r"[,.!;:\n]")
_THAT_IS_IT = re.compile(r"^\s*(?:ну )?все[,.!;:] ?")  # "всё, останови обзвон"
# Stands between commas inside a clause.
_POLITE = re.compile(r",? ?\b(?:пожалуйста|прошу|please|pls)\b,?")
_OWN = re.compile(r"\b(?:мо[йяеию]\w*|my|mine)\b")
_NEGATED = re.compile(r"\b(?:не|нет|никогда|don'?t|do not|not|never|no)\b")


def stops_everything(text: str) -> bool:
    """Whether both are said: to stop, and everything. One task, or a word like "стоп" alone, is another matter."""
    plain = _THAT_IS_IT.sub("", normalise(text).text)
    return bool(_STOP.search(plain) and _EVERYTHING.search(plain)) and not lifts_stop(text)


def surely_stops_everything(text: str) -> bool:
    """Whether one clause says both, of more than one's own: "всё, останови обзвон" and "останови все мои" do not."""
    return any(stops_everything(clause) and not _OWN.search(clause) for clause in _clauses(text))


def pauses(text: str) -> bool:
    """Whether something is to stop or to pause, however much of it."""
    plain = normalise(text).text
    return bool((_STOP.search(plain) or _PAUSE.search(plain)) and not negates(text))


def negates(text: str) -> bool:
    """Whether anything in a message is negated."""
    return bool(_NEGATED.search(normalise(text).text))


def lifts_stop(text: str) -> bool:
    """Whether it is said, in one clause, to take the stop away, without a negation and not as a question."""
    if negates(text) or "?" in text:
        return False
    return any(_lifts(clause) for clause in _clauses(text))


def _clauses(text: str) -> list[str]:
    return _CLAUSE_END.split(_POLITE.sub(" ", normalise(text).text))


def _lifts(clause: str) -> bool:
    if _ALLOW.search(clause) and _STARTS.search(clause):
        return True
    taken_away = _LIFT.search(clause) or _ALLOW.search(clause)
    return bool(_CANCEL_THE_STOP.search(clause) or (taken_away and _STOP_NOUN.search(clause)))
