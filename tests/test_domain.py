"""Every phrase stands in both languages with the same values, and none is missing or forgotten."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
from ruamel.yaml import YAML

from actions._list_report import REASONS
from actions._task_buttons import PAUSE, RESUME, START, STATUS
from actions.answers import OFFERABLE
from rasa_twin24.campaign.limits import Limits
from rasa_twin24.ledger.audit import Act, Result
from rasa_twin24.ledger.conversations import Step
from rasa_twin24.ledger.list_edits import Taken
from rasa_twin24.ledger.people import Change, Role
from rasa_twin24.lists.outcome import ListReason
from rasa_twin24.teaching.check import TEACHABLE
from rasa_twin24.teaching.check import Reason as RefusalReason
from rasa_twin24.teaching.judge import OBJECTIONS
from rasa_twin24.text.dialling import Reason
from rasa_twin24.twin24 import TaskStatus

PROJECT = Path(__file__).parent.parent
DOMAIN: dict[str, Any] = YAML(typ="safe").load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
RESPONSES: dict[str, list[dict[str, Any]]] = DOMAIN["responses"]
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
PLACEHOLDER = re.compile(r"{([a-z_]+)}")


@pytest.mark.parametrize("name", RESPONSES)
def test_phrase_in_russian_and_english(name: str) -> None:
    russian, english = RESPONSES[name]
    assert "condition" not in russian
    assert english["condition"] == [{"type": "slot", "name": "language", "value": "en"}]
    assert CYRILLIC.search(russian["text"])
    assert not CYRILLIC.search(english["text"])
    assert set(PLACEHOLDER.findall(russian["text"])) == set(PLACEHOLDER.findall(english["text"]))
    payloads = [[button["payload"] for button in variation.get("buttons", [])] for variation in (russian, english)]
    assert payloads[0] == payloads[1]


def test_every_action_gets_the_domain() -> None:
    """Without it an action that goes back to a step with buttons in its question fails."""
    assert [action for action in DOMAIN["actions"] if action != {next(iter(action)): {"send_domain": True}}] == []


@pytest.mark.parametrize("name", RESPONSES)
def test_buttons_name_intents_and_fit_messengers(name: str) -> None:
    for variation in RESPONSES[name]:
        for button in variation.get("buttons", []):
            assert button["payload"].lstrip("/") in DOMAIN["intents"]
            assert len(button["title"]) <= 40


def phrases_said(folder: str) -> set[str]:
    """Constant names given to `say`, and `utter_…` names anywhere, in the Python files of a folder."""
    said = set()
    for file in (PROJECT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("utter_"):
                said.add(node.value)
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("say", "offer")
            ):
                said |= {f"utter_{name}" for name in constants(node.args[0]) if not name.startswith("utter_")}
    return said


def constants(argument: ast.expr) -> list[str]:
    """The texts that an argument may be: itself, or either side of a condition."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return [argument.value]
    if isinstance(argument, ast.IfExp):
        return constants(argument.body) + constants(argument.orelse)
    return []


def test_every_phrase_that_is_said_exists() -> None:
    said = phrases_said("actions") | phrases_said("rasa_twin24/channels")
    # Without the beginnings of composed names, and what Rasa calls a phrase's name in an event.
    said = {name for name in said if not name.endswith("_")} - {"utter_action"}
    assert len(said) > 40
    assert sorted(said - set(RESPONSES) - {"utter_action"}) == []  # Rasa's own key for a phrase's name


