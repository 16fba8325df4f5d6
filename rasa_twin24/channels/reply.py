"""What the bot says, the same for every messenger: a text and buttons, split to a messenger's limit. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Button:
    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """`standing`: its buttons ask something apart from the talk and stay alive beside those of later messages.

    `file` is the id of a file in the ledger that goes with the text.
    """

    text: str
    buttons: tuple[Button, ...] = ()
    standing: bool = False
    file: str | None = None


def to_reply(message: dict[str, Any]) -> Reply | None:
    """Read what Rasa hands to an output channel; None when nothing in it can be said."""
    text = (message.get("text") or "").strip()
    offered = message.get("buttons") or message.get("quick_replies") or []
    buttons = tuple(
        Button(str(button["title"]).strip(), str(button["payload"]))
        for button in offered
        if str(button.get("title") or "").strip() and button.get("payload")
    )
    if not text:
        return None
    standing = any(button.get("standing") is True for button in offered)
    return Reply(text, buttons, standing, _file(message.get("custom")))


def utf16_length(text: str) -> int:
    """Length as Telegram and most messengers count it: an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def shortened(title: str, limit: int) -> str:
    """A button's title of at most `limit` UTF-16 units, with "…" where its end is left out."""
    if utf16_length(title) <= limit:
        return title
    return title[: _fitting(title, limit - 1)].rstrip() + "…"


def split_text(text: str, limit: int) -> list[str]:
    """Cut a text into parts of at most `limit` UTF-16 units: at a paragraph, else a line, else a word, else hard.

    No part is blank: messengers refuse those. `limit` is at least 2, the size of an emoji.
    """
    parts = []
    rest = text
    while utf16_length(rest) > limit:
        window = rest[: _fitting(rest, limit)]
        for separator in ("\n\n", "\n", " "):
            cut = window.rfind(separator)
            if cut > 0:
                break
        else:
            cut = len(window)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    parts.append(rest)
    return [part for part in parts if part.strip()]


def _file(custom: Any) -> str | None:
    """The one thing of ours that travels as Rasa's `custom`: `{"file": "<id>"}`."""
    file = custom.get("file") if isinstance(custom, dict) else None
    return file if isinstance(file, str) and file else None


def _fitting(text: str, limit: int) -> int:
    """How many characters fit into `limit` units."""
    units = 0
    for index, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > limit:
            return index
    return len(text)
