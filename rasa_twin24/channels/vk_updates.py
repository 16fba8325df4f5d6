"""Reads VK's events. Pure. Shapes: https://dev.vk.com/ru/api/community-events/json-schema"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from rasa_twin24.channels.incoming import (
    BUTTON,
    EDITED,
    FILE,
    FORWARDED,
    TEXT,
    Attached,
    Incoming,
    clean_file_name,
)
from rasa_twin24.channels.vk_api import is_number
from rasa_twin24.channels.vk_keyboard import Client, token_in

# What the bot asks VK to send.
EVENTS = ("message_new", "message_edit", "message_event", "message_allow", "message_deny")
CONFIRMATION = "confirmation"
# Conversations of several people have ids from here on. https://dev.vk.com/ru/api/messages
FIRST_GROUP = 2_000_000_000
# https://dev.vk.com/ru/api/api-requests, parameter `lang`
_LANGUAGES = {0: "ru", 3: "en"}
_UNREADABLE = {
    "audio_message": "voice",
    "audio": "voice",
    "photo": "photo",
    "video": "photo",
    "sticker": "sticker",
    "graffiti": "sticker",
}
# Forwarded messages may hold forwarded ones; a bound against made-up depths.
_MOST_DEPTH = 10


@dataclass(frozen=True)
class Pressed:
    """A callback button was pressed: its spinner has to be stopped."""

    event_id: str
    user_id: int
    peer_id: int


@dataclass(frozen=True)
class Read:
    """What an event asks for; nothing set: nothing to do, `ignored` says why.

    Several files in one message are several updates.
    """

    incoming: tuple[Incoming, ...] = ()
    client: Client | None = None  # what the person's application shows
    pressed: Pressed | None = None
    group: int | None = None  # somebody spoke in this conversation of several
    group_language: str | None = None
    group_person: str | None = None
    denied: str | None = None  # this person forbade the community to write
    allowed: str | None = None
    ignored: str | None = None


def read_event(event: dict[str, Any]) -> Read:
    """Read one event. Whatever is unknown or of an unexpected shape is ignored by name, never an error."""
    kind, key, content = event.get("type"), event.get("event_id"), event.get("object")
    if kind not in EVENTS:
        return Read(ignored=f"kind {kind}"[:60])
    if not isinstance(content, dict) or not isinstance(key, str) or not key:
        return Read(ignored=f"{kind} of an unknown shape")
    if kind == "message_event":
        return _press(content, key)
    if kind in ("message_allow", "message_deny"):
        person = content.get("user_id")
        if not is_number(person):
            return Read(ignored=f"{kind} of an unknown shape")
        return Read(allowed=str(person)) if kind == "message_allow" else Read(denied=str(person))
    # An edited message comes as it is, a new one beside what its application can show.
    message = content.get("message") if isinstance(content.get("message"), dict) else content
    return _message(message or {}, _dict(content, "client_info"), key, edited=kind == "message_edit")


def _message(message: dict[str, Any], client_info: dict[str, Any], key: str, *, edited: bool) -> Read:
    person, peer = message.get("from_id"), message.get("peer_id")
    if not is_number(person) or not is_number(peer):
        return Read(ignored="message of an unknown shape")
    if message.get("out") == 1 or person <= 0:
        return Read(ignored="written by a community")  # two bots that answer each other would not stop
    language = _LANGUAGES.get(client_info["lang_id"]) if is_number(client_info.get("lang_id")) else None
    if peer >= FIRST_GROUP:
        if edited or "action" in message:
            return Read(ignored="service message of a group")
        return Read(group=peer, group_language=language, group_person=str(person))
    if peer != person:
        return Read(ignored="not a private dialogue")
    if edited and not message.get("text"):
        return Read(ignored="edit without a text")
    about = Incoming("vk", key, str(person), EDITED, language=language)
    client = _client(client_info, language) if client_info else None
    return Read((about,) if edited else tuple(_content(message, about)), client)


def _content(message: dict[str, Any], about: Incoming) -> Iterator[Incoming]:
    """What was said, each file apart; the text goes with the first."""
    written = _payload(message.get("payload"))
    if (token := token_in(written)) is not None:
        yield replace(about, kind=BUTTON, text=token)
        return
    if isinstance(written, dict) and written.get("command") == "start":  # the button that begins every dialogue
        yield replace(about, kind=TEXT, text="/start")
        return
    own = str(message.get("text") or "")
    forwarded = list(_forwarded(message))
    text = "\n".join(filter(None, (own, *(str(each.get("text") or "") for each in forwarded))))
    attachments = [each for one in (message, *forwarded) for each in _attachments(one)]
    files = [file for each in attachments if (file := _file(each)) is not None]
    for number, file in enumerate(files):
        key = f"{about.key}:{number + 1}" if number else about.key
        yield replace(about, key=key, kind=FILE, text="" if number else text, file=file)
    if files:
        return
    unreadable = next((_UNREADABLE[each["type"]] for each in attachments if each["type"] in _UNREADABLE), None)
    if unreadable or not text:  # a link in a text is an attachment as well
        yield replace(about, kind=unreadable or "other")
    else:
        yield replace(about, kind=FORWARDED if forwarded else TEXT, text=text)


def _forwarded(message: dict[str, Any], depth: int = 0) -> Iterator[dict[str, Any]]:
    inside = message.get("fwd_messages")
    for each in inside if isinstance(inside, list) and depth < _MOST_DEPTH else ():
        if isinstance(each, dict):
            yield each
            yield from _forwarded(each, depth + 1)


def _attachments(message: dict[str, Any]) -> list[dict[str, Any]]:
    found = message.get("attachments")
    listed = found if isinstance(found, list) else []
    return [each for each in listed if isinstance(each, dict) and isinstance(each.get("type"), str)]


def _file(attachment: dict[str, Any]) -> Attached | None:
    document = _dict(attachment, "doc")
    if attachment["type"] != "doc" or not isinstance(document.get("url"), str):
        return None
    name, kind, size = document.get("title"), document.get("ext"), document.get("size")
    if isinstance(name, str) and isinstance(kind, str) and not name.lower().endswith(f".{kind.lower()}"):
        name = f"{name}.{kind}"  # people rename documents, and the ending is how a list is read
    return Attached(document["url"], clean_file_name(name), size if is_number(size) else None)


def _press(content: dict[str, Any], key: str) -> Read:
    person, peer, event = content.get("user_id"), content.get("peer_id"), content.get("event_id")
    if not is_number(person) or not is_number(peer) or not isinstance(event, str):
        return Read(ignored="message_event of an unknown shape")
    pressed = Pressed(event, person, peer)
    if peer != person:
        return Read(pressed=pressed, ignored="button in a group")
    token = token_in(_payload(content.get("payload"))) or ""
    return Read((Incoming("vk", key, str(person), BUTTON, token),), pressed=pressed)


def _client(client_info: dict[str, Any], language: str | None) -> Client:
    actions = client_info.get("button_actions")
    return Client(
        inline=client_info.get("inline_keyboard") is True,
        callback=isinstance(actions, list) and "callback" in actions,
        language=language,
    )


def _payload(payload: Any) -> Any:
    """Of a message it is JSON in a text, of a press an object."""
    if not isinstance(payload, str):
        return payload
    try:
        return json.loads(payload)
    except (ValueError, RecursionError):
        return None


def _dict(parent: dict[str, Any], field: str) -> dict[str, Any]:
    value = parent.get(field)
    return value if isinstance(value, dict) else {}
