"""What the words of a message mean for consent: clause by clause, idioms first, negations applied."""

from __future__ import annotations

import re
from functools import lru_cache

from rasa_twin24.text.consent_words import IDIOMS, LONGEST_IDIOM, WORDS, Sense, squeezed
from rasa_twin24.text.dictionary import is_russian_word
from rasa_twin24.text.tokens import tokenize
from rasa_twin24.text.typos import Spelling

FAVOURABLE = frozenset({Sense.YES, Sense.MILD_YES, Sense.PRAISE, Sense.START, Sense.SURE})
REFUSING = frozenset({Sense.NO, Sense.NOT, Sense.STOP})
# What a negation before it in the clause turns into a refusal: "не запускай обзвон".
_NEGATED = FAVOURABLE | {Sense.REFUSED, Sense.OBJECT, Sense.FILLER, Sense.NO}
_NEGATIONS = frozenset({"не", "нельзя"})
_TAKING_BACK = _NEGATIONS | {"рано", "рановато"}
SUBJECTS = frozenset({"я", "мы", "i", "we"})  # "да, это я" tells who, not what

_CLAUSE_END = re.compile(r"[,.!\n:;/|()\"«»“”„]+| -+ ?|^-+ ?")
_REPEATED_WORD = re.compile(r"(да|ок|ага|угу|нет|не)\1+")
_GLUED_NEGATION = "не"
_SHORTEST_GLUED = 4  # letters after a glued "не"

# A slip in a shorter word makes another word: "неь" may be "нет" or "не".
_SHORTEST_CORRECTED = 5
_SPELLING = Spelling(WORDS, shortest=_SHORTEST_CORRECTED)


def clauses_of(plain: str) -> list[list[str]]:
    """The words of a plain text, squeezed, by clause; question marks left out."""
    return [
        [squeezed(token.text) for token in tokenize(clause) if token.text != "?"] for clause in _CLAUSE_END.split(plain)
    ]


def senses_of(plain: str) -> set[Sense]:
    """The senses of the known words of a plain text."""
    return {sense for clause in clauses_of(plain) for sense in clause_senses(clause) if sense is not None}


def clause_senses(words: list[str]) -> list[Sense | None]:
    """The sense of every idiom or word of a clause, None for an unknown one; a negation reaches to the clause's end."""
    senses: list[Sense | None] = []
    at = 0
    negated = stopped = False
    while at < len(words):
        size, sense = _idiom_at(words, at)
        if sense is None:
            dangling = words[at] in SUBJECTS and at == len(words) - 1 and not negated
            size, sense = 1, None if dangling else _sense(words[at])
        if sense is Sense.STOP and negated:
            sense = Sense.HEDGE  # "не отменяй" is neither
        elif (negated or stopped) and sense in _NEGATED:
            sense = Sense.NOT
        elif negated and sense is Sense.COURTESY:
            sense = None  # "не понял" asks for help
        elif sense is Sense.START and _is_infinitive(words[at]) and not _TAKING_BACK.isdisjoint(words[at:]):
            sense = Sense.REFUSED  # "запускать не надо", "запускать рано"
        negated = negated or sense is Sense.NOT
        stopped = stopped or sense is Sense.STOP
        senses.append(sense)
        at += size
    return senses


def _is_infinitive(word: str) -> bool:
    return word.endswith("ть")


def _idiom_at(words: list[str], at: int) -> tuple[int, Sense | None]:
    for size in range(min(LONGEST_IDIOM, len(words) - at), 1, -1):
        if sense := IDIOMS.get(tuple(words[at : at + size])):
            return size, sense
    return 1, IDIOMS.get((words[at],))


@lru_cache(maxsize=4096)
def _sense(word: str) -> Sense | None:
    """The sense of one squeezed word; misspelt and glued ones included, None if unknown."""
    if (known := WORDS.get(word)) is not None:
        return known
    if repeated := _REPEATED_WORD.fullmatch(word):
        return WORDS[repeated.group(1)]
    glued = word.removeprefix(_GLUED_NEGATION)
    if (
        glued != word
        and len(glued) >= _SHORTEST_GLUED
        and WORDS.get(glued) in {*FAVOURABLE, Sense.REFUSED, Sense.FILLER}
    ):
        return Sense.NO
    # A misspelt English word is often another one ("about", "abort"), and there is no dictionary to tell.
    if len(word) < _SHORTEST_CORRECTED or word.isascii() or is_russian_word(word):
        return None
    meant = {WORDS[nearest] for nearest in _SPELLING.nearest(word)}
    return meant.pop() if len(meant) == 1 else None
