"""The consent guard: whether a message is a clear yes, a clear no, or neither.

Calls cost money, so a yes is read by rule and never by probability: every word must be known to be harmless and
at least one must mean yes. One unknown word, a negation, a condition, a doubt, another time or a question mark
makes it something else, and the bot asks again.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from rasa_twin24.text.consent_words import IDIOMS, LONGEST_IDIOM, MOCKING, WORDS, Sense, squeezed
from rasa_twin24.text.dictionary import is_russian_word
from rasa_twin24.text.keyboard import typed_as_english, typed_as_russian
from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.tokens import tokenize
from rasa_twin24.text.typos import Spelling

MOST_WORDS = 12  # a longer message says more than yes or no
MOST_CHARACTERS = 200


class Answer(Enum):
    """What a message answers to a question that can be answered by yes or no."""

    YES = "yes"
    NO = "no"
    HEDGE = "hedge"
    OTHER = "other"


_FAVOURABLE = frozenset({Sense.YES, Sense.MILD_YES, Sense.START, Sense.SURE})
_REFUSING = frozenset({Sense.NO, Sense.NOT, Sense.STOP})
_AT_ONCE = frozenset({"уже", "сейчас", "now"})  # beside a start verb these urge; alone they put off
_FAREWELL = "пока"  # "bye" when it stands alone, "not yet" elsewhere

_SMILEY = re.compile(r"[:=]-?\)+|\)+")
_CLAUSE_END = re.compile(r"[,.!\n:]+| -+ ?|^-+ ?")
_HARMLESS_SIGN = re.compile(
    r"[\w\s,.!:'+-]|[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_HUNDRED_PERCENT = re.compile(r"(?<!\w)(?:на )?(?:все )?100 ?%")
_REPEATED_WORD = re.compile(r"(да|ок|ага|угу|нет|не)\1+")
_GLUED_NEGATION = "не"
_SHORTEST_GLUED = 4  # letters after a glued "не"

# A slip in a shorter word makes another word: "неь" may be "нет" or "не".
_SHORTEST_CORRECTED = 5
_SPELLING = Spelling(WORDS, shortest=_SHORTEST_CORRECTED)

_QUESTION_WORDS = frozenset(
    {"как", "зачем", "почему", "сколько", "кто", "что", "где", "куда", "какой", "какая", "какие", "чем", "ли"}
    | {"how", "why", "who", "what", "where", "which", "whose"}
)
_REQUESTING = frozenset(
    {"можешь", "можете", "можно", "давай", "давайте", "пожалуйста", "запускаем", "начинаем", "стартуем"}
    | {"can", "could", "would", "please"}
)
_STARTING_OVER = frozenset({"over", "again", "new", "сначала", "заново", "снова"})


def read_answer(text: str) -> Answer:
    """Read a message as an answer: YES only if every word is harmless and one means yes; OTHER if it is no answer."""
    if len(text) > MOST_CHARACTERS:
        return Answer.OTHER
    plain = _HUNDRED_PERCENT.sub("стопроцентно", normalise(text).text).strip()
    if sign := _lone_sign(plain):
        return sign
    answer = _answer(plain)
    if answer is Answer.OTHER:
        for retyped in (typed_as_russian(plain), typed_as_english(plain)):
            if retyped != plain and len(plain) > 1 and (again := _answer(retyped)) is not Answer.OTHER:
                return again
    return answer


def is_clear_yes(text: str) -> bool:
    """Tell whether a message is consent beyond doubt; asked right before money is spent."""
    return read_answer(text) is Answer.YES


def is_clear_no(text: str) -> bool:
    """Tell whether a message refuses and does nothing else."""
    return read_answer(text) is Answer.NO


def orders_start(text: str) -> bool:
    """Tell whether a message is a clear yes that consists of an order to start ("запускай") without a plain yes."""
    if not is_clear_yes(text):
        return False
    senses = _senses_of(normalise(text).text)
    return Sense.START in senses and Sense.YES not in senses


def starts_calls(text: str) -> bool:
    """Tell whether a message asks to start calls: a start verb's form, and no negation, stop verb, doubt or delay.

    Other words may stand beside the verb ("запусти задание Весна"); a question counts only as a polite request.
    """
    if orders_start(text):
        return True
    words = [squeezed(token.text) for token in tokenize(text[:MOST_CHARACTERS])]
    known = set(words)
    senses = {WORDS.get(word) for word in words if word not in _AT_ONCE}
    if Sense.START not in senses or senses & {*_REFUSING, Sense.HEDGE, Sense.LATER}:
        return False
    if known & _QUESTION_WORDS or known & _STARTING_OVER:
        return False
    return "?" not in known or bool(known & _REQUESTING)


def hedges(text: str) -> bool:
    """Tell whether a message holds a doubt, a condition or a delay, whatever else it says."""
    senses = _senses_of(normalise(text[:MOST_CHARACTERS]).text)
    return "?" in text or bool(senses & {Sense.HEDGE, Sense.LATER})


def refuses(text: str) -> bool:
    """Tell whether a message holds a refusal and no word of consent, whatever else it says."""
    senses = _senses_of(normalise(text[:MOST_CHARACTERS]).text)
    return bool(senses & _REFUSING) and not senses & {Sense.YES, Sense.START}


def _lone_sign(plain: str) -> Answer | None:
    """A message of nothing but plus and minus signs: "+" is a yes, "-" a no."""
    signs = set(plain)
    if plain == "+1" or signs == {"+"}:
        return Answer.YES
    if signs == {"-"}:
        return Answer.NO
    return Answer.HEDGE if signs == {"+", "-"} else None


def _answer(plain: str) -> Answer:
    """The answer of a plain text."""
    without_smileys = _SMILEY.sub(" ", plain)
    clauses = [_clause_words(clause) for clause in _CLAUSE_END.split(without_smileys)]
    if sum(map(len, clauses)) > MOST_WORDS:
        return Answer.OTHER
    senses = [sense for clause in clauses for sense in _clause_senses(clause)]
    known = [sense for sense in senses if sense is not None]
    if len(known) < len(senses):
        return Answer.OTHER
    words = [word for clause in clauses for word in clause]
    answer = _weigh(known, words)
    if answer is Answer.YES and (".." in plain or _HARMLESS_SIGN.sub("", without_smileys) or _mocks(words)):
        return Answer.HEDGE
    if "?" in plain and answer is not Answer.OTHER:
        return Answer.HEDGE
    return answer


def _weigh(senses: list[Sense], words: list[str]) -> Answer:
    """Weigh the senses of a message whose every word is known, in their order."""
    present = set(senses)
    if Sense.START in present and Sense.LATER in present and not _delays(words):
        present.discard(Sense.LATER)
    if Sense.HEDGE in present:
        return Answer.HEDGE
    if present & _REFUSING:
        return Answer.HEDGE if _takes_refusal_back(senses) else Answer.NO
    if Sense.LATER in present:
        only_farewell = not present & _FAVOURABLE and not _delays(
            [word for word in words if word != _FAREWELL]
        )
        return Answer.OTHER if only_farewell else Answer.HEDGE
    if not present & _FAVOURABLE or Sense.REFUSED in present:
        return Answer.OTHER
    if not present & {Sense.YES, Sense.START} and Sense.OBJECT in present:
        return Answer.OTHER  # "сделай обзвон" asks for a new one
    if not present & {Sense.YES, Sense.START, Sense.SURE} and Sense.COURTESY in present:
        return Answer.OTHER  # "ок, спасибо" ends a talk
    return Answer.YES


def _mocks(words: list[str]) -> bool:
    return any(
        tuple(words[at : at + len(idiom)]) == idiom
        for idiom in MOCKING
        for at in range(len(words) - len(idiom) + 1)
    )


def _delays(words: list[str]) -> bool:
    return any(WORDS.get(word) is Sense.LATER and word not in _AT_ONCE for word in words)


def _takes_refusal_back(senses: list[Sense]) -> bool:
    """Tell whether consent stands beside the refusal: "нет, запускай". "Ок, не надо" and "конечно нет" only refuse."""
    last_refusal = max(index for index, sense in enumerate(senses) if sense in _REFUSING)
    if Sense.MILD_YES in senses[last_refusal:]:
        return True
    return Sense.YES in senses or Sense.START in senses


def _senses_of(plain: str) -> set[Sense]:
    """The senses of the known words of a plain text."""
    clauses = _CLAUSE_END.split(plain)
    return {
        sense for clause in clauses for sense in _clause_senses(_clause_words(clause)) if sense is not None
    }


def _clause_words(clause: str) -> list[str]:
    return [squeezed(token.text) for token in tokenize(clause) if token.text != "?"]


def _clause_senses(words: list[str]) -> list[Sense | None]:
    """The sense of every idiom or word of a clause, None for an unknown one; a negation reaches to the clause's end."""
    senses: list[Sense | None] = []
    at = 0
    negated = False
    while at < len(words):
        size, sense = _idiom_at(words, at)
        if sense is None:
            size, sense = 1, _sense(words[at])
        if negated and (
            sense in _FAVOURABLE or sense in {Sense.REFUSED, Sense.OBJECT, Sense.FILLER, Sense.NO}
        ):
            sense = Sense.NOT
        elif sense is Sense.STOP and negated:
            sense = Sense.HEDGE  # "не отменяй" is neither
        negated = negated or sense in {Sense.NOT, Sense.STOP}
        senses.append(sense)
        at += size
    return senses


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
        and WORDS.get(glued) in {*_FAVOURABLE, Sense.REFUSED, Sense.FILLER}
    ):
        return Sense.NO
    if len(word) < _SHORTEST_CORRECTED or is_russian_word(word):
        return None
    meant = {WORDS[nearest] for nearest in _SPELLING.nearest(word)}
    return meant.pop() if len(meant) == 1 else None
