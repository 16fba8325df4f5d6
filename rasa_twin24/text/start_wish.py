"""Whether a message that brings a task or numbers asks to start as well: then the plan is shown at once.

It is never a consent: whoever reads too much here is asked one question earlier.
"""

from __future__ import annotations

import re

from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.quotes import without_quoted

MOST_CHARACTERS = 2_000  # looked at

# An order at the end of a message; what a longer message may say in the middle of a sentence is `_WISH`.
ORDER = (
    r"(?:запуска(?:й|йте|ем|ть)|запусти(?:ть|те|м)?|стартуй(?:те)?|стартуем|стартовать|начина(?:й|йте|ем|ть)|начн(?:и|ите|ем)"
    r"|начать|поехали|погнали|обзванива(?:й|йте|ем|ть)|обзвони(?:те|ть|м)?|прозвони(?:те|ть)?|прозванивай(?:те)?"
    r"|звони(?:те|ть)?|позвони(?:те|ть)?|набирай(?:те)?|start|launch|dial|begin|call them|kick (?:it )?off|go ahead"
    r"|zapuska[jiy]|zapusti)"
)
_WISH = re.compile(rf"(?<!\w){ORDER}(?!\w)")
_FORBIDS = re.compile(
    rf"(?<!\w)(?:не|ни|без|don'?t|do not|not|never|without)[ ](?:(?:надо|нужно|пока|сразу|еще|спеши|yet|to)[ ]){{0,2}}"
    rf"(?:{ORDER}|запуск\w*|старт\w*|start\w*|launch\w*|dial\w*|call\w*)(?!\w)"
    rf"|(?<!\w){ORDER}(?:[ ]пока)?[ ](?:не (?:надо|нужно|стоит|будем)|нельзя|рано)(?!\w)"
)
# Another time, a condition or a doubt: nothing is promised, the usual question comes.
_NOT_NOW = re.compile(
    r"(?<!\w)(?:завтра|послезавтра|позже|попозже|вечером|утром|через|если|когда|наверное|может быть|tomorrow|later|if"
    r"|when|maybe|перед запуском|до запуска)(?!\w)"
)


def start_wish(text: str, name: str = "") -> bool | None:
    """True: start once the numbers are there; False: by no means yet; None: nothing is said of it.

    `name` is that of the task, whose words mean nothing, as nothing in quotes does.
    """
    said = text[:MOST_CHARACTERS].replace(name, " ") if name else text[:MOST_CHARACTERS]
    plain = " ".join(normalise(without_quoted(said)).text.split())
    if _FORBIDS.search(plain):
        return False
    if "?" in plain or _NOT_NOW.search(plain):
        return None
    return True if _WISH.search(plain) else None
