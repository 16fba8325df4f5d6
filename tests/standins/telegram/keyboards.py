"""Keyboards: what Telegram accepts as `reply_markup`, and what a person sees of it.

Rules: https://core.telegram.org/bots/api#inlinekeyboardmarkup, #replykeyboardmarkup and their neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .formatting import utf16_length
from .refusals import bad_request, stricter

MAX_CALLBACK_BYTES = 64  # https://core.telegram.org/bots/api#inlinekeyboardbutton
MAX_PLACEHOLDER_UNITS = 64  # https://core.telegram.org/bots/api#replykeyboardmarkup
MAX_BUTTONS = 100  # not documented; larger keyboards are refused by the real server
MAX_BUTTONS_IN_ROW = 8  # not documented; what the applications draw in one row

STYLES = ("danger", "success", "primary")

_INLINE_ACTIONS: dict[str, type] = {
    "url": str,
    "callback_data": str,
    "web_app": dict,
    "login_url": dict,
    "switch_inline_query": str,
    "switch_inline_query_current_chat": str,
    "switch_inline_query_chosen_chat": dict,
    "copy_text": dict,
    "callback_game": dict,
    "pay": bool,
}
_REPLY_ACTIONS: dict[str, type] = {
    "request_contact": bool,
    "request_location": bool,
    "request_users": dict,
    "request_chat": dict,
    "request_poll": dict,
    "web_app": dict,
}
_DECORATIONS: dict[str, type] = {"text": str, "style": str, "icon_custom_emoji_id": str}
_FIELDS: dict[str, dict[str, type]] = {
    "inline_keyboard": {},
    "keyboard": {
        "is_persistent": bool,
        "resize_keyboard": bool,
        "one_time_keyboard": bool,
        "input_field_placeholder": str,
        "selective": bool,
    },
    "remove_keyboard": {"selective": bool},
    "force_reply": {"input_field_placeholder": str, "selective": bool},
}
_TYPE_NAMES = {str: "String", bool: "Boolean", dict: "Object"}


@dataclass(frozen=True)
class Button:
    """One button: its label, and what the press sends (`None`: not a callback button)."""

    label: str
    data: str | None = None
    asks_contact: bool = False


@dataclass(frozen=True)
class Keyboard:
    """A checked keyboard; `kind` is the field that names it, e.g. inline_keyboard or remove_keyboard."""

    kind: str
    rows: tuple[tuple[Button, ...], ...]
    markup: dict[str, Any]

    @property
    def is_inline(self) -> bool:
        """Whether the buttons hang under the message itself."""
        return self.kind == "inline_keyboard"

    @property
    def labels(self) -> list[list[str]]:
        """Rows of labels, as seen."""
        return [[button.label for button in row] for row in self.rows]

    def button(self, label: str) -> Button | None:
        """The first button with this very label."""
        return next((button for row in self.rows for button in row if button.label == label), None)


def read_keyboard(markup: object, *, in_private: bool) -> Keyboard:
    """Check a `reply_markup`; raises `Refusal`."""
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    kinds = [kind for kind in _FIELDS if kind in markup]
    if len(kinds) != 1:
        raise stricter(f"reply_markup must be of exactly one kind, not {len(kinds)}")
    kind = kinds[0]
    for name, value in markup.items():
        if name != kind:
            _check_field(name, value, _FIELDS[kind], f"reply_markup with {kind}")
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= utf16_length(placeholder) <= MAX_PLACEHOLDER_UNITS:
        raise stricter(f"input_field_placeholder must have 1-{MAX_PLACEHOLDER_UNITS} characters")
    if kind in ("remove_keyboard", "force_reply"):
        if markup[kind] is not True:
            raise stricter(f"{kind} must be true")
        return Keyboard(kind, (), markup)
    rows = _read_rows(markup[kind], kind, in_private=in_private)
    if kind == "keyboard" and not rows:
        raise stricter("a reply keyboard needs at least one button")
    return Keyboard(kind, rows, markup)


def _read_rows(value: object, kind: str, *, in_private: bool) -> tuple[tuple[Button, ...], ...]:
    owner = " of the InlineKeyboardMarkup" if kind == "inline_keyboard" else ""
    if not isinstance(value, list):
        raise bad_request(f'field "{kind}" must be of type Array')
    rows = []
    for row in value:
        if not isinstance(row, list):
            raise bad_request(f'field "{kind}"{owner} must be an Array of Arrays')
        if not 1 <= len(row) <= MAX_BUTTONS_IN_ROW:
            raise stricter(f"a row of buttons must have 1-{MAX_BUTTONS_IN_ROW} of them, not {len(row)}")
        if kind == "inline_keyboard":
            rows.append(tuple(_read_inline_button(button) for button in row))
        else:
            rows.append(tuple(_read_reply_button(button, in_private=in_private) for button in row))
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return tuple(rows)


def _read_inline_button(button: object) -> Button:
    prefix = "can't parse inline keyboard button"
    if not isinstance(button, dict):
        raise bad_request(f"{prefix}: InlineKeyboardButton must be an Object")
    label = _label(button, prefix, "inline keyboard button")
    for name, value in button.items():
        _check_field(name, value, {**_DECORATIONS, **_INLINE_ACTIONS}, "InlineKeyboardButton")
    actions = [name for name in _INLINE_ACTIONS if name in button]
    if not actions:
        raise bad_request(f"{prefix}: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise stricter(f"an inline button does exactly one thing, not {', '.join(actions)}")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= MAX_CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button:
        _check_url(button["url"])
    return Button(label, data)


def _read_reply_button(button: object, *, in_private: bool) -> Button:
    prefix = "can't parse keyboard button"
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request(f"{prefix}: KeyboardButton must be an Object")
    label = _label(button, prefix, "keyboard button")
    for name, value in button.items():
        _check_field(name, value, {**_DECORATIONS, **_REPLY_ACTIONS}, "KeyboardButton")
    actions = [name for name in _REPLY_ACTIONS if button.get(name)]
    if len(actions) > 1:
        raise stricter(f"a keyboard button asks for one thing, not {', '.join(actions)}")
    if "request_contact" in actions and not in_private:
        raise bad_request("phone number can be requested in private chats only")
    return Button(label, asks_contact="request_contact" in actions)


def _label(button: dict[str, Any], prefix: str, name: str) -> str:
    label = button.get("text")
    if label is None:
        raise bad_request(f'{prefix}: Can\'t find field "text"')
    if not isinstance(label, str):
        raise bad_request(f'{prefix}: Field "text" must be of type String')
    if not label.strip():
        raise bad_request(f"{name} text must be non-empty")
    return label


def _check_field(name: str, value: object, allowed: dict[str, type], owner: str) -> None:
    expected = allowed.get(name)
    if expected is None:
        raise stricter(f'{owner} has no field "{name}"')
    if not isinstance(value, expected):
        raise bad_request(f'field "{name}" must be of type {_TYPE_NAMES[expected]}')
    if name == "style" and value not in STYLES:
        raise bad_request(f'invalid button style "{value}" specified')


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    else:
        if parts.scheme == "tg" and host:
            return
        if parts.scheme in ("http", "https") and "." in host:
            return
    raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
