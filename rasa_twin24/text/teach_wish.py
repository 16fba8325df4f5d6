"""Whether a message is about what the bot should learn, however it is put: «у нас „жги“ значит старт, запомни».

Looser than the commands of `text/teach.py`, and without their power: it interrupts no form, and what comes of it is a
question with buttons, never a phrase learnt at once. Such a message speaks of orders and gives none.
"""

from __future__ import annotations

import re

from rasa_twin24.text.task_name import asks_for_new_task
from rasa_twin24.text.teach import Ask, TeachRequest

MOST_CHARACTERS = 300  # looked at

_QUOTED = re.compile(r"[«\"“„‘](?P<words>[^«»\"“”„\n]{1,150})[»\"”“’]")
_OF_WORDS = re.compile(
    r"(?<!\w)(?:фраз(?:а|у|е|ой|ы|ам)?|слов(?:о|а|у|ечк\w*)|выражени\w+|формулировк\w+|сленг\w*|жаргон\w*|синоним\w*"
    r"|псевдоним\w*|алиас\w*|словар\w+|сокращени\w+|команд(?:у|ой|ы|е|ам)|phrases?|words?|expressions?|synonyms?"
    r"|alias(?:es)?|slang|vocabulary|abbreviations?|commands?)(?!\w)"
)
_LEARNS = re.compile(
    r"(?<!\w)(?:науч(?:и|у|ить|им|ись)(?:сь|те)?|обуч\w+|поуч\w+|переуч\w+|разучи\w+|выучи(?:те|ть)?|заучи(?:те|ть)?"
    r"|зазубри\w*|усвой\w*|запомни(?:те|ть)?|запоминай(?:те)?|teach|learn|relearn|unlearn|memori[sz]e|remember"
    r"|nauchis|zapomni)(?!\w)"
)
_KEEPS = re.compile(
    r"(?<!\w)(?:запиши(?:те)?|сохрани(?:те|ть)?|занеси(?:те)?|впиши(?:те)?|добавь(?:те)?|добавить|привяжи(?:те)?"
    r"|пополни(?:те)?|расширь(?:те)?|сделай(?:те)?|заведи|завести|store|save|add|make|put|new|нов\w+)(?!\w)"
)
_OF_THE_BOT = re.compile(
    r"(?<!\w)(?:(?:на|об|по|пере)уч(?:у|им|ить) (?:тебя|вас|бота)|(?:тебя|вас) (?:[\w]+ )?(?:на|об|по)уч(?:у|им|ить)"
    r"|(?:на|об|по)учись|teach you|let's train you|train you)(?!\w)"
)
_EQUATES = re.compile(
    r"(?<!\w)(?:значит|означа\w+|обознача\w+|понимай(?:те)?|понимать|имею в виду|считай(?:те)?|воспринимай\w*"
    r"|вместо слова|means?|stands? for|understand|understood|treat|take)(?!\w)|="
)
_HEEDS = re.compile(
    r"(?<!\w)(?:запомни(?:те)?|запоминай(?:те)?|учти(?:те)?|имей(?:те)? в виду|усвой|выучи(?:те)?|зазубри|научись|помни"
    r"|знай|memori[sz]e|remember|learn)(?!\w)"
)
_WHEN = re.compile(
    r"(?<!\w)(?:когда|если|как только|впредь|отныне|в следующий раз|next time|when|whenever|if|from now on)(?!\w).*"
    r"(?<!\w)(?:пиш\w+|напиш\w+|говор\w+|скаж\w+|услыш\w+|написано|write|say|type|hear)(?!\w)"
)
_WHEN_I_SAY = re.compile(
    r"(?<!\w)(?:(?:когда|если) я? ?(?:говорю|пишу|скажу|напишу) .{1,60},? (?:это|значит|понимай)"
    r"|(?:when|if) i (?:say|write|type) .{1,60},? (?:it means|it's|that means|i mean|understand|take) )"
)
_FORGETS = re.compile(
    r"(?<!\w)(?:удали(?:те)?|убери(?:те)?|забудь(?:те)?|сотри(?:те)?|разучи\w+|forget|remove|delete|unlearn)(?!\w)"
)
_LEARNT = re.compile(r"(?<!\w)(?:выуч\w+|заучен\w+|нахватал\w+|научил\w*|обучен\w*|learned|learnt|taught)(?!\w)")
_SHOWS = re.compile(r"(?<!\w)(?:покажи\w*|показать|какие|каких|список|list|show|what|which)(?!\w)")
# What stands between the words and their meaning, and what is said after it.
_LINK = re.compile(
    r"^[\s,:—–-]*(?:(?:это|у нас|у меня|теперь|надо|отныне|должн[аоы]?|значит|означает|обозначает|понимай(?:те)?"
    r"|понимать|как|считай(?:те)?|я имею в виду|ты|to|is|it's|it|should|means?|mean|stands for|understand|as|be|i)\s+"
    r"|[=:—–-]\s*)*",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"[,.;]?\s*(?:запомни\w*|запоминай|выучи|усвой|учти.*|имей в виду.*|memori[sz]e.*|remember.*)$", re.I
)


def teach_wish(text: str) -> TeachRequest | None:
    """What a message wants learnt, forgotten or shown, not `certain`; None when it is about something else.

    The phrase is what stands in quotes, the meaning what is said of it; both empty without quotes.
    """
    said = " ".join(text[:MOST_CHARACTERS].split())
    low = said.lower().replace("ё", "е")
    quoted = _QUOTED.search(said)
    outside = _QUOTED.sub(" # ", low)
    if asks_for_new_task(text) or not _is_about_words(outside, quoted is not None):
        return None
    phrase = quoted["words"].strip() if quoted else ""
    learnt = bool(_LEARNT.search(outside)) and bool(_OF_WORDS.search(outside))
    if _FORGETS.search(outside) and (learnt or _OF_WORDS.search(outside)):
        return TeachRequest(Ask.FORGET, phrase, certain=False)
    if learnt and _SHOWS.search(outside):
        return TeachRequest(Ask.LIST, certain=False)
    meaning = _AFTER.sub("", _LINK.sub("", said[quoted.end() :], count=1)).strip(" .,!") if quoted else ""
    return TeachRequest(Ask.TEACH, phrase, meaning, certain=False)


def _is_about_words(outside: str, quotes: bool) -> bool:
    """`outside`: the message in small letters, "#" for what is in quotes."""
    words, learns = bool(_OF_WORDS.search(outside)), bool(_LEARNS.search(outside))
    if words and (learns or _LEARNT.search(outside)):
        return True
    if _OF_THE_BOT.search(outside):
        return True
    if not quotes:
        said = words and bool(_EQUATES.search(outside)) and not _SHOWS.search(outside)
        return "?" not in outside and (said or bool(_WHEN_I_SAY.search(outside)))
    if _HEEDS.search(outside):
        return True
    if words and (_KEEPS.search(outside) or _EQUATES.search(outside) or _FORGETS.search(outside)):
        return True
    return "?" not in outside and bool(_EQUATES.search(outside) or _WHEN.search(outside))
