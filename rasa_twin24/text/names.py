"""Whether words beside a phone number name it («склад», «Иван Петров», "front desk") or belong to a sentence.

A label may be spoken to the person who is called, so what is not clearly a name is none: it has a noun in the
nominative (or a word that no dictionary knows), and no verb, pronoun, adverb, preposition, conjunction or numeral.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rasa_twin24.text.dictionary import load_dictionary
from rasa_twin24.text.label_words import INTRODUCING, NO_NAMES

LONGEST_NAME = 60  # characters
_MOST_WORDS = 6
_MOST_LOWER_LATIN = 3  # words; more in lower case are a sentence

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_CYRILLIC = re.compile("[а-яё]")
_NUMBER = re.compile(r"\d+")
_LONGEST_NUMBER = 3  # digits: «школа 57», "Building 3"
_INDEX = re.compile(r"^\W*(?:\(?\d{1,3}[).:\]]\s*|[№#]\s?\d{1,3}[.):]?\s*)")
_OUTER_START = re.compile(r"^[^\w(«\"„“\[]+")
_OUTER_END = re.compile(r"[^\w)»\"“”\]]+$")
_ENDS_WITH_INITIAL = re.compile(r"(?:^|\W)[^\W\d_]$")
_PAIRS = (("(", ")"), ("[", "]"), ("«", "»"), ("„", "“"), ("“", "”"), ('"', '"'))

INTRODUCTION_AT_END = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(INTRODUCING))})\W{{0,4}}$", re.IGNORECASE)
_SENTENCE = frozenset(
    {"VERB", "INFN", "GRND", "PRTS", "ADVB", "COMP", "PREP", "CONJ", "PRCL", "NPRO", "PRED", "INTJ", "NUMR"}
)
_PROPER = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn"})


@lru_cache(maxsize=4096)
def name_in(piece: str) -> str | None:
    """The name that a piece of text beside a number is, as it was written; None if it is no name or not surely one."""
    visible = "".join(
        character for character in piece if unicodedata.category(character)[0] != "C" or character.isspace()
    )
    name = _without_introduction(_without_edges(_INDEX.sub("", " ".join(visible.split())))) or ""
    if not 2 <= len(name) <= LONGEST_NAME or not _is_balanced(name):
        return None
    if "@" in name or "://" in name or name[0].isdigit():
        return None
    if any(len(digits) > _LONGEST_NUMBER for digits in _NUMBER.findall(name)):
        return None
    words = _WORD.findall(name)
    if not 1 <= len(words) <= _MOST_WORDS or sum(map(len, words)) < 2:
        return None
    kinds = [_kind(word) for word in words]
    latin = [word for word in words if word.isascii() and word.islower()]
    if "sentence" in kinds or "name" not in kinds or len(latin) > _MOST_LOWER_LATIN:
        return None
    return name


def _without_edges(text: str) -> str:
    """Cut punctuation off both ends, and brackets and quotes that have no partner or stand around the whole."""
    while (shorter := _shortened(text)) != text:
        text = shorter
    return text


def _shortened(text: str) -> str:
    text = _OUTER_START.sub("", text)
    if outer := _OUTER_END.search(text):
        name = text[: outer.start()]
        # A full stop after an initial belongs to the name: «Иванов И.».
        text = name + "." if outer.group().startswith(".") and _ENDS_WITH_INITIAL.search(name) else name
    for opening, closing in _PAIRS:
        rest, start = text[1:], text[:-1]
        if text.startswith(opening) and (closing not in rest or rest.find(closing) == len(rest) - 1):
            return rest.removesuffix(closing)
        if text.endswith(closing) and opening not in start:
            return start
        if text.startswith(closing) and closing != opening:
            return rest
        if text.endswith(opening) and closing != opening:
            return start
    return text


def _without_introduction(name: str) -> str | None:
    """Cut «тел.» and its like off; None if such a word governs what follows: «номер Васи»."""
    while words := _WORD.findall(name):
        if words[-1].lower() in INTRODUCING:
            name = _without_edges(name[: name.rindex(words[-1])])
        elif words[0].lower() in INTRODUCING:
            rest = name[name.index(words[0]) + len(words[0]) :]
            if not rest.startswith((".", ":", ",", " -", " –", " —")):
                return None
            name = _without_edges(rest)
        else:
            return name
    return None


def _is_balanced(name: str) -> bool:
    if name.count('"') % 2:
        return False
    return all(name.count(opening) == name.count(closing) for opening, closing in (("(", ")"), ("«", "»"), ("[", "]")))


@lru_cache(maxsize=16384)
def _kind(word: str) -> str:
    """ "name", "sentence" (no name has such a word) or "other" (one beside the name: an adjective, a genitive)."""
    lower = word.lower()
    if lower.replace("ё", "е") in NO_NAMES or lower in INTRODUCING:
        return "sentence"
    if len(word) == 1:
        return "other" if word.isupper() else "sentence"
    if not _CYRILLIC.search(lower):
        return "name"
    dictionary = load_dictionary()
    if not dictionary.word_is_known(lower):
        return "name" if word[0].isupper() or "-" in word else "other"
    tags = dictionary.tag(lower)
    if word[0].isupper() and any(_PROPER & tag.grammemes and "nomn" in tag.grammemes for tag in tags):
        return "name"
    if tags[0].POS in _SENTENCE or "Apro" in tags[0].grammemes or any("impr" in tag.grammemes for tag in tags):
        return "sentence"
    nominative = any(tag.POS in ("NOUN", "ADJF", "PRTF") and tag.case == "nomn" for tag in tags)
    return "name" if nominative else "other"
