"""Whether a phrase may be taught. Pure: whoever asks brings what is known already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import Enum

from rasa_twin24.nlu.decision import decide
from rasa_twin24.text.consent import is_clear_yes
from rasa_twin24.text.phones import read_numbers
from rasa_twin24.text.task_id import find_task_id
from rasa_twin24.text.taught import CONSENTS, MOST_CHARACTERS, loose_key, phrase_key, weakens_yes

MOST_WORDS = 12
# What a phrase alone can ask for. Not: what a rule has to find something in, and what only buttons and channels name.
TEACHABLE = (
    "affirm",
    "deny",
    "hesitate",
    "start_calls",
    "resume_calls",
    "pause_calls",
    "cancel",
    "retry",
    "create_task",
    "add_to_existing_task",
    "task_status",
    "list_tasks",
    "show_list",
    "show_limits",
    "emergency_stop",
    "audit",
    "list_template",
    "help",
    "greet",
    "thanks",
    "goodbye",
    "out_of_scope",
)
# Differing by less than this a phrase counts as a known no, doubt or question that was misspelt; shorter ones differ
# by a letter from many honest others.
NEAR = 0.88
NEAR_CHARACTERS = 6

_MAIL_OR_LINK = re.compile(r"\S@\S|https?://|www\.|t\.me/", re.IGNORECASE)
_ID = re.compile(r"\d{5,}|(?=[A-Za-z_-]*\d)[\w-]*[A-Za-z][\w-]*\d[\w-]*|\w+:\d{3,}")
# Rasa would read an entity, or an escaped sign, into it; stars and dots stand for what was masked.
_MARKUP = re.compile(r"[\[\]{}\\|<>`*•\n\r\t]")


class Reason(Enum):
    """Why a phrase is not taken; each has its phrase in domain.yml."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    MARKUP = "markup"
    NUMBER = "number"
    ADDRESS = "address"
    ID = "id"
    UNKNOWN_INTENT = "unknown_intent"
    NOT_TEACHABLE = "not_teachable"
    KNOWN = "known"
    CONTRADICTS = "contradicts"
    WEAKENS_YES = "weakens_yes"
    CLEAR_YES = "clear_yes"


# What says nothing about the phrase's danger: it was taught before the project learnt it itself.
HARMLESS = frozenset({Reason.KNOWN})


@dataclass(frozen=True)
class Refused:
    """`intent` is the one that the phrase means already, where the reason is about that."""

    reason: Reason
    intent: str | None = None


@dataclass(frozen=True)
class Known:
    """Intents by phrase: of the project's training data, of its evaluation set, and of what was taught.

    `training` and `evaluation` are by `loose_key`, `taught` is by `phrase_key`; `intents` are those of domain.yml.
    """

    intents: frozenset[str]
    training: Mapping[str, str] = field(default_factory=dict)
    evaluation: Mapping[str, str] = field(default_factory=dict)
    taught: Mapping[str, str] = field(default_factory=dict)


def refusal(text: str, intent: str, known: Known) -> Refused | None:
    """Why this phrase may not be taught as this intent; None when it may."""
    if reason := _shape(text):
        return Refused(reason)
    if intent not in known.intents:
        return Refused(Reason.UNKNOWN_INTENT)
    if intent not in TEACHABLE:
        return Refused(Reason.NOT_TEACHABLE)
    if taught := known.taught.get(phrase_key(text)):
        return Refused(Reason.KNOWN if taught == intent else Reason.CONTRADICTS, taught)
    if intent in CONSENTS and (weakens_yes(text) or _is_near_a_no(text, known)):
        return Refused(Reason.WEAKENS_YES)
    settled = decide(text, (), (), threshold=0.3)
    if settled.confidence == 1.0:  # a rule is sure of it, and would stay so
        if settled.intent == intent or (intent in CONSENTS and is_clear_yes(text)):
            return Refused(Reason.KNOWN, settled.intent)
        if is_clear_yes(text):
            return Refused(Reason.CLEAR_YES, settled.intent)
        return Refused(Reason.CONTRADICTS, settled.intent)
    return _against_examples(text, intent, known)


def needs_second_word(intent: str) -> bool:
    """Whether an owner confirms such a phrase a second time."""
    return intent in CONSENTS


def _shape(text: str) -> Reason | None:
    if not phrase_key(text):
        return Reason.EMPTY
    if len(text) > MOST_CHARACTERS or len(phrase_key(text).split()) > MOST_WORDS:
        return Reason.TOO_LONG
    if _MAIL_OR_LINK.search(text):
        return Reason.ADDRESS
    numbers = read_numbers(text)
    if numbers.found or numbers.doubtful or numbers.rejected:
        return Reason.NUMBER
    if find_task_id(text) or _ID.search(text):
        return Reason.ID
    return Reason.MARKUP if _MARKUP.search(text) or text.lstrip()[:1] in ("/", "#", "-") else None


def _against_examples(text: str, intent: str, known: Known) -> Refused | None:
    key = loose_key(text)
    for examples in (known.training, known.evaluation):
        meant = examples.get(key)
        if meant is not None and meant != intent:
            return Refused(Reason.CONTRADICTS, meant)
    # A yes among the examples is none yet: the guard may not know it.
    if known.training.get(key) == intent and intent != "affirm":
        return Refused(Reason.KNOWN, intent)
    return None


def _is_near_a_no(text: str, known: Known) -> bool:
    """Whether the phrase is, but for a slip, one that is known to be a no, a doubt or a question."""
    key = loose_key(text)
    if any(known.evaluation.get(key, "affirm") == meant for meant in ("deny", "hesitate")):
        return True
    if len(key) < NEAR_CHARACTERS:
        return False
    return any(_ratio(key, other) >= NEAR for other in _not_yes(known) if abs(len(other) - len(key)) <= 3)


def _not_yes(known: Known) -> Iterator[str]:
    for examples in (known.evaluation, known.training):
        yield from (text for text, intent in examples.items() if intent in ("deny", "hesitate", "cancel"))


def _ratio(one: str, other: str) -> float:
    compared = SequenceMatcher(None, one, other, autojunk=False)
    return compared.ratio() if compared.real_quick_ratio() >= NEAR and compared.quick_ratio() >= NEAR else 0.0
