"""What people answer to "how shall the task be called?" without naming it: a question, or that they do not know.

In quotes anything is a name.
"""

from __future__ import annotations

import re

from rasa_twin24.text.normalise import normalise

MOST_CHARACTERS = 200  # looked at

_LEAD = r"(?:(?:а|и|ну|так|но|эй|слушай|скажи|скажите|подскажи|подскажите|and|so|but|well|ok|ок)[ ,]+)"
_ASKING = (
    r"(?:(?:во?|на|по|с|о|от|до|за|для|из|к|у) )?"
    r"(?:скольк\w*|скок|как|как(?:ой|ая|ое|ие|их|им|ом|ую)|почему|зачем|когда|где|куда|откуда|что|чего|че|чем|кто|кого|кому|чей"
    r"|можно|нельзя|можешь|умеешь|надо ли|нужно ли|разве|неужели"
    r"|how|what|why|when|where|who|which|whose|can|could|do|does|did|is|are|will|would|should|may)(?!\w)"
)
_QUESTION = re.compile(rf"{_LEAD}*{_ASKING}.*\?[?! ]*")
# Without a question mark: dictated, or typed in a hurry. «Как дома» is a name, «а сколько это стоит» is none.
_TYPED_QUESTION = re.compile(rf"{_LEAD}+{_ASKING} .+|(?:скольк\w*|скок|how (?:much|many)) .+")
_WONDERS = re.compile(
    r"(?:(?:ну|я|мы|пока|еще|даже|честно|сам\w?|хм+|эм+|well|hm+)[ ,.]+)*"
    r"(?:(?:не знаю|хз|без понятия|понятия не имею|не придумал\w*|не решил\w*"
    r"|придумай\w*|назови(?:те)? сам\w*|сам\w? назови\w*"
    r"|как хо(?:чешь|тите)|на твое усмотрение|все равно|без разницы|неважно|любое|какое угодно"
    r"|(?:i )?do ?n.?t know|not sure|no idea|you (?:choose|decide|name it)|whatever|any ?thing|as you like|up to you))"
    r"(?!\w).*"
)


def is_no_name(text: str) -> bool:
    """Tell whether an answer is a question, or says that there is no name yet."""
    if len(text) > MOST_CHARACTERS:
        return False
    plain = " ".join(normalise(text).text.split())
    return any(rule.fullmatch(plain) for rule in (_QUESTION, _TYPED_QUESTION, _WONDERS))