def composed() -> set[str]:
    """The names that the code puts together, from whatever it puts them together of."""
    roles = [role.key for role in Role]
    given = [role.key for role in Role if role is not Role.OWNER]
    statuses = [status.lower() for status in TaskStatus.KNOWN]
    failures = ("sign_in", "no_money", "forbidden", "not_found", "refused", "busy", "unavailable")
    topics = ("create_task", "add_candidates", "start_calls", "task_status", "existing_task", "twin")
    topics += ("pause_calls", "resume_calls")
    counted = (
        *("task_status_finished", "task_status_was_halted", "task_status_was_paused", "task_status_was_resumed"),
        *(f"pause_calls_{what}" for what in ("done", "finished", "halted", "not_running")),
    )
    return {
        *(f"{topic}_failed_{why}" for topic in topics for why in failures),
        *(f"task_status_{status}" for status in (*statuses, "odd", "preparing")),
        *(f"existing_task_{status.lower()}" for status in TaskStatus.ADDABLE),
        *(f"{kind}_counted" for kind in counted),
        *(f"{kind}_adding" for kind in ("create_task_done", "create_task_found")),
        *(f"start_calls_limit_{name.name}_never" for name in fields(Limits) if name.name != "task_numbers"),
        *(f"access_granted_{role}" for role in given),
        *(f"people_{change.value}_{role}" for change in Change for role in given),
        *(f"people_joined_{role}" for role in given),
        *(f"people_invite_{role}_{way}" for role in given for way in ("link", "code")),
        *(f"people_request_{when}_{decision}" for when in ("done", "was") for decision in (*given, "refused")),
        *(f"people_role_{role}" for role in roles),
        *(f"audit_act_{act}" for name, act in vars(Act).items() if name.isupper()),
        *(f"audit_result_{result}" for name, result in vars(Result).items() if name.isupper()),
        *(f"unreadable_{kind}" for kind in ("voice", "photo", "sticker", "other", "large_file", "lost_file")),
        *(f"status_word_{status}" for status in statuses),
        *(f"button_{kind}" for kind in (PAUSE, RESUME, STATUS, START)),
        *(f"reading_{intent}" for intent in OFFERABLE),
        *(f"teach_meaning_{intent}" for intent in (*TEACHABLE, "other")),
        *(f"teach_refused_{reason.value}" for reason in RefusalReason),
        *(f"teach_not_taken_{objection}" for objection in OBJECTIONS),
        *(f"review_step_{step}" for name, step in vars(Step).items() if name.isupper()),
        *(f"review_step_{step}" for step in ("form", "none")),
        *(f"import_{what}_{reason}" for what in ("left", "why") for reason in REASONS),
        *(f"import_unreadable_{reason}" for reason in get_args(ListReason)),
        *(f"import_line_{figure}" for figure in ("several", "elsewhere")),
        *(f"import_{intent}" for intent in ("create_task", "add_to_existing_task")),
        *(f"command_{name}" for name in ("new", "add", "help", "cancel", "link")),
        *(f"rename_{taken.value}" for taken in (Taken.BUSY, Taken.STARTED, Taken.FOREIGN)),
        *(f"ask_{slot}" for form in DOMAIN["forms"].values() for slot in form["required_slots"]),
    }


def test_every_phrase_is_said_somewhere() -> None:
    """A name stands in the code as it is, or the code puts it together; the small talk is named as its intents."""
    named = {
        node.value.removeprefix("utter_")
        for folder in ("actions", "rasa_twin24")
        for file in (PROJECT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    digressions = set(re.findall(r"- intent: (\w+)", (PROJECT / "data" / "smalltalk.yml").read_text(encoding="utf-8")))
    said = named | composed() | digressions
    assert sorted(name for name in RESPONSES if name.removeprefix("utter_") not in said) == []


def test_every_reason_to_leave_a_row_out_has_its_phrases() -> None:
    of_rows = {"duplicate", "no_number", "in_task", "do_not_call", "extension", "remark"}
    assert {*get_args(Reason), *of_rows} == set(REASONS)


def test_no_russian_sentence_in_python() -> None:
    sentence = re.compile(r"[а-яё]{3,}[^'\"]* [^'\"]*[а-яё]{3,}[.!?]", re.IGNORECASE)
    for folder in ("actions", "rasa_twin24/channels", "rasa_twin24/campaign", "rasa_twin24/ledger"):
        for file in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
                assert not (is_text and sentence.search(node.value)), f"{file}: {getattr(node, 'value', '')}"
