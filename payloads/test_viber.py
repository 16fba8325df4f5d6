"""Viber's events read by viberbot, Viber's own library, and our calls beside those that it makes itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from viberbot import Api, BotConfiguration
from viberbot.api.event_type import EventType
from viberbot.api.messages import get_message
from viberbot.api.viber_requests import create_request

from payloads.reading import Meaning, Unread, came, check, done, fixtures, sent

FIXTURES = fixtures("viber")
IVAN = "vbUserIvan+/AAA=="
MEANT = {
    "text": Meaning("message text", IVAN, "Позвони 8 916 123-45-67"),
    "button": Meaning("message text", IVAN, "twin24-button:Zk3_x-9aQwErTy12"),
    "button_forged": Meaning("message text", IVAN, "twin24-button:' OR 1=1"),
    "chat": Meaning("message text", IVAN, "привет всем"),
    "contact": Meaning("message contact", IVAN, phones=("79991234567",)),
    "file": Meaning("message file", IVAN, file="база.xlsx"),
    "picture": Meaning("message picture", IVAN, "вот"),
    "video": Meaning("message video", IVAN),
    "sticker": Meaning("message sticker", IVAN),
    "location": Meaning("message location", IVAN),
    "url": Meaning("message url", IVAN),
    "conversation_started": Meaning("conversation_started", IVAN),
    "conversation_started_subscribed": Meaning("conversation_started", IVAN),
    "subscribed": Meaning("subscribed", IVAN),
    "unsubscribed": Meaning("unsubscribed", IVAN),
    "failed": Meaning("failed", IVAN),
    "webhook": Meaning("webhook"),
}
UNKNOWN = {"unknown_content", "unknown_event"}
# By the kind of a message, what Viber tells beyond the library's knowledge, which is of 2021.
# https://developers.viber.com/docs/api/rest-bot-api/#message-types
NEWER = {"picture": {"file_name", "size"}, "sticker": {"media"}}


def by_viberbot(raw: dict[str, Any]) -> Meaning:
    request = create_request(raw)
    kind = request.event_type
    if kind == "message":
        message = request.message
        check_read(raw["message"], message.to_dict())
        kind = f"message {raw['message']['type']}"
        return Meaning(
            kind,
            request.sender.id,
            getattr(message, "text", None) or "",
            phones=(message.contact.phone_number,) if kind == "message contact" else (),
            file=message.file_name if kind == "message file" else "",
        )
    person = getattr(request, "user", None)
    return Meaning(kind, person.id if person else getattr(request, "user_id", ""))


def check_read(raw: dict[str, Any], read: dict[str, Any]) -> None:
    """The library passes over what it does not know."""
    kept = without_none(read)
    # An empty one is none.
    told = {key: value for key, value in raw.items() if (key, value) != ("tracking_data", "")}
    unread = {key for key in told if told[key] != kept.get(key)} - NEWER.get(raw["type"], set())
    if unread:
        raise Unread(unread)


def without_none(value: Any) -> Any:
    """The library's own contact has a place for a picture."""
    if not isinstance(value, dict):
        return value
    return {key: without_none(each) for key, each in value.items() if each is not None}


def test_every_fixture_is_told_of() -> None:
    assert set(FIXTURES) == set(MEANT) | UNKNOWN


@pytest.mark.parametrize("name", MEANT)
def test_a_fixture(name: str) -> None:
    assert by_viberbot(FIXTURES[name]) == MEANT[name]


@pytest.mark.parametrize("name", sorted(UNKNOWN))
def test_what_does_not_exist_is_unknown_to_others_too(name: str) -> None:
    with pytest.raises(Exception, match=r"'(hologram|levitated)' is not supported"):
        by_viberbot(FIXTURES[name])


MESSAGES = [params for name, params in sent("viber") if name == "send_message"]
BUTTONS = {
    button["ActionBody"]: button["Text"]
    for message in MESSAGES
    for button in message.get("keyboard", {}).get("Buttons", [])
}


@pytest.mark.parametrize("act", came("viber"), ids=done)
def test_what_the_stand_in_brings(act: dict[str, Any]) -> None:
    read = by_viberbot(act["update"])
    # A press is a text, that of its button.
    if read.text in BUTTONS:
        read = Meaning(read.kind, read.sender, button=read.text)
    check(read, act, BUTTONS)


# --- calls ----------------------------------------------------------------------------------------------------


class Asked(Exception):
    """Instead of the network."""


def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    made = Api(BotConfiguration(auth_token="token", name="TWIN Обзвон", avatar=""))

    def ask(endpoint: str, payload: str) -> None:
        raise Asked(endpoint, json.loads(payload))

    monkeypatch.setattr(made._request_sender, "post_request", ask)
    return made


@pytest.mark.parametrize("ours", MESSAGES)
def test_a_message_of_ours_is_the_librarys_too(monkeypatch: pytest.MonkeyPatch, ours: dict[str, Any]) -> None:
    with pytest.raises(Asked) as asked:
        api(monkeypatch).send_messages(ours["receiver"], get_message(ours))

    endpoint, its = asked.value.args
    assert endpoint == "send_message"
    # The token, which we give in a header, and the picture that we have not.
    assert its.pop("auth_token") == "token"
    assert its["sender"].pop("avatar") == ""
    assert its == ours


@pytest.mark.parametrize("ours", [params for name, params in sent("viber") if name == "set_webhook"])
def test_a_webhook_of_ours_is_the_librarys_too(monkeypatch: pytest.MonkeyPatch, ours: dict[str, Any]) -> None:
    with pytest.raises(Asked) as asked:
        api(monkeypatch).set_webhook(ours["url"], ours.get("event_types"))

    endpoint, its = asked.value.args
    assert endpoint == "set_webhook"
    assert set(ours.get("event_types", [])) <= {value for key, value in vars(EventType).items() if key.isupper()}
    for field in ("url", "event_types"):
        assert its.get(field) == ours.get(field)


def test_nothing_else_is_called() -> None:
    assert {name for name, _ in sent("viber", "download")} == {"get_account_info", "set_webhook", "send_message"}
