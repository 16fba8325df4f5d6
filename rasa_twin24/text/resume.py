"""Whether a message asks that something paused goes on, so that it is told apart from a first start. Pure."""

from __future__ import annotations

import re

from rasa_twin24.text.normalise import normalise

_ONWARD = re.compile(
    r"\b(?:возобнов\w*|возабнов\w*|пр[оа]долж\w*|resum\w*|continu\w*|unpaus\w*|unfreez\w*|carry on|call on|prodolzh\w*"
    r"|vozobnov\w*)\b"
)
_OFF_PAUSE = re.compile(
    r"\b(?:сним\w*|снят\w*|уб(?:ери|рать|ирай|ерите)\w*|отмен\w*|вывед\w*|выйди|lift|end)\b[\s\w]{0,20}\b(?:пауз\w*|pause)\b"
    r"|\b(?:с|из|off|from|out of) (?:the )?(?:паузы|pause|hold)\b|\bпаузу отмен\w*"
)
_NEGATED = re.compile(r"\b(?:не|нет|никогда|don'?t|do not|not|never|no)\b")


def takes_off_pause(text: str) -> bool:
    """Whether it names the pause, and to end it: «сними с паузы»."""
    plain = normalise(text).text
    return _OFF_PAUSE.search(plain) is not None and not _NEGATED.search(plain)


def resumes(text: str) -> bool:
    """Whether it says so without a negation; «не продолжай» asks for the opposite."""
    plain = normalise(text).text
    return bool(_ONWARD.search(plain) or _OFF_PAUSE.search(plain)) and not _NEGATED.search(plain)
