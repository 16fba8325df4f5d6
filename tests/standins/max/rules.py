"""What MAX takes and what it refuses, by the words of its documentation."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

CODES = {
    400: "proto.payload",
    401: "verify.token",
    403: "chat.denied",
    404: "not.found",
    429: "too.many.requests",
    503: "service.unavailable",
}
UPDATE_TYPES = {
    *("message_created", "message_callback", "message_edited", "message_removed", "bot_started", "bot_stopped"),
    *("dialog_removed", "dialog_cleared", "dialog_muted", "dialog_unmuted", "bot_added", "bot_removed"),
    *("user_added", "user_removed", "chat_title_changed"),
}
ACTIONS = {"typing_on", "sending_photo", "sending_video", "sending_audio", "sending_file", "mark_seen"}
SECRET_SIGNS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class Refusal(Exception):
    """An answer that is an error. `is_slip`: the bot broke a rule, rather than trouble was ordered."""

    def __init__(self, status: int, message: str, code: str | None = None, *, is_slip: bool = True) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code or CODES.get(status, "internal.error"), "message": message}
        self.is_slip = is_slip


def only(given: Any, allowed: set[str], what: str) -> dict[str, Any]:
    """An object without unknown fields."""
    if not isinstance(given, dict):
        raise Refusal(400, f"{what} is no object")
    if unknown := set(given) - allowed:
        raise Refusal(400, f"{what}: unknown {sorted(unknown)}")
    return given


def check_body(given: Any) -> dict[str, Any]:
    """NewMessageBody: https://dev.max.ru/docs-api/methods/POST/messages"""
    body = only(given, {"text", "attachments", "link", "notify", "format"}, "message")
    text, attachments = body.get("text"), body.get("attachments")
    if text is not None and (not isinstance(text, str) or len(text) > 4000):
        raise Refusal(400, "text: size must be between 0 and 4000")
    if body.get("format") not in (None, "html", "markdown"):
        raise Refusal(400, "format")
    if attachments is not None and not isinstance(attachments, list):
        raise Refusal(400, "attachments")
    if not (text or "").strip() and not attachments:
        raise Refusal(400, "message is empty")
    kinds = [_check_attachment(one) for one in attachments or []]
    if kinds.count("inline_keyboard") > 1 or kinds.count("file") > 1:
        raise Refusal(400, "attachments: one keyboard, one file")
    return body


def _check_attachment(given: Any) -> str:
    attachment = only(given, {"type", "payload"}, "attachment")
    payload = attachment.get("payload")
    if attachment.get("type") == "inline_keyboard":
        rows = only(payload, {"buttons"}, "payload").get("buttons")
        if not isinstance(rows, list) or not 1 <= len(rows) <= 30:
            raise Refusal(400, "keyboard: 1 to 30 rows")
        for row in rows:
            if not isinstance(row, list) or not 1 <= len(row) <= 7:
                raise Refusal(400, "keyboard: 1 to 7 buttons in a row")
            for button in row:
                _check_button(button)
    elif attachment.get("type") == "file":
        if not isinstance(only(payload, {"token"}, "payload").get("token"), str):
            raise Refusal(400, "token")
    else:
        raise Refusal(400, f"attachment of type {attachment.get('type')!r}")
    return str(attachment["type"])


def _check_button(given: Any) -> None:
    button = only(given, {"type", "text", "payload"}, "button")
    text, payload = button.get("text"), button.get("payload")
    if button.get("type") != "callback":
        raise Refusal(400, "button type")
    if not isinstance(text, str) or not 1 <= len(text) <= 128:
        raise Refusal(400, "button text: size must be between 1 and 128")
    if not isinstance(payload, str) or len(payload) > 1024:
        raise Refusal(400, "button payload: size must be between 0 and 1024")


def check_subscription(given: Any) -> dict[str, Any]:
    """https://dev.max.ru/docs-api/methods/POST/subscriptions"""
    asked = only(given, {"url", "update_types", "secret"}, "subscription")
    url, secret = urlsplit(str(asked.get("url"))), asked.get("secret")
    if url.scheme != "https" or url.port is not None:
        raise Refusal(400, "url: https on port 443 only")
    if not isinstance(secret, str) or not 5 <= len(secret) <= 256 or not set(secret) <= SECRET_SIGNS:
        raise Refusal(400, "secret")
    if not asked.get("update_types") or not set(asked["update_types"]) <= UPDATE_TYPES:
        raise Refusal(400, "update_types")
    return asked
