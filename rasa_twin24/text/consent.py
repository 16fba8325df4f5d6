"""The consent guard: whether a message is a clear yes, a clear no, or neither.

Calls cost money, so a yes is read by rule and never by probability: every word must be known to be
harmless and at least one must mean yes. One unknown word, a negation, a condition, a doubt, another time
or a question mark makes it something else, and the bot asks again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from rasa_twin24.text.consent_senses import FAVOURABLE, REFUSING, SUBJECTS, clause_senses, clauses_of, senses_of
from rasa_twin24.text.consent_words import AGREEING, MOCKING, SNEERING, WORDS, Sense
from rasa_twin24.text.keyboard import typed_as_english, typed_as_russian
from rasa_twin24.text.normalise import normalise

MOST_WORDS = 12  # a longer message says more than yes or no
MOST_CHARACTERS = 200


class Answer(Enum):
    """What a message answers to a question that can be answered by yes or no."""

    YES = "yes"
    NO = "no"
    HEDGE = "hedge"
    OTHER = "other"


_AT_ONCE = frozenset({"уже", "сейчас", "now"})  # beside a start verb these urge; alone they put off
_FAREWELL = "пока"
_NOT_PUTTING_OFF = frozenset({_FAREWELL, "уже"})  # alone: "bye" and "already"

_SMILEY = re.compile(r"[:=]-?\)+|\)+")
_HARMLESS_SIGN = re.compile(
    r"[\w\s,.!:'+-]|[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
)
_HUNDRED_PERCENT = re.compile(r"(?<!\w)(?:на )?(?:все )?100 ?%")
_QUESTION_WORDS = frozenset(
    {"как", "зачем", "почему", "сколько", "кто", "где", "куда", "какой", "какая", "какие", "чего", "ли"}
    | {"how", "why", "who", "what", "when", "where", "which", "whose"}
)
# "Можешь звонить" and "в бой, начинай" order; "можно, запускай" agrees.
_LEAVE = re.compile(r"\b(?:можешь|можете|в бой|в путь|на старт|с богом)\b")
_TO_CALL = frozenset({"звонить", "обзванивать", "прозванивать", "дозваниваться"})
_CALLING = ("звон", "обзван", "обзвон", "набира", "прозван", "прозвон", "call", "dial")
_MODALS = frozenset({"можешь", "можете", "можно", "давай", "давайте", "пожалуйста", "can", "could", "would", "please"})
_SHARED_STARTS = frozenset({"запускаем", "начинаем", "стартуем", "начнем", "запустим"})
_STARTING_OVER = frozenset({"over", "again", "new", "сначала", "заново", "снова"})


def read_answer(text: str) -> Answer:
    """Read a message as an answer: YES only if every word is harmless and one means yes; OTHER if it is none."""
    return _read(text)[0]


def is_clear_yes(text: str) -> bool:
    """Tell whether a message is consent beyond doubt; asked right before money is spent."""
    return read_answer(text) is Answer.YES


def is_clear_no(text: str) -> bool:
    """Tell whether a message refuses and does nothing else."""
    return read_answer(text) is Answer.NO


def orders_start(text: str) -> bool:
    """Tell whether a message is a clear yes by an order to start ("запускай") without a plain yes beside it."""
    answer, spelled = _read(text)
    if answer is not Answer.YES:
        return False
    order = _LEAVE.sub(" ", spelled)
    senses = senses_of(order)
    if Sense.YES in senses:
        return False
    return Sense.START in senses or (order != spelled and not _TO_CALL.isdisjoint(order.split()))


def starts_calls(text: str) -> bool:
    """Tell whether a message asks to start calls: a start verb's form, no negation, stop verb, doubt or delay.

    Other words may stand beside the verb ("запусти задание Весна"); a question counts only as a polite
    request.
    """
    answer, spelled = _read(text)
    if answer is Answer.YES or answer is Answer.NO:
        return answer is Answer.YES and Sense.START in senses_of(spelled)
    clauses = clauses_of(normalise(text[:MOST_CHARACTERS]).text)
    if _asks_or_holds_back(text, clauses):
        return False
    # "Номеров больше нет, стартуй" refuses nothing.
    senses = [{WORDS.get(word) for word in clause} for clause in clauses]
    return any(Sense.START in sense and Sense.NO not in sense for sense in senses)


def holds_back(text: str) -> bool:
    """Tell whether a message holds anything that speaks against a start: a question, a no, a doubt, a delay."""
    clauses = clauses_of(normalise(text[:MOST_CHARACTERS]).text)
    refused = any(WORDS.get(word) is Sense.NO for clause in clauses for word in clause)
    return len(text) > MOST_CHARACTERS or "?" in text or refused or _asks_or_holds_back(text, clauses)


def _asks_or_holds_back(text: str, clauses: list[list[str]]) -> bool:
    words = {word for clause in clauses for word in clause}
    if clauses[0][:1] == ["что"] or words & (_QUESTION_WORDS | _STARTING_OVER):
        return True
    if "?" in text and not words & (_MODALS | _SHARED_STARTS):
        return True
    senses = {WORDS.get(word) for word in words - (_AT_ONCE | _MODALS)}
    return bool(senses & {Sense.HEDGE, Sense.LATER, Sense.NOT, Sense.STOP})


def agrees(text: str) -> bool:
    """Tell whether a message holds a word of consent that nothing in its clause negates."""
    return bool(senses_of(normalise(text[:MOST_CHARACTERS]).text) & FAVOURABLE)


def stops(text: str) -> bool:
    """Tell whether a message forbids or stops the calls themselves: "хватит звонить", "не звоните никому"."""
    clauses = clauses_of(normalise(text[:MOST_CHARACTERS]).text)
    senses = {WORDS.get(word) for clause in clauses for word in clause}
    return Sense.STOP in senses or (Sense.NOT in senses and bool(senses & {Sense.START, Sense.OBJECT}))


def forbids_start(text: str) -> bool:
    """Tell whether a message forbids to begin, so that nothing runs yet: "не запускай", "пока не начинай"."""
    for clause in clauses_of(normalise(text[:MOST_CHARACTERS]).text):
        negated = False
        for word in clause:
            negated = negated or WORDS.get(word) is Sense.NOT
            if negated and WORDS.get(word) is Sense.START and not word.startswith(_CALLING):
                return True
    return False


def delays(text: str) -> bool:
    """Tell whether a message names another time."""
    return Sense.LATER in senses_of(normalise(text[:MOST_CHARACTERS]).text)


def hedges(text: str) -> bool:
    """Tell whether a message holds a doubt, a condition or a delay, whatever else it says."""
    senses = senses_of(normalise(text[:MOST_CHARACTERS]).text)
    return "?" in text or bool(senses & {Sense.HEDGE, Sense.LATER})


def refuses(text: str) -> bool:
    """Tell whether a message holds a refusal and no word of consent, whatever else it says."""
    senses = senses_of(normalise(text[:MOST_CHARACTERS]).text)
    return bool(senses & REFUSING) and not senses & {Sense.YES, Sense.START}


def _read(text: str) -> tuple[Answer, str]:
    """The answer of a message and the plain spelling it was read from, empty for a sign or no answer."""
    if len(text) > MOST_CHARACTERS:
        return Answer.OTHER, ""
    plain = _HUNDRED_PERCENT.sub("стопроцентно", normalise(text).text).strip()
    if sign := _lone_sign(plain):
        return sign, ""
    for spelled in _spellings(plain):
        answer = _answer(spelled)
        if answer is not Answer.OTHER:
            return answer, spelled
    return Answer.OTHER, ""


def _spellings(plain: str) -> Iterator[str]:
    """A text as it stands, then as if typed on the other keyboard layout."""
    yield plain
    russian = typed_as_russian(plain)
    if russian != plain:
        yield russian
    english = typed_as_english(plain)
    # "нн" is short for a Russian no, not a mistyped "yy".
    if english != plain and all(len(set(word)) > 1 and "'" not in word for word in english.split()):
        yield english


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
    clauses = clauses_of(without_smileys)
    words = [word for clause in clauses for word in clause]
    if len(words) > MOST_WORDS:
        return Answer.OTHER
    answer = _weigh_clauses(clauses, words)
    doubtful = ".." in plain or _HARMLESS_SIGN.sub("", without_smileys) or _says_any_of(MOCKING, words)
    if answer is Answer.YES and doubtful:
        return Answer.HEDGE
    if "?" in plain and answer is not Answer.OTHER:
        return Answer.HEDGE
    return answer


def _weigh_clauses(clauses: list[list[str]], words: list[str]) -> Answer:
    if _says_any_of(SNEERING, words):
        return Answer.NO
    if tuple(words) in AGREEING:
        return Answer.YES
    senses = [sense for clause in clauses for sense in clause_senses(clause)]
    known = [sense for sense in senses if sense is not None]
    return _weigh(known, words) if len(known) == len(senses) else Answer.OTHER


def _weigh(senses: list[Sense], words: list[str]) -> Answer:
    """Weigh the senses of a message whose every word is known, in their order."""
    present = set(senses)
    if Sense.START in present and Sense.LATER in present and not _delays(words):
        present.discard(Sense.LATER)
    if Sense.HEDGE in present:
        return Answer.HEDGE
    if present & REFUSING:
        return Answer.HEDGE if _takes_refusal_back(senses) else Answer.NO
    if Sense.LATER in present:
        later = {word for word in words if WORDS.get(word) is Sense.LATER}
        if later == {_FAREWELL} and not present & {Sense.YES, Sense.START, Sense.SURE}:
            return Answer.OTHER  # "ладно, пока"
        if later <= _AT_ONCE and Sense.OBJECT in present and not present & FAVOURABLE:
            return Answer.OTHER  # "call them now"
        return Answer.HEDGE if present & FAVOURABLE or later - _NOT_PUTTING_OFF else Answer.OTHER
    if not present & FAVOURABLE or Sense.REFUSED in present:
        return Answer.OTHER
    if Sense.YES not in present and not SUBJECTS.isdisjoint(words):
        return Answer.OTHER  # "я хорошо" speaks of oneself
    if present & FAVOURABLE == {Sense.PRAISE} and len(set(words)) > 1:
        return Answer.OTHER  # "просто супер" is a compliment
    if not present & {Sense.YES, Sense.START} and Sense.OBJECT in present:
        return Answer.OTHER  # "сделай обзвон" asks for a new one
    if not present & {Sense.YES, Sense.START, Sense.SURE} and Sense.COURTESY in present:
        return Answer.OTHER  # "ок, спасибо" ends a talk
    return Answer.YES


def _says_any_of(idioms: tuple[tuple[str, ...], ...], words: list[str]) -> bool:
    return any(
        tuple(words[at : at + len(idiom)]) == idiom for idiom in idioms for at in range(len(words) - len(idiom) + 1)
    )


def _delays(words: list[str]) -> bool:
    return any(WORDS.get(word) is Sense.LATER and word not in _AT_ONCE for word in words)


def _takes_refusal_back(senses: list[Sense]) -> bool:
    """Tell whether consent stands beside the refusal: "нет, запускай". "Ок, не надо" and "конечно нет" only refuse."""
    last_refusal = max(index for index, sense in enumerate(senses) if sense in REFUSING)
    if Sense.MILD_YES in senses[last_refusal:]:
        return True
    return Sense.YES in senses or Sense.START in senses
