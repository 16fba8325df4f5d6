"""Russian typed with Latin letters: "sdelai obzvon", "ghbdtn"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rasa_twin24.text.concepts import concepts_of, is_function_word
from rasa_twin24.text.dictionary import is_russian_word
from rasa_twin24.text.keyboard import typed_as_russian

# Longest first; as people write, not as any standard has it.
_SPELLINGS = """
    shch=щ sch=щ zh=ж kh=х ch=ч sh=ш ts=ц yu=ю ju=ю ya=я ja=я yo=е jo=е ye=е je=е iya=ия iy=ий ij=ий yj=ый '=ь
    a=а b=б v=в w=в g=г d=д e=е z=з i=и j=й k=к l=л m=м n=н o=о p=п r=р s=с t=т u=у f=ф h=х c=ц y=ы q=к x=кс
"""
_SOUNDS = [(sound, letter) for sound, letter in (pair.split("=") for pair in _SPELLINGS.split())]
# What one Latin spelling may stand for; the first that makes a Russian word is taken.
_REWRITINGS = (
    (r"$^", ""),
    (r"(?<=[аеоуиыюя])[иы]", "й"),
    ("ы", "й"),
    (r"(?<=[бвдзлмнпрст])$", "ь"),
    (r"й(?=[аеиоу])", "ж"),
)
_SHORTEST_WORD = 3
_LATIN = re.compile("[a-z]")
_CYRILLIC = re.compile("[а-я]")


def as_russian(words: Sequence[str]) -> list[str] | None:
    """The words of a message in Russian letters, if Latin ones spell Russian; None for English and for Russian.

    `words` are plain and lower-case. Every word of three letters or more must become a Russian one, and not all of
    them may be English words as well ("stop list").

    >>> as_russian(["sdelai", "obzvon"]), as_russian(["ghbdtn"]), as_russian(["hello"])
    (['сделай', 'обзвон'], ['привет'], None)
    """
    latin = [word for word in words if _LATIN.search(word)]
    if not latin or any(_CYRILLIC.search(word) for word in words):
        return None
    long = [word for word in latin if len(word) >= _SHORTEST_WORD]
    if not long or all(is_function_word(word) or concepts_of(word) for word in long):
        return None
    for read in (typed_as_russian, _by_sound):
        if all(_is_russian(read(word)) for word in long):
            return [read(word) if _LATIN.search(word) else word for word in words]
    return None


@lru_cache(maxsize=4096)
def _by_sound(word: str) -> str:
    spelled, at = "", 0
    while at < len(word):
        for sound, letter in _SOUNDS:
            if word.startswith(sound, at):
                spelled, at = spelled + letter, at + len(sound)
                break
        else:
            spelled, at = spelled + word[at], at + 1
    for pattern, letter in _REWRITINGS:
        if is_russian_word(rewritten := re.sub(pattern, letter, spelled)):
            return rewritten
    return spelled


def _is_russian(word: str) -> bool:
    return bool(_CYRILLIC.search(word)) and (is_russian_word(word) or bool(concepts_of(word)))
