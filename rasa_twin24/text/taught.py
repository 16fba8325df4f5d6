"""Phrases that an owner has taught: whole messages, and what may never become a yes.

A taught phrase counts when it is the whole message and nothing else. One that would be a consent is looked through
again here whenever it is heard, so that no file can make a yes out of a no, a doubt or a question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rasa_twin24.text.consent import Answer, delays, forbids_start, hedges, read_answer, refuses, stops
from rasa_twin24.text.consent_words import WORDS, Sense, squeezed
from rasa_twin24.text.normalise import normalise
from rasa_twin24.text.tokens import tokenize
from rasa_twin24.text.typos import Spelling

MOST_CHARACTERS = 100
# What starts calls once a plan is shown, or shows the plan.
CONSENTS = frozenset({"affirm", "start_calls", "resume_calls"})

_DOUBTFUL = frozenset({Sense.NO, Sense.NOT, Sense.STOP, Sense.HEDGE, Sense.LATER})
# A word that the guard does not know and that may be a negation: "неохота", "ничего", "без звонков".
_NEGATIVE = re.compile(
    r"не\w+|ни\w{2,}|без\w*|нафиг\w*|анти\w+|without|nothing|nobody|none|neither|nor|\w+n't|un\w+less"
)
_REFUSING = [word for word, sense in WORDS.items() if sense in (Sense.NO, Sense.NOT, Sense.STOP, Sense.HEDGE)]
_STEM = 5  # letters by which another form of a word is known
_REFUSING_STEMS = ("стоп", "stop", *{word[:_STEM] for word in _REFUSING if len(word) >= _STEM})
_SHORTEST_SLIP = 4
_SLIPS = Spelling(_REFUSING, shortest=_SHORTEST_SLIP)
_ASKING = frozenset(
    {"как", "зачем", "почему", "сколько", "кто", "где", "куда", "когда", "чего", "что", "ли"}
) | frozenset({"how", "why", "who", "what", "when", "where", "which", "whose"})
# Between and after the words of a consent: anything else, such as quotes or a row of dots, makes it something else.
_PLAIN = re.compile(
    r"(?!.*\.\.)[\w\s,.!:'+\-\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]*", re.DOTALL
)


def phrase_key(text: str) -> str:
    """What two spellings of one phrase have in common: its words and signs, plainly spelled."""
    return " ".join(token.text for token in tokenize(text))


def loose_key(text: str) -> str:
    """`phrase_key` with every repeated letter once: for comparing, never for a consent."""
    return " ".join(squeezed(token.text) for token in tokenize(text))


def weakens_yes(text: str) -> bool:
    """Tell whether a text may hold a no, a doubt, a condition, another time or a question: it is never taught as a yes.

    The guard's own reading first, then every word by itself, whatever stands beside it.
    """
    if read_answer(text) in (Answer.NO, Answer.HEDGE) or "?" in normalise(text).text:
        return True
    if refuses(text) or hedges(text) or delays(text) or forbids_start(text) or stops(text):
        return True
    return any(_is_doubtful(token.text) for token in tokenize(text))


def _is_doubtful(word: str) -> bool:
    """Whether a word is, or is but for a slip or its ending, one of refusal, doubt, delay or asking."""
    plain = squeezed(word)
    sense = WORDS.get(plain)
    if sense in _DOUBTFUL or plain in _ASKING:
        return True
    if sense is not None and sense is not Sense.REFUSED:
        return False
    if _NEGATIVE.fullmatch(word) or word.startswith(_REFUSING_STEMS):
        return True
    return len(plain) >= _SHORTEST_SLIP and bool(_SLIPS.nearest(plain))


def taught_intent(text: str, taught: Mapping[str, str]) -> str | None:
    """The intent of a message that is a taught phrase and nothing else; `taught` is intents by `phrase_key`."""
    if not taught or len(text) > MOST_CHARACTERS:
        return None
    intent = taught.get(phrase_key(text))
    if intent in CONSENTS and (weakens_yes(text) or not _PLAIN.fullmatch(normalise(text).text)):
        return None
    return intent
