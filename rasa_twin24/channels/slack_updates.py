"""Reads what Slack sends. Pure. Shapes: https://docs.slack.dev/apis/events-api/ and
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs

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
from rasa_twin24.channels.webhook import Malformed

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
# Of a message of a person; every other kind is an event of the channel, or of a bot.
# https://docs.slack.dev/reference/events/message/#subtypes
_SPOKEN = (None, "file_share", "me_message", "thread_broadcast", "message_changed")
# <https://x.example|x.example>, <tel:+79161234567|8 916 123-45-67>, <@U1|anna>.
# https://docs.slack.dev/messaging/formatting-message-text
_MARKED = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


def read_body(content_type: str, body: bytes) -> dict[str, Any]:
    """An event as it came, or a form's `payload`. Raises `Malformed`."""
    if content_type not in (JSON, FORM):
        raise Malformed
    try:
        found = json.loads(body if content_type == JSON else parse_qs(body.decode()).get("payload", [""])[0])
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        raise Malformed
    return found


def is_spoken(event: dict[str, Any]) -> bool:
    """Whether a message is a person's. Two bots that answer each other would not stop."""
    said = _said(event)
    if event.get("type") != "message" or event.get("subtype") not in _SPOKEN:
        return False
    if said.get("bot_id") or not isinstance(said.get("user"), str):
        return False
    # A message "changes" also when Slack unfolds a link in it.
    return said is event or said.get("text") != _dict(event, "previous_message").get("text")


def is_direct(event: dict[str, Any]) -> bool:
    return event.get("channel_type") == "im"


def is_press(payload: dict[str, Any]) -> bool:
    """Whether a button of a direct message was pressed."""
    action = _action(payload)
    written = (action.get("value"), action.get("action_ts"), _dict(payload, "user").get("id"))
    direct = str(_dict(payload, "channel").get("id") or "").startswith("D")
    return direct and action.get("type") == "button" and all(isinstance(each, str) for each in written)


def read_event(event_id: str, event: dict[str, Any]) -> Iterator[Incoming]:
    """What a message says: a turn for each of its files, else one."""
    said = _said(event)
    person, text = str(said.get("user")), plain(said.get("text"))
    if said is not event:
        yield Incoming("slack", event_id, person, EDITED)
        return
    listed = event.get("files")
    files = [file for file in listed if isinstance(file, dict)] if isinstance(listed, list) else []
    for number, described in enumerate(files):
        kind, file = _file(described)
        key = f"{event_id}:{number}" if number else event_id
        yield Incoming("slack", key, person, kind, "" if number or not file else text, file=file)
    if not files:
        shared = "" if text.strip() else _shared(event)
        yield Incoming("slack", event_id, person, FORWARDED if shared else TEXT, shared or text)


def read_press(payload: dict[str, Any], token: str) -> Incoming:
    """A press has no event id: its time is its own, and the message's tells which keyboard it is of."""
    action, person = _action(payload), _dict(payload, "user")["id"]
    message = _dict(payload, "container").get("message_ts")
    return Incoming("slack", f"press:{person}:{message}:{action['action_ts']}", person, BUTTON, token)


def pressed_message(payload: dict[str, Any]) -> tuple[str, str, list[Any]] | None:
    """Channel, time and the blocks but for the buttons of the message that a button was pressed under."""
    channel, message = _dict(payload, "channel").get("id"), _dict(payload, "message")
    when, blocks = message.get("ts"), message.get("blocks")
    if not isinstance(channel, str) or not isinstance(when, str) or not isinstance(blocks, list):
        return None
    return channel, when, [block for block in blocks if isinstance(block, dict) and block.get("type") != "actions"]


def plain(text: Any) -> str:
    """A text as its author sees it."""
    if not isinstance(text, str):
        return ""
    # &lt; becomes a "<" only when what Slack itself has marked is gone.
    return unescape(_MARKED.sub(_as_seen, text))


def _as_seen(marked: re.Match[str]) -> str:
    target, label = marked[1], marked[2]
    if target[:1] in "@#!":
        return f"{target[0]}{label}" if label and target[0] != "!" else ""
    return label or re.sub(r"^(?:tel|mailto):", "", target)


def _file(described: dict[str, Any]) -> tuple[str, Attached | None]:
    kind = str(described.get("mimetype") or "").partition("/")[0]
    if described.get("subtype") == "slack_audio" or kind in ("audio", "video"):
        return "voice", None
    if kind == "image":
        return "photo", None
    address, size = described.get("url_private"), described.get("size")
    # A file that lies elsewhere, was deleted, or is another organisation's: Slack gives none out.
    if not isinstance(address, str) or described.get("mode") in ("external", "tombstone"):
        return "other", None
    known = size if isinstance(size, int) and not isinstance(size, bool) else None
    return FILE, Attached(address, clean_file_name(described.get("name")), known)


def _shared(event: dict[str, Any]) -> str:
    """The text of a message that was passed on without a word."""
    listed = event.get("attachments")
    shared = [a for a in listed if isinstance(a, dict) and a.get("is_share")] if isinstance(listed, list) else []
    return "\n".join(filter(None, (plain(each.get("text")) for each in shared)))


def _said(event: dict[str, Any]) -> dict[str, Any]:
    return _dict(event, "message") if event.get("subtype") == "message_changed" else event


def _action(payload: dict[str, Any]) -> dict[str, Any]:
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return first if isinstance(first, dict) else {}


def _dict(parent: dict[str, Any], field: str) -> dict[str, Any]:
    value = parent.get(field)
    return value if isinstance(value, dict) else {}
