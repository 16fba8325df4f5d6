"""Every phrase stands in both languages with the same values, and none is missing or forgotten."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

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


def test_no_russian_sentence_in_python() -> None:
    sentence = re.compile(r"[а-яё]{3,}[^'\"]* [^'\"]*[а-яё]{3,}[.!?]", re.IGNORECASE)
    for folder in ("actions", "rasa_twin24/channels", "rasa_twin24/campaign", "rasa_twin24/ledger"):
        for file in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
                assert not (is_text and sentence.search(node.value)), f"{file}: {getattr(node, 'value', '')}"
