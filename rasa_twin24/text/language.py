"""Whether a message is Russian or English, when it tells at all."""

from __future__ import annotations

import re
from typing import Literal

from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.tokens import as_cyrillic

Language = Literal["ru", "en"]

MOST_CHARACTERS = 500

_QUOTED = re.compile(r'"[^"]{0,100}"|«[^»]{0,100}»|“[^”]{0,100}”|„[^“]{0,100}“')
_ADDRESS = re.compile(r"\S*(?:://|@|www\.|_|\d|\.[a-z]{2,6}(?![a-z]))\S*")
_WORD = re.compile(r"[a-zа-я]+(?:'[a-z]+)?")
_CYRILLIC = re.compile("[а-я]")

# Words that make a message English: the frequent ones, and those of this bot's trade.
_ENGLISH = frozenset(
    re.findall(
        r"\S+",
        """
        the a an and or but not no nope yes yeah yep yup sure of to in on at for from with by is are am was
        were be been i i'm im you he she it it's its we they me my your our their this that these those
        there here what who when where why how which do does did don't dont doesn't can can't could would
        should will won't shall may might must have has had get got make made create add give take tell
        show need want like know think see let let's please thanks thank hello hi hey bye goodbye good
        morning evening later maybe wait now today tomorrow right wrong correct cancel help status list
        pause resume begin launch run go ahead call calls calling dial dialing number numbers phone phones
        task tasks campaign customer customers client clients name named called new existing another more
        all some any again back done ready exactly agreed agree confirm delete remove change never mind
        great fine okay course problem language english speak talk people price many much
        """,
    )
)
# Known to everyone who types Russian, or part of names; alone they tell nothing.
_EVERYWHERE = frozenset({"ok", "okay", "start", "stop", "test", "go", "name", "a"})


def language_of(text: str) -> Language | None:
    """The language of a message, or None if it does not tell: numbers, emoji, a link, a Latin name.

    Quoted names, addresses and codes do not count. Latin letters typed for Russian ones ("ghbdtn") tell
    nothing.
    """
    plain = normalise(text[:MOST_CHARACTERS]).text
    words = [as_cyrillic(word) for word in _WORD.findall(_ADDRESS.sub(" ", _QUOTED.sub(" ", plain)))]
    russian = [word for word in words if _CYRILLIC.search(word)]
    english = [word for word in words if word in _ENGLISH]
    # "Сделай call task" is Russian with the trade's words; "create a task Весна" is English with a name.
    leads = bool(english) and words[0] in _ENGLISH
    needed = len(russian) if leads else 2 * len(russian)
    if len(english) > needed and not set(english) <= _EVERYWHERE:
        return "en"
    return "ru" if russian else None
