"""Phrases that are said without Rasa: found in the right language, and all of them in the domain."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from rasa_twin24.channels import incoming
from rasa_twin24.text.phrases import Phrases

ROOT = Path(__file__).parents[2]
DOMAIN: dict[str, Any] = YAML(typ="safe", pure=True).load(ROOT / "domain.yml")
# The menu's entries, https://core.telegram.org/bots/api#botcommand
LONGEST_DESCRIPTION = 256

ENGLISH = [{"type": "slot", "name": "language", "value": "en"}]
PHRASES = Phrases(
    {
        "utter_denied": [{"text": "Нет. Ваш id: {id}"}, {"text": "No. Your id: {id}", "condition": ENGLISH}],
        "utter_russian": [{"text": "Только по-русски", "condition": None}],
        "utter_english_first": [{"text": "Yes", "condition": ENGLISH}, {"text": "Да"}],
        "utter_other_condition": [{"text": "Да", "condition": [{"type": "slot", "name": "kind", "value": "en"}]}],
    }
)


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("utter_denied", "ru", "Нет. Ваш id: 5"),
        ("utter_denied", None, "Нет. Ваш id: 5"),
        ("utter_denied", "", "Нет. Ваш id: 5"),
        ("utter_denied", "en", "No. Your id: 5"),
        ("utter_denied", "en-US", "No. Your id: 5"),
        ("utter_denied", "EN", "No. Your id: 5"),
        ("utter_denied", "de", "Нет. Ваш id: 5"),
        ("utter_denied", "-", "Нет. Ваш id: 5"),
        ("utter_russian", "en", "Только по-русски"),
        ("utter_english_first", "ru", "Да"),
        ("utter_english_first", "en", "Yes"),
        ("utter_other_condition", "ru", "Да"),
    ],
)
def test_languages(name: str, language: str | None, text: str) -> None:
    assert PHRASES.say(name, language, id="5") == text


def test_a_value_is_not_read_for_further_values() -> None:
    assert PHRASES.say("utter_denied", "en", id="{id}") == "No. Your id: {id}"


def test_a_value_may_be_called_name() -> None:
    assert PHRASES.say("utter_denied", "en", id="5", name="x", language="y") == "No. Your id: 5"


def test_an_unknown_phrase_is_an_error() -> None:
    with pytest.raises(KeyError):
        PHRASES.say("utter_nothing", "ru")


def said_by_channels() -> set[str]:
    """Names of phrases in the sources; one that is put together from a list is written out."""
    sources = "".join(path.read_text() for path in (ROOT / "rasa_twin24" / "channels").glob("*.py"))
    named = set(re.findall(r"utter_[a-z_]*[a-z](?![a-z_{])", sources)) - {"utter_action"}  # Rasa's own key
    commands = re.search(r"^COMMANDS = (\(.+\))$", (ROOT / "rasa_twin24/channels/telegram.py").read_text(), re.M)
    assert commands
    named |= {f"utter_command_{name}" for name in re.findall(r'"(\w+)"', commands[1])}
    return named | {f"utter_unreadable_{kind}" for kind in incoming.UNREADABLE}


def test_the_sources_were_searched_well() -> None:
    assert {
        "utter_internal_error",
        "utter_access_denied",
        "utter_private_only",
        "utter_command_new",
    } < said_by_channels()


@pytest.mark.parametrize("name", sorted(said_by_channels()))
def test_every_phrase_of_a_channel_is_in_the_domain_in_both_languages(name: str) -> None:
    phrases = Phrases(DOMAIN["responses"])

    values = {"id": "telegram:5", "seconds": "30", "who": "telegram:6"}
    russian, english = phrases.say(name, "ru", **values), phrases.say(name, "en", **values)

    assert re.search("[а-яё]", russian)
    assert re.search("[a-z]", english)
    assert not re.search("[а-яё]", english)
    assert "{" not in russian + english
    if name.startswith("utter_command_"):
        assert max(len(russian), len(english)) <= LONGEST_DESCRIPTION


def test_a_stranger_is_told_the_id_in_both_languages() -> None:
    phrases = Phrases(DOMAIN["responses"])

    assert "telegram:5" in phrases.say("utter_access_denied", "ru", id="telegram:5", seconds="30")
    assert "telegram:5" in phrases.say("utter_access_denied", "en", id="telegram:5", seconds="30")


def test_every_intent_that_a_channel_names_is_in_the_domain() -> None:
    kinds = [*incoming.UNREADABLE, incoming.BUTTON, incoming.EDITED, incoming.NOTICE, incoming.CONTACT]
    turns = [incoming.understand(incoming.Incoming("telegram", "1", "5", kind, "1")) for kind in kinds]
    turns += [incoming.file_turn("f1", "склад")]
    texts = ["/x", "", *(f"/{command}" for command in incoming.COMMANDS)]
    turns += [incoming.understand(incoming.Incoming("telegram", "1", "5", incoming.TEXT, text)) for text in texts]

    named = {turn.intent for turn in turns}
    assert None not in named
    assert named <= set(DOMAIN["intents"])
    assert {name for turn in turns for name, _ in turn.entities} <= set(DOMAIN["entities"])
