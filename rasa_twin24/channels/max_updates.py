"""Reads MAX's updates. Pure. Shapes: https://dev.max.ru/docs-api/objects/Update

What the schema calls required may be missing or null; chats are `dialog`, `chat` and `channel`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, TypeGuard

from rasa_twin24.channels.cards import line_of, read_vcard
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
    clean,
    clean_file_name,
    clean_name,
)
from rasa_twin24.channels.webhook import same_signature

# What the bot asks MAX to send.
UPDATE_TYPES = (
    "message_created",
    "message_edited",
    "message_callback",
    "bot_started",
    "bot_stopped",
    "dialog_removed",
)
# A card may bear a picture, and is all that comes: longer than Telegram's, whose number stands beside it.
MAX_VCARD = 100_000
# Of an update's key; MAX's ids are far shorter.
_LONGEST_KEY = 200
# Attachments that say nothing of their own: a link's preview, and buttons.
_SILENT = ("share", "inline_keyboard", "reply_keyboard")
_KINDS = {"image": "photo", "video": "photo", "audio": "voice", "sticker": "sticker"}


@dataclass(frozen=True)
class Pressed:
    """A button was pressed: the message to be shown without it, `text` is empty where nobody knows what it says."""

    callback_id: str
    person: str
    text: str


@dataclass(frozen=True)
class Read:
    """What an update asks for; all None: nothing to do, `ignored` says why."""

    incoming: Incoming | None = None
    chat: int | None = None  # of the private dialogue: "typing" is shown there
    pressed: Pressed | None = None
    group: int | None = None  # somebody spoke in this group
    group_language: str | None = None
    group_person: str | None = None
    blocked: str | None = None  # this person stopped the bot
    ignored: str | None = None


def read_update(update: dict[str, Any], token: str) -> Read:
    """Read one update. Whatever is unknown or of an unexpected shape is ignored by name, never an error."""
    kind = update.get("update_type")
    if kind == "message_created":
        return _message(update, token)
    if kind == "message_edited":
        return _edit(update)
    if kind == "message_callback":
        return _callback(update)
    person = _dict(update, "user")
    if kind in ("bot_started", "bot_stopped", "dialog_removed"):
        if not _is_number(person.get("user_id")):
            return Read(ignored=f"{kind} of nobody")
        return _start(update, person) if kind == "bot_started" else Read(blocked=str(person["user_id"]))
    return Read(ignored=f"kind {kind}"[:60])


def is_own_card(payload: dict[str, Any], person: int, token: str) -> bool:
    """Whether MAX proves that a contact is the sender's own: the hash is made with the bot's token over the card.

    A genuine card that somebody else sends on names its owner. https://dev.max.ru/docs-api/use-cases/sending-messages/keyboard/
    """
    card, given = payload.get("vcf_info"), payload.get("hash")
    if not isinstance(card, str) or not isinstance(given, str):
        return False
    if _dict(payload, "max_info").get("user_id", person) != person:
        return False
    return same_signature(given, token, card.encode(errors="replace"))


def _message(update: dict[str, Any], token: str) -> Read:
    message = _dict(update, "message")
    person, chat, body = _dict(message, "sender"), _dict(message, "recipient"), _dict(message, "body")
    if person.get("is_bot") or not _is_number(person.get("user_id")):
        return Read(ignored="written by no person")
    if chat.get("chat_type") != "dialog":
        return _elsewhere(update, person, chat)
    mid = body.get("mid")
    if not isinstance(mid, str) or not mid:
        return Read(ignored="message without an id")
    link = _dict(message, "link")
    inner = _dict(link, "message") if link.get("type") == "forward" else {}
    attached = [*_attachments(body), *_attachments(inner)]
    texts = [text for text in (body.get("text"), inner.get("text")) if isinstance(text, str) and text]
    cards = [_dict(one, "payload") for one in attached if one.get("type") == "contact"]
    kind, text, file = _content(attached, cards, "\n".join(texts), forwarded=link.get("type") == "forward")
    if kind == CONTACT and not inner and all(is_own_card(card, person["user_id"], token) for card in cards):
        kind = OWN_CONTACT
    incoming = _incoming(update, person, f"mid:{mid}", kind, text, file)
    return Read(incoming=incoming, chat=_chat_id(chat))


def _content(
    attached: list[dict[str, Any]], cards: list[dict[str, Any]], text: str, *, forwarded: bool
) -> tuple[str, str, Attached | None]:
    """Kind, text and file."""
    if cards:
        return CONTACT, "\n".join(map(_card, cards)), None
    for one in attached:
        address = _dict(one, "payload").get("url")
        if one.get("type") == "file" and isinstance(address, str):
            size = one.get("size")
            file = Attached(address, clean_file_name(one.get("filename")), size if _is_number(size) else None)
            return FILE, text, file
    loud = [one for one in attached if one.get("type") not in _SILENT]
    if loud:
        return _KINDS.get(str(loud[0].get("type")), "other"), "", None
    if text or not attached:
        return (FORWARDED if forwarded else TEXT), text, None
    return "other", "", None


def _card(payload: dict[str, Any]) -> str:
    name, numbers = read_vcard(payload.get("vcf_info"), MAX_VCARD)
    known = _dict(payload, "max_info")
    names = (name,) if name else (known.get("first_name"), known.get("last_name"))
    return line_of(numbers, *names)


def _edit(update: dict[str, Any]) -> Read:
    message = _dict(update, "message")
    person, chat, body = _dict(message, "sender"), _dict(message, "recipient"), _dict(message, "body")
    if person.get("is_bot") or not _is_number(person.get("user_id")) or chat.get("chat_type") != "dialog":
        return Read(ignored="edit of no person's private message")
    if not body.get("text") or not isinstance(body.get("mid"), str):
        return Read(ignored="edit without a text")
    key = f"edited:{body['mid']}:{update.get('timestamp')}"
    return Read(incoming=_incoming(update, person, key, EDITED), chat=_chat_id(chat))


def _callback(update: dict[str, Any]) -> Read:
    callback, message = _dict(update, "callback"), _dict(update, "message")
    person, chat = _dict(callback, "user"), _dict(message, "recipient")
    callback_id = callback.get("callback_id")
    if not _is_number(person.get("user_id")) or not isinstance(callback_id, str) or not callback_id:
        return Read(ignored="callback of an unknown shape")
    text = _dict(message, "body").get("text")
    pressed = Pressed(callback_id, str(person["user_id"]), clean(text) if isinstance(text, str) else "")
    if chat.get("chat_type") not in (None, "dialog"):
        return Read(pressed=pressed, ignored="button in a group")
    payload = callback.get("payload")
    token = payload if isinstance(payload, str) else ""
    incoming = _incoming(update, person, f"callback:{callback_id}", BUTTON, token)
    return Read(incoming=incoming, chat=_chat_id(chat), pressed=pressed)


def _start(update: dict[str, Any], person: dict[str, Any]) -> Read:
    """The button that begins a dialogue; `payload` is what stood in the link that led here."""
    payload, chat = update.get("payload"), update.get("chat_id")
    words = f"/start {payload}" if isinstance(payload, str) and payload else "/start"
    key = f"start:{chat}:{update.get('timestamp')}"
    return Read(incoming=_incoming(update, person, key, TEXT, words), chat=_chat_id(update))


def _elsewhere(update: dict[str, Any], person: dict[str, Any], chat: dict[str, Any]) -> Read:
    if chat.get("chat_type") != "chat" or not _is_number(chat.get("chat_id")):
        return Read(ignored="not a private chat")
    return Read(group=chat["chat_id"], group_language=_language(update), group_person=str(person["user_id"]))


def _incoming(
    update: dict[str, Any], person: dict[str, Any], key: str, kind: str, text: str = "", file: Attached | None = None
) -> Incoming:
    if len(key) > _LONGEST_KEY or not key.isascii():  # what no database might take
        key = hashlib.sha256(key.encode(errors="replace")).hexdigest()
    return Incoming(
        channel="max",
        key=key,
        person=str(person["user_id"]),
        kind=kind,
        text=text,
        language=_language(update),
        name=clean_name(person.get("first_name"), person.get("last_name")),
        file=file,
    )


def _language(update: dict[str, Any]) -> str | None:
    language = update.get("user_locale")
    return language if isinstance(language, str) else None


def _chat_id(parent: dict[str, Any]) -> int | None:
    chat = parent.get("chat_id")
    return chat if _is_number(chat) else None


def _attachments(body: dict[str, Any]) -> list[dict[str, Any]]:
    found = body.get("attachments")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _dict(parent: dict[str, Any], field: str) -> dict[str, Any]:
    value = parent.get(field)
    return value if isinstance(value, dict) else {}
