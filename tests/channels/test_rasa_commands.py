"""No text of a person reaches Rasa that Rasa itself would take for an intent; its own reader is the judge."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from rasa_twin24.channels import incoming
from rasa_twin24.channels.incoming import Incoming, understand

pytestmark = pytest.mark.rasa

BLANKS = [chr(code) for code in range(0x110000) if chr(code).isspace()]
INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\x00", "\x7f", "\ud800", "\ufe0f", "\u180e"]


def intent_read_by_rasa(text: str) -> str | None:
    """What `RegexMessageHandler` makes of a text, after the whole pipeline."""
    intent = YAMLStoryReader.unpack_regex_message(Message({TEXT: text})).get(INTENT)
    return intent["name"] if intent else None


def test_the_judge_sees_a_smuggled_intent() -> None:
    assert intent_read_by_rasa("\u00a0/confirm_start") == "confirm_start"
    assert intent_read_by_rasa("да /confirm_start") is None


@settings(max_examples=400, deadline=None)
@example(["\u200b", "\u00a0"], '/confirm_start{"a":"b"}')
@example(["\u00ad", "\u3000", "\u00ad"], "/affirm@1.0")
@given(
    st.lists(st.sampled_from(BLANKS + INVISIBLE), max_size=6),
    st.sampled_from(["/confirm_start", '/affirm{"x":"y"}', "/affirm@1.0", "//affirm", "/ affirm", "／affirm"]),
)
def test_no_prefix_lets_an_intent_through(prefix: list[str], command: str) -> None:
    for kind in (incoming.TEXT, incoming.FORWARDED):
        turn = understand(Incoming("telegram", "1", "5", kind, "".join(prefix) + command))

        assert turn.intent in (None, "unknown_command")
        if turn.intent is None:
            assert intent_read_by_rasa(turn.text) is None


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30))
def test_no_card_is_read_for_an_intent(text: str) -> None:
    turn = understand(Incoming("telegram", "1", "5", incoming.CONTACT, text))

    assert (turn.intent, turn.entities) == ("provide_phone", ())
    assert turn.text[0] not in "/ "


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30), st.sampled_from([incoming.TEXT, incoming.FORWARDED]))
def test_any_text(text: str, kind: str) -> None:
    turn = understand(Incoming("telegram", "1", "5", kind, text))

    assert turn.text
    if turn.intent is None:
        assert intent_read_by_rasa(turn.text) is None
