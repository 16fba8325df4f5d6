"""Telegram's updates as they come, and as they should never come."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rasa_twin24.channels.incoming import (
    BUTTON,
    CONTACT,
    EDITED,
    FILE,
    FORWARDED,
    OWN_CONTACT,
    TEXT,
    Attached,
    Incoming,
)
from rasa_twin24.channels.telegram_updates import ALLOWED_UPDATES, Pressed, Read, read_update, update_id

FIXTURES = Path(__file__).parents[1] / "fixtures" / "telegram"
GROUP = -1001234567890


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def from_ivan(number: int, kind: str, text: str = "", file: Attached | None = None) -> Incoming:
    return Incoming("telegram", str(number), "500100", kind, text, "ru", file=file)


EXPECTED = {
    "text": Read(from_ivan(700000001, TEXT, "Позвони 8 916 123-45-67 и 8 (903) 765-43-21")),
    "start_command": Read(from_ivan(700000002, TEXT, "/start k7Qd")),
    "text_no_username": Read(Incoming("telegram", "700000003", "500200", TEXT, "Привет 👋", None)),
    "button": Read(from_ivan(700000004, BUTTON, "ok:7f3a"), Pressed("900000000000000001", 500100, 42)),
    "button_inaccessible_message": Read(
        from_ivan(700000005, BUTTON, "ok:7f3a"), Pressed("900000000000000002", 500100, 12)
    ),
    "contact_own": Read(from_ivan(700000006, OWN_CONTACT, "Иван Петров: +79991234567")),
    "contact_foreign": Read(from_ivan(700000007, CONTACT, "Мария: +7 999 765-43-21")),
    "contact_without_telegram": Read(from_ivan(700000008, CONTACT, "Склад: 84951234567")),
    "document": Read(from_ivan(700000009, FILE, "новая база", Attached("BQACAgIAAx0", "база.xlsx", 18244))),
    "document_too_big": Read(from_ivan(700000010, FILE, "", Attached("BQACAgIAAx1", "all.csv", 31457280))),
    "photo": Read(from_ivan(700000011, "photo")),
    "photo_album_part": Read(Incoming("telegram", "album:500100:13850000000000001", "500100", "photo", "", "ru")),
    "voice": Read(from_ivan(700000013, "voice")),
    "sticker": Read(from_ivan(700000014, "sticker")),
    "location": Read(from_ivan(700000015, "other")),
    "edited": Read(from_ivan(700000016, EDITED)),
    "blocked": Read(blocked="500100"),
    "unblocked": Read(unblocked="500100"),
    "group_message": Read(group=GROUP, group_language="ru", group_person="500100"),
    "group_button": Read(pressed=Pressed("900000000000000003", GROUP, 8), ignored="button in a group"),
    "channel_post": Read(ignored="kind channel_post"),
    "forwarded_text": Read(from_ivan(700000022, FORWARDED, "Позвони 8 916 123-45-67")),
    "from_another_bot": Read(ignored="written by a bot"),
    "unknown_kind": Read(ignored="kind holographic_message"),
    "unknown_content": Read(from_ivan(700000025, "other")),
}


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.json")))
def test_every_fixture(name: str) -> None:
    assert read_update(fixture(name)) == EXPECTED[name]


def in_private(**content: Any) -> dict[str, Any]:
    message = {key: fixture("text")["message"][key] for key in ("message_id", "from", "chat", "date")}
    return {"update_id": 1, "message": {**message, **content}}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"animation": {}, "document": {"file_id": "BQ"}}, "photo"),
        ({"document": {"file_id": "BQ"}}, FILE),
        ({"document": {"file_id": 5}}, "other"),
        ({"document": {}}, "other"),
        ({"audio": {}}, "voice"),
        ({"video_note": {}}, "voice"),
        ({"video": {}, "caption": "да"}, "photo"),
        ({"poll": {}}, "other"),
        ({"dice": {"emoji": "🎲", "value": 6}}, "other"),
        ({"contact": {"first_name": "Мария"}}, "other"),
        ({"contact": "79991234567"}, "other"),
        ({"text": 5}, "other"),
        ({}, "other"),
        ({"text": "да", "forward_date": 1760000000, "forward_from": {}}, FORWARDED),
        ({"text": "да", "forward_origin": None}, FORWARDED),
        ({"text": "да", "reply_to_message": {"text": "Запустить?"}}, TEXT),
    ],
)
def test_contents(content: dict[str, Any], kind: str) -> None:
    read = read_update(in_private(**content)).incoming

    assert read is not None
    assert read.kind == kind


CARD = {"phone_number": "79991234567", "first_name": "Иван"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"contact": {**CARD, "user_id": 500100}}, OWN_CONTACT),
        pytest.param({"contact": {**CARD, "user_id": 500101}}, CONTACT, id="somebody else's id"),
        pytest.param({"contact": {**CARD, "user_id": "500100"}}, CONTACT, id="no id of Telegram's"),
        pytest.param({"contact": {**CARD, "user_id": True}}, CONTACT, id="no number"),
        pytest.param({"contact": CARD}, CONTACT, id="nobody's id"),
        pytest.param(
            {"contact": {**CARD, "user_id": 500100}, "forward_origin": {"type": "hidden_user"}}, CONTACT, id="forwarded"
        ),
    ],
)
def test_the_proof_of_an_own_card(content: dict[str, Any], kind: str) -> None:
    read = read_update(in_private(**content)).incoming

    assert read is not None
    assert (read.kind, read.text) == (kind, "Иван: +79991234567")


def test_files_of_an_album_are_read_one_by_one() -> None:
    document = {"file_id": "BQ", "file_name": "a.vcf", "file_size": "5"}
    read = read_update(in_private(document=document, media_group_id="13850000000000001", caption=5)).incoming

    assert read is not None
    assert (read.key, read.text, read.file) == ("1", "", Attached("BQ", "a.vcf"))


@pytest.mark.parametrize(
    "field", ["pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "users_shared"]
)
def test_a_service_message_is_nobodys_word(field: str) -> None:
    assert read_update(in_private(**{field: {}})) == Read(ignored="service message")


def test_a_moving_location_is_no_edit() -> None:
    update = in_private(location={"latitude": 1.0, "longitude": 2.0}, edit_date=1760000001)
    update["edited_message"] = update.pop("message")

    assert read_update(update) == Read(ignored="edit without a text")


def test_a_press_under_a_message_whose_keyboard_is_gone_takes_nothing_away() -> None:
    update = fixture("button")
    del update["callback_query"]["message"]["reply_markup"]

    assert read_update(update).pressed == Pressed("900000000000000001", 500100, None)


def test_an_edited_caption_is_an_edit() -> None:
    update = in_private(photo=[{}], caption="да", media_group_id="13850000000000001")
    update["edited_message"] = update.pop("message")

    read = read_update(update).incoming
    assert read is not None
    assert (read.kind, read.text, read.key) == (EDITED, "", "1")


def test_a_private_message_of_a_bot_is_ignored() -> None:
    update = in_private(text="да")
    update["message"]["from"]["is_bot"] = True

    assert read_update(update) == Read(ignored="written by a bot")


@pytest.mark.parametrize("field", ["new_chat_members", "left_chat_member", "group_chat_created"])
def test_a_groups_own_events_get_no_line(field: str) -> None:
    update = fixture("group_message")
    del update["message"]["text"]
    update["message"][field] = [{}]

    assert read_update(update) == Read(ignored="service message of a group")


def test_an_edit_in_a_group_gets_no_line() -> None:
    update = fixture("group_message")
    update["edited_message"] = update.pop("message")

    assert read_update(update) == Read(ignored="edit in a group")


@pytest.mark.parametrize(
    ("update", "number"),
    [
        ({"update_id": 0}, 0),
        ({"update_id": 700000001}, 700000001),
        ({"update_id": True}, None),
        ({"update_id": "700000001"}, None),
        ({"update_id": 1.0}, None),
        ({"update_id": None}, None),
        ({}, None),
        ([], None),
        ("update", None),
        (None, None),
    ],
)
def test_update_ids(update: Any, number: int | None) -> None:
    assert update_id(update) == number


def test_everything_that_is_read_is_asked_for() -> None:
    known = {kind for name in EXPECTED for kind in fixture(name)} - {"update_id", "channel_post", "holographic_message"}

    assert known == set(ALLOWED_UPDATES)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


def with_change(update: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(update)
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return changed


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_any_field_of_any_update_may_be_of_any_shape(name: str) -> None:
    update = fixture(name)
    for path in places(update):
        for value in (None, True, 0, -1, 1.5, "", "текст", [], [None], {}, {"id": {}}):
            check(read_update(with_change(update, path, value)))


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "from", "chat", "text", "contact", "message", "data", "is_bot", "status"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from([*ALLOWED_UPDATES, "update_id", "poll"]), ANY_JSON, max_size=3))
def test_any_json_is_read(update: dict[str, Any]) -> None:
    check(read_update(update))


def check(read: Read) -> None:
    """Whatever came, what is handed on has the types it promises."""
    if read.incoming:
        assert isinstance(read.incoming.text, str)
        assert read.incoming.person.lstrip("-").isdigit()
        assert read.incoming.language is None or isinstance(read.incoming.language, str)
        assert Incoming.from_json(read.incoming.to_json()) == read.incoming
    if read.pressed:
        assert type(read.pressed.callback_id) is str
        assert read.pressed.chat_id is None or type(read.pressed.chat_id) is int
        assert read.pressed.message_id is None or type(read.pressed.message_id) is int
    assert read.group is None or type(read.group) is int
    assert read.group_language is None or type(read.group_language) is str
    assert any((read.incoming, read.pressed, read.group is not None, read.blocked, read.unblocked, read.ignored))
