"""Every outcome that the code can name has its phrase. What fills it in is checked wherever a test produces one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import rasa_twin24.campaign as package
from rasa_twin24.campaign.outcome import failure
from rasa_twin24.twin24 import (
    BadAnswer,
    Forbidden,
    NoMoney,
    NotFound,
    RateLimited,
    Refused,
    SignInFailed,
    TwinError,
    Unavailable,
)
from tests.campaign import spoken

REQUEST = ("POST", "telephony/autoCall")
ERRORS = {
    "sign_in": SignInFailed(*REQUEST, 401, "no"),
    "no_money": NoMoney(*REQUEST, 402, "no"),
    "forbidden": Forbidden(*REQUEST, 403, "no"),
    "not_found": NotFound(*REQUEST, 404, "no"),
    "refused": Refused(*REQUEST, 422, "no"),
    "busy": RateLimited(*REQUEST, 429, "no"),
    "unavailable": Unavailable(*REQUEST, 503, "no", maybe_done=False),
    "unavailable, unreadable": BadAnswer(*REQUEST, 200, "no"),
    "unavailable, unforeseen": TwinError(*REQUEST, None, "no"),
}
TOPICS = ("create_task", "add_candidates", "start_calls", "pause_calls", "resume_calls")
PREFIXES = (*TOPICS, "pause_calls", "resume_calls", "task_status", "emergency_stop", "edit_list", "internal_error")


def named_in_code() -> set[str]:
    """The kinds that stand in the code of the campaign as they are."""
    return {
        node.value
        for file in Path(package.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.startswith(PREFIXES) and node.value not in TOPICS and " " not in node.value
    }


@pytest.mark.parametrize(("why", "error"), [(why.split(",")[0], error) for why, error in ERRORS.items()], ids=ERRORS)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_failure_has_its_phrase(topic: str, why: str, error: TwinError) -> None:
    outcome = failure(topic, error, name="Акция", task_id="t-1", numbers="", added="0", total="0")
    assert outcome.kind == f"{topic}_failed_{why}"
    spoken.check(outcome.kind, outcome.params)


def test_the_code_is_read_for_kinds() -> None:
    assert {"create_task_left", "start_calls_plan_old", "add_candidates_again", "internal_error"} <= named_in_code()


@pytest.mark.parametrize("kind", sorted(named_in_code()))
def test_every_outcome_has_its_phrase_in_both_languages(kind: str) -> None:
    assert set(spoken.phrases()[kind]) == spoken.LANGUAGES


@pytest.mark.parametrize("kind", ["task_status_finished", "task_status_was_halted", "task_status_was_paused"])
def test_news_with_counts_have_a_phrase_of_their_own(kind: str) -> None:
    assert spoken.placeholders(f"{kind}_counted") == {*spoken.placeholders(kind), "candidates", "calls"}
