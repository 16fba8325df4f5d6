"""Reads Viber's updates. Pure. Shapes: https://developers.viber.com/docs/api/rest-bot-api/#callbacks"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, TypeGuard

from rasa_twin24.channels.cards import card_line
from rasa_twin24.channels.incoming import (
    BUTTON,
    CONTACT,
    FILE,
    TEXT,
    Attached,
    Incoming,
    clean_file_name,
    clean_name,
)

# What the bot asks Viber to send; messages come anyway.
EVENT_TYPES = ("failed", "subscribed", "unsubscribed", "conversation_started")
# A press comes as a text like any other: nothing marks it but what it begins with, and nobody types that by chance.
BUTTON_PREFIX = "twin24-button:"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KINDS = {"picture": "photo", "video": "photo", "sticker": "sticker"}


@dataclass(frozen=True)
class Welcome:
    """Somebody opened the dialogue and has said nothing yet: one message may answer that, and no other."""

    language: str | None


@dataclass(frozen=True)
class Read:
    """What an update asks for; all None: nothing to do, `ignored` says why."""

    incoming: Incoming | None = None
    welcome: Welcome | None = None
    unsubscribed: str | None = None  # this person does not want to be written to any more
    subscribed: str | None = None
    ignored: str | None = None


def read_update(update: dict[str, Any]) -> Read:
    """Read one update. Whatever is unknown or of an unexpected shape is ignored by name, never an error."""
    event = update.get("event")
    if event == "message":
        return _message(update)
    if event == "conversation_started":
        if update.get("subscribed") is True:
            return Read(ignored="opened again")  # the talk goes on where it was
        return Read(welcome=Welcome(_text(_dict(update, "user"), "language") or None))
    if event == "subscribed":
        person = _text(_dict(update, "user"), "id")
        return Read(subscribed=person) if person else Read(ignored="nobody subscribed")
    if event == "unsubscribed":
        person = _text(update, "user_id")
        return Read(unsubscribed=person) if person else Read(ignored="nobody unsubscribed")
    return Read(ignored=f"event {event}"[:60])


def _message(update: dict[str, Any]) -> Read:
    person, message, key = _dict(update, "sender"), _dict(update, "message"), update.get("message_token")
    if not _text(person, "id") or not message or not (_is_number(key) or (isinstance(key, str) and key)):
        return Read(ignored="message of an unknown shape")
    if update.get("chat_id"):
        return Read(ignored="not a private dialogue")
    kind, text, file = _content(message)
    return Read(
        incoming=Incoming(
            channel="viber",
            key=str(key),
            person=_text(person, "id"),
            kind=kind,
            text=text,
            language=_text(person, "language") or None,
            name=clean_name(person.get("name")),
            file=file,
        )
    )


def _content(message: dict[str, Any]) -> tuple[str, str, Attached | None]:
    """Kind, text and file."""
    kind, media, size = message.get("type"), _text(message, "media"), message.get("size")
    if kind == "text" and isinstance(message.get("text"), str):
        text = message["text"]
        if text.startswith(BUTTON_PREFIX):
            token = text.removeprefix(BUTTON_PREFIX)
            return BUTTON, token if _TOKEN.fullmatch(token) else "", None
        return TEXT, text, None
    if kind == "url" and media:  # an address that was typed or shared
        return TEXT, media, None
    card = _dict(message, "contact")
    if kind == "contact" and _text(card, "phone_number"):
        return CONTACT, card_line(_text(card, "phone_number"), card.get("name")), None
    if kind == "file" and media:
        return FILE, "", Attached(media, clean_file_name(message.get("file_name")), size if _is_number(size) else None)
    return _KINDS.get(str(kind), "other"), "", None


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(parent: dict[str, Any], field: str) -> str:
    value = parent.get(field)
    return value if isinstance(value, str) else ""


def _dict(parent: dict[str, Any], field: str) -> dict[str, Any]:
    value = parent.get(field)
    return value if isinstance(value, dict) else {}
