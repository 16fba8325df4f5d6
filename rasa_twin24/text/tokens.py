"""Words and signs of a message, spelled plainly, with their place in the original text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rasa_twin24.text.normalise import normalise

# Latin letters that look like a Cyrillic one in upper, lower or handwritten case.
_LOOK_ALIKES = str.maketrans("aceopxykmhtbnur", "асеорхукмнтвпиг")
_CYRILLIC = re.compile("[а-яіїєґ]")
_LATIN = re.compile("[a-z]")

# A word may hold an apostrophe inside ("don't"); "+", "?" and pictures are words of their own.
_TOKEN = re.compile(
    r"[^\W_]+(?:'[^\W_]+)*"
    r"|[+?]"
    r"|[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)


@dataclass(frozen=True)
class Token:
    """One word or sign: `text` is its plain spelling, `start` and `end` bound it in the original."""

    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """Split a message into words, "+", "?" and emoji; other punctuation is dropped, hyphens split words."""
    plain = normalise(text)
    return [
        Token(as_cyrillic(found.group()), *plain.span(found.start(), found.end()))
        for found in _TOKEN.finditer(plain.text)
    ]


def as_cyrillic(word: str) -> str:
    """Replace Latin look-alikes in a lower-case word that also has Cyrillic letters ("дa" → "да")."""
    if _CYRILLIC.search(word) and _LATIN.search(word):
        return word.translate(_LOOK_ALIKES)
    return word
