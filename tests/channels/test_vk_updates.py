"""What VK's events are read as, and how buttons are written: tables without a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.vk_keyboard import Client, in_words, keyboards, label, token_in
from rasa_twin24.channels.vk_updates import Pressed, Read, read_event

FIXTURES = Path(__file__).parents[1] / "fixtures" / "vk"
P = 910500
DOC = Attached(f"https://vk.example/doc{P}_91?hash=1", "база.xlsx", 18244)


def fixture(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return event


@pytest.mark.parametrize(
    ("name", "kind", "text", "language"),
    [
        ("text", "text", "Запусти обзвон", "ru"),
        ("english", "text", "Start the calls", "en"),
        ("old_client", "text", "привет", "ru"),
        ("start", "text", "/start", "ru"),
        ("text_button", "button", "t0ken", "ru"),
        ("foreign_payload", "text", "Да", "ru"),
        ("broken_payload", "text", "Да", "ru"),
        ("photo", "photo", "", "ru"),
        ("voice", "voice", "", "ru"),
        ("sticker", "sticker", "", "ru"),
        ("place", "other", "", "ru"),
        ("link", "text", "смотри https://example.ru", "ru"),
        ("forwarded", "forwarded", "позвони им\n8 916 123-45-67\nда", "ru"),
        ("doc", "file", "новая база", "ru"),
        ("forwarded_doc", "file", "", "ru"),
        ("edited", "edited", "", None),
        ("button", "button", "t0ken", None),
        ("button_foreign", "button", "", None),
    ],
)
def test_what_a_person_did(name: str, kind: str, text: str, language: str | None) -> None:
    event = fixture(name)

    (incoming,) = read_event(event).incoming

    assert (incoming.kind, incoming.text, incoming.language) == (kind, text, language)
    assert (incoming.channel, incoming.person, incoming.key) == ("vk", str(P), event["event_id"])
    assert incoming.file == (DOC if kind == "file" else None)


def test_each_file_of_a_message_is_an_update_of_its_own() -> None:
    event = fixture("two_docs")

    first, second = read_event(event).incoming

    assert (first.key, first.text, first.file) == (event["event_id"], "две", DOC)
    assert (second.key, second.text) == (f"{event['event_id']}:2", "")
    assert second.file == Attached(f"https://vk.example/doc{P}_92?hash=1", "второй.xlsx", 512)


def test_a_size_that_is_no_number_is_not_told() -> None:
    event = fixture("doc")
    event["object"]["message"]["attachments"][0]["doc"]["size"] = "?"

    (incoming,) = read_event(event).incoming

    assert incoming.file is not None
    assert incoming.file.size is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("group", Read(group=2000000007, group_language="ru", group_person=str(P))),
        ("group_invite", Read(ignored="service message of a group")),
        ("community", Read(ignored="written by a community")),
        ("own", Read(ignored="written by a community")),
        ("edited_own", Read(ignored="written by a community")),
        ("button_group", Read(pressed=Pressed("b07f", P, 2000000007), ignored="button in a group")),
        ("deny", Read(denied=str(P))),
        ("allow", Read(allowed=str(P))),
        ("unknown", Read(ignored="kind wall_post_new")),
    ],
)
def test_what_is_no_turn(name: str, expected: Read) -> None:
    assert read_event(fixture(name)) == expected


def test_a_press_tells_what_to_answer() -> None:
    assert read_event(fixture("button")).pressed == Pressed("b07f", P, P)


@pytest.mark.parametrize(
    "change",
    [
        {"event_id": None},
        {"event_id": ""},
        {"object": None},
        {"object": []},
        {"object": {}},
        {"object": {"message": {"from_id": True, "peer_id": 1}}},
        {"object": {"message": {"from_id": "5", "peer_id": 5}}},
        {"object": {"message": {"from_id": 5, "peer_id": 6}}},
        {"type": "message_event", "object": {"user_id": 5, "peer_id": 5}},
        {"type": "message_deny", "object": {"user_id": "5"}},
        {"type": ["message_new"]},
        {"type": None},
    ],
)
def test_an_odd_event_is_ignored_by_name(change: dict[str, Any]) -> None:
    read = read_event({**fixture("text"), **change})

    assert read.incoming == ()
    assert read.ignored


def test_odd_parts_of_a_message_do_no_harm() -> None:
    event = fixture("text")
    event["object"]["message"] |= {"attachments": [None, {"type": 5}, {"type": "doc"}], "fwd_messages": {"0": 1}}
    event["object"]["client_info"] = [1]
    deep: dict[str, Any] = {"text": "внизу", "fwd_messages": []}
    for _ in range(50):
        deep = {"text": "", "fwd_messages": [deep]}

    (incoming,) = read_event(event).incoming
    assert (incoming.kind, incoming.text) == ("text", "Запусти обзвон")

    event["object"]["message"]["fwd_messages"] = [deep]
    (incoming,) = read_event(event).incoming
    assert (incoming.kind, incoming.text) == ("forwarded", "Запусти обзвон")


def test_what_an_application_shows() -> None:
    assert read_event(fixture("text")).client == Client(inline=True, callback=True, language="ru")
    assert read_event(fixture("old_client")).client == Client(inline=False, callback=False, language="ru")
    assert read_event(fixture("edited")).client is None


# --- buttons ----------------------------------------------------------------------------------------------------


def many(count: int) -> list[tuple[str, str]]:
    return [(f"Кнопка {number}", f"t{number}") for number in range(count)]


@pytest.mark.parametrize(
    ("count", "rows"),
    [
        (0, []),
        (1, [[1]]),
        (6, [[1, 1, 1, 1, 1, 1]]),
        (7, [[2, 2, 2, 1]]),
        (10, [[2, 2, 2, 2, 2]]),
        (11, [[2, 2, 2, 2, 2], [1]]),
        (25, [[2, 2, 2, 2, 2], [2, 2, 2, 2, 2], [1, 1, 1, 1, 1]]),
    ],
)
def test_no_button_is_lost(count: int, rows: list[list[int]]) -> None:
    written = [json.loads(each) for each in keyboards(many(count), Client())]

    assert [[len(row) for row in keyboard["buttons"]] for keyboard in written] == rows
    shown = [button["action"] for keyboard in written for row in keyboard["buttons"] for button in row]
    assert [(action["label"], token_in(json.loads(action["payload"]))) for action in shown] == many(count)


def test_the_kind_of_button_is_one_that_the_application_shows() -> None:
    (callback,) = keyboards([("Да", "t0ken")], Client(callback=True))
    (text,) = keyboards([("Да", "t0ken")], Client())

    action = {"label": "Да", "payload": '{"b": "t0ken"}'}
    assert json.loads(callback) == {"inline": True, "buttons": [[{"action": {"type": "callback", **action}}]]}
    assert json.loads(text) == {"inline": True, "buttons": [[{"action": {"type": "text", **action}}]]}
    assert keyboards([("Да", "t0ken")], Client(inline=False)) == []
    assert in_words("Запускать?", [("Да", "1"), ("Нет", "2")]) == "Запускать?\n— Да\n— Нет"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("ж" * 40, "ж" * 40),
        ("ж" * 41, "ж" * 39 + "…"),
        ("📞" * 20, "📞" * 20),
        ("📞" * 21, "📞" * 19 + "…"),
        ("слово " * 10, ("слово " * 7)[:39].rstrip() + "…"),
    ],
)
def test_a_title_that_is_too_long_is_shortened(title: str, shown: str) -> None:
    assert label(title) == shown
    assert len(label(title).encode("utf-16-le")) // 2 <= 40
