"""What Viber takes, and the errors it gives. https://developers.viber.com/docs/api/rest-bot-api/#error-codes"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

OK, INVALID_URL, INVALID_TOKEN, BAD_DATA, MISSING_DATA = 0, 1, 2, 3, 4
NOT_REGISTERED, NOT_SUBSCRIBED, NO_WEBHOOK, NOT_SUPPORTED, TOO_MANY = 5, 6, 10, 11, 12
WORDS = {
    INVALID_URL: "invalidUrl",
    INVALID_TOKEN: "invalidAuthToken",
    BAD_DATA: "badData",
    MISSING_DATA: "missingData",
    NOT_REGISTERED: "receiverNotRegistered",
    NOT_SUBSCRIBED: "receiverNotSubscribed",
    7: "publicAccountBlocked",
    NO_WEBHOOK: "webhookNotSet",
    NOT_SUPPORTED: "receiverNoSuitableDevice",
    TOO_MANY: "tooManyRequests",
    13: "apiVersionNotSupported",
}
MOST_JSON = 30 * 1024
EVENTS = {"delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"}
_MESSAGE = {"receiver", "type", "sender", "text", "tracking_data", "min_api_version", "keyboard"}
_FILE = (_MESSAGE - {"text"}) | {"media", "size", "file_name"}
_KEYBOARD = {"Type", "DefaultHeight", "Buttons", "BgColor"}
_BUTTON = {"Columns", "Rows", "ActionType", "ActionBody", "Text", "Silent", "BgColor", "TextSize"}
_TAGS = re.compile(r"</?(?:b|i|u|font)(?: [^<>]*)?>|<br ?/?>")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|#\d+);)")


class Refusal(Exception):
    """An answer whose status is not 0. `slip`: the bot broke a rule, and the test has to fail."""

    def __init__(self, status: int, words: str = "", *, slip: bool = True) -> None:
        super().__init__(words)
        self.status = status
        self.words = words or WORDS.get(status, "failure")
        self.slip = slip


def check(rule: bool, words: str, status: int = BAD_DATA) -> None:
    if not rule:
        raise Refusal(status, words)


def check_webhook(params: dict[str, Any]) -> None:
    check(set(params) <= {"url", "event_types", "send_name", "send_photo"}, "unknown field")
    url = params.get("url")
    check(isinstance(url, str), "url is missing", MISSING_DATA)
    if url:
        parts = urlsplit(str(url))
        check(parts.scheme == "https" and bool(parts.hostname), "url is not https", INVALID_URL)
        check(set(params.get("event_types", [])) <= EVENTS, "unknown event type")


def check_message(params: dict[str, Any], size: int, *, of_answer: bool = False) -> None:
    """`of_answer`: a welcome message, which has no receiver."""
    check(size <= MOST_JSON, "the request is over 30 KB")
    check(of_answer != isinstance(params.get("receiver"), str), "receiver", MISSING_DATA)
    sender = params.get("sender")
    check(isinstance(sender, dict) and set(sender) <= {"name", "avatar"}, "sender", MISSING_DATA)
    name = sender["name"] if isinstance(sender, dict) else ""
    check(isinstance(name, str) and 0 < len(name) <= 28, "sender.name has 1 to 28 characters")
    kind = params.get("type")
    if kind == "text":
        check(set(params) <= _MESSAGE, "unknown field")
        text = params.get("text")
        check(isinstance(text, str) and bool(text.strip()), "text is missing", MISSING_DATA)
        check(len(str(text).encode("utf-16-le")) // 2 <= 7000, "text is longer than 7000")
    elif kind == "file":
        check(set(params) <= _FILE, "unknown field")
        parts = urlsplit(str(params.get("media")))
        check(parts.scheme == "https" and len(str(params.get("media"))) <= 2000, "media", INVALID_URL)
        length = params.get("size")
        check(isinstance(length, int) and 0 < length <= 50 * 1024 * 1024, "size is up to 50 MB")
        file_name = params.get("file_name")
        check(isinstance(file_name, str) and "." in file_name and len(file_name) <= 256, "file_name has an extension")
    else:
        raise Refusal(BAD_DATA, f"type {kind}")
    if "keyboard" in params:
        _check_keyboard(params["keyboard"], params.get("min_api_version", 1))


def _check_keyboard(keyboard: Any, version: int) -> None:
    check(isinstance(keyboard, dict) and set(keyboard) <= _KEYBOARD, "keyboard: unknown field")
    check(keyboard.get("Type") == "keyboard", "keyboard: Type")
    buttons = keyboard.get("Buttons")
    check(isinstance(buttons, list) and bool(buttons), "keyboard: Buttons")
    rows, filled = 1, 0
    for button in buttons:
        check(set(button) <= _BUTTON, "button: unknown field")
        check(button.get("ActionType", "reply") in ("reply", "none"), "button: ActionType")
        body, text = button.get("ActionBody"), button.get("Text")
        check(isinstance(body, str) and 0 < len(body) <= 250, "button: ActionBody")
        check(isinstance(text, str) and 0 < len(text) <= 250, "button: Text")
        bare = _TAGS.sub("", text)
        check("<" not in bare and not _AMPERSAND.search(bare), "button: HTML that is not allowed")
        check("Silent" not in button or version >= 6, "button: Silent needs min_api_version 6")
        columns = button.get("Columns", 6)
        check(columns in range(1, 7) and button.get("Rows", 1) in (1, 2), "button: Columns or Rows")
        if filled + columns > 6:
            rows, filled = rows + 1, 0
        filled += columns
    check(rows <= 12, "keyboard: more than 12 rows")
