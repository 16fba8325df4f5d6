"""Reads Telegram's updates. Pure. Shapes: https://core.telegram.org/bots/api#update"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeGuard

from rasa_twin24.channels.cards import card_line
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
    clean_file_name,
    clean_name,
)

# What the bot asks Telegram to send.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

_DOCUMENT = "document"
_VOICES = ("voice", "audio", "video_note")
_PHOTOS = ("animation", "photo", "video")  # an animation comes as a document as well
# A private chat's own events: nobody said anything.
_SERVICE = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "successful_payment",
    "users_shared",
    "chat_shared",
    "write_access_allowed",
    "chat_background_set",
    "boost_added",
)


@dataclass(frozen=True)
class Pressed:
    """A button was pressed: what has to be answered and taken away besides the turn itself."""

    callback_id: str
    chat_id: int | None
    message_id: int | None


@dataclass(frozen=True)
class Read:
    """What an update asks for; all None: nothing to do, `ignored` says why."""

    incoming: Incoming | None = None
    pressed: Pressed | None = None
    group: int | None = None  # somebody spoke in this group
    group_language: str | None = None
    group_person: str | None = None  # who it was
    blocked: str | None = None  # this person blocked the bot
    unblocked: str | None = None
    ignored: str | None = None


def update_id(update: Any) -> int | None:
    """The update's number, None when it is no update at all."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if _is_number(number) else None


def read_update(update: dict[str, Any]) -> Read:
    """Read one update. Whatever is unknown or of an unexpected shape is ignored by name, never an error."""
    key = str(update_id(update))
    if isinstance(update.get("message"), dict):
        return _message(update["message"], key, edited=False)
    if isinstance(update.get("edited_message"), dict):
        return _message(update["edited_message"], key, edited=True)
    if isinstance(update.get("callback_query"), dict):
        return _callback(update["callback_query"], key)
    if isinstance(update.get("my_chat_member"), dict):
        return _membership(update["my_chat_member"])
    kinds = sorted(set(update) - {"update_id"})
    return Read(ignored=f"kind {kinds[0]}"[:60] if kinds else "empty update")


def _message(message: dict[str, Any], key: str, *, edited: bool) -> Read:
    chat, person = _dict(message, "chat"), _dict(message, "from")
    if chat.get("type") in ("group", "supergroup"):
        if edited or not _is_number(chat.get("id")):
            return Read(ignored="edit in a group")
        if person.get("is_bot"):
            return Read(ignored="written by a bot")  # two bots that answer each other would not stop
        if not any(field in message for field in ("text", "caption", "contact", _DOCUMENT, *_VOICES, *_PHOTOS)):
            return Read(ignored="service message of a group")
        speaker = str(person["id"]) if _is_number(person.get("id")) else None
        return Read(group=chat["id"], group_language=_language(person), group_person=speaker)
    if chat.get("type") != "private" or not _is_number(person.get("id")):
        return Read(ignored="not a private chat")
    if person.get("is_bot"):
        return Read(ignored="written by a bot")
    if edited and not ("text" in message or "caption" in message):
        return Read(ignored="edit without a text")  # a moving location is "edited" every few seconds
    if not edited and any(field in message for field in _SERVICE):
        return Read(ignored="service message")
    kind, text, file = (EDITED, "", None) if edited else _content(message)
    album = message.get("media_group_id")
    if isinstance(album, str) and not edited and kind != FILE:
        # The pictures of an album come one by one; they are one message, answered once. Files are read one by one.
        key = f"album:{person['id']}:{album}"
    return Read(incoming=_incoming(person, key, kind, text, file))


def _content(message: dict[str, Any]) -> tuple[str, str, Attached | None]:
    """Kind, text and file."""
    forwarded = "forward_origin" in message or "forward_date" in message
    if isinstance(message.get("text"), str):
        return (FORWARDED if forwarded else TEXT), message["text"], None
    card = _dict(message, "contact")
    if isinstance(card.get("phone_number"), str):
        names = (card.get("first_name"), card.get("last_name"))
        # Whose it is, is told by the id. A forwarded card was written by somebody else, the vCard on it too.
        own = not forwarded and _is_number(card.get("user_id")) and card["user_id"] == _dict(message, "from").get("id")
        line = card_line(card["phone_number"], *names, vcard=card.get("vcard"))
        return (OWN_CONTACT if own else CONTACT), line, None
    document = _dict(message, _DOCUMENT)
    if "animation" not in message and isinstance(document.get("file_id"), str):
        size, caption = document.get("file_size"), message.get("caption")
        file = Attached(
            document["file_id"], clean_file_name(document.get("file_name")), size if _is_number(size) else None
        )
        return FILE, caption if isinstance(caption, str) else "", file
    for kind, fields in (
        ("voice", _VOICES),
        ("photo", _PHOTOS),
        ("sticker", ("sticker",)),
    ):
        if any(field in message for field in fields):
            return kind, "", None
    return "other", "", None


def _callback(callback: dict[str, Any], key: str) -> Read:
    person, message = _dict(callback, "from"), _dict(callback, "message")
    if not _is_number(person.get("id")) or not isinstance(callback.get("id"), str):
        return Read(ignored="callback of an unknown shape")
    chat = _dict(message, "chat")
    chat_id, message_id = chat.get("id"), message.get("message_id")
    # An old message comes as a stub with date 0, which does not tell; its keyboard can still be edited by its id.
    may_have_keyboard = "reply_markup" in message or message.get("date") == 0
    pressed = Pressed(
        callback["id"],
        chat_id if _is_number(chat_id) else None,
        message_id if _is_number(message_id) and may_have_keyboard else None,
    )
    if chat and chat.get("type") not in ("private", None):
        return Read(pressed=pressed, ignored="button in a group")
    data = callback.get("data")
    return Read(incoming=_incoming(person, key, BUTTON, data if isinstance(data, str) else ""), pressed=pressed)


def _membership(change: dict[str, Any]) -> Read:
    person = _dict(change, "from").get("id")
    if _dict(change, "chat").get("type") != "private" or not _is_number(person):
        return Read(ignored="membership of a group")
    if _dict(change, "new_chat_member").get("status") == "kicked":
        return Read(blocked=str(person))
    return Read(unblocked=str(person))


def _incoming(person: dict[str, Any], key: str, kind: str, text: str, file: Attached | None = None) -> Incoming:
    return Incoming(
        channel="telegram",
        key=key,
        person=str(person["id"]),
        kind=kind,
        text=text,
        language=_language(person),
        name=clean_name(person.get("first_name"), person.get("last_name")),
        file=file,
    )


def _language(person: dict[str, Any]) -> str | None:
    language = person.get("language_code")
    return language if isinstance(language, str) else None


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _dict(parent: dict[str, Any], field: str) -> dict[str, Any]:
    value = parent.get(field)
    return value if isinstance(value, dict) else {}
