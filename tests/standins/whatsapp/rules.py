"""What Meta takes of a call, and how it refuses the rest.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from __future__ import annotations

import re
from typing import Any

DOCUMENT_TYPES = (
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
PARAMETER, MISSING, LENGTH = 131009, 131008, 100


class Refusal(Exception):
    """`is_slip`: a call that the bot should never have made."""

    def __init__(self, status: int, code: int, message: str, *, is_slip: bool = True) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.is_slip = is_slip

    @property
    def body(self) -> dict[str, Any]:
        return {
            "error": {
                "message": f"(#{self.code}) {self}",
                "type": "OAuthException",
                "code": self.code,
                "error_data": {"messaging_product": "whatsapp", "details": str(self)},
                "fbtrace_id": "A1b2C3",
            }
        }


def slip(message: str, code: int = PARAMETER) -> Refusal:
    return Refusal(400, code, message)


def only(given: Any, needed: set[str], allowed: set[str] = frozenset(), what: str = "message") -> dict[str, Any]:
    """The object, all of whose fields are known and none of the needed ones missing."""
    if not isinstance(given, dict):
        raise slip(f"{what} is no object")
    if unknown := set(given) - needed - allowed:
        raise slip(f"Unexpected key {sorted(unknown)[0]!r} on {what}", LENGTH)
    if missing := needed - set(given):
        raise slip(f"The parameter {what}.{sorted(missing)[0]} is required", MISSING)
    return given


def words(given: Any, most: int, what: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise slip(f"{what} is required", MISSING)
    if len(given.encode("utf-16-le")) // 2 > most:
        raise slip(f"{what} length invalid. Max length: {most}", LENGTH)
    return given


def check_message(body: Any) -> None:
    common = {"messaging_product", "recipient_type", "type"}
    only(body, {"messaging_product", "type"}, {"recipient_type", "to", "recipient", "text", "interactive", "document"})
    if body["messaging_product"] != "whatsapp":
        raise slip("messaging_product must be 'whatsapp'", LENGTH)
    if ("to" in body) == ("recipient" in body):
        raise slip("exactly one of to and recipient", MISSING)
    kind = body["type"]
    if kind not in ("text", "interactive", "document"):
        raise slip(f"type {kind!r} is not supported")
    only(body, common & set(body) | {kind}, {"to", "recipient"})
    if body.get("recipient_type", "individual") not in ("individual", "group"):
        raise slip("recipient_type")
    if body.get("recipient_type") != "group":
        if "to" in body and not re.fullmatch(r"\d{7,15}", str(body["to"])):
            raise slip("to is no phone number")
        if "recipient" in body and not re.fullmatch(r"[A-Z]{2}\.\w{1,128}", str(body["recipient"])):
            raise slip("recipient is no user id")
    {"text": _text, "interactive": _interactive, "document": _document}[kind](body[kind])


def check_read(body: Any) -> None:
    only(body, {"messaging_product", "status", "message_id"}, {"typing_indicator"}, "status")
    if body["status"] != "read":
        raise slip("status must be 'read'")
    if "typing_indicator" in body and body["typing_indicator"] != {"type": "text"}:
        raise slip("typing_indicator.type must be 'text'")


def _text(text: Any) -> None:
    only(text, {"body"}, {"preview_url"}, "text")
    words(text["body"], 4096, "text.body")


def _document(document: Any) -> None:
    only(document, {"id"}, {"filename", "caption"}, "document")


def _interactive(content: Any) -> None:
    only(content, {"type", "body", "action"}, {"header", "footer"}, "interactive")
    only(content["body"], {"text"}, what="body")
    words(content["body"]["text"], 1024, "interactive.body.text")
    {"button": _buttons, "list": _list}[content["type"]](content["action"])


def _buttons(action: Any) -> None:
    buttons = only(action, {"buttons"}, what="action")["buttons"]
    if not 1 <= len(buttons) <= 3:
        raise slip("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    for button in buttons:
        only(button, {"type", "reply"}, what="button")
        reply = only(button["reply"], {"id", "title"}, what="reply")
        words(reply["title"], 20, "button.reply.title")
        words(reply["id"], 256, "button.reply.id")
    _different([button["reply"]["id"] for button in buttons])


def _list(action: Any) -> None:
    only(action, {"button", "sections"}, what="action")
    words(action["button"], 20, "action.button")
    rows = []
    for section in action["sections"]:
        rows += only(section, {"rows"}, {"title"}, "section")["rows"]
        if len(action["sections"]) > 1:
            words(section.get("title"), 24, "section.title")
    if not 1 <= len(rows) <= 10:
        raise slip("Total row count exceed max allowed count: 10")
    for row in rows:
        only(row, {"id", "title"}, {"description"}, "row")
        words(row["title"], 24, "row.title")
        words(row["id"], 200, "row.id")
        if "description" in row:
            words(row["description"], 72, "row.description")
    _different([row["id"] for row in rows])


def _different(ids: list[str]) -> None:
    if len(set(ids)) != len(ids):
        raise slip("Button ids must be unique")
