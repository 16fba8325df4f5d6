"""Which phrases may be taught as what."""

from __future__ import annotations

from pathlib import Path

import pytest

from rasa_twin24.teaching.check import TEACHABLE, Known, Reason, refusal
from rasa_twin24.teaching.known import evaluation, known_of
from rasa_twin24.text.consent import is_clear_yes

PROJECT = Path(__file__).parents[2]
KNOWN = Known(
    frozenset(TEACHABLE) | {"edit_list", "provide_phone", "confirm_start", "stale_button"},
    training={"покажи мои задания": "list_tasks", "перенесем на другой раз": "hesitate", "привет": "greet"},
    evaluation={"пусть повисит": "hesitate", "долой": "deny", "что слышно": "task_status"},
    taught={"понеслась": "affirm"},
)


@pytest.mark.parametrize(
    ("text", "intent", "reason"),
    [
        ("", "affirm", Reason.EMPTY),
        ("...", "affirm", Reason.EMPTY),
        ("а" * 101, "greet", Reason.TOO_LONG),
        ("а б в г д е ж з и к л м н", "greet", Reason.TOO_LONG),
        ("позвони 8 916 123-45-67", "help", Reason.NUMBER),
        ("891612345", "help", Reason.NUMBER),
        ("восемь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь", "help", Reason.NUMBER),
        ("пиши на a@b.ru", "help", Reason.ADDRESS),
        ("смотри https://x.ru", "help", Reason.ADDRESS),
        ("задание 550e8400-e29b-41d4-a716-446655440000", "task_status", Reason.ID),
        ("vk:1234", "help", Reason.ID),
        ("код k7m2qd", "help", Reason.ID),
        ("жми [кнопку](affirm)", "greet", Reason.MARKUP),
        ("/start", "greet", Reason.MARKUP),
        ("дай •••", "greet", Reason.MARKUP),
        ("ёлки", "no_such", Reason.UNKNOWN_INTENT),
        ("ёлки", "edit_list", Reason.NOT_TEACHABLE),
        ("ёлки", "provide_phone", Reason.NOT_TEACHABLE),
        ("ёлки", "confirm_start", Reason.NOT_TEACHABLE),
        ("ёлки", "stale_button", Reason.NOT_TEACHABLE),
        ("Понеслась!", "affirm", Reason.KNOWN),
        ("понеслась", "deny", Reason.CONTRADICTS),
        ("погнали", "affirm", Reason.KNOWN),
        ("привет", "greet", Reason.KNOWN),
        ("Привееет", "thanks", Reason.CONTRADICTS),
        ("покажи мои задания", "task_status", Reason.CONTRADICTS),
        ("что слышно", "greet", Reason.CONTRADICTS),
        ("250", "greet", Reason.CONTRADICTS),
        ("отмена", "thanks", Reason.CONTRADICTS),
        ("да", "deny", Reason.CLEAR_YES),
        ("ага, запускай", "cancel", Reason.CLEAR_YES),
        ("ок", "thanks", Reason.CLEAR_YES),
        ("не запускай", "affirm", Reason.WEAKENS_YES),
        ("наверное", "start_calls", Reason.WEAKENS_YES),
        ("пусть повисит", "affirm", Reason.WEAKENS_YES),
        ("долой", "affirm", Reason.WEAKENS_YES),
        ("перенесём на другой раз", "start_calls", Reason.WEAKENS_YES),
        ("перенесьом на другой раз", "start_calls", Reason.WEAKENS_YES),
        ("летим?", "affirm", Reason.WEAKENS_YES),
        ("летим завтра", "resume_calls", Reason.WEAKENS_YES),
    ],
)
def test_refused(text: str, intent: str, reason: Reason) -> None:
    refused = refusal(text, intent, KNOWN)
    assert refused is not None
    assert refused.reason is reason


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("летим", "affirm"),
        ("врубай шарманку", "start_calls"),
        ("шабаш", "cancel"),
        ("не вижу смысла", "deny"),
        ("чё по звоночкам?", "task_status"),
        ("что слышно", "task_status"),
        ("no way jose", "deny"),
    ],
)
def test_taken(text: str, intent: str) -> None:
    assert refusal(text, intent, KNOWN) is None


def test_no_phrase_of_the_evaluation_set_that_is_no_yes_can_become_one() -> None:
    known = known_of(PROJECT)
    slipped = []
    for text, intent in evaluation():
        if intent == "affirm":
            continue
        for consent in ("affirm", "start_calls"):
            if intent != consent and not is_clear_yes(text) and refusal(text, consent, known) is None:
                slipped.append((text, intent, consent))
    assert slipped == []


def test_the_project_is_known() -> None:
    known = known_of(PROJECT)
    assert {"affirm", "teach", "stale_button"} <= known.intents
    assert known.training["привет"] == "greet"
    assert len(known.evaluation) > 500
    # What can be taught exists, but for what is planned.
    assert set(TEACHABLE) - known.intents <= {"resume_calls"}
