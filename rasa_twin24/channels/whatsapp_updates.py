"""Reads WhatsApp's webhooks. Pure. https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/reference/messages"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from rasa_twin24.channels.cards import card_line
from rasa_twin24.channels.incoming import (
    BUTTON,
    CONTACT,
    EDITED,
    FILE,
    FORWARDED,
    TEXT,
    Attached,
    clean_file_name,
    clean_name,
)

OBJECT = "whatsapp_business_account"
# Of one message, as bound against made-up ones.
MOST_CARDS = 100
# Business-scoped: a country's two letters and what tells persons apart there.
_SCOPED = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}\Z")
_PHONE = re.compile(r"[0-9]{5,20}\Z")
_PICTURES = ("image", "video")
# Nobody said anything, or nothing that an answer fits.
_SILENT = ("reaction", "system", "revoke")


@dataclass(frozen=True)
class Ids:
    """What WhatsApp calls a person by: the number, digits alone, the business-scoped id, or both.

    https://developers.facebook.com/docs/whatsapp/business-scoped-user-ids
    """

    phone: str | None = None
    scoped: str | None = None


@dataclass(frozen=True)
class Said:
    """A message; `sent_at` in seconds since the epoch, by WhatsApp's clock."""

    id: str
    ids: Ids
    sent_at: float
    kind: str
    text: str = ""
    name: str = field(default="", repr=False)
    file: Attached | None = None


@dataclass(frozen=True)
class Failed:
    """A message of the bot's, accepted before, that did not reach its person."""

    id: str
    ids: Ids
    at: float
    code: int


@dataclass(frozen=True)
class InGroup:
    """Somebody spoke in a group."""

    group: str
    ids: Ids


@dataclass(frozen=True)
class Ignored:
    reason: str


Event = Said | Failed | InGroup | Ignored


def is_scoped(person: str) -> bool:
    """Whether an id is a business-scoped one; else it is a phone number."""
    return _SCOPED.match(person) is not None


def read_events(update: dict[str, Any], own_number: str) -> list[Event]:
    """Everything that one request tells about the bot's number. Odd parts are ignored by name, never an error."""
    events: list[Event] = []
    for entry in _dicts(update, "entry"):
        for change in _dicts(entry, "changes"):
            value = _dict(change, "value")
            if change.get("field") != "messages":
                events.append(Ignored(f"field {change.get('field')}"[:60]))
            elif _dict(value, "metadata").get("phone_number_id") != own_number:
                events.append(Ignored("another number's"))
            else:
                contacts = _dicts(value, "contacts")
                events += [_message(message, contacts) for message in _dicts(value, "messages")]
                events += [_status(status, contacts) for status in _dicts(value, "statuses")]
    return events


def _message(message: dict[str, Any], contacts: list[dict[str, Any]]) -> Event:
    ids, contact = _ids(message.get("from"), message.get("from_user_id"), contacts)
    identity, kind = _text(message, "id"), _text(message, "type")
    if identity is None or kind is None or ids == Ids():
        return Ignored("message of an unknown shape")
    if kind in _SILENT:
        return Ignored(f"kind {kind}")
    if group := _text(message, "group_id"):
        return InGroup(group, ids)
    is_kind, text, file = _content(message, kind)
    name = clean_name(_dict(contact, "profile").get("name"))
    return Said(identity, ids, _seconds(message), is_kind, text, name, file)


def _content(message: dict[str, Any], kind: str) -> tuple[str, str, Attached | None]:
    """Kind, text and file."""
    content, context = _dict(message, kind), _dict(message, "context")
    if kind == "text" and isinstance(content.get("body"), str):
        forwarded = bool(context.get("forwarded") or context.get("frequently_forwarded"))
        return (FORWARDED if forwarded else TEXT), content["body"], None
    if kind == "interactive":
        reply = _dict(content, str(content.get("type")))
        if content.get("type") in ("button_reply", "list_reply"):
            return BUTTON, _text(reply, "id") or "", None
    if kind == "button":  # under a template: none of ours, so it is a stale one
        return BUTTON, _text(content, "payload") or "", None
    if kind == "contacts" and (lines := [_card(card) for card in _dicts(message, "contacts")[:MOST_CARDS]]):
        return CONTACT, "\n".join(lines), None
    if kind == "document" and (media := _text(content, "id")):
        return FILE, _text(content, "caption") or "", Attached(media, clean_file_name(content.get("filename")))
    if kind == "edit":
        return EDITED, "", None
    if kind == "audio":
        return "voice", "", None
    if kind in _PICTURES:
        return "photo", "", None
    return ("sticker" if kind == "sticker" else "other"), "", None


def _card(card: dict[str, Any]) -> str:
    name = _dict(card, "name")
    phones = [_text(phone, "phone") or _text(phone, "wa_id") or "" for phone in _dicts(card, "phones")]
    first, *more = phones or [""]
    known = _text(name, "formatted_name")
    return card_line(first, *((known,) if known else (name.get("first_name"), name.get("last_name"))), more=more)


def _status(status: dict[str, Any], contacts: list[dict[str, Any]]) -> Event:
    identity = _text(status, "id")
    if status.get("status") != "failed" or identity is None:
        return Ignored("status")
    ids, _ = _ids(status.get("recipient_id"), status.get("recipient_user_id"), contacts)
    codes = [error.get("code") for error in _dicts(status, "errors")]
    code = next((code for code in codes if isinstance(code, int)), 0)
    return Ignored("status of nobody") if ids == Ids() else Failed(identity, ids, _seconds(status), code)


def _ids(phone: Any, scoped: Any, contacts: list[dict[str, Any]]) -> tuple[Ids, dict[str, Any]]:
    """Who it is, with what the list of people beside it tells of them; either id may stand in one place alone."""
    phone = phone if isinstance(phone, str) and _PHONE.match(phone) else None
    scoped = scoped if isinstance(scoped, str) and is_scoped(scoped) else None
    for contact in contacts:
        told, told_scoped = contact.get("wa_id"), contact.get("user_id")
        if (scoped and told_scoped == scoped) or (phone and told == phone and (not scoped or not told_scoped)):
            phone = phone or (told if isinstance(told, str) and _PHONE.match(told) else None)
            scoped = scoped or (told_scoped if isinstance(told_scoped, str) and is_scoped(told_scoped) else None)
            return Ids(phone, scoped), contact
    return Ids(phone, scoped), {}


def _seconds(event: dict[str, Any]) -> float:
    """A text of seconds since the epoch; 0 when it is none."""
    written = str(event.get("timestamp") or "")
    return float(written) if re.fullmatch(r"[0-9]{1,12}", written) else 0.0


def _text(parent: dict[str, Any], name: str) -> str | None:
    value = parent.get(name)
    return value if isinstance(value, str) and value else None


def _dict(parent: dict[str, Any], name: str) -> dict[str, Any]:
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def _dicts(parent: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = parent.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
