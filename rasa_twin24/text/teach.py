"""What an owner wants taught, forgotten, brought back or shown: «научись: "понеслась" значит "да"».

Rules, Russian and English. A closed set: nothing of it is left to the language model, for such a message may hold a
yes and is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

MOST_CHARACTERS = 400  # looked at
TEACH, REVIEW_PHRASES = "teach", "review_phrases"


class Ask(Enum):
    TEACH = "teach"
    FORGET = "forget"
    LIST = "list"
    BACK = "back"
    REVIEW = "review"


@dataclass(frozen=True)
class TeachRequest:
    """`phrase` as it was written, `meaning` in the person's words; either is empty when it was not said.

    Not `certain`: so it seems, and the person is asked.
    """

    ask: Ask
    phrase: str = ""
    meaning: str = ""
    certain: bool = True


_ADDRESS = r"(?:(?:бот|bot|пожалуйста|please|слушай|ну|так|эй|hey)[, ]+)*"
_POLITE = r"(?:[, ]*(?:пожалуйста|please|плиз|pls))?[.! ]*"
_QUOTED = r"[«\"“„‘'](?P<quoted>[^«»\"“”„\n]{0,300}?)[»\"”“’']"
_VERB = (
    r"(?:научись|научитесь|выучи|выучите|заучи|запомни|запомните|учти|знай|учись"
    r"|learn|remember|memori[sz]e|note)"
)
_THAT = r"[ :,—–-]*(?:(?:что|that|фразу|фраза|слово|слова|выражение|the phrase|the word|phrase|word)[ :,]+){0,2}[ :]*"
# After quoted words anything that equates them; without quotes only what can mean nothing else.
_SAME = r"то же(?: самое)?,? что(?: и)?"
_SURELY = rf"(?:значит|означает|обозначает|{_SAME}|это {_SAME}|means|stands for|=)"
_EQUALS = (
    rf"(?:это значит|это означает|{_SURELY}|это(?: как)?|понимай как|читай как|воспринимай как|как"
    r"|is the same as|is|as|:|->|→|—|–|-)"
)
_MEANING = r"(?P<meaning>.{0,120}?)"

_TEACHES = (
    re.compile(rf"{_ADDRESS}{_VERB}{_THAT}{_QUOTED}[ ,]*[—–-]?[ ,]*{_EQUALS}[ :,]*{_MEANING}{_POLITE}"),
    re.compile(
        rf"{_ADDRESS}{_VERB}{_THAT}(?P<quoted>[^\n]{{1,150}}?)[ ,]*[—–-]?[ ,]*(?:это )?{_SURELY}[ :,]+"
        rf"(?P<meaning>.{{1,120}}?){_POLITE}"
    ),
    re.compile(
        rf"{_ADDRESS}(?:когда|если|when|if) (?:я |i )(?:говорю|пишу|скажу|напишу|say|write|type)[ :]*{_QUOTED}[ ,—–-]*"
        r"(?:то |значит,? )?"
        r"(?:это|понимай(?: это)? как|я имею в виду|имею в виду|i mean|it means|that means|take it as)"
        rf"[ :,]*{_MEANING}{_POLITE}"
    ),
    re.compile(rf"{_ADDRESS}{_VERB}{_THAT}{_QUOTED}(?P<meaning>){_POLITE}"),
)
_FORGET = r"(?:забудь|забудьте|разучись|forget|unlearn|удали|убери|remove|delete)"
_FORGETS = (
    re.compile(rf"{_ADDRESS}{_FORGET}{_THAT}{_QUOTED}.{{0,120}}"),
    re.compile(
        rf"{_ADDRESS}{_FORGET} (?:фразу|выражение|the phrase|phrase)[ :]+(?P<quoted>[^\n«»\"“”„]{{1,150}}?){_POLITE}"
    ),
)
_FORGET_NAMED = re.compile(r"фраз|выражени|слов|разучись|phrase|word|unlearn|значит|означает|means")
_LAST = r"(?:прошлую|предыдущую|последнюю|старую|прежнюю)"
_NOT_UNDERSTOOD = r"(?:не понял|не поняла|не поняли|не понимаешь|не понимаете|не понимает|недопонял)"
_LEARNT = r"learn(?:ed|t)"
_WHOLE = {
    Ask.BACK: (
        r"откат|откати(?:сь)?|rollback|roll back",
        r"(?:верни|верните|вернуть|восстанови|откати|откатить|поставь)(?: мне| назад| обратно)?(?: на)? "
        rf"{_LAST} (?:модель|версию модели)(?: назад| обратно)?",
        r"(?:верни|откати) модель(?: назад| обратно)?",
        r"(?:bring back|restore|revert to|roll back to|return|go back to) the (?:last|previous|old|earlier) model",
        r"roll back the model|revert the model",
    ),
    Ask.REVIEW: (
        rf"(?:что|чего|какие фразы) (?:ты |вы |бот )?{_NOT_UNDERSTOOD}(?: за .{{1,30}}| сегодня| вчера)?",
        r"что (?:тебе|было) непонятно|непонятое|непонятые фразы",
        r"(?:покажи|список)(?: мне)? (?:непонятое|непонятые фразы|непонятых фраз|что (?:ты )?не понял)",
        r"what (?:did|do)(?: you not|n't you) understand|what have you not understood|what was not understood",
        r"show (?:me )?(?:what you did not understand|misunderstood phrases|the misunderstood)",
    ),
    Ask.LIST: (
        r"чему (?:ты |вы )?(?:научился|научилась|научились|обучен|обучился)|чему (?:тебя|вас) (?:научили|учили)",
        r"(?:какие|каким) (?:фразы|фразам) (?:ты )?(?:выучил|знаешь|запомнил|научился)",
        r"(?:покажи |список )?(?:выученные|выученных|заученные) (?:фразы|фраз)",
        rf"what (?:have you {_LEARNT}|did you learn|have you been taught)",
        rf"(?:show )?(?:the )?(?:taught|{_LEARNT}) phrases",
    ),
    Ask.TEACH: (
        r"(?:хочу |можно |давай )?(?:научить|научу|обучить|обучу|поучить) (?:тебя|бота)(?: (?:новой )?фраз(?:е|ам|у))?",
        r"научись(?: новой)? фразе|научись|как (?:тебя )?(?:научить|обучить)(?: тебя)?(?:(?: новой)? фразе)?",
        r"(?:i want to )?teach you(?: a phrase)?|learn a (?:new )?phrase|how (?:do|can) i teach you",
    ),
}
_WHOLE_PATTERNS = {
    ask: re.compile(rf"{_ADDRESS}(?:{'|'.join(wordings)})[?]*{_POLITE}") for ask, wordings in _WHOLE.items()
}


def read_teaching(text: str) -> TeachRequest | None:
    """What a whole message asks about taught phrases; None when it is about something else."""
    said = " ".join(text[:MOST_CHARACTERS].replace("ё", "е").replace("Ё", "Е").split())
    low = said.lower()
    if len(low) != len(said):  # bounds must be those of the original
        return None
    for pattern in _TEACHES:
        if found := pattern.fullmatch(low):
            return TeachRequest(Ask.TEACH, _part(said, found, "quoted"), _part(said, found, "meaning"))
    for pattern in _FORGETS:
        if (found := pattern.fullmatch(low)) and _FORGET_NAMED.search(low):
            return TeachRequest(Ask.FORGET, _part(said, found, "quoted"))
    return next((TeachRequest(ask) for ask, pattern in _WHOLE_PATTERNS.items() if pattern.fullmatch(low)), None)


def teaching_intent(text: str) -> str | None:
    """The intent of a message about taught phrases, or None."""
    asked = read_teaching(text)
    if asked is None:
        return None
    return REVIEW_PHRASES if asked.ask is Ask.REVIEW else TEACH


def _part(said: str, found: re.Match[str], name: str) -> str:
    start, end = found.span(name)
    return said[start:end].strip()
