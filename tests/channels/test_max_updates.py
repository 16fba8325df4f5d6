"""MAX's updates as they come, and as they should never come."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
    invitation,
)
from rasa_twin24.channels.max_updates import UPDATE_TYPES, Pressed, Read, is_own_card, read_update

FIXTURES = Path(__file__).parents[1] / "fixtures" / "max"
TOKEN = "max-test-token"
CHAT = 880001
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:79991234567\r\nFN:Иван Петров\r\nEND:VCARD\r\n"
HASH = "8e189178a794450ba20eafc210e7a0419d17f664f9e9138e5477d776926f6fa8"


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def from_ivan(
    key: str, kind: str, text: str = "", file: Attached | None = None, *, language: str | None = "ru", **more: Any
) -> Read:
    return Read(Incoming("max", key, "500100", kind, text, language, file=file), chat=CHAT, **more)


EXPECTED = {
    "text": from_ivan("mid:mid.0001", TEXT, "Запусти обзвон"),
    "reply": from_ivan("mid:mid.0013", TEXT, "да"),
    "link_preview": from_ivan("mid:mid.link_preview", TEXT, "Запусти обзвон"),
    "forwarded_text": from_ivan("mid:mid.0012", FORWARDED, "Позвони 8 916 123-45-67"),
    "button": from_ivan(
        "callback:cb.0001", BUTTON, "ok:7f3a", pressed=Pressed("cb.0001", "500100", "Запустить 120 звонков?")
    ),
    "button_without_message": Read(
        Incoming("max", "callback:cb.0002", "500100", BUTTON, "ok:7f3a", "ru"),
        pressed=Pressed("cb.0002", "500100", ""),
    ),
    "contact_own": from_ivan("mid:mid.0003", OWN_CONTACT, "Иван Петров: +79991234567", language=None),
    "contact_foreign": from_ivan("mid:mid.0010", CONTACT, "Мария: +79997654321, 84951234567", language=None),
    "contact_without_number": from_ivan("mid:mid.0011", CONTACT, "Пётр: ?", language=None),
    "file": from_ivan(
        "mid:mid.0004", FILE, "новая база", Attached("https://files.example/dl?id=1", "база.xlsx", 18244), language=None
    ),
    "started": from_ivan("start:880001:1760000001000", TEXT, "/start invite-42"),
    "photo": from_ivan("mid:mid.photo", "photo"),
    "voice": from_ivan("mid:mid.voice", "voice"),
    "sticker": from_ivan("mid:mid.sticker", "sticker"),
    "location": from_ivan("mid:mid.location", "other"),
    "unknown_content": from_ivan("mid:mid.unknown_content", "other"),
    "edited": from_ivan("edited:mid.0001:1760000000009", EDITED, language=None),
    "group_message": Read(group=-71234567, group_person="500100"),
    "channel_post": Read(ignored="written by no person"),
    "from_another_bot": Read(ignored="written by no person"),
    "stopped": Read(blocked="500100"),
    "dialog_removed": Read(blocked="500100"),
    "unknown_kind": Read(ignored="kind hologram_created"),
}


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.json")))
def test_every_fixture(name: str) -> None:
    assert read_update(fixture(name), TOKEN) == EXPECTED[name]


def test_everything_that_is_read_is_asked_for() -> None:
    assert {fixture(name)["update_type"] for name in EXPECTED} - {"hologram_created"} == set(UPDATE_TYPES)


def test_a_persons_name_is_joined() -> None:
    read = read_update(fixture("text"), TOKEN).incoming
    assert read is not None
    assert read.name == "Иван Петров"


@pytest.mark.parametrize(
    ("card", "given", "token", "own"),
    [
        (CARD, HASH, TOKEN, True),
        pytest.param(CARD, HASH[:-1] + "9", TOKEN, False, id="one bit of the hash"),
        pytest.param(CARD.replace("67\r", "66\r"), HASH, TOKEN, False, id="one digit of the card"),
        pytest.param(CARD.replace("\r\n", "\n"), HASH, TOKEN, False, id="other line ends"),
        (CARD, HASH, "max-test-tokeN", False),
        (CARD, HASH, "", False),
        (CARD, "", TOKEN, False),
        (CARD, None, TOKEN, False),
        (CARD, "хэш", TOKEN, False),
        (None, HASH, TOKEN, False),
        ("\ud83d", HASH, TOKEN, False),
    ],
)
def test_the_proof_of_an_own_card(card: Any, given: Any, token: str, own: bool) -> None:
    assert is_own_card({"vcf_info": card, "hash": given}, 500100, token) is own


def forged(**change: Any) -> dict[str, Any]:
    update: dict[str, Any] = fixture("contact_own")
    update["message"]["body"]["attachments"][0]["payload"].update(change)
    return update


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, OWN_CONTACT),
        pytest.param({"max_info": None}, OWN_CONTACT, id="the hash alone proves it"),
        pytest.param({"hash": HASH[:-1] + "9"}, CONTACT, id="one bit of the hash"),
        pytest.param({"hash": None}, CONTACT, id="no hash"),
        pytest.param({"max_info": {"user_id": 500101}}, CONTACT, id="a genuine card of somebody else"),
    ],
)
def test_only_a_proven_card_is_the_senders_own(change: dict[str, Any], kind: str) -> None:
    read = read_update(forged(**change), TOKEN).incoming

    assert read is not None
    assert (read.kind, read.text) == (kind, "Иван Петров: +79991234567")


def test_a_forwarded_card_is_nobodys_own() -> None:
    update = fixture("contact_own")
    body = update["message"].pop("body")
    update["message"]["body"] = {"mid": "mid.1"}
    update["message"]["link"] = {"type": "forward", "message": body}
    read = read_update(update, TOKEN)

    assert read.incoming is not None
    assert (read.incoming.kind, read.incoming.text) == (CONTACT, "Иван Петров: +79991234567")


def with_body(**body: Any) -> Incoming:
    update = fixture("text")
    update["message"]["body"] = {"mid": "mid.1", **body}
    read = read_update(update, TOKEN).incoming
    assert read is not None
    return read


def test_several_cards_are_a_line_each() -> None:
    cards = [fixture(name)["message"]["body"]["attachments"][0] for name in ("contact_own", "contact_foreign")]

    read = with_body(text="", attachments=cards)

    assert read.kind == CONTACT  # not all of them are the sender's own
    assert read.text == "Иван Петров: +79991234567\nМария: +79997654321, 84951234567"


def test_a_card_with_a_picture_keeps_its_number() -> None:
    picture = f"PHOTO;ENCODING=b:{'A' * 60_000}\r\nEND:VCARD"
    card = {"type": "contact", "payload": {"vcf_info": CARD.replace("END:VCARD", picture)}}

    assert with_body(attachments=[card]).text == "Иван Петров: +79991234567"


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ({"text": "да"}, TEXT, "да"),
        ({"text": None}, TEXT, ""),
        ({"text": 5, "attachments": None}, TEXT, ""),
        ({"text": "да", "attachments": [None, 5]}, TEXT, "да"),
        ({"text": "", "attachments": [{"type": "share"}]}, "other", ""),
        ({"text": "да", "attachments": [{"type": "image"}]}, "photo", ""),
        ({"text": "да", "attachments": [{"type": "video"}]}, "photo", ""),
        ({"text": "да", "attachments": [{"type": "file"}]}, "other", ""),
        ({"text": "да", "attachments": [{"type": "file", "payload": {"url": 5}}]}, "other", ""),
        ({"text": "да", "attachments": [{}]}, "other", ""),
    ],
)
def test_contents(body: dict[str, Any], kind: str, text: str) -> None:
    read = with_body(**body)

    assert (read.kind, read.text) == (kind, text)


def test_a_comment_on_a_forwarded_text_is_no_consent() -> None:
    update = fixture("forwarded_text")
    update["message"]["body"]["text"] = "да"
    read = read_update(update, TOKEN).incoming

    assert read is not None
    assert (read.kind, read.text) == (FORWARDED, "да\nПозвони 8 916 123-45-67")


def test_an_invitation_by_link() -> None:
    update = fixture("started")
    for payload, text in ((None, "/start"), ("", "/start"), (5, "/start"), ("k7Qd", "/start k7Qd")):
        read = read_update({**update, "payload": payload}, TOKEN).incoming
        assert read is not None
        assert read.text == text
        assert invitation(read) is None  # none of these is one


def test_an_id_that_no_database_takes_is_hashed() -> None:
    for mid in ("m" * 300, "\ud83d"):
        update = fixture("text")
        update["message"]["body"]["mid"] = mid
        read = read_update(update, TOKEN).incoming
        assert read is not None
        assert len(read.key) == 64


def test_a_button_pressed_in_a_group_is_no_turn() -> None:
    update = fixture("button")
    update["message"]["recipient"]["chat_type"] = "chat"
    read = read_update(update, TOKEN)

    assert (read.incoming, read.ignored) == (None, "button in a group")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place inside a JSON value."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*path, key))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_any_field_of_any_update_may_be_of_any_shape(name: str) -> None:
    update = fixture(name)
    for path in places(update):
        for value in (None, True, 0, -1, 1.5, "", "текст", [], [None], {}, {"user_id": {}}):
            changed = copy.deepcopy(update)
            parent = changed
            for key in path[:-1]:
                parent = parent[key]
            parent[path[-1]] = value
            check(read_update(changed, TOKEN))


def check(read: Read) -> None:
    """Whatever came, what is handed on has the types it promises."""
    if read.incoming:
        assert type(read.incoming.text) is str
        assert read.incoming.person.lstrip("-").isdigit()
        assert Incoming.from_json(read.incoming.to_json()) == read.incoming
    assert read.chat is None or type(read.chat) is int
    assert read.group is None or type(read.group) is int
    assert read.group_language is None or type(read.group_language) is str
    assert any((read.incoming, read.pressed, read.group is not None, read.blocked, read.ignored))
