"""WhatsApp's events read by pywa, and our messages beside those that it makes itself."""

from __future__ import annotations

import copy
import json
from typing import Any

import httpx
import pytest
from pywa import WhatsApp
from pywa.types import Button, RawUpdate, Section, SectionList, SectionRow

from payloads.reading import Meaning, answered, came, check, done, fixtures, sent

FIXTURES = fixtures("whatsapp")
IVAN, PHONE = "RU.13491208655302741918", "79991234567"
MEANT = {
    "text": Meaning("Message text", IVAN, "Запусти обзвон"),
    # The library reads the first one of them alone.
    "two_messages": Meaning("Message text", IVAN, "раз"),
    "forwarded": Meaning("Message text forwarded", IVAN, "да"),
    "group": Meaning("Message text", IVAN, "всем привет"),
    "without_phone": Meaning("Message text", IVAN, "привет"),
    "another_number": Meaning("Message text", IVAN, "привет"),
    "button": Meaning("CallbackButton", IVAN, button="ok:7f3a"),
    "list_reply": Meaning("CallbackSelection", IVAN, button="tok-4"),
    "template_button": Meaning("CallbackButton", IVAN, button="stop"),
    "contact": Meaning("Message contacts", IVAN, phones=("+7 999 765-43-21",)),
    "contact_with_more": Meaning("Message contacts", IVAN, phones=("8 (916) 123-45-67", "79161234568")),
    "document": Meaning("Message document", IVAN, "новая база", file="база.xlsx"),
    "photo": Meaning("Message image", IVAN, "да"),
    "voice": Meaning("Message audio", IVAN),
    "sticker": Meaning("Message sticker", IVAN),
    "location": Meaning("Message location", IVAN),
    "reaction": Meaning("Message reaction", IVAN),
    "unsupported": Meaning("Message unsupported", IVAN),
    "failed": Meaning("MessageStatus failed", IVAN),
    "number_changed": Meaning("PhoneNumberChange", PHONE),
    "another_field": Meaning("TemplateStatusUpdate"),
}
# The library wants `contacts` in every event. Older ones, and statuses, may have none:
# https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
WITHOUT_CONTACTS = {"delivered", "without_scoped_id"}


def by_pywa(raw: dict[str, Any]) -> Meaning:
    client = WhatsApp(phone_id="2040", token="token", filter_updates=False)
    update = RawUpdate(json.dumps(raw).encode(), hmac_header=None, update_hash="")
    handler = client._get_handler_type(update)
    assert handler is not None
    event: Any = client._handlers_to_updates[handler].from_update(client=client, update=update)
    kind = type(event).__name__
    if kind == "TemplateStatusUpdate":
        return Meaning(kind)
    sender = event.from_user.bsuid or event.from_user.wa_id
    if kind in ("CallbackButton", "CallbackSelection"):
        return Meaning(kind, sender, button=event.data)
    if kind == "MessageStatus":
        return Meaning(f"{kind} {event.status.value}", sender)
    if kind != "Message":
        return Meaning(kind, sender)
    captioned = event.document or event.image
    return Meaning(
        f"{kind} {event.type.value}" + " forwarded" * event.forwarded,
        sender,
        event.text or (captioned.caption if captioned else None) or "",
        phones=tuple(each.phone or each.wa_id for card in event.contacts or () for each in card.phones),
        file=event.document.filename if event.document else "",
    )


def test_every_fixture_is_told_of() -> None:
    assert set(FIXTURES) == set(MEANT) | WITHOUT_CONTACTS


@pytest.mark.parametrize("name", MEANT)
def test_a_fixture(name: str) -> None:
    assert by_pywa(FIXTURES[name]) == MEANT[name]


@pytest.mark.parametrize("name", sorted(WITHOUT_CONTACTS))
def test_the_library_cannot_do_without_contacts(name: str) -> None:
    with pytest.raises(KeyError, match="contacts"):
        by_pywa(FIXTURES[name])


MESSAGES = [body for name, body in sent("whatsapp") if name == "messages"]


def buttons() -> dict[str, str]:
    actions = [message["interactive"]["action"] for message in MESSAGES if "interactive" in message]
    replies = [button["reply"] for action in actions for button in action.get("buttons", [])]
    rows = [row for action in actions for section in action.get("sections", []) for row in section["rows"]]
    return {each["id"]: each["title"] for each in replies + rows}


BUTTONS = buttons()


@pytest.mark.parametrize("act", came("whatsapp"), ids=done)
def test_what_the_stand_in_brings(act: dict[str, Any]) -> None:
    check(by_pywa(act["update"]), act, BUTTONS)


# --- calls ----------------------------------------------------------------------------------------------------


TITLE = "…"


class Asked(Exception):
    """Instead of the network."""


def client(answer: Any = None) -> WhatsApp:
    def ask(request: httpx.Request) -> httpx.Response:
        if answer is None:
            raise Asked(request.method, request.url.path, json.loads(request.content))
        return httpx.Response(200, json=answer)

    return WhatsApp(phone_id="2040", token="token", session=httpx.Client(transport=httpx.MockTransport(ask)))


def send(ours: dict[str, Any]) -> None:
    """Let the library send the same message."""
    to = ours.get("to") or ours["recipient"]
    if ours["type"] == "text":
        client().send_message(to, ours["text"]["body"])
    elif ours["type"] == "document":
        client().send_document(to, ours["document"]["id"], filename=ours["document"]["filename"])
    else:
        content = ours["interactive"]
        shown = {"button": replies, "list": rows}[content["type"]](content["action"])
        client().send_message(to, content["body"]["text"], buttons=shown)


def replies(action: dict[str, Any]) -> list[Button]:
    return [Button(title=each["reply"]["title"], callback_data=each["reply"]["id"]) for each in action["buttons"]]


def rows(action: dict[str, Any]) -> SectionList:
    (section,) = action["sections"]
    made = [SectionRow(row["title"], row["id"], row.get("description")) for row in section["rows"]]
    return SectionList(action["button"], [Section(section.get("title", TITLE), made)])


def titled(ours: dict[str, Any]) -> dict[str, Any]:
    """With a title of the section, which needs none where it is the only one; the library always says one."""
    made = copy.deepcopy(ours)
    for section in made.get("interactive", {}).get("action", {}).get("sections", []):
        section.setdefault("title", TITLE)
    return made


@pytest.mark.parametrize("ours", MESSAGES)
def test_a_message_of_ours_is_the_librarys_too(ours: dict[str, Any]) -> None:
    with pytest.raises(Asked) as asked:
        send(ours)

    assert asked.value.args == ("POST", "/v26.0/2040/messages", titled(ours))


@pytest.mark.parametrize("ours", [body for name, body in sent("whatsapp") if name == "typing"])
def test_typing_is_shown_as_the_library_shows_it(ours: dict[str, Any]) -> None:
    with pytest.raises(Asked) as asked:
        client().indicate_typing(ours["message_id"])

    assert asked.value.args[2] == ours


SENT = [answer for _, answer in answered("whatsapp", "/2040/messages") if "messages" in answer]


@pytest.mark.parametrize("answer", SENT)
def test_an_answer_of_the_stand_in(answer: dict[str, Any]) -> None:
    assert client(answer).send_message(IVAN, "привет").id == answer["messages"][0]["id"]
