"""WhatsApp's webhooks as they come, and what is made of a text and its buttons; nothing is sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rasa_twin24.channels.incoming import Attached
from rasa_twin24.channels.webhook import same_signature
from rasa_twin24.channels.whatsapp_output import rendered
from rasa_twin24.channels.whatsapp_updates import Failed, Ids, Ignored, InGroup, Said, is_scoped, read_events
from tests.standins.whatsapp.rules import Refusal, check_message

FIXTURES = Path(__file__).parents[1] / "fixtures" / "whatsapp"
PHONE, SCOPED = "79991234567", "RU.13491208655302741918"
BOTH = Ids(PHONE, SCOPED)


def fixture(name: str) -> dict[str, Any]:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("text", "text", "Запусти обзвон"),
        ("button", "button", "ok:7f3a"),
        ("list_reply", "button", "tok-4"),
        ("template_button", "button", "stop"),
        ("forwarded", "forwarded", "да"),
        ("document", "file", "новая база"),
        ("contact", "contact", "Пётр Сидоров: +7 999 765-43-21"),
        ("contact_with_more", "contact", "Анна Петрова: 8 (916) 123-45-67, +79161234568\nСклад: ?"),
        ("voice", "voice", ""),
        ("photo", "photo", ""),
        ("sticker", "sticker", ""),
        ("location", "other", ""),
        ("unsupported", "other", ""),
    ],
)
def test_every_kind_of_message(name: str, kind: str, text: str) -> None:
    (said,) = read_events(fixture(name), "2040")

    assert isinstance(said, Said)
    assert (said.kind, said.text, said.name, said.ids) == (kind, text, "Иван", BOTH)
    assert said.id.startswith("wamid.AA")
    assert said.sent_at >= 1760000000


def test_a_file_is_named_and_its_size_is_not_told() -> None:
    (said,) = read_events(fixture("document"), "2040")
    assert said.file == Attached("3080", "база.xlsx", None)


def test_a_card_without_its_name_in_one_piece() -> None:
    body = fixture("contact_with_more")
    card = body["entry"][0]["changes"][0]["value"]["messages"][0]["contacts"][0]
    del card["name"]["formatted_name"]

    (said,) = read_events(body, "2040")
    assert said.text.startswith("Анна Петрова: 8 (916)")


def test_several_messages_of_one_body() -> None:
    assert [said.text for said in read_events(fixture("two_messages"), "2040")] == ["раз", "два"]


@pytest.mark.parametrize(
    ("name", "ids"),
    [("without_phone", Ids(None, SCOPED)), ("without_scoped_id", Ids(PHONE, None)), ("button", BOTH)],
)
def test_either_id_may_be_missing(name: str, ids: Ids) -> None:
    (said,) = read_events(fixture(name), "2040")
    assert said.ids == ids


def test_what_failed_later() -> None:
    assert read_events(fixture("failed"), "2040") == [Failed("wamid.OUT2", BOTH, 1760000040.0, 131047)]


def test_a_group_is_no_conversation() -> None:
    assert read_events(fixture("group"), "2040") == [InGroup("Y2FwaV9ncm91cDox", BOTH)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("reaction", "kind reaction"),
        ("number_changed", "kind system"),
        ("delivered", "status"),
        ("another_number", "another number's"),
        ("another_field", "field message_template_status_update"),
    ],
)
def test_what_nobody_said(name: str, reason: str) -> None:
    assert read_events(fixture(name), "2040") == [Ignored(reason)]


@pytest.mark.parametrize("odd", [None, 5, "x", [], {}, [5], {"a": 1}, True])
@pytest.mark.parametrize("where", ["entry", "changes", "value", "messages", "contacts", "from", "type", "text", "id"])
def test_odd_shapes_raise_nothing(where: str, odd: Any) -> None:
    def spoilt(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: odd if name == where else spoilt(value) for name, value in part.items()}
        return [spoilt(each) for each in part] if isinstance(part, list) else part

    for file in FIXTURES.glob("*.json"):
        read_events(spoilt(fixture(file.stem)), "2040")


def test_a_contact_list_beside_does_not_lend_another_persons_id() -> None:
    update = fixture("text")
    value = update["entry"][0]["changes"][0]["value"]
    value["contacts"] = [{"wa_id": PHONE, "user_id": "RU.999", "profile": {"name": "Чужой"}}]

    (said,) = read_events(update, "2040")

    assert (said.ids, said.name) == (BOTH, "")


@pytest.mark.parametrize(
    ("person", "is_so"), [(SCOPED, True), ("US.ENT.11815799212886844830", True), (PHONE, False), ("ru.1", False)]
)
def test_what_a_scoped_id_is(person: str, is_so: bool) -> None:
    assert is_scoped(person) is is_so


def test_the_signature_of_the_vector_and_one_flipped_bit() -> None:
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    signature = "sha256=5d8600dd18d931fa54fbc46cd5f6ee9caca30e6f09a2ad538012d04401e3b5a9"

    assert same_signature(signature, "wa-app-secret", body, prefix="sha256=")
    flipped = body[:1] + bytes([body[1] ^ 1]) + body[2:]
    assert not same_signature(signature, "wa-app-secret", flipped, prefix="sha256=")
    assert not same_signature(signature[:-1] + "8", "wa-app-secret", body, prefix="sha256=")


# --- what is sent --------------------------------------------------------------------------------------------


def keyboard(count: int, title: str = "Обзвон водителей и курьеров") -> list[tuple[str, str]]:
    return [(f"{number}. {title}", f"token{number}") for number in range(count)]


def checked(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for message in messages:
        check_message({"messaging_product": "whatsapp", "to": PHONE, **message})
    return messages


@pytest.mark.parametrize("length", [1, 1024, 1025, 4096, 4097, 9000])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 10, 11, 25])
def test_nothing_is_lost_whatever_the_length_and_the_buttons(length: int, count: int) -> None:
    text = ("слово " * (length // 6 + 1))[:length].strip() or "а"

    messages = checked(rendered(text, keyboard(count), "Варианты"))

    said = [m["text"]["body"] if m["type"] == "text" else m["interactive"]["body"]["text"] for m in messages]
    assert " ".join(part for part in said if part != "Варианты").split() == text.split()
    tokens = []
    for message in messages:
        action = message.get("interactive", {}).get("action", {})
        tokens += [button["reply"]["id"] for button in action.get("buttons", [])]
        tokens += [row["id"] for section in action.get("sections", []) for row in section["rows"]]
    assert tokens == [token for _, token in keyboard(count)]
    assert not count or messages[-1]["type"] == "interactive"


def test_a_long_title_is_shortened_and_stands_whole_beside_its_row() -> None:
    (short,) = rendered("Какой?", keyboard(2), "Варианты")
    (long,) = rendered("Какой?", keyboard(4), "Варианты")

    assert short["interactive"]["action"]["buttons"][0]["reply"]["title"] == "0. Обзвон водителей…"
    row = long["interactive"]["action"]["sections"][0]["rows"][0]
    assert row["title"].endswith("…")
    assert row["description"] == "0. Обзвон водителей и курьеров"
    (plain,) = rendered("Какой?", [("Да", "a"), ("Нет", "b"), ("Ой", "c"), ("Ах", "d")], "Варианты")
    assert "description" not in plain["interactive"]["action"]["sections"][0]["rows"][0]


def test_the_judge_of_these_tests_refuses() -> None:
    for message in (
        {"type": "text", "text": {"body": "а" * 4097}},
        {"type": "text", "text": {"body": " "}},
        {"type": "text", "text": {"body": "а"}, "parse_mode": "HTML"},
        {"type": "text", "text": {"body": "а"}, "recipient": SCOPED},
    ):
        with pytest.raises(Refusal):
            checked([message])
