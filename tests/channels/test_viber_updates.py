"""Viber's updates as they come, and as they should never come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rasa_twin24.channels.incoming import BUTTON, CONTACT, FILE, TEXT, Attached, Incoming
from rasa_twin24.channels.viber_updates import BUTTON_PREFIX, Read, Welcome, read_update
from rasa_twin24.channels.webhook import same_signature

FIXTURES = Path(__file__).parents[1] / "fixtures" / "viber"
IVAN = "vbUserIvan+/AAA=="


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def from_ivan(number: int, kind: str, text: str = "", file: Attached | None = None) -> Read:
    return Read(Incoming("viber", str(4912661846655238000 + number), IVAN, kind, text, "ru", file=file))


EXPECTED = {
    "text": from_ivan(1, TEXT, "Позвони 8 916 123-45-67"),
    "button": from_ivan(2, BUTTON, "Zk3_x-9aQwErTy12"),
    "button_forged": from_ivan(3, BUTTON, ""),
    "contact": from_ivan(4, CONTACT, "Мария: +79991234567"),
    "file": from_ivan(5, FILE, "", Attached("https://dl.viber.example/f?x=1", "база.xlsx", 18244)),
    "picture": from_ivan(6, "photo"),
    "video": from_ivan(7, "photo"),
    "sticker": from_ivan(8, "sticker"),
    "location": from_ivan(9, "other"),
    "url": from_ivan(10, TEXT, "https://example.ru/page"),
    "chat": Read(ignored="not a private dialogue"),
    "unknown_content": from_ivan(12, "other"),
    "conversation_started": Read(welcome=Welcome("ru")),
    "conversation_started_subscribed": Read(ignored="opened again"),
    "subscribed": Read(subscribed=IVAN),
    "unsubscribed": Read(unsubscribed=IVAN),
    "failed": Read(ignored="event failed"),
    "webhook": Read(ignored="event webhook"),
    "unknown_event": Read(ignored="event levitated"),
}


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.json")))
def test_every_fixture(name: str) -> None:
    assert read_update(fixture(name)) == EXPECTED[name]


def test_the_name_is_shown_to_others_and_cleaned() -> None:
    update = fixture("text")
    update["sender"]["name"] = "Иван\n\u202eПетров"
    incoming = read_update(update).incoming
    assert incoming is not None
    assert incoming.name == "Иван Петров"


@pytest.mark.parametrize(
    ("message", "kind", "text"),
    [
        ({"type": "text"}, "other", ""),
        ({"type": "text", "text": 5}, "other", ""),
        ({"type": "text", "text": ""}, TEXT, ""),
        ({"type": "text", "text": f" {BUTTON_PREFIX}abc"}, TEXT, f" {BUTTON_PREFIX}abc"),
        ({"type": "text", "text": BUTTON_PREFIX}, BUTTON, ""),
        ({"type": "text", "text": BUTTON_PREFIX + "a" * 65}, BUTTON, ""),
        ({"type": "text", "text": BUTTON_PREFIX + "abc\n"}, BUTTON, ""),
        ({"type": "url", "media": 5}, "other", ""),
        ({"type": "contact", "contact": {"name": "Мария"}}, "other", ""),
        ({"type": "contact", "contact": "79991234567"}, "other", ""),
        ({"type": "contact", "contact": {"phone_number": "79991234567"}}, CONTACT, "+79991234567"),
        ({"type": "file", "media": None, "file_name": "a.csv"}, "other", ""),
        ({"type": ["file"]}, "other", ""),
    ],
)
def test_contents(message: dict[str, Any], kind: str, text: str) -> None:
    incoming = read_update({**fixture("text"), "message": message}).incoming
    assert incoming is not None
    assert (incoming.kind, incoming.text) == (kind, text)


@pytest.mark.parametrize(
    "change",
    [
        {"sender": None},
        {"sender": {"id": ""}},
        {"sender": {"id": 5}},
        {"message": "привет"},
        {"message": {}},
        {"message_token": None},
        {"message_token": True},
        {"message_token": ""},
    ],
)
def test_a_message_of_an_unknown_shape(change: dict[str, Any]) -> None:
    assert read_update({**fixture("text"), **change}) == Read(ignored="message of an unknown shape")


ODD = st.none() | st.integers() | st.text()
EVENTS = st.sampled_from(["message", "subscribed", "unsubscribed", "conversation_started"])
PARTS = st.dictionaries(st.sampled_from(["id", "type", "text", "contact", "media"]), ODD | st.just("file"))
FIELDS = st.sampled_from(["sender", "message", "user", "user_id", "message_token", "chat_id"])


@given(EVENTS | ODD, st.dictionaries(FIELDS, ODD | PARTS))
def test_no_shape_is_an_error(event: Any, fields: dict[str, Any]) -> None:
    assert read_update({"event": event, **fields}) != Read()


VECTOR = '{"event":"message","timestamp":1760000000000,"message_token":5001,"sender":{"id":"vbUser==","name":"Иван"},"message":{"type":"text","text":"Привет"}}'.encode()  # fmt: skip  # noqa: E501
SIGNATURE = "19b13e660c6d8b82eab346787eff34380ccb04e56b59aad1028021d1f0fc66ad"


def test_the_signature_of_a_second_implementation() -> None:
    """The vector was confirmed with viberbot and openssl."""
    assert same_signature(SIGNATURE, "viber-test-token", VECTOR)


@pytest.mark.parametrize("place", [0, len(VECTOR) // 2, len(VECTOR) - 1])
def test_one_flipped_bit_fails(place: int) -> None:
    flipped = bytearray(VECTOR)
    flipped[place] ^= 1
    assert not same_signature(SIGNATURE, "viber-test-token", bytes(flipped))
    assert not same_signature(SIGNATURE[:-1] + "c", "viber-test-token", VECTOR)
