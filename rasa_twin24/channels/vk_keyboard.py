"""Buttons as VK shows them. Pure. https://dev.vk.com/ru/api/bots/development/keyboard"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_twin24.channels.reply import utf16_length

# Of an inline keyboard.
MOST_BUTTONS = 10
MOST_ROWS = 6
# Of a button.
MAX_LABEL = 40
# The field of a button's payload that holds its token.
_TOKEN = "b"  # noqa: S105


@dataclass(frozen=True)
class Client:
    """What the application of a person shows, as `client_info` tells: buttons under a message, and of which kind.

    `language` is an IETF tag.
    """

    inline: bool = True
    callback: bool = False
    language: str | None = None


# Until somebody has written: every application with buttons under messages shows those that write their label.
UNKNOWN_CLIENT = Client()


def keyboards(buttons: Sequence[tuple[str, str]], client: Client) -> list[str]:
    """The buttons, given as (title, token), as one keyboard for each message that it takes; none can be shown: none."""
    if not client.inline:
        return []
    parts = [buttons[start : start + MOST_BUTTONS] for start in range(0, len(buttons), MOST_BUTTONS)]
    return [_keyboard(part, "callback" if client.callback else "text") for part in parts]


def in_words(text: str, buttons: Sequence[tuple[str, str]]) -> str:
    """The text with the titles below, one a line: what can be typed instead."""
    return "\n".join((text, *(f"— {title}" for title, _ in buttons)))


def token_in(payload: Any) -> str | None:
    """The token of a button's payload, None when it is not one of ours."""
    token = payload.get(_TOKEN) if isinstance(payload, dict) else None
    return token if isinstance(token, str) else None


def label(title: str) -> str:
    """A title that fits, counted as VK's applications do."""
    if utf16_length(title) <= MAX_LABEL:
        return title
    short = title[: MAX_LABEL - 1]
    while utf16_length(short) > MAX_LABEL - 1:
        short = short[:-1]
    return short.rstrip() + "…"


def _keyboard(buttons: Sequence[tuple[str, str]], kind: str) -> str:
    # One in a row reads best; two where there are more than rows.
    width = 1 if len(buttons) <= MOST_ROWS else 2
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    shown = [[_button(kind, title, token) for title, token in row] for row in rows]
    return json.dumps({"inline": True, "buttons": shown}, ensure_ascii=False)


def _button(kind: str, title: str, token: str) -> dict[str, Any]:
    return {"action": {"type": kind, "label": label(title), "payload": json.dumps({_TOKEN: token})}}
