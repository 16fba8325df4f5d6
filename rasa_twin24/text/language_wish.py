"""Which language a message asks the bot to speak, if it asks for nothing else. Pure."""

from __future__ import annotations

import re
from typing import Literal

from rasa_twin24.text.normalise import normalise

# "auto": whatever the person writes in.
LanguageWish = Literal["ru", "en", "auto"]

MOST_CHARACTERS = 120
MOST_WORDS = 12

_ENGLISH = re.compile(r"английск\w*|англ|english|eng|инглиш\w*|anglijsk\w*|angliysk\w*|angliisk\w*")
_RUSSIAN = re.compile(r"русск\w*|russian|russk\w*")
_LANGUAGE = re.compile(r"язык\w*|language|yazyk\w*")
# Ask for something, so that no name of a task is taken for a wish.
_VERBS = frozenset(
    re.findall(
        r"\S+",
        """
        говори говорите говорить поговорим разговаривай разговаривайте разговаривать отвечай отвечайте
        отвечать ответь пиши пишите писать общайся общайтесь общаться перейди перейдите перейдем переходи
        перейти переключи переключись переключитесь переключить переключай смени смените сменить поменяй
        поменяйте поменять измени изменить поставь выбери включи включите верни вернись сделай давай давайте
        пожалуйста плиз сбрось сбросить speak talk write reply answer respond switch change set use go
        please pls plz follow reset govori otvechaj pishi pozhaluysta davay
        """,
    )
)
_HARMLESS = _VERBS | frozenset(
    re.findall(
        r"\S+",
        """
        на по с со в и а но не язык языке язык теперь снова опять обратно назад дальше лучше только можно
        можешь можете могли мог бы ли ты вы мне мной меня нам нами я мы будь буду будем добр добра говоришь
        говорите понимаешь понимаю знаю умеешь плохо еще хочу хотел хотела нужен предпочитаю prefer want
        need всегда весь бот бота интерфейс in to into from back let let's us can could you do does don't
        not no only now the a language i i'd would like we with me again instead understand know read bot
        interface always ok my be po na ne
        """,
    )
)
_NEGATIONS = frozenset({"не", "not", "don't", "no", "ne", "from", "плохо"})
_AUTO = re.compile(
    r"(?:авто\w*|auto\w*) .{0,40}(?:язык|language)|(?:язык|language) .{0,20}(?:авто|auto)"
    r"|(?:сброс\w*|reset) (?:the )?(?:язык|language)"
    r"|(?:говор|отвеча|пиши|общай)\w* .{0,20}на (?:том же|моем|таком же) языке|follow my language"
    r"|(?:speak|answer|reply|write) .{0,20}(?:(?:the same|my) language|language (?:that )?i (?:write|type|use|speak))"
)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def asked_language(text: str) -> LanguageWish | None:
    """The language that the whole message asks for, and nothing else: «давай по-английски», "english"."""
    plain = normalise(text[: MOST_CHARACTERS + 1]).text
    words = _WORD.findall(plain)
    if len(text) > MOST_CHARACTERS or not 0 < len(words) <= MOST_WORDS or any(sign.isdigit() for sign in plain):
        return None
    if _AUTO.search(" ".join(words)):
        return "auto"
    if not all(word in _HARMLESS or _named(word) or _LANGUAGE.fullmatch(word) for word in words):
        return None
    wanted = {name for at, word in enumerate(words) if (name := _named(word)) and not _is_negated(words, at)}
    unwanted = {name for at, word in enumerate(words) if (name := _named(word)) and _is_negated(words, at)} - wanted
    if len(wanted) == 1:
        return wanted.pop()
    if not wanted and len(unwanted) == 1:
        return "ru" if unwanted == {"en"} else "en"
    return None


def orders_language(text: str) -> bool:
    """Tell whether a message is such a wish beyond doubt, even where a name is asked for: it has a verb or a please."""
    words = set(_WORD.findall(normalise(text[:MOST_CHARACTERS]).text))
    wish = asked_language(text)
    return wish is not None and bool(words & _VERBS)


def names_language(text: str) -> bool:
    """Tell whether a message speaks of a language at all."""
    words = _WORD.findall(normalise(text[:MOST_CHARACTERS]).text)
    return any(_named(word) or _LANGUAGE.fullmatch(word) for word in words)


def _named(word: str) -> Literal["ru", "en"] | None:
    if _ENGLISH.fullmatch(word):
        return "en"
    return "ru" if _RUSSIAN.fullmatch(word) else None


def _is_negated(words: list[str], at: int) -> bool:
    """A negation stands before the language, and no other language in between: «не по-русски, а по-английски»."""
    for word in reversed(words[:at]):
        if _named(word) or word in ("а", "but", "to"):
            return False
        if word in _NEGATIONS:
            return True
    return False
