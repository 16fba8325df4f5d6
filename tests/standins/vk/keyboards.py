"""Checks inline keyboards. https://dev.vk.com/ru/api/bots/development/keyboard"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .refusals import Refusal

COLOURS = ("primary", "secondary", "positive", "negative")


@dataclass(frozen=True)
class Button:
    kind: str
    label: str
    payload: str


def read_keyboard(written: str) -> list[list[Button]]:
    """Rows of buttons; raises `Refusal`."""
    try:
        keyboard = json.loads(written)
    except ValueError:
        raise Refusal(911, "keyboard is no JSON") from None
    if not isinstance(keyboard, dict) or set(keyboard) - {"inline", "one_time", "buttons"}:
        raise Refusal(911, "unknown fields")
    if keyboard.get("inline") is not True:
        raise Refusal(911, "this stand-in plays inline keyboards only")
    if "one_time" in keyboard:
        raise Refusal(911, "one_time of an inline keyboard")
    rows = keyboard.get("buttons")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) and row for row in rows):
        raise Refusal(911, "buttons are rows of buttons")
    if len(rows) > 6 or max(map(len, rows)) > 5 or sum(map(len, rows)) > 10:
        raise Refusal(911, "too many buttons")
    return [[_button(button) for button in row] for row in rows]


def _button(button: Any) -> Button:
    if not isinstance(button, dict) or set(button) - {"action", "color"}:
        raise Refusal(911, "unknown fields of a button")
    if button.get("color", "primary") not in COLOURS:
        raise Refusal(911, "unknown colour")
    action = button.get("action")
    if not isinstance(action, dict) or set(action) != {"type", "label", "payload"}:
        raise Refusal(911, "fields of an action")
    if action["type"] not in ("text", "callback"):
        raise Refusal(911, "this stand-in plays text and callback only")
    label, payload = action["label"], action["payload"]
    if not isinstance(label, str) or not 0 < len(label.encode("utf-16-le")) // 2 <= 40:
        raise Refusal(911, "label")
    if not isinstance(payload, str) or len(payload) > 255:
        raise Refusal(911, "payload")
    try:
        json.loads(payload)
    except ValueError:
        raise Refusal(911, "payload is no JSON") from None
    return Button(action["type"], label, payload)
